"""From a reading to its layout, page by page."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from groundstone.documents.base import Layout, Mark, Page, Pair, Reading, Table
from groundstone.documents.layout import choices, columns, grids, pairs, tables
from groundstone.documents.layout.segments import Segment, Sheet, sheet


def understand(reading: Reading) -> Layout:
    """The pairs, tables and check boxes of all pages.

    Deterministic, pure geometry and reading of labels: no model, no pixels. Every word of a pair or cell is a word of
    its page, or the part of one that held a label and its value, or a leader, without a blank.
    """
    found = [_page(page) for page in reading.pages]
    return Layout(
        tuple(chain.from_iterable(made for made, _, _ in found)),
        tuple(chain.from_iterable(made for _, made, _ in found)),
        tuple(chain.from_iterable(made for _, _, made in found)),
    )


def _page(page: Page) -> tuple[list[Pair], list[Table], list[Mark]]:
    scene = sheet(page)
    ruled = grids.find(scene)
    chosen = choices.options(scene)
    made, used = choices.pairs(scene, chosen)
    found: list[Table] = []
    for filled, title in _tables(scene, ruled, used):
        found.append(tables.table(filled, title))
        if title is not None:
            used.add(id(title))
        if tables.is_data(filled):
            used |= {id(segment) for segment in filled.segments}
    rest = [segment for segment in scene.segments if id(segment) not in used]
    made += pairs.find(scene, rest, ruled)
    return made, found, [mark for mark, _ in scene.marks]


def _tables(scene: Sheet, ruled: list[grids.Grid], used: set[int]) -> Iterator[tuple[tables.Filled, Segment | None]]:
    """Ruled tables, then those that words outside of rulings form, each with its title."""
    inside: set[int] = set(used)
    for grid in ruled:
        filled = tables.Filled(scene, grid)
        if not tables.is_table(filled):
            continue
        inside |= {id(segment) for segment in filled.segments}
        title = tables.inner_title(filled)
        if title is not None:
            filled = tables.Filled(scene, grid.without_first_row())
            if not tables.is_table(filled):
                continue
        yield filled, title or tables.title_above(scene, grid)
    rest = [segment for segment in scene.segments if id(segment) not in inside]
    for grid in columns.find(rest):
        yield tables.Filled(scene, grid), tables.title_above(scene, grid)
