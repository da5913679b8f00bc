"""Decks that came as JSON documents (``exchange``): their slides are known by descriptions and vectors alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from groundstone.documents.decks.base import Deck, Element, Paragraph, Slide
from groundstone.slides import exchange
from groundstone.slides.base import Way
from groundstone.slides.exchange import SlideDocument
from groundstone.slides.records import Record

MEDIA_TYPE = "application/json"
WIDTH, HEIGHT = 960.0, 540.0  # points; nobody knows the size of the slides


def is_documents(data: bytes) -> bool:
    """Whether a file may be a list of such documents; no deck and no picture begins like one."""
    return data[:1000].lstrip().startswith(b"[")


def by_deck(data: bytes) -> list[tuple[str, bytes]]:
    """The name of each deck in a file, and its documents as a file of their own. Raises InvalidInput."""
    decks: dict[str, list[SlideDocument]] = {}
    for document in exchange.read(data):
        decks.setdefault(document.slide_filename or _stem(document), []).append(document)
    return [(name, exchange.write(documents)) for name, documents in decks.items()]


def opened(data: bytes, name: str) -> tuple[Deck, list[Record]]:
    """The documents as a deck, each slide its description, and as records of the index. Raises InvalidInput."""
    documents = [replace(one, slide_description=_lines(one.slide_description)) for one in exchange.read(data)]
    records = exchange.records_of(documents, name)
    slides = tuple(sorted((_slide(record) for record in records), key=lambda slide: slide.number))
    count = max(slide.number for slide in slides)
    return Deck(name, MEDIA_TYPE, name, slides, count, WIDTH, HEIGHT), records


def count(data: bytes) -> int:
    """How many slides; the number of the last. Raises InvalidInput."""
    return opened(data, "")[0].slide_count


def written(records: Sequence[Sequence[Record]], way: Way) -> list[exchange.Json]:
    """Documents of several decks. Raises Conflict for slides that have no vectors."""
    return [one.to_json() for deck in records for one in exchange.documents_of(deck, way)]


def _slide(record: Record) -> Slide:
    lines = tuple(Paragraph(line) for line in record.description.text.splitlines())
    text = Element("text", 1, paragraphs=lines, source="described")
    return Slide(record.slide, (text,) if lines else ())


def _lines(text: str) -> str:
    """As ``told`` shows lines, so that what was embedded of them is known again."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _stem(document: SlideDocument) -> str:
    """Of "plan_image_4.png" it is "plan"."""
    name = document.image_path.rpartition("/")[2].rpartition(".")[0] or document.image_path
    return name.rpartition("_image_")[0] or name.rstrip("0123456789_- ") or name
