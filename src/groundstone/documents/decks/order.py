"""The order in which the elements of a slide are read.

Titles first, notes last. Between them the slide is cut again and again where the widest empty strip runs all the way
through what is left, across or down (the XY-cut of Nagy and Seth, 1984); columns are preferred a little, as words of a
column belong together. What belongs to one group of the file stays together.
"""

from __future__ import annotations

from collections.abc import Sequence

from groundstone.documents.decks.base import Kind
from groundstone.records import Box

_OVERLAP = 0.012  # of the slide's side, that neighbours may overlap
_COLUMNS = 1.3  # times that a strip between columns counts
_MOST = 400  # elements that are cut; more are read line by line
_FIRST: dict[Kind, int] = {"title": 0, "subtitle": 1, "footer": 3, "notes": 4}

Item = tuple[Kind, Box | None, tuple[int, ...]]  # kind, place, groups that it is in by number
_Block = tuple[float, float, float, float, list[int]]  # left, top, right, bottom, indexes


def in_reading_order(items: Sequence[Item]) -> list[int]:
    """Indexes of the items as they are read. Those without a place stand behind those that have one."""
    ordered: list[int] = []
    for rank in range(5):
        own = [index for index, (kind, _, _) in enumerate(items) if _FIRST.get(kind, 2) == rank]
        placed = [index for index in own if items[index][1]]
        ordered += _grouped(items, placed, 0)
        ordered += [index for index in own if not items[index][1]]
    return ordered


def _grouped(items: Sequence[Item], own: list[int], depth: int) -> list[int]:
    """Blocks in order: single elements, and groups with all that is in them."""
    groups: dict[int, list[int]] = {}
    blocks: list[_Block] = []
    for index in own:
        path = items[index][2]
        if len(path) > depth:
            groups.setdefault(path[depth], []).append(index)
        else:
            blocks.append(_block(items, [index]))
    if len(groups) == 1 and not blocks:
        return _grouped(items, own, depth + 1)
    blocks += [_block(items, members) for members in groups.values()]
    ordered: list[int] = []
    for block in _cut(blocks) if len(blocks) <= _MOST else _by_lines(blocks):
        ordered += _grouped(items, block[4], depth + 1) if len(block[4]) > 1 else block[4]
    return ordered


def _block(items: Sequence[Item], members: list[int]) -> _Block:
    boxes = [box for index in members if (box := items[index][1])]
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    right = max(box.left + box.width for box in boxes)
    return left, top, right, max(box.top + box.height for box in boxes), members


def _cut(blocks: list[_Block]) -> list[_Block]:
    if len(blocks) < 2:
        return blocks
    across, down = _gap(blocks, 0), _gap(blocks, 1)
    if across is None and down is None:
        return _around(blocks)
    axis = 0 if down is None or (across is not None and across[0] * _COLUMNS >= down[0]) else 1
    strip = across if axis == 0 else down
    assert strip is not None
    first = [block for block in blocks if _middle(block, axis) < strip[1]]
    rest = [block for block in blocks if _middle(block, axis) >= strip[1]]
    return [*_cut(first), *_cut(rest)]


def _gap(blocks: list[_Block], axis: int) -> tuple[float, float] | None:
    """The widest strip that no block touches: how wide it is, and where its middle lies."""
    ranges = sorted(_ends(block, axis) for block in blocks)
    reach, best = ranges[0][1], None
    for start, end in ranges[1:]:
        free = start - reach + _OVERLAP
        if free > 0 and end > reach and (best is None or free > best[0]):
            best = free, (start + reach) / 2
        reach = max(reach, end)
    if best is None:
        return None
    sides = {_middle(block, axis) < best[1] for block in blocks}
    return best if len(sides) == 2 else None


def _middle(block: _Block, axis: int) -> float:
    start, end = _ends(block, axis)
    return (start + end) / 2


def _ends(block: _Block, axis: int) -> tuple[float, float]:
    """From and to, across (0) or down (1)."""
    return (block[0], block[2]) if axis == 0 else (block[1], block[3])


def _around(blocks: list[_Block]) -> list[_Block]:
    """Nothing can be cut: what lies around or behind the others is read first, when it is by far the largest."""
    large = max(blocks, key=_area)
    rest = [block for block in blocks if block is not large]
    if _area(large) > 4 * max(_area(block) for block in rest):
        return [large, *_cut(rest)]
    return _by_lines(blocks)


def _area(block: _Block) -> float:
    return (block[2] - block[0]) * (block[3] - block[1])


def _by_lines(blocks: list[_Block]) -> list[_Block]:
    """From top to bottom; those that begin at about the same height from left to right."""
    ordered: list[_Block] = []
    line: list[_Block] = []
    for block in sorted(blocks, key=lambda block: (block[1], block[0])):
        if line and block[1] > line[0][1] + 0.5 * min(line[0][3] - line[0][1], block[3] - block[1]) + _OVERLAP:
            ordered += sorted(line, key=lambda one: one[0])
            line = []
        line.append(block)
    return [*ordered, *sorted(line, key=lambda one: one[0])]
