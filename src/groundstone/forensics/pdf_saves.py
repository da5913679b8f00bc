"""What the later saves of a PDF changed, and what its signatures cover."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from groundstone.documents.examine import MAX_PAGES
from groundstone.errors import UnreadableDocument
from groundstone.forensics.base import Evidence
from groundstone.forensics.pdf_file import Save, Thing, has, references
from groundstone.forensics.pdf_objects import File
from groundstone.records import Box

MAX_SIGNATURES = 20
_LATEST = 4  # saves that are compared with the one before
_PAGES = 8  # pages of them
_WIDTH = 700  # pixels at which pages are compared
_SEEN = 48  # levels of a difference
_PLACES = 12
_RANGE = re.compile(rb"/ByteRange\s{0,8}\[\s{0,24}(\d{1,12})" + rb"\s{1,24}(\d{1,12})" * 3 + rb"\s{0,99}\]")


@dataclass(frozen=True, slots=True)
class Signed:
    """Bytes that a signature covers: from ``start`` to ``end`` but for the gap, where the signature itself stands."""

    start: int
    gap: tuple[int, int]
    end: int


def of_saves(data: bytes, found: list[Save]) -> Iterator[Evidence]:
    """Evidence from what was saved after the first time. Boxes name the places on pages that look otherwise since."""
    signed = list(_signatures(data))
    if len(found) > 1:
        yield Evidence("pdf", f"the file holds {len(found)} saves, one after the other", 0.1)
    known: dict[int, Thing] = {}
    for number, save in enumerate(found):
        if number and number >= len(found) - _LATEST:
            after = any(one.end <= found[number - 1].end for one in signed)
            yield from _later(data, known, found[number - 1], save, number + 1, after)
        known |= save.things
    yield from _uncovered(data, signed)


def _later(
    data: bytes, known: dict[int, Thing], before: Save, save: Save, number: int, signed: bool
) -> Iterator[Evidence]:
    changed = {key for key, thing in save.things.items() if key not in known or known[key].sum != thing.sum}
    what = ", ".join(_what(known, save, changed)) or "nothing that is known here"
    since = ", after it was signed," if signed else ""
    try:
        content, notes = _differences(data[: before.end], data[: save.end], _pages(known, save, changed))
    except UnreadableDocument:
        yield Evidence("pdf", f"save {number} wrote {what}; the state before cannot be opened to compare", 0.2)
        return
    if content:
        pages = _named(content)
        text = f"save {number}{since} changed the content of {pages}; it wrote {what}"
        yield Evidence("pdf", text, 2.5 if signed else 1.5, tuple(content))
    if notes:
        text = f"save {number}{since} added or changed notes or form fields on {_named(notes)}"
        yield Evidence("pdf", text, 0.6 if signed else 0.2, tuple(notes))
    if not content and not notes:
        yield Evidence("pdf", f"save {number} wrote {what}; its pages look as before", 0.0)


def _what(known: dict[int, Thing], save: Save, changed: set[int]) -> Iterator[str]:
    """Kinds of the objects that were written, in words."""
    contents = {number for thing in (*known.values(), *save.things.values()) for number in _contents(thing)}
    heads = [save.things[number].head for number in changed]
    if any(number in contents and number in known for number in changed):
        yield "page content in place of earlier content"
    elif contents & changed:
        yield "page content"
    if any(has(head, b"Subtype", b"Image") for head in heads):
        yield "pictures"
    if any(has(head, b"Type", b"Font") or has(head, b"Type", b"FontDescriptor") for head in heads):
        yield "fonts"
    if any(_is_note(head) for head in heads):
        yield "notes or form fields"
    if any(b"/ByteRange" in head for head in heads):
        yield "a signature"
    if any(has(head, b"Type", b"Metadata") or b"/ModDate" in head for head in heads):
        yield "metadata"


def _is_note(head: bytes) -> bool:
    return has(head, b"Type", b"Annot") or (b"/Rect" in head and b"/Subtype" in head)


def _contents(thing: Thing) -> list[int]:
    return references(thing.head, b"Contents") if has(thing.head, b"Type", b"Page") else []


def _pages(known: dict[int, Thing], save: Save, changed: set[int]) -> list[int]:
    """Pages that may look otherwise now: those that were written or whose content was, else the first."""
    numbers = _order({**known, **save.things})
    touched = []
    for page, number in enumerate(numbers, 1):
        thing = save.things.get(number) or known.get(number)
        if thing is not None and (number in changed or changed & set(references_in(thing.head))):
            touched.append(page)
    rest = [page for page in range(1, max(len(numbers), _PAGES) + 1) if page not in touched]
    return (touched + rest)[:_PAGES]


def references_in(head: bytes) -> list[int]:
    """All objects that an object refers to, at most 200."""
    return [int(number) for number in re.findall(rb"(\d{1,9})\s{1,4}\d{1,5}\s{1,4}R", head)[:200]]


def _order(things: dict[int, Thing]) -> list[int]:
    """Numbers of the page objects from the first page to the last, as far as the tree of pages can be followed."""
    roots = [thing for thing in things.values() if has(thing.head, b"Type", b"Catalog")]
    open_ = references(roots[-1].head, b"Pages") if roots else []
    seen = set(open_)
    found: list[int] = []
    while open_ and len(found) < MAX_PAGES:
        number = open_.pop()
        if number not in things:
            continue
        kids = [kid for kid in references(things[number].head, b"Kids") if kid not in seen]
        seen |= set(kids)
        open_ += reversed(kids)
        if has(things[number].head, b"Type", b"Page"):
            found.append(number)
    return found


def _differences(before: bytes, after: bytes, pages: list[int]) -> tuple[list[Box], list[Box]]:
    """Places where the content of pages differs, and where only their notes do. Raises UnreadableDocument."""
    old, new = File(before), File(after)
    content: list[Box] = []
    notes: list[Box] = []
    try:
        for number in (page for page in pages if page <= min(len(old), len(new))):
            here = _unlike(old, new, number, False)
            content += here
            notes += [] if here else _unlike(old, new, number, True)
    finally:
        old.close()
        new.close()
    return content[: 2 * _PLACES], notes[: 2 * _PLACES]


def _unlike(old: File, new: File, number: int, notes: bool) -> list[Box]:
    one, other = (file.page(number).render(_WIDTH, notes) for file in (old, new))
    if one.shape != other.shape:
        return [Box(0, 0, 1, 1, number)]
    apart = (np.abs(one.astype(np.int16) - other).max(axis=2) > _SEEN).astype(np.uint8)
    return boxes_of(apart, number)


def boxes_of(marked: NDArray[np.uint8], page: int) -> list[Box]:
    """Rectangles around marked pixels (H, W), the largest first; what lies close together is one."""
    joined = cv2.dilate(marked, np.ones((5, 13), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined)
    height, width = marked.shape
    order = sorted(stats[1:].tolist(), key=lambda row: -row[4])[:_PLACES]
    return [
        Box((x + 6) / width, (y + 2) / height, max(1, wide - 12) / width, max(1, high - 4) / height, page)
        for x, y, wide, high, _ in order
    ]


def _named(boxes: list[Box]) -> str:
    pages = sorted({box.page for box in boxes})
    return f"page {pages[0]}" if len(pages) == 1 else "pages " + ", ".join(map(str, pages))


def _signatures(data: bytes) -> Iterator[Signed]:
    for count, match in enumerate(_RANGE.finditer(data)):
        if count >= MAX_SIGNATURES:
            return
        start, first, second, rest = (int(value) for value in match.groups())
        yield Signed(start, (start + first, second), second + rest)


def _uncovered(data: bytes, signed: list[Signed]) -> Iterator[Evidence]:
    if not signed:
        return
    whole = len(data.rstrip(b"\r\n \0"))
    if any(one.start or not _is_gap(data, one) for one in signed):
        yield Evidence("pdf", "a digital signature leaves out bytes that are not the signature itself", 1.0)
    if max(one.end for one in signed) >= whole:
        text = "a digital signature covers the whole file; whether it is valid and whose it is was not checked"
        yield Evidence("pdf", text, -0.3)
    else:
        yield Evidence("pdf", "digital signatures cover a part of the file only: it was saved again afterwards", 0.2)


def _is_gap(data: bytes, one: Signed) -> bool:
    """Whether what is left out is one hexadecimal string."""
    gap = data[one.gap[0] : one.gap[1]].strip()
    return gap[:1] == b"<" and gap[-1:] == b">" and not gap[1:-1].strip(b"0123456789abcdefABCDEF\r\n \t")
