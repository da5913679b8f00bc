"""Film data of several makers as records of the movie schema (see app.toml), read row by row."""

from __future__ import annotations

import json
import logging
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import Any

from groundstone.apps.movies import imdb
from groundstone.apps.movies.languages import language_name
from groundstone.apps.movies.people import clean_name, directors_in, performers
from groundstone.errors import InvalidInput
from groundstone.knowledge.lists import Splitter
from groundstone.knowledge.rows import Row, read_rows

Record = dict[str, Any]
Report = Callable[[str], None]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Importer:
    """``recognises`` sees the first row of a file; ``convert`` makes a record of a row, None to skip it."""

    name: str
    about: str
    recognises: Callable[[Mapping[str, Any]], bool]
    convert: Callable[[Mapping[str, Any]], Record | None]
    lists: tuple[str, ...] = ()  # columns that may hold a list in one cell


def detect(path: Path) -> str:
    """Name of the importer for a file or folder. Raises InvalidInput when none fits."""
    if imdb.is_dataset(path):
        return imdb.NAME
    first = next((row for file in _files(path) for row in islice(_rows(file, _log.warning), 1)), {})
    for importer in IMPORTERS.values():
        if importer.recognises(first):
            return importer.name
    known = ", ".join([imdb.NAME, *IMPORTERS])
    raise InvalidInput(f"{path} is none of the film data known here ({known}); its columns: {sorted(first)[:20]}")


def read(
    path: Path,
    importer: str | None = None,
    *,
    min_votes: int = 0,
    limit: int | None = None,
    report: Report = _log.warning,
) -> Iterator[Record]:
    """Records of the movie schema; empty fields are left out.

    Args:
        importer: a name as ``detect`` gives; found out when None.
        min_votes: films with fewer votes are left out, where votes are known.
        limit: at most so many films; of the IMDb data sets those with most votes.
        report: is told of every row that cannot be used, as "file:line reason".
    """
    name = importer or detect(path)
    if name == imdb.NAME:
        yield from imdb.read(path, min_votes=min_votes, limit=limit, report=report)
        return
    if name not in IMPORTERS:
        raise InvalidInput(f"no importer {name!r}; there are {', '.join([imdb.NAME, *IMPORTERS])}")
    yield from islice(_unique(_converted(path, IMPORTERS[name], min_votes, report)), limit)


def _converted(path: Path, importer: Importer, min_votes: int, report: Report) -> Iterator[Record]:
    for file in _files(path):
        rows = _rows(file, report)
        sample = list(islice(rows, 500))
        columns = {column: column for column in importer.lists}
        splitter = Splitter(columns, sample, csv=file.suffix.lower() in (".csv", ".tsv"))
        for row in chain(sample, rows):
            split = {column: value for column, value in splitter.split(row).items() if value is not None}
            votes = row.get("votes", row.get("numVotes"))
            if votes is not None and (_number(votes) or 0) < min_votes:
                continue
            record = importer.convert({**row, **split})
            if record is not None:
                yield {field: value for field, value in record.items() if value not in (None, "", [])}


def _unique(records: Iterator[Record]) -> Iterator[Record]:
    """Numbers the ids that occur again; only ids made of titles ever do."""
    seen: dict[str, int] = {}
    for record in records:
        number = seen[record["id"]] = seen.get(record["id"], 0) + 1
        yield record if number == 1 else {**record, "id": f"{record['id']}-{number}"}


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise InvalidInput(f"{path} does not exist")
    files = (
        [path]
        if path.is_file()
        else sorted(path.glob("*.json")) or sorted([*path.glob("*.jsonl"), *path.glob("*.csv")])
    )
    if not files:
        raise InvalidInput(f"{path} holds no .json, .jsonl or .csv file")
    return files


def _rows(file: Path, report: Report) -> Iterator[Mapping[str, Any]]:
    for row in read_rows(file):
        if row.error:
            report(_complaint(file, row))
        else:
            yield row.values


def _complaint(file: Path, row: Row) -> str:
    return f"{file.name}:{row.line} {row.error}" if row.line else f"{file.name} {row.error}"


def _licensed(row: Mapping[str, Any]) -> Record | None:
    """The columns that are made of IMDb's licensed package: originalTitle, Actors, keyword, location, ..."""
    title = _text(row.get("title") or row.get("primaryTitle") or row.get("originalTitle"))
    if not title or not row.get("titleId"):
        return None
    return {
        "id": _text(row["titleId"]),
        "title": title,
        "original_title": _text(row.get("originalTitle")),
        "year": _integer(row.get("year")),
        "genres": _list(row.get("genres")),
        "rating": _number(row.get("rating", row.get("imdbRating"))),
        "votes": _integer(row.get("votes", row.get("numVotes"))),
        "runtime": _integer(row.get("runtime", row.get("runtimeMinutes"))),
        "directors": _list(row.get("Directors")),
        "producers": _list(row.get("Producers")),
        "actors": _list(row.get("Actors")),
        "keywords": [word.replace("-", " ") for word in _list(row.get("keyword", row.get("keywords")))],
        "locations": _list(row.get("location", row.get("locations"))),
        "plot": _text(row.get("plot") or row.get("plotLong") or row.get("plotMedium") or row.get("plotShort")),
    }


def _joined(row: Mapping[str, Any]) -> Record | None:
    """A catalogue joined of two sources: titleId, title, cast, one director cut out of prose, plot."""
    title = _text(row.get("title"))
    if not title or not row.get("titleId"):
        return None
    named = clean_name(_text(row.get("director")))
    extract = _text(row.get("wikipedia_extract"))
    return {
        "id": _text(row["titleId"]),
        "title": title,
        "year": _integer(row.get("year")),
        "genres": _list(row.get("genres")),
        "rating": _number(row.get("rating")),
        "votes": _integer(row.get("votes")),
        "directors": directors_in(extract) or ([named] if named else []),
        "actors": performers(_list(row.get("cast"))),
        "language": language_name(_text(row.get("language"))),
        "plot": _text(row.get("plot")) or extract,
    }


def _wikipedia(row: Mapping[str, Any]) -> Record | None:
    """Wikipedia's lists of films: title, year, cast, genres and the first paragraph of the article."""
    title = _text(row.get("title"))
    if not title:
        return None
    year, extract = _integer(row.get("year")), _text(row.get("extract"))
    return {
        "id": _slug(f"{title} {year or ''}"),
        "title": title,
        "year": year,
        "genres": _list(row.get("genres")),
        "directors": directors_in(extract),
        "actors": performers(_list(row.get("cast"))),
        "plot": extract,
    }


IMPORTERS = {
    importer.name: importer
    for importer in (
        Importer(
            "imdb-licensed",
            "IMDb's licensed package as JSON lines or CSV, one film a row",
            lambda row: {"titleId", "originalTitle"} <= row.keys(),
            _licensed,
            ("genres", "Actors", "Directors", "Producers", "keyword", "keywords", "location", "locations"),
        ),
        Importer(
            "joined",
            "TMDB films with the cast of Wikipedia's lists, as JSON lines",
            lambda row: {"titleId", "title", "plot", "cast"} <= row.keys(),
            _joined,
            ("genres", "cast"),
        ),
        Importer(
            "wikipedia",
            "Wikipedia's lists of American films, as JSON arrays",
            lambda row: {"title", "year", "cast", "genres"} <= row.keys(),
            _wikipedia,
            ("genres", "cast"),
        ),
    )
}


def _text(value: Any) -> str | None:
    text = " ".join(str(value).split()) if value is not None else ""
    return text if text and text not in ("\\N", "nan", "None") else None


def _list(value: Any) -> list[str]:
    values = value if isinstance(value, list | tuple) else [value]
    return list(dict.fromkeys(text for item in values if (text := _text(item))))


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if number == number and abs(number) != float("inf") else None


def _integer(value: Any) -> int | None:
    number = _number(value)
    return None if number is None else round(number)


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return slug or json.dumps(text).strip('"')
