"""IMDb's non-commercial data sets: tab-separated files, joined in one pass each with bounded memory.

Only what belongs to the chosen films is kept in memory: choose with ``min_votes`` and ``limit``. The data
sets have no plots, keywords or locations.
"""

from __future__ import annotations

import gzip
import heapq
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from groundstone.apps.movies.languages import language_name
from groundstone.errors import InvalidInput

NAME = "imdb-tsv"
TYPES = ("movie",)
MAX_ACTORS = 10
_ENDINGS = (".tsv.gz", ".tsv")
_ACTING = ("actor", "actress", "self")

Row = Mapping[str, str | None]
Report = Callable[[str], None]


def is_dataset(path: Path) -> bool:
    """Whether this is the folder of the data sets, or its ``title.basics`` file."""
    folder = path if path.is_dir() else path.parent
    is_one_of_them = path.is_dir() or path.name.startswith("title.basics.")
    return is_one_of_them and _find(folder, "title.basics") is not None


def read(
    path: Path, *, min_votes: int, limit: int | None, report: Report, types: Iterable[str] = TYPES
) -> Iterator[dict[str, Any]]:
    """Films as records of the movie schema, those with most votes first.

    title.basics is needed; title.ratings, title.crew, title.principals, name.basics and title.akas add what
    they hold if they are there. Raises InvalidInput when films are to be chosen by votes without ratings.
    """
    tables = _Tables(path if path.is_dir() else path.parent, report)
    films = _chosen(tables, min_votes, limit, frozenset(types))
    people = _people(tables, films)
    names = _names(tables, {person for roles in people.values() for ids in roles.values() for person in ids})
    languages = _languages(tables, films)
    for film_id, film in films.items():
        roles = {role: [names[person] for person in ids if person in names] for role, ids in people[film_id].items()}
        record = {**film, **roles, "language": languages.get(film_id)}
        yield {field: value for field, value in record.items() if value not in (None, "", [])}


class _Tables:
    """The files of one folder, as rows."""

    def __init__(self, folder: Path, report: Report) -> None:
        self._folder = folder
        self._report = report

    def has(self, table: str) -> bool:
        return _find(self._folder, table) is not None

    def rows(self, table: str) -> Iterator[Row]:
        """Rows of a table, with None for ``\\N``; nothing when the file is absent."""
        file = _find(self._folder, table)
        if file is None:
            return
        open_text = gzip.open if file.suffix == ".gz" else open
        try:
            with open_text(file, "rt", encoding="utf-8", newline="\n") as lines:
                header = next(lines, "").rstrip("\r\n").split("\t")
                for number, line in enumerate(lines, 2):
                    cells = line.rstrip("\r\n").split("\t")
                    if len(cells) == len(header):
                        yield {name: None if cell == "\\N" else cell for name, cell in zip(header, cells, strict=True)}
                    else:
                        self._report(f"{file.name}:{number} has {len(cells)} cells, the header has {len(header)}")
        except (EOFError, gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as error:
            raise InvalidInput(f"{file.name} is damaged ({error}); download it again") from None


def _find(folder: Path, table: str) -> Path | None:
    files = (folder / (table + ending) for ending in _ENDINGS)
    return next((file for file in files if file.is_file()), None)


def _chosen(tables: _Tables, min_votes: int, limit: int | None, types: frozenset[str]) -> dict[str, dict[str, Any]]:
    """Film id -> the fields of title.basics and title.ratings."""
    if (min_votes or limit is not None) and not tables.has("title.ratings"):
        raise InvalidInput("title.ratings.tsv.gz is missing, and without it films cannot be chosen by votes")
    ratings = {
        row["tconst"]: (_integer(row.get("numVotes")) or 0, _number(row.get("averageRating")))
        for row in tables.rows("title.ratings")
        if (_integer(row.get("numVotes")) or 0) >= min_votes
    }
    films = (
        (ratings.get(row["tconst"], (0, None)), row)
        for row in tables.rows("title.basics")
        if row.get("titleType") in types and row.get("isAdult") != "1" and row.get("primaryTitle")
        if row["tconst"] in ratings or not min_votes
    )

    def votes(film: tuple[tuple[int, float | None], Row]) -> int:
        return film[0][0]

    best = sorted(films, key=votes, reverse=True) if limit is None else heapq.nlargest(limit, films, key=votes)
    return {str(row["tconst"]): _basics(row, rating, count) for (count, rating), row in best}


def _basics(row: Row, rating: float | None, votes: int) -> dict[str, Any]:
    return {
        "id": row["tconst"],
        "title": row["primaryTitle"],
        "original_title": row.get("originalTitle"),
        "year": _integer(row.get("startYear")),
        "genres": _split(row.get("genres")),
        "rating": rating,
        "votes": votes or None,
        "runtime": _integer(row.get("runtimeMinutes")),
    }


def _people(tables: _Tables, films: Mapping[str, Any]) -> dict[str, dict[str, list[str]]]:
    """Film id -> role -> ids of people, in the order of their billing."""
    people: dict[str, dict[str, list[str]]] = {
        film_id: {"directors": [], "producers": [], "actors": []} for film_id in films
    }
    for row in tables.rows("title.crew"):
        if row["tconst"] in people:
            people[str(row["tconst"])]["directors"] = _split(row.get("directors"))
    for row in tables.rows("title.principals"):
        roles, person = people.get(str(row["tconst"])), row.get("nconst")
        role = _role(row.get("category"))
        if roles is None or role is None or person is None or person in roles[role]:
            continue
        if role != "actors" or len(roles["actors"]) < MAX_ACTORS:
            roles[role].append(person)
    return people


def _role(category: str | None) -> str | None:
    if category in _ACTING:
        return "actors"
    return {"producer": "producers", "director": "directors"}.get(category or "")


def _names(tables: _Tables, wanted: set[str]) -> dict[str, str]:
    return {
        str(row["nconst"]): str(row["primaryName"])
        for row in tables.rows("name.basics")
        if row["nconst"] in wanted and row.get("primaryName")
    }


def _languages(tables: _Tables, films: Mapping[str, Any]) -> dict[str, str]:
    """Film id -> language of its original title, which is rarely given."""
    found: dict[str, str] = {}
    for row in tables.rows("title.akas"):
        if row.get("isOriginalTitle") == "1" and row.get("titleId") in films:
            name = language_name(row.get("language"))
            if name:
                found[str(row["titleId"])] = name
    return found


def _split(cell: str | None) -> list[str]:
    return [part for part in (cell or "").split(",") if part]


def _integer(cell: str | None) -> int | None:
    number = _number(cell)
    return None if number is None else int(number)


def _number(cell: str | None) -> float | None:
    try:
        return float(cell) if cell is not None else None
    except ValueError:
        return None
