"""The texts of a film catalogue, and searches made from them whose right film is known."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

FEWEST_WORDS = 20  # of a text that a search is made from


def texts(catalogue: Path, limit: int, target: Path) -> list[dict[str, Any]]:
    """What every system indexes: id, the text that Groundstone embeds, and plain fields. Also written as lines."""
    from groundstone import Platform
    from groundstone.apps.movies import importers
    from groundstone.knowledge.records_text import embedded_text, record_document

    schema = Platform().app("movies").spec.schema
    films = []
    for record in importers.read(catalogue, "joined", limit=limit):
        document = record_document(record["id"], record, schema)
        plain = {name: record[name] for name in ("title", "year", "rating", "language") if name in record}
        genres = {"genres": ", ".join(record.get("genres", ()))}
        films.append({"id": record["id"], "text": embedded_text(document, schema), **plain, **genres})
    target.write_text("".join(json.dumps(film) + "\n" for film in films), encoding="utf-8")
    return films


def queries(films: list[dict[str, Any]], count: int, seed: int, *, filtered: bool = False) -> list[dict[str, Any]]:
    """Searches made from films: a few words of the plot in a row, or some of its longer words in any order."""
    draw = random.Random(seed)
    told = [film for film in films if len(film["text"].split()) >= FEWEST_WORDS and "year" in film]
    made = []
    for number, film in enumerate(draw.choices(told, k=count)):
        words = film["text"].split()[len(film["title"].split()) :]
        text = " ".join(_in_a_row(words, draw) if number % 2 else _scattered(words, draw))
        decade = film["year"] // 10 * 10
        made.append({"text": text, "wanted": film["id"], "years": [decade, decade + 9] if filtered else None})
    return made


def _in_a_row(words: list[str], draw: random.Random) -> list[str]:
    length = draw.randint(5, 12)
    start = draw.randrange(max(1, len(words) - length))
    return words[start : start + length]


def _scattered(words: list[str], draw: random.Random) -> list[str]:
    long = sorted({word.strip(".,:;!?\"'()") for word in words if len(word) > 5})
    return draw.sample(long, min(len(long), draw.randint(3, 6))) or words[:5]
