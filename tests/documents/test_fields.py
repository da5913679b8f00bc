"""The vocabulary of fields: questions, labels on pages, negative evidence, files of users."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.documents.field_file import PREFERENCES, PURPOSES
from groundstone.documents.fields import Fields
from groundstone.documents.values import KINDS
from groundstone.errors import ConfigError, InvalidQuestion

FIELDS = Fields.load()

ASKED = {
    "full_name": [
        "What is Name?", "What is the Name?", "What is the patient name?", "Name", "Who is the patient?",
        "Whose certificate is this?", "Wie heißt der Patient?", "Wie lautet der Name des Inhabers?",
        "¿Cómo se llama la persona?",
        "Quel est le nom du titulaire ?", "What's the beneficiary's name?", "Could you tell me the patient's name?",
    ],
    "date_of_birth": [
        "What is Date of Birth?", "DOB", "What's the patient's date of birth", "When was the patient born?", "D.O.B.",
        "Wann ist die Person geboren?", "Quelle est la date de naissance ?", "fecha de nacimiento",
        "What is the birthday?",
        "data di nascita", "data urodzenia", "geboortedatum",
    ],
    "vaccination_status": [
        "What is Vaccination Status?", "Vaccination Status", "immunization status", "Is the person fully vaccinated?",
        "What is the status of the vaccination?", "Wie ist der Impfstatus?", "Quel est le statut vaccinal ?",
        "Has the holder been boosted?",
    ],
    "document_number": ["What is Document Number?", "document no.", "doc number", "numéro du document",
    "Dokumentnummer"],
    "passport_number": ["passport no.", "passportNumber", "passport_number", "What is the number of the passport?",
        "¿Cuál es el número de pasaporte?",
    "Passnummer"],
    "certificate_number": ["certificate id", "What is the unique certificate identifier?", "Zertifikatsnummer"],
    "batch_number": ["lot number", "What is the lot number of the 1st dose?", "Batch no. of dose 2"],
    "dose_date": ["When was the second dose given?", "Date of 2nd dose", "When did the patient get the second shot?"],
    "vaccine_name": ["What is the vaccine name?", "Which vaccine was given?", "name of the vaccine",
    "Welcher Impfstoff?"],
    "vaccine_manufacturer": ["Who made the vaccine?", "Who is the manufacturer of the 2nd dose?"],
    "total_doses": ["How many doses?", "number of doses"],
    "vaccination_centre": ["Where was she vaccinated?", "Where was the vaccine given?"],
    "next_dose_date": ["When is the next dose due?"],
    "expiry_date": ["When does the passport expire?", "Until when is the certificate valid?", "valid until"],
    "issuing_authority": ["Who issued the document?", "Wer hat das Zertifikat ausgestellt?"],
    "total": [
        "What's the total?", "total", "How much did I pay?", "What is the grand total on this receipt?", "Gesamtbetrag",
        "Quel est le montant total ?", "¿Cuál es el total?", "How much is it?",
    ],
    "subtotal": ["What is the subtotal?", "sub total"],
    "tax_amount": ["How much tax was paid?", "What is the GST amount?"],
    "change_given": ["How much change was given?"],
    "receipt_date": ["What is the date?", "What date is on the receipt?", "When was the purchase made?"],
    "merchant": ["What is the company name?", "Which company issued the receipt?", "What is the name of the store?",
    "company"],
    "merchant_address": ["Where is the store located?", "What is the address of the company?"],
    "invoice_number": ["invoice no", "Rechnungsnummer"],
    "insured_name": ["What is the name of the insured person?", "Who is insured?"],
    "employer": ["Who is the employer?"],
    "employer_address": ["employer's address"],
    "net_pay": ["How much is the net salary?"],
    "doctor_name": ["What's the physician's name?"],
    "mother_name": ["What is the mother's name?"],
    "booking_reference": ["Please give me the booking reference"],
    "check_in": ["When does the guest arrive?"],
    "licence_plate": ["What is the license plate?"],
    "claim_number": ["claim no."],
    "available_from": ["When is the applicant available?"],
}  # fmt: skip


@pytest.mark.parametrize(("field", "question"), [(field, text) for field, texts in ASKED.items() for text in texts])
def test_a_question_means_its_field(field: str, question: str) -> None:
    asked = FIELDS.ask(question)
    assert (asked.field, asked.qualifiers) == (field, ())
    assert asked.confidence >= 0.5


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("When did the dragon wake?", "date"), ("How much was the wand?", "money"),
        ("How many owls are there?", "number"),
        ("Who tamed the griffin?", "name"), ("Is the griffin tame?", "yes_no"), ("What is the wand core?", "text"),
        ("What is the coronation date?", "date"),
        ("What is the wand number?", "identifier"),
        ("Is the person vaccinated?", "yes_no"), ("DOB", "date"), ("passport number", "identifier"), ("total", "money"),
    ],
)  # fmt: skip
def test_the_kind_comes_from_the_field_or_the_wording(question: str, kind: str) -> None:
    assert FIELDS.ask(question).kind == kind


@pytest.mark.parametrize(
    ("question", "ordinal"),
    [
        ("When was the first dose given?", 1), ("Date of 2nd dose", 2), ("dose 3 date", 3),
        ("lot number of dose two", 2),
        ("date of the last dose", -1),
        ("Datum der zweiten Impfung", 2), ("date de la deuxième dose", 2), ("What is the first name?", None),
        ("What is the last name?", None), ("date of birth", None),
    ],
)  # fmt: skip
def test_ordinals_are_told_from_names(question: str, ordinal: int | None) -> None:
    assert FIELDS.ask(question).ordinal == ordinal


def test_words_that_the_field_does_not_account_for_are_qualifiers() -> None:
    asked = FIELDS.ask("What is the dog's name?")
    assert (asked.field, asked.qualifiers) == ("full_name", ("dog",))
    assert asked.confidence < 0.75
    assert FIELDS.ask("What is the dog's shoe number?").qualifiers == ("dog", "shoe")


@pytest.mark.parametrize("question", ["What is the shoe size?", "What is the ring tone?", "What is the fjord depth?"])
def test_a_question_of_no_field_keeps_its_subject(question: str) -> None:
    asked = FIELDS.ask(question)
    assert asked.field is None
    assert set(asked.subject.split()) == set(question.lower().strip("?").split()[3:])


@pytest.mark.parametrize("question", ["", "   ", "?!", "--"])
def test_an_empty_question_is_refused(question: str) -> None:
    with pytest.raises(InvalidQuestion, match="the question is empty"):
        FIELDS.ask(question)


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Name", "full_name"), ("NAME :", "full_name"), ("Name / Nom", "full_name"), ("Beneficiary Name", "full_name"),
        ("Geburtsdatum/Date of birth", "date_of_birth"), ("D.O.B.", "date_of_birth"),
        ("Date 0f Birth", "date_of_birth"),
        ("Date of Birth (DD/MM/YYYY)", "date_of_birth"), ("DateofBirth", "date_of_birth"),
        ("Date of Birlh", "date_of_birth"),
        ("Née le", "date_of_birth"), ("Vaccine Name", "vaccine_name"), ("ImmunizationStatus", "vaccination_status"),
        ("Vaccinatlon Status", "vaccination_status"), ("Dose Batch #", "batch_number"), ("Lot No.", "batch_number"),
        ("Ch.-B.", "batch_number"), ("Date of Dose (YYYY-MM-DD)", "dose_date"), ("Document Nº", "document_number"),
        ("Doc. No", "document_number"), ("Passport No.", "passport_number"), ("Reisepass-Nr.", "passport_number"),
        ("Certificate ID", "certificate_number"), ("TOTAL", "total"), ("Rounded Total (RM)", "total"),
        ("Total Sales (Inclusive of GST)", "total"), ("SUB TOTAL", "subtotal"), ("CHANGE", "change_given"),
        ("CASH", "cash_paid"),
        ("Mother's Name", "mother_name"), ("Company Name", "merchant"), ("Invoice No.", "invoice_number"),
        ("Tel", "phone"),
        ("Valid until", "expiry_date"), ("Next dose due", "next_dose_date"), ("Surname", "surname"),
        ("Policy #", "policy_number"),
        ("Check-in", "check_in"), ("Kontonummer", "account_number"), ("Net Pay", "net_pay"), ("PESEL", "national_id"),
    ],
)  # fmt: skip
def test_a_label_names_its_field(label: str, field: str) -> None:
    best = FIELDS.match(label)[0]
    assert best.field == field
    assert best.score >= 0.75


@pytest.mark.parametrize(
    ("label", "wrong"),
    [
        ("Vaccine Name", "full_name"), ("Company Name", "full_name"), ("Mother's Name", "full_name"),
        ("Doctor's name", "full_name"),
        ("Manufacturer", "merchant"), ("Subtotal", "total"), ("Total GST", "total"), ("Cash", "total"),
        ("Total Qty", "total"),
        ("Date of Issue", "date_of_birth"), ("Place of Birth", "date_of_birth"), ("Email address", "address"),
        ("Phone number", "document_number"), ("Batch number", "document_number"), ("Next dose", "dose_date"),
        ("Emergency contact phone", "emergency_contact"), ("Marital status", "vaccination_status"),
        ("GST Reg No", "tax_amount"),
    ],
)  # fmt: skip
def test_negative_evidence_keeps_labels_apart(label: str, wrong: str) -> None:
    scores = {match.field: match.score for match in FIELDS.match(label)}
    assert scores.get(wrong, 0.0) < 0.5


@pytest.mark.parametrize("text", ["", ":", "123.45", "x" * 5000, "the quick brown fox jumps", "John Doe"])
def test_what_is_no_label_names_nothing_well(text: str) -> None:
    assert all(match.score < 0.6 for match in FIELDS.match(text))


def test_every_label_of_the_vocabulary_names_its_field() -> None:
    missed = [
        (field.name, label)
        for field in FIELDS
        for label in field.labels
        if field.name not in {match.field for match in FIELDS.match(label) if match.score > 0.9}
    ]
    assert missed == []


def test_every_question_of_the_vocabulary_means_its_field() -> None:
    missed = [
        (field.name, question, FIELDS.ask(question).field)
        for field in FIELDS
        for question in field.questions
        if field.name not in (FIELDS.ask(question).field, *(other.field for other in FIELDS.ask(question).others[:1]))
    ]
    assert missed == []


def test_the_vocabulary_is_broad_and_sound() -> None:
    assert len(FIELDS) >= 150
    for field in FIELDS:
        assert field.kind in KINDS
        assert field.labels
        assert len(field.labels) == len(set(field.labels))
    assert "full_name" in FIELDS
    assert FIELDS.get("nothing") is None
    assert FIELDS.get(None) is None


@given(st.text(max_size=150))
def test_no_text_breaks_the_vocabulary(text: str) -> None:
    for match in FIELDS.match(text):
        assert match.field in FIELDS
        assert 0.3 <= match.score <= 1
    if any(char.isalnum() for char in text):
        asked = FIELDS.ask(text)
        assert asked.kind in KINDS
        assert 0 <= asked.confidence <= 1
        assert asked.field is None or asked.field in FIELDS


@pytest.mark.parametrize("piece", ["name of ", "what is ", "a", "1 ", "(", "date/", "#"])
def test_long_questions_and_labels_take_little_time(piece: str) -> None:
    text = "x" + piece * (20_000 // len(piece))
    started = time.perf_counter()
    FIELDS.ask(text)
    FIELDS.match(text)
    assert time.perf_counter() - started < 2


def test_labels_are_matched_quickly_once_seen() -> None:
    labels = [label for field in FIELDS for label in field.labels[:3]]
    for label in labels:
        FIELDS.match(label)
    started = time.perf_counter()
    for label in labels:
        FIELDS.match(label)
    assert (time.perf_counter() - started) / len(labels) < 50e-6


# --- Files of users ---------------------------------------------------------------------------------------------------


def load(tmp_path: Path, text: str) -> Fields:
    path = tmp_path / "fields.toml"
    path.write_text(text, encoding="utf-8")
    return Fields.load(path)


def test_a_user_adds_fields_and_labels(tmp_path: Path) -> None:
    fields = load(
        tmp_path,
        """
        [wand_core]
        kind = "text"
        labels = ["wand core", "Zauberstabkern"]
        questions = ["what is inside the wand"]
        [passport_number]
        labels = ["magic pass no"]
        """,
    )
    assert fields.match("Wand Core:")[0].field == "wand_core"
    assert fields.ask("What is inside the wand?").field == "wand_core"
    assert fields.match("Magic Pass No.")[0].field == "passport_number"
    assert fields.match("Passport No.")[0].field == "passport_number"
    assert len(fields) == len(FIELDS) + 1


def test_a_user_replaces_a_field(tmp_path: Path) -> None:
    fields = load(tmp_path, '[total]\nkind = "number"\nlabels = ["house points"]\nreplace = true\n')
    total = fields.get("total")
    assert total is not None
    assert (total.kind, total.labels) == ("number", ("house points",))


def test_without_a_file_of_ones_own_the_vocabulary_is_the_shipped_one(tmp_path: Path) -> None:
    assert len(Fields.load(tmp_path / "absent.toml")) == len(FIELDS)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[a]\nlabels = ['x']", r"\[a\], kind: None is none of 'date'"),
        ("[a]\nkind = 'colour'\nlabels = ['x']", r"\[a\], kind: 'colour' is none of"),
        ("[a]\nkind = 'text'", r"\[a\]: a field needs labels"),
        ("[a]\nkind = 'text'\nlabels = 'x'", r"\[a\], labels: must be a list of texts"),
        ("[a]\nkind = 'text'\nlabels = ['x', 3]", r"\[a\], labels, entry 2: 3 is no text"),
        ("[a]\nkind = 'text'\nlabels = ['x']\ncolour = 1", r"\[a\]: 'colour' is no key of a field"),
        ("[a]\nkind = 'date'\nlabels = ['x']\npurpose = 'fun'", r"\[a\], purpose: 'fun' is none of"),
        ("[a]\nkind = 'date'\nlabels = ['x']\nprefer = 3", r"\[a\], prefer: 3 is none of"),
        ("[a]\nkind = 'text'\nlabels = ['x']\nreplace = 'yes'", r"\[a\]: replace is true or false"),
        ("[a]\nkind = 'text'\nlabels = ['x']\ngroup = 1", r"\[a\], group: must be a text"),
        ("['Big Name']\nkind = 'text'\nlabels = ['x']", "names of fields are small letters"),
        ("a = 1", r"\[a\]: every entry is a table"), ("[a", "is no TOML"),
    ],
)  # fmt: skip
def test_a_mistake_names_its_file_and_entry(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message) as caught:
        load(tmp_path, text)
    assert str(tmp_path / "fields.toml") in str(caught.value)


def test_files_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "fields.toml"
    path.write_bytes(b"\xff\xfe[a]")
    with pytest.raises(ConfigError, match="is not UTF-8"):
        Fields.load(path)
    path.write_bytes(b"#" * 2_000_001)
    with pytest.raises(ConfigError, match="make it smaller"):
        Fields.load(path)
    with pytest.raises(ConfigError, match="cannot be read"):
        Fields.load(tmp_path)


# --- The page ---------------------------------------------------------------------------------------------------------

PAGE = (Path(__file__).parents[2] / "docs" / "fields.md").read_text(encoding="utf-8")


def test_the_page_lists_every_field_with_its_group_kind_and_first_labels() -> None:
    rows = [
        f"| `{field.name}` | {field.group} | {field.kind} | {'; '.join(field.labels[:2])} |" for field in Fields.load()
    ]
    listed = [line for line in PAGE.partition("## The shipped fields")[2].splitlines() if line.startswith("| `")]
    assert listed == rows
    assert f"\n{len(rows)} fields." in PAGE


def test_the_page_lists_every_kind_and_key() -> None:
    for name in (*KINDS, *PURPOSES[1:], *PREFERENCES[1:], "labels", "not", "questions", "values", "group", "replace"):
        assert f"`{name}`" in PAGE, name


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("How tall is the holder?", "height"),
        ("Wie groß ist der Inhaber?", "height"),
        ("How heavy is the driver?", "weight"),
        ("type of employment", "employment_type"),
        ("On which day does the passenger travel?", "flight_date"),
        ("insured person", "insured_name"),
        ("Who rents the flat?", "tenant"),
        ("Who teaches the course?", "teacher"),
        ("Who drove the taxi?", "driver_name"),
        ("Who prescribed it?", "doctor_name"),
        ("By when must the debtor pay?", "due_date"),
        ("spouse's date of birth", "spouse_birth_date"),
        ("First name(s)", "given_names"),
        ("How long was the car parked?", "duration"),
        ("Kreditrahmen", "credit_limit"),
        ("pago mínimo", "minimum_payment"),
        ("À quelle heure est le rendez-vous ?", "appointment_time"),
        ("Give the approval code", "approval_code"),
        ("numer polisy", "policy_number"),
    ],
)
def test_questions_of_many_forms_and_tongues_mean_their_field(question: str, field: str) -> None:
    assert FIELDS.ask(question).field == field


@pytest.mark.parametrize(
    ("label", "field"),
    [
        ("Probenart", "sample_type"),
        ("Entnahmezeit:", "sample_time"),
        ("Ref. range", "reference_range"),
        ("Zapfsäule", "pump_number"),
        ("Table #", "table_number"),
        ("Lieferschein-Nr.", "delivery_note_number"),
        ("N° de suivi", "tracking_number"),
        ("Room rate / Zimmerpreis", "room_rate"),
        ("Hubraum", "engine_capacity"),
        ("Min. payment due", "minimum_payment"),
        ("Aktenzeichen", "case_number"),
        ("Schuljahr", "school_year"),
    ],
)
def test_labels_of_more_papers_name_their_field(label: str, field: str) -> None:
    assert field in {match.field for match in FIELDS.match(label) if match.score > 0.9}


@pytest.mark.parametrize(
    ("question", "wrong"),
    [
        ("passport number", "certificate_number"),
        ("certificate number", "passport_number"),
        ("arrival time", "departure_time"),
        ("gross pay", "net_pay"),
        ("opening balance", "closing_balance"),
        ("net weight", "gross_weight"),
        ("cashier", "customer_name"),
        ("available credit", "credit_limit"),
        ("previous reading", "meter_reading"),
        ("spouse's date of birth", "date_of_birth"),
    ],
)
def test_a_trap_is_not_another_field(question: str, wrong: str) -> None:
    assert FIELDS.ask(question).field != wrong
