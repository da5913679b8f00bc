"""Invoices, pay slips, bank statements, and letters with a block of data."""

from __future__ import annotations

from benchmarks.forms import arrange
from benchmarks.forms.form import Form
from benchmarks.forms.layouts.base import footer, layout, logo, signature
from benchmarks.forms.pools import GOODS, INVOICES, SLIPS, pool
from benchmarks.forms.sheet import Rect

PAGE = (1240, 1754)


def bill(form: Form) -> list[tuple[str, int, int]]:
    """Goods with number and price in cents; decides subtotal, tax and total so that they add up."""
    rng, world = form.rng, form.world
    goods = rng.sample(pool(GOODS[form.language]), rng.randrange(1, 6))
    rows = [(name, rng.choice((1, 1, 2, 3, 10)), rng.randrange(150, 40000)) for name in goods]
    subtotal = sum(number * price for _, number, price in rows)
    tax = round(subtotal * rng.choice((0.06, 0.07, 0.19, 0.2, 0.21, 0.23)))
    for field, cents in (("subtotal", subtotal), ("tax", tax), ("total", subtotal + tax)):
        world.set(field, world.money(cents))
    return rows


def goods_table(form: Form, rows: list[tuple[str, int, int]]) -> None:
    heads = {
        "en": ("Description", "Qty", "Unit price", "Amount"),
        "de": ("Bezeichnung", "Menge", "Einzelpreis", "Betrag"),
    }
    head = heads.get(form.language, ("Article", "N", "P.U.", "EUR"))
    width = form.right - form.left
    tabs = (form.left, form.left + width * 0.6, form.left + width * 0.78, form.right)
    lines = [head, *((name, str(n), form.world.money(cents), form.world.money(n * cents)) for name, n, cents in rows)]
    rules = form.rng.random() < 0.6
    for line in lines:
        ink = form.style.label if line is head else form.style.value
        for x, text, align in zip(tabs, line, ("left", "right", "right", "right"), strict=True):
            form.write_label(x, form.y, text, width * (0.5 if align == "left" else 0.2), ink, align)
        form.y += form.unit * 1.8
        if rules:
            form.sheet.rule(form.left, form.y - form.unit * 0.3, form.right, form.y - form.unit * 0.3, arrange.GREY)
    form.y += form.unit * 0.5


def address_block(form: Form, name: str, x: float, y: float) -> tuple[Rect, Rect]:
    """A name with street and town below it; returns the places of the name and of the address."""
    ink, width = form.style.value, (form.right - form.left) * 0.45
    first = form.write_label(x, y, name, width, ink)
    street, town = form.world.street(), form.world.town()
    second = form.write_label(x, y + form.unit * 1.4, street, width, ink)
    third = form.write_label(x, y + form.unit * 2.8, town, width, ink)
    form.address = f"{street} {town}"
    return first, (min(second[0], third[0]), second[1], max(second[2], third[2]), third[3])


def seller_head(form: Form, field: str = "company") -> None:
    """The issuer's name large, its address and telephone small."""
    name = form.world.value(field)
    logo(form, form.left, form.y, form.unit * 2.2)
    rect = form.write_label(
        form.left + form.unit * 3,
        form.y + form.unit * 0.3,
        name,
        form.right - form.left - form.unit * 3,
        form.style.title,
    )
    form.answer(field, name, rect)
    form.y += form.unit * 3
    address = form.world.value("company_address")
    place = form.text(address, gap=0.1)
    if field == "company":
        form.answer("company_address", address, place)
    form.mentioned |= {"company_address", "company_phone"}
    form.text(f"Tel. {form.world.value('company_phone')}", gap=1.0)


@layout("invoice", PAGE)
def invoice_classic(form: Form) -> None:
    rows = bill(form)
    seller_head(form)
    form.title(form.rng.choice(INVOICES[form.language].split("|")), "left")
    top, name = form.y, form.world.value("name")
    form.write_label(form.left, top, form.label("name"), ink=form.style.small)
    rect, place = address_block(form, name, form.left, top + form.unit * 1.5)
    form.answer("name", name, rect)
    form.answer("address", form.address, place)
    arrange.columns(
        form,
        form.facts("invoice_number invoice_date due_date customer_number order_number"),
        left=(form.left + form.right) / 2 + form.unit,
    )
    form.y = max(form.y, top + form.unit * 7)
    goods_table(form, rows)
    arrange.opposite(
        form, form.facts("subtotal tax total", drop=0, blank=0), left=form.left + (form.right - form.left) * 0.5
    )
    arrange.inline(form, form.facts("iban bic vat_id", blank=0), across=1)
    footer(form)


@layout("invoice", PAGE)
def invoice_meta_row(form: Form) -> None:
    """Numbers and dates in a row of a table above the goods."""
    rows = bill(form)
    title = form.rng.choice(INVOICES[form.language].split("|"))
    form.text(title, form.style.title, "right")
    name = form.world.value("company")
    rect, place = address_block(form, name, form.left, form.y)
    form.answer("company", name, rect)
    form.answer("company_address", form.address, place)
    form.y += form.unit * 6
    arrange.inline(form, form.facts("name", drop=0, blank=0))
    arrange.header_row(
        form,
        [form.facts("invoice_number invoice_date due_date order_number customer_number")],
        rules=form.rng.choice(("all", "rows")),
    )
    goods_table(form, rows)
    arrange.opposite(
        form,
        form.facts("subtotal tax total", drop=0, blank=0),
        left=form.left + (form.right - form.left) * 0.55,
        pitch=1.8,
    )
    arrange.columns(form, form.facts("iban bic vat_id"))
    footer(form)


@layout("invoice", PAGE, split="dev")
def invoice_blocks(form: Form) -> None:
    rows = bill(form)
    seller_head(form)
    arrange.above(form, form.facts("invoice_number invoice_date due_date customer_number", blank=0.03), across=4)
    name = form.world.value("name")
    form.write_label(form.left, form.y, form.label("name"), ink=form.style.small)
    rect, place = address_block(form, name, form.left, form.y + form.unit * 1.4)
    form.answer("name", name, rect)
    form.answer("address", form.address, place)
    form.y += form.unit * 7
    goods_table(form, rows)
    arrange.ruled(form, form.facts("subtotal tax total", drop=0, blank=0), left=(form.left + form.right) / 2)
    footer(form)


@layout("invoice", PAGE)
def utility_bill(form: Form) -> None:
    """A bill whose amount stands in a coloured box at the top."""
    bill(form)
    seller_head(form)
    form.sheet.fill((form.left, form.y, form.right, form.y + form.unit * 4.2), (226, 234, 244))
    form.y += form.unit * 0.5
    inner = form.left + form.unit
    arrange.above(form, form.facts("total due_date customer_number", drop=0, blank=0), across=3, left=inner)
    form.y += form.unit
    arrange.columns(
        form, form.facts("name address invoice_number invoice_date contract_number iban"), far=form.rng.random()
    )
    arrange.opposite(form, form.facts("subtotal tax"))
    footer(form)


def pay(form: Form) -> None:
    """Decides gross pay, deductions and net pay so that they add up."""
    gross = form.rng.randrange(150000, 800000)
    less = round(gross * form.rng.uniform(0.12, 0.42))
    for field, cents in (("gross_pay", gross), ("deductions", less), ("net_pay", gross - less)):
        form.world.set(field, form.world.money(cents))


def earnings(form: Form) -> None:
    """Two columns of amounts whose names answer nothing."""
    left = ("Basic pay", "Overtime", "Bonus", "Allowance")
    right = ("Income tax", "Pension", "Health insurance", "Social contribution")
    half = (form.left + form.right) / 2
    for first, second in list(zip(left, right, strict=True))[: form.rng.randrange(2, 5)]:
        for x, edge, text in ((form.left, half - form.unit * 2, first), (half, form.right, second)):
            form.write_label(x, form.y, text)
            form.write_label(
                edge, form.y, form.world.money(form.rng.randrange(900, 300000)), ink=form.style.value, align="right"
            )
        form.y += form.unit * 1.7
    form.y += form.unit


@layout("payslip", (1240, 1300))
def payslip_columns(form: Form) -> None:
    pay(form)
    form.answer("employer", form.world.value("employer"), form.title(form.world.value("employer"), "left"))
    form.text(form.rng.choice(SLIPS[form.language].split("|")), form.style.label)
    top, half = form.y, (form.left + form.right) / 2
    arrange.columns(form, form.facts("name employee_number job_title department"), right=half - form.unit)
    bottom, form.y = form.y, top
    arrange.columns(form, form.facts("pay_period pay_date tax_id social_security"), left=half)
    form.y = max(form.y, bottom)
    earnings(form)
    arrange.opposite(form, form.facts("gross_pay deductions net_pay", drop=0, blank=0), left=half)
    arrange.inline(form, form.facts("iban bank"))
    footer(form)


@layout("payslip", (1240, 1200))
def payslip_grid(form: Form) -> None:
    pay(form)
    form.title(form.rng.choice(SLIPS[form.language].split("|")))
    arrange.grid(
        form, form.facts("employer name employee_number pay_period pay_date department tax_id", blank=0.08), across=3
    )
    earnings(form)
    arrange.grid(form, form.facts("gross_pay deductions net_pay", drop=0, blank=0), across=3)
    arrange.inline(form, form.facts("iban"))


@layout("payslip", (1240, 1100), split="dev")
def payslip_rows(form: Form) -> None:
    pay(form)
    form.title(form.rng.choice(SLIPS[form.language].split("|")))
    arrange.inline(
        form, form.facts("employer name employee_number social_security pay_period pay_date", blank=0.05), across=2
    )
    arrange.header_row(
        form, [form.facts("gross_pay deductions net_pay", drop=0, blank=0)], rules=form.rng.choice(("all", "rows"))
    )
    earnings(form)
    footer(form, contact=False)


def balances(form: Form) -> None:
    first, last = form.rng.randrange(10000, 900000), form.rng.randrange(10000, 900000)
    form.world.set("opening_balance", form.world.money(first))
    form.world.set("closing_balance", form.world.money(last))


def movements(form: Form) -> None:
    """Days, texts and amounts of an account."""
    width = form.right - form.left
    for _ in range(form.rng.randrange(3, 7)):
        when = form.world.day(form.world.before(40, form.world.issued))
        form.write_label(form.left, form.y, when, ink=form.style.value)
        text = form.rng.choice(("Card payment", "Transfer", "Direct debit", "Salary", "Cash machine"))
        form.write_label(form.left + width * 0.25, form.y, f"{text} {form.world.pattern('####')}", ink=form.style.value)
        amount = form.world.money(form.rng.choice((-1, -1, 1)) * form.rng.randrange(500, 90000))
        form.write_label(form.right, form.y, amount, ink=form.style.value, align="right")
        form.y += form.unit * 1.7
    form.y += form.unit * 0.6


@layout("bank", (1240, 1500))
def statement_columns(form: Form) -> None:
    balances(form)
    form.answer("bank", form.world.value("bank"), form.title(form.world.value("bank"), "left"))
    arrange.columns(
        form,
        form.facts("name iban bic account_number statement_number statement_date"),
        left=form.left + (form.right - form.left) * form.rng.choice((0.0, 0.4)),
    )
    arrange.opposite(form, form.facts("opening_balance", drop=0, blank=0))
    movements(form)
    arrange.opposite(form, form.facts("closing_balance", drop=0, blank=0))
    footer(form)


@layout("bank", (1240, 1500), split="dev")
def statement_boxes(form: Form) -> None:
    balances(form)
    form.answer("bank", form.world.value("bank"), form.title(form.world.value("bank")))
    arrange.inline(form, form.facts("name", drop=0, blank=0))
    arrange.above(
        form,
        form.facts("account_number sort_code iban statement_date", blank=0.03),
        across=2,
        boxed=form.rng.random() < 0.4,
    )
    arrange.above(form, form.facts("opening_balance closing_balance", drop=0, blank=0), across=2)
    movements(form)
    footer(form)


@layout("letter", PAGE)
def letter_block(form: Form) -> None:
    """A letter: sender, block of data at the right, running text."""
    seller_head(form)
    top, name = form.y + form.unit * 2, form.world.value("name")
    rect, place = address_block(form, name, form.left, top)
    form.answer("name", name, rect)
    form.answer("address", form.address, place)
    form.y = top
    arrange.columns(
        form,
        form.facts("reference date customer_number contact_person phone"),
        left=form.left + (form.right - form.left) * 0.55,
    )
    form.y = max(form.y, top + form.unit * 7)
    form.text(form.rng.choice(("Your contract", "Confirmation of your request", "Notice")), form.style.label)
    _letter_text(form)
    arrange.inline(form, form.facts("contract_number due_date total expiry_date", drop=0.3, blank=0))
    form.text("Yours sincerely", form.style.value)
    signature(form, form.left, form.y + form.unit, form.unit * 7)
    footer(form)


@layout("letter", PAGE, split="dev")
def letter_table(form: Form) -> None:
    form.answer("company", form.world.value("company"), form.title(form.world.value("company"), "left"))
    arrange.inline(form, form.facts("reference date", drop=0, blank=0), across=2)
    _letter_text(form)
    arrange.ruled(
        form,
        form.facts("name date_of_birth policy_number customer_number contract_number effective_date total due_date"),
    )
    _letter_text(form)
    footer(form)


def _letter_text(form: Form) -> None:
    form.world.set("total", form.world.money(form.rng.randrange(2000, 300000)))
    sentences = (
        "We thank you for your letter and confirm that your request was dealt with.",
        "Please check the details below and tell us within two weeks if anything is wrong.",
        "The amount will be collected from your account as agreed.",
        "Our office is open from Monday to Friday between 9 and 17 o'clock.",
        "You need not do anything at present.",
    )
    form.text(" ".join(form.rng.sample(sentences, 3)), form.style.value, gap=1.0)
