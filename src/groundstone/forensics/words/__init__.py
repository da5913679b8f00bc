"""What the words of a page tell of changes: amounts that do not add up, letters and lines unlike their neighbours."""

from __future__ import annotations

from groundstone.forensics.words.amounts import amounts as of_page

__all__ = ["of_page"]
