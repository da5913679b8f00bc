"""Equations of Office (OMML) as a line of text: fractions with a slash, powers with ^, indexes with _."""

from __future__ import annotations

from groundstone.documents.decks.xml import Node, local, q

_DEEPEST = 60


def equation(node: Node, depth: int = 0) -> str:
    """The text of an equation; parts that are not known are said in the order of the file."""
    if depth > _DEEPEST:
        return ""
    name = local(node)
    if name == "t":
        return node.text or ""
    if name.endswith("Pr"):
        return ""

    def part(which: str) -> str:
        found = node.find(q(f"m:{which}"))
        return "" if found is None else equation(found, depth + 1)

    if name == "f":
        return f"{_held(part('num'))}/{_held(part('den'))}"
    if name == "rad":
        degree = part("deg")
        return f"{degree}√{_held(part('e'))}"
    if name in ("sSup", "sSub", "sSubSup", "nary"):
        return _scripted(node, name, part("e"), part("sub"), part("sup"))
    if name == "d":
        inner = ", ".join(equation(child, depth + 1) for child in node.iterfind(q("m:e")))
        return f"({inner})"
    return "".join(equation(child, depth + 1) for child in node)


def _scripted(node: Node, name: str, base: str, below: str, above: str) -> str:
    under, over = (f"_{_held(below)}" if below else ""), (f"^{_held(above)}" if above else "")
    if name != "nary":
        return f"{base}{under}{over}"
    sign = node.find(f"{q('m:naryPr')}/{q('m:chr')}")
    return f"{'∫' if sign is None else sign.get(q('m:val'), '∫')}{under}{over} {base}"


def _held(text: str) -> str:
    """In brackets when it is more than one thing."""
    plain = text.isalnum() or (text.startswith("(") and text.endswith(")")) or not text
    return text if plain else f"({text})"
