"""Words whose tokens are known, out of which prompts of exactly so many tokens are made without asking anyone again.

Tokenizers cut a common word with the space before it into the same tokens wherever it stands. That is found out with a
few questions to whoever counts, checked on whole prompts, and only then relied upon.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

WORDS = (
    "river stone window letter garden morning paper silver bridge winter market doctor island engine story corner "
    "summer village answer ticket camera butter number yellow forest harbor kitchen lesson mirror needle office pencil"
).split()
COUNTED = 4  # times that a word stands in the text by which its tokens are found
Counting = Callable[[str], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``costs``: words and their tokens. ``firsts``: those that may begin a prompt. ``overhead``: tokens of a request
    beside its words (the form of a chat). ``way``: who counts, in words. ``exact``: whether it was checked.
    """

    costs: tuple[tuple[str, int], ...] = tuple((word, 1) for word in WORDS)
    firsts: tuple[str, ...] = tuple(WORDS)
    overhead: int = 0
    way: str = "words: each is taken for a token"
    exact: bool = False

    def text(self, drawn: random.Random, tokens: int, *, begins: bool = True) -> str:
        """Words by chance of so many tokens; ``begins``: they are the first ones, so the overhead is among them."""
        left = tokens - (self.overhead if begins else 0)
        found: list[str] = []
        if begins:
            found.append(drawn.choice(self.firsts))
            left -= dict(self.costs)[found[0]]
        if left > 0 and all(cost == 1 for _, cost in self.costs):
            found += drawn.choices([word for word, _ in self.costs], k=left)
        else:
            found += self._fitting(drawn, left)
        return " ".join(found)

    def _fitting(self, drawn: random.Random, left: int) -> list[str]:
        found: list[str] = []
        while True:
            fitting = [(word, cost) for word, cost in self.costs if cost <= left]
            if not fitting:
                return found
            word, cost = drawn.choice(fitting)
            found.append(word)
            left -= cost

    def tokens(self, text: str) -> int:
        """Of a text of these words."""
        known = dict(self.costs)
        return self.overhead + sum(known.get(word, 1) for word in text.split())


PLAIN = Vocabulary()


async def learned(count: Counting, way: str, *, firsts: int = 8) -> Vocabulary:
    """The vocabulary of whoever counts. ``count`` gives the tokens of a whole request with this text."""
    begin = " ".join(WORDS[:2])
    base = await count(begin)
    if await count(" ".join((begin, *WORDS[2:]))) - base == len(WORDS) - 2:
        costs = tuple((word, 1) for word in WORDS)  # no word has less than one
    else:
        found = await asyncio.gather(*(_cost(count, begin, base, word) for word in WORDS))
        costs = tuple(zip(WORDS, found, strict=True))
    known = dict(costs)
    rest = WORDS[-2:]
    starts = WORDS[:firsts]
    whole = await asyncio.gather(*(count(" ".join((word, *rest))) for word in starts))
    overheads = [
        tokens - known[word] - sum(known[one] for one in rest) for word, tokens in zip(starts, whole, strict=True)
    ]
    overhead = Counter(overheads).most_common(1)[0][0]
    same = tuple(word for word, found in zip(starts, overheads, strict=True) if found == overhead)
    made = Vocabulary(costs, same, overhead, way)
    return Vocabulary(costs, same, overhead, way, await _is_exact(count, made, (64, 300)))


async def _cost(count: Counting, begin: str, base: int, word: str) -> int:
    return max(1, round((await count(" ".join((begin, *[word] * COUNTED))) - base) / COUNTED))


async def _is_exact(count: Counting, made: Vocabulary, lengths: Sequence[int]) -> bool:
    drawn = random.Random(0)
    texts = [made.text(drawn, made.overhead + length) for length in lengths]
    found = await asyncio.gather(*map(count, texts))
    return all(made.tokens(text) == tokens for text, tokens in zip(texts, found, strict=True))
