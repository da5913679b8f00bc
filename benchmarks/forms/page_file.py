"""Files of pages/: HTML with values to be filled in, headed by questions and traps; see README.md."""

from __future__ import annotations

import random
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from pathlib import Path

import jinja2
from benchmarks.forms.pools import CITIES, GIVEN, SURNAMES, pool
from benchmarks.judgement.world import FIRST, LAST, TOWNS, World

FOLDER = Path(__file__).parent / "pages"
MACROS = (Path(__file__).parent / "page_macros.html").read_text("utf-8")  # for every page; a page may make its own
FONTS = (
    "sans-serif|serif|monospace|DejaVu Sans|DejaVu Serif|Liberation Sans|Liberation Serif|Liberation Sans Narrow|"
    "Carlito|Caladea|Arimo|Cabin|Courier Prime|EB Garamond|Inter|Lato|Open Sans|Open Sans Condensed|Roboto|"
    "Roboto Condensed|FreeSans|FreeSerif|Hack|OCR B|Quicksand"
).split("|")  # a browser puts its own in place of those that a machine lacks
PAPERS, INKS = ("#fff", "#fff", "#fff", "#fdfcf7", "#f4f4f1", "#eef3f8"), ("#000", "#000", "#111", "#223", "#1c2b4a")
SIZES = ("13px", "14px", "15px", "16px", "17px", "18px", "20px")


GIVEN_NAMES = [name.replace("_", " ") for names in GIVEN.values() for name in names.replace("|", " ").split()]
FAMILY_NAMES = [name.replace("_", " ") for names in SURNAMES.values() for name in names.split()]
PLACES = [town for towns in CITIES.values() for town in pool(towns)[1:]]


class PageWorld(World):
    """The world that authors of pages write for, with more names and towns."""

    def __init__(self, seed: str) -> None:
        super().__init__(seed)
        self.firsts, self.lasts, self.towns = [*FIRST, *GIVEN_NAMES], [*LAST, *FAMILY_NAMES], [*TOWNS, *PLACES]


@dataclass(frozen=True)
class Asking:
    """One line of a head: ``field`` is "-" for what the page does not say; ``wordings`` ask for the same."""

    field: str
    wordings: tuple[str, ...]


@dataclass(frozen=True)
class Filled:
    """A page ready to be drawn: its markup, its looks, and the values it was filled with by field."""

    markup: str
    look: dict[str, str]
    truth: dict[str, str]
    scale: float  # pixels of the picture for one of the browser


@dataclass(frozen=True)
class PageFile:
    """One file of pages/. Two sheets filled with the same seed are the same."""

    name: str
    text: str

    @cached_property
    def askings(self) -> tuple[Asking, ...]:
        return tuple(_asking(line) for line in self._parts[0].splitlines() if line.strip())

    @property
    def body(self) -> str:
        return self._parts[1]

    @cached_property
    def _parts(self) -> tuple[str, str]:
        head, found, body = f"\n{self.text}".partition("\n---\n")
        if not found:
            raise ValueError(f"pages/{self.name}.html has no line --- between its questions and its markup: add one")
        return head.strip(), body

    @property
    def family(self) -> str:
        """ "receipt" for what tills print, else "page"."""
        slip = "receipt" in self.name or 'class="till' in self.body
        return "receipt" if slip else "page"

    @cached_property
    def split(self) -> str:
        """Of five files one is "dev", the others "train"; it depends on the name only."""
        return "dev" if int(sha256(self.name.encode()).hexdigest(), 16) % 5 == 0 else "train"

    def filled(self, seed: str) -> Filled:
        """Raises jinja2.TemplateError where the markup asks for what no world has."""
        world, dice = PageWorld(f"{self.name} {seed}"), random.Random(f"look {self.name} {seed}")
        members = {key: getattr(world, key) for key in dir(world) if not key.startswith("_")}
        strict = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
        markup = strict.from_string(MACROS + self.body).render(**members)
        look = {
            "paper": dice.choice(PAPERS),
            "ink": dice.choice(INKS),
            "size": dice.choice(SIZES),
            "font": dice.choice(FONTS),
            "padding": f"{dice.randint(8, 60)}px {dice.randint(10, 70)}px",
            "leading": f"{dice.choice((1.15, 1.25, 1.35, 1.35, 1.45, 1.6))}",
        }
        return Filled(markup, look, world.truth, dice.choice((1.3, 1.6, 1.6, 1.8, 2.2)))


def page_files(split: str = "all", folder: Path = FOLDER) -> list[PageFile]:
    """The files of a split ("train", "dev" or "all") by name."""
    files = [PageFile(path.stem, path.read_text("utf-8")) for path in sorted(folder.glob("*.html"))]
    return [file for file in files if split in {"all", file.split}]


def _asking(line: str) -> Asking:
    field, found, wordings = line.partition("|")
    texts = tuple(text.strip() for text in wordings.split("||") if text.strip())
    if not found or not field.strip() or not texts:
        raise ValueError(f"{line!r} is not of the form: field | question || another wording")
    return Asking(field.strip(), texts)
