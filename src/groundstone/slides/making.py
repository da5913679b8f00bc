"""What the index keeps of a slide, made: its pieces, its description, and the vectors of both and of its picture."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from groundstone.documents.decks.base import Slide
from groundstone.documents.decks.told import Told, told
from groundstone.models.base import Chat, Embed, Picture, Vectors
from groundstone.slides.base import DeckInfo
from groundstone.slides.describe import Description, describe, describe_by
from groundstone.slides.embedding import EmbedSlides
from groundstone.slides.pieces import Piece, pieces
from groundstone.slides.records import Embedding, Record
from groundstone.text import sentences

PART = 400  # characters of a description that are embedded together
Show = Callable[[str, int], Picture | None]  # a slide's picture, by deck id and number; None where there is none


@dataclass(frozen=True, slots=True)
class Engines:
    """What embeds and describes slides; each is asked for when it is needed, and may be None.

    Args:
        embed: embeds words; without it slides are found by their words alone.
        slides: embeds pictures and words together, for the way "together".
        chat: a model that sees, which describes slides for the way "described".
        show: pictures of slides for both.
    """

    embed: Callable[[], Embed | None]
    slides: Callable[[], EmbedSlides | None] = lambda: None
    chat: Callable[[], Chat | None] = lambda: None
    show: Show = lambda deck, number: None


class Maker:
    """Makes records. What was made before of the same words is used again."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines

    def made(self, deck: DeckInfo, slides: Sequence[Slide], kept: Mapping[int, Record]) -> list[Record]:
        """Records of slides in their order. ``kept``: those of before, by number. Raises ModelError and its kinds."""
        embed = self._engines.embed()
        known: dict[str, Vectors] = {}
        records = []
        for slide in slides:
            text = told(slide)
            old = kept.get(slide.number)
            if old is not None and _said(old) != text.text:
                old = None
            if old is not None and embed is not None and model_of(old) == embed.name:
                known |= _vectors(old, pieces(slide, old.deck_title, text))
            records.append(self._record(deck, slide, text, old))
        return self._seen(deck, _embedded(records, embed, known))

    def embedded(self, records: Sequence[Record]) -> list[Record]:
        """Imported records with vectors of their words. Raises ModelError and its kinds."""
        return _embedded(list(records), self._engines.embed(), {})

    def is_current(self, record: Record) -> bool:
        """Whether the models of now made its vectors."""
        embed, engine = self._engines.embed(), self._engines.slides()
        if embed is not None and record.parts and model_of(record) != embed.name:
            return False
        return engine is None or record.picture is None or record.picture.model == engine.name

    def _record(self, deck: DeckInfo, slide: Slide, text: Told, old: Record | None) -> Record:
        said = old.description if old else self._described(deck, slide)
        return Record(
            slide.number,
            slide.title,
            deck.name,
            deck.title,
            tuple(pieces(slide, deck.title, text)),
            said,
            tuple(parts(said.text)),
            picture=old.picture if old else None,
            has_figure=any(element.grid or element.chart for element in slide.elements),
        )

    def _described(self, deck: DeckInfo, slide: Slide) -> Description:
        chat = self._engines.chat()
        picture = self._engines.show(deck.id, slide.number) if chat is not None else None
        if chat is None or picture is None:
            return describe(slide)
        return describe_by(chat, slide, picture, deck.title)

    def _seen(self, deck: DeckInfo, records: list[Record]) -> list[Record]:
        """With vectors of pictures and words together, where there is an engine that sees."""
        engine = self._engines.slides()
        if engine is None:
            return records
        found = []
        for record in records:
            if record.picture is None or record.picture.model != engine.name:
                picture = self._engines.show(deck.id, record.slide)
                made = None if picture is None else engine.embed_slides([picture], [_said(record)])
                record = replace(record, picture=None if made is None else Embedding(engine.name, made))
            found.append(record)
        return found


def _embedded(records: list[Record], embed: Embed | None, known: Mapping[str, Vectors]) -> list[Record]:
    """With vectors of pieces and descriptions; only texts that are not ``known`` are embedded."""
    if embed is None:
        return records
    name = embed.name
    texts = list(dict.fromkeys(text for record in records for text in _texts(record) if text not in known))
    found = {**known, **dict(zip(texts, embed.embed(texts), strict=True))} if texts else known

    def rows(own: Iterable[str]) -> Embedding | None:
        vectors = [found[text] for text in own]
        return Embedding(name, np.array(vectors, np.float32)) if vectors else None

    return [
        replace(record, words=rows(piece.embedded for piece in record.pieces), described=rows(record.parts))
        for record in records
    ]


def parts(text: str) -> list[str]:
    """A description in parts of several sentences, the whole of it first."""
    found = [text]
    held = ""
    for start, end in sentences(text):
        if held and len(held) + end - start > PART:
            found.append(held)
            held = ""
        held = f"{held} {text[start:end]}".strip()
    return [*found, held] if held and len(found) > 1 else found


def model_of(record: Record) -> str:
    """The model of its words; empty where none was there."""
    return record.described.model if record.described else ""


def _said(record: Record) -> str:
    return record.pieces[0].text if record.pieces else ""


def _texts(record: Record) -> list[str]:
    return [*(piece.embedded for piece in record.pieces), *record.parts]


def _vectors(old: Record, own: Sequence[Piece]) -> dict[str, Vectors]:
    """What was embedded for a slide, by its text."""
    found: dict[str, Vectors] = {}
    if old.words is not None and len(old.words.vectors) == len(own):
        found |= {piece.embedded: row for piece, row in zip(own, old.words.vectors, strict=True)}
    if old.described is not None and len(old.described.vectors) == len(old.parts):
        found |= dict(zip(old.parts, old.described.vectors, strict=True))
    return found
