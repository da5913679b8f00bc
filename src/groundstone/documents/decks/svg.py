"""Words of an SVG drawing."""

from __future__ import annotations

from groundstone.documents.decks.words import one_line
from groundstone.documents.decks.xml import Node, local

_MOST = 500  # lines


def words(root: Node) -> list[str]:
    """Its texts in the order of the file; those that are hidden or only defined are left out."""
    found: list[str] = []
    for node in root.iter():
        if local(node) != "text" or any(local(above) in ("defs", "symbol") for above in node.iterancestors()):
            continue
        said = one_line("".join(node.itertext()))
        if said and len(found) < _MOST:
            found.append(said)
    return found
