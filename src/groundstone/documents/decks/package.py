"""An Office package: parts, and the relationships between them."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from urllib.parse import unquote

from groundstone.documents.decks.guard import MAX_XML, Archive
from groundstone.documents.decks.xml import Node, parse, q
from groundstone.errors import UnreadableDocument


@dataclass(frozen=True, slots=True)
class Link:
    """A relationship. ``target``: the name of a part, or an address when it is ``external`` (never fetched)."""

    kind: str  # the last word of its type: "slide", "image", "notesSlide" ...
    target: str
    external: bool = False


@dataclass
class Package:
    """Parts by name, without the leading slash. Trees of shared parts are kept; those of slides are not."""

    archive: Archive
    _kept: dict[str, Node] = field(default_factory=dict)
    _links: dict[str, dict[str, Link]] = field(default_factory=dict)

    def tree(self, part: str, keep: bool = False) -> Node:
        """The root of a part. Raises UnreadableDocument, DocumentTooLarge."""
        if part in self._kept:
            return self._kept[part]
        root = parse(self.archive.read(part, MAX_XML), part)
        if keep:
            self._kept[part] = root
        return root

    def links(self, part: str) -> dict[str, Link]:
        """The relationships of a part by id; of the package itself for ""."""
        if part not in self._links:
            self._links[part] = self._read_links(part)
        return self._links[part]

    def one(self, part: str, kind: str) -> str | None:
        """The part that a relationship of this kind leads to, if there is one."""
        links = self.links(part).values()
        return next((link.target for link in links if link.kind == kind and not link.external), None)

    def forget(self, part: str) -> None:
        """Drop what is kept of a slide's relationships."""
        self._links.pop(part, None)

    def _read_links(self, part: str) -> dict[str, Link]:
        folder, name = posixpath.split(part)
        at = posixpath.join(folder, "_rels", f"{name}.rels")
        if at not in self.archive:
            return {}
        found = {}
        for node in parse(self.archive.read(at, MAX_XML), at).iter(q("rel:Relationship")):
            kind = node.get("Type", "").rpartition("/")[2]
            external = node.get("TargetMode") == "External"
            target = node.get("Target", "")
            found[node.get("Id", "")] = Link(kind, target if external else resolved(folder, target), external)
        return found


def resolved(folder: str, target: str) -> str:
    """The name of a part that a relationship of a part in ``folder`` means; it cannot leave the package."""
    path = unquote(target.partition("#")[0].replace("\\", "/"))
    whole = path if path.startswith("/") else posixpath.join("/", folder, path)
    return posixpath.normpath(whole).lstrip("/")


def main_part(package: Package) -> str:
    """Where the presentation is."""
    part = package.one("", "officeDocument")
    if part is None or part not in package.archive:
        raise UnreadableDocument("the deck has no main part; it is damaged: open it in PowerPoint and save it again")
    return part
