"""Questions about a catalogue of films whose right answers follow from the records."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from groundstone import filters
from groundstone.filters import fold
from groundstone.knowledge.oracle import Oracle
from groundstone.knowledge.questionset import Question

Data = dict[str, Any]
_PERSON = re.compile(r"[^\W\d_][\w.'\u2019-]*(?: [\w.'\u2019-]+){1,3}")

FACTS: Mapping[str, tuple[str, ...]] = {
    "directors": (
        "Do you know the director of {title}?",
        "who directed {title}",
        "{title} - director?",
        "By whom was {title} directed?",
        "Tell me who was in the director's chair for {title}",
    ),
    "actors": (
        "Which actors appear in {title}?",
        "who is in the cast of {title}",
        "{title}: who plays in it?",
        "Who can be seen in {title}?",
    ),
    "year": (
        "In which year did {title} come out?",
        "release year of {title}",
        "when was {title} made?",
        "How far back does {title} go - which year?",
    ),
    "rating": ("What is the rating of {title}?", "how is {title} rated?", "What score has {title} got?"),
    "language": (
        "What language is {title} in?",
        "In which language was {title} made?",
        "language of {title}",
    ),
    "genres": ("What sort of film is {title}?", "genre of {title}?", "Under which genres does {title} fall?"),
}
GENRE_NOUNS = {
    "Comedy": "comedies",
    "Drama": "dramas",
    "Thriller": "thrillers",
    "Horror": "horror films",
    "Western": "westerns",
    "Action": "action movies",
    "Science Fiction": "science fiction films",
    "Animation": "animated films",
    "Mystery": "mysteries",
    "War": "war films",
    "Fantasy": "fantasy films",
    "Adventure": "adventure films",
    "Crime": "crime films",
    "Documentary": "documentaries",
    "Romance": "romances",
    "Musical": "musicals",
}
DECADES = {
    1950: "the fifties",
    1960: "the sixties",
    1970: "the seventies",
    1980: "the 1980s",
    1990: "the nineties",
    2000: "the 2000s",
    2010: "the 2010s",
}


def generate(oracle: Oracle, seed: int, per_kind: int = 40) -> list[Question]:
    """About ``per_kind`` questions of each of a dozen kinds, the same for the same seed."""
    return _Maker(oracle, random.Random(seed), per_kind).all()


def _is(field: str, op: str, value: Any) -> Data:
    return {"field": field, "op": op, "value": value}


def _and(*items: Data) -> Data:
    return {"and": list(items)}


def _decade(start: int) -> Data:
    return _and(_is("year", "ge", start), _is("year", "le", start + 9))


class _Maker:
    def __init__(self, oracle: Oracle, rng: random.Random, per_kind: int) -> None:
        self.oracle, self.rng, self.per_kind = oracle, rng, per_kind
        self.ids = sorted(oracle.rows)
        self.sizes: dict[str, int] = {}
        self.titles = Counter(fold(oracle.title(name)) for name in self.ids)
        self.same = Counter((fold(oracle.title(name)), oracle.values(name, "year")) for name in self.ids)
        self.directors = self._people("directors", 3)
        self.actors = self._people("actors", 4)
        held = oracle.counts("genres", None)
        self.genres = sorted(str(genre) for genre in held if genre in GENRE_NOUNS)

    def all(self) -> list[Question]:
        makers: list[tuple[str, Callable[[], Data | None]]] = [
            *((f"fact {field}", self._fact(field)) for field in FACTS if self._known(field)),
            ("filter person", self._by_person),
            ("filter two", self._two_people),
            ("filter without", self._without),
            ("filter genre years", self._genre_years),
            ("filter genre rating", self._genre_rating),
            ("count", self._count),
            ("superlative", self._superlative),
            ("average", self._average),
            ("most", self._most),
            ("yes/no", self._yes_no),
        ]
        return [item for kind, make in makers for item in self._some(kind, make)]

    def _known(self, field: str) -> bool:
        return field in self.oracle.schema and bool(self.oracle.counts(field, None))

    def _some(self, kind: str, make: Callable[[], Data | None]) -> Iterator[Question]:
        seen: set[str] = set()
        for _ in range(self.per_kind * 20):
            made = make()
            if made is not None and made["question"] not in seen:
                seen.add(made["question"])
                label = f"{kind.replace(' ', '-')}-{len(seen):03d}"
                yield Question(label, kind, made["question"], made["expect"])
            if len(seen) == self.per_kind:
                return

    def _people(self, field: str, least: int) -> list[str]:
        counts = self.oracle.counts(field, None)
        return sorted(str(name) for name, n in counts.items() if n >= least and _PERSON.fullmatch(str(name)))

    def _size(self, where: Data) -> int:
        key = str(where)
        if key not in self.sizes:
            typed = filters.check(filters.from_json(where), self.oracle.schema)
            self.sizes[key] = len(self.oracle.ids(typed))
        return self.sizes[key]

    def _film(self) -> tuple[str, str] | None:
        """(id, title as a person would write it); None for two films of one title and year."""
        name = self.rng.choice(self.ids)
        title, year = self.oracle.title(name), self.oracle.values(name, "year")
        if len(title) < 3 or self.same[(fold(title), year)] > 1:
            return None
        if self.titles[fold(title)] == 1:
            return name, title
        return name, self.rng.choice([f"{title} ({year[0]})", f"the {year[0]} film {title}"])

    def _fact(self, field: str) -> Callable[[], Data | None]:
        def make() -> Data | None:
            film = self._film()
            values = list(self.oracle.values(film[0], field)) if film else []
            if film is None or not values:
                return None
            asked = self.rng.choice(FACTS[field]).format(title=film[1])
            return {
                "question": asked,
                "expect": {"fact": {"document": film[0], "field": field, "values": values}},
            }

        return make

    def _list(self, question: str, where: Data, most: int = 400) -> Data | None:
        if not 0 < self._size(where) <= most:
            return None
        return {"question": question, "expect": {"documents": {"where": where}}}

    def _by_person(self) -> Data | None:
        if self.rng.random() < 0.5:
            name = self.rng.choice(self.directors)
            form = self.rng.choice(["{} movies, as director", "everything directed by {}", "what did {} direct?"])
            return self._list(form.format(name), _is("directors", "eq", name))
        name = self.rng.choice(self.actors)
        form = self.rng.choice(["films starring {}", "what can I watch with {} in it?", "movies {} acted in"])
        return self._list(form.format(name), _is("actors", "eq", name))

    def _two_people(self) -> Data | None:
        name = self.rng.choice(self.ids)
        cast = [str(actor) for actor in self.oracle.values(name, "actors") if actor in self.actors]
        if len(cast) < 2:
            return None
        one, two = self.rng.sample(cast, 2)
        form = self.rng.choice(["films with both {} and {}", "Where do {} and {} play together?"])
        where = _and(_is("actors", "eq", one), _is("actors", "eq", two))
        return self._list(form.format(one, two), where)

    def _without(self) -> Data | None:
        director = self.rng.choice(self.directors)
        genre = self.rng.choice(self.genres)
        where = _and(_is("directors", "eq", director), {"not": _is("genres", "eq", genre)})
        if self._size(where) == self._size(_is("directors", "eq", director)):
            return None
        form = self.rng.choice(["{} films but no {}", "films directed by {} that are not {}"])
        return self._list(form.format(director, GENRE_NOUNS[genre]), where)

    def _genre_years(self) -> Data | None:
        genre = self.rng.choice(self.genres)
        if self.rng.random() < 0.5:
            start, words = self.rng.choice(sorted(DECADES.items()))
            return self._list(f"{GENRE_NOUNS[genre]} of {words}", _and(_is("genres", "eq", genre), _decade(start)))
        low = self.rng.randrange(1950, 2008)
        high = low + self.rng.randrange(1, 8)
        between = (_is("year", "ge", low), _is("year", "le", high))
        asked = f"{GENRE_NOUNS[genre]} released from {low} to {high}"
        return self._list(asked, _and(_is("genres", "eq", genre), *between))

    def _genre_rating(self) -> Data | None:
        genre, low = self.rng.choice(self.genres), self.rng.randrange(70, 86) / 10
        words, op = self.rng.choice(
            [("rated at least", "ge"), ("scoring more than", "gt"), ("with a rating over", "gt")]
        )
        where = _and(_is("genres", "eq", genre), _is("rating", op, low))
        return self._list(f"{GENRE_NOUNS[genre]} {words} {low:g}", where)

    def _count(self) -> Data | None:
        genre, nouns, span, words = self._kind_and_decade()
        person, director = self.rng.choice(self.actors), self.rng.choice(self.directors)
        liked = _and(genre, _is("rating", "ge", 7.5))
        asked, where = self.rng.choice(
            [
                (f"What is the number of {nouns} from {words}?", _and(genre, span)),
                (f"how many films has {person} been in?", _is("actors", "eq", person)),
                (f"How many {nouns} did you find that are rated 7.5 or more?", liked),
                (f"count the films made by director {director}", _is("directors", "eq", director)),
            ]
        )
        return {"question": asked, "expect": {"count": {"where": where}}} if self._size(where) else None

    def _kind_and_decade(self) -> tuple[Data, str, Data, str]:
        """A genre as filter and in words, a decade as filter and in words."""
        genre = self.rng.choice(self.genres)
        start, words = self.rng.choice(sorted(DECADES.items()))
        return _is("genres", "eq", genre), GENRE_NOUNS[genre], _decade(start), words

    def _superlative(self) -> Data | None:
        genre, nouns, span, words = self._kind_and_decade()
        person = self.rng.choice(self.actors)
        both, plays = _and(genre, span), _is("actors", "eq", person)
        asked, where, field, descending, limit = self.rng.choice(
            [
                (f"the best rated of the {nouns} of {words}", both, "rating", True, 1),
                (f"three highest rated {nouns} of {words}", both, "rating", True, 3),
                (f"What is the oldest film with {person}?", plays, "year", False, 1),
                (f"the latest film {person} plays in", plays, "year", True, 1),
            ]
        )
        if self._size(where) < limit:
            return None
        sort = [{"field": field, "descending": descending}]
        return {"question": asked, "expect": {"documents": {"where": where, "sort": sort, "limit": limit}}}

    def _average(self) -> Data | None:
        genre, nouns, span, words = self._kind_and_decade()
        director = self.rng.choice(self.directors)
        by_director = _is("directors", "eq", director)
        asked, where = self.rng.choice(
            [
                (f"On average, how are the films directed by {director} rated?", by_director),
                (f"average rating of {nouns} from {words}", _and(genre, span)),
                (f"What is the mean rating of all {nouns}?", genre),
            ]
        )
        if not self._size(where):
            return None
        return {
            "question": asked,
            "expect": {"aggregate": {"field": "rating", "measure": "mean", "where": where}},
        }

    def _most(self) -> Data | None:
        genre, nouns, span, words = self._kind_and_decade()
        asked, field, where = self.rng.choice(
            [
                (f"which director made the most {nouns}?", "directors", genre),
                (f"who acted in the most films of {words}?", "actors", span),
                (f"what is the most common genre of {words}?", "genres", span),
            ]
        )
        if not self._size(_and(where, _is(field, "exists", True))):
            return None
        return {
            "question": asked,
            "expect": {"aggregate": {"field": field, "measure": "most", "where": where}},
        }

    def _yes_no(self) -> Data | None:
        film = self._film()
        directors = self.oracle.values(film[0], "directors") if film else ()
        if film is None or not directors or not _PERSON.fullmatch(str(directors[0])):
            return None
        yes = self.rng.random() < 0.5
        name = str(directors[0]) if yes else self.rng.choice(self.directors)
        form = self.rng.choice(["Did {name} direct {title}?", "was {title} directed by {name}?"])
        asked = form.format(name=name, title=film[1])
        return {"question": asked, "expect": {"yes": name in directors, "document": film[0]}}
