"""Colours of DrawingML: those that are said, and those that a theme stands for."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from groundstone.documents.decks.package import Package
from groundstone.documents.decks.sketch_canvas import BLACK, Colour
from groundstone.documents.decks.xml import Node, local, number, q
from groundstone.errors import DocumentTooLarge, UnreadableDocument

_OFFICE = {
    "dk1": "000000", "lt1": "FFFFFF", "dk2": "44546A", "lt2": "E7E6E6", "accent1": "4472C4", "accent2": "ED7D31",
    "accent3": "A5A5A5", "accent4": "FFC000", "accent5": "5B9BD5", "accent6": "70AD47", "hlink": "0563C1",
    "folHlink": "954F72",
}  # fmt: skip
_MAP = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
_NAMED = {
    "black": "000000", "white": "FFFFFF", "red": "FF0000", "green": "008000", "blue": "0000FF", "yellow": "FFFF00",
    "gray": "808080", "orange": "FFA500", "darkBlue": "00008B", "lightGray": "D3D3D3", "darkGray": "A9A9A9",
}  # fmt: skip
WHITE: Colour = (255, 255, 255, 255)


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by their name in the scheme, and what slides call them."""

    scheme: Mapping[str, str] = field(default_factory=lambda: _OFFICE)
    names: Mapping[str, str] = field(default_factory=lambda: _MAP)
    face: str = ""  # the typeface of its texts

    def accents(self) -> list[Colour]:
        """The six with which charts are drawn."""
        return [self.named(f"accent{index}") or BLACK for index in range(1, 7)]

    def named(self, name: str) -> Colour | None:
        found = self.scheme.get(self.names.get(name, name)) or self.scheme.get(_MAP.get(name, ""))
        return None if found is None else _rgb(found)

    def colour(self, holder: Node | None, own: Colour | None = None) -> Colour | None:
        """The colour that a node holds; ``own`` stands for a placeholder colour (phClr)."""
        for node in () if holder is None else holder:
            found = self._one(node, own)
            if found is not None:
                return _changed(found, node)
        return None

    def fill(self, holder: Node | None, own: Colour | None = None) -> Colour | Literal[False] | None:
        """What fills a shape: a colour, False for nothing at all, None where nothing is said."""
        for node in () if holder is None else holder:
            match local(node):
                case "noFill":
                    return False
                case "solidFill":
                    return self.colour(node, own)
                case "gradFill":
                    return self._mean(node, own)
                case "pattFill":
                    return self.colour(node.find(q("a:bgClr")), own)
                case "blipFill":
                    return False
        return None

    def _mean(self, gradient: Node, own: Colour | None) -> Colour | None:
        stops = [found for stop in gradient.iter(q("a:gs")) if (found := self.colour(stop, own))]
        if not stops:
            return None
        red, green, blue, alpha = (round(sum(stop[part] for stop in stops) / len(stops)) for part in range(4))
        return red, green, blue, alpha

    def _one(self, node: Node, own: Colour | None) -> Colour | None:
        value = node.get("val", "")
        match local(node):
            case "srgbClr":
                return _rgb(value)
            case "sysClr":
                return _rgb(node.get("lastClr", "000000" if value == "windowText" else "FFFFFF"))
            case "prstClr":
                return _rgb(_NAMED.get(value, "808080"))
            case "schemeClr":
                return own if value == "phClr" else self.named(value)
            case "scrgbClr":
                red, green, blue = (min(max(round(number(node, side) / 100_000 * 255), 0), 255) for side in "rgb")
                return red, green, blue, 255
        return None


def theme_of(package: Package, master: str | None) -> Theme:
    """That of a master; the one of Office where it is missing or damaged."""
    part = package.one(master, "theme") if master else None
    try:
        root = package.tree(part, keep=True) if part else None
        top = package.tree(master, keep=True) if master else None
    except (UnreadableDocument, DocumentTooLarge):
        return Theme()
    scheme = None if root is None else next(root.iter(q("a:clrScheme")), None)
    found = dict(_OFFICE)
    for node in () if scheme is None else scheme:
        for colour in node:
            found[local(node)] = colour.get("lastClr") or colour.get("val") or found.get(local(node), "000000")
    mapping = None if top is None else top.find(q("p:clrMap"))
    minor = None if root is None else next(root.iter(q("a:minorFont")), None)
    latin = None if minor is None else minor.find(q("a:latin"))
    face = "" if latin is None else latin.get("typeface", "")
    return Theme(found, {**_MAP, **({} if mapping is None else dict(mapping.attrib))}, face)


def _rgb(value: str) -> Colour | None:
    try:
        code = int(value, 16)
    except ValueError:
        return None
    return (code >> 16 & 255, code >> 8 & 255, code & 255, 255)


def _changed(colour: Colour, node: Node) -> Colour:
    """What the children of a colour do to it."""
    red, green, blue, alpha = colour
    for child in node:
        part = number(child, "val") / 100_000
        match local(child):
            case "alpha":
                alpha = min(max(round(255 * part), 0), 255)
            case "lumMod" | "lumOff" | "satMod":
                red, green, blue = _in_hls(red, green, blue, local(child), part)
            case "shade":
                red, green, blue = (round(value * part) for value in (red, green, blue))
            case "tint":
                red, green, blue = (round(255 - (255 - value) * part) for value in (red, green, blue))
    return red, green, blue, alpha


def _in_hls(red: int, green: int, blue: int, how: str, part: float) -> tuple[int, int, int]:
    hue, light, full = colorsys.rgb_to_hls(red / 255, green / 255, blue / 255)
    if how == "satMod":
        full = min(max(full * part, 0.0), 1.0)
    else:
        light = min(max(light * part if how == "lumMod" else light + part, 0.0), 1.0)
    r, g, b = colorsys.hls_to_rgb(hue, light, full)
    return round(r * 255), round(g * 255), round(b * 255)
