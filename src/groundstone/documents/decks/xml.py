"""XML of a stranger's to trees. The only file of this room that imports lxml; used in the limited child process.

No document type is accepted, so that no entity is ever declared; nothing is loaded from anywhere. Depth and the size
of a text are bounded by libxml2. The namespaces of strict OOXML are read as the common ones.
"""

from __future__ import annotations

from typing import Any

from lxml import etree

from groundstone.errors import UnreadableDocument

Node = Any  # an element of lxml, which has no types of its own

_STRICT = (
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", _OFFICE := b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"),
    (b"http://purl.oclc.org/ooxml/presentationml/main", b"http://schemas.openxmlformats.org/presentationml/2006/main"),
    (b"http://purl.oclc.org/ooxml/drawingml/", b"http://schemas.openxmlformats.org/drawingml/2006/"),
    (b"http://purl.oclc.org/ooxml/officeDocument/math", b"http://schemas.openxmlformats.org/officeDocument/2006/math"),
)  # fmt: skip
NS = {
    "a": "http://schemas.openxmlformats.org/drawingml/2006/main",
    "a14": "http://schemas.microsoft.com/office/drawing/2010/main",
    "asvg": "http://schemas.microsoft.com/office/drawing/2016/SVG/main",
    "c": "http://schemas.openxmlformats.org/drawingml/2006/chart",
    "cdr": "http://schemas.openxmlformats.org/drawingml/2006/chartDrawing",
    "ct": "http://schemas.openxmlformats.org/package/2006/content-types",
    "cx": "http://schemas.microsoft.com/office/drawing/2014/chartex",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dgm": "http://schemas.openxmlformats.org/drawingml/2006/diagram",
    "dsp": "http://schemas.microsoft.com/office/drawing/2008/diagram",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "mc": "http://schemas.openxmlformats.org/markup-compatibility/2006",
    "p": "http://schemas.openxmlformats.org/presentationml/2006/main",
    "p14": "http://schemas.microsoft.com/office/powerpoint/2010/main",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
    "rel": "http://schemas.openxmlformats.org/package/2006/relationships",
    # OpenDocument
    "chart": "urn:oasis:names:tc:opendocument:xmlns:chart:1.0",
    "draw": "urn:oasis:names:tc:opendocument:xmlns:drawing:1.0",
    "fo": "urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0",
    "manifest": "urn:oasis:names:tc:opendocument:xmlns:manifest:1.0",
    "meta": "urn:oasis:names:tc:opendocument:xmlns:meta:1.0",
    "number": "urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0",
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "presentation": "urn:oasis:names:tc:opendocument:xmlns:presentation:1.0",
    "style": "urn:oasis:names:tc:opendocument:xmlns:style:1.0",
    "svg": "urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
    "xlink": "http://www.w3.org/1999/xlink",
}


def q(name: str) -> str:
    """The full name of "p:sp"."""
    prefix, _, local = name.partition(":")
    return f"{{{NS[prefix]}}}{local}"


def parse(data: bytes, name: str) -> Node:
    """The root of a part. Raises UnreadableDocument, which names the part."""
    if _declares(data):
        raise UnreadableDocument(f"its part {name} declares a document type or entities, which no deck needs; refused")
    if b"purl.oclc.org" in data:
        for strict, common in _STRICT:
            data = data.replace(strict, common)
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(f"its part {name} is damaged ({str(error)[:120]})") from error
    if root is None or root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableDocument(f"its part {name} is empty, or declares a document type; refused")
    return root


def _declares(data: bytes) -> bool:
    plain = data.replace(b"\0", b"") if data[:4].count(0) or data[:2] in (b"\xff\xfe", b"\xfe\xff") else data
    return b"<!DOCTYPE" in plain or b"<!ENTITY" in plain


def number(node: Node, name: str, default: float = 0.0) -> float:
    """An attribute as a number; ``default`` where it is missing or none."""
    try:
        value = float(node.get(name, default))
    except (TypeError, ValueError):
        return default
    return value if abs(value) < 1e12 else default  # neither NaN nor infinite


def flag(node: Node, name: str, default: bool = False) -> bool:
    """An attribute that is true as "1", "true" or "on"."""
    value = node.get(name)
    return default if value is None else value in ("1", "true", "on")


def local(node: Node) -> str:
    """The name of a node without its namespace; "" for what is no element."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""
