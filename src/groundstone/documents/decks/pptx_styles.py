"""What a shape inherits: from the placeholder of its layout and master its place, and the style of its levels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundstone.documents.decks.package import Package
from groundstone.documents.decks.xml import Node, number, q
from groundstone.errors import DocumentTooLarge, UnreadableDocument

_TITLES = ("title", "ctrTitle")
_SAME = {"ctrTitle": "title", "subTitle": "body", "obj": "body", "": "body"}  # what a master has for a placeholder
_BULLETS = ("a:buNone", "a:buChar", "a:buAutoNum", "a:buBlip")
_DEFAULT_SIZE = 18.0  # points


@dataclass(frozen=True, slots=True)
class Styles:
    """Where a shape's style is looked for: nodes that hold a:lvl1pPr and so on, the nearest first."""

    lists: tuple[Node, ...]
    bodies: tuple[Node, ...]  # a:bodyPr, the nearest first

    def is_bullet(self, level: int, own: Node | None) -> bool:
        for node in self._levels(level, own):
            for name in _BULLETS:
                if node.find(q(name)) is not None:
                    return name != "a:buNone"
        return False

    def size(self, level: int, paragraph: Node) -> float:
        """Points of the largest letters of a paragraph."""
        sizes = [number(run, "sz") / 100 for run in paragraph.iter(q("a:rPr")) if run.get("sz")]
        if sizes:
            return max(sizes)
        for node in self._levels(level, None):
            defaults = node.find(q("a:defRPr"))
            if defaults is not None and defaults.get("sz"):
                return number(defaults, "sz") / 100
        return _DEFAULT_SIZE

    @property
    def anchor(self) -> str:
        return next((body.get("anchor") for body in self.bodies if body.get("anchor")), "t")

    def _levels(self, level: int, own: Node | None) -> Iterator[Node]:
        if own is not None:
            yield own
        for style in self.lists:
            found = style.find(q(f"a:lvl{level + 1}pPr"))
            if found is not None:
                yield found


class Inherited:
    """The layout and master of one slide; trees of both are kept by the package."""

    def __init__(self, package: Package, slide: str) -> None:
        self._layout = _tree(package, package.one(slide, "slideLayout"))
        layout = package.one(slide, "slideLayout")
        self._master = _tree(package, package.one(layout, "slideMaster") if layout else None)

    def place(self, holder: Node) -> Node | None:
        """The a:xfrm of the placeholder that a p:ph stands for."""
        for shape in self._chain(holder):
            found = shape.find(f"{q('p:spPr')}/{q('a:xfrm')}")
            if found is not None and found.find(q("a:ext")) is not None:
                return found
        return None

    def styles(self, shape: Node, holder: Node | None) -> Styles:
        bodies = [shape.find(q("p:txBody"))]
        if holder is not None:
            bodies += [other.find(q("p:txBody")) for other in self._chain(holder)]
        bodies = [body for body in bodies if body is not None]
        lists = [found for body in bodies if (found := body.find(q("a:lstStyle"))) is not None]
        general = self._text_style(holder)
        return Styles(
            (*lists, *([] if general is None else [general])),
            tuple(found for body in bodies if (found := body.find(q("a:bodyPr"))) is not None),
        )

    def _text_style(self, holder: Node | None) -> Node | None:
        kind = None if holder is None else holder.get("type", "")
        name = "p:otherStyle" if kind is None else "p:titleStyle" if kind in _TITLES else "p:bodyStyle"
        return None if self._master is None else self._master.find(f"{q('p:txStyles')}/{q(name)}")

    def _chain(self, holder: Node) -> Iterator[Node]:
        """The placeholders of the layout and of the master, by index and by kind."""
        kind, index = holder.get("type", ""), holder.get("idx", "0")
        for root, by_index in ((self._layout, True), (self._master, False)):
            found = None if root is None else _holder(root, kind, index, by_index)
            if found is not None:
                shape, own = found
                kind = own.get("type", kind) or kind
                yield shape


def _holder(root: Node, kind: str, index: str, by_index: bool) -> tuple[Node, Node] | None:
    shapes = [(shape, own) for shape in root.iter(q("p:sp")) if (own := placeholder(shape)) is not None]
    if by_index:
        for shape, own in shapes:
            if own.get("idx", "0") == index and (index != "0" or _same(own.get("type", "")) == _same(kind)):
                return shape, own
    return next(((shape, own) for shape, own in shapes if _same(own.get("type", "")) == _same(kind)), None)


def _same(kind: str) -> str:
    return _SAME.get(kind, kind)


def placeholder(shape: Node) -> Node | None:
    """The p:ph of a shape, if it is a placeholder."""
    for properties in shape:
        if isinstance(properties.tag, str) and properties.tag.rpartition("}")[2].startswith("nv"):
            return properties.find(f"{q('p:nvPr')}/{q('p:ph')}")
    return None


def _tree(package: Package, part: str | None) -> Node | None:
    """A layout or master that is broken or missing takes only what would have been inherited from it."""
    if part is None:
        return None
    try:
        return package.tree(part, keep=True)
    except (UnreadableDocument, DocumentTooLarge):
        return None
