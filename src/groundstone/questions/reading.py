"""The state of understanding one question: its tokens, which are explained, and the items found so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from groundstone.filters import Filter, Not, Sort
from groundstone.questions.lexicon import Lexicon
from groundstone.questions.names import ARTICLES, Mention
from groundstone.questions.query import Chip, ChipKind, Query
from groundstone.questions.vocabulary import Vocabulary
from groundstone.questions.words import STOP, Token, joined

NEGATORS = frozenset(
    "outside besides nothing none neither not no without except excluding non isnt arent never nor dont avoid minus "
    "wasnt werent but_not".split()
)
HIGH = frozenset(["highest", "most", "maximum", "max", "largest", "biggest", "top", "greatest"])
LOW = frozenset(["lowest", "least", "minimum", "min", "smallest", "fewest"])
CONNECTORS = frozenset(["and", "or", ",", "nor", "/", "plus", "&"])


@dataclass(slots=True)
class Item:
    """Something understood at tokens[start:end]: a filter, a sort, or a stated meaning."""

    start: int
    end: int
    kind: ChipKind
    field: str
    label: str
    where: Filter | None = None
    sort: Sort | None = None
    note: str = ""
    value: str = ""
    negated: bool = False
    limit: int | None = None
    offset: int = 0

    def chip(self) -> Chip:
        where = Not(self.where) if self.negated and self.where is not None else self.where
        return Chip(self.kind, f"not {self.label}" if self.negated else self.label, where, self.sort, self.note)


@dataclass(slots=True)
class Reading:
    """One question being read. ``previous`` and ``shown`` come from the conversation."""

    tokens: tuple[Token, ...]
    lexicon: Lexicon
    vocabulary: Vocabulary
    previous: Query | None = None
    shown: tuple[str, ...] = ()
    recent: tuple[str, ...] = ()
    used: list[bool] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)
    mentions: list[Mention] = field(default_factory=list)
    subjects: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    about: int = 0  # where a description of content begins ("films about ..."), or 0

    def __post_init__(self) -> None:
        self.used = [False] * len(self.tokens)

    def use(self, start: int, end: int) -> None:
        for at in range(start, end):
            self.used[at] = True

    def free(self, start: int, end: int) -> bool:
        return not any(self.used[start:end])

    def word(self, at: int) -> str:
        return self.tokens[at].folded if 0 <= at < len(self.tokens) else ""

    def words(self) -> list[str]:
        return [token.folded for token in self.tokens]

    def text(self, start: int, end: int) -> str:
        return joined(self.tokens, start, end)

    def starts(self, *phrases: str) -> bool:
        whole = " ".join(self.words())
        return any(whole == phrase or whole.startswith(phrase + " ") for phrase in phrases)

    def has(self, *phrases: str) -> bool:
        whole = f" {' '.join(self.words())} "
        return any(f" {phrase} " in whole for phrase in phrases)

    def add(self, item: Item) -> None:
        self.items.append(item)
        self.use(item.start, item.end)

    def left_word(self, at: int, skip: Sequence[str] = ("the", "a", "an", "any")) -> tuple[str, int]:
        """The nearest word before ``at`` that is not skipped, with its position (-1 when there is none)."""
        at -= 1
        while at >= 0 and self.tokens[at].folded in skip:
            at -= 1
        return (self.word(at), at) if at >= 0 else ("", -1)

    def tagged(self) -> set[int]:
        """Positions of words that together are a keyword, so that each of them carries meaning: "feel good"."""
        return {
            at
            for mention in self.mentions
            if mention.length > 1 and mention.of([self.lexicon.theme_field or ""])
            if self.word(mention.start) not in ARTICLES and self.free(mention.start, mention.end)
            for at in range(mention.start, mention.end)
        }

    def rest(self) -> list[Token]:
        """Tokens that nothing has explained and that carry meaning."""
        tagged = self.tagged()
        return [
            token
            for at, token in enumerate(self.tokens)
            if not self.used[at]
            and not ((self.items or at < self.about) and token.folded in self.lexicon.fillers)
            and token.text not in ",/+<>="
            and (at in tagged or (token.folded not in STOP and len(token.folded) > 1))
        ]
