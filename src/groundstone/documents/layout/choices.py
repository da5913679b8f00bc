"""Check boxes and radio buttons with the words beside them, and the question that a group of them answers."""

from __future__ import annotations

from dataclasses import dataclass

from groundstone.documents.base import Mark, Pair
from groundstone.documents.layout import labels
from groundstone.documents.layout.segments import Segment, Sheet, region
from groundstone.documents.layout.upright import Rect

SELECTED, NOT_SELECTED = "selected", "not selected"
NEAR = 2.2  # text heights between a box and its words
ROWS_APART = 2.6  # text heights from one option to the next below it


@dataclass(frozen=True, eq=False)
class Option:
    mark: Mark
    rect: Rect
    words: Segment


def options(sheet: Sheet) -> list[Option]:
    """Each mark with the words that name it: right or left of it, whichever serves more marks of the page better."""
    right = [(mark, rect, _beside(sheet, rect, to_right=True)) for mark, rect in sheet.marks]
    left = [(mark, rect, _beside(sheet, rect, to_right=False)) for mark, rect in sheet.marks]
    chosen = right if _service(right) >= _service(left) else left
    found: list[Option] = []
    taken: set[int] = set()
    for mark, rect, words in chosen:
        if words is not None and id(words) not in taken:
            taken.add(id(words))
            found.append(Option(mark, rect, words))
    return found


def pairs(sheet: Sheet, found: list[Option]) -> tuple[list[Pair], set[int]]:
    """A pair for each option and one for each group with a label; and the ids of the segments they use up."""
    used = {id(option.words) for option in found}
    made = [
        Pair(
            region(sheet.upright, option.words.words),
            region(sheet.upright, (), (option.mark,), SELECTED if option.mark.checked else NOT_SELECTED),
            option.mark.confidence,
        )
        for option in found
    ]
    for group in _groups(found):
        label = _label(sheet, group, used)
        if label is not None:
            used.add(id(label))
            made.append(_group_pair(sheet, label, group))
    return made, used


def _group_pair(sheet: Sheet, label: Segment, group: list[Option]) -> Pair:
    chosen = [option for option in group if option.mark.checked]
    words = [word for option in chosen for word in option.words.words]
    text = ", ".join(option.words.text for option in chosen)
    value = region(sheet.upright, words, [option.mark for option in chosen], text) if chosen else None
    sure = min(option.mark.confidence for option in group)
    return Pair(region(sheet.upright, label.words), value, sure * (0.9 if labels.ends_label(label.text) else 0.75))


def _beside(sheet: Sheet, mark: Rect, to_right: bool) -> Segment | None:
    """The nearest words on one side of a mark, with no other mark or rule between."""
    best, nearest = None, NEAR
    for segment in sheet.segments:
        rect = segment.rect
        gap = rect.left - mark.right if to_right else mark.left - rect.right
        if rect.above(mark) > 0.4 and -0.4 <= gap < nearest:
            between = (mark.right, rect.left) if to_right else (rect.right, mark.left)
            if not sheet.crossed(*between, mark.middle[1]) and not _another(sheet, mark, between):
                best, nearest = segment, gap
    return best


def _another(sheet: Sheet, mark: Rect, between: tuple[float, float]) -> bool:
    return any(
        rect is not mark and between[0] < rect.middle[0] < between[1] and rect.above(mark) > 0.4
        for _, rect in sheet.marks
    )


def _service(found: list[tuple[Mark, Rect, Segment | None]]) -> float:
    served = [(rect, words) for _, rect, words in found if words is not None]
    distance = sum(max(max(words.rect.left - rect.right, rect.left - words.rect.right), 0.0) for rect, words in served)
    return len(served) - 0.3 * distance - 0.5 * sum(labels.ends_label(words.text) for _, words in served)


def _groups(found: list[Option]) -> list[list[Option]]:
    """Options in a row or in a column, next to each other."""
    groups: list[list[Option]] = []
    for option in sorted(found, key=lambda option: (round(option.rect.middle[1]), option.rect.left)):
        home = next((group for group in groups if any(_neighbours(other, option) for other in group)), None)
        if home is None:
            groups.append([option])
        else:
            home.append(option)
    return groups


def _neighbours(first: Option, second: Option) -> bool:
    if first.rect.above(second.rect) > 0.5:
        inner = first.words.rect.right if second.rect.left > first.rect.left else second.words.rect.right
        return max(first.rect.left, second.rect.left) - inner < 6
    level = abs(first.rect.left - second.rect.left) < 0.6
    return level and abs(first.rect.middle[1] - second.rect.middle[1]) < ROWS_APART


def _label(sheet: Sheet, group: list[Option], used: set[int]) -> Segment | None:
    """What the group answers: words left of its first option, or above it."""
    around = Rect.around([option.rect for option in group])
    first = min(group, key=lambda option: (round(option.rect.middle[1]), option.rect.left))
    lefts, aboves = [], []
    for segment in sheet.segments:
        likely = labels.likeness(segment.text)
        if id(segment) in used or likely < 0.2:
            continue
        gap = first.rect.left - segment.rect.right
        beside = segment.rect.above(first.rect) > 0.4 and -0.3 < gap < 15
        if beside and sheet.crossed(segment.rect.right, first.rect.left, first.rect.middle[1]) < 2:
            lefts.append((gap, id(segment), segment))
        drop = first.rect.top - segment.rect.bottom
        if -0.3 < drop < 1.6 and abs(segment.rect.left - around.left) < 2.5:
            aboves.append((drop, id(segment), segment))
    nearest = min(lefts or aboves, default=None)
    if nearest is None or (len(group) == 1 and not labels.ends_label(nearest[2].text)):
        return None
    return nearest[2]
