"""A report as a reason of a decision, for whoever decides about documents."""

from __future__ import annotations

from threading import Event
from typing import TYPE_CHECKING

from groundstone.documents.base import Place, Reading, Region
from groundstone.documents.rules.base import Reason
from groundstone.errors import DocumentTooLarge, UnreadableDocument
from groundstone.forensics.base import Evidence, Report, Verdict
from groundstone.records import Box

if TYPE_CHECKING:
    from groundstone.forensics.service import Forensics

RULE = "forgery"
MOST_PLACES, MOST_SENTENCES = 12, 4
PASSED: dict[Verdict, bool | None] = {"forged": False, "genuine": True, "cannot tell": None}
NAMES = {
    "pixels": "pixels", "history": "compression", "copied": "copied region", "font": "letters", "baseline": "line",
    "amount": "sum", "metadata": "file", "pdf": "PDF",
}  # fmt: skip


def checked(forensics: Forensics, data: bytes, name: str, reading: Reading, stop: Event) -> Reason:
    """Check the pages that were read. A document that can be read and not be checked is one that cannot be told.

    Raises WeightsMissing, and Conflict when ``stop`` was set.
    """
    pages = [str(page.number) for page in reading.pages]
    try:
        report = forensics.check(data, name, pages=pages, reading=lambda over: reading, stop=stop, background=True)
    except (UnreadableDocument, DocumentTooLarge) as error:
        return Reason(RULE, None, f"the document could not be checked for changes: {error}")
    return reason_of(report)


def reason_of(report: Report) -> Reason:
    """``passed`` is False for a document that looks forged, None where that cannot be told.

    The text gives the probability and what speaks for a forgery; the places come with the name of the trace.
    """
    if report.verdict == "cannot tell":
        return Reason(RULE, None, f"it cannot be told whether the document was changed. {report.basis}")
    clues = [one for one in report.evidence if speaks_for(one)] if report.verdict == "forged" else []
    said = " ".join(one.text for one in clues[:MOST_SENTENCES])
    text = f"the document looks {report.verdict}{_odds(report)}. {said or report.basis}"
    places = [_region(NAMES[one.kind], box) for one in clues for box in one.boxes]
    return Reason(RULE, PASSED[report.verdict], text, tuple(places[:MOST_PLACES]))


def speaks_for(one: Evidence) -> bool:
    """Whether it speaks for a forgery; what the pixels tell has its odds in the probability already."""
    return one.odds > 0 or (one.kind in ("pixels", "history") and bool(one.boxes))


def share(value: float) -> str:
    """A probability in percent; nothing is ever certain.

    >>> share(1.0)
    '99%'
    """
    return f"{min(max(value, 0.01), 0.99):.0%}"


def _odds(report: Report) -> str:
    if report.probability is None or report.interval is None:
        return ""
    low, high = report.interval
    return f" (probability of forgery {share(report.probability)}, between {share(low)} and {share(high)})"


def _region(name: str, box: Box) -> Region:
    return Region(name, 1.0, Place.of(box.left, box.top, box.width, box.height, box.page))
