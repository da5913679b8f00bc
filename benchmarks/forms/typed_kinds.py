"""Which kind of value a field of a form type takes, by the words of its labels and questions; and what values look like.

Kinds: yes, email, phone, time, date, period, money, percent, measure, count, person, company, address, town, country,
code, text; "" where nothing tells.
"""

# ruff: noqa: E501

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from benchmarks.forms.form_types import TypeField

YES_FIRST = (
    "is are was were does do did has have had can may will would must should could "
    "ist sind war hat haben darf kann wird werden muss soll gibt liegt besteht "
    "est-ce y a-t-il ¿es ¿está ¿hay ¿tiene ¿se ¿ha ¿fue ¿puede è c'è ci ha possono può czy is heeft mag moet zijn kan wordt werd"
).split()
UNITS = (
    r"kg|g|t|lbs?|oz|cm|mm|m|km|mi|miles|ft|in|m²|m2|sqm|sq ?ft|sq ?m|qm|ha|m³|m3|cbm|l|ltr?|litres?|ml|kwh|mwh|kw|kwp|"
    r"hp|ps|ccm|cm³|cc|bar|°c|c|°f|v|a|w|mah|hz|min|mins|minutes|minuten|hrs?|h|std|uren|years|yrs|jahre|ans|mmhg|bpm|"
    r"mg|mg/dl|mmol/l|µg|knots|kn|km/h|mph|ppm|db|lux|nt|nrt|gt|dwt"
)
UNIT = re.compile(rf"[(\[] *(?:in )?({UNITS})\.?[)\]]\.?$", re.I)
MONEY_UNIT = re.compile(
    r"[(\[] *(eur|€|usd|\$|gbp|£|chf|zł|pln|sek|kr|nok|dkk|rm|czk|kč|huf|ft|ron|lei)\b[^)\]]*[)\]]", re.I
)
PERCENT = re.compile(r"%|per ?cent|prozent|pourcent|porcent|procent", re.I)
# kind -> words of labels; the first that fits decides, in this order
LABELS = (
    ("email", r"e-?mail|courriel|correo electr|adres e-mail"),
    ("phone", r"\b(tele?phone|phone|tel|téléphone|tél|tel[eé]fono?|telefoon\w*|telefon\w*|mobile|mob|handy|fax|cell|gsm|portable|cellulare|móvil|telem[oó]vel|rufnummer|komórk\w+|mobil\w*)\b\.?"),
    ("address", r"\b(address|anschrift|adresse|direcci[oó]n|domicilio|indirizzo|adres|endere[cç]o|morada|adress|residence|wohnhaft|wohnanschrift|street)\b"),
    ("period", r"\b(duration|dauer|durée|duraci[oó]n|durata|duur|notice period|kündigungsfrist|laufzeit|term|length of (stay|service|course))\b"),
    ("date", r"\b(dates?|datum|fecha|data|dato|dob|d\.o\.b|geb|geboren|né\(e\)|born|birthdate|birthday|expir\w+|expires?|valid (until|to|from|thru)|due|geboortedatum|geb\.datum)\b|datum\b|\(dd|tt\.mm|jj/mm|gg/mm|dd[/-]mm"),
    ("time", r"\b(time|uhrzeit|heure|hora|ora|tijd|tijdstip|godzina|uhr|klokke\w*|etd|eta|std|sta)\b"),
    ("money", r"\b(price|amount|total|cost|costs|fee|fees|charges?|salary|wage|pay|rent|premium|deposit|balance|tax|vat|subtotal|net|gross|betrag|preis|kosten|gebühr|miete|kaution|summe|lohn|gehalt|montant|prix|loyer|coût|importe|precio|coste|alquiler|importo|prezzo|costo|canone|bedrag|prijs|huur|kwota|cena|opłata|czynsz|valor|preço|renda|income|fare|excess|duty)\b|€"),
    ("country", r"\b(country|land|pays|país|paese|kraj|nationality|citizenship|staatsangehörigkeit|nationalité|nacionalidad|cittadinanza|nationaliteit)\b"),
    ("town", r"\b(city|town|place|ort|wohnort|ville|lieu|ciudad|localidad|lugar|città|luogo|comune|woonplaats|plaats|miasto|miejscowość|cidade|birthplace|municipality)\b"),
    ("measure", r"\b(mileage|odometer|km|kilom\w*|tachostand|reading|weight|weighs|gross wt|net wt|temperature|temp|pressure|height|length|width|depth|volume|capacity|distance|area|speed|power|voltage|poids|peso|waga|vikt|vægt|vekt|temperatur\w*|hauteur|longueur|largeur|surface|superfici\w*|oppervlakte|powierzchnia|altura|altezza|leistung|fläche|wohnfläche)\b|gewicht|(zähler|km-?|meter|tacho|kilometer|anfangs|end|beleg)stand\b|meter ?stand|\bindex"),
    ("code", r"\b(no|nos|nr|number|num|ref|reference|id|code|nummer|numéro|numero|número|n°|nº|n\.|numer|iban|bic|account|konto\w*|serial|vin|isbn|reg|licen[cs]e|passport|vat id|tax id|batch|lot|kennzeichen|plate|pin|postcode|zip|plz)\b|#|\bnr|nummer|-nr|n°|nº"),
    ("company", r"\b(company|firm|employer|arbeitgeber|insurer|insurance company|bank|carrier|supplier|vendor|manufacturer|agency|agent|broker|landlord's agent|hospital|clinic|laboratory|lab|school|institution|contractor|consignee|consignor|shipper|airline|operator|firma|employeur|empresa|azienda|werkgever|krankenkasse)\b"),
    ("person", r"\b(name|names|surname|forenames?|patient|guest|passenger|signed by|signature|doctor|physician|applicant|driver|owner|holder|vorname|nachname|nom|prénom|nombre|apellidos?|nome|cognome|naam|achternaam|nazwisko|imię|inspector|witness|contact|manager|supervisor|guardian|mother|father|spouse)\b"),
)  # fmt: skip
# kind -> beginnings or words of questions
QUESTIONS = (
    ("time", r"\bat (what|which) (time|hour)|^what time|what time|um wie ?viel uhr|à quelle heure|a qué hora|a che ora|hoe laat|o której|que horas|hours? of the day"),
    ("period", r"^how long (is|does|did|was|will|may|can|must|has|have|are|do)\b|wie lange|combien de temps|cuánto tiempo|quanto tempo|hoe lang\b|jak długo|^for how (long|many)|how many (days|weeks|months|years|nights|hours|minutes)"),
    ("count", r"^how many|^wie ?viele\b|^combien d[e']|^¿?cuánt[oa]s|^quant[ie]\b|^hoeveel \w+(en|s)\b|^ilu\b|^number of (?!the |this |that )|^in how many"),
    ("date", r"^(when|since when|until when|from when|by when|till when|on (what|which) (day|date)|(from|until|by|since|up to|for) (what|which) (day|date)|which day|what day|what date|date|day)\b|^(wann|seit wann|bis wann|ab wann|an welchem tag|quand|le quel jour|¿?cuándo|¿?desde cuándo|quando|da quando|wanneer|sinds wanneer|kiedy|od kiedy|do kiedy|när|hvornår|à partir de quand|depuis quand)\b|date of|\bdatum\b"),
    ("measure", r"^how (heavy|tall|high|deep|wide|far|large|big|hot|cold|warm|fast|old|thick|strong)\b|^(weight|height|length|width|depth|temperature|distance|area|volume|mileage)\b|^wie (schwer|groß|hoch|weit|alt|tief|breit)\b"),
    ("money", r"how much (money|is|was|does|did|must|has|will|do|are|would|can|may|tax)\b|how expensive|price|cost|^wie ?viel (kostet|geld|ist|muss|wird)|was kostet|^combien (coûte|faut|est|gagne|paie|doit)|¿?cuánto (cuesta|se|hay|paga|debe|es|gana)|quanto (costa|si|è|paga|deve)|hoeveel (kost|is|moet|geld|bedraagt)|ile (kosztuje|wynosi|trzeba)|^amount|^sum\b|\bfee\b"),
    ("measure", r"how much (water|gas|fuel|petrol|diesel|oil|blood|milk|weight|power|alcohol|salt|sugar|fat|load|electricity|current|heat|energy|urine|air|land|wood|grain|space|room)"),
    ("money", r"^how much\b(?! (time|of it|of the))|^for how much|^wie ?viel\b|^combien\b|^¿?cuánto\b|^quanto\b|^hoeveel\b|^ile\b"),
    ("email", r"e-?mail"),
    ("phone", r"\b(phone|telephone|ring|call)\b.*(number)?|telefon|téléphone|teléfono|telefoon"),
    ("country", r"(which|what) (country|nation)\b|nationality|citizen|welches land|quel pays|qué país"),
    ("company", r"(which|what) (company|firm|employer|insurer|bank|carrier|airline|agency|business|shipping line)|^(welche|bei welcher) (firma|bank|versicherung)|quelle (entreprise|société|banque)"),
    ("person", r"^(who|whose|whom|to whom|for whom|by whom|wer|wem|wen|wessen|qui|¿?quién|chi|a chi|de quién|kto|kogo|komu|quem|vem|hvem)\b|^wie (heißt|hieß)|name of the (person|patient|man|woman|child|baby|owner|driver|doctor|buyer|seller|tenant|client|guest|traveller)\b"),
    ("code", r"\b(number|reference|code|identifier|id|nummer|numéro|número|numero|nr)\b"),
    ("address", r"^where (does|do|did) .*\blive|\baddress\b|street|wo wohnt|où habite|dónde vive|dove abita|waar woont|gdzie mieszka"),
    ("town", r"(which|what) (town|city|place|port|station|village)|^(where|wo|où|¿?dónde|dove|waar|gdzie|var|hvor)\b"),
    ("percent", r"per ?cent|percentage"),
)  # fmt: skip
ASKED_ONLY = {
    "date",
    "time",
    "money",
    "period",
    "count",
    "person",
    "measure",
}  # first words of questions tell these well


@lru_cache(20_000)
def kind_of(field: TypeField) -> str:
    labels = [label for _, label in field.labels]
    if _yes(labels, field.questions):
        return "yes"
    for test, kind in ((UNIT, "measure"), (MONEY_UNIT, "money")):
        if any(test.search(label) for label in labels):
            return kind
    votes = asked_kinds(field.questions)
    named = [kind for kind, words in LABELS if any(re.search(words, label, re.I) for label in labels)]
    if any(PERCENT.search(label) for label in labels) and ("percent" in votes or "money" not in {*votes, *named}):
        return "percent"
    if named and (named[0] == "address" or (named[0] in {"email", "phone"} and "person" not in votes)):
        return named[0] if "email" not in votes else "email"
    return _decided(votes, named)


def _decided(votes: dict[str, int], named: Sequence[str]) -> str:
    """Labels and questions together; where they disagree the first words of questions count more."""
    both = [kind for kind in named if kind in votes]
    if "time" in named and "time" in votes:
        return "time"
    if votes.get("date", 0) >= 1 and not set(votes) & {"time", "money", "period"} and "code" not in both:
        return "date"
    if "email" in both or "phone" in both:
        return "email" if "email" in both else "phone"
    strong = [kind for kind in votes if kind in ASKED_ONLY]
    if both:
        return max(both, key=lambda kind: votes[kind] + (kind in ASKED_ONLY))
    if strong:
        best = max(strong, key=lambda kind: votes[kind])
        return "company" if best == "person" and "company" in named else best
    if votes:
        return max(votes, key=lambda kind: votes[kind])
    return named[0] if named else ""


def asked_kinds(questions: Sequence[str]) -> dict[str, int]:
    """How many of the questions ask for each kind."""
    votes: dict[str, int] = {}
    for question in questions:
        text = question.strip().lower()
        found = next((kind for kind, words in QUESTIONS if re.search(words, text)), "")
        if found:
            votes[found] = votes.get(found, 0) + 1
    return votes


def _yes(labels: Sequence[str], questions: Sequence[str]) -> bool:
    if any(
        re.search(r"\(?\b(y/n|yes/no|ja/nein|oui/non|sí/no|sì/no|ja/nee|tak/nie|j/n)\b", label, re.I)
        for label in labels
    ):
        return True
    whole = [question.lower() for question in questions if question.endswith("?")]
    closed = [
        text
        for text in whole
        if text.split()[0] in YES_FIRST and not re.search(r"\b(or|oder|ou|of|czy .* czy)\b", text)
    ]
    return (len(closed) >= 2 and len(closed) > len(whole) / 2) or (bool(closed) and len(closed) == len(whole))


# what values look like

SHAPES = (
    ("email", r"\S+@\S+"),
    ("yes", r"(?i)(yes|no|ja|nein|oui|non|sí|sì|nee|tak|nie|sim|não|y|n)"),
    ("time", r"\d{1,2}[:.h]\d{2}(:\d{2})?( ?[ap]\.?m\.?| Uhr)?|\d{1,2} ?[ap]\.?m\.?"),
    ("date", r"\d{1,2}[./\- ]\d{1,2}[./\- ]\d{2,4}|\d{4}[/\-. ]\d{2}[/\-. ]\d{2}|(\d{1,2}\.?[ \-]?)?[^\W\d]{3,10}\.?[ \-]?\d{0,2},?[ \-]?\d{2,4}|\d{1,2}[^\W\d]{3}\d{2,4}"),
    ("percent", r"-?\d+([.,]\d+)? ?%"),
    ("money", r"-?(S?[$€£]|EUR|USD|GBP|CHF|PLN|SEK|NOK|DKK|CAD|AUD|RM|kr) ?-?\d[\d.,' ]*|-?\d[\d.,' ]* ?(€|EUR|USD|GBP|CHF|zł|PLN|RM|\$|£)|-?\d{1,3}([.,' ]\d{3})*[.,]\d{2}"),
    ("phone", r"(\+|\(|0)[\d ()/\-]{7,}|\d{3}-\d{3}-\d{4}"),
    ("count", r"\d{1,3}"),
    ("measure", r"[<>]?-?\d[\d.,]*( x \d[\d.,]*)* ?[^\W\d]{1,4}[²³]?(/[^\W\d]+)?"),
    ("code", r"(?=.*\d)[\w\-/.:#* ]{2,34}"),
)  # fmt: skip


def shape_of(value: str) -> str:
    """What kind a value looks like; "text" for words."""
    found = next((kind for kind, pattern in SHAPES if re.fullmatch(pattern, value)), "text")
    return (
        "text"
        if found == "code" and sum(char.isalpha() for char in value) > 2 * sum(map(str.isdigit, value)) + 3
        else found
    )


FITS = {
    "": {"text", "code", "count", "measure", "percent", "money"},
    "code": {"code", "count", "phone"},
    "count": {"count"},
    "measure": {"measure"},
    "period": {"measure", "period"},
    "text": {"text"},
    "person": {"text"},
    "company": {"text"},
    "address": {"text"},
    "town": {"text"},
    "country": {"text"},
}


def fits(kind: str, value: str) -> bool:
    """Whether a value may stand in a field of a kind; words and numbers may where the kind is not known."""
    words = value.split()
    if kind == "address" and (len(words) < 3 or not any(map(str.isdigit, value))):
        return False
    if kind in {"person", "company"} and (len(words) > 6 or not value[0].isupper()):
        return False
    if kind in {"town", "country"} and len(words) > 4:
        return False
    return shape_of(value) in FITS.get(kind, {kind})
