"""Vaccination cards, certificates and declarations."""

from __future__ import annotations

from benchmarks.forms import arrange
from benchmarks.forms.form import Fact, Form
from benchmarks.forms.layouts.base import code, footer, layout, logo, photo, signature, stamp, watermark
from benchmarks.forms.pools import CERTIFICATES, OFFICES, pool

PERSON = "name date_of_birth sex nationality document_number passport_number national_id"
DOSES = "vaccine manufacturer batch doses_given last_dose_date centre country doctor"
PAPERS = "certificate_number issuer issue_date expiry_date"


def heading(form: Form) -> None:
    if form.rng.random() < 0.5:
        logo(form, form.left, form.y, form.unit * 2.4)
        form.sheet.write(
            form.left + form.unit * 3.2, form.y + form.unit * 0.6, form.rng.choice(pool(OFFICES)), form.style.small
        )
        form.y += form.unit * 3.2
    form.title(form.rng.choice(CERTIFICATES[form.language].split("|")))


def dose_rows(form: Form, count: int, fields: str = "vaccine last_dose_date batch centre doctor") -> list[list[Fact]]:
    """Rows of a table, one a dose: the number of the dose, then the fields.

    With several rows, what differs between them is asked for by the number of the dose only.
    """
    rng, world, rows = form.rng, form.world, []
    names = [name for name in fields.split() if name == "last_dose_date" or rng.random() < 0.8]
    heads = {name: form.label(name) for name in names}
    ordinal = rng.choice(("{}", "Dose {}", "{}.", "#{}"))
    first = {"en": ("Dose", "Dose #", "No.", "Vaccine dose"), "de": ("Nr.", "Impfung")}.get(form.language, ("N°", "#"))
    if rng.random() < 0.25:
        ordinal = "ordinal"
    head, vaccine, centre = rng.choice(first), world.value("vaccine"), world.value("centre")
    form.mentioned |= {"batch", "doctor", "last_dose_date"}
    days = ("first_dose_date", "second_dose_date", "third_dose_date") if count > 1 else ("last_dose_date",)
    batches, doctors = (("first_batch", "second_batch", ""), "") if count > 1 else (("batch",), "doctor")
    for n in range(count):
        number = ("1st", "2nd", "3rd")[n] if ordinal == "ordinal" else ordinal.format(n + 1)
        made = {
            "vaccine": Fact("vaccine", heads.get("vaccine", ""), vaccine),
            "last_dose_date": Fact(days[n], heads["last_dose_date"], world.day(world.doses[n])),
            "batch": Fact(
                batches[n],
                heads.get("batch", ""),
                world.pattern(rng.choice(("@@####", "***##", "EW####", "###@##@"))),
            ),
            "centre": Fact("centre", heads.get("centre", ""), centre),
            "doctor": Fact(doctors, heads.get("doctor", ""), world.make_doctor()),
            "manufacturer": Fact("manufacturer", heads.get("manufacturer", ""), world.value("manufacturer")),
        }
        rows.append([Fact("", head, number), *(made[name] for name in names)])
    return rows


@layout("vaccination", (1240, 1754))
def certificate_columns(form: Form) -> None:
    watermark(form, "VALID")
    heading(form)
    arrange.columns(form, form.facts(PERSON), far=form.rng.random(), rules=form.rng.random() < 0.3)
    if form.rng.random() < 0.5:
        form.text(form.rng.choice(("Vaccination details", "Details of vaccination", "VACCINATION")), form.style.title)
    arrange.columns(form, form.facts("vaccination_status " + DOSES), far=form.rng.random())
    arrange.columns(form, form.facts(PAPERS))
    code(form, form.right - form.unit * 8, form.y, form.unit * 7)
    footer(form)


@layout("vaccination", (1300, 900), scale=1.15)
def travel_card(form: Form) -> None:
    """A card with a photograph, the status large, a table of doses below."""
    heading(form)
    top, width = form.y, form.unit * 6
    photo(form, form.left, top, width, width * 1.25)
    arrange.inline(
        form,
        form.facts("certificate_number name date_of_birth sex document_number vaccination_status"),
        left=form.left + width + form.unit * 1.5,
    )
    form.y = max(form.y, top + width * 1.25 + form.unit)
    arrange.header_row(
        form, dose_rows(form, form.rng.choice((1, 2, 2, 3))), rules=form.rng.choice(("all", "rows", "none"))
    )


@layout("vaccination", (1100, 760), languages="en", scale=1.2)
def record_card(form: Form) -> None:
    """A paper card: lines to fill in, rows of doses, some of them empty."""
    form.title(form.rng.choice(("COVID-19 Vaccination Record", "Vaccination Record Card", "Immunization Card")))
    form.text("Please keep this record card, which includes medical information about the vaccines you have received.")
    arrange.below(form, form.facts("surname given_names", drop=0.0), across=2)
    arrange.below(form, form.facts("date_of_birth member_id", blank=0.15), across=2)
    rows = dose_rows(form, 2, "vaccine batch last_dose_date centre")
    empty = [Fact("", fact.label, "") for fact in rows[0]]
    empty[0] = Fact("", rows[0][0].label, "Other")
    arrange.header_row(form, [*rows, empty])


@layout("vaccination", (1240, 1754))
def bilingual_above(form: Form) -> None:
    """Labels in two languages, small, above their values."""
    form.second_language = form.rng.choice([code for code in ("fr", "de", "es", "en") if code != form.language])
    heading(form)
    arrange.above(form, form.facts(PERSON), across=form.rng.choice((1, 2)))
    arrange.above(form, form.facts(DOSES), across=2)
    arrange.above(form, form.facts(PAPERS), across=2, boxed=form.rng.random() < 0.4)
    stamp(form, form.right - form.unit * 9, form.sheet.height - form.unit * 14, form.unit * 7)
    footer(form)


@layout("vaccination", (1240, 1600), split="dev")
def clinic_grid(form: Form) -> None:
    heading(form)
    form.answer("centre", form.world.value("centre"), form.text(form.world.value("centre"), form.style.label))
    arrange.grid(
        form, form.facts("name date_of_birth sex address phone document_number"), across=form.rng.choice((2, 3))
    )
    arrange.grid(
        form,
        form.facts("vaccination_status vaccine manufacturer batch last_dose_date doses_given next_dose_date doctor"),
        across=2,
    )
    arrange.columns(form, form.facts("issuer issue_date expiry_date"))
    signature(form, form.left, form.y + form.unit * 2, form.unit * 9)
    footer(form)


@layout("vaccination", (1240, 1754), languages="en")
def hotel_declaration(form: Form) -> None:
    """A self-declaration on arrival: numbered lines to fill in, boxes to tick."""
    form.answer("hotel", *_named(form, "hotel"))
    form.title(form.rng.choice(("Guest Health Declaration", "Self-Declaration on Arrival", "Health Questionnaire")))
    form.numbered = form.rng.random() < 0.6
    arrange.dotted(form, form.facts("name date_of_birth nationality passport_number phone email"))
    arrange.dotted(form, form.facts("check_in room_number"))
    arrange.choice(form, "previous_reaction", form.label("previous_reaction"), ("Yes", "No"))
    form.text(form.rng.choice(("Vaccination", "Details of my vaccination")), form.style.title)
    arrange.dotted(
        form,
        form.facts("vaccination_status vaccine first_dose_date second_dose_date third_dose_date", drop=0.2, blank=0.15),
    )
    arrange.dotted(form, form.facts("emergency_contact signature_date"))
    signature(form, form.left, form.y + form.unit, form.unit * 9)
    footer(form, contact=False)


@layout("vaccination", (1240, 1754))
def ruled_details(form: Form) -> None:
    """Titled tables of two columns, as an official certificate has them."""
    heading(form)
    code(form, form.right - form.unit * 7, form.y - form.unit * 5, form.unit * 7)
    form.y += form.unit * 2.5
    share, shade = form.rng.uniform(0.3, 0.5), form.rng.random() < 0.5
    arrange.ruled(
        form, form.facts("surname given_names date_of_birth document_number nationality"), share=share, shade=shade
    )
    arrange.ruled(
        form,
        form.facts("disease vaccine manufacturer batch doses_given last_dose_date country"),
        share=share,
        shade=shade,
    )
    arrange.ruled(form, form.facts("issuer certificate_number issue_date expiry_date"), share=share, shade=shade)
    stamp(form, form.left + form.unit * 4, form.y - form.unit * 5, form.unit * 6)
    footer(form)


@layout("vaccination", (900, 1500), split="dev", scale=1.4)
def phone_pass(form: Form) -> None:
    """A pass as a telephone shows it: status on a coloured bar, code, then labels above values."""
    form.sheet.fill((0, 0, form.sheet.width, form.unit * 5), form.style.accent)
    form.y = form.unit * 1.5
    status = form.fact("vaccination_status")
    white = form.style.title.__class__(form.style.title.file, int(form.unit * 1.5), (255, 255, 255))
    form.write_value(form.left, form.y, status, form.right - form.left, white)
    form.y = form.unit * 6
    code(form, form.left + form.unit * 9, form.y, form.unit * 14)
    form.y += form.unit * 16
    arrange.above(form, form.facts("name", drop=0), across=1)
    arrange.above(
        form,
        form.facts("date_of_birth document_number certificate_number vaccine doses_given last_dose_date expiry_date"),
        across=2,
    )


@layout("vaccination", (1400, 1000), scale=1.15)
def booklet(form: Form) -> None:
    """Two pages of a yellow booklet: the holder in running text with lines, doses in a ruled table."""
    form.sheet.fill((0, 0, form.sheet.width, form.sheet.height), (252, 240, 180))
    form.second_language = "fr" if form.language == "en" and form.rng.random() < 0.5 else ""
    form.title(
        form.rng.choice(("International Certificate of Vaccination", "Certificate of Vaccination or Prophylaxis"))
    )
    arrange.dotted(form, form.facts("name", drop=0, blank=0))
    half = (form.left + form.right) / 2 - form.unit
    top = form.y
    arrange.dotted(form, form.facts("date_of_birth nationality", drop=0), right=half)
    bottom, form.y = form.y, top
    arrange.dotted(form, form.facts("sex passport_number", drop=0), left=half + form.unit * 2)
    form.y = max(form.y, bottom) + form.unit
    form.second_language = ""
    arrange.header_row(
        form, dose_rows(form, form.rng.choice((1, 2, 3)), "vaccine last_dose_date doctor manufacturer batch centre")
    )
    stamp(form, form.right - form.unit * 8, form.y - form.unit * 4, form.unit * 6)


@layout("vaccination", (1240, 1100), split="dev")
def registry_printout(form: Form) -> None:
    """A print-out of a registry: pairs in two columns of text, doses in a plain table."""
    form.text(form.rng.choice(pool(OFFICES)), form.style.label)
    form.title(form.rng.choice(CERTIFICATES[form.language].split("|")))
    arrange.inline(
        form,
        form.facts(
            "name date_of_birth sex document_number certificate_number address mother_name vaccination_status",
            shuffle=True,
        ),
        across=2,
    )
    arrange.header_row(form, dose_rows(form, form.rng.choice((2, 3))), rules="rows")
    arrange.columns(form, form.facts("next_dose_date issuer issue_date"))
    footer(form)


CERTIFYING = {  # text before each value: name, birth, document, vaccine, day, disease
    "en": "This is to certify that|born on|holder of document No.|has been vaccinated with|on|against",
    "de": "Hiermit wird bescheinigt, dass|geboren am|Ausweis Nr.|geimpft wurde mit|am|gegen",
    "fr": "Nous certifions que|né(e) le|titulaire du document n°|a été vacciné(e) avec|le|contre",
    "es": "Se certifica que|nacido/a el|con documento nº|ha sido vacunado/a con|el|contra",
}


@layout("vaccination", (1240, 900), languages="en en en de fr es")
def certifying_text(form: Form) -> None:
    """Values within sentences, then a few pairs."""
    heading(form)
    words = CERTIFYING[form.language].split("|")
    fields = ("name", "date_of_birth", "document_number", "vaccine", "last_dose_date", "disease")
    parts = [part for word, field in zip(words, fields, strict=False) for part in (word, form.fact(field))]
    arrange.sentences(form, parts)
    arrange.columns(form, form.facts("vaccination_status batch doctor issue_date expiry_date"))
    signature(form, form.left, form.y + form.unit, form.unit * 8)
    footer(form)


@layout("vaccination", (1240, 1000), split="dev", languages="en")
def doctors_letter(form: Form) -> None:
    """A doctor's letter on a vaccination: values in sentences, another person's name in its head."""
    doctor = form.world.value("doctor")
    form.answer("doctor", doctor, form.text(doctor, form.style.title))
    form.text(form.world.value("centre"))
    arrange.inline(form, form.facts("issue_date reference", drop=0.2, blank=0))
    arrange.sentences(
        form,
        [
            "To whom it may concern: my patient",
            form.fact("name"),
            ", date of birth",
            form.fact("date_of_birth"),
            ", was given the vaccine",
        ],
    )
    arrange.inline(form, form.facts("vaccine batch first_dose_date second_dose_date vaccination_status", blank=0.03))
    form.text("Please contact the practice if you have any questions.", form.style.value)
    signature(form, form.left, form.y + form.unit, form.unit * 8)


def _named(form: Form, field: str) -> tuple[str, tuple[float, float, float, float]]:
    """Writes a value as a heading of its own, without a label."""
    value = form.world.value(field)
    return value, form.text(value, form.style.title)
