"""Papers on which two days belong together: billing periods, terms of validity, stays."""

# ruff: noqa: E501

from __future__ import annotations

from datetime import date

from benchmarks.forms import arrange
from benchmarks.forms.form import Fact, Form
from benchmarks.forms.layouts.base import code, footer, layout
from benchmarks.forms.layouts.pieces import free_facts, labelled_span, large, letterhead, unlabelled

PAGE = (1240, 1500)
FROM_TO = {
    "en": "From|To~Valid from|to~from|until~Start|End", "de": "von|bis~Gültig von|bis~ab|bis", "fr": "du|au~Valable du|au",
    "es": "desde|hasta~del|al", "it": "dal|al~Valido dal|al", "pt": "de|até~Válido de|até", "nl": "van|tot~Geldig van|tot en met",
    "pl": "od|do~Ważny od|do",
}  # fmt: skip


def stay_days(form: Form) -> tuple[date, date]:
    """The days of the stay that the world would tell; asked for again they are the same."""
    form.world.value("check_in")
    nights = form.rng.randrange(1, 12)
    last = form.world.arrival.fromordinal(form.world.arrival.toordinal() + nights)
    form.world.set("check_out", form.world.day(last))
    form.world.set("nights", str(nights))
    return form.world.arrival, last


def from_to(form: Form, days: tuple[date, date], ends: tuple[str, str]) -> None:
    """Two days in one line, each behind its own small word: "valid from 01.02.2024 to 31.01.2025"."""
    x = form.left
    words = form.rng.choice(FROM_TO[form.language].split("~")).split("|")
    colon = form.rng.choice(("", ":"))
    for word, field, day in zip(words, ends, days, strict=True):
        x = form.write_label(x, form.y, word + colon)[2] + form.unit * 0.5
        x = form.write_value(x, form.y, Fact(field, word, form.world.day(day)))[2] + form.unit * form.rng.uniform(
            0.5, 2
        )
    form.y += form.unit * 2


@layout("invoice", PAGE)
def period_bill(form: Form) -> None:
    form.world.set("amount_due", form.world.money(form.rng.randrange(1000, 90000)))
    letterhead(form, "company")
    unlabelled(form, "name", form.left, form.y, form.unit * 14)
    arrange.columns(form, form.facts("customer_number invoice_number invoice_date"))
    if form.rng.random() < 0.7:
        labelled_span(form, "billing_period", form.world.period, ("period_start", "period_end"))
    else:
        from_to(form, form.world.period, ("period_start", "period_end"))
    arrange.inline(form, form.facts("due_date", drop=0, blank=0.1))
    large(form, "amount_due", form.rng.choice(("left", "right")))
    footer(form)


@layout("booking", PAGE)
def stay_line(form: Form) -> None:
    days = stay_days(form)
    letterhead(form, "hotel")
    arrange.columns(form, form.facts("name booking_reference", drop=0))
    labelled_span(form, "stay", days, ("check_in", "check_out"))
    form.rng.choice((arrange.above, arrange.below))(
        form, form.facts("nights guests room_type room_number", blank=0.05), 2
    )
    arrange.inline(form, free_facts(form, 3))
    footer(form)


@layout("insurance", PAGE)
def term_policy(form: Form) -> None:
    form.world.set("premium", form.world.money(form.rng.randrange(2000, 200000)))
    letterhead(form, "insurer")
    arrange.columns(form, form.facts("policy_number name address plan"))
    days, ends = form.world.valid, ("valid_from", "valid_until")
    if form.rng.random() < 0.5:
        labelled_span(form, "validity", days, ends)
    else:
        from_to(form, days, ends)
    arrange.inline(form, form.facts("premium due_date", drop=0, blank=0.1))
    footer(form)


@layout("booking", (1000, 640), split="dev", scale=1.25)
def season_pass(form: Form) -> None:
    form.title(form.rng.choice(("SEASON PASS", "Monthly ticket", "Parking permit", "Ski pass")))
    arrange.inline(form, form.facts("name customer_number", drop=0))
    way = form.rng.choice(("span", "ends"))
    if way == "span":
        labelled_span(form, "validity", form.world.valid, ("valid_from", "valid_until"))
    else:
        from_to(form, form.world.valid, ("valid_from", "valid_until"))
    arrange.inline(form, form.facts("travel_class", drop=0))
    code(form, form.right - form.unit * 6, form.y - form.unit * 5, form.unit * 6)
    form.y += form.unit * 1.5


@layout("bank", (1240, 1300))
def period_statement(form: Form) -> None:
    for field in ("opening_balance", "closing_balance", "credits", "debits"):
        form.world.set(field, form.world.money(form.rng.randrange(4000, 900000)))
    form.answer("bank", form.world.value("bank"), form.title(form.world.value("bank")))
    arrange.inline(form, form.facts("name account_number", drop=0), across=2)
    labelled_span(form, "statement_period", form.world.period, ("period_start", "period_end"))
    arrange.columns(form, form.facts("opening_balance credits debits closing_balance", drop=0.05, blank=0), far=0.6)
    footer(form)


@layout("booking", (1240, 1100), split="dev")
def stay_columns(form: Form) -> None:
    days = stay_days(form)
    form.title(form.rng.choice(("Booking voucher", "Guest card", "Your holiday")))
    form.answer("hotel", form.world.value("hotel"), form.text(form.world.value("hotel"), form.style.label))
    arrange.below(form, form.facts("name booking_reference guests", drop=0), 3)
    labelled_span(form, "stay", days, ("check_in", "check_out"))
    arrange.inline(form, form.facts("nights room_number", drop=0, blank=0.1), across=2)
