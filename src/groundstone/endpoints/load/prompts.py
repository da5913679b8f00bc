"""Prompts of a wanted length, each one different from the others where it counts."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from groundstone.endpoints.load.heard import Ask
from groundstone.endpoints.load.vocabulary import PLAIN, WORDS, Vocabulary
from groundstone.errors import InvalidInput

CountTokens = Callable[[str], int]
MOST = 1_000_000
_LENGTHS = re.compile(r"(\d{1,7})(?:([-~])(\d{1,7}))?")


@dataclass(frozen=True, slots=True)
class Lengths:
    """How many tokens: always ``mean``; evenly from ``least`` to ``most``; or of a normal ``deviation``."""

    mean: int
    least: int
    most: int
    deviation: int = 0

    @classmethod
    def of(cls, text: str | int) -> Lengths:
        """256 is always 256, "128-512" evenly between, "256~64" normal with a deviation of 64. Raises InvalidInput."""
        found = _LENGTHS.fullmatch(str(text).strip())
        if found is None:
            raise InvalidInput(f"{str(text)[:40]!r} is no length; write 256, 128-512 or 256~64 (normal, deviation 64)")
        first, kind, second = int(found[1]), found[2], int(found[3] or 0)
        least, most = (first, second) if kind == "-" else (max(1, first - 3 * second), first + 3 * second)
        if not 1 <= least <= most <= MOST or first < 1:
            raise InvalidInput(f"a request reads and writes from 1 to {MOST} tokens, not {text}")
        return cls((least + most) // 2 if kind == "-" else first, least, most, second if kind == "~" else 0)

    def draw(self, drawn: random.Random) -> int:
        if self.deviation:
            return min(max(round(drawn.gauss(self.mean, self.deviation)), self.least), self.most)
        return drawn.randint(self.least, self.most) if self.most > self.least else self.mean


def prompts(
    read: int | Lengths, write: int | Lengths, *, seed: int = 0, shared: int = 0, tokens: CountTokens | None = None,
    words: Vocabulary = PLAIN,
) -> Iterator[Ask]:  # fmt: skip
    """Requests without end, each of ``read`` tokens that are to be answered by ``write``.

    ``shared``: tokens at the beginning that all have in common (a system prompt); what follows begins differently for
    each, so that nothing else comes from a cache. ``words``: those whose tokens are known; ``tokens``: counts instead,
    for tokenizers to which a word is not always the same. Raises InvalidInput.
    """
    reading, writing = (one if isinstance(one, Lengths) else Lengths.of(one) for one in (read, write))
    if not 0 <= shared <= reading.least:
        raise InvalidInput("a request reads and writes at least one token, and shares no more than it reads")
    drawn, common = random.Random(seed), random.Random(1)
    if tokens is None:
        prefix = words.text(common, shared) if shared else ""
    else:
        prefix = _of_length(common, shared, tokens) if shared else ""

    def made() -> Iterator[Ask]:
        while True:
            length = reading.draw(drawn)
            if tokens is not None:
                rest = _of_length(drawn, length - shared, tokens) if length > shared else ""
            else:
                rest = words.text(drawn, length - shared, begins=not shared) if length > shared else ""
            yield Ask(f"{prefix} {rest}".strip(), writing.draw(drawn), (), length)

    return made()


def _of_length(drawn: random.Random, length: int, tokens: CountTokens) -> str:
    """Words by chance that are so many tokens: each turn comes nearer, as a word changes the count by a few."""
    words = [drawn.choice(WORDS) for _ in range(max(1, length))]
    for _ in range(20):
        count = tokens(" ".join(words))
        if count == length:
            break
        if count < length:
            words += [drawn.choice(WORDS) for _ in range(max(1, (length - count) // 2))]
        else:
            del words[-max(1, (count - length) // 2) :]
    return " ".join(words)
