"""What pixels, words and file tell of a document, put together into a report."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from groundstone.forensics.base import Evidence, Heat, PageReport, Report
from groundstone.forensics.work import Pieces
from groundstone.records import Box

Weigh = Callable[[Mapping[str, Any], tuple[Evidence, ...]], Mapping[str, Any]]
"""What the pixels of a page told, and all evidence, to ``verdict``, ``basis``, ``probability`` and ``interval``."""


def joined(name: str, media_type: str, page_count: int, found: Pieces, weigh: Weigh | None = None) -> Report:
    """The report: what its most suspicious page shows, with the evidence of the file itself."""
    weigh = weigh or _own_weigh()
    whole = evidence_of(found.file)
    of_file = tuple(one for one in whole if not one.boxes)
    pages = [_page(number, found, whole, of_file if page_count == 1 else (), weigh) for number in sorted(found.pixels)]
    worst = max(pages, key=lambda page: -1.0 if page.probability is None else page.probability)
    evidence = worst.evidence if page_count == 1 else (*of_file, *worst.evidence)
    judged = dict(weigh(found.pixels[worst.number], evidence))
    judged["basis"] += f" Its words could not be looked at: {found.unread}." if found.unread else ""
    return Report(
        name, media_type, page_count, evidence=evidence, boxes=worst.boxes, pages=tuple(pages), **judged
    )  # fmt: skip


def _page(
    number: int, found: Pieces, whole: tuple[Evidence, ...], of_file: tuple[Evidence, ...], weigh: Weigh
) -> PageReport:
    """One page. What the file tells of places counts for the page where they are."""
    pixels = found.pixels[number]
    here = tuple(one for one in whole if any(box.page == number for box in one.boxes))
    other = (*evidence_of(found.words.get(number, {}), number), *here, *of_file)
    evidence = (*evidence_of(pixels, number), *sorted(other, key=lambda one: -one.odds))
    boxes = tuple(replace(box_of(one), page=number) for one in pixels.get("boxes", ()))
    return PageReport(
        number=number, width=pixels["width"], height=pixels["height"], evidence=evidence, boxes=boxes,
        heat=heat_of(pixels.get("heat")), **weigh(pixels, evidence),
    )  # fmt: skip


def evidence_of(answer: Mapping[str, Any], page: int | None = None) -> tuple[Evidence, ...]:
    """The evidence that a child told; with ``page`` its places are on that page."""
    found = []
    for one in answer.get("evidence", ()):
        boxes: Iterable[Box] = map(box_of, one.get("boxes", ()))
        placed = tuple(box if page is None else replace(box, page=page) for box in boxes)
        found.append(Evidence(one["kind"], sentence(one["text"]), float(one.get("odds", 0.0)), placed))
    return tuple(found)


def sentence(text: str) -> str:
    """What a child told, as a sentence.

    >>> sentence("the PDF was made on 2026-01-02")
    'The PDF was made on 2026-01-02.'
    """
    text = " ".join(text.split())
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith(('.', '!', '?')) else '.'}"


def box_of(data: Mapping[str, Any]) -> Box:
    """A place as children tell it: fractions of the page, cut to the page."""
    left, top = _within(data["left"]), _within(data["top"])
    right, bottom = _within(data["left"] + data["width"]), _within(data["top"] + data["height"])
    return Box(left, top, right - left, bottom - top, int(data.get("page", 1)))


def heat_of(data: Mapping[str, Any] | None) -> Heat | None:
    return None if data is None else Heat(data["rows"], data["columns"], base64.b64decode(data["cells"]))


def _within(value: float) -> float:
    return min(1.0, max(0.0, float(value)))


def _own_weigh() -> Weigh:
    from groundstone.forensics.weigh import weigh

    return weigh
