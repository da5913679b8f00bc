"""What the index keeps of a slide, and its form as one line of JSON."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from groundstone.models.base import Vectors
from groundstone.slides.describe import Description
from groundstone.slides.pieces import Piece, PieceKind

FORM = 1  # of the lines; another number is read as if nothing were there
VECTORS = ("words", "described", "picture")


@dataclass(frozen=True, slots=True)
class Embedding:
    """Vectors with the model that made them; shape (pieces, dimensions), rows of length 1."""

    model: str
    vectors: Vectors = field(repr=False)


@dataclass(frozen=True, slots=True)
class Record:
    """One slide as it is found.

    Args:
        deck_name, deck_title: what its deck is called.
        pieces: its own words; ``words`` has a vector for each, or is None where no model was there.
        description: what was said of it; ``described`` has a vector for each of its parts.
        parts: the description cut into parts.
        picture: one vector of its picture, or of picture and words together, by an engine that sees.
    """

    slide: int
    title: str
    deck_name: str
    deck_title: str
    pieces: tuple[Piece, ...]
    description: Description
    parts: tuple[str, ...]
    words: Embedding | None = None
    described: Embedding | None = None
    picture: Embedding | None = None
    has_figure: bool = False  # a table or a chart


def to_line(record: Record) -> bytes:
    """One line of JSON, with its end."""
    data = {
        "form": FORM,
        "slide": record.slide,
        "title": record.title,
        "deck": [record.deck_name, record.deck_title],
        "pieces": [[piece.kind, piece.text] for piece in record.pieces],
        "description": [record.description.by, record.description.text],
        "parts": list(record.parts),
        "figure": record.has_figure,
        **{name: _packed(made) for name in VECTORS if (made := getattr(record, name)) is not None},
    }
    return json.dumps(data, separators=(",", ":")).encode() + b"\n"


def of_line(line: bytes) -> Record | None:
    """The record, or None for a line that was cut off by the end of a process, or has another form."""
    try:
        data = json.loads(line)
        if data["form"] != FORM:
            return None
        words, described, picture = (_unpacked(data[name]) if name in data else None for name in VECTORS)
        by, text = data["description"]
        name, title = data["deck"]
        return Record(
            int(data["slide"]),
            data["title"],
            name,
            title,
            tuple(Piece(_kind(kind), said, said) for kind, said in data["pieces"]),
            Description(text, by),
            tuple(data["parts"]),
            words,
            described,
            picture,
            bool(data["figure"]),
        )
    except (ValueError, KeyError, TypeError, IndexError):
        return None


def _kind(name: str) -> PieceKind:
    return name  # type: ignore[return-value]  # written by to_line


def _packed(made: Embedding) -> list[Any]:
    """Half precision is enough to compare by: a cosine changes by less than 0.001."""
    return [made.model, *made.vectors.shape, b64encode(made.vectors.astype("<f2").tobytes()).decode("ascii")]


def _unpacked(data: Any) -> Embedding:
    model, rows, columns, packed = data
    halves = np.frombuffer(b64decode(packed, validate=True), "<f2").astype(np.float32)
    return Embedding(str(model), halves.reshape(int(rows), int(columns)))
