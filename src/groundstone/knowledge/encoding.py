"""Bytes to text, saying which encoding was found and when it was a guess."""

from __future__ import annotations

import codecs

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that of UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
GUESSED = "not UTF-8; read as Windows-1252"


def detect(head: bytes) -> str:
    """Encoding of a text by its first bytes: that of its byte order mark, else "utf-8"."""
    return next((name for mark, name in _MARKS if head.startswith(mark)), "utf-8")


def decode(data: bytes) -> tuple[str, str | None]:
    """The text with Unix newlines, and a note when its encoding was guessed.

    Raises ValueError when the bytes are not text.
    """
    encoding = detect(data)
    if encoding in ("utf-8", "utf-8-sig") and b"\0" in data:
        raise ValueError("it is binary, not text")
    try:
        return _unix(data.decode(encoding)), None
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise ValueError(f"it begins like {encoding} but is damaged") from None
    return _unix(_windows(data)), GUESSED


def _windows(data: bytes) -> str:
    """Windows-1252; its five unassigned bytes become the control characters that browsers make of them."""
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return "".join(
            chr(byte) if byte in b"\x81\x8d\x8f\x90\x9d" else bytes([byte]).decode("cp1252") for byte in data
        )


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")
