"""Questionnaires with boxes to tick: yes and no, one of several options."""

# ruff: noqa: E501

from __future__ import annotations

from benchmarks.forms import arrange
from benchmarks.forms.form import Form
from benchmarks.forms.layouts.base import footer, layout, signature
from benchmarks.forms.layouts.pieces import any_way, ticked

PAGE = (1240, 1754)
OPTIONS = {
    "marital_status": {"en": "single|married|divorced|widowed", "de": "ledig|verheiratet|geschieden|verwitwet", "fr": "célibataire|marié(e)|divorcé(e)", "es": "soltero/a|casado/a|divorciado/a"},
    "travel_purpose": {"en": "Tourism|Business|Family visit|Transit", "de": "Urlaub|Geschäft|Familienbesuch", "fr": "Tourisme|Affaires|Famille", "es": "Turismo|Negocios|Visita familiar"},
    "shift": {"en": "Early|Late|Night|Any", "de": "Früh|Spät|Nacht", "fr": "Matin|Soir|Nuit", "es": "Mañana|Tarde|Noche"},
    "payment_method": {"en": "Cash|Card|Bank transfer|Direct debit", "de": "Bar|Karte|Überweisung|Lastschrift", "fr": "Espèces|Carte|Virement", "es": "Efectivo|Tarjeta|Transferencia"},
    "contact_way": {"en": "Phone|E-mail|Post|SMS", "de": "Telefon|E-Mail|Post", "fr": "Téléphone|E-mail|Courrier", "es": "Teléfono|Correo|SMS"},
    "sex": {"en": "Male|Female|Other", "de": "männlich|weiblich|divers", "fr": "Homme|Femme", "es": "Hombre|Mujer"},
    "plan": {"en": "Basic|Comfort|Premium", "de": "Basis|Komfort|Premium", "fr": "Base|Confort|Premium", "es": "Básico|Confort|Premium"},
}  # fmt: skip
HEALTH = "smoker has_allergies pregnant fever medication_taken surgery diabetes consent"
FOUR = "en en en de fr es"


def asked(form: Form, fields: str, count: int) -> None:
    """Some yes-or-no questions; their boxes one below the other or right behind the questions."""
    known = [field for field in fields.split() if field not in {"smoker", "diabetes"} or form.language in {"en", "de"}]
    known = [field for field in known if field != "diabetes" or form.language == "en"]
    tab, style = form.rng.choice((0.0, 0.62, 0.7)), form.rng.choice(("box", "box", "[x]", "(X)"))
    kept = form.rng.sample(known, min(count, len(known)))
    form.vain += [field for field in known if field not in kept]
    for field in kept:
        ticked(form, field, tab=tab, style=style)


def chosen(form: Form, *fields: str) -> None:
    for field in fields:
        ticked(form, field, OPTIONS[field][form.language].split("|"))


@layout("medical", PAGE, languages=FOUR)
def boxes_health(form: Form) -> None:
    form.title(form.rng.choice(("Health questionnaire", "Medical history", "Questions about your health")))
    any_way(form, form.facts("name date_of_birth phone", drop=0.1))
    asked(form, HEALTH, form.rng.randrange(3, 7))
    chosen(form, "marital_status")
    arrange.dotted(form, form.facts("doctor signature_date", blank=0.2))
    signature(form, form.left, form.y, form.unit * 8)


@layout("vaccination", PAGE)
def boxes_traveller(form: Form) -> None:
    form.title(form.rng.choice(("Passenger locator form", "Traveller declaration", "Declaration of health")))
    any_way(form, form.facts("name date_of_birth nationality passport_number", drop=0.1))
    asked(form, "vaccinated fever has_allergies pregnant medication_taken", form.rng.randrange(2, 5))
    if form.language in OPTIONS["travel_purpose"]:
        chosen(form, "travel_purpose")
    arrange.inline(form, form.facts("vaccine last_dose_date flight_number", blank=0.15))
    arrange.below(form, form.facts("signed_by signature_date", blank=0.1), 2)


@layout("application", PAGE, split="dev", languages=FOUR)
def boxes_member(form: Form) -> None:
    form.title(form.rng.choice(("Membership application", "Sign-up form", "Enrolment")))
    arrange.below(form, form.facts("surname given_names date_of_birth address phone email", drop=0.1), 2)
    chosen(form, "sex", "payment_method", "plan")
    asked(form, "newsletter consent car_owner", 2)
    arrange.below(form, form.facts("signature_date", drop=0, blank=0.2), 2)


@layout("application", PAGE, languages=FOUR)
def boxes_job(form: Form) -> None:
    form.title(form.rng.choice(("Application", "Job application", "Applicant's details")))
    any_way(form, form.facts("name address phone job_title start_date", drop=0.1, blank=0.1))
    chosen(form, *form.rng.sample(("marital_status", "shift", "contact_way", "sex"), 2))
    asked(form, "car_owner consent smoker newsletter", 3)
    signature(form, form.left, form.y, form.unit * 8)


@layout("insurance", PAGE, languages=FOUR)
def boxes_claim(form: Form) -> None:
    form.title(form.rng.choice(("Proposal form", "Claim form", "Insurance application")))
    any_way(form, form.facts("name policy_number date_of_birth address", drop=0.1))
    chosen(form, *form.rng.sample(("plan", "payment_method", "contact_way", "marital_status"), 3))
    asked(form, "smoker car_owner surgery consent medication_taken", 3)
    footer(form)


@layout("medical", PAGE, split="dev", languages=FOUR)
def boxes_grid(form: Form) -> None:
    """Yes-or-no questions in two columns."""
    arrange.grid(form, form.facts("name date_of_birth", drop=0), 2)
    half, top = (form.left + form.right) / 2, form.y
    known = "has_allergies pregnant fever medication_taken surgery consent".split()
    kept = form.rng.sample(known, 4)
    form.vain += [field for field in known if field not in kept]
    style = form.rng.choice(("box", "[x]"))
    for field in kept[:2]:
        ticked(form, field, right=half - form.unit, style=style)
    bottom, form.y = form.y, top
    for field in kept[2:]:
        ticked(form, field, left=half, style=style)
    form.y = max(form.y, bottom) + form.unit
    arrange.columns(form, form.facts("doctor visit_date"))
