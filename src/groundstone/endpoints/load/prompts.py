"""Prompts of a wanted length, each one different from the others where it counts."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

from groundstone.endpoints.load.wires import Ask
from groundstone.errors import InvalidInput

CountTokens = Callable[[str], int]
WORDS = (
    "river stone window letter garden morning paper silver bridge winter market doctor island engine story corner "
    "summer village answer ticket camera butter number yellow forest harbor kitchen lesson mirror needle office pencil"
).split()
MOST = 1_000_000


def prompts(
    read: int, write: int, *, seed: int = 0, shared: int = 0, tokens: CountTokens | None = None, ratio: float = 1.0
) -> Iterator[Ask]:
    """Requests without end, each of ``read`` tokens that are to be answered by ``write``.

    ``shared``: tokens at the beginning that all have in common (a system prompt); what follows begins differently for
    each, so that nothing else comes from a cache. ``tokens`` counts exactly; without it a word is ``ratio`` tokens.
    Raises InvalidInput.
    """
    if not (1 <= read <= MOST and 1 <= write <= MOST and 0 <= shared <= read):
        raise InvalidInput("a request reads and writes at least one token, and shares no more than it reads")
    drawn = random.Random(seed)
    prefix = _of_length(random.Random(1), shared, tokens, ratio) if shared else ""

    def made() -> Iterator[Ask]:
        while True:
            rest = _of_length(drawn, read - shared, tokens, ratio) if read > shared else ""
            yield Ask(f"{prefix} {rest}".strip(), write)

    return made()


def _of_length(drawn: random.Random, length: int, tokens: CountTokens | None, ratio: float) -> str:
    """Words by chance that are so many tokens: exactly when they can be counted."""
    words = [drawn.choice(WORDS) for _ in range(max(1, round(length / ratio)))]
    if tokens is None:
        return " ".join(words)
    for _ in range(20):  # each turn comes nearer: a word more or less changes the count by a few tokens
        count = tokens(" ".join(words))
        if count == length:
            break
        if count < length:
            words += [drawn.choice(WORDS) for _ in range(max(1, (length - count) // 2))]
        else:
            del words[-max(1, (count - length) // 2) :]
    return " ".join(words)
