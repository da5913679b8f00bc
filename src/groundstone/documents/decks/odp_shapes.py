"""The shapes of one slide of an ODP, groups and all, to what is found on it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace

from groundstone.documents.decks import odp_chart, odp_table
from groundstone.documents.decks.base import Kind, Paragraph
from groundstone.documents.decks.found import Found, Gathered
from groundstone.documents.decks.guard import Archive
from groundstone.documents.decks.odp_text import length, paragraphs
from groundstone.documents.decks.picture_key import key_of
from groundstone.documents.decks.places import Affine, Ground, Rect
from groundstone.documents.decks.svg import words as words_of_svg
from groundstone.documents.decks.words import one_line
from groundstone.documents.decks.xml import Node, local, parse, q
from groundstone.errors import DocumentTooLarge, UnreadableDocument
from groundstone.records import Box

_KINDS: dict[str, Kind] = {
    "title": "title", "subtitle": "subtitle", "footer": "footer", "date-time": "footer", "page-number": "footer",
    "header": "footer",
}  # fmt: skip
_SHAPES = {
    "custom-shape", "rect", "ellipse", "circle", "polygon", "polyline", "path", "line", "connector", "caption",
    "regular-polygon", "measure", "text-box",
}  # fmt: skip
_UNSHOWN = ("emf", "wmf", "svm", "eps", "pdf")
_STEP = re.compile(r"(rotate|translate|scale|skewX|skewY|matrix)\s*\(([^)]*)\)")
_DEEPEST, _MOST = 32, 5000


@dataclass(frozen=True, slots=True)
class Spot:
    """The groups that a shape is in."""

    group: tuple[str, ...] = ()
    path: tuple[int, ...] = ()


class Shapes:
    """Reads the shapes of one slide into ``gathered``. ``styles``: by name."""

    def __init__(self, archive: Archive, ground: Ground, gathered: Gathered, styles: dict[str, Node]) -> None:
        self._archive, self._ground, self._gathered, self._styles = archive, ground, gathered, styles
        self._count = 0

    def read(self, node: Node, spot: Spot | None = None) -> None:
        """All shapes below a page or group."""
        spot = spot or Spot()
        for child in node:
            self._count += 1
            if self._count > _MOST:
                self._gathered.problem(f"the slide has more than {_MOST} shapes; the others are left out")
                return
            self._one(child, spot)

    def _one(self, node: Node, spot: Spot) -> None:
        name = local(node)
        if name == "a" and node.tag == q("draw:a"):
            self.read(node, spot)
        elif name == "g":
            if len(spot.path) >= _DEEPEST:
                self._gathered.problem(f"groups in more than {_DEEPEST} groups are left out")
                return
            self.read(node, Spot((*spot.group, node.get(q("draw:name"), "")), (*spot.path, self._count)))
        elif name == "frame":
            self._frame(node, spot)
        elif name in _SHAPES:
            found = self._found(node, spot)
            found.paragraphs = paragraphs(node, found.box)
            found.size = self._size(node)
            self._gathered.found.append(found)

    def _frame(self, node: Node, spot: Spot) -> None:
        """A frame holds its content in one or more forms, the best first; a picture of it may follow."""
        found = self._found(node, spot)
        if node.get(q("presentation:placeholder")) == "true":
            return
        for child in node:
            try:
                if self._content(child, found):
                    break
            except (UnreadableDocument, DocumentTooLarge) as error:
                self._gathered.problem(f"{found.name or 'an object'} is left out: {error}")
        self._gathered.found.append(found)

    def _content(self, node: Node, found: Found) -> bool:
        """Whether this was content that is read."""
        name = local(node)
        if name == "text-box":
            said = paragraphs(node, found.box)
            titled = found.kind in ("title", "subtitle")
            found.paragraphs = [replace(one, text=one_line(one.text), bullet=False) for one in said] if titled else said
            found.size = self._size(node)
        elif name == "table":
            found.kind, found.grid = "table", odp_table.grid(node, found.box, self._styles)
        elif name == "object":
            return self._object(node, found)
        elif name == "image":
            found.kind = "picture"
            self._image(node, found)
        elif name in ("object-ole", "plugin", "applet", "floating-frame"):
            what = "a film, sound or other medium" if name == "plugin" else "an embedded object"
            self._gathered.problem(f"{what} ({found.name or 'without a name'}) is not opened")
            return False
        else:
            return False
        return True

    def _object(self, node: Node, found: Found) -> bool:
        part = _part(node.get(q("xlink:href"), ""))
        if not part or f"{part}/content.xml" not in self._archive:
            self._gathered.problem("an embedded object is not in the file; it was not fetched")
            return False
        root = parse(self._archive.read(f"{part}/content.xml"), f"{part}/content.xml")
        found.chart = odp_chart.chart(root)
        if found.chart is None:
            words = one_line("".join(root.itertext())) if local(root) == "math" else ""
            found.paragraphs = [Paragraph(words, 0, found.box)] if words else []
            if not words:
                self._gathered.problem(f"an embedded object ({found.name or part}) is not opened")
            return bool(words)
        found.kind = "chart"
        return True

    def _image(self, node: Node, found: Found) -> None:
        href = node.get(q("xlink:href"), "")
        part = _part(href)
        ending = part.rpartition(".")[2].lower()
        if not part:
            if href:
                self._gathered.problem("a picture is not in the file but linked from elsewhere; it was not fetched")
        elif part not in self._archive:
            self._gathered.problem(f"a picture is missing in the file ({part})")
        elif ending in _UNSHOWN:
            self._gathered.problem(
                f"a picture in the format {ending.upper()} is left out; only its description is kept"
            )
        elif ending == "svg":
            lines = words_of_svg(parse(self._archive.read(part), part))
            found.paragraphs = [Paragraph(line, 0, found.box) for line in lines]
        else:
            found.key = key_of(part, (0, 0, 0, 0))

    def _found(self, node: Node, spot: Spot) -> Found:
        kind = _KINDS.get(node.get(q("presentation:class"), ""), "text")
        alt = one_line(node.findtext(q("svg:desc")) or node.findtext(q("svg:title")) or "")
        name = node.get(q("draw:name"), "")
        return Found(kind, self._box(node), alt=alt, name=name, group=spot.group, path=spot.path)

    def _box(self, node: Node) -> Box | None:
        sides = [length(node.get(q(f"svg:{side}"))) for side in ("x", "y", "width", "height")]
        if node.get(q("svg:x1")) is not None:
            x1, y1, x2, y2 = (length(node.get(q(f"svg:{side}"))) for side in ("x1", "y1", "x2", "y2"))
            sides = [min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1)]
        elif node.get(q("svg:width")) is None:
            return None
        return self._ground.box(Rect(*sides), _transform(node.get(q("draw:transform"), "")))

    def _size(self, node: Node) -> float:
        """Points of the largest letters that a style of its own says."""
        sizes = [0.0]
        for child in node.iter(q("text:p"), q("text:span")):
            style = self._styles.get(child.get(q("text:style-name"), ""))
            properties = None if style is None else style.find(q("style:text-properties"))
            if properties is not None:
                sizes.append(length(properties.get(q("fo:font-size"))))
        return max(sizes)


def _part(href: str) -> str:
    """The name of a member that an address means; "" for what lies outside of the file."""
    if "://" in href or href.startswith(("/", "..", "file:", "data:")):
        return ""
    return href.removeprefix("./").rstrip("/")


def _transform(text: str) -> Affine:
    """A draw:transform: steps that are done in order; angles are radians, counter-clockwise."""
    whole = Affine()
    for name, arguments in _STEP.findall(text)[:20]:
        parts = arguments.replace(",", " ").split()
        values = [length(part) for part in parts]
        if name == "rotate" and values:
            cos, sin = math.cos(-values[0]), math.sin(-values[0])
            whole = Affine(cos, sin, -sin, cos).after(whole)
        elif name == "translate" and values:
            whole = Affine(e=values[0], f=values[1] if len(values) > 1 else 0.0).after(whole)
        elif name == "scale" and values:
            whole = Affine(a=values[0], d=values[-1]).after(whole)
    return whole
