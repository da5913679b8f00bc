"""The nouns of forensics. Frozen, plain, free of any engine. Places are ``Box``es: fractions of the page as shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from groundstone.records import Box

Verdict = Literal["forged", "genuine", "cannot tell"]
EvidenceKind = Literal[
    "pixels",  # what the network sees in the picture: the heat-map
    "history",  # places that do not share the page's history of JPEG compression
    "copied",  # a region that stands on the page twice, noise included
    "font",  # letters unlike their neighbours
    "baseline",  # words that stand off their line
    "amount",  # figures that do not add up
    "metadata",  # what EXIF, tables of quantisation or the producer tell
    "pdf",  # saves after the first, covered or replaced content
]
Layer = Literal["picture", "heat", "errors", "noise", "history", "copies"]
LAYERS: tuple[Layer, ...] = ("picture", "heat", "errors", "noise", "history", "copies")


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation in words.

    ``odds`` is the natural logarithm of the factor by which it changes the odds of a forgery: above 0 speaks for one,
    below 0 against, 0 is told but changes nothing. ``boxes`` are the places it speaks of, none for the whole file.
    """

    kind: EvidenceKind
    text: str
    odds: float = 0.0
    boxes: tuple[Box, ...] = ()


@dataclass(frozen=True, slots=True)
class Heat:
    """How suspicious each part of a page is: ``rows`` x ``columns`` cells that cover the page, row by row, 0 to 255."""

    rows: int
    columns: int
    cells: bytes


@dataclass(frozen=True, slots=True)
class PageReport:
    """What one page shows.

    ``probability`` (0 to 1) and its ``interval`` (low, high) are None where the page gives nothing to judge by (blank,
    too small). ``basis`` says in words how much the page can tell. ``boxes``: suspicious places, the worst first.
    """

    number: int
    width: int
    height: int
    verdict: Verdict
    basis: str
    probability: float | None = None
    interval: tuple[float, float] | None = None
    evidence: tuple[Evidence, ...] = ()
    boxes: tuple[Box, ...] = ()
    heat: Heat | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What a file shows: that of its most suspicious page, with the evidence of the file itself."""

    file: str
    media_type: str
    page_count: int
    verdict: Verdict
    basis: str
    probability: float | None
    interval: tuple[float, float] | None
    evidence: tuple[Evidence, ...]
    boxes: tuple[Box, ...]
    pages: tuple[PageReport, ...]
