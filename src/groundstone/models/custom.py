"""A custom model at work: it gives texts their labels, and speaks as a chat model under its own name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from groundstone.errors import ConfigError, InvalidInput, WeightsCorrupt, WrongModel
from groundstone.identity import Principal
from groundstone.models.base import DEFAULTS, Chat, ChatOptions, Delta, Embed, Message, Vectors
from groundstone.models.custom_fewshot import FewShot
from groundstone.models.custom_files import CustomModel, damaged, verify
from groundstone.models.custom_head import Head, Numbers
from groundstone.models.similarity import windows
from groundstone.models.tensors import TensorFile, write_tensors
from groundstone.records import Usage

ARRAYS, EXAMPLES = "arrays.safetensors", "examples.json"
BATCH = 128  # pieces of text that are embedded between two looks whether to go on


@dataclass(frozen=True, slots=True)
class Labels:
    """What a classifier says of one text: the likeliest label, its probability, and those of all labels."""

    label: str
    probability: float
    scores: Mapping[str, float]


class Judge(Protocol):
    """A trained method."""

    def judge(self, texts: Sequence[str], vectors: Vectors) -> Numbers:
        """Probabilities of shape (len(texts), labels)."""
        ...

    def write(self, folder: Path) -> None: ...


@dataclass(frozen=True, slots=True)
class HeadJudge:
    """By logistic regression on the vectors."""

    head: Head

    def judge(self, texts: Sequence[str], vectors: Vectors) -> Numbers:
        return self.head.probabilities(vectors)

    def write(self, folder: Path) -> None:
        write_tensors(folder / ARRAYS, {"weights": self.head.weights, "bias": self.head.bias})


@dataclass(frozen=True, slots=True)
class FewShotJudge:
    """By a chat model, which gives no probabilities: the label that it gives gets the share of times it was right."""

    shots: FewShot
    trust: tuple[float, ...]

    def judge(self, texts: Sequence[str], vectors: Vectors) -> Numbers:
        given = [self.shots.choose(text, vector) for text, vector in zip(texts, vectors, strict=True)]
        return np.stack([spread(label, self.trust) for label in given])

    def write(self, folder: Path) -> None:
        write_tensors(folder / ARRAYS, {"vectors": self.shots.vectors})
        entries = {"texts": self.shots.texts, "targets": self.shots.targets}
        (folder / EXAMPLES).write_text(json.dumps(entries, ensure_ascii=False), "utf-8")


class Classifier:
    """A custom model, loaded and verified.

    Args:
        embed: the embedding model that it was trained with.
        chat: the chat model of a few-shot model.

    Raises WeightsCorrupt for a file that changed, ConfigError when a model that it needs is not the right one.
    """

    def __init__(self, model: CustomModel, embed: Embed, chat: Chat | None = None) -> None:
        if embed.name != model.embed:
            raise ConfigError(
                f"{model.name} was trained on vectors of {model.embed}, not of {embed.name}; train it again"
            )
        verify(model)
        self.model, self.embed = model, embed
        self._judge = _loaded(model, chat)

    def asking(self, chat: Chat) -> Classifier:
        """The same with another object for the chat model of a few-shot model: one on another caller's account."""
        made = copy(self)
        if isinstance(self._judge, FewShotJudge):
            made._judge = replace(self._judge, shots=replace(self._judge.shots, chat=chat))
        return made

    def classify(self, texts: Sequence[str]) -> list[Labels]:
        """One answer for each text, in their order. Raises InvalidInput for a text without words."""
        if isinstance(texts, str) or not all(isinstance(text, str) and text.strip() for text in texts):
            raise InvalidInput("classify takes a list of texts, none of them empty")
        if not texts:
            return []
        rows = self._judge.judge(texts, vectors_of(self.embed, texts))
        return [_labels(self.model.labels, row.tolist()) for row in rows]


class ClassifierChat:
    """A classifier as a chat model: its reply to the last user message is the label, whole, and nothing else.

    The temperature and other settings of chance change nothing.

    Args:
        find: gives the classifier; asked at each call, so that a model that was trained anew is used at once.
        of: the same on the account of a caller.
    """

    def __init__(
        self, name: str, find: Callable[[], Classifier], of: Callable[[Principal], Classifier] | None = None
    ) -> None:
        self.name, self._find, self._of = name, find, of

    def on_account(self, caller: Principal) -> ClassifierChat:
        """The same, where a chat model that it asks is used on the caller's account and within their limits."""
        return self if self._of is None else ClassifierChat(self.name, partial(self._of, caller))

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        """Raises InvalidInput without a text to classify, WrongModel for tools, a schema or pictures."""
        if options.schema is not None or options.tools:
            raise WrongModel(f"{self.name} is a classifier: it replies with a label, not by a schema or tools")
        return self._reply(self._find(), self._text(messages))

    def count_chat(self, messages: Sequence[Message]) -> int:
        """Tokens that the embedding model reads of the text."""
        return _tokens(self._find(), self._text(messages))

    def scores(self, text: str) -> Mapping[str, float]:
        """The probability of every label."""
        return self._find().classify([text])[0].scores

    def scores_counted(self, texts: Sequence[str]) -> tuple[list[Mapping[str, float]], int]:
        """The probability of every label for each text, and the tokens that the embedding model read."""
        classifier = self._find()
        found: list[Mapping[str, float]] = [each.scores for each in classifier.classify(texts)]
        return found, sum(_tokens(classifier, text) for text in texts)

    def _reply(self, classifier: Classifier, text: str) -> Iterator[Delta]:
        (found,) = classifier.classify([text])
        yield Delta(found.label)
        usage = Usage(_tokens(classifier, text), len(found.label.split()))
        yield Delta(usage=usage, stop_reason="stop", model=self.name)

    def _text(self, messages: Sequence[Message]) -> str:
        said = [message for message in messages if message.role == "user"]
        if not said or not said[-1].content.strip():
            raise InvalidInput(f"{self.name} classifies the last user message; there is none with words")
        if said[-1].pictures:
            raise WrongModel(f"{self.name} classifies texts, not pictures")
        return said[-1].content


def _tokens(classifier: Classifier, text: str) -> int:
    return classifier.embed.embed_counted(windows(text))[1]


def spread(label: int, trust: Sequence[float]) -> Numbers:
    """Probabilities when ``label`` was given: its trust, and the rest shared equally."""
    row = np.full(len(trust), (1 - trust[label]) / max(1, len(trust) - 1))
    row[label] = trust[label]
    return row


def vectors_of(embed: Embed, texts: Sequence[str], tick: Callable[[int, int], None] | None = None) -> Vectors:
    """Float32 (len(texts), dimensions), rows of length 1; a long text is the mean of its parts.

    ``tick`` is told the parts done and those to do; what it raises ends the work.
    """
    parts = [(row, part) for row, text in enumerate(texts) for part in windows(text)]
    sums = np.zeros((len(texts), embed.dimensions), np.float32)
    for start in range(0, len(parts), BATCH):
        if tick is not None:
            tick(start, len(parts))
        some = parts[start : start + BATCH]
        np.add.at(sums, [row for row, _ in some], embed.embed([part for _, part in some]))
    return np.asarray(sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12), np.float32)


def _labels(names: Sequence[str], row: Sequence[float]) -> Labels:
    best = max(range(len(names)), key=lambda number: row[number])
    return Labels(names[best], row[best], dict(zip(names, row, strict=True)))


def _loaded(model: CustomModel, chat: Chat | None) -> Judge:
    arrays = TensorFile(model.folder / ARRAYS)
    if model.method == "head":
        head = Head(arrays["weights"], arrays["bias"], model.temperature, model.penalty)
        if head.weights.shape[1:] != head.bias.shape or head.bias.shape != (len(model.labels),):
            raise WeightsCorrupt(f"the arrays of {model.name} do not fit its labels; train it again")
        return HeadJudge(head)
    if chat is None:
        raise ConfigError(f"{model.name} needs the chat model {model.chat}, which is not configured here")
    try:
        entries = json.loads((model.folder / EXAMPLES).read_text("utf-8"))
        texts, targets = tuple(entries["texts"]), tuple(entries["targets"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise damaged(model.folder, error) from None
    return FewShotJudge(FewShot(chat, model.labels, texts, targets, arrays["vectors"]), model.trust)
