"""What is made of the answers before: "how much is that together?", "and the difference?", "why?"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.filters import fold
from groundstone.slides import amounts, calculate, lexis, speech
from groundstone.slides import reply as replies
from groundstone.slides.amounts import Amount
from groundstone.slides.base import SlideCitation
from groundstone.slides.calculate import Operand, Result
from groundstone.slides.desk import Desk
from groundstone.slides.evidence import Evidence
from groundstone.slides.ground import Ground
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Cell, Line, Matrix, Sheet
from groundstone.slides.totals import is_total

BACK = 6  # turns that are looked back to
# What a question that only asks for a calculation may say besides: the words of the calculation come first that are
# the more special, so that "how many times more" is a ratio.
_FILL = frozenset(
    """and so but ok okay then also now or what whats how much many is are was were would does do did be that this it
    its them they those these the two three four both all of between in on for their than to by from with s come comes
    make makes give gives me you can could up get we have one other another first second former latter as a an please
    tell numbers number figures figure values value answer i if when put was""".split()
)
_CALCULATIONS = (
    ("percent", "percent percentage cent pct"),
    ("ratio", "ratio factor times multiple"),
    ("average", "average mean"),
    ("sum", "together total totals combined sum add added adding altogether overall jointly"),
    (
        "difference",
        """difference differ differs apart gap change changed growth grown grow grew increase increased decrease
        decreased spread delta more less higher lower fewer bigger larger smaller longer shorter faster slower older
        younger cheaper greater better worse rise rose fall fell far subtract margin""",
    ),
)
_NAMES = {word: name for name, words in _CALCULATIONS for word in words.split()}
_ADDS = frozenset("together combined add added adding altogether jointly sum".split())
_BY_HOW_MUCH = re.compile(r"\bby (?:how (?:much|many)|what)\b", re.I)
_BECAUSE = re.compile(
    r"\b(?:because|due to|owing to|thanks to|driven by|caused by|as a result|result of|reason|cause|since|after|hit by|"
    r"led by|following|explained by|so that|in order to|to avoid|owed to|mainly|helped by|without|despite|lack of)\b",
    re.I,
)


def operation(question: str) -> str:
    """Which calculation over the answers before is asked for; "" for a question that names anything else."""
    words = re.findall(r"[a-z]+", fold(question.replace("%", " percent ").replace("per cent", "percent")))
    names = {_NAMES[word] for word in words if word in _NAMES}
    if not words or any(word not in _FILL and word not in _NAMES for word in words):
        return ""
    found = next((name for name, _ in _CALCULATIONS if name in names), "")
    return found or ("difference" if _BY_HOW_MUCH.search(question) else "")


def calculated(question: str, ground: Ground) -> Reply | None:
    """The calculation over the numbers of the answers before; None when they give none that go together."""
    name = operation(question)
    if not name or (name == "sum" and _stands(question, ground)):
        return None
    operands = _operands(ground, name)
    return _made(name, operands) if len(operands) >= 2 and calculate.addable(operands) else None


def _stands(question: str, ground: Ground) -> bool:
    """Whether "the total" is a row or column of the table that was shown."""
    adds = _ADDS & set(fold(question).split())
    labels = (
        label for sheet in ground.sheets for matrix in sheet.matrices for label in (*matrix.rows, *matrix.columns)
    )
    return not adds and len(question.split()) <= 4 and any(is_total(label) for label in labels)


def between(desk: Desk, one: Reply, other: Reply) -> Reply | None:
    """Two answers of one number each, with the difference; None when they are not."""
    operands = [*numbers(desk, one, "")[:1], *numbers(desk, other, "")[:1]]
    if len(operands) < 2 or not calculate.addable(operands):
        return None
    made = _made("difference", operands)
    return replies.together([one, other, made]) if made else None


def _operands(ground: Ground, name: str) -> list[Operand]:
    """The numbers of the last answer when it has several, otherwise one of each answer, back to another kind."""
    last = _of(ground, -1)
    if len(last) >= 2:
        return last if name in ("sum", "average") else last[:2]
    found = list(last)
    for place in range(-2, -min(len(ground.history), BACK) - 1, -1):
        before = _of(ground, place)
        if len(before) != 1 or not found or not _alike(ground.asked(place), ground.asked(-1)):
            break
        if calculate.unlike(before[0].amount, found[-1].amount):
            break
        found.append(before[0])
        if name not in ("sum", "average") and len(found) == 2:
            break
    return found[::-1]


def _alike(one: str, other: str) -> bool:
    """Whether two questions are of one kind: they share a word, or were asked of the same thing."""
    return bool(set(lexis.content(one)) & set(lexis.content(other)))


def _of(ground: Ground, place: int) -> list[Operand]:
    """The numbers that one answer gives: those of its first sentences that neither the question nor a label has."""
    return numbers(ground.desk, ground.reply(place), ground.asked(place))


def numbers(desk: Desk, reply: Reply, question: str) -> list[Operand]:
    """The numbers that an answer gives, one for each of its sentences, each with what it is called."""
    if reply.declined or reply.closest:
        return []
    found: list[Operand] = []
    for said in reply.said:
        own = _told(said.text, question)
        if said.citations and own and not _is_made(said.text):
            made = (_operand(desk, reply.citations[said.citations[0]], said.text, amount) for amount in own[:1])
            found.extend(one for one in made if one is not None)
    return found


def _is_made(text: str) -> bool:
    """Whether a sentence gives a calculation over those before it."""
    return text.startswith(("Together ", "Average", "The difference"))


def _told(text: str, question: str) -> list[Amount]:
    """The amounts behind the label of a sentence, without those that only repeat the question."""
    known = {amount.value for amount in amounts.of_text(question)}
    start = text.rfind(": ") + 1
    found = [amount for amount in amounts.of_text(text) if amount.start >= start]
    new = [amount for amount in found if amount.value not in known and not (amount.is_year and len(found) > 1)]
    return new or found


def _operand(desk: Desk, citation: SlideCitation, text: str, amount: Amount) -> Operand | None:
    """A number of an answer with what it is called, cited where the answer cites it."""
    sheet = desk.sheet(citation.deck, citation.slide)
    if sheet is None:
        return None
    label = (
        text[: text.rfind(": ")]
        if ": " in text
        else speech.short(f"{text[: amount.start]} {text[amount.end :]}".strip(" ."))
    )
    words = text[amount.start : amount.end]
    line = next((line for line in sheet.lines if words in line.text and citation.quote in line.text), None)
    element = line.element if line else 0
    matrix = Matrix(element, "text", "", "", (label,), ("",), ((Cell(words, amount, citation.boxes),),))
    return Operand(sheet, matrix, 0, 0, label)


def _made(name: str, operands: Sequence[Operand]) -> Reply | None:
    result = _result(name, operands)
    if result is None:
        return None
    evidence = Evidence()
    marks = [one.cite(evidence) for one in operands]
    sheets = list({(one.sheet.deck, one.sheet.slide.number): one.sheet for one in operands}.values())
    return replies.of([(result.text, marks)], evidence, workings=(result.working,), sheets=sheets, sure=1.0)


def _result(name: str, operands: Sequence[Operand]) -> Result | None:
    names = speech.joined([one.label for one in operands])
    if name == "sum":
        return calculate.total(operands, f"Together ({names}):")
    if name == "average":
        return calculate.average(operands, f"On average ({names}):")
    one, other = operands[-2], operands[-1]
    if name == "ratio":
        return calculate.ratio(one, other)
    return calculate.percent(one, other) if name == "percent" else calculate.difference(one, other)


def reason(ground: Ground) -> Reply | None:
    """ "Why?": what the slides shown, or their notes, give as the reason beside what was answered."""
    last = ground.reply()
    quoted = {citation.quote for citation in last.citations}
    words = set(lexis.content(f"{ground.last} {' '.join(quoted)}"))
    found: list[tuple[int, Sheet, Line]] = []
    for sheet in ground.sheets:
        for line in sheet.lines:
            if line.kind in ("title", "footer", "table", "chart") or line.text in quoted:
                continue
            shared = len(words & set(lexis.content(f"{line.text} {' '.join(line.above)}")))
            because = bool(_BECAUSE.search(line.text))
            under = bool(line.above and line.above[-1] in quoted)
            if (because and shared) or under:
                found.append((2 * because + shared + 2 * under, sheet, line))
    if not found or last.declined:
        return None
    _, sheet, line = max(found, key=lambda item: item[0])
    evidence = Evidence()
    return replies.of([(speech.ended(line.text), (evidence.line(sheet, line),))], evidence, sheets=(sheet,), sure=0.7)
