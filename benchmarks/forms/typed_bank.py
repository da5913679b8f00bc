"""Known fields that can make values, and which of them is nearest to a field of a form type."""

from __future__ import annotations

import os
import random
import re
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
import numpy as np
from benchmarks.forms.form_types import TypeField
from benchmarks.forms.page_file import MACROS, PageFile, PageWorld, page_files
from benchmarks.forms.wording import wording
from benchmarks.forms.world import World
from numpy.typing import NDArray

if TYPE_CHECKING:
    from groundstone.models.base import Embed

CACHE = Path(tempfile.gettempdir()) / "groundstone-types"
NEAREST = 3  # known fields to choose from
FILLINGS = 40  # fillings of a page whose values are used


class FreshWorld(World):
    """A world that gives another value at every call, and that knows more languages, though not their months."""

    def __init__(self, rng: random.Random, language: str) -> None:
        known = language if language in KNOWN else "en"
        super().__init__(rng, known)
        if language not in KNOWN:
            self.american = False
            self.date_form = rng.choice(("{d:02}.{m:02}.{y}", "{y}-{m:02}-{d:02}", "{d}.{m}.{y}", "{d:02}/{m:02}/{y}"))
            self.money_form = rng.choice(("{c}", "{c} EUR", *MONEY_FORMS.get(language, ())))

    def another(self, field: str) -> str:
        """Some value of a field of the vocabulary; "" for one whose values only a layout can make."""
        try:
            return self._make(field)
        except KeyError:
            return ""


KNOWN = frozenset("en de fr es it pt nl pl".split())
MONEY_FORMS = {
    "sv": ("{c} kr", "{c} SEK"), "da": ("{c} kr.", "DKK {c}"), "no": ("kr {c}", "{c} NOK"), "nb": ("kr {c}",),
    "cs": ("{c} Kč",), "hu": ("{c} Ft",), "ro": ("{c} lei",), "fi": ("{c} €",),
}  # fmt: skip


@dataclass(frozen=True)
class Known:
    """A field that can make a value. ``texts`` say what it is: a label and a question."""

    name: str
    texts: tuple[str, str]
    draw: Callable[[FreshWorld], str]


Near = tuple[tuple[Known, float], ...]


@cache
def bank() -> tuple[Known, ...]:
    """Fields of the vocabulary of forms, free fields, and fields of the pages."""
    made = []
    for name, words in wording().items():
        label, asked = str(words["en"][0]), str((words.get("ask") or words["call"])[0])
        made.append(Known(name, (label, asked), lambda world, name=name: world.another(name)))  # type: ignore[misc]
    for file in page_files():
        for asking in file.askings:
            if asking.field != "-":
                texts = (asking.wordings[min(1, len(asking.wordings) - 1)], asking.wordings[0])
                name = f"{file.name}/{asking.field}"
                made.append(Known(name, texts, _of_page(file, asking.field)))
    return tuple(made)


def _of_page(file: PageFile, field: str) -> Callable[[FreshWorld], str]:
    return lambda world: _truth(file, world.rng.randrange(FILLINGS)).get(field, "")


@cache
def _template(file: PageFile) -> jinja2.Template:
    return jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined).from_string(MACROS + file.body)


@lru_cache(10_000)
def _truth(file: PageFile, number: int) -> dict[str, str]:
    """The values of one filling; as PageFile.filled makes them, with the markup compiled only once."""
    world = PageWorld(f"{file.name} types {number}")
    with suppress(jinja2.TemplateError):  # a page that is being written; what it said so far will do
        _template(file).render(**{key: getattr(world, key) for key in dir(world) if not key.startswith("_")})
    return {key: " ".join(text.split()) for key, text in world.truth.items()}


@cache
def engine() -> Embed | None:
    """The embedding model of the platform whose home the environment names; None without one."""
    home = os.environ.get("GROUNDSTONE_HOME", "")
    if not home or not (Path(home) / "models").is_dir():
        return None
    from groundstone.platform import Platform  # heavy, and only needed here

    return Platform().embed_if_there


class Nearest:
    """Finds the known fields that are most like a field. ``embed`` None compares words instead of meanings.

    What an engine found is kept in a file of ``cache``, for it takes longer than drawing a form.
    """

    def __init__(self, embed: Embed | None, cache: Path = CACHE) -> None:
        self._embed = embed
        self._known = bank()
        self._named = {one.name: one for one in self._known}
        self._vectors: NDArray[np.float32] | None = None
        self._holders: dict[str, list[int]] = {}
        self._found: dict[str, Near] = {}
        self._file: Path | None = None
        if embed is None:
            for number, known in enumerate(self._known):
                for stem in _stems(known.texts):
                    self._holders.setdefault(stem, []).append(number)
            return
        shelf = sha256(
            "\n".join([embed.name, *(" ".join((one.name, *one.texts)) for one in self._known)]).encode()
        ).hexdigest()
        self._file = cache / f"{shelf[:16]}.txt"
        for line in self._file.read_text("utf-8").splitlines() if self._file.exists() else ():
            key, *parts = line.split("\t")
            if len(parts) == NEAREST * 2 and parts[-1]:  # another process may be writing the last line
                self._found[key] = tuple(
                    zip((self._named[name] for name in parts[::2]), map(float, parts[1::2]), strict=True)
                )

    def of(self, fields: Sequence[TypeField]) -> list[Near]:
        """For each field the nearest ones with their likeness, best first. The fields of a form are asked together."""
        keys = {_key(field): field for field in fields}
        new = [key for key in keys if key not in self._found]
        if new:
            likeness = self._likeness([_texts(keys[key]) for key in new])
            for key, row in zip(new, likeness, strict=True):
                best = np.argsort(-row, kind="stable")[:NEAREST]
                self._found[key] = tuple((self._known[int(n)], round(float(row[n]), 3)) for n in best)
            self._keep(new)
        return [self._found[_key(field)] for field in fields]

    def _keep(self, keys: Sequence[str]) -> None:
        if self._file is not None:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with self._file.open("a", encoding="utf-8") as kept:
                for key in keys:
                    kept.write("\t".join([key, *(f"{one.name}\t{score}" for one, score in self._found[key])]) + "\n")

    def _likeness(self, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
        if self._embed is None:
            return np.stack([self._shared(pair) for pair in pairs])
        if self._vectors is None:
            self._vectors = _mean(self._embed, [one.texts for one in self._known])
        return np.asarray(_mean(self._embed, pairs) @ self._vectors.T, np.float32)

    def _shared(self, texts: tuple[str, str]) -> NDArray[np.float32]:
        """How many of the words each known field has too, rare ones counting for more."""
        row = np.zeros(len(self._known), np.float32)
        stems = _stems(texts)
        for stem in sorted(stems):
            holders = self._holders.get(stem, [])
            row[holders] += 1 / len(stems) / (1 + len(holders) / 200)
        return row


def _texts(field: TypeField) -> tuple[str, str]:
    """A label with its section, and the question that says most: a whole one, in English where there is one."""
    section, label = field.labels[0]
    asked = [
        text for text in field.questions if re.match(r"(who|what|when|where|which|how|whose|to|at|on)\b", text, re.I)
    ]
    return f"{section} {label}".strip(), (asked or field.questions)[0]


def _key(field: TypeField) -> str:
    return " ".join(" / ".join(_texts(field)).split())


def _mean(embed: Embed, pairs: Sequence[tuple[str, str]]) -> NDArray[np.float32]:
    """Of each pair the middle of its two vectors: products of these are averages of cosines."""
    vectors = np.asarray(embed.embed([text for pair in pairs for text in pair]), np.float32)
    return np.asarray(vectors.reshape(len(pairs), 2, -1).mean(1), np.float32)


def _stems(texts: Sequence[str]) -> frozenset[str]:
    return frozenset(word[:5] for word in re.findall(r"[^\W\d_]{3,}", " ".join(texts).lower())) - COMMON


COMMON = frozenset("what which when where whose does name the for and this that was has are from with".split())
