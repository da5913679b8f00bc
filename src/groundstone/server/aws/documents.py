"""Documents inside a prompt: their text, under their name, as the model gets it."""

from __future__ import annotations

from groundstone.errors import InvalidInput, UnreadableDocument

KINDS = ("pdf", "csv", "doc", "docx", "xls", "xlsx", "html", "txt", "md")
MOST_CHARACTERS = 2_000_000


def read(name: str, kind: str, data: bytes, where: str) -> str:
    """The text of a file; foreign formats are parsed in a limited child process. Raises InvalidInput.

    Args:
        kind: its ending without the dot: "pdf", "txt", ...
    """
    from groundstone.knowledge.parse import Parser

    try:
        with Parser() as parser:
            return parser.parse(f"document.{kind}", data).text
    except UnreadableDocument as error:
        raise InvalidInput(f"{where}: the document {name!r} cannot be read: {error}") from None


def shown(name: str, text: str, where: str, context: str = "") -> str:
    """How a document stands in the prompt. Raises InvalidInput when it is too long for any model."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidInput(f"{where}: the document {name!r} has {len(text):,} characters; {MOST_CHARACTERS:,} at most")
    about = f"{context}\n" if context else ""
    return f"Document {name!r}:\n{about}<document>\n{text}\n</document>"
