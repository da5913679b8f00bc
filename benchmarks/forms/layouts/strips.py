"""Tables of one row under their labels, columns with gaps, tickets full of codes, and fields that no vocabulary has."""

# ruff: noqa: E501

from __future__ import annotations

from benchmarks.forms import arrange
from benchmarks.forms.form import Form
from benchmarks.forms.layouts.base import code, footer, layout, logo, photo
from benchmarks.forms.layouts.business import bill, goods_table
from benchmarks.forms.layouts.pieces import any_way, free_facts, letterhead, strips

PAGE = (1240, 1754)
CODES = "seat gate travel_class boarding_time coach boarding_group passengers flight_number flight_date departure destination"


@layout("invoice", PAGE)
def strips_invoice(form: Form) -> None:
    rows = bill(form)
    letterhead(form, "company")
    facts = form.facts(
        "name customer_number order_number invoice_number invoice_date due_date delivery_date contact_person",
        shuffle=True,
    )
    strips(form, facts, form.rng.choice((3, 4, 5)), 0.08)
    goods_table(form, rows)
    strips(form, form.facts("subtotal tax total", drop=0, blank=0), 3)
    footer(form)


@layout("booking", (1240, 1000))
def strips_travel(form: Form) -> None:
    logo(form, form.left, form.y, form.unit * 2)
    form.y += form.unit * 3
    strips(form, form.facts("name booking_reference passengers", drop=0, blank=0), 3)
    strips(form, form.facts(CODES, drop=0.3, shuffle=True), form.rng.choice((3, 4, 5)), 0.1)
    form.vain += ["gate", "seat", "coach", "nights", "boarding_group"]
    footer(form)


@layout("insurance", (1240, 1200), split="dev")
def strips_policy(form: Form) -> None:
    form.world.set("premium", form.world.money(form.rng.randrange(2000, 200000)))
    letterhead(form, "insurer")
    strips(form, form.facts("name date_of_birth policy_number member_id", drop=0, blank=0), form.rng.choice((2, 4)))
    strips(
        form,
        form.facts("plan valid_from valid_until premium group_number", shuffle=True),
        form.rng.choice((3, 5)),
        0.08,
    )
    footer(form)


@layout("application", PAGE)
def gaps_application(form: Form) -> None:
    """Cells in three or four columns, several of them empty."""
    form.title(form.rng.choice(("Data sheet", "Personnel file", "Record card", "Registration sheet")))
    fields = "surname given_names date_of_birth place_of_birth nationality phone mobile email department job_title start_date employee_number"
    facts = form.facts(fields.replace("mobile ", ""), blank=0.3)
    across = form.rng.choice((3, 4))
    if form.rng.random() < 0.5:
        arrange.grid(form, facts, across)
    else:
        strips(form, facts, across, 0.1)
    any_way(form, free_facts(form, 4))


@layout("medical", (1240, 1500), split="dev")
def gaps_medical(form: Form) -> None:
    letterhead(form, "centre")
    strips(form, form.facts("name date_of_birth sex age", drop=0), 4, 0.1)
    strips(form, form.facts("visit_date doctor reference insurer member_id phone", blank=0.1), 3, 0.2)
    form.text("Findings: no abnormality was seen. Further checks are not planned.")
    footer(form)


@layout("application", PAGE)
def free_page(form: Form) -> None:
    """Fields of any trade in any arrangement."""
    form.title(
        form.rng.choice(
            ("Inspection sheet", "Rental agreement", "Work order", "Entry list", "Stock card", "Check-in sheet")
        )
    )
    for _ in range(form.rng.choice((1, 2, 3))):
        any_way(form, free_facts(form, form.rng.randrange(4, 9)))
    any_way(form, form.facts("name phone signature_date signed_by"))
    footer(form)


@layout("letter", (1240, 1400))
def free_letter(form: Form) -> None:
    letterhead(form, "company")
    form.text(
        form.rng.choice(("Confirmation of your order", "Your registration", "Details of the contract")),
        form.style.title,
    )
    form.text("We have recorded the following details. Please tell us at once if anything is wrong.")
    any_way(form, free_facts(form, form.rng.randrange(5, 10), 3))
    form.text("With kind regards")
    footer(form)


@layout("booking", (1100, 900), languages="en en de")
def free_tickets(form: Form) -> None:
    form.title(form.rng.choice(("TICKET", "VOUCHER", "RESERVATION", "PASS")))
    arrange.above(form, form.facts("name booking_reference", drop=0, blank=0), 2)
    facts = free_facts(form, form.rng.randrange(4, 8))
    form.rng.choice((arrange.above, arrange.below, arrange.grid))(form, facts, form.rng.choice((2, 3)))
    code(form, form.right - form.unit * 6, form.y, form.unit * 6)
    form.y += form.unit * 6.5


@layout("application", PAGE, split="dev", languages="en en en de")
def free_sheet(form: Form) -> None:
    form.title(form.rng.choice(("Handover protocol", "Service report", "Member data")))
    half, top = (form.left + form.right) / 2, form.y
    any_way(form, free_facts(form, form.rng.randrange(3, 7), 1), right=half - form.unit)
    bottom, form.y = form.y, top
    any_way(form, free_facts(form, form.rng.randrange(3, 7), 1), left=half)
    form.y = max(form.y, bottom)
    arrange.inline(form, form.facts("name date_of_birth", drop=0), across=2)


@layout("id", (1000, 640), scale=1.3)
def member_card(form: Form) -> None:
    form.answer("company", form.world.value("company"), form.title(form.world.value("company")))
    top, width = form.y, form.unit * 5
    photo(form, form.right - width, top, width, width * 1.2)
    facts = form.facts("name membership_level member_id member_since valid_until", drop=0.05, blank=0) + free_facts(
        form, 2, 1
    )
    form.rng.choice((arrange.above, arrange.below, arrange.inline))(
        form, facts, across=1 + (form.rng.random() < 0.5), right=form.right - width - form.unit
    )


@layout("booking", (1200, 560), split="dev", scale=1.15)
def train_ticket(form: Form) -> None:
    form.title(form.rng.choice(("RAIL TICKET", "Online ticket", "Reservation")))
    form.rng.choice((arrange.above, arrange.below))(
        form, form.facts(CODES + " name booking_reference", drop=0.25, blank=0, shuffle=True), across=4
    )
    form.vain += ["gate", "coach", "nights", "room_number"]


@layout("id", (1000, 720), scale=1.25, languages="en en de fr es it")
def visa_sticker(form: Form) -> None:
    form.title(form.rng.choice(("VISA", "ENTRY PERMIT", "VISA / VISUM")))
    form.second_language = form.rng.choice(("", "fr" if form.language != "fr" else "en"))
    facts = form.facts(
        "visa_type valid_from valid_until entries stay_days issuer passport_number surname given_names document_number",
        drop=0.1,
        blank=0,
    )
    form.rng.choice((arrange.above, arrange.below, arrange.grid))(form, facts, form.rng.choice((2, 3)))
