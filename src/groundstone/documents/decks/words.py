"""Text of a file as the text of a paragraph: blanks in order, bullets that were typed recognised."""

from __future__ import annotations

import re
import unicodedata

_BLANKS = re.compile(r"[ \t\r\f\xa0]+")
_BREAKS = re.compile(r"\r\n|[\n\v\x1c\x1d\x1e\x85\u2028\u2029]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # how Office writes control characters into XML
_TYPED = re.compile(r"^[•‣▪▫◦●○■□➢➤►▸·∙⁃\uf0a7\uf0b7\uf076\uf0d8]\s*(?=\S)|^[-–—*]\s+(?=[^\W\d])")


def tidy(text: str) -> str:
    """Lines without blanks at their ends and single blanks within; other characters stay, in every script.

    >>> tidy("Net  sales\\v 2023 ")
    'Net sales\\n2023'
    """
    text = _ESCAPED.sub(_unescaped, text) if "_x" in text else text
    lines = (_BLANKS.sub(" ", line).strip(" ") for line in _BREAKS.split(text))
    return "\n".join(line for line in lines if line)


def one_line(text: str) -> str:
    return tidy(text).replace("\n", " ")


def without_mark(text: str) -> tuple[str, bool]:
    """A paragraph without the bullet that someone typed before it, and whether there was one."""
    rest = _TYPED.sub("", text, count=1)
    return rest, rest != text


def width(text: str) -> float:
    """About how wide a text is in units of its height: letters of Latin take a half, those of East Asia all."""
    return sum(1.0 if unicodedata.east_asian_width(letter) in "WF" else 0.5 for letter in text)


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    if code in (0x0A, 0x0B, 0x0D):
        return "\n"
    return "" if code < 0x20 or 0xD800 <= code < 0xE000 else match[0] if code > 0x7E else chr(code)
