"""Booking confirmations: hotels, flights, trains."""

from __future__ import annotations

from benchmarks.forms import arrange
from benchmarks.forms.form import Form
from benchmarks.forms.layouts.base import footer, layout, logo

STAY = "check_in check_out nights room_type guests"


@layout("booking", (1240, 1500))
def hotel_confirmation(form: Form) -> None:
    form.world.set("total", form.world.money(form.rng.randrange(80, 2400) * 100))
    logo(form, form.left, form.y, form.unit * 2.4)
    form.y += form.unit * 3.2
    form.title(form.rng.choice(("Booking confirmation", "Reservation confirmed", "Your stay", "Confirmation")))
    hotel = form.world.value("hotel")
    form.answer("hotel", hotel, form.text(hotel, form.style.label))
    form.text("Thank you for booking with us. We look forward to welcoming you.")
    arrange.columns(form, form.facts("booking_reference name email"), far=form.rng.random())
    arrange.above(form, form.facts(STAY), across=form.rng.choice((2, 3)))
    arrange.opposite(form, form.facts("total", drop=0), pitch=2)
    form.text("Free cancellation until 2 days before arrival. Breakfast is included.")
    footer(form)


@layout("booking", (1240, 1200))
def flight_itinerary(form: Form) -> None:
    form.title(form.rng.choice(("Electronic ticket", "Itinerary", "Travel confirmation", "Boarding information")))
    arrange.inline(form, form.facts("booking_reference name", drop=0, blank=0.0))
    row = [form.fact(field) for field in ("flight_number", "flight_date", "departure", "destination", "seat")]
    arrange.header_row(form, [row], rules=form.rng.choice(("all", "rows", "none")))
    arrange.columns(form, form.facts("issue_date document_number passport_number", blank=0.1))
    form.text("Please be at the gate 40 minutes before departure. Baggage allowance: 23 kg.")
    footer(form)


@layout("booking", (1100, 600), split="dev")
def boarding_pass(form: Form) -> None:
    form.sheet.fill((0, 0, form.sheet.width, form.unit * 2.4), form.style.accent)
    form.y = form.unit * 3.2
    arrange.above(form, form.facts("name booking_reference", drop=0, blank=0), across=2)
    arrange.above(
        form, form.facts("flight_number flight_date departure destination seat", drop=0.05, blank=0), across=4
    )
    form.text("Gate closes 20 minutes before departure.")


@layout("booking", (1240, 1600), split="dev")
def guest_registration(form: Form) -> None:
    """A hotel's registration form, ruled."""
    hotel = form.world.value("hotel")
    form.answer("hotel", hotel, form.title(hotel))
    arrange.grid(form, form.facts("name nationality date_of_birth passport_number address phone email"), across=2)
    arrange.grid(form, form.facts("room_number check_in check_out booking_reference guests"), across=3)
    footer(form)


@layout("booking", (1240, 1400))
def booking_rows(form: Form) -> None:
    form.world.set("total", form.world.money(form.rng.randrange(80, 2400) * 100))
    form.title(form.rng.choice(("Reservation", "Booking details", "Travel voucher")))
    arrange.ruled(
        form,
        form.facts("booking_reference name hotel check_in check_out room_type guests total", shuffle=True),
        shade=form.rng.random() < 0.4,
    )
    form.text("Present this voucher at the reception.")
    footer(form)
