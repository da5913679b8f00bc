"""Text of the simulated engine: a token is a word with the blank before it, so that everyone can count."""

from __future__ import annotations

import random
import zlib

WORDS = (
    "the of and to in a is that for it as was with be by on not he his but at are this have from or had an they which "
    "one you were all her she there would their we him been has when who will no more if out so up said what its about "
    "than into them can only other time new some could these two may first then do any like my now over such our man "
    "even most made after also well way down should because each just those people how too little state good very make"
).split()


def count(text: str) -> int:
    """Tokens of a text: its words."""
    return len(text.split())


def reply(prompt: str, seed: int = 0) -> random.Random:
    """What draws the words of a reply: the same prompt and seed give the same words."""
    return random.Random(zlib.crc32(prompt.encode(errors="replace")) ^ seed)


def word(drawn: random.Random, first: bool) -> str:
    """The next token."""
    chosen = drawn.choice(WORDS)
    return chosen if first else f" {chosen}"
