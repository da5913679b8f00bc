"""ODP decks (OpenDocument presentations): slides, each read when it is asked for."""

from __future__ import annotations

from groundstone.documents.decks.base import Slide
from groundstone.documents.decks.found import Found, Gathered, PictureAt
from groundstone.documents.decks.guard import Archive
from groundstone.documents.decks.odp_shapes import Shapes
from groundstone.documents.decks.odp_text import length, paragraphs
from groundstone.documents.decks.places import Ground
from groundstone.documents.decks.words import one_line
from groundstone.documents.decks.xml import Node, local, parse, q
from groundstone.errors import DocumentTooLarge, UnreadableDocument, UnsupportedDocument

_SIZE = (28.0, 15.75)  # centimetres of a slide when the file says none
_POINTS = 72 / 2.54  # of a centimetre
_PROPERTIES = {
    "initial-creator": "author", "creator": "modified_by", "title": "title", "subject": "subject",
    "keyword": "keywords", "description": "description", "creation-date": "created", "date": "modified",
}  # fmt: skip


class OdpDeck:
    """An opened deck. Raises UnreadableDocument, UnsupportedDocument (locked), DocumentTooLarge."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.problems: list[str] = []
        if "META-INF/manifest.xml" in archive and b"encryption-data" in archive.read("META-INF/manifest.xml"):
            raise UnsupportedDocument("the deck is protected by a password; save it without one and send it again")
        root = parse(archive.read("content.xml"), "content.xml")
        body = root.find(f"{q('office:body')}/{q('office:presentation')}")
        if body is None:
            raise UnreadableDocument("the deck has no presentation in it; it is damaged: save it again")
        self._pages = body.findall(q("draw:page"))
        self._styles = {node.get(q("style:name"), ""): node for node in root.iter(q("style:style"))}
        self._size = self._measured()
        if any(name.startswith(("Basic/", "Scripts/")) for name in archive.names()):
            self.problems.append("the deck holds macros; they are left out and never run")

    @property
    def slide_count(self) -> int:
        return len(self._pages)

    @property
    def width(self) -> float:
        """Points."""
        return round(self._size[0] * _POINTS, 2)

    @property
    def height(self) -> float:
        return round(self._size[1] * _POINTS, 2)

    def properties(self) -> list[tuple[str, str]]:
        """What the file says of itself."""
        if "meta.xml" not in self._archive:
            return []
        try:
            root = parse(self._archive.read("meta.xml"), "meta.xml")
        except UnreadableDocument:
            self.problems.append("what the file says of itself (author, dates) is damaged")
            return []
        found = ((_PROPERTIES.get(local(node), ""), one_line(node.text or "")) for node in root.iter())
        return sorted({name: words[:1000] for name, words in found if name and words}.items())

    def title(self) -> str:
        """The title in its properties, else that of the first slide."""
        said = dict(self.properties()).get("title", "")
        return said or (self.slide(1)[0].title if self._pages else "")

    def slide(self, number: int) -> tuple[Slide, list[PictureAt]]:
        """One slide, the first being 1."""
        page = self._pages[number - 1]
        gathered = Gathered(number, hidden=self._is_hidden(page))
        try:
            Shapes(self._archive, Ground(*self._size, number), gathered, self._styles).read(page)
        except (UnreadableDocument, DocumentTooLarge) as error:
            gathered.problem(f"the slide could not be read in full: {error}")
        if said := _notes(page):
            gathered.found.append(said)
        return gathered.finished()

    def _is_hidden(self, page: Node) -> bool:
        style = self._styles.get(page.get(q("draw:style-name"), ""))
        properties = None if style is None else style.find(q("style:drawing-page-properties"))
        return properties is not None and properties.get(q("presentation:visibility")) == "hidden"

    def _measured(self) -> tuple[float, float]:
        """Centimetres across and down, of the layout that the masters of slides use."""
        if "styles.xml" not in self._archive:
            return _SIZE
        try:
            root = parse(self._archive.read("styles.xml"), "styles.xml")
        except UnreadableDocument:
            self.problems.append("the styles of the deck are damaged; places may be off")
            return _SIZE
        wanted = self._pages[0].get(q("draw:master-page-name")) if self._pages else None
        layouts = {node.get(q("style:name")): node for node in root.iter(q("style:page-layout"))}
        masters = sorted(root.iter(q("style:master-page")), key=lambda node: node.get(q("style:name")) != wanted)
        for master in masters:
            layout = layouts.get(master.get(q("style:page-layout-name")))
            size = None if layout is None else layout.find(q("style:page-layout-properties"))
            if size is not None:
                sides = length(size.get(q("fo:page-width"))), length(size.get(q("fo:page-height")))
                if all(0.1 < side < 1000 for side in sides):
                    return sides
        return _SIZE


def _notes(page: Node) -> Found | None:
    said = []
    for frame in page.iterfind(f"{q('presentation:notes')}/{q('draw:frame')}"):
        box = frame.find(q("draw:text-box"))
        if box is not None and frame.get(q("presentation:class"), "notes") == "notes":
            said += paragraphs(box)
    return Found("notes", None, said, name="notes") if said else None
