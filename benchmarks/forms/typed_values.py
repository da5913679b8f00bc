"""Values for the fields of form types: of the right kind first, and like those of the nearest known fields."""

# ruff: noqa: E501

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.forms.form_types import FormType, TypeField
from benchmarks.forms.pools import COUNTRIES, DEPARTMENTS, JOBS, NATIONALITIES, pool
from benchmarks.forms.typed_bank import FreshWorld, Known, Nearest
from benchmarks.forms.typed_kinds import MONEY_UNIT, UNIT, fits, kind_of, shape_of
from benchmarks.forms.world import TODAY

YES_NO = {
    "en": "Yes No", "de": "Ja Nein", "fr": "Oui Non", "es": "Sí No", "it": "Sì No", "pt": "Sim Não", "nl": "Ja Nee", "pl": "Tak Nie",
    "sv": "Ja Nej", "da": "Ja Nej", "no": "Ja Nei", "nb": "Ja Nei", "cs": "Ano Ne", "ro": "Da Nu", "fi": "Kyllä Ei", "hu": "Igen Nem",
}  # fmt: skip
CODES = (
    "########|######|@@######|@-#####|####-####|@@@-####-##|##/#####|###.###.###|@@ ### ###|####|#####|@##-###|@@##@@|###-##-####|"
    "20##-#####|@@@######@|## ### ###|#### #### ####|@@-##-@@@|*****-*****|##########|@/##/####|No. ####|############"
).split("|")  # fmt: skip
PHRASES = {
    "en": "none|not stated|standard|as agreed|see overleaf|first class|light damage|left side|good condition|by hand|dark blue|stainless steel|to be confirmed|on request|two spare keys|north entrance|medium|Type B|oak, oiled|daily|after meals|no objection|weather permitting|private use|ground floor|class 3|partly|routine check|brick and tile|self-employed|new build|twin axle|mixed goods|own risk|quarterly|worn tyres|clear and dry|slight scratch on door|annual service|English",
    "de": "keine|nach Absprache|Standard|siehe Anlage|gut erhalten|links hinten|täglich|Edelstahl|dunkelblau|Erdgeschoss|leicht beschädigt|Klasse B|auf Anfrage|Eiche massiv|privat|gewerblich|zweimal wöchentlich|Neubau|ohne Befund|Normalbetrieb|Büro und Lager|Typ 2|mit Vorbehalt|freihändig|halbjährlich|Mischgut|ledig|Routinekontrolle",
    "fr": "néant|selon accord|standard|voir annexe|bon état|bleu foncé|rez-de-chaussée|acier inoxydable|usage privé|tous les jours|à confirmer|côté gauche|type B|sans objet|par courrier|chêne massif|légère rayure|trimestriel|célibataire|travaux divers|contrôle annuel|nord-est",
    "es": "ninguno|según acuerdo|estándar|ver anexo|buen estado|azul oscuro|planta baja|acero inoxidable|uso particular|diario|por confirmar|lado izquierdo|tipo B|por correo|madera de roble|trimestral|soltero|revisión anual|obra nueva|sin defectos|mercancía variada",
    "it": "nessuno|come concordato|standard|vedi allegato|buono stato|blu scuro|piano terra|acciaio inox|uso privato|giornaliero|da confermare|lato sinistro|tipo B|per posta|legno di rovere|trimestrale|celibe|controllo annuale|nuova costruzione|merce varia",
    "pt": "nenhum|conforme acordo|padrão|ver anexo|bom estado|azul escuro|rés-do-chão|aço inoxidável|uso particular|diário|a confirmar|lado esquerdo|tipo B|por correio|madeira de carvalho|trimestral|solteiro|revisão anual",
    "nl": "geen|volgens afspraak|standaard|zie bijlage|goede staat|donkerblauw|begane grond|roestvrij staal|privégebruik|dagelijks|nog te bepalen|linkerzijde|type B|per post|eikenhout|per kwartaal|ongehuwd|jaarlijkse controle|nieuwbouw",
    "pl": "brak|według umowy|standard|patrz załącznik|stan dobry|granatowy|parter|stal nierdzewna|użytek prywatny|codziennie|do ustalenia|lewa strona|typ B|pocztą|dąb lity|kwartalnie|kawaler|przegląd roczny|bez uwag",
    "sv": "inga|enligt avtal|standard|se bilaga|gott skick|mörkblå|bottenvåning|rostfritt stål|privat bruk|dagligen|vänster sida|typ B|årlig kontroll",
    "da": "ingen|efter aftale|standard|se bilag|god stand|mørkeblå|stueetage|rustfrit stål|privat brug|dagligt|venstre side|type B|årligt eftersyn",
    "no": "ingen|etter avtale|standard|se vedlegg|god stand|mørkeblå|første etasje|rustfritt stål|privat bruk|daglig|venstre side|type B|årlig kontroll",
}  # fmt: skip
SPANS = {
    "en": "days weeks months years hours nights", "de": "Tage Wochen Monate Jahre Stunden", "fr": "jours semaines mois ans heures",
    "es": "días semanas meses años horas", "it": "giorni settimane mesi anni ore", "pt": "dias semanas meses anos horas",
    "nl": "dagen weken maanden jaar uur", "pl": "dni tygodni miesięcy lat godzin", "sv": "dagar veckor månader år timmar",
    "da": "dage uger måneder år timer", "no": "dager uker måneder år timer", "cs": "dní týdnů měsíců let hodin", "fi": "päivää viikkoa kuukautta vuotta tuntia",
}  # fmt: skip
MEASURED = (  # words of the question or label -> units that a value may have
    (r"heavy|weigh|weight|gewicht|masse|poids|peso|waga|schwer|massa", "kg kg t lbs g"),
    (r"temperature|hot|cold|warm|temperatur", "°C °C °F"),
    (r"fast|speed|geschwindigkeit|vitesse|snelheid", "km/h mph rpm knots"),
    (r"mileage|odometer|kilomet|\bkm\b|tacho|distance|far\b|laufleistung|kilométrage", "km km miles"),
    (r"area|large|floor space|square|fläche|surface|superfici|oppervlakte", "m² m² sq ft ha"),
    (r"volume|capacity|litre|fuel|volumen|inhalt|inhoud", "l m³ L"),
    (r"power|kw|leistung|puissance|vermogen", "kW kW hp"),
    (r"voltage|volt|spannung", "V"), (r"energy|consumption|kwh|verbrauch|verbruik", "kWh"),
    (r"old|age\b|alter\b|âge", "|years"), (r"pressure|druck|pression", "bar mmHg"),
    (r"thick|deep|tall|wide|height|length|width|long|depth|diameter|höhe|länge|breite|lang", "cm m mm"),
)  # fmt: skip
SURE = 0.42  # likeness of a known field that takes values as the new one does
NO_CHOICE = set(
    "more less not which what who the for any other another how much was first the his her him them over under out part".split()
)
BORN = re.compile(r"born|birth|\bdob\b|\bgeb\b|gebor|geburt|geboorte|naiss|nacim|nascit|nasc|urodz|fødsel|född", re.I)
LATER = re.compile(
    r"expir|until|due|valid|next|deadline|by when|departure|arriv|check|return|end|fällig|gültig|bis|échéance|caduc|scad|ważn",
    re.I,
)


@dataclass(frozen=True)
class Valued:
    """A value and its kind; ``options`` among which it is one, for fields that may be ticked."""

    text: str
    kind: str
    options: tuple[str, ...] = ()


class Values:
    """Makes the values of one form after the other. ``nearest`` tells which known fields are like a new one."""

    def __init__(self, nearest: Nearest) -> None:
        self._nearest = nearest

    def of(self, world: FreshWorld, kind: FormType, fields: Sequence[TypeField], labels: Sequence[str]) -> list[Valued]:
        """One value for each of some fields of a form type, as their printed labels want it; two are seldom the same."""
        near = dict(zip(kind.fields, self._nearest.of(kind.fields), strict=True))
        used: set[str] = set()
        made = []
        for field, label in zip(fields, labels, strict=True):
            one = _valued(world, kind.language, field, label, near[field])
            for _ in range(4):
                if one.text not in used or one.kind in {"yes", "count"}:
                    break
                one = _valued(world, kind.language, field, label, near[field])
            used.add(one.text)
            made.append(one)
        return made


def _valued(
    world: FreshWorld, language: str, field: TypeField, label: str, near: Sequence[tuple[Known, float]]
) -> Valued:
    kind, rng = kind_of(field), world.rng
    words = "\n".join([label, *(f"{section} {name}" for section, name in field.labels), *field.questions])
    if kind == "yes":
        both = tuple(YES_NO.get(language, "Yes No").split())
        return Valued(rng.choice(both), kind, both)
    share = 1.0 if kind == "measure" and UNIT.search(label) else OWN.get(kind, 0.0)
    if kind == "person" and re.search(
        r"\bfirst name|given name|forename|vorname|prénom|nome próprio|voornaam|imię", words, re.I
    ):
        return Valued(world.person()[0], kind)
    if kind == "person" and re.search(
        r"surname|last name|family name|nachname|familienname|achternaam|apellido|cognome|nazwisko", words, re.I
    ):
        return Valued(world.person()[1], kind)
    either = _either(field) if not kind else ()
    if either and rng.random() < 0.5:
        return Valued(rng.choice(either), "text", either)
    if language != "en" and not kind:
        share = 0.4  # most known fields have English words
    if rng.random() >= share:
        for known, likeness in _shuffled(rng, near):
            text = known.draw(world)
            wanted = kind if kind or likeness > SURE else "text"  # what is only somewhat alike may lend no amounts
            if 0 < len(text) <= 70 and fits(wanted, text):
                return _with_options(world, kind or shape_of(text), text, known)
    maker = MAKERS.get(kind, _phrase)
    return Valued(maker(world, language, words), kind or "text")


def _either(field: TypeField) -> tuple[str, ...]:
    """The words between which a question of the field lets one choose: "petrol or diesel?"."""
    for question in field.questions:
        found = re.search(r"\b([\w-]{3,16})(?:, ([\w-]{3,16}))? or (?:an? )?([\w-]{3,16})\b", question)
        if found is not None and not set(found.groups()) & NO_CHOICE:
            return tuple(word for word in found.groups() if word)
    return ()


def _with_options(world: FreshWorld, kind: str, text: str, known: Known) -> Valued:
    """Short words of which there are few may be printed beside boxes."""
    if kind != "text" or len(text) > 18 or world.rng.random() > 0.4:
        return Valued(text, kind)
    others = {known.draw(world) for _ in range(9)} - {text, ""}
    kept = sorted(one for one in others if len(one) <= 18 and shape_of(one) == "text")
    if not 1 <= len(others) <= 5 or not kept:
        return Valued(text, kind)
    options = [text, *kept[:3]]
    world.rng.shuffle(options)
    return Valued(text, kind, tuple(options))


def _shuffled(rng: random.Random, near: Sequence[tuple[Known, float]]) -> list[tuple[Known, float]]:
    """The nearest ones in an order of chance that likes the nearer ones better."""
    return sorted(near, key=lambda pair: -(max(pair[1], 0.01) ** 3) * rng.random())


def _day(world: FreshWorld, language: str, words: str) -> str:
    rng = world.rng
    if BORN.search(words):
        return world.day(world.before(31000) - timedelta(days=300))
    if LATER.search(words):
        return world.day(TODAY + timedelta(days=rng.choice((1, -1, 1)) * rng.randrange(1, rng.choice((40, 400, 2500)))))
    return world.day(world.before(rng.choice((60, 900, 900, 4000))))


def _money(world: FreshWorld, language: str, words: str) -> str:
    rng = world.rng
    cents = rng.randrange(100, rng.choice((2_000, 20_000, 200_000, 2_000_000, 50_000_000)))
    made = world.money(cents // 100 * 100 if rng.random() < 0.3 else cents)
    if MONEY_UNIT.search(words.partition("\n")[0]) and rng.random() < 0.8:
        made = re.sub(r"[^\d.,' -]", "", made).strip(" .")
    if rng.random() < 0.12:  # the currency stands elsewhere, or there are no cents
        made = re.sub(r"[.,]\d\d(?!\d)", "", made)
    return made


def _measure(world: FreshWorld, language: str, words: str) -> str:
    rng = world.rng
    number = rng.choice(
        (
            f"{rng.randrange(2, 100)}",
            f"{rng.randrange(10, 3000)}",
            f"{rng.uniform(0.2, 99):.1f}",
            f"{rng.randrange(1000, 99999):,}",
            f"{rng.uniform(1, 20):.2f}",
        )
    )
    if language != "en":
        number = number.translate(str.maketrans(".,", ",."))
    inside = UNIT.search(words.partition("\n")[0])  # the printed label says the unit
    units = next((units for pattern, units in MEASURED if re.search(pattern, words, re.I)), "|")
    if inside is not None:
        return number if rng.random() < 0.75 else f"{number} {inside.group(1)}"
    unit = rng.choice(units.replace("sq ft", "sq_ft").replace("|", " ").split() or [""]).replace("_", " ")
    return f"{number}{rng.choice((' ', ' ', ''))}{unit}".strip()


def _count(world: FreshWorld, language: str, words: str) -> str:
    rng = world.rng
    return str(rng.choice((rng.randrange(0, 6), rng.randrange(1, 30), rng.randrange(1, 400), rng.randrange(1, 12))))


def _period(world: FreshWorld, language: str, words: str) -> str:
    rng, spans = world.rng, SPANS.get(language, SPANS["en"]).split()
    if re.search(
        r"\((days|weeks|months|years|mths|mnd|monate|tage|jours|mois|hrs|hours|min|minutes)\)",
        words.partition("\n")[0],
        re.I,
    ):
        return str(rng.randrange(1, 60))
    return rng.choice(
        (
            f"{rng.randrange(2, 30)} {rng.choice(spans)}",
            f"{rng.randrange(2, 13)} {rng.choice(spans[:4])}",
            f"{rng.randrange(0, 4)}:{rng.randrange(60):02} h",
        )
    )


def _code(world: FreshWorld, language: str, words: str) -> str:
    return world.pattern(world.rng.choice(CODES))


def _percent(world: FreshWorld, language: str, words: str) -> str:
    rng = world.rng
    number = rng.choice((f"{rng.randrange(1, 100)}", f"{rng.uniform(0.1, 30):.1f}", f"{rng.uniform(0.1, 9):.2f}"))
    sign = "" if "%" in words.partition("\n")[0] and rng.random() < 0.6 else rng.choice((" %", "%"))
    return (number if language == "en" else number.replace(".", ",")) + sign


def _phrase(world: FreshWorld, language: str, words: str) -> str:
    rng = world.rng
    phrases = PHRASES.get(language, PHRASES["en"]).split("|")
    made = rng.choice(phrases)
    if rng.random() < 0.15:
        made += f", {rng.choice(phrases)}"
    elif rng.random() < 0.1:
        made = rng.choice(pool(rng.choice((JOBS, DEPARTMENTS))))
    return made[0].upper() + made[1:] if rng.random() < 0.5 else made.upper() if rng.random() < 0.1 else made


def _town(world: FreshWorld, language: str, words: str) -> str:
    return world.make_city() if world.rng.random() < 0.75 else world.town()


def _country(world: FreshWorld, language: str, words: str) -> str:
    national = re.search(r"national|citizen|cittadin|angehör", words, re.I)
    return world.rng.choice(pool(NATIONALITIES if national else COUNTRIES))


MAKERS: dict[str, Callable[[FreshWorld, str, str], str]] = {
    "date": _day, "money": _money, "measure": _measure, "count": _count, "period": _period, "code": _code,
    "percent": _percent, "town": _town, "country": _country, "text": _phrase,
    "time": lambda world, *_: world.make_time(),
    "person": lambda world, *_: world.full_name(*world.person()),
    "company": lambda world, *_: world.company(),
    "address": lambda world, *_: world.make_address(),
    "phone": lambda world, *_: world.make_phone(),
    "email": lambda world, *_: world.make_email(),
}  # fmt: skip
OWN = {  # how often a value is made here although a known field could make one
    "date": 0.85, "money": 0.8, "person": 0.6, "company": 0.6, "phone": 0.7, "email": 0.8, "address": 0.7, "town": 0.5,
    "country": 0.6, "time": 0.6, "count": 0.4, "measure": 0.75, "percent": 0.6, "period": 0.5, "code": 0.25, "": 0.05,
}  # fmt: skip
