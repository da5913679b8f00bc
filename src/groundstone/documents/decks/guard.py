"""What is let in: the kind of a deck by its content, and archives that are opened within limits.

Only the standard library is used. Nothing is unpacked as a whole: members are read one at a time, when they are asked
for, each against its own limit and all of them against a budget, so that a bomb costs no more than that budget.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from functools import cached_property

from groundstone.errors import DocumentTooLarge, UnreadableDocument, UnsupportedDocument

PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODP = "application/vnd.oasis.opendocument.presentation"
PDF = "application/pdf"
PICTURES = "application/zip"  # an archive of pictures, each a slide

MAX_MEMBERS = 50_000
MAX_XML = 32 * 2**20  # bytes of one part
MAX_BLOB = 256 * 2**20  # bytes of one picture
MAX_DECLARED = 4 * 2**30  # bytes of everything, as the archive says
MAX_READ = 768 * 2**20  # bytes that are really unpacked in one go
_MOST_RATIO = 400  # times that a member may grow; pictures hardly do, XML up to some hundred times
_SMALL = 4 * 2**20  # bytes that a member may always have
_DAMAGE = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError)

_WORDS = {
    "word/document.xml": "a Word document",
    "xl/workbook.xml": "an Excel workbook",
    "META-INF/MANIFEST.MF": "a Java archive",
    "Index/Document.iwa": "a Keynote, Pages or Numbers file: export it as PPTX or PDF",
}
_ODF = {
    b"application/vnd.oasis.opendocument.presentation": ODP,
    b"application/vnd.oasis.opendocument.presentation-template": ODP,
}
_PICTURE = re.compile(r"\.(png|jpe?g|gif|bmp|tiff?|webp|hei[cf])$", re.IGNORECASE)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


class Archive:
    """A ZIP archive. Raises UnreadableDocument (damaged, a bomb), UnsupportedDocument (locked), DocumentTooLarge."""

    def __init__(self, data: bytes) -> None:
        if data.count(b"PK\x01\x02") > 2 * MAX_MEMBERS:
            raise DocumentTooLarge(f"the archive has too many members; at most {MAX_MEMBERS} are read")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _DAMAGE as error:
            raise UnreadableDocument(f"the archive is damaged or cut short ({error}); save the deck again") from error
        self._left = MAX_READ
        members = self._zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise DocumentTooLarge(f"the archive has {len(members)} members; at most {MAX_MEMBERS} are read")
        if sum(member.file_size for member in members) > MAX_DECLARED:
            raise DocumentTooLarge(f"the archive unpacks to more than {MAX_DECLARED >> 30} GB; make the deck smaller")
        self._members = {member.filename.replace("\\", "/").lstrip("/"): member for member in reversed(members)}

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {name.lower(): name for name in self._members}

    def __contains__(self, name: str) -> bool:
        return self.real(name) is not None

    def names(self) -> list[str]:
        return list(self._members)

    def real(self, name: str) -> str | None:
        """The name as the archive has it; parts of a package differ in more than case."""
        return name if name in self._members else self._folded.get(name.lower())

    def read(self, name: str, most: int = MAX_XML) -> bytes:
        """A member's bytes. Raises UnreadableDocument when it is missing or damaged, DocumentTooLarge by ``most``."""
        real = self.real(name)
        if real is None:
            raise UnreadableDocument(f"its part {name} is missing")
        member = self._members[real]
        if member.flag_bits & 1:
            raise UnsupportedDocument("the archive is locked by a password; save it without one and send it again")
        grows = member.file_size / max(member.compress_size, 1)
        if member.file_size > min(most, self._left) or (member.file_size > _SMALL and grows > _MOST_RATIO):
            raise self._too_large(name, member.file_size)
        try:
            with self._zip.open(member) as file:
                data = file.read(min(most, self._left) + 1)
        except _DAMAGE as error:
            raise UnreadableDocument(f"its part {name} is damaged ({error})") from error
        if len(data) > min(most, self._left):
            raise self._too_large(name, len(data))
        self._left -= len(data)
        return data

    @staticmethod
    def _too_large(name: str, size: int) -> DocumentTooLarge:
        return DocumentTooLarge(
            f"its part {name} unpacks to {max(size >> 20, 1)} MB or more, which is more than is read"
        )


def is_ole(data: bytes) -> bool:
    """An old Office file, or the box around an encrypted one."""
    return data.startswith(_OLE)


def media_type(data: bytes) -> str:
    """What a deck is, by its content: PPTX, ODP, PDF, PICTURES, or the type of one picture.

    Raises UnreadableDocument (empty, damaged), and UnsupportedDocument with what the file looks like.
    """
    from groundstone.documents import examine

    if is_ole(data):
        raise old_office(data)
    if not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return examine.media_type(data)
    return archive_type(Archive(data))


def archive_type(archive: Archive) -> str:
    """What kind of deck an archive holds."""
    if "[Content_Types].xml" in archive:
        return _office(archive)
    if "mimetype" in archive:
        kind = archive.read("mimetype", 1000).strip()
        if kind in _ODF:
            return ODP
        said = kind[:80].decode("ascii", "replace")
        raise UnsupportedDocument(f"the file is of the type {said}, which is no slide deck: send PPTX, ODP or PDF")
    if any(is_slide_picture(name) for name in archive.names()):
        return PICTURES
    seen = next((what for part, what in _WORDS.items() if part in archive), "an archive without pictures of slides")
    raise UnsupportedDocument(f"the file is {seen}; a deck is PPTX, ODP, PDF, or pictures of slides")


def _office(archive: Archive) -> str:
    for part, what in _WORDS.items():
        if part in archive:
            raise UnsupportedDocument(f"the file is {what}, which is no slide deck: send PPTX, ODP or PDF")
    if b"presentationml" in archive.read("[Content_Types].xml"):
        return PPTX
    raise UnsupportedDocument("the file is an Office document, but no presentation: save it as PPTX")


def is_slide_picture(name: str) -> bool:
    """Whether a member of an archive is a picture that a person put there."""
    path = name.split("/")
    return bool(_PICTURE.search(name)) and not any(part.startswith((".", "__MACOSX")) for part in path)


def old_office(data: bytes) -> UnsupportedDocument:
    """Why a file in Microsoft's old container is not read: its directory tells what is in it, in UTF-16."""
    if "EncryptedPackage".encode("utf-16-le") in data or "EncryptionInfo".encode("utf-16-le") in data:
        return UnsupportedDocument("the deck is protected by a password; save it without one and send it again")
    if "PowerPoint Document".encode("utf-16-le") in data:
        return UnsupportedDocument("the deck is in PowerPoint's old format (.ppt); save it as PPTX and send it again")
    return UnsupportedDocument("the file is an old Office document, but no deck; save the deck as PPTX and send that")
