"""Text that something was laid over on a page of a PDF, and recognised text where the page shows none."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from groundstone.forensics.base import Evidence
from groundstone.forensics.pdf_objects import Item, Page
from groundstone.records import Box

MAX_PLACES = 24
_COVERED = 0.7  # share of a text's box
_PATCH = 0.3  # share of a page above which a shape or picture is its ground
_SCAN = 0.7  # share of a page from which a picture is a scan
_WIDTH = 1000  # pixels at which the page is looked at
_PLAIN = 12  # levels within which a place is of one colour
_LEAST_HIDDEN = 10  # texts of a layer of recognised words
_LOST = 0.2  # share of them on blank paper from which the layer is just badly placed

Boxes = NDArray[np.float64]


def of_page(page: Page, number: int) -> Iterator[Evidence]:
    """Evidence of one page; ``number`` is 1 for the first."""
    items = page.items()
    yield from _covered(page, items, number)
    yield from _typed_over(items, number)
    yield from _lost(page, items, number)


def _covered(page: Page, items: list[Item], number: int) -> Iterator[Evidence]:
    texts = [at for at, item in enumerate(items) if item.kind == "text" and not item.blank and item.area > 0]
    patches = [at for at, item in enumerate(items) if (item.solid or item.kind == "picture") and 0 < item.area < _PATCH]
    if not texts or not patches:
        return
    boxes = np.array([items[at].box for at in texts])
    order = np.array(texts)
    replaced: list[Box] = []
    gone: list[Box] = []
    pixels: NDArray[np.uint8] | None = None
    for at in patches[-2000:]:
        patch = items[at]
        under = (order < at) & (_share(boxes, patch.box) >= _COVERED)
        if not under.any() or len(replaced) + len(gone) >= 2 * MAX_PLACES:
            continue
        over = (order > at) & (_share(boxes, patch.box) >= _COVERED)
        pixels = page.render(_WIDTH) if pixels is None else pixels
        for box in boxes[under][:MAX_PLACES]:
            if _meets(boxes[over], box):
                replaced.append(_box(box, number))
            elif patch.kind == "shape" and _plain(pixels, box):
                gone.append(_box(box, number))
    if replaced:
        text = f"on page {number}, text is covered by a shape or picture that has other text on it"
        yield Evidence("pdf", text, 1.5, tuple(replaced[:MAX_PLACES]))
    if gone:
        text = f"on page {number}, text is covered so that it cannot be seen; it may be blacked out on purpose"
        yield Evidence("pdf", text, 0.3, tuple(gone[:MAX_PLACES]))


def _share(boxes: Boxes, patch: tuple[float, ...]) -> Boxes:
    """How much of each box (N, 4) a patch covers."""
    across = np.minimum(boxes[:, 2], patch[2]) - np.maximum(boxes[:, 0], patch[0])
    down = np.minimum(boxes[:, 3], patch[3]) - np.maximum(boxes[:, 1], patch[1])
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    shared: Boxes = np.maximum(across, 0) * np.maximum(down, 0) / np.maximum(area, 1e-12)
    return shared


def _meets(boxes: Boxes, box: Boxes) -> bool:
    across = np.minimum(boxes[:, 2], box[2]) - np.maximum(boxes[:, 0], box[0])
    down = np.minimum(boxes[:, 3], box[3]) - np.maximum(boxes[:, 1], box[1])
    return bool(((across > 0) & (down > 0)).any())


def _plain(pixels: NDArray[np.uint8], box: Boxes) -> bool:
    """Whether a place is of one colour, so that what lies below does not show through."""
    part = _cut(pixels, box)
    return part.size > 0 and int((part.max(axis=(0, 1)).astype(int) - part.min(axis=(0, 1))).max()) <= _PLAIN


def _cut(pixels: NDArray[np.uint8], box: Boxes) -> NDArray[np.uint8]:
    height, width = pixels.shape[:2]
    left, right = (int(np.clip(value, 0, 1) * width) for value in (box[0], box[2]))
    top, bottom = (int(np.clip(value, 0, 1) * height) for value in (box[1], box[3]))
    return pixels[top + 1 : max(top + 2, bottom - 1), left + 1 : max(left + 2, right - 1)]


def _typed_over(items: list[Item], number: int) -> Iterator[Evidence]:
    """Words on top of a scan that has a layer of recognised words: the scan was not all there was."""
    scans = [at for at, item in enumerate(items) if item.kind == "picture" and item.area >= _SCAN]
    hidden = sum(item.kind == "hidden" for item in items)
    if not scans or hidden < _LEAST_HIDDEN:
        return
    over = [item for item in items[scans[-1] + 1 :] if item.kind == "text" and not item.blank and item.area > 0]
    if over and len(over) < hidden:
        text = f"on page {number}, text was set on top of the scanned page"
        yield Evidence("pdf", text, 0.7, tuple(_box(np.array(item.box), number) for item in over[:MAX_PLACES]))


def _lost(page: Page, items: list[Item], number: int) -> Iterator[Evidence]:
    """Recognised words that lie on blank paper: the picture changed after it was recognised."""
    hidden = [item for item in items if item.kind == "hidden" and not item.blank and 0 < item.area < 0.05]
    if len(hidden) < _LEAST_HIDDEN or not any(item.kind == "picture" for item in items):
        return
    pixels = page.render(_WIDTH)
    blank = [item for item in hidden if _plain(pixels, np.array(item.box))]
    if blank and len(blank) <= _LOST * len(hidden):
        text = f"on page {number}, the recognised text has words where the page shows none"
        yield Evidence("pdf", text, 0.7, tuple(_box(np.array(item.box), number) for item in blank[:MAX_PLACES]))


def _box(box: Boxes, number: int) -> Box:
    left, top, right, bottom = (float(value) for value in np.clip(box, 0, 1))
    return Box(left, top, right - left, bottom - top, number)
