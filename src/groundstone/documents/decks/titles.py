"""What a slide is called."""

from __future__ import annotations

from groundstone.documents.decks.base import Slide

LONGEST = 120  # characters of a title that was only guessed


def title_of(slide: Slide) -> str:
    """Its title; without one, its first short words that are neither footer nor notes."""
    for element in slide.elements:
        if element.kind == "title" and element.text.strip():
            return " ".join(element.text.split())
    for element in slide.elements:
        if element.kind in ("notes", "footer"):
            continue
        for paragraph in element.paragraphs:
            words = " ".join(paragraph.text.split())
            if any(character.isalpha() for character in words):
                return words if len(words) <= LONGEST else ""
    return ""
