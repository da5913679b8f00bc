"""Amounts in tables with several columns of numbers, and amounts that stand alone in large letters."""

# ruff: noqa: E501

from __future__ import annotations

from benchmarks.forms import arrange
from benchmarks.forms.form import Fact, Form
from benchmarks.forms.layouts.base import footer, layout, logo
from benchmarks.forms.layouts.business import bill, goods_table
from benchmarks.forms.layouts.pieces import amounts, labelled_span, large, letterhead, unlabelled
from benchmarks.forms.pools import SLIPS

PAGE = (1240, 1500)
NOW_YEAR = {
    "en": "This period|Year to date~Current|YTD~Amount|Year to date", "de": "Monat|Jahr~Betrag|kumuliert", "fr": "Mois|Cumul annuel",
    "es": "Mes|Acumulado", "it": "Mese|Progressivo", "pt": "Mês|Acumulado", "nl": "Periode|Cumulatief", "pl": "Miesiąc|Narastająco",
}  # fmt: skip
NET_TAX_GROSS = {
    "en": "Net|VAT|Gross~Net amount|Tax|Total", "de": "Netto|MwSt.|Brutto", "fr": "HT|TVA|TTC", "es": "Base|IVA|Total", "it": "Imponibile|IVA|Totale",
    "pt": "Base|IVA|Total", "nl": "Netto|Btw|Bruto", "pl": "Netto|VAT|Brutto",
}  # fmt: skip


def pay(form: Form) -> None:
    """Gross pay, deductions and net pay that add up, of the period and of the year."""
    gross, month = form.rng.randrange(120000, 700000), form.rng.randrange(2, 12)
    tax, pension = int(gross * form.rng.uniform(0.1, 0.25)), int(gross * form.rng.uniform(0.03, 0.1))
    cents = {
        "gross_pay": gross,
        "income_tax": tax,
        "pension": pension,
        "deductions": tax + pension,
        "net_pay": gross - tax - pension,
    }
    for field, amount in cents.items():
        form.world.set(field, form.world.money(amount))
    for field, amount in (
        ("gross_year", gross),
        ("deductions_year", tax + pension),
        ("net_year", gross - tax - pension),
    ):
        form.world.set(field, form.world.money(amount * month + 1234))


def row(form: Form, field: str, *others: str) -> list[Fact]:
    """A fact and those beside it in the next columns; what has no name is a number that nobody asks for."""
    extra = form.world.money(form.rng.randrange(1000, 900000))
    return [form.fact(field), *(Fact(other, "", form.world.value(other) if other else extra) for other in others)]


@layout("payslip", PAGE)
def slip_two_columns(form: Form) -> None:
    pay(form)
    form.answer("employer", form.world.value("employer"), form.title(form.world.value("employer")))
    arrange.columns(form, form.facts("name employee_number pay_period pay_date"))
    heads = form.rng.choice(NOW_YEAR[form.language].split("~")).split("|")
    rows = [row(form, "gross_pay", "gross_year"), row(form, "income_tax", ""), row(form, "pension", "")]
    amounts(form, [*rows, row(form, "deductions", "deductions_year"), row(form, "net_pay", "net_year")], heads)
    footer(form)


@layout("payslip", PAGE, split="dev")
def slip_large_net(form: Form) -> None:
    pay(form)
    form.title(form.rng.choice(SLIPS[form.language].split("|")))
    arrange.above(form, form.facts("employer name pay_date employee_number", drop=0.05), 2)
    arrange.opposite(form, form.facts("gross_pay income_tax pension deductions", drop=0.1, blank=0))
    large(form, "net_pay", form.rng.choice(("left", "middle", "right")))


@layout("bank", PAGE)
def account_summary(form: Form) -> None:
    """The balances of an account, beside those of the month before."""
    opening, paid_in, out = (form.rng.randrange(10000, 900000) for _ in range(3))
    for field, cents in (
        ("opening_balance", opening),
        ("credits", paid_in),
        ("debits", out),
        ("closing_balance", opening + paid_in - out),
    ):
        form.world.set(field, form.world.money(cents))
    form.answer("bank", form.world.value("bank"), form.title(form.world.value("bank")))
    arrange.columns(form, form.facts("name account_number iban statement_date"))
    if form.rng.random() < 0.5:
        labelled_span(form, "statement_period", form.world.period, ("period_start", "period_end"))
    fields = ("opening_balance", "credits", "debits", "closing_balance")
    heads = ["This month", "Last month"] if form.language == "en" else ["EUR"]
    amounts(form, [row(form, field, "")[: len(heads)] for field in fields], heads[: len(heads)])
    footer(form)


@layout("bank", (1240, 1100), split="dev")
def balance_large(form: Form) -> None:
    for field in ("opening_balance", "closing_balance"):
        form.world.set(field, form.world.money(form.rng.randrange(4000, 900000)))
    letterhead(form, "bank")
    arrange.inline(form, form.facts("name account_number statement_date", drop=0), across=2)
    large(form, "closing_balance", form.rng.choice(("left", "right")))
    arrange.opposite(form, form.facts("opening_balance", drop=0, blank=0))


@layout("invoice", PAGE)
def tax_columns(form: Form) -> None:
    """Net, tax and gross as columns of one row under the goods."""
    rows = bill(form)
    letterhead(form, "company")
    arrange.inline(form, form.facts("name invoice_number invoice_date", drop=0), across=form.rng.choice((1, 2)))
    goods_table(form, rows)
    heads = form.rng.choice(NET_TAX_GROSS[form.language].split("~")).split("|")
    facts = [
        Fact(field, head, form.world.value(field))
        for field, head in zip(("subtotal", "tax", "total"), heads, strict=True)
    ]
    if form.rng.random() < 0.6:
        arrange.header_row(form, [facts])
    else:
        arrange.opposite(form, facts, left=form.left + (form.right - form.left) * 0.5)
    arrange.inline(form, form.facts("due_date iban"))


@layout("invoice", PAGE)
def notice_large(form: Form) -> None:
    """A notice of payment: an amount large, its label above or below, few words else."""
    form.world.set("amount_due", form.world.money(form.rng.randrange(1000, 400000)))
    logo(form, form.left, form.y, form.unit * 2)
    form.y += form.unit * 3
    form.answer("company", form.world.value("company"), form.text(form.world.value("company"), form.style.title))
    unlabelled(form, "name", form.left, form.y, form.unit * 14)
    large(form, "amount_due", form.rng.choice(("left", "middle", "right")))
    form.rng.choice((arrange.below, arrange.above))(
        form, form.facts("due_date invoice_number customer_number", drop=0.05), 3
    )
    form.text("Please quote the number when you pay. Thank you.")
    footer(form)


@layout("letter", PAGE, split="dev")
def reminder(form: Form) -> None:
    form.world.set("amount_due", form.world.money(form.rng.randrange(1000, 400000)))
    letterhead(form, "company")
    unlabelled(form, "name", form.left, form.y, form.unit * 14)
    arrange.inline(form, form.facts("date reference customer_number"))
    form.text("We have not yet received your payment. Please settle the amount below.", form.style.value)
    arrange.columns(form, form.facts("amount_due due_date iban", drop=0, blank=0))
    footer(form)
