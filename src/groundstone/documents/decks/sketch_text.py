"""Text bodies of DrawingML as passages: sizes, colours and bullets, with what they inherit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from groundstone.documents.decks.pptx_styles import Styles
from groundstone.documents.decks.pptx_text import paragraph_text
from groundstone.documents.decks.sketch_canvas import BLACK, ROUND, Area, Canvas, Colour, Passage, Run
from groundstone.documents.decks.sketch_colours import Theme
from groundstone.documents.decks.sketch_fonts import family_of
from groundstone.documents.decks.words import tidy
from groundstone.documents.decks.xml import Node, flag, local, number, q

_POINT = 12700.0  # units of a point
_INSETS = (("lIns", 91440.0), ("tIns", 45720.0), ("rIns", 91440.0), ("bIns", 45720.0))
_DEEPEST = 8
_TURNS = {"vert": 90.0, "vert270": 270.0, "eaVert": 90.0, "wordArtVert": 0.0}
_DASHES = ("-", "–", "—")
_MOST = 200  # paragraphs of one shape


@dataclass(frozen=True, slots=True)
class Hand:
    """How text of one shape is written: ``unit`` pixels for a unit of the file, ``ink`` where nothing else is said."""

    theme: Theme
    styles: Styles
    unit: float
    ink: Colour = BLACK
    bold: bool = False
    size: float = 0.0  # points where nothing else is said
    forced: bool = False  # ``ink`` counts more than what is inherited

    def passages(self, body: Node) -> list[Passage]:
        scale = self._autofit(body)
        found: list[Passage] = []
        count = 0
        for node in list(body.iterfind(q("a:p")))[:_MOST]:
            passage = self._passage(node, scale, count + 1)
            count = count + 1 if passage.bullet else 0
            found.append(passage)
        while found and not any(run.text.strip() for run in found[-1].runs):
            found.pop()
        return found

    def _passage(self, node: Node, scale: float, place: int) -> Passage:
        own = node.find(q("a:pPr"))
        level = 0 if own is None else min(max(int(number(own, "lvl")), 0), _DEEPEST)
        chain = [*([] if own is None else [own]), *self._chain(level)]
        runs = tuple(self._runs(node, chain, scale))
        if not any(run.text.strip() for run in runs):
            return Passage(tuple(Run(" ", run.size) for run in runs[:1]) or (Run(" ", self._size(None, chain, scale)),))
        bullet = self.styles.is_bullet(level, own)
        left = self._measure(chain, "marL") * self.unit
        hang = -self._measure(chain, "indent") * self.unit if bullet else 0.0
        align = next((style.get("algn") for style in chain if style.get("algn")), "l")
        return Passage(
            runs, align if align in ("ctr", "r") else "l", max(left, 0.9 * runs[0].size if bullet else 0.0),
            max(hang, 0.0), self._mark(chain, place) if bullet else "", self._before(chain, runs[0].size),
        )  # fmt: skip

    def _mark(self, chain: list[Node], place: int) -> str:
        for style in chain:
            if style.find(q("a:buAutoNum")) is not None:
                return f"{place}."
            sign = style.find(q("a:buChar"))
            if sign is not None:
                return sign.get("char", ROUND) if sign.get("char") in _DASHES else ROUND
        return ROUND

    def _runs(self, node: Node, chain: list[Node], scale: float) -> Iterator[Run]:
        """Runs of letters; equations and what else there is as plain text."""
        for child in node:
            name = local(child)
            if name == "endParaRPr":
                yield Run("", self._size(child, chain, scale))
                continue
            text = "\n" if name == "br" else child.findtext(q("a:t")) or "" if name in ("r", "fld") else ""
            if name in ("AlternateContent", "m"):
                yield Run(tidy(paragraph_text(node)), self._size(None, chain, scale), self._ink(None, chain))
                return
            if text:
                yield self._run(text.replace("\v", "\n").replace("\t", "    "), child.find(q("a:rPr")), chain, scale)

    def _run(self, text: str, own: Node | None, chain: list[Node], scale: float) -> Run:
        look = [*([] if own is None else [own]), *self._defaults(chain)]
        bold = next((flag(node, "b") for node in look if node.get("b") is not None), self.bold)
        caps = next((node.get("cap") for node in look if node.get("cap")), "none")
        faces = (face.get("typeface", "") for node in look if (face := node.find(q("a:latin"))) is not None)
        return Run(
            text.upper() if caps == "all" else text, self._size(own, chain, scale), self._ink(own, chain), bold,
            family_of(self._face(next(faces, ""))),
        )  # fmt: skip

    def _face(self, said: str) -> str:
        """Names such as "+mn-lt" are those of the theme."""
        return said if said and not said.startswith("+") else self.theme.face

    def _ink(self, own: Node | None, chain: list[Node]) -> Colour:
        nodes = [own, *([] if self.forced else self._defaults(chain))]
        for node in nodes:
            filled = self.theme.fill(node) if node is not None else None
            if filled:
                return filled
        return self.ink

    def _size(self, own: Node | None, chain: list[Node], scale: float) -> float:
        look = [*([] if own is None else [own]), *self._defaults(chain)]
        points = next((number(node, "sz") / 100 for node in look if node.get("sz")), self.size or 18.0)
        return min(max(points, 1.0), 400.0) * _POINT * self.unit * scale

    def _before(self, chain: list[Node], size: float) -> float:
        for style in chain:
            space = style.find(q("a:spcBef"))
            for node in () if space is None else space:
                if local(node) == "spcPts":
                    return min(number(node, "val") / 100 * _POINT * self.unit, 4 * size)
                return min(number(node, "val") / 100_000, 4.0) * size
        return 0.0

    def _measure(self, chain: list[Node], name: str) -> float:
        return next((number(style, name) for style in chain if style.get(name)), 0.0)

    def _chain(self, level: int) -> list[Node]:
        found = (style.find(q(f"a:lvl{level + 1}pPr")) for style in self.styles.lists)
        return [node for node in found if node is not None]

    @staticmethod
    def _defaults(chain: list[Node]) -> list[Node]:
        return [node for style in chain if (node := style.find(q("a:defRPr"))) is not None]

    @staticmethod
    def _autofit(body: Node) -> float:
        fit = next(body.iter(q("a:normAutofit")), None)
        return 1.0 if fit is None else min(max(number(fit, "fontScale", 100_000) / 100_000, 0.2), 1.0)


def write(canvas: Canvas, body: Node, hand: Hand, area: Area, turn: float = 0.0, anchor: str = "") -> None:
    """A text body in its shape."""
    passages = hand.passages(body)
    if not passages:
        return
    bodies = [found for found in (body.find(q("a:bodyPr")), *hand.styles.bodies) if found is not None]
    insets = [_said(bodies, name, default) * hand.unit for name, default in _INSETS]
    inner = area.inset(*insets)
    anchor = anchor or next((node.get("anchor") for node in bodies if node.get("anchor")), "t")
    turn += _TURNS.get(next((node.get("vert") for node in bodies if node.get("vert")), ""), 0.0)
    if round(turn / 90) % 2 and any(node.get("vert", "horz") != "horz" for node in bodies):
        middle = inner.left + inner.width / 2, inner.top + inner.height / 2
        inner = Area(middle[0] - inner.height / 2, middle[1] - inner.width / 2, inner.height, inner.width)
    if next((node.get("wrap") for node in bodies if node.get("wrap")), "square") == "none" and not turn:
        canvas.text(passages, _wide(inner, passages[0].align), anchor, shrink=False)
        return
    canvas.text(passages, inner, anchor, turn)


def _said(bodies: list[Node], name: str, default: float) -> float:
    return next((number(node, name, default) for node in bodies if node.get(name)), default)


def _wide(area: Area, align: str) -> Area:
    """Text that is not wrapped may stand over the edges of its shape."""
    more = 2 * area.width + area.height
    left = area.left - {"ctr": more / 2, "r": more}.get(align, 0.0)
    return Area(left, area.top, area.width + more, area.height)
