"""Forms that people fill in: job applications and medical intake forms, with check boxes."""

from __future__ import annotations

from benchmarks.forms import arrange
from benchmarks.forms.form import Form
from benchmarks.forms.layouts.base import footer, layout, signature

PAGE = (1240, 1754)


@layout("application", PAGE)
def job_lines(form: Form) -> None:
    form.title(form.rng.choice(("Application for Employment", "Employment Application", "Job Application Form")))
    form.text("Please complete all sections. Equal opportunity employer.")
    arrange.dotted(form, form.facts("name address phone email", blank=0.1))
    half, top = (form.left + form.right) / 2, form.y
    arrange.dotted(form, form.facts("date_of_birth social_security", drop=0.1, blank=0.15), right=half - form.unit)
    bottom, form.y = form.y, top
    arrange.dotted(form, form.facts("job_title start_date", drop=0.1, blank=0.1), left=half)
    form.y = max(bottom, form.y)
    if form.language == "en":
        arrange.choice(
            form,
            "employment_type",
            form.label("employment_type"),
            ("Full-time", "Part-time", "Temporary"),
            under=form.rng.random() < 0.5,
        )
        arrange.choice(form, "citizen", form.label("citizen"), ("Yes", "No"))
    arrange.dotted(form, form.facts("salary driving_licence_number previous_employer supervisor", blank=0.15))
    arrange.dotted(form, form.facts("emergency_contact signature_date", blank=0.2))
    signature(form, form.left, form.y + form.unit, form.unit * 8)


@layout("application", PAGE, languages="en en de fr pl nl")
def job_grid(form: Form) -> None:
    form.title(form.rng.choice(("Application", "Personnel questionnaire", "Applicant information")))
    arrange.grid(form, form.facts("surname given_names", drop=0), across=2)
    arrange.grid(form, form.facts("address date_of_birth phone email nationality", blank=0.12), across=2)
    arrange.grid(form, form.facts("job_title start_date salary", blank=0.12), across=3)
    form.text(form.rng.choice(("Employment history", "Former employers")), form.style.title)
    arrange.grid(form, form.facts("previous_employer supervisor", blank=0.12), across=2)
    footer(form)


@layout("application", PAGE, split="dev", languages="en")
def job_boxes(form: Form) -> None:
    form.title(form.rng.choice(("Candidate form", "Apply for a position")))
    arrange.above(form, form.facts("name date_of_birth phone email", blank=0.1), across=2, boxed=True)
    arrange.above(form, form.facts("address", drop=0, blank=0.1), across=1, boxed=True)
    arrange.above(form, form.facts("job_title salary start_date", blank=0.1), across=3, boxed=True)
    arrange.choice(
        form,
        "employment_type",
        form.label("employment_type"),
        ("Full time", "Part time", "Seasonal", "Intern"),
        under=True,
    )
    arrange.choice(form, "citizen", form.label("citizen"), ("Yes", "No"))
    arrange.above(form, form.facts("emergency_contact driving_licence_number", blank=0.1), across=2, boxed=True)


@layout("medical", PAGE)
def intake_lines(form: Form) -> None:
    form.title(form.rng.choice(("Patient Intake Form", "New Patient Registration", "Medical History")))
    form.numbered = form.rng.random() < 0.25
    arrange.dotted(form, form.facts("name date_of_birth sex address phone", blank=0.08))
    if form.language == "en":
        arrange.choice(
            form, "marital_status", form.label("marital_status"), ("Single", "Married", "Divorced", "Widowed")
        )
    arrange.dotted(form, form.facts("insurer policy_number doctor emergency_contact", blank=0.15))
    if form.language == "en":
        arrange.choice(form, "smoker", form.label("smoker"), ("Yes", "No", "Former"))
        arrange.choice(form, "diabetes", form.label("diabetes"), ("Yes", "No"))
    arrange.dotted(form, form.facts("allergies visit_date", blank=0.15))
    footer(form)


@layout("medical", PAGE, split="dev", languages="en")
def intake_boxes(form: Form) -> None:
    form.answer("centre", *_named(form, "centre"))
    form.title("Patient information")
    arrange.above(form, form.facts("name date_of_birth age sex", blank=0.06), across=2, boxed=form.rng.random() < 0.6)
    arrange.above(form, form.facts("address phone email social_security", blank=0.1), across=2)
    arrange.choice(form, "smoker", form.label("smoker"), ("Yes", "No"))
    arrange.choice(form, "marital_status", form.label("marital_status"), ("Single", "Married", "Other"), under=True)
    arrange.inline(form, form.facts("insurer member_id doctor emergency_contact", blank=0.15))
    footer(form)


@layout("medical", (1240, 1500))
def lab_report(form: Form) -> None:
    """The head of a report: two columns of pairs, then a table of findings that answers nothing."""
    form.answer("centre", *_named(form, "centre"))
    top, half = form.y, (form.left + form.right) / 2
    arrange.columns(form, form.facts("name date_of_birth sex", blank=0.02), right=half - form.unit)
    bottom, form.y = form.y, top
    arrange.columns(form, form.facts("doctor visit_date reference issue_date", blank=0.05), left=half)
    form.y = max(form.y, bottom)
    ink, tab = form.style.value, (form.right - form.left) / 4
    for row in (("Test", "Result", "Unit", "Range"), *_findings(form)):
        for n, text in enumerate(row):
            form.sheet.write(form.left + n * tab, form.y, text, ink)
        form.y += form.unit * 1.8
    footer(form)


def _findings(form: Form) -> list[tuple[str, str, str, str]]:
    names = ("Haemoglobin", "Leucocytes", "Glucose", "Sodium", "Creatinine", "Iron")
    rng = form.rng
    return [
        (name, f"{rng.uniform(1, 150):.1f}", rng.choice(("g/l", "mmol/l", "%")), "4 - 120")
        for name in rng.sample(names, 4)
    ]


def _named(form: Form, field: str) -> tuple[str, tuple[float, float, float, float]]:
    value = form.world.value(field)
    return value, form.text(value, form.style.label)
