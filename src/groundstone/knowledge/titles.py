"""What a file is called: its own words, never what a browser or an office program wrote into its metadata."""

from __future__ import annotations

import re

LONGEST = 90  # characters of a line that may be a title
_JUNK = re.compile(
    r"\W*|untitled\W*\d*|(?:new )?document\W*\d*|about:blank|\w+://.*|.*\.[a-z][a-z0-9]{1,4}"
    r"|(?:microsoft )?(?:word|powerpoint|excel) ?[-\u2013].*|(?:slide|page|book) ?\d*",
    re.IGNORECASE | re.DOTALL,
)


def sound_title(metadata: str) -> str:
    """The title of a file's metadata; "" for a file name, an address or a program's placeholder."""
    title = " ".join(metadata.split())
    return "" if _JUNK.fullmatch(title) else title


def heading_line(text: str) -> str:
    """The first line of a text if it reads as a heading; "" otherwise."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    is_short = 3 <= len(line) <= LONGEST and len(line.split()) <= 12
    starts = line[:1].isupper() or line[:1].isdigit()
    return line if is_short and starts and any(map(str.isalpha, line)) and line[-1] not in ".,;:" else ""
