"""Tables, blocks and lines that say which dose was given when, where and of what; asked for by the number of the dose."""

# ruff: noqa: E501

from __future__ import annotations

from dataclasses import dataclass, replace

from benchmarks.forms import arrange
from benchmarks.forms.form import Fact, Form
from benchmarks.forms.layouts.base import code, footer, layout, signature, stamp
from benchmarks.forms.pools import CERTIFICATES
from benchmarks.forms.sheet import Rect, around

PAGE = (1240, 1754)
NTH = ("first", "second", "third")
ORDINALS = {
    "en": "1st Dose|2nd Dose|3rd Dose~1 st dose|2 nd dose|3 rd dose~Dose 1|Dose 2|Dose 3~1st|2nd|3rd~First dose|Second dose|Third dose~1|2|3~#1|#2|#3~1st Dose COVID-19|2nd Dose COVID-19|Other~Dose-1|Dose-2|Dose-3",
    "de": "1. Dosis|2. Dosis|3. Dosis~1. Impfung|2. Impfung|3. Impfung~Dosis 1|Dosis 2|Dosis 3~1|2|3~Erste Dosis|Zweite Dosis|Dritte Dosis",
    "fr": "1re dose|2e dose|3e dose~Dose 1|Dose 2|Dose 3~1|2|3~1ère dose|2ème dose|3ème dose",
    "es": "1.ª dosis|2.ª dosis|3.ª dosis~Dosis 1|Dosis 2|Dosis 3~1|2|3~Primera dosis|Segunda dosis|Tercera dosis",
    "it": "1ª dose|2ª dose|3ª dose~Dose 1|Dose 2|Dose 3~Prima dose|Seconda dose|Terza dose",
    "pt": "1.ª dose|2.ª dose|3.ª dose~Dose 1|Dose 2|Dose 3~1|2|3",
    "nl": "1e dosis|2e dosis|3e dosis~Dosis 1|Dosis 2|Dosis 3~1e vaccinatie|2e vaccinatie|3e vaccinatie",
    "pl": "I dawka|II dawka|III dawka~Dawka 1|Dawka 2|Dawka 3~1|2|3",
}
HEADS = {  # what the columns are called: date, lot, site, vaccine
    "en": (
        "Date|Date given|Date of dose|Date administered|Date (dd/mm/yy)|Given on|Vaccination date",
        "Lot|Lot Number|Batch No.|Lot #|Batch / Lot|Product lot|Lot no.",
        "Site|Clinic Site|Healthcare Professional or Clinic Site|Place|Vaccination centre|Administered at|Location",
        "Vaccine|Product|Product Name|Product Name / Manufacturer|Type of vaccine|Vaccine name",
    ),
    "de": ("Datum|Impfdatum|Datum der Impfung", "Charge|Chargen-Nr.|Ch.-B.", "Ort|Impfzentrum|Impfstelle", "Impfstoff|Produkt|Handelsname"),
    "fr": ("Date|Date d'injection", "Lot|N° de lot", "Lieu|Centre", "Vaccin|Produit"),
    "es": ("Fecha|Fecha de dosis", "Lote|N.º de lote", "Centro|Lugar", "Vacuna|Producto"),
    "it": ("Data|Data dose", "Lotto|N. lotto", "Centro|Luogo", "Vaccino|Prodotto"),
    "pt": ("Data|Data da dose", "Lote|N.º do lote", "Local|Centro", "Vacina|Produto"),
    "nl": ("Datum|Datum toediening", "Lotnummer|Batch", "Locatie|Plaats", "Vaccin|Product"),
    "pl": ("Data|Data podania", "Seria|Nr serii", "Miejsce|Punkt szczepień", "Szczepionka|Preparat"),
}  # fmt: skip
DATE, LOT, SITE, VACCINE = range(4)


@dataclass(frozen=True)
class Doses:
    """``count`` doses: what each is called, what the columns are called, and a fact for each of date, lot, site, vaccine."""

    count: int
    ordinals: list[str]
    heads: tuple[str, ...]
    facts: list[list[Fact]]


def doses(form: Form, count: int = 0) -> Doses:
    """One to three doses; what was not given is to be asked for in vain. One vaccine and one site, or one a dose."""
    rng, world = form.rng, form.world
    count = count or rng.choices((1, 2, 3), (2, 6, 2))[0]
    ordinals = rng.choice(ORDINALS[form.language].split("~")).split("|")
    heads = tuple(rng.choice(names.split("|")) for names in HEADS[form.language])
    mixed, moved = rng.random() < 0.4, rng.random() < 0.5
    facts = []
    for nth in NTH[:count]:
        lot, day = world.value(f"{nth}_batch"), world.day(world.doses[NTH.index(nth)])
        site = world.value(f"{nth}_centre" if moved else "first_centre")
        vaccine = world.value(f"{nth}_vaccine" if mixed else "first_vaccine")
        fields = (f"{nth}_dose_date", f"{nth}_batch", f"{nth}_centre", f"{nth}_vaccine")
        facts.append(
            [
                Fact(field, head, text)
                for field, head, text in zip(fields, heads, (day, lot, site, vaccine), strict=True)
            ]
        )
    form.vain += [f"{nth}_{what}" for nth in NTH[count:] for what in ("dose_date", "batch", "centre", "vaccine")]
    form.vain += [] if count > 2 else ["third_dose_date", "third_dose_date"]
    form.mentioned |= {"batch", "centre", "vaccine", "doctor", "manufacturer"}
    return Doses(count, ordinals, heads, facts)


def done(form: Form, made: Doses, what: tuple[int, ...]) -> None:
    """The last dose's date is the date of the last vaccination, and what all doses share is asked for without a number."""
    last = made.facts[-1][DATE]
    if last.field in form.answers:
        form.answer("last_dose_date", *form.answers[last.field])
    if made.count == 1:
        for n, field in ((LOT, "batch"), (SITE, "centre"), (VACCINE, "vaccine")):
            if n in what and made.facts[0][n].field in form.answers:
                form.answer(field, *form.answers[made.facts[0][n].field])


def person(form: Form) -> None:
    form.title(form.rng.choice(CERTIFICATES[form.language].split("|")))
    fields = "name date_of_birth " + form.rng.choice(
        ("", "passport_number", "sex nationality", "document_number address")
    )
    form.rng.choice((arrange.columns, arrange.inline, arrange.below, arrange.above, arrange.dotted))(
        form, form.facts(fields, drop=0)
    )


def columns_of(form: Form) -> tuple[int, ...]:
    """Which columns a table has, in which order; the date always."""
    others = [n for n in (LOT, SITE, VACCINE) if form.rng.random() < 0.75] or [LOT]
    kept = [DATE, *others]
    form.rng.shuffle(kept)
    return tuple(kept)


def cells(form: Form, table: list[list[list[Fact]]], edges: list[float], rules: str) -> None:
    """A table whose cells hold one fact a line; facts without a field are only written."""
    pad, top = form.unit * 0.35, form.y
    ys = [top]
    for row in table:
        bottom = form.y + form.unit * 1.5
        for n, facts in enumerate(row):
            y, width = form.y + pad, edges[n + 1] - edges[n] - 2 * pad
            for fact in facts:
                y = written(form, edges[n] + pad, y, fact, width)[3] + form.unit * 0.3
            bottom = max(bottom, y + pad * 0.5)
        form.y = bottom
        ys.append(bottom)
    for y in ys if rules != "none" else []:
        form.sheet.rule(edges[0], y, edges[-1], y, arrange.GREY)
    for x in edges if rules == "all" else []:
        form.sheet.rule(x, top, x, form.y, arrange.GREY)
    form.y += form.unit


def written(form: Form, x: float, y: float, fact: Fact, width: float) -> Rect:
    """A fact in a cell; what has no field is a label, in two lines where it has room for one word only."""
    if fact.field:
        return form.write_value(x, y, fact, width)
    ink = replace(form.style.label, size=max(12, int(form.style.label.size * 0.85)))
    words, half = fact.value.split(), (len(fact.value.split()) + 1) // 2
    lines = (
        [" ".join(words[:half]), " ".join(words[half:])]
        if len(words) > 1 and ink.width(fact.value) > width * 0.8
        else [fact.value]
    )
    rects = [form.write_label(x, y + n * ink.size * 1.15, line, width, ink) for n, line in enumerate(lines) if line]
    return around(rects) if rects else (x, y, x, y)


def plain(text: str) -> list[Fact]:
    return [Fact("", "", text)]


def edges_of(form: Form, count: int, first: float = 0.8) -> list[float]:
    """The left edges of columns and the right one of the last; the first is ``first`` as wide as the others."""
    weights = [first, *(form.rng.uniform(0.8, 1.3) for _ in range(count - 1))]
    width = form.right - form.left
    return [form.left + width * sum(weights[:n]) / sum(weights) for n in range(count + 1)]


def rows_table(form: Form, made: Doses, what: tuple[int, ...], spare: int = 0) -> None:
    """A row for each dose and rows left empty; at times the corner is empty and at times it says "Dose"."""
    corner = form.rng.choice(("", "Dose", "Dose", "No.", "#")) if form.language == "en" else form.rng.choice(("", "N°"))
    table = [[plain(corner), *(plain(made.heads[n]) for n in what)]]
    table += [[plain(made.ordinals[row]), *([made.facts[row][n]] for n in what)] for row in range(made.count)]
    for row in range(made.count, min(3, made.count + spare)):
        table.append([plain(made.ordinals[row]), *(plain("") for _ in what)])
    cells(form, table, edges_of(form, len(what) + 1), form.rng.choice(("all", "all", "rows", "none")))
    done(form, made, what)


@layout("vaccination", (1240, 1200))
def dose_table(form: Form) -> None:
    person(form)
    rows_table(form, doses(form), columns_of(form), form.rng.choice((0, 0, 1, 2)))
    if form.rng.random() < 0.5:
        arrange.columns(form, form.facts("certificate_number issuer issue_date"))
    footer(form)


@layout("vaccination", (1200, 800), scale=1.1, languages="en en en de fr es")
def dose_stacked_cells(form: Form) -> None:
    """A card: vaccine and lot in one cell, one above the other; sometimes the labels too."""
    person(form)
    made = doses(form)
    head = [*plain(made.heads[VACCINE]), *plain(made.heads[LOT])]
    rest = [DATE, SITE] if form.rng.random() < 0.7 else [SITE, DATE]
    table = [[plain(form.rng.choice(("", "Vaccine"))), head, *(plain(made.heads[n]) for n in rest)]]
    for row in range(made.count):
        both = [made.facts[row][VACCINE], made.facts[row][LOT]]
        table.append([plain(made.ordinals[row]), both, *([made.facts[row][n]] for n in rest)])
    if made.count < 3:
        table.append([plain(made.ordinals[made.count]), *(plain("") for _ in range(3))])
    cells(form, table, edges_of(form, 4), form.rng.choice(("all", "rows")))
    done(form, made, (DATE, LOT, SITE, VACCINE))


@layout("vaccination", (1240, 1100))
def dose_transposed(form: Form) -> None:
    """A column for each dose, a row for each of date, lot, site, vaccine."""
    person(form)
    made, what = doses(form, form.rng.choice((2, 2, 3))), columns_of(form)
    corner = form.rng.choice(("Dose #:", "Dose", "", "Dose no.")) if form.language == "en" else ""
    table = [[plain(corner), *(plain(made.ordinals[n]) for n in range(made.count))]]
    table += [[plain(made.heads[n]), *([made.facts[row][n]] for row in range(made.count))] for n in what]
    cells(form, table, edges_of(form, made.count + 1, 1.1), form.rng.choice(("all", "rows", "none")))
    done(form, made, what)
    footer(form)


@layout("vaccination", PAGE)
def dose_blocks(form: Form) -> None:
    """A block with a heading for each dose, one below the other or side by side."""
    person(form)
    made, what = doses(form), columns_of(form)
    colon, side = form.style.colon or ":", form.rng.random() < 0.4 and made.count == 2
    half, top, lowest = (form.left + form.right) / 2, form.y, form.y
    for row in range(made.count):
        left, right = (form.left, half - form.unit) if side and not row else (half if side else form.left, form.right)
        form.y = top if side else form.y
        form.write_label(
            left, form.y, made.ordinals[row] + form.rng.choice(("", colon)), right - left, form.style.title
        )
        form.y += form.style.title.size * 1.6
        way = form.rng.choice((arrange.columns, arrange.inline, arrange.inline))
        way(form, [made.facts[row][n] for n in what], left, right)
        lowest = max(lowest, form.y)
    form.y = lowest
    done(form, made, what)
    signature(form, form.left, form.y + form.unit, form.unit * 8)


@layout("vaccination", (1240, 1100), languages="en en en de fr es")
def dose_inline(form: Form) -> None:
    """One line for each dose: "Dose 2 (01.02.2021): Immunorix, AB1234, Lakeside Clinic"."""
    person(form)
    made = doses(form)
    form_of = form.rng.choice(("brackets", "colon", "dash", "named"))
    for row, facts in enumerate(made.facts):
        x = form.write_label(
            form.left,
            form.y,
            made.ordinals[row] + ("" if form_of == "brackets" else {"colon": ":", "dash": " -", "named": ":"}[form_of]),
        )[2]
        ink, order = form.style.value, [DATE, *form.rng.sample([LOT, SITE, VACCINE], form.rng.choice((1, 2)))]
        for n in order:
            before, after = ("(", "):") if form_of == "brackets" and n == DATE else ("", "" if n == order[-1] else ",")
            name = f"{facts[n].label}: " if form_of == "named" and n != DATE else ""
            x += ink.width(" ")
            if name:
                x = form.write_label(x, form.y, name.strip())[2] + ink.width(" ")
            x = glued(form, x, form.y, before, facts[n], after)
        form.y += form.unit * 2
    done(form, made, ())
    form.text(form.rng.choice(("No further dose is due.", "Keep this record.", "Bring this record to every visit.")))


def glued(form: Form, x: float, y: float, before: str, fact: Fact, after: str) -> float:
    """A value with signs right before and behind it, that are no part of the answer; returns the right end."""
    ink = form.style.value
    if before:
        x = form.sheet.write(x, y, before, ink)[2] + 1
    x = form.write_value(x, y, fact)[2] + 1
    return form.sheet.write(x, y, after, ink)[2] if after else x


@layout("vaccination", (1240, 1300))
def dose_series(form: Form) -> None:
    """One dose, with its number in the series such as 2/2."""
    form.title(form.rng.choice(CERTIFICATES[form.language].split("|")))
    code(form, form.right - form.unit * 7, form.y, form.unit * 6)
    form.rng.choice((arrange.columns, arrange.above, arrange.below))(
        form, form.facts("name date_of_birth certificate_number disease", drop=0.1), right=form.right - form.unit * 8
    )
    facts = form.facts("dose_number last_dose_date vaccine manufacturer batch country issuer", drop=0.08, shuffle=True)
    form.rng.choice((arrange.ruled, arrange.columns, arrange.grid, arrange.below))(form, facts)
    form.vain += ["third_dose_date", "doses_given", "next_dose_date", "injection_site"]
    form.mentioned |= {"doses_given"} if form.rng.random() < 0.9 else set()
    footer(form)


@layout("vaccination", (1240, 1000), split="dev")
def dose_table_dev(form: Form) -> None:
    form.answer("centre", form.world.value("centre"), form.title(form.world.value("centre")))
    arrange.inline(form, form.facts("name date_of_birth", drop=0), across=2)
    rows_table(form, doses(form, form.rng.choice((2, 2, 3))), columns_of(form), form.rng.choice((0, 1)))
    stamp(form, form.right - form.unit * 8, form.y, form.unit * 6)
    arrange.below(form, form.facts("doctor issue_date", blank=0.2), 2)


@layout("vaccination", (1240, 1000), split="dev")
def dose_columns_dev(form: Form) -> None:
    """Blocks without a frame side by side, a column for each dose, labels in each of them."""
    arrange.above(form, form.facts("name date_of_birth passport_number", drop=0), 3)
    made, what = doses(form, 2), columns_of(form)
    half, top, lowest = (form.left + form.right) / 2, form.y, form.y
    for row, left in enumerate((form.left, half)):
        form.y = top
        form.write_label(left, form.y, made.ordinals[row])
        form.y += form.unit * 1.8
        arrange.above(form, [made.facts[row][n] for n in what], 1, left, left + (half - form.left) * 0.9)
        lowest = max(lowest, form.y)
    form.y = lowest
    done(form, made, what)
