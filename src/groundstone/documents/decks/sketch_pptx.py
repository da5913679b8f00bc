"""The layout of a PPTX slide drawn: background, shapes of master, layout and slide, texts, tables, charts, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstone.documents.decks import pptx_chart, pptx_chartex
from groundstone.documents.decks.base import Chart
from groundstone.documents.decks.guard import PPTX, Archive
from groundstone.documents.decks.package import Package, main_part
from groundstone.documents.decks.picture_key import key_of
from groundstone.documents.decks.pictures import shown
from groundstone.documents.decks.places import Affine, Rect, fitted, turned
from groundstone.documents.decks.pptx_styles import Inherited, placeholder
from groundstone.documents.decks.pptx_text import NO_STYLES, chosen
from groundstone.documents.decks.sketch_canvas import BLACK, GREY, Area, Canvas, Colour, Passage, Point, Run, opened
from groundstone.documents.decks.sketch_chart import draw as draw_chart
from groundstone.documents.decks.sketch_colours import WHITE, theme_of
from groundstone.documents.decks.sketch_shapes import is_line, outline, text_insets
from groundstone.documents.decks.sketch_table import draw as draw_table
from groundstone.documents.decks.sketch_text import Hand, write
from groundstone.documents.decks.xml import Node, flag, local, number, q
from groundstone.errors import DocumentTooLarge, UnreadableDocument

_POINT = 12700.0
_SIZE = (12_192_000.0, 6_858_000.0)
_MOST = 3000  # shapes of one slide
_DEEPEST = 32  # groups in groups
_UNSAID = (204, 209, 216, 255)
_BROKEN = (UnreadableDocument, DocumentTooLarge)


@dataclass(frozen=True, slots=True)
class _Layer:
    """A part whose shapes are drawn; placeholders of layouts and masters are not."""

    part: str
    root: Node
    own: bool


def size_of(package: Package) -> tuple[float, float]:
    """Width and height of the slides in units of the file."""
    size = package.tree(main_part(package), keep=True).find(q("p:sldSz"))
    sides = _SIZE if size is None else (number(size, "cx"), number(size, "cy"))
    return sides if all(914 <= side <= 100_000_000 for side in sides) else _SIZE


def slide_part(package: Package, number_: int) -> str:
    """Raises UnreadableDocument when there is no such slide in the file."""
    main = main_part(package)
    ids = package.tree(main, keep=True).findall(f"{q('p:sldIdLst')}/{q('p:sldId')}")
    link = package.links(main).get(ids[number_ - 1].get(q("r:id"), "")) if 0 < number_ <= len(ids) else None
    if link is None or link.external:
        raise UnreadableDocument(f"slide {number_} is missing in the file")
    return link.target


def sketch(data: bytes, number_: int, width: int) -> Canvas:
    """The layout of one slide."""
    package = Package(Archive(data))
    sides = size_of(package)
    part = slide_part(package, number_)
    canvas = Canvas(width, max(1, min(round(width * sides[1] / sides[0]), 3 * width)))
    Sketch(package, data, canvas, sides, part).draw()
    return canvas


class Sketch:
    """Draws one slide onto a canvas."""

    def __init__(self, package: Package, data: bytes, canvas: Canvas, sides: tuple[float, float], part: str) -> None:
        self._package, self._data, self._canvas = package, data, canvas
        self._unit = canvas.width / sides[0]
        layout = package.one(part, "slideLayout")
        master = package.one(layout, "slideMaster") if layout else None
        self._theme = theme_of(package, master)
        self._layers = [layer for name in (master, layout, part) if name and (layer := self._layer(name, name == part))]
        self._inherited = Inherited(package, part)
        self._count = 0
        self._part = part

    def draw(self) -> None:
        self._background()
        slide = self._layers[-1]
        layout = self._layers[-2] if len(self._layers) > 1 else None
        inherits = flag(slide.root, "showMasterSp", True)
        for layer in self._layers:
            below = layer is not slide
            if below and (
                not inherits or (layer is not layout and layout and not flag(layout.root, "showMasterSp", True))
            ):
                continue
            tree = layer.root.find(f"{q('p:cSld')}/{q('p:spTree')}")
            if tree is not None:
                self._all(tree, layer, Affine(), 0)

    def _layer(self, part: str, own: bool) -> _Layer | None:
        try:
            return _Layer(part, self._package.tree(part, keep=not own), own)
        except _BROKEN:
            if own:
                raise
            return None

    def _background(self) -> None:
        for layer in reversed(self._layers):
            node = layer.root.find(f"{q('p:cSld')}/{q('p:bg')}")
            if node is None:
                continue
            whole = Area(0, 0, self._canvas.width, self._canvas.height)
            for child in node:
                if local(child) == "bgRef":
                    self._canvas.rectangle(whole, self._theme.colour(child) or WHITE)
                    return
                filled = self._theme.fill(child)
                picture = child.find(q("a:blipFill"))
                if picture is not None:
                    self._blip(picture, whole, layer, Affine(), 0.0)
                elif filled:
                    self._canvas.rectangle(whole, filled)
                return

    def _all(self, tree: Node, layer: _Layer, within: Affine, depth: int) -> None:
        for node in tree:
            self._count += 1
            if self._count > _MOST:
                return
            try:
                self._one(node, layer, within, depth)
            except _BROKEN:  # what cannot be read is left out of the sketch; the slide's problems say so
                continue

    def _one(self, node: Node, layer: _Layer, within: Affine, depth: int) -> None:
        if not layer.own and placeholder(node) is not None:
            return
        name = local(node)
        if name == "AlternateContent":
            self._all(chosen(node), layer, within, depth)
        elif name == "grpSp" and depth < _DEEPEST:
            place = _child(_child(node, "grpSpPr"), "xfrm")
            outer, inner = _rect(place), _rect(place, "chOff", "chExt")
            if place is not None and outer and inner:
                turn = turned(outer, flag(place, "flipH"), flag(place, "flipV"))
                within = within.after(turn.after(fitted(inner, outer)))
            self._all(node, layer, within, depth + 1)
        elif name in ("sp", "cxnSp"):
            self._shape(node, layer, within)
        elif name == "pic":
            self._picture(node, layer, within)
        elif name == "graphicFrame":
            self._frame(node, layer, within)

    def _shape(self, node: Node, layer: _Layer, within: Affine) -> None:
        holder = placeholder(node)
        properties = _child(node, "spPr")
        place = _child(properties, "xfrm")
        if (place is None or _child(place, "ext") is None) and holder is not None:
            place = self._inherited.place(holder)
        rect = _rect(place)
        if rect is None or properties is None or place is None:
            return
        whole = within.after(turned(rect, flag(place, "flipH"), flag(place, "flipV")))
        preset = properties.find(q("a:prstGeom"))
        if node.tag.endswith("cxnSp") or (preset is not None and is_line(preset.get("prst", ""))):
            self._line(node, properties, rect, whole)
            return
        style = _child(node, "style")
        fill = self._fill(properties, style)
        line, thick = self._stroke(properties, style)
        points = [whole.at(rect.left + x * rect.width, rect.top + y * rect.height)
                  for x, y in outline(properties, rect.width, rect.height)]  # fmt: skip
        if fill or line:
            self._canvas.polygon(self._pixels(points), fill, line, thick)
        blip = properties.find(q("a:blipFill"))
        if blip is not None:
            self._blip(blip, self._area(rect, within), layer, whole, rect.turn)
        self._text(node, holder, rect, within, style)

    def _fill(self, properties: Node, style: Node | None) -> Colour | None:
        said = self._theme.fill(properties)
        if said is not None:
            return said or None
        reference = None if style is None else style.find(q("a:fillRef"))
        if reference is None or reference.get("idx", "0") == "0":
            return None
        return self._theme.colour(reference)

    def _stroke(self, properties: Node, style: Node | None) -> tuple[Colour | None, float]:
        own = properties.find(q("a:ln"))
        said = None if own is None else self._theme.fill(own)
        thick = max((9525.0 if own is None else number(own, "w", 9525)) * self._unit, 1.0)
        if said is not None:
            return (said or None), thick
        reference = None if style is None else style.find(q("a:lnRef"))
        if reference is None or reference.get("idx", "0") == "0":
            return None, thick
        return self._theme.colour(reference), thick

    def _line(self, node: Node, properties: Node, rect: Rect, whole: Affine) -> None:
        colour, thick = self._stroke(properties, _child(node, "style"))
        preset = properties.find(q("a:prstGeom"))
        bent = preset is not None and preset.get("prst", "").startswith("bentConnector3")
        steps = [(0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (1.0, 1.0)] if bent else [(0.0, 0.0), (1.0, 1.0)]
        points = self._pixels([whole.at(rect.left + x * rect.width, rect.top + y * rect.height) for x, y in steps])
        ink = colour or GREY
        self._canvas.line(points, ink, thick)
        own = properties.find(q("a:ln"))
        for name, (end, before) in (("a:tailEnd", (points[-1], points[-2])), ("a:headEnd", (points[0], points[1]))):
            tip = None if own is None else own.find(q(name))
            if tip is not None and tip.get("type", "none") != "none":
                self._canvas.polygon(_arrow_head(before, end, max(4 * thick, 7 * self._canvas.scale)), ink)

    def _text(self, node: Node, holder: Node | None, rect: Rect, within: Affine, style: Node | None) -> None:
        body = _child(node, "txBody")
        if body is None:
            return
        styles = self._inherited.styles(node, holder) if node.tag == q("p:sp") else NO_STYLES
        reference = None if style is None else style.find(q("a:fontRef"))
        own = None if reference is None else self._theme.colour(reference)
        ink = own or self._theme.named("tx1") or BLACK
        inner = _rect(_child(node, "txXfrm")) or rect
        plain = within.turn if not within.mirrored else 0.0
        hand = Hand(self._theme, styles, self._unit, ink, forced=own is not None)
        area = self._area(inner, within)
        if inner is rect:
            left, top, right, bottom = text_insets(_child(node, "spPr"), rect.width, rect.height)
            area = area.inset(left * area.width, top * area.height, right * area.width, bottom * area.height)
        write(self._canvas, body, hand, area, (rect.turn + plain) % 360)

    def _picture(self, node: Node, layer: _Layer, within: Affine) -> None:
        properties, filling = _child(node, "spPr"), _child(node, "blipFill")
        place = _child(properties, "xfrm")
        holder = placeholder(node)
        if place is None and holder is not None:
            place = self._inherited.place(holder)
        rect = _rect(place)
        if rect is None or filling is None or place is None:
            return
        whole = within.after(turned(rect, flag(place, "flipH"), flag(place, "flipV")))
        if not self._blip(filling, self._area(rect, within), layer, whole, rect.turn):
            self._stand_in(self._area(rect, within), _name(node))
        line, thick = self._stroke(properties, None) if properties is not None else (None, 0.0)
        if line:
            self._canvas.rectangle(self._area(rect, within), None, line, thick)

    def _blip(self, filling: Node, area: Area, layer: _Layer, whole: Affine, turn: float) -> bool:
        """Whether the picture could be shown. Quarter turns and flips are in its key."""
        blip = filling.find(q("a:blip"))
        link = None if blip is None else self._package.links(layer.part).get(blip.get(q("r:embed"), ""))
        if link is None or link.external:
            return False
        crop = filling.find(q("a:srcRect"))
        sides = [0.0] * 4 if crop is None else [number(crop, side) / 100_000 for side in "ltrb"]
        key = key_of(link.target, sides, whole.turn, whole.mirrored)
        longest = max(64, round(max(area.width, area.height)))
        answer = shown(self._data, PPTX, [key], min(longest, 3000))["pictures"].get(key)
        if answer is None:
            return False
        quarters = round(whole.turn / 90) % 4 if abs((whole.turn + 45) % 90 - 45) < 10 else 0
        if quarters % 2:
            x, y = area.left + area.width / 2, area.top + area.height / 2
            area = Area(x - area.height / 2, y - area.width / 2, area.height, area.width)
        self._canvas.picture(opened(answer["data"]), area, 0.0 if quarters or not turn else whole.turn)
        return True

    def _stand_in(self, area: Area, name: str) -> None:
        """A frame for what cannot be shown."""
        self._canvas.rectangle(area, (246, 247, 249, 255), _UNSAID, self._canvas.scale)
        size = min(12 * _POINT * self._unit, area.height / 2)
        self._canvas.text([Passage((Run(name or "picture", size, GREY),), "ctr")], area, "ctr")

    def _frame(self, node: Node, layer: _Layer, within: Affine) -> None:
        holder = placeholder(node)
        place = _child(node, "xfrm")
        rect = _rect(place) or (_rect(self._inherited.place(holder)) if holder is not None else None)
        if rect is None:
            return
        area = self._area(rect, within)
        data = node.find(f"{q('a:graphic')}/{q('a:graphicData')}")
        for content in () if data is None else data:
            content = next(iter(chosen(content)), content) if local(content) == "AlternateContent" else content
            match local(content):
                case "tbl":
                    draw_table(self._canvas, content, area, self._theme, self._unit)
                case "chart":
                    self._chart(content, layer, area)
                case "relIds":
                    self._diagram(content, layer, within, rect)
                case "oleObj":
                    for picture in content.iter(q("p:pic")):
                        self._picture(picture, layer, within)

    def _chart(self, content: Node, layer: _Layer, area: Area) -> None:
        link = self._package.links(layer.part).get(content.get(q("r:id"), ""))
        if link is None or link.external:
            self._stand_in(area, "chart")
            return
        root = self._package.tree(link.target)
        chart: Chart | None = pptx_chartex.chart(root) if root.tag == q("cx:chartSpace") else pptx_chart.chart(root)
        if chart is None or not chart.series:
            self._stand_in(area, "chart")
            return
        size = min(14 * _POINT * self._unit, area.height / 14)
        ground = self._theme.fill(root.find(q("c:spPr")))
        if ground:
            self._canvas.rectangle(area, ground)
        said = root.find(f"{q('c:txPr')}/{q('a:p')}/{q('a:pPr')}/{q('a:defRPr')}")
        ink = self._theme.fill(said) or (WHITE if self._canvas.is_dark(area) else BLACK)
        draw_chart(self._canvas, chart, area, self._theme.accents(), size, ink)

    def _diagram(self, content: Node, layer: _Layer, within: Affine, rect: Rect) -> None:
        """SmartArt, as PowerPoint drew it last; the drawing is kept beside its data."""
        links = self._package.links(layer.part)
        link = links.get(content.get(q("r:dm"), ""))
        data = None if link is None or link.external else self._package.tree(link.target)
        reference = None if data is None else next((one for one in data.iter() if local(one) == "dataModelExt"), None)
        drawn = links.get("" if reference is None else reference.get("relId", ""))
        if drawn is None or drawn.external or drawn.target not in self._package.archive:
            self._plain_diagram(data, self._area(rect, within))
            return
        tree = _child(self._package.tree(drawn.target), "spTree")
        if tree is not None:
            moved = within.after(Affine(e=rect.left, f=rect.top))
            self._all(tree, _Layer(drawn.target, tree, True), moved, 1)

    def _plain_diagram(self, data: Node | None, area: Area) -> None:
        """Boxes beside each other for the nodes of a diagram that was never drawn."""
        bodies = [] if data is None else [point for point in data.iter(q("dgm:t")) if "".join(point.itertext()).strip()]
        bodies = bodies[:24]
        wide = area.width / max(len(bodies), 1)
        colour = self._theme.named("accent1") or GREY
        for index, body in enumerate(bodies):
            box = Area(
                area.left + wide * index + wide * 0.04, area.top + area.height * 0.2, wide * 0.92, area.height * 0.6
            )
            self._canvas.rectangle(box, colour)
            hand = Hand(self._theme, NO_STYLES, self._unit, WHITE)
            write(self._canvas, body, hand, box, anchor="ctr")

    def _area(self, rect: Rect, within: Affine) -> Area:
        """The shape's own rectangle, unturned, in pixels."""
        x, y = within.at(*rect.centre)
        across = (within.a**2 + within.b**2) ** 0.5 * rect.width
        down = (within.c**2 + within.d**2) ** 0.5 * rect.height
        unit = self._unit
        return Area((x - across / 2) * unit, (y - down / 2) * unit, across * unit, down * unit)

    def _pixels(self, points: Sequence[Point]) -> list[Point]:
        most = 20.0 * self._canvas.width
        return [(min(max(x * self._unit, -most), most), min(max(y * self._unit, -most), most)) for x, y in points]


def _arrow_head(before: Point, end: Point, size: float) -> list[Point]:
    x, y = end[0] - before[0], end[1] - before[1]
    long = max((x * x + y * y) ** 0.5, 1e-6)
    x, y = x / long * size, y / long * size
    return [end, (end[0] - x - y / 2, end[1] - y + x / 2), (end[0] - x + y / 2, end[1] - y - x / 2)]


def _child(node: Node | None, name: str) -> Node | None:
    """By its local name: shapes of slides and of diagrams differ in the namespace alone."""
    return None if node is None else next((child for child in node if local(child) == name), None)


def _rect(place: Node | None, offset: str = "off", extent: str = "ext") -> Rect | None:
    at, size = _child(place, offset), _child(place, extent)
    if place is None or at is None or size is None:
        return None
    turn = number(place, "rot") / 60_000 % 360 if offset == "off" else 0.0
    return Rect(number(at, "x"), number(at, "y"), number(size, "cx"), number(size, "cy"), turn)


def _name(node: Node) -> str:
    found = next(node.iter(q("p:cNvPr")), None)
    return "" if found is None else found.get("descr") or found.get("name", "")
