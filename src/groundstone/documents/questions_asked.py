"""What a question in plain words asks for, before any vocabulary: its kind, its words, its ordinal."""

from __future__ import annotations

import re
from dataclasses import dataclass

from groundstone.documents.values.base import fold, phrase, words

# Words that ask, with the word that stands for them in questions of the vocabulary and the kind of value they want.
_ASKING = (
    ("howmany", "number", phrase("""
how many|wie viele|wieviele|combien de|combien d'|cuantos|cuantas|quanti|quante|quantos|quantas|hoeveel|ile
hur manga|hvor mange
""")),
    ("howmuch", "money", phrase("""
how much|wie viel|wieviel|wie hoch|combien|cuanto|cuanta|quanto|quanta|hur mycket|hvor meget|hvor mye|was kostet
how expensive
""")),
    ("howold", "number", phrase("""
how old|wie alt|quel age|cuantos anos|hoe oud|ile lat
""")),
    ("when", "date", phrase("""
when|on what date|what date|which date|on which day|what day|wann|an welchem tag|quand|a quelle date|cuando
en que fecha|quando|in che data|wanneer|kiedy|nar|hvornar|milloin|until when|bis wann|jusqu'a quand|hasta cuando
by when|by what date|by which date|by what day|by which day|on what day|in welchem monat|quel jour|que dia|che giorno
em que data|em que dia|op welke datum|op welke dag|w jakim dniu|do kiedy|tot wanneer|fino a quando|ate quando
""")),
    ("whattime", "time", phrase("""
what time|at what time|um wieviel uhr|um wie viel uhr|a quelle heure|a que hora|a che ora|hoe laat
at which time|quelle heure|que horas|o ktorej godzinie|o ktorej
""")),
    ("who", "name", phrase("""
who|whom|whose|wer|wem|wen|wessen|qui|quien|quienes|chi|quem|wie is|kto|vem|hvem|kuka|a quien|de quien|por quien
a qui|de qui|par qui|a chi|di chi|da chi|de quem|por quem|which person|what person|welche person|quelle personne
que persona|quale persona|que pessoa|welke persoon|ktora osoba
""")),
    ("where", "text", phrase("""
where|wo|woher|ou|donde|dove|onde|waar|gdzie|var|hvor|missa|from where|in which place
""")),
)  # fmt: skip
_YES_NO = re.compile(
    r"^(?!(?:can|could|do|did) (?:you|i|we)\b(?! have))"
    r"(?:is|are|was|were|has|have|had|does|do|did|can|ist|sind|war|hat|wurde|est-ce que|est|a-t-il|a-t-elle|es|esta|ha|"
    r"tiene|e|is er|czy|ar|er|har)\s+\S"
)
_FRAME = phrase("""
please|can you|could you|copy the|give the|give|write down|write out|type out|report the
would you|will you|kindly|tell me|give me|show me|let me know|i need|i want|i'd like
i would like|to know|we need|find me|find|get|fetch|extract|quote the|point out
enter the|return|provide|identify|read|look up|lookup|list
name the|state|specify|what is|what's|whats|what are|what was|what were|what does|what did|what|which is
which are|which was|which one|which|is there|are there|there is|was ist|was sind|was|wie lautet|wie lauten
wie heisst|wie ist|welches ist|welche ist|welcher|ist|welches|welche|welchen|nenne|nennen sie|bitte|gib mir
zeige|quel est|quelle est|quels sont|quelles sont|quel|quelle|quels|quelles|qu'est-ce que|c'est quoi
s'il vous plait|donnez-moi|donne-moi|indiquez|trouvez|cual es|cuales son|cual|que|por favor|dame|dime|indique
muestra|qual e|quale e|quali sono|quale|che cosa e|cos'e|per favore|dimmi|qual|quais|sao|wat is|wat zijn|wat
welk|welke|geef|alsjeblieft|alstublieft|jaki jest|jaka jest|jakie jest|jaki|jaka|jakie|podaj|prosze|vad ar
vilket|vilken|hvad er|hva er|hvilken|hvilket|mika on|is|are|were|does|did|do|has|have|had|been|be|being|sind
hat der|hat die|hat das|hat den|haben die|wurde|est|sont|a ete|ont|es|son|fue|ha|sono|foi|zijn|jest|sa|the value of
value of|value for|the field
field called|exactly|actual|actually|shown|written|printed|stated|listed|mentioned|given on|according to
on this document|in this document|in the document|on the document|on this form|in the form|on the form
on this card|on the card|on the page|on this page|from the document|from the form|from this document
on the receipt|on this receipt|of the receipt|of this receipt|on the invoice|on this invoice|on the bill
on the certificate|on this certificate|of the document|of this document|of the card|of this card|of the form
auf dem dokument|im dokument|auf der karte|auf dem beleg|sur le document|du document|sur la carte
en el documento|del documento|en la tarjeta|nel documento|here|there|it|its|he|she|they|him|them|i|my|me|you|we
us
""")
_NEUTRAL = words("""
patient person holder traveller traveler passenger bearer applicant individual customer card document
certificate form receipt bill owner subject someone somebody people man woman dokument ausweis karte
inhaber reisende reisender titulaire voyageur titular viajero titolare viaggiatore houder reiziger persona
personne beneficiary client user patienten pacjent paciente paziente patientin information detail data full
complete exact carte
""")
_ORDINALS = (
    (1, """
first 1st erste ersten erster erstes premier premiere 1er 1ere primera primero primo prima primeiro primeira
eerste
"""),
    (2, """
second 2nd zweite zweiten zweiter zweites deuxieme 2eme seconde segunda segundo seconda secondo tweede druga
drugi
"""),
    (3, """
third 3rd dritte dritten dritter drittes troisieme 3eme tercera tercero terza terzo terceira terceiro derde
trzecia
"""),
    (4, """
fourth 4th vierte vierten quatrieme 4eme cuarta cuarto quarta quarto vierde czwarta
"""),
    (5, """
fifth 5th funfte funften cinquieme 5eme quinta quinto vijfde piata
"""),
    (6, """
sixth 6th sechste sechsten sixieme 6eme sexta sexto zesde szosta
"""),
    (-1, """
last latest final recent letzte letzten letzter dernier derniere ultima ultimo laatste ostatnia ostatni sista
sidste
"""),
)  # fmt: skip
_ORDINAL = {word: number for number, group in _ORDINALS for word in group.split()}
_OF_NAME = words("name names surname nombre nom nome naam imie page")
_IDLE = words(
    "from to by at on in until into under about von bis par pour por para per da na od door uit ab any some used use",
    "im am beim an zu hold belong belongs apply applies make made take taken took done happen happened charged named",
    "utilise received recibio obtained taken got should must lauft",
)
_FIGURES = {"one": 1, "two": 2, "three": 3, "four": 4, "eins": 1, "zwei": 2, "drei": 3, "un": 1, "deux": 2, "dos": 2}
_SPELT = re.compile(r"\b(dose|shot|jab|dosis|impfung|vaccination) (one|two|three|four|eins|zwei|drei|un|deux|dos)\b")
_DOSE = words("dose doses dosis shot jab impfung vaccination injection dosi dawka vaccin dosering teildosis")
_COUNTED = re.compile(
    r"\b(?:dose|dosis|doses|shot|jab|impfung|vaccination|injection|dosi|dawka|vaccin|item|line|row)"
    r"\s*(?:no\.?|nr\.?|number|#)?\s*(\d{1,2})\b"
    r"|\b(\d{1,2})\.\s?(?=dos|impf|injec|daw)|#\s?(\d{1,2})\b"
)
LONGEST = 500


@dataclass(frozen=True, slots=True)
class Frame:
    """``asking``: the words that ask, such as "when"; ``wanted``: the kind they want, or "". ``subject``: what is left.

    ``ordinal``: 1 for the first, -1 for the last, None if none is named. ``in_order``: the subject with its ordinal.
    """

    asking: tuple[str, ...]
    wanted: str
    subject: str
    ordinal: int | None
    is_yes_no: bool


def frame(question: str) -> Frame:
    """A question taken apart. A bare keyword ("DOB") is its own subject."""
    spaced = question[:LONGEST].replace("_", " ")
    if " " not in question.strip():  # passportNumber
        spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", spaced)
    plain = re.sub(r"[?!¿¡\"“”«»]+", " ", fold(spaced).replace("’", "'")).strip(" .:")
    yes_no = bool(_YES_NO.match(plain))
    asking, wanted = [], ""
    rest = plain
    for word, kind, pattern in _ASKING:
        if pattern.search(rest):
            asking.append(word)
            wanted = wanted or kind
            rest = pattern.sub(lambda hit: " date " if "date" in hit[0] else " ", rest)
    rest, ordinal = _without_ordinal(_FRAME.sub(" ", rest))
    if yes_no:
        wanted = "yes_no"
    subject = " ".join(rest.split())
    return Frame(tuple(asking), wanted, subject or ("" if asking else plain), ordinal, yes_no)


def is_neutral(word: str) -> bool:
    """Whether a word only says that it is about the person or paper itself."""
    return word in _NEUTRAL


def is_idle(word: str, ordinal: int | None) -> bool:
    """Whether a word need not stand near the answer: a preposition, or "dose" where its ordinal is asked for."""
    return word in _IDLE or is_neutral(word) or (ordinal is not None and word in _DOSE)


def _without_ordinal(text: str) -> tuple[str, int | None]:
    text = _SPELT.sub(lambda hit: f"{hit[1]} {_FIGURES[hit[2]]}", text)
    if counted := _COUNTED.search(text):
        number = next(int(group) for group in counted.groups() if group)
        start, end = next(counted.span(at) for at in (1, 2, 3) if counted[at])
        return f"{text[:start]} {text[end:]}", number
    parts = text.split()
    for at, part in enumerate(parts):
        bare = part.strip(".,;:()")
        after = re.sub(r"\W.*", "", parts[at + 1]) if at + 1 < len(parts) else ""  # "name(s)"
        if bare in _ORDINAL and after not in _OF_NAME:
            return " ".join(parts[:at] + parts[at + 1 :]), _ORDINAL[bare]
    return text, None
