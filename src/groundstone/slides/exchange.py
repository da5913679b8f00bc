"""Slides as the JSON documents of a vector store, both ways: a list of image_path, metadata and vector_embedding.

    [{"image_path": "plan_image_4.png",
      "metadata": {"slide_filename": "plan.pptx", "model_id": "all-minilm-l6-v2", "slide_description": "Slide 4 ..."},
      "vector_embedding": [0.012, ...]}]

One vector stands for a slide, made by ``model_id``; a question is compared with it by the same model (k nearest).
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from groundstone.errors import Conflict, InvalidInput, WrongModel
from groundstone.models.base import Vectors
from groundstone.slides.base import SlideHit, Way
from groundstone.slides.describe import Description
from groundstone.slides.making import parts
from groundstone.slides.pieces import Piece
from groundstone.slides.records import Embedding, Record

MOST_BYTES = 256 * 2**20
MOST_DOCUMENTS = 20_000
MOST_DIMENSIONS = 8192
LONGEST_TEXT = 100_000  # characters of a description
LONGEST_NAME = 1000
_NUMBER = re.compile(r"(\d{1,6})(?=\D*$)")
Json = dict[str, Any]
Question = Callable[[str], Vectors]  # the vector of a text question


@dataclass(frozen=True, slots=True)
class SlideDocument:
    """One slide of such a file. ``vector`` is as it came; cosines do not need its length."""

    image_path: str
    slide_filename: str
    model_id: str
    slide_description: str
    vector: Vectors = field(repr=False)

    def to_json(self) -> Json:
        """As in the article's file."""
        metadata = {
            "slide_filename": self.slide_filename,
            "model_id": self.model_id,
            "slide_description": self.slide_description,
        }
        numbers = [round(number, 7) for number in self.vector.tolist()]
        return {"image_path": self.image_path, "metadata": metadata, "vector_embedding": numbers}


def documents_of(records: Sequence[Record], way: Way = "together") -> list[SlideDocument]:
    """The slides of a deck that have a vector; in the way "together" that of the picture where there is one.

    Raises Conflict when slides have vectors of several models, or none at all has one.
    """
    found = [
        SlideDocument(_image(record), record.deck_name, made.model, record.description.text, made.vectors[0])
        for record in records
        if (made := _one(record, way)) is not None and len(made.vectors)
    ]
    if len({document.model_id for document in found}) > 1:
        raise Conflict("the slides were embedded by different models; read the deck again, then export it")
    if records and not found:
        raise Conflict("no slide has a vector; pull the embedding model and read the deck again, then export it")
    return found


def _one(record: Record, way: Way) -> Embedding | None:
    if way == "described":
        return record.described
    return record.picture or record.words


def _image(record: Record) -> str:
    stem = record.deck_name.rpartition(".")[0] or record.deck_name
    return f"{stem}_image_{record.slide}.png"


def write(documents: Sequence[SlideDocument]) -> bytes:
    """The file: one JSON list."""
    return json.dumps([document.to_json() for document in documents], ensure_ascii=False).encode()


def read(data: bytes) -> list[SlideDocument]:
    """The documents of a file. Raises InvalidInput that says which document is wrong, and how."""
    if len(data) > MOST_BYTES:
        raise InvalidInput(f"the file has more than {MOST_BYTES >> 20} MB; split it")
    try:
        entries = json.loads(data, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the file is no JSON: {error}") from None
    if not isinstance(entries, list) or not entries:
        raise InvalidInput("the file is no list of documents, or an empty one")
    if len(entries) > MOST_DOCUMENTS:
        raise InvalidInput(f"the file has {len(entries)} documents; at most {MOST_DOCUMENTS} are taken, so split it")
    documents = [_document(at, entry) for at, entry in enumerate(entries, 1)]
    _check_alike(documents)
    return documents


def _no_number(name: str) -> float:
    raise ValueError(f"{name} is no number")


def _document(at: int, entry: Any) -> SlideDocument:
    """Members that pipelines add ("@timestamp", "s3") are passed over."""
    if not isinstance(entry, dict) or not isinstance(entry.get("metadata"), dict):
        raise InvalidInput(f"document {at} is no object with image_path, metadata and vector_embedding")
    meta = entry["metadata"]
    return SlideDocument(
        _text(at, entry, "image_path", LONGEST_NAME, needed=True),
        _text(at, meta, "slide_filename", LONGEST_NAME),
        _text(at, meta, "model_id", LONGEST_NAME, needed=True),
        _text(at, meta, "slide_description", LONGEST_TEXT),
        _vector(at, entry.get("vector_embedding")),
    )


def _text(at: int, entry: Mapping[str, Any], name: str, most: int, *, needed: bool = False) -> str:
    value = entry.get(name)
    value = "" if value is None and not needed else value
    if not isinstance(value, str) or len(value) > most or (needed and not value.strip()):
        raise InvalidInput(f"{name} of document {at} is no text of {int(needed)} to {most} characters")
    if any("\ud800" <= sign <= "\udfff" for sign in value):
        raise InvalidInput(f"{name} of document {at} holds half of a surrogate pair, which is no character")
    return value


def _vector(at: int, value: Any) -> Vectors:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_DIMENSIONS:
        raise InvalidInput(f"vector_embedding of document {at} is no list of 1 to {MOST_DIMENSIONS} numbers")
    if not all(type(number) in (int, float) and abs(number) < 1e9 for number in value):
        raise InvalidInput(f"vector_embedding of document {at} holds something that is no number, or too large")
    made = np.array(value, np.float32)
    if not float(np.linalg.norm(made)) > 1e-6:
        raise InvalidInput(f"vector_embedding of document {at} is zero and points nowhere")
    return made


def _check_alike(documents: Sequence[SlideDocument]) -> None:
    first = documents[0]
    for at, document in enumerate(documents, 1):
        if len(document.vector) != len(first.vector):
            raise InvalidInput(
                f"vector_embedding of document {at} has {len(document.vector)} numbers, that of the first document "
                f"{len(first.vector)}"
            )
        if document.model_id != first.model_id:
            raise InvalidInput(f"document {at} is by {document.model_id!r}, the first one by {first.model_id!r}")


def records_of(documents: Sequence[SlideDocument], deck_name: str) -> list[Record]:
    """What the index keeps of such slides: found by their descriptions, and by their vectors with their model."""
    made = []
    for number, document in zip(_numbers(documents), documents, strict=True):
        text = document.slide_description.strip()
        own = (Piece("whole", text, text),) if text else ()
        unit = document.vector / np.linalg.norm(document.vector)
        said = Description(text, document.model_id)
        seen = Embedding(document.model_id, unit[None])
        made.append(
            Record(number, "", deck_name, deck_name, own, said, tuple(parts(text)) if text else (), picture=seen)
        )
    return made


def _numbers(documents: Sequence[SlideDocument]) -> list[int]:
    """Numbers of the slides by the last figure in their paths; by their order where that tells them not apart."""
    found = [int(match[1]) if (match := _NUMBER.search(document.image_path)) else 0 for document in documents]
    return found if min(found) > 0 and len(set(found)) == len(found) else list(range(1, len(documents) + 1))


def nearest(documents: Sequence[SlideDocument], vector: Vectors, k: int = 1) -> list[tuple[SlideDocument, float]]:
    """The ``k`` documents whose vectors point most like this one, with the cosines, best first.

    Raises InvalidInput for a vector of another length.
    """
    if not documents:
        return []
    every = np.stack([document.vector for document in documents])
    if vector.shape != every.shape[1:]:
        raise InvalidInput(f"the question's vector has {vector.size} numbers, those of the slides {every.shape[1]}")
    lengths = np.linalg.norm(every, axis=1) * max(float(np.linalg.norm(vector)), 1e-9)
    cosines = (every @ vector) / lengths
    best = np.argsort(-cosines, kind="stable")[:k]
    return [(documents[row], float(cosines[row])) for row in best]


def ask(
    documents: Sequence[SlideDocument], text: str, models: Mapping[str, Question], k: int = 1
) -> list[tuple[SlideDocument, float]]:
    """The nearest documents to a question in words, by the model that made their vectors.

    ``models``: how the models that are here embed a question, by their names. Raises WrongModel when that one is not.
    """
    if not documents:
        return []
    name = documents[0].model_id
    if name not in models:
        known = ", ".join(sorted(models)) or "none"
        raise WrongModel(f"these slides were embedded by {name}, which is not here (here: {known}); connect it first")
    return nearest(documents, models[name](text), k)


def hits(deck: str, found: Sequence[tuple[SlideDocument, float]], documents: Sequence[SlideDocument]) -> list[SlideHit]:
    """The same as hits of a deck; a cosine below 0 scores 0."""
    numbers = {id(document): number for number, document in zip(_numbers(documents), documents, strict=True)}
    return [
        SlideHit(deck, numbers[id(document)], round(min(max(cosine, 0.0), 1.0), 4), (("cosine", round(cosine, 4)),))
        for document, cosine in found
    ]
