"""A small network that reads a page for questions: all-MiniLM-L6-v2, taught where words stand on forms.

Every word of the page becomes a vector that knows the words around it (a word right of "Check-in" is a date of
arrival), every question a vector too, and a last layer tells for each word how likely the answer begins or ends there.
The page is worked through once for all of its questions. Places in the attention are an idea of LayoutLMv2 (Xu et al.
2021, arXiv:2012.14740), vectors that meet late one of ColBERT (Khattab and Zaharia 2020, arXiv:2004.12832).

``pagereader.npz`` holds what tools/train_page_reader.py changed in the weights of all-MiniLM-L6-v2, and its new layers.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any, cast
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from groundstone.errors import WeightsCorrupt
from groundstone.models.base import PageWords, Vectors
from groundstone.models.minilm import MODEL_NAME
from groundstone.models.pagereader_graph import build
from groundstone.models.pagereader_places import SIZES, places, relations
from groundstone.models.runtime import model_file, session, tokenizer
from groundstone.models.tensors import TensorFile
from groundstone.models.threads import thread_count

MOST_TOKENS = 480  # of one look at a page
OF_WORD = 6  # tokens of a word that are looked at
OF_QUESTION = 40
FIRST, LAST, UNKNOWN = 101, 102, 100  # tokens of the model
NEVER = -1e4
MEND = "install the package again, or train them with tools/train_page_reader.py"
OVERLAP = 0.25  # of the words of one look that the next one sees again

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Tokens:
    """The words ``start`` to ``end`` (not itself) of a page as tokens; ``owners``: the word of each token, or -1."""

    ids: Ints
    owners: Ints
    start: int
    end: int


class PageReader:
    """Reads pages with the weights of MiniLM in ``folder``. Safe to share between threads; loads at its first use."""

    def __init__(self, folder: Path, changes: Path | None = None, threads: int | None = None) -> None:
        self._folder, self._changes, self._threads = folder, changes, thread_count(threads)
        self._loading = threading.Lock()

    def read_page(self, page: PageWords, questions: Sequence[str]) -> Vectors:
        """For each question the logarithms of the odds that the answer begins, and ends, at each word.

        An array (questions, words, 2); 0 is as likely as no answer on the page at all. Where a page is too long for
        one look, that of each word in which it does best.
        """
        best = np.full((len(questions), len(page.texts), 2), NEVER, np.float32)
        if not len(questions) or not len(page.texts):
            return best
        asked = [self._asked(question) for question in questions]
        for some in self.tokens(page.texts):
            words, whole = self._look(page, some)
            for k, question in enumerate(asked):
                inside = best[k, some.start : some.end]
                np.maximum(inside, self._head(words, whole, question), out=inside)
        return best

    def tokens(self, texts: Sequence[str]) -> list[Tokens]:
        """The looks that are needed to see all words; every look begins where a quarter of the last one is left."""
        ids = [encoding.ids[1:-1][:OF_WORD] or [UNKNOWN] for encoding in self._tokenizer.encode_batch(list(texts))]
        return list(_looks(ids))

    def question(self, text: str) -> list[int]:
        """The tokens of a question."""
        return list(self._tokenizer.encode(text).ids[:OF_QUESTION])

    def _look(self, page: PageWords, some: Tokens) -> tuple[Vectors, Vectors]:
        """Vectors of the words of one look, and that of all of it."""
        part = page.part(some.start, some.end)
        weights, there = self._weights, some.owners >= 0
        owners = np.where(there, some.owners, 0)
        marks = np.where(there[:, None], places(part)[owners], 0)
        ticks = np.where(there, part.ticks[owners], 0)
        states = weights.word(some.ids) + weights["pos"][: len(some.ids)] + weights["kind"][0]
        for name, steps in zip(("across", "down", "tall"), marks.T, strict=True):
            states = states + weights[name][steps]
        states = weights.normalised(states + weights["tick"][ticks])
        bias = sum(
            weights[f"bias_{name}"][_spread(steps, owners, there, SIZES[name] - 1)]
            for name, steps in relations(part).items()
        )
        found = self._run(states, np.asarray(bias, np.float32).transpose(2, 0, 1))
        counts = np.bincount(some.owners[there])
        summed = np.add.reduceat(found[1:-1], np.concatenate([[0], np.cumsum(counts)[:-1]]))
        return np.asarray(summed / counts[:, None], np.float32), found[0]

    def _asked(self, question: str) -> Vectors:
        ids = np.array(self.question(question))
        weights = self._weights
        states = weights.normalised(weights.word(ids) + weights["pos"][: len(ids)] + weights["kind"][1])
        found = self._run(states, np.zeros((12, len(ids), len(ids)), np.float32))
        return cast("Vectors", found.mean(axis=0))

    def _run(self, states: Vectors, bias: Vectors) -> Vectors:
        (found,) = self._session.run(None, {"states": states[None].astype(np.float32), "bias": bias[None]})
        return cast("Vectors", found[0])

    def _head(self, words: Vectors, whole: Vectors, question: Vectors) -> Vectors:
        """(words, 2): odds against no answer."""
        w = self._weights
        mixed = w.linear("A", words) + w.linear("B", question) + w.linear("P", words) * w.linear("R", question)
        logits = w.linear("head", _gelu(mixed))
        met = w.linear("dot", words).reshape(len(words), 2, -1) * w.linear("dotq", question).reshape(2, -1)
        none = w.linear("null2", _gelu(w.linear("null0", np.concatenate([whole, question]))))
        return cast("Vectors", logits + met.sum(axis=-1) - none)

    @property
    def _session(self) -> Any:
        with self._loading:
            return self._loaded

    @cached_property
    def _loaded(self) -> Any:
        return session(build(self._weights.block), self._folder, self._threads)

    @cached_property
    def _weights(self) -> Weights:
        return Weights(TensorFile(self._file("model.safetensors")), self._changes)

    @cached_property
    def _tokenizer(self) -> Any:
        return tokenizer(self._file("tokenizer.json"))

    def _file(self, name: str) -> Path:
        return model_file(self._folder, name, MODEL_NAME)


class Weights:
    """The weights of MiniLM with the changes; those of linear layers are 8-bit steps, one size for each row."""

    def __init__(self, base: TensorFile, changes: Path | None) -> None:
        self._base = base
        source = changes or files("groundstone.models") / "pagereader.npz"
        self._changes: dict[str, Vectors]
        try:
            with source.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                self._changes = {name: arrays[name].astype(np.float32) for name in arrays.files}
        except (ValueError, EOFError, BadZipFile) as error:
            raise WeightsCorrupt(f"the weights of the page reader cannot be read ({error}); {MEND}") from error

    def __getitem__(self, name: str) -> Vectors:
        if name not in self._changes:
            raise WeightsCorrupt(f"the weights of the page reader lack {name}; {MEND}")
        return self._changes[name]

    def word(self, ids: Ints) -> Vectors:
        return np.asarray(self._base["embeddings.word_embeddings.weight"][ids], np.float32)

    def linear(self, name: str, states: Vectors) -> Vectors:
        return np.asarray(states @ self[f"{name}.weight"].T + self[f"{name}.bias"], np.float32)

    def normalised(self, states: Vectors) -> Vectors:
        middle = states - states.mean(axis=-1, keepdims=True)
        spread = np.sqrt((middle**2).mean(axis=-1, keepdims=True) + 1e-12)
        return cast("Vectors", middle / spread * self["norm.weight"] + self["norm.bias"])

    def block(self, number: int, name: str) -> tuple[Vectors, Vectors]:
        """Weight and bias of a layer of block ``number``: "qkv", "out", "up", "down"; of the norms "n1" and "n2"."""
        key = f"blocks.{number}.{name}"
        if name in ("n1", "n2"):
            return self[f"{key}.weight"], self[f"{key}.bias"]
        stored = np.concatenate([self._base[f"encoder.layer.{number}.{part}.weight"] for part in STORED[name]])
        return stored + self[f"{key}.steps"] * self[f"{key}.size"][:, None], self[f"{key}.bias"]


STORED = {
    "qkv": tuple(f"attention.self.{part}" for part in ("query", "key", "value")),
    "out": ("attention.output.dense",),
    "up": ("intermediate.dense",),
    "down": ("output.dense",),
}  # names in the file of the model


def _looks(ids: Sequence[Sequence[int]]) -> Iterator[Tokens]:
    start = 0
    while start < len(ids):
        end, count = start, 2
        while end < len(ids) and count + len(ids[end]) <= MOST_TOKENS:
            count += len(ids[end])
            end += 1
        words = ids[start:end]
        owners = [-1, *(k for k, word in enumerate(words) for _ in word), -1]
        tokens = [FIRST, *(token for word in words for token in word), LAST]
        yield Tokens(np.array(tokens), np.array(owners), start, end)
        start = end if end == len(ids) else end - int((end - start) * OVERLAP)


def _spread(steps: Ints, owners: Ints, there: NDArray[np.bool_], none: int) -> Ints:
    """Steps between words as steps between their tokens; ``none`` for tokens that are of no word."""
    spread = steps[np.ix_(owners, owners)]
    spread[~there] = none
    spread[:, ~there] = none
    return spread


def _gelu(values: Vectors) -> Vectors:
    """Hendrycks and Gimpel 2016 (arXiv:1606.08415); the error function as Abramowitz and Stegun 7.1.26, to 2e-7."""
    size = np.abs(values) / np.sqrt(2)
    t = 1 / (1 + 0.3275911 * size)
    rest = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(values) * (1 - rest * np.exp(-size * size))
    return np.asarray(0.5 * values * (1 + erf), np.float32)
