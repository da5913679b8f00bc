"""Two or more things side by side: their rows, columns or lines, and the difference of numbers of one unit."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from groundstone.models.base import Embed
from groundstone.slides import amounts, calculate, carried, columns, contents, lexis, mentioned, sides, speech
from groundstone.slides import reply as replies
from groundstone.slides.asks import Ask
from groundstone.slides.base import DeckInfo
from groundstone.slides.calculate import Operand
from groundstone.slides.desk import Desk, names
from groundstone.slides.evidence import Evidence
from groundstone.slides.kinds import named_beside
from groundstone.slides.mentioned import Axis
from groundstone.slides.reply import Reply
from groundstone.slides.seen import Cell, Line, Matrix, Sheet
from groundstone.slides.sides import Sides

COLUMNS = 8  # cells said of one side
LINES = 8  # lines said of one side
MEANT, ALIKE = 0.38, 0.06  # cosine: a line that means the respect asked for; others as near as it
Sentences = list[tuple[str, Sequence[int]]]


def compared(
    ask: Ask, sheets: Sequence[Sheet], embed: Embed | None, say: Callable[[Ask, Sequence[Sheet]], Reply | None]
) -> Reply | None:
    """The things that a question sets against each other; None when it does not, or when the slides lack one.

    ``say``: what some slides say to a question, used where the two things stand in running text.
    """
    near = None
    for one in sides.found(ask, sheets):
        reply = _labelled(one, embed)
        if reply is not None and not reply.closest:
            return reply
        near = near or reply
    return _spoken(ask, sheets, say) or near


def rich(ask: Ask, sheets: Sequence[Sheet]) -> bool:
    """Whether more than a single line stands with the things compared, so that they are said in full."""
    one = next(iter(sides.found(ask, sheets)), None)
    if one is None:
        return False
    matrix = one.axis.matrix
    return (matrix is not None and matrix.kind != "text") or any(
        len(_of(one.axis.sheet, name)) > 1 for name in one.names
    )


def _labelled(one: Sides, embed: Embed | None) -> Reply | None:
    if one.axis.matrix is not None and one.axis.kind in ("upper", "lower"):
        return _levelled(one, one.axis.matrix)
    if one.axis.matrix is not None and one.axis.kind in ("rows", "columns") and one.axis.matrix.kind != "text":
        cornered = one.axis.matrix.corner in one.names and one.axis.kind == "columns"
        return _down(one, one.axis.matrix) if cornered else _cells(one, one.axis.matrix, embed)
    return _lines(one, embed)


def _cells(one: Sides, matrix: Matrix, embed: Embed | None) -> Reply | None:
    """The cells of each side: those that the question names of the other axis, or all of them."""
    rows = one.axis.kind == "rows"
    own, others = (matrix.rows, matrix.columns) if rows else (matrix.columns, matrix.rows)
    places = [own.index(name) for name in one.names]
    chosen = _chosen(one, others, matrix, embed)
    evidence = Evidence()
    said: Sentences = []
    for place in places:
        cells = [(place, other) if rows else (other, place) for other in chosen]
        cells = [(row, column) for row, column in cells if matrix.cells[row][column].text]
        marks = [evidence.cell(one.axis.sheet, matrix, row, column) for row, column in cells]
        parts = [
            f"{others[column if rows else row]} {speech.value(matrix.cells[row][column])}".strip()
            for row, column in cells
        ]
        if parts:
            said.append((speech.ended(f"{own[place]}: {', '.join(parts)}"), marks))
    if len(said) < len(places):
        return None
    made, workings = _differences(one, matrix, places, chosen, evidence)
    closest = len(chosen) == len(others) and _lacks(one, f"{matrix.words} {one.axis.sheet.title}")
    return replies.of(
        [*said, *made], evidence, workings=workings, sheets=(one.axis.sheet,), sure=1.0, closest=closest
    )  # fmt: skip


def _levelled(one: Sides, matrix: Matrix) -> Reply:
    """Columns with two rows of headings, compared by one of them: in the rows and other headings asked for."""
    sheet, evidence = one.axis.sheet, Evidence()
    said: Sentences = []
    numbers: list[list[Operand]] = []
    for name, cells in zip(one.names, _cells_of_levels(one, matrix), strict=True):
        parts = [f"{speech.label(matrix, *at)} {speech.value(matrix.cells[at[0]][at[1]])}" for at in cells]
        said.append((speech.ended(f"{name}: {'; '.join(parts)}"), [evidence.cell(sheet, matrix, *at) for at in cells]))
        held = [at for at in cells if matrix.cells[at[0]][at[1]].amount is not None]
        numbers.append([Operand(sheet, matrix, *at) for at in held])
    pair = [side[0] for side in numbers if len(side) == 1]
    if len(pair) != 2 or len(numbers) != 2 or not calculate.addable(pair):
        return replies.of(said, evidence, sheets=(sheet,), sure=1.0)
    result = calculate.difference(*pair)
    said.append((_gap(result.text), [operand.cite(evidence) for operand in pair]))
    return replies.of(said, evidence, workings=(result.working,), sheets=(sheet,), sure=1.0)


def _cells_of_levels(one: Sides, matrix: Matrix) -> list[list[tuple[int, int]]]:
    """For each side the cells (row, column) that are asked for."""
    upper, lower = mentioned.levels(matrix.columns)
    above = one.axis.kind == "upper"
    other = Axis("lower" if above else "upper", lower if above else upper, one.axis.sheet, matrix)
    along = [found.label for found in mentioned.named(other, one.about.text)] or list(other.labels)
    named = mentioned.named(mentioned.rows_of(one.axis.sheet, matrix), one.about.text)
    rows = [matrix.rows.index(row.label) for row in named] or list(range(len(matrix.rows)))[:COLUMNS]
    found = []
    for name in one.names:
        called = [f"{name} {part}" if above else f"{part} {name}" for part in along]
        places = [(row, matrix.columns.index(column)) for row in rows for column in called]
        found.append([at for at in places if matrix.cells[at[0]][at[1]].text])
    return found


def _down(one: Sides, matrix: Matrix) -> Reply | None:
    """Two columns of equal rank, read from top to bottom: the rows that the question asks for, or all of them."""
    texts: dict[str, Sequence[str]] = {matrix.corner: matrix.rows}
    texts |= {name: [cell.text for cell in matrix.column(at)] for at, name in enumerate(matrix.columns)}
    words, evidence, every = sides.respect(one), Evidence(), range(len(matrix.rows))
    bags = [lexis.bag(" ".join(texts[name][row] for name in one.names)) for row in every]
    rows = [row for row in every if any(lexis.meets(word, bags[row]) for word in words)] or list(every)
    said: Sentences = []
    marks = [evidence.cell(one.axis.sheet, matrix, row, 0) for row in rows]
    for name in one.names:
        cells = [texts[name][row] for row in rows if texts[name][row]]
        said.append((speech.ended(f"{name}: {'; '.join(cells[:LINES])}"), marks))
    return replies.of(said, evidence, sheets=(one.axis.sheet,), sure=1.0)


def _lacks(one: Sides, text: str) -> bool:
    """Whether nothing near the two sides says in what respect they are to be compared."""
    words, known = sides.respect(one), lexis.bag(text)
    return any(word not in lexis.SOFT for word in words) and not any(lexis.meets(word, known) for word in words)


def _chosen(one: Sides, others: Sequence[str], matrix: Matrix, embed: Embed | None) -> list[int]:
    """The labels of the other axis that are asked for."""
    other = Axis("columns" if one.axis.kind == "rows" else "rows", tuple(others), one.axis.sheet, matrix)
    named = [
        others.index(mention.label)
        for mention in mentioned.mentions(other, one.about.text)
        if mention.score >= mentioned.PART
    ]
    full = [others.index(mention.label) for mention in mentioned.named(other, one.about.text)]
    if full or named:
        return list(dict.fromkeys(full or named))[:COLUMNS]
    meant = _meant(one, others, embed)
    return meant or list(range(len(others)))[:COLUMNS]


def _meant(one: Sides, texts: Sequence[str], embed: Embed | None) -> list[int]:
    """Which of some texts mean the respect that is asked for, though they share no word with it."""
    words = [word for word in sides.respect(one) if word not in lexis.SOFT]
    if embed is None or not words or not texts:
        return []
    asked = [word for word in one.about.text.split() if set(lexis.content(word)) & set(words)]
    vectors = embed.embed([" ".join(asked), *texts])
    near = [float(value) for value in vectors[1:] @ vectors[0]]
    best = max(near)
    return [place for place, value in enumerate(near) if value >= MEANT and value >= best - ALIKE]


def _differences(
    one: Sides, matrix: Matrix, places: Sequence[int], chosen: Sequence[int], evidence: Evidence
) -> tuple[Sentences, list[str]]:
    """What lies between two sides, for every number of one unit."""
    if len(places) != 2:
        return [], []
    said: Sentences = []
    workings = []
    for other in chosen:
        cells = [(place, other) if one.axis.kind == "rows" else (other, place) for place in places]
        if any((amount := matrix.cells[row][column].amount) is None or amount.is_year for row, column in cells):
            continue
        pair = [Operand(one.axis.sheet, matrix, row, column) for row, column in cells]
        if not calculate.addable(pair):
            continue
        result = calculate.difference(*pair)
        workings.append(result.working)
        if len(chosen) == 1:
            said.append((_gap(result.text), [operand.cite(evidence) for operand in pair]))
    return said, workings


def _gap(text: str) -> str:
    """Only what a sentence adds to the two sides that were said."""
    return (
        speech.ended(f"The difference is {text.rpartition('the difference is ')[2]}")
        if "the difference is" in text
        else text
    )


def _lines(one: Sides, embed: Embed | None) -> Reply | None:
    """The lines of each side: those of its name, and what stands below them."""
    evidence, sheet = Evidence(), one.axis.sheet
    said: Sentences = []
    closest = False
    held: list[Sequence[Line]] = []
    for name in one.names:
        lines = _of(sheet, name)
        chosen = _about(one, lines, embed)
        closest = closest or (not chosen and bool(sides.respect(one)))
        lines = chosen or lines
        if not lines or all(line.text == name for line in lines):
            return None
        held.append(lines)
        text = "; ".join(line.text.strip().rstrip(".;") for line in lines[:LINES])
        lead = "" if name in text else f"{name}: "
        said.append((speech.ended(f"{lead}{text}"), [evidence.line(sheet, line) for line in lines[:LINES]]))
    gap = _gap_of_lines(one, held, evidence) if not closest else None
    return replies.of(
        [*said, *([gap[0]] if gap else [])], evidence, workings=(gap[1],) if gap else (), sheets=(sheet,), sure=1.0,
        closest=closest,
    )  # fmt: skip


def _gap_of_lines(
    one: Sides, held: Sequence[Sequence[Line]], evidence: Evidence
) -> tuple[tuple[str, Sequence[int]], str] | None:
    """What lies between two sides that one line with one number of one kind speaks for, each."""
    pair: list[Operand] = []
    for name, lines in zip(one.names, held, strict=True):
        found = [amount for amount in amounts.of_text(lines[0].text) if not amount.is_year] if len(lines) == 1 else []
        if len(found) != 1:
            return None
        cell = Cell(lines[0].text[found[0].start : found[0].end], found[0], lines[0].boxes)
        pair.append(
            Operand(one.axis.sheet, Matrix(lines[0].element, "text", "", "", (name,), ("",), ((cell,),)), 0, 0, name)
        )
    if len(pair) != 2 or not calculate.addable(pair):
        return None
    result = calculate.difference(*pair)
    return (_gap(result.text), [operand.cite(evidence) for operand in pair]), result.working


def _of(sheet: Sheet, name: str) -> list[Line]:
    """The lines that a name heads: its own, those under it, and those right below it on a drawing."""
    heads = [line for line in sheet.lines if mentioned.head(line.text) == name]
    found = [
        line for line in sheet.lines if line in heads or any(mentioned.head(above) == name for above in line.above)
    ]
    if found == heads and len(heads) == 1 and heads[0].text == name:  # a box of a few lines, such as a name over a role
        box = [line for line in sheet.lines if line.element == heads[0].element]
        found = box if len(box) <= mentioned.TILE else found
    return sorted(found, key=lambda line: line.place)


def _about(one: Sides, lines: Sequence[Line], embed: Embed | None) -> list[Line]:
    """Those that say something of the respect asked for, by their words or their meaning."""
    words = sides.respect(one)
    own = [line for line in lines if any(lexis.meets(word, lexis.bag(line.text)) for word in words)]
    texts = [line.text for line in lines]
    own = own or [lines[place] for place in columns.of_unit(one.about.text, texts)]
    return own or [lines[place] for place in _meant(one, texts, embed)[:2]]


def _spoken(ask: Ask, sheets: Sequence[Sheet], say: Callable[[Ask, Sequence[Sheet]], Reply | None]) -> Reply | None:
    """Two things in running text: what the slides say of each, in the respect asked for."""
    parts = sides.phrases(ask)
    if parts is None:
        return None
    found = []
    for thing in (parts.one, parts.other):
        reply = say(Ask(ask.asked, f"{thing} {parts.about}".strip(), (), ask.compares), sheets)
        if reply is None or reply.declined or reply.closest:
            return None
        found.append(reply)
    if found[0].shown[:1] and found[1].shown[:1] and found[0].shown[0][0] != found[1].shown[0][0]:
        return None
    if found[0].said == found[1].said and len(found[0].said) < 2 and not _both(parts, found[0]):
        return None
    return replies.together(found)


def speaks_of_both(ask: Ask, reply: Reply) -> bool:
    """Whether an answer to a comparison has words of both things, where the question says plainly which they are."""
    parts = sides.phrases(ask)
    return parts is None or bool(reply.workings) or _both(parts, reply)


def _both(parts: sides.Phrases, reply: Reply) -> bool:
    """Whether one sentence speaks of both things."""
    words = lexis.bag(" ".join(one.text for one in reply.said))
    return all(any(lexis.meets(word, words) for word in lexis.content(thing)) for thing in (parts.one, parts.other))


def decks(desk: Desk, ask: Ask, say: Callable[[Desk, Ask, Sequence[Sheet]], Reply | None]) -> Reply | None:
    """What two decks say to one question, side by side; None when it does not name two."""
    two = named_beside(ask.asked, desk.infos())
    if len(two) != 2:
        return None
    own = set().union(*(names(info) for info in two))
    text = " ".join(word for word in _bare(ask.text).split() if not set(lexis.content(word)) & own)
    part = Ask(ask.asked, text, (), ask.compares)
    if not part.words:
        return replies.together([contents.summary(desk.sheets(info.id)) for info in two])
    found = []
    for info in two:
        one = desk.within(info.id)
        reply = say(one, part, one.found(part.text))
        if reply is None or reply.declined or reply.closest:
            return None
        found.append((info, reply))
    made = carried.between(desk, *(reply for _, reply in found))
    extra = [replace(made, said=made.said[-1:])] if made else []
    return replies.together([*(_of_deck(info, reply) for info, reply in found), *extra])


def _of_deck(info: DeckInfo, reply: Reply) -> Reply:
    first = replace(reply.said[0], text=f"{info.title or info.name}: {reply.said[0].text}")
    return replace(reply, said=(first, *reply.said[1:2]))


_CUES = re.compile(
    r"\b(?:compare[ds]?|comparison|differ(?:s|ed|ent|ence|ences)?|between|versus|vs\.?|and|the|how|do|does|did|with|"
    r"against|to|"
    r"in|of|from|both|decks?|presentations?|reviews?|reports?|side by side|at)\b",
    re.I,
)


def _bare(text: str) -> str:
    """The respect in which decks are compared."""
    return " ".join(_CUES.sub(" ", text).split())
