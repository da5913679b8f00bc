"""Identity cards, passports' pages with data, driving licences, and insurance cards."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from benchmarks.forms import arrange
from benchmarks.forms.fonts import a_face
from benchmarks.forms.form import Form, fit
from benchmarks.forms.layouts.base import footer, layout, logo, photo, signature, watermark
from benchmarks.forms.sheet import Ink

CARD = (1250, 790)
PERSON = "surname given_names date_of_birth sex nationality"
STATES = "REPUBLIC OF NORLAND|WESTMARK|SUDONIA|KINGDOM OF UTOPIA|NORLAND"


def _heading(form: Form, words: str) -> None:
    form.sheet.fill((0, 0, form.sheet.width, form.unit * 2.6), tuple(min(255, c + 120) for c in form.style.accent))  # type: ignore[arg-type]
    form.y = form.unit * 0.6
    ink = replace(form.style.title, size=int(form.unit * 1.2))
    state = form.sheet.write(form.left, form.y, form.rng.choice(STATES.split("|")), ink)
    room = form.right - state[2] - form.unit
    form.write_label(form.right, form.y, form.rng.choice(words.split("|")), room, align="right")
    form.y = form.unit * 3.4


@layout("id", CARD, scale=1.4)
def id_labels_above(form: Form) -> None:
    watermark(form, "ID")
    _heading(form, "IDENTITY CARD|CARTE D'IDENTITÉ|PERSONALAUSWEIS|IDENTITY CARD / CARTE D'IDENTITÉ")
    top, width = form.y, form.unit * 9
    photo(form, form.left, top, width, width * 1.3)
    form.second_language = form.rng.choice(("", "fr" if form.language != "fr" else "en"))
    left = form.left + width + form.unit * 1.5
    arrange.above(form, form.facts("surname given_names", drop=0), across=1, left=left)
    arrange.above(
        form,
        form.facts("date_of_birth sex nationality place_of_birth document_number expiry_date", blank=0.02),
        across=2,
        left=left,
    )
    signature(form, form.left, form.sheet.height - form.unit * 3, form.unit * 7)


@layout("id", CARD, scale=1.4)
def id_labels_beside(form: Form) -> None:
    _heading(form, "NATIONAL ID|IDENTIFICATION CARD|RESIDENT CARD")
    top, width = form.y, form.unit * 8
    photo(form, form.right - width, top, width, width * 1.3)
    arrange.columns(
        form,
        form.facts("national_id name date_of_birth sex place_of_birth address issue_date expiry_date", blank=0.02),
        right=form.right - width - form.unit,
    )


@layout("id", CARD, scale=1.4, split="dev")
def id_labels_below(form: Form) -> None:
    _heading(form, "IDENTITY CARD|CITIZEN CARD")
    width = form.unit * 8
    photo(form, form.left, form.y, width, width * 1.3)
    left = form.left + width + form.unit * 1.5
    arrange.below(form, form.facts(PERSON, blank=0.02), across=2, left=left, rules=False)
    arrange.below(
        form,
        form.facts("document_number personal_number issue_date expiry_date issuer", blank=0.02),
        across=2,
        left=left,
        rules=False,
    )


@layout("id", CARD, scale=1.4, languages="en")
def driving_licence(form: Form) -> None:
    """Numbered values; some licences print the number alone, this one the label as well."""
    _heading(form, "DRIVING LICENCE|DRIVER LICENSE")
    width = form.unit * 8
    photo(form, form.left, form.y, width, width * 1.3)
    form.numbered = True
    facts = form.facts(
        f"{PERSON} issue_date expiry_date issuer driving_licence_number address height eye_colour",
        blank=0.0,
    )
    arrange.inline(form, facts, left=form.left + width + form.unit * 1.5)


@layout("id", (1250, 880), scale=1.15)
def passport_page(form: Form) -> None:
    _heading(form, "PASSPORT|PASSPORT / PASSEPORT|REISEPASS / PASSPORT")
    width = form.unit * 9
    photo(form, form.left, form.y, width, width * 1.3)
    form.second_language = form.rng.choice(
        ("", "fr" if form.language != "fr" else "en", "en" if form.language != "en" else "es")
    )
    left = form.left + width + form.unit * 1.5
    arrange.above(form, form.facts("passport_number surname given_names", drop=0, blank=0), across=1, left=left)
    arrange.above(
        form,
        form.facts(
            "nationality date_of_birth sex place_of_birth issue_date expiry_date issuer personal_number",
            drop=0.1,
            blank=0.0,
        ),
        across=2,
        left=left,
    )
    _machine_lines(form)


@layout("id", (1250, 860), scale=1.15, split="dev")
def passport_columns(form: Form) -> None:
    """A passport's page with labels beside small values in two columns."""
    form.title(form.rng.choice(STATES.split("|")), "left")
    width = form.unit * 8
    photo(form, form.left, form.y, width, width * 1.3)
    left = form.left + width + form.unit * 1.2
    arrange.columns(
        form,
        form.facts(
            f"passport_number {PERSON} place_of_birth issue_date expiry_date issuer",
            drop=0.08,
            blank=0,
        ),
        left=left,
    )
    _machine_lines(form)


def _machine_lines(form: Form) -> None:
    """Two lines of 44 letters for machines, formed as in ICAO 9303; their check digits are not right."""
    given, surname = (_plain(part) for part in form.world.holder)
    number = _plain(form.world.value("passport_number")).ljust(9, "<")[:9]
    born = form.world.born.strftime("%y%m%d")
    first = f"P<NLD{surname}<<{given}".ljust(44, "<")[:44]
    second = f"{number}4NLD{born}7{form.world.sex}3101018<<<<<<<<<<<<<<06"[:44].ljust(44, "<")
    ink = Ink(a_face(form.rng, "ocr").regular, int(form.unit * 1.15))
    top = max(form.y + form.unit * 0.3, form.sheet.height - form.unit * 4.2)
    for n, line in enumerate((first, second)):
        form.sheet.write(form.left, top + n * form.unit * 1.7, line, fit(ink, line, form.right - form.left))


def _plain(text: str) -> str:
    flat = unicodedata.normalize("NFD", text.upper().replace("Ł", "L").replace("Ø", "O"))
    return "".join(
        c if c.isalnum() else "<" for c in flat if not unicodedata.combining(c) and (c.isascii() or c == "ß")
    )


@layout("insurance", CARD, scale=1.4, languages="en en de fr")
def insurance_card(form: Form) -> None:
    logo(form, form.left, form.y, form.unit * 2)
    insurer = form.world.value("insurer")
    rect = form.sheet.write(
        form.left + form.unit * 3,
        form.y,
        insurer,
        fit(form.style.title, insurer, form.right - form.left - form.unit * 3),
    )
    form.answer("insurer", insurer, rect)
    form.y += form.unit * 4
    arrange.inline(form, form.facts("name member_id group_number date_of_birth"))
    arrange.inline(form, form.facts("plan effective_date policy_number", blank=0.1), across=2)
    form.text("For emergencies call 24 hours a day. This card does not prove coverage.")


@layout("insurance", CARD, scale=1.4, split="dev", languages="en")
def insurance_columns(form: Form) -> None:
    form.answer("insurer", *_top(form))
    half, top = (form.left + form.right) / 2, form.y
    arrange.above(form, form.facts("name member_id date_of_birth", drop=0.05), across=1, right=half - form.unit)
    bottom, form.y = form.y, top
    arrange.columns(form, form.facts("group_number plan effective_date expiry_date doctor"), left=half)
    form.y = max(form.y, bottom)
    footer(form)


@layout("insurance", (1250, 1000), scale=1.2)
def insurance_letter_card(form: Form) -> None:
    form.answer("insurer", *_top(form))
    arrange.ruled(
        form, form.facts("name date_of_birth policy_number member_id effective_date expiry_date plan address")
    )


def _top(form: Form) -> tuple[str, tuple[float, float, float, float]]:
    insurer = form.world.value("insurer")
    return insurer, form.title(insurer)
