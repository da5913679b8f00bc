"""Papers whose issuer is a letterhead and whose recipient an address block, without labels; blocks under "Bill to"."""

from __future__ import annotations

from benchmarks.forms import arrange
from benchmarks.forms.form import Form
from benchmarks.forms.layouts.base import footer, layout, signature
from benchmarks.forms.layouts.business import bill, goods_table
from benchmarks.forms.layouts.pieces import large, letterhead, span, unlabelled
from benchmarks.forms.pools import INVOICES, SLIPS

PAGE = (1240, 1754)
DEAR = {
    "de": "Guten Tag,",
    "fr": "Madame, Monsieur,",
    "es": "Estimados señores:",
    "it": "Gentile cliente,",
    "nl": "Geachte heer, mevrouw,",
}


def totals(form: Form) -> None:
    arrange.opposite(
        form, form.facts("subtotal tax total", drop=0, blank=0), left=form.left + (form.right - form.left) * 0.5
    )


@layout("invoice", PAGE)
def head_invoice(form: Form) -> None:
    rows = bill(form)
    letterhead(form, "company")
    top, half = form.y, (form.left + form.right) / 2
    right = form.rng.random() < 0.3
    unlabelled(form, "name", half if right else form.left, top, half - form.left - form.unit)
    bottom, form.y = form.y, top
    facts = form.facts("invoice_number invoice_date due_date customer_number")
    arrange.columns(form, facts, form.left if right else half, half - form.unit if right else form.right)
    form.y = max(form.y, bottom) + form.unit
    form.title(form.rng.choice(INVOICES[form.language].split("|")), "left")
    goods_table(form, rows)
    totals(form)
    footer(form)


@layout("letter", PAGE)
def head_letter(form: Form) -> None:
    """A letter: letterhead, address, date at the right, a subject, text, a name under the signature."""
    letterhead(form, "company")
    unlabelled(form, "name", form.left, form.y, form.unit * 14)
    arrange.inline(form, form.facts("date reference", drop=0, blank=0), left=form.right - form.unit * 12)
    form.text(
        form.rng.choice(("Your contract", "Important information", "Change of your data", "Our offer")),
        form.style.title,
    )
    form.text(DEAR.get(form.language, "Dear customer,"), form.style.value)
    form.text(
        "Thank you for your message. We have changed our terms as of next month and ask you to read them with care.",
        form.style.value,
    )
    arrange.columns(form, form.facts("customer_number contract_number contact_person phone"))
    signature(form, form.left, form.y, form.unit * 7)
    form.y += form.unit * 1.2
    form.answer("signed_by", form.world.value("signed_by"), form.text(form.world.value("signed_by"), form.style.value))
    footer(form)


@layout("medical", (1240, 1500))
def head_clinic(form: Form) -> None:
    letterhead(form, "centre")
    unlabelled(form, "name", form.left, form.y, form.unit * 14)
    arrange.inline(form, form.facts("visit_date reference date_of_birth", drop=0.1), across=form.rng.choice((1, 2)))
    form.text("The patient was seen in our practice. No further treatment is needed at present.", form.style.value)
    form.y += form.unit
    signature(form, form.left, form.y, form.unit * 7)
    form.y += form.unit
    form.answer("doctor", form.world.value("doctor"), form.text(form.world.value("doctor"), form.style.value))
    footer(form)


@layout("booking", (1240, 1400), split="dev")
def head_folio(form: Form) -> None:
    """A hotel's bill for a guest."""
    form.world.set("total", form.world.money(form.rng.randrange(80, 2400) * 100))
    letterhead(form, "hotel")
    unlabelled(form, "name", form.left, form.y, form.unit * 14)
    arrange.columns(form, form.facts("room_number check_in check_out nights booking_reference"))
    arrange.opposite(form, form.facts("total", drop=0, blank=0))
    footer(form)


@layout("invoice", PAGE, split="dev")
def blocks_bill_to(form: Form) -> None:
    rows = bill(form)
    letterhead(form, "company")
    two_blocks(form)
    arrange.above(form, form.facts("invoice_number invoice_date due_date order_number"), 4)
    goods_table(form, rows)
    totals(form)


def two_blocks(form: Form) -> None:
    """Whom the bill goes to and whom the goods go to: a label, a name below it, an address below that."""
    top, half, lowest = form.y, (form.left + form.right) / 2, form.y
    pairs = [("name", form.left), ("ship_name", half)]
    if form.rng.random() < 0.3:
        pairs = [("ship_name", form.left), ("name", half)]
    for field, left in pairs:
        form.y = top
        form.write_label(left, top, form.label(field) + form.rng.choice(("", ":")), half - form.left)
        unlabelled(form, field, left, top + form.unit * 1.5, half - form.left - form.unit)
        lowest = max(lowest, form.y)
    form.y = lowest + form.unit * 0.5


@layout("invoice", PAGE)
def blocks_ship_to(form: Form) -> None:
    rows = bill(form)
    form.title(form.rng.choice(INVOICES[form.language].split("|")))
    if form.rng.random() < 0.5:
        form.answer("company", form.world.value("company"), form.text(form.world.value("company"), form.style.label))
    two_blocks(form)
    arrange.header_row(form, [form.facts("order_number invoice_number invoice_date delivery_date customer_number")])
    goods_table(form, rows)
    large(form, "total", "right")
    footer(form)


@layout("payslip", (1240, 1400))
def head_payslip(form: Form) -> None:
    for field in ("gross_pay", "net_pay", "deductions", "income_tax", "pension"):
        form.world.set(field, form.world.money(form.rng.randrange(4000, 600000)))
    letterhead(form, "employer")
    unlabelled(form, "name", form.left, form.y, form.unit * 14)
    form.title(form.rng.choice(SLIPS[form.language].split("|")), "left")
    arrange.above(form, form.facts("pay_period pay_date employee_number department"), 4)
    arrange.opposite(form, form.facts("gross_pay income_tax pension deductions net_pay", drop=0.1, blank=0))
    arrange.inline(form, form.facts("iban bank"))


@layout("bank", (1240, 1300))
def head_bank(form: Form) -> None:
    for field in ("opening_balance", "closing_balance"):
        form.world.set(field, form.world.money(form.rng.randrange(4000, 900000)))
    letterhead(form, "bank")
    unlabelled(form, "name", form.left, form.y, form.unit * 14)
    arrange.columns(form, form.facts("account_number iban bic"))
    span_line(form)
    arrange.opposite(form, form.facts("opening_balance closing_balance", drop=0, blank=0))
    footer(form)


def span_line(form: Form) -> None:
    rect = form.write_label(form.left, form.y, form.label("statement_period") + form.style.colon)
    span(form, rect[2] + form.unit, form.y, "statement_period", form.world.period, ("period_start", "period_end"))
    form.y += form.unit * 2


@layout("insurance", (1240, 1400))
def head_policy(form: Form) -> None:
    form.world.set("premium", form.world.money(form.rng.randrange(2000, 200000)))
    letterhead(form, "insurer")
    unlabelled(form, "name", form.left, form.y, form.unit * 14)
    form.title(form.rng.choice(("Certificate of insurance", "Your policy", "Insurance schedule")), "left")
    arrange.columns(form, form.facts("policy_number plan member_id"))
    rect = form.write_label(form.left, form.y, form.label("validity") + form.style.colon)
    span(form, rect[2] + form.unit, form.y, "validity", form.world.valid, ("valid_from", "valid_until"))
    form.y += form.unit * 2
    large(form, "premium")
    footer(form)
