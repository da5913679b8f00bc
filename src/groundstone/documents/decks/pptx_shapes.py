"""The shapes of one slide of a PPTX, groups and all, to what is found on it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from groundstone.documents.decks import pptx_graphics
from groundstone.documents.decks.base import Kind, Paragraph
from groundstone.documents.decks.found import Found, Gathered
from groundstone.documents.decks.package import Package
from groundstone.documents.decks.picture_key import key_of
from groundstone.documents.decks.places import Affine, Ground, Rect, fitted, turned
from groundstone.documents.decks.pptx_styles import Inherited, placeholder
from groundstone.documents.decks.pptx_text import chosen, paragraphs, placed
from groundstone.documents.decks.words import one_line
from groundstone.documents.decks.xml import Node, flag, local, number, q
from groundstone.records import Box

_KINDS: dict[str, Kind] = {
    "title": "title", "ctrTitle": "title", "subTitle": "subtitle", "ftr": "footer", "dt": "footer", "sldNum": "footer",
    "hdr": "footer",
}  # fmt: skip
_DEEPEST = 32  # groups in groups
_MOST = 5000  # shapes of one slide
_INSET = 91440 * 2  # units between both sides of a shape and its text
_AS_IT_IS = Affine()
_UNSHOWN = ("emf", "wmf", "wdp", "emz", "wmz")


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a shape is met: what brings its units to the slide, and the groups that it is in."""

    within: Affine = _AS_IT_IS
    group: tuple[str, ...] = ()
    path: tuple[int, ...] = ()


class Shapes:
    """Reads the shapes of one slide into ``gathered``."""

    def __init__(self, package: Package, part: str, ground: Ground, gathered: Gathered) -> None:
        self.package, self.part, self.ground, self.gathered = package, part, ground, gathered
        self._inherited = Inherited(package, part)
        self._count = 0

    def read(self, root: Node) -> None:
        """Everything on a slide: its background picture, then its shapes."""
        common = root.find(q("p:cSld"))
        if common is None:
            self.gathered.problem("the slide holds no content; it may be damaged")
            return
        background = common.find(f"{q('p:bg')}/{q('p:bgPr')}/{q('a:blipFill')}")
        if background is not None:
            whole = Rect(0, 0, self.ground.width, self.ground.height)
            self._picture(background, Found("picture", self.ground.box(whole, Affine()), name="background"), Affine())
        tree = common.find(q("p:spTree"))
        if tree is not None:
            self._all(tree, Spot())

    def _all(self, tree: Node, spot: Spot) -> None:
        for node in tree:
            self._count += 1
            if self._count > _MOST:
                self.gathered.problem(f"the slide has more than {_MOST} shapes; the others are left out")
                return
            self._one(node, spot)

    def _one(self, node: Node, spot: Spot) -> None:
        name = local(node)
        if name == "AlternateContent":
            self._all(chosen(node), spot)
        elif name == "grpSp":
            self._group(node, spot)
        elif name in ("sp", "cxnSp"):
            self._shape(node, spot)
        elif name == "pic":
            self.picture(node, spot)
        elif name == "graphicFrame":
            pptx_graphics.read(self, node, spot)
        elif name == "contentPart":
            self.gathered.problem("writing by hand (ink) is left out")

    def _group(self, node: Node, spot: Spot) -> None:
        if len(spot.path) >= _DEEPEST:
            self.gathered.problem(f"groups in more than {_DEEPEST} groups are left out")
            return
        name = _property(node, "name")
        within = spot.within
        place = node.find(f"{q('p:grpSpPr')}/{q('a:xfrm')}")
        if place is not None:
            outer = _rect(place)
            inner = _rect(place, "a:chOff", "a:chExt")
            if outer and inner:
                turn = turned(outer, flag(place, "flipH"), flag(place, "flipV"))
                within = within.after(turn.after(fitted(inner, outer)))
        self._all(node, Spot(within, (*spot.group, name), (*spot.path, self._count)))

    def _shape(self, node: Node, spot: Spot) -> None:
        holder = placeholder(node)
        found = self.found(_kind(holder), node, spot)
        rect = self.rect(node, holder)
        found.box = self.ground.box(rect, spot.within) if rect else None
        body = node.find(q("p:txBody"))
        if body is not None:
            self._text(found, node, holder, body, rect)
        filling = node.find(f"{q('p:spPr')}/{q('a:blipFill')}")
        if filling is not None and rect:
            self._picture(filling, replace(found, kind="picture", paragraphs=(), alt=""), _turn(node, rect, spot))
        self.gathered.found.append(found)

    def _text(self, found: Found, node: Node, holder: Node | None, body: Node, rect: Rect | None) -> None:
        styles = self._inherited.styles(node, holder)
        read = paragraphs(body, styles)
        if found.kind in ("title", "subtitle"):
            read = [(replace(one, text=one_line(one.text), bullet=False), size) for one, size in read]
        found.size = max((size for _, size in read), default=0.0)
        upright = rect is not None and not rect.turn
        wide, high = (max(rect.width - _INSET, 1.0), rect.height) if rect else (1.0, 1.0)
        if upright:
            found.paragraphs = placed(read, found.box, wide, high, styles.anchor)
        else:
            found.paragraphs = [replace(one, box=found.box) for one, _ in read]

    def picture(self, node: Node, spot: Spot) -> None:
        """A p:pic."""
        found = self.found("picture", node, spot)
        rect = self.rect(node, placeholder(node))
        found.box = self.ground.box(rect, spot.within) if rect else None
        for media in ("videoFile", "audioFile", "wavAudioFile", "quickTimeFile"):
            if node.find(f"{q('p:nvPicPr')}/{q('p:nvPr')}/{q(f'a:{media}')}") is not None:
                what = "a video" if media in ("videoFile", "quickTimeFile") else "a sound"
                self.gathered.problem(f"{what} ({found.name or 'without a name'}) is left out")
        filling = node.find(q("p:blipFill"))
        if filling is not None:
            self._picture(filling, found, _turn(node, rect, spot) if rect else Affine())
        else:
            self.gathered.found.append(found)

    def _picture(self, filling: Node, found: Found, turn: Affine) -> None:
        blip = filling.find(q("a:blip"))
        part = None if blip is None else self._blip(blip, found)
        if part is not None:
            crop = filling.find(q("a:srcRect"))
            sides = [0.0] * 4 if crop is None else [number(crop, side) / 100_000 for side in "ltrb"]
            found.key = key_of(part, sides, turn.turn, turn.mirrored)
        self.gathered.found.append(found)

    def _blip(self, blip: Node, found: Found) -> str | None:
        """The part of a picture; None, with the reason among the problems, when there is none to read."""
        links = self.package.links(self.part)
        self._vector(blip, found)
        link = links.get(blip.get(q("r:embed"), ""))
        if link is None:
            if blip.get(q("r:link")):
                self.gathered.problem("a picture is not in the file but linked from elsewhere; it was not fetched")
            return None
        ending = link.target.rpartition(".")[2].lower()
        if link.external:
            self.gathered.problem("a picture is not in the file but linked from elsewhere; it was not fetched")
        elif ending in _UNSHOWN:
            self.gathered.problem(f"a picture in the format {ending.upper()} is left out; only its description is kept")
        elif link.target not in self.package.archive:
            self.gathered.problem(f"a picture is missing in the file ({link.target})")
        elif ending == "svg":
            found.paragraphs = found.paragraphs or self._svg(link.target, found.box)
        else:
            return link.target
        return None

    def _vector(self, blip: Node, found: Found) -> None:
        """Words of the drawing that a picture was made of."""
        vector = next(blip.iter(q("asvg:svgBlip")), None)
        link = None if vector is None else self.package.links(self.part).get(vector.get(q("r:embed"), ""))
        if link is not None and not link.external and link.target in self.package.archive:
            found.paragraphs = self._svg(link.target, found.box)

    def _svg(self, part: str, box: Box | None) -> list[Paragraph]:
        return pptx_graphics.svg_words(self, part, box)

    def found(self, kind: Kind, node: Node, spot: Spot) -> Found:
        alt = one_line(_property(node, "descr") or _property(node, "title"))
        return Found(kind, None, alt=alt, name=_property(node, "name"), group=spot.group, path=spot.path)

    def rect(self, node: Node, holder: Node | None = None) -> Rect | None:
        """Its place in its own units, or that of its placeholder."""
        place = node.find(q("p:xfrm")) if local(node) == "graphicFrame" else None
        place = node.find(f"{q('p:spPr')}/{q('a:xfrm')}") if place is None else place
        if (place is None or place.find(q("a:ext")) is None) and holder is not None:
            place = self._inherited.place(holder)
        return None if place is None else _rect(place)


def notes(root: Node) -> list[Paragraph]:
    """What is written below the slide: not its number, nor the header of the page."""
    found = []
    for shape in root.iter(q("p:sp")):
        holder = placeholder(shape)
        body = shape.find(q("p:txBody"))
        if body is None or (holder is not None and holder.get("type") in ("sldNum", "dt", "ftr", "hdr", "sldImg")):
            continue
        found += [replace(one, box=None) for one, _ in paragraphs(body)]
    return found


def _kind(holder: Node | None) -> Kind:
    return "text" if holder is None else _KINDS.get(holder.get("type", ""), "text")


def _property(node: Node, name: str) -> str:
    """Of p:cNvPr, wherever it stands in the first child."""
    found = next(node.iter(q("p:cNvPr")), None)
    return "" if found is None else found.get(name, "")


def _rect(place: Node, offset: str = "a:off", extent: str = "a:ext") -> Rect | None:
    at, size = place.find(q(offset)), place.find(q(extent))
    if at is None or size is None:
        return None
    turn = number(place, "rot") / 60_000 % 360 if offset == "a:off" else 0.0
    return Rect(number(at, "x"), number(at, "y"), number(size, "cx"), number(size, "cy"), turn)


def _turn(node: Node, rect: Rect, spot: Spot) -> Affine:
    place = node.find(f"{q('p:spPr')}/{q('a:xfrm')}")
    flips = (False, False) if place is None else (flag(place, "flipH"), flag(place, "flipV"))
    return spot.within.after(turned(rect, *flips))
