"""Labelled examples: texts with the label that a custom model shall give them, read strictly from JSON Lines."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundstone.errors import InvalidInput, LimitExceeded

MOST_EXAMPLES, MOST_LABELS = 100_000, 200
LONGEST_TEXT, LONGEST_LABEL = 20_000, 100  # characters
LARGEST_FILE = 512 << 20  # bytes
FORMS = (("text", "label"), ("prompt", "completion"))  # ours, and that of Bedrock's model customisation
HELD_OUT = 5  # one of so many examples is kept aside to test with


@dataclass(frozen=True, slots=True)
class Example:
    """A text and its label. ``line`` of the file it came from, or 0."""

    text: str
    label: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Examples:
    """Examples ready to train on: no text twice, sorted so that the order of the file does not matter.

    ``duplicates``: how many repeated a text with the same label. ``contradictions``: texts that came with several
    labels, each with those labels; none of them is kept.
    """

    items: tuple[Example, ...]
    duplicates: int = 0
    contradictions: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(sorted({item.label for item in self.items}))

    def counts(self) -> Counter[str]:
        return Counter(item.label for item in self.items)


def read_examples(path: Path) -> list[Example]:
    """Every line of a JSONL file: ``{"text": ..., "label": ...}`` or ``{"prompt": ..., "completion": ...}``.

    Raises InvalidInput, with the line, for anything else; LimitExceeded for a file over the limits.
    """
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise LimitExceeded(f"{path} is larger than {LARGEST_FILE >> 20} MB; train on a sample of it")
        data = path.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{path} cannot be read: {error}") from None
    return decode_examples(data, str(path))


def decode_examples(data: bytes, where: str) -> list[Example]:
    """The lines of a JSONL file that was read already. ``where`` names it in errors."""
    try:
        lines = data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise InvalidInput(f"{where} cannot be read as UTF-8 text: {error}") from None
    return parse_examples(lines, where)


def parse_examples(lines: Iterable[str], where: str = "the examples") -> list[Example]:
    found = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            found.append(_example(line, number, where))
        if len(found) > MOST_EXAMPLES:
            raise LimitExceeded(f"{where}: more than {MOST_EXAMPLES:,} examples; train on a sample of them")
    return found


def prepared(examples: Iterable[Example]) -> Examples:
    """Without repeated and contradicting texts. Raises InvalidInput for fewer than 2 labels, or 2 texts of one."""
    by_text: dict[str, list[Example]] = defaultdict(list)
    for example in examples:
        by_text[same(example.text)].append(example)
    kept, doubts, duplicates = [], [], 0
    for group in by_text.values():
        labels = sorted({item.label for item in group})
        if len(labels) > 1:
            doubts.append((group[0].text, tuple(labels)))
        else:
            kept.append(group[0])
            duplicates += len(group) - 1
    made = Examples(tuple(sorted(kept, key=lambda item: digest(item.text))), duplicates, tuple(doubts))
    _check(made)
    return made


def split(examples: Examples) -> tuple[list[Example], list[Example]]:
    """To train on, and to test with: one in five of each label, at least one; the same ones each time."""
    train: list[Example] = []
    held: list[Example] = []
    for label in examples.labels:
        own = [item for item in examples.items if item.label == label]
        aside = max(1, len(own) // HELD_OUT)
        held += own[:aside]
        train += own[aside:]
    return train, held


def same(text: str) -> str:
    """Equal for texts that differ only in case and spaces."""
    return " ".join(text.casefold().split())


def digest(text: str) -> str:
    return hashlib.sha256(same(text).encode("utf-8", "surrogatepass")).hexdigest()


def _example(line: str, number: int, where: str) -> Example:
    place = f"{where}, line {number}"
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        raise InvalidInput(f"{place}: this is no JSON; each line is an object such as {_shown()}") from None
    text, label = _fields(entry, place)
    return Example(_text(text, place), _label(label, place), number)


def _fields(entry: Any, place: str) -> tuple[Any, Any]:
    for text, label in FORMS:
        if isinstance(entry, dict) and text in entry and label in entry:
            extra = sorted(set(entry) - {text, label})
            if extra:
                raise InvalidInput(f"{place}: unknown entry {extra[0]!r}; there are {text!r} and {label!r}")
            return entry[text], entry[label]
    raise InvalidInput(f"{place}: an example is an object such as {_shown()}")


def _shown() -> str:
    return " or ".join(json.dumps(dict.fromkeys(form, "...")) for form in FORMS)


def _text(text: Any, place: str) -> str:
    if not isinstance(text, str) or not text.strip() or any("\ud800" <= sign <= "\udfff" for sign in text):
        raise InvalidInput(f"{place}: the text must be words, not {text!r:.40}")
    if len(text) > LONGEST_TEXT:
        raise InvalidInput(f"{place}: the text has {len(text):,} characters; at most {LONGEST_TEXT:,} are read")
    return text.strip()


def _label(label: Any, place: str) -> str:
    if not isinstance(label, str) or not label.strip() or not label.strip().isprintable():
        raise InvalidInput(f"{place}: the label must be one line of words, not {label!r:.40}")
    if len(label.strip()) > LONGEST_LABEL:
        raise InvalidInput(f"{place}: the label has {len(label):,} characters; at most {LONGEST_LABEL} are allowed")
    return label.strip()


def _check(examples: Examples) -> None:
    counts = examples.counts()
    if len(counts) < 2:
        raise InvalidInput(f"a classifier needs at least 2 labels; there are {len(counts)} after taking out repeats")
    if len(counts) > MOST_LABELS:
        raise LimitExceeded(f"there are {len(counts)} labels; at most {MOST_LABELS} are supported")
    rare = sorted(label for label, count in counts.items() if count < 2)
    if rare:
        raise InvalidInput(f"every label needs at least 2 different examples; too few of: {', '.join(rare[:10])}")


def folds(labels: Sequence[int], count: int) -> list[list[int]]:
    """Rows in ``count`` parts with about as many of each label in every part."""
    parts: list[list[int]] = [[] for _ in range(count)]
    turn: Counter[int] = Counter()
    for row, label in enumerate(labels):
        parts[(turn[label] + label) % count].append(row)
        turn[label] += 1
    return parts
