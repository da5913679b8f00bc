"""The requests of a plan: made prompts, those of a file, or those of a trace."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from groundstone.endpoints.load.datasets import Entry, asks_of, read_prompts
from groundstone.endpoints.load.heard import Ask
from groundstone.endpoints.load.plan import Plan
from groundstone.endpoints.load.prompts import Lengths, prompts
from groundstone.endpoints.load.traces import BLOCK, Arrival, read_trace
from groundstone.endpoints.load.vocabulary import PLAIN, Vocabulary


@dataclass(frozen=True, slots=True)
class Payloads:
    """What a plan's files hold, read once; and the words of which prompts are made."""

    plan: Plan
    words: Vocabulary = PLAIN
    entries: tuple[Entry, ...] = ()
    arrivals: tuple[Arrival, ...] = ()

    @classmethod
    def of(cls, plan: Plan, words: Vocabulary = PLAIN) -> Payloads:
        """Raises InvalidInput for files that are none."""
        entries = read_prompts(Path(plan.data)) if plan.data else ()
        return cls(plan, words, entries, read_trace(Path(plan.trace)) if plan.trace else ())

    def asks(self, seed: int, first: int = 0, every: int = 1) -> Iterator[Ask]:
        """Without end. ``first``, ``every``: which entries of the file are those of one of several processes."""
        read, write = Lengths.of(self.plan.read), Lengths.of(self.plan.write)
        if self.entries:
            return asks_of(self.entries, write, self.words, seed if self.plan.seed else 0, first, every)
        made = prompts(read, write, seed=seed, shared=self.plan.shared, words=self.words)
        return _as_it_was(self.arrivals, made, self.words, seed) if self.arrivals else made


def _as_it_was(arrivals: Sequence[Arrival], made: Iterator[Ask], words: Vocabulary, seed: int) -> Iterator[Ask]:
    """Lengths of the trace where it has them; its blocks of text shared as they were."""
    drawn = random.Random(seed)
    for one in arrivals:
        usual = next(made)
        if not one.read:
            yield Ask(usual.prompt, one.write or usual.output_tokens, (), usual.input_tokens)
            continue
        text = _blocks(one, words) if one.blocks else words.text(drawn, one.read)
        yield Ask(text, one.write or usual.output_tokens, (), one.read)


def _blocks(one: Arrival, words: Vocabulary) -> str:
    """Each block's words follow from its number, so that equal numbers are equal texts."""
    left, parts = one.read, []
    for place, number in enumerate(one.blocks):
        size = min(BLOCK, left)
        if size <= 0:
            break
        parts.append(words.text(random.Random(number), size, begins=place == 0))
        left -= size
    return " ".join(parts)


def as_told(words: Vocabulary) -> dict[str, Any]:
    """For a process of one's own."""
    return asdict(words)


def of_told(told: Mapping[str, Any]) -> Vocabulary:
    costs = tuple((str(word), int(cost)) for word, cost in told["costs"])
    return Vocabulary(costs, tuple(told["firsts"]), told["overhead"], told["way"], told["exact"])
