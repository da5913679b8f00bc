"""PPTX decks: the slides in order, each read when it is asked for.

Every part is read by its own XML, within the limits of ``guard``; a slide that is broken gets a problem, and the
others are read. Macros are never run, the embedded workbooks of charts never opened, and what lies outside of the file
never fetched.
"""

from __future__ import annotations

import re

from groundstone.documents.decks.base import Slide
from groundstone.documents.decks.found import Found, Gathered, PictureAt
from groundstone.documents.decks.guard import Archive
from groundstone.documents.decks.package import Package, main_part
from groundstone.documents.decks.places import Ground
from groundstone.documents.decks.pptx_shapes import Shapes, notes
from groundstone.documents.decks.words import one_line
from groundstone.documents.decks.xml import flag, local, number, q
from groundstone.errors import DocumentTooLarge, UnreadableDocument

_POINT = 12700  # units of a point
_SIZE = (12_192_000.0, 6_858_000.0)  # of a slide when the file says none
_UNITS = (914, 100_000_000)  # least and most that a side has
_PROPERTIES = {
    "creator": "author", "title": "title", "subject": "subject", "keywords": "keywords", "description": "description",
    "created": "created", "modified": "modified", "lastModifiedBy": "modified_by", "category": "category",
}  # fmt: skip
_NO_TITLE = re.compile(
    r"(powerpoint[ -])?presentation\s*\d*|slide \d+|untitled.*|title|deck\d*|präsentation\s*\d*", re.I
)


class PptxDeck:
    """An opened deck. Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge."""

    def __init__(self, archive: Archive) -> None:
        self._package = Package(archive)
        self._part = main_part(self._package)
        self._root = self._package.tree(self._part)
        self.problems = list(_macros(archive))
        self._slides = self._slide_parts()
        size = self._root.find(q("p:sldSz"))
        sides = _SIZE if size is None else (number(size, "cx"), number(size, "cy"))
        sane = all(_UNITS[0] <= side <= _UNITS[1] for side in sides)
        self._size = sides if sane else _SIZE

    @property
    def slide_count(self) -> int:
        return len(self._slides)

    @property
    def width(self) -> float:
        """Points."""
        return self._size[0] / _POINT

    @property
    def height(self) -> float:
        return self._size[1] / _POINT

    def properties(self) -> list[tuple[str, str]]:
        """What the file says of itself."""
        part = self._package.one("", "core-properties")
        if part is None or part not in self._package.archive:
            return []
        try:
            root = self._package.tree(part)
        except UnreadableDocument:
            self.problems.append("what the file says of itself (author, dates) is damaged")
            return []
        found = ((_PROPERTIES.get(local(node), ""), one_line(node.text or "")) for node in root)
        return sorted({name: words[:1000] for name, words in found if name and words}.items())

    def title(self) -> str:
        """The title in its properties unless it is one that a program gave, else that of the first slide."""
        said = dict(self.properties()).get("title", "")
        if said and not _NO_TITLE.fullmatch(said) and not said.lower().endswith((".ppt", ".pptx")):
            return said
        return self.slide(1)[0].title if self._slides else ""

    def slide(self, number_: int) -> tuple[Slide, list[PictureAt]]:
        """One slide, the first being 1. One that is broken has problems and what could be read."""
        gathered = Gathered(number_)
        part = self._slides[number_ - 1]
        try:
            self._read(part, gathered)
        except (UnreadableDocument, DocumentTooLarge) as error:
            gathered.problem(f"the slide could not be read in full: {error}")
        finally:
            self._package.forget(part)
        return gathered.finished()

    def _read(self, part: str, gathered: Gathered) -> None:
        if not part:
            raise UnreadableDocument("it is missing in the file")
        root = self._package.tree(part)
        gathered.hidden = not flag(root, "show", True)
        Shapes(self._package, part, Ground(*self._size, gathered.number), gathered).read(root)
        self._notes(part, gathered)

    def _notes(self, part: str, gathered: Gathered) -> None:
        beside = self._package.one(part, "notesSlide")
        if beside is None:
            return
        try:
            said = notes(self._package.tree(beside))
        except (UnreadableDocument, DocumentTooLarge) as error:
            gathered.problem(f"the notes of the slide are left out: {error}")
            return
        if said:
            gathered.found.append(Found("notes", None, said, name="notes"))

    def _slide_parts(self) -> list[str]:
        """The parts of the slides in order; "" for one that leads nowhere."""
        links = self._package.links(self._part)
        found: list[str] = []
        for node in self._root.iterfind(f"{q('p:sldIdLst')}/{q('p:sldId')}"):
            link = links.get(node.get(q("r:id"), ""))
            found.append(link.target if link and not link.external else "")
        return found


def _macros(archive: Archive) -> list[str]:
    """Deck problems that the names of its parts tell."""
    said = []
    if any(name.lower().endswith("vbaproject.bin") for name in archive.names()):
        said.append("the deck holds macros; they are left out and never run")
    if any("/activex/" in name.lower() for name in archive.names()):
        said.append("the deck holds ActiveX controls; they are left out and never run")
    return said
