"""Pages whose labels stand below the values, and documents whose fields are numbered, with a legend elsewhere or none."""

# ruff: noqa: E501

from __future__ import annotations

from benchmarks.forms import arrange
from benchmarks.forms.form import Fact, Form
from benchmarks.forms.layouts.base import code, footer, layout, photo, signature, stamp
from benchmarks.forms.layouts.pieces import free_facts, ticked
from benchmarks.forms.wording import labels

PAGE = (1240, 1754)
LICENCE = (
    ("1", "surname"), ("2", "given_names"), ("3", "date_of_birth"), ("4a", "issue_date"), ("4b", "expiry_date"),
    ("4c", "issuer"), ("4d", "personal_number"), ("5", "driving_licence_number"), ("8", "address"), ("9", "categories"),
)  # fmt: skip
VEHICLE = (
    ("A", "plate"), ("B", "first_registration"), ("C.1.1", "surname"), ("C.1.2", "given_names"), ("C.1.3", "address"),
    ("D.1", "vehicle_make"), ("D.3", "vehicle_model"), ("E", "vin"), ("I", "issue_date"), ("H", "expiry_date"),
)  # fmt: skip


def lines_below(form: Form, fields: str, across: tuple[int, ...] = (1, 2, 3), blank: float = 0.06) -> None:
    """Facts in rows of changing width, each with its label below it."""
    facts, rules = form.facts(fields, blank=blank), form.rng.random() < 0.85
    while facts:
        count = form.rng.choice(across)
        arrange.below(form, facts[:count], count, rules=rules)
        facts = facts[count:]
        form.y += form.unit * form.rng.choice((0.0, 0.3, 0.6))


@layout("medical", PAGE)
def registration_below(form: Form) -> None:
    form.title(form.rng.choice(("Patient registration", "Registration", "New patient")))
    lines_below(form, "name date_of_birth sex address phone email insurer member_id doctor emergency_contact")
    ticked(form, "has_allergies")
    lines_below(form, "visit_date signed_by signature_date")
    footer(form)


@layout("vaccination", PAGE)
def certificate_below(form: Form) -> None:
    form.title(form.rng.choice(("Vaccination record", "Certificate", "Impfpass / Record")))
    across = form.rng.choice(((1,), (2,), (3,), (1, 2, 3)))
    lines_below(form, "name date_of_birth sex nationality passport_number vaccine manufacturer batch", across)
    lines_below(
        form, "dose_number last_dose_date centre doctor issuer issue_date certificate_number expiry_date", across
    )
    stamp(form, form.right - form.unit * 8, form.y - form.unit * 4, form.unit * 6)
    footer(form)


@layout("insurance", PAGE, split="dev")
def policy_below(form: Form) -> None:
    form.answer("insurer", form.world.value("insurer"), form.title(form.world.value("insurer")))
    form.world.set("premium", form.world.money(form.rng.randrange(2000, 200000)))
    lines_below(form, "policy_number name date_of_birth address plan valid_from valid_until premium")
    lines_below(form, "contact_person phone signed_by signature_date")
    footer(form)


@layout("application", PAGE)
def claim_below(form: Form) -> None:
    form.title(form.rng.choice(("Application", "Request form", "Hire agreement", "Entry form")))
    lines_below(form, "name date_of_birth address phone")
    facts, across = free_facts(form, form.rng.randrange(6, 11)), form.rng.choice((1, 2, 3))
    arrange.below(form, facts, across, rules=form.rng.random() < 0.8)
    lines_below(form, "signed_by signature_date", (2,))
    signature(form, form.left, form.y, form.unit * 8)


@layout("payslip", (1240, 1300), split="dev")
def payslip_below(form: Form) -> None:
    for field in ("gross_pay", "net_pay", "deductions"):
        form.world.set(field, form.world.money(form.rng.randrange(40000, 600000)))
    form.answer("employer", form.world.value("employer"), form.title(form.world.value("employer")))
    lines_below(form, "name employee_number job_title department pay_period pay_date", (2, 3), 0.03)
    lines_below(form, "gross_pay deductions net_pay", (3,), 0)
    lines_below(form, "bank iban social_security", (1, 2))


@layout("id", (1100, 720), scale=1.3)
def card_below(form: Form) -> None:
    """A card with a photograph; tiny labels below the values, in one language or two."""
    form.second_language = form.rng.choice(("", *(one for one in ("en", "fr", "de") if one != form.language)))
    form.title(form.rng.choice(("IDENTITY CARD", "RESIDENCE PERMIT", "STAFF CARD", "RESIDENT ID")))
    top, width = form.y, form.unit * 6
    photo(form, form.right - width, top, width, width * 1.25)
    facts = form.facts("surname given_names date_of_birth sex nationality document_number expiry_date issuer", blank=0)
    arrange.below(form, facts, 2, right=form.right - width - form.unit, rules=form.rng.random() < 0.3)


def numbered_facts(
    form: Form, codes: tuple[tuple[str, str], ...], left: float, right: float, across: int
) -> list[tuple[str, str]]:
    """Numbers with values beside them; returns the numbers and fields that are there."""
    kept = [pair for pair in codes if form.rng.random() < 0.9]
    mark = form.rng.choice(("{}", "{}.", "({})", "{}:"))
    ink = form.style.small if form.rng.random() < 0.6 else form.style.label
    tab, step, pitch = (
        form.unit * form.rng.uniform(1.6, 2.6) + ink.width("4a") * 0.5,
        (right - left) / across,
        form.unit * 1.7,
    )
    if max(len(number) for number, _ in kept) > 2:
        tab += ink.width("C.1")
    y = [form.y] * across
    for n, (number, field) in enumerate(kept):
        lane = n % across
        form.write_label(left + lane * step, y[lane] + (form.unit - ink.size) * 0.6, mark.format(number), ink=ink)
        fact = Fact(field, "", form.world.value(field))
        y[lane] = max(
            y[lane] + pitch,
            form.write_value(left + lane * step + tab, y[lane], fact, step - tab - form.unit * 0.4)[3]
            + form.unit * 0.7,
        )
    form.y = max(y)
    return kept


def legend(form: Form, pairs: list[tuple[str, str]]) -> None:
    """What the numbers mean, in small print."""
    mark, joint = form.rng.choice(("{} {}", "{}. {}", "{}: {}", "({}) {}")), form.rng.choice(("   ", ", ", "; ", " / "))
    texts = [mark.format(number, labels(field, form.language, form.family)[0]) for number, field in pairs]
    form.y += form.unit * 0.5
    if form.rng.random() < 0.5:
        form.text(joint.join(texts), gap=0.3)
        return
    for text in texts:
        form.text(text, gap=0.0)


@layout("id", (1100, 700), scale=1.25)
def licence_numbers(form: Form) -> None:
    """A driving licence: a photograph, numbers beside the values, the meaning of the numbers below or nowhere."""
    words = {"de": "FÜHRERSCHEIN", "fr": "PERMIS DE CONDUIRE", "es": "PERMISO DE CONDUCCIÓN", "it": "PATENTE DI GUIDA"}
    form.title(
        words.get(form.language, form.rng.choice(("DRIVING LICENCE", "DRIVER LICENSE", "DRIVING PERMIT"))), "middle"
    )
    top, width = form.y, form.unit * 5.5
    photo(form, form.left, top, width, width * 1.3)
    pairs = numbered_facts(form, LICENCE, form.left + width + form.unit, form.right, 1)
    form.y = max(form.y, top + width * 1.4)
    if form.rng.random() < 0.55:
        legend(form, pairs)
    form.vain += ["policy_number", "nationality", "place_of_birth", "phone"]


@layout("id", (1000, 1250), split="dev", scale=1.2)
def licence_paper(form: Form) -> None:
    form.title(form.rng.choice(("Driving permit", "LICENCE", "Permit to drive")))
    pairs = numbered_facts(form, LICENCE, form.left, form.right, form.rng.choice((1, 2)))
    if form.rng.random() < 0.7:
        legend(form, pairs)
    photo(form, form.left, form.y + form.unit, form.unit * 5, form.unit * 6)


@layout("id", (1240, 900), languages="en en de fr es it", scale=1.1)
def vehicle_codes(form: Form) -> None:
    """A certificate of registration: codes of letters and numbers, with or without a legend."""
    form.title(
        form.rng.choice(("Registration certificate", "CERTIFICATE OF REGISTRATION", "Vehicle registration - Part I"))
    )
    pairs = numbered_facts(form, VEHICLE, form.left, form.right, form.rng.choice((1, 2)))
    if form.rng.random() < 0.6:
        legend(form, pairs)


@layout("vaccination", (1240, 1000))
def coded_certificate(form: Form) -> None:
    form.title(form.rng.choice(("International certificate", "Vaccination certificate", "Health pass")))
    names = (
        "name date_of_birth nationality passport_number vaccine batch last_dose_date centre issuer certificate_number"
    )
    pairs = tuple((str(n + 1), name) for n, name in enumerate(names.split()))
    first = form.rng.random() < 0.3
    if first:
        legend(form, list(pairs))
        form.y += form.unit
    kept = numbered_facts(form, pairs, form.left, form.right, form.rng.choice((1, 1, 2)))
    if not first:
        legend(form, kept)
    code(form, form.right - form.unit * 6, form.y, form.unit * 6)
    form.y += form.unit * 6.5


@layout("id", (1100, 720), languages="de fr es it pt nl pl", scale=1.3)
def bilingual_small(form: Form) -> None:
    """A European card: numbered small labels in two or three languages above the values."""
    form.second_language = "en"
    form.numbered = form.rng.random() < 0.5
    form.title(form.rng.choice(("RESIDENCE PERMIT", "IDENTITY CARD", "EUROPEAN CARD")))
    width = form.unit * 5.5
    photo(form, form.left, form.y, width, width * 1.25)
    facts = form.facts(
        "surname given_names date_of_birth nationality sex document_number issue_date expiry_date", blank=0
    )
    form.rng.choice((arrange.above, arrange.below))(form, facts, 2, form.left + width + form.unit)
