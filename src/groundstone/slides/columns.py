"""The column that a follow-up about a row of a table means: "who owns it?" the owner, "how long?" the days."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from groundstone.slides import asks, lexis, lookup, mentioned, speech
from groundstone.slides.asks import Ask
from groundstone.slides.cells import value
from groundstone.slides.ground import Ground
from groundstone.slides.lookup import Place
from groundstone.slides.mentioned import Axis
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Matrix

STEM = 3  # letters that "own" and "owner" share
NEAR, AHEAD = 0.5, 0.08  # cosine: a column that means what is asked, and its lead over the next one
_UNITS = (
    (re.compile(r"\bhow long\b|\bhow (?:quick|fast|soon)\w*\b|\b(?:latency|delay|duration|speed)\b", re.I),
     re.compile(r"\b(?:days?|weeks?|months?|years?|hours?|h|min(?:utes)?|s|sec(?:onds)?|ms|duration)\b", re.I)),
    (re.compile(r"\bcosts?\b|\bhow expensive\b|\bprice\w*|\bpay\b|\bcharge\b", re.I),
     re.compile(r"[$€£¥]|\b(?:eur|usd|gbp|chf|cost|costs|price|fee|budget)\b", re.I)),
    (re.compile(r"\bhow far\b|\bprogress|\bcomplete\b", re.I), re.compile(r"\b(?:done|progress|complete\w*)\b", re.I)),
    (re.compile(r"\bhow (?:heavy|much does \w+ weigh)\b|\bweigh", re.I), re.compile(r"\b(?:kg|t|tonnes?|g|"
                                                                                    r"weight)\b", re.I)),
)  # fmt: skip


@dataclass(frozen=True)
class Cells:
    """The cells that a follow-up asks for, and the question for them in full."""

    text: str
    reply: Reply


def of(question: str, things: Sequence[str], ground: Ground) -> Iterator[Cells]:
    """The cells of these rows in the column that is meant, where one of the tables shown has them."""
    for axis in ground.axes:
        if axis.matrix is None or axis.kind not in ("rows", "columns") or axis.matrix.kind == "text":
            continue
        named = [thing for thing in things if thing in axis.labels]
        turned = axis.kind == "columns"
        named = named or ([] if turned else _holding(things, axis.matrix))
        label = attribute(question, axis.matrix, turned, axis, ground) if named else None
        made = _cells(named, label, turned, axis.matrix, axis, ground) if label is not None else None
        if made is not None:
            yield made
            return


def _cells(names: Sequence[str], label: int, turned: bool, matrix: Matrix, axis: Axis, ground: Ground) -> Cells | None:
    """``turned``: the things are columns, and ``label`` is a row."""
    phrase = ground.deck_phrase()
    called = (matrix.rows if turned else matrix.columns)[label]
    text = f"What is the {called} of {speech.joined(names)}{f' {phrase}' if phrase else ''}?"
    own = matrix.columns if turned else matrix.rows
    places = tuple(own.index(name) for name in names)
    rows, columns = ((label,), places) if turned else (places, (label,))
    reply = value(asks.read(text), Place(axis.sheet, matrix, rows, columns, 1.0, ()))
    return Cells(text, reply) if reply is not None else None


def _holding(things: Sequence[str], matrix: Matrix) -> list[str]:
    """The rows in which a thing is said in a cell: the topic of a person."""
    held = [row for row, line in enumerate(matrix.cells) if any(cell.text in things for cell in line)]
    return [matrix.rows[row] for row in held] if len(held) == 1 else []


def attribute(question: str, matrix: Matrix, turned: bool, axis: Axis, ground: Ground) -> int | None:
    """The column (or row, where the things are columns) that a question means.

    It is named, alike in its first letters, said in short in its cells, of the kind or unit that is asked for, or near
    in meaning.
    """
    ask, names = asks.read(question), matrix.rows if turned else matrix.columns
    named = mentioned.mention(Axis("columns", names, axis.sheet, matrix), question, ground.naming)
    if named is not None:
        return names.index(named.label)
    found = _alike(ask, names)
    if found is None and not turned:
        found = next((at for choose in (_shortened, _of_kind) if (at := choose(ask, matrix)) is not None), None)
    if found is None:
        fitting = of_unit(ask.text, names)
        found = fitting[0] if len(fitting) == 1 else None
    return found if found is not None else _meant(ask, names, ground)


def _alike(ask: Ask, names: Sequence[str]) -> int | None:
    """ "owns" and "Owner", "lead" and "Leader"."""
    words = [word for word in lexis.content(ask.text) if word.isalpha()]
    found = [
        at for at, label in enumerate(names)
        if any(_related(word, other) for word in words for other in lexis.content(label))
    ]  # fmt: skip
    return found[0] if len(found) == 1 else None


def _shortened(ask: Ask, matrix: Matrix) -> int | None:
    """ "extension" where the cells say "ext."."""
    for column in range(len(matrix.columns)):
        texts = " ".join(cell.text for cell in matrix.column(column))
        short = {word.lower() for word in re.findall(r"\b([A-Za-z]{2,5})\.", texts)}
        if any(word.startswith(one) and len(word) > len(one) for word in lexis.tokens(ask.text) for one in short):
            return column
    return None


def _related(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= STEM and long.startswith(short) and len(long) - len(short) <= STEM


def _of_kind(ask: Ask, matrix: Matrix) -> int | None:
    return lookup.column_for(ask, matrix) if ask.wants in ("who", "when", "where") and len(matrix.columns) > 1 else None


def of_unit(text: str, names: Sequence[str]) -> list[int]:
    """Those of some names or lines that have the unit which a text asks for: days for "how long"."""
    unit = next((unit for asked, unit in _UNITS if asked.search(text)), None)
    return [at for at, name in enumerate(names) if unit.search(name)] if unit else []


def _meant(ask: Ask, names: Sequence[str], ground: Ground) -> int | None:
    embed = ground.desk.embed
    if embed is None or len(names) < 2 or not ask.words:
        return None
    vectors = embed.embed([" ".join(ask.words), *names])
    near = [float(value) for value in vectors[1:] @ vectors[0]]
    order = sorted(range(len(near)), key=lambda place: -near[place])
    clear = near[order[0]] >= NEAR and near[order[0]] - near[order[1]] >= AHEAD
    return order[0] if clear else None


def with_owner(question: str, ground: Ground, *, guess: bool = True) -> Iterator[Cells]:
    """ "And what is the budget?": of the row that the last question named, where the table has such a column.

    ``guess``: the column may be meant by its unit or meaning; without, the question has to name it.
    """
    for axis in ground.axes:
        if axis.matrix is None or axis.kind not in ("rows", "columns") or axis.matrix.kind == "text":
            continue
        named = _named(ground.last, axis, axis.matrix, ground)
        if not named or mentioned.mention(axis, question, ground.naming) is not None:
            continue
        label = _label(question, axis, axis.matrix, ground, guess)
        made = (
            _cells(named[:3], label, axis.kind == "columns", axis.matrix, axis, ground) if label is not None else None
        )
        if made is not None:
            yield made
            return


def _named(text: str, axis: Axis, matrix: Matrix, ground: Ground) -> list[str]:
    """The rows (or columns) of a table that a text names: in full, by what one of their cells says, or nearly."""
    found = [one.label for one in mentioned.named(axis, text, ground.naming)]
    if found or axis.kind == "columns":
        return found
    texts = tuple(
        dict.fromkeys(cell.text for cells in matrix.cells for cell in cells if cell.amount is None and cell.text)
    )
    said = [one.label for one in mentioned.named(Axis("values", texts, axis.sheet, matrix), text, ground.naming)]
    near = mentioned.mention(axis, text, ground.naming)
    almost = [near.label] if near is not None and near.score >= mentioned.ALMOST else []
    return _holding(said, matrix) or almost


def _label(question: str, axis: Axis, matrix: Matrix, ground: Ground, guess: bool) -> int | None:
    """The label of the other axis that a question is about, if it is not the one of the question before."""
    turned = axis.kind == "columns"
    names = matrix.rows if turned else matrix.columns
    others = Axis("columns", names, axis.sheet, matrix)
    found = mentioned.mention(others, question, ground.naming)
    if found is not None and (found.score >= mentioned.WHOLE or guess):
        known = mentioned.mention(others, ground.last, ground.naming)
        same = known is not None and known.label == found.label
        return names.index(found.label) if mentioned.holds_numbers(found.label, question) and not same else None
    return attribute(question, matrix, turned, axis, ground) if guess and found is None else None
