"""all-MiniLM-L6-v2 on the processor, by onnxruntime: 384 dimensions, at most 256 tokens of each text."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from groundstone.errors import ConfigError, InvalidInput, ModelError
from groundstone.models.base import Vectors
from groundstone.models.minilm_graph import WIDTH, Precision, build
from groundstone.models.runtime import model_file, session, tokenizer
from groundstone.models.tensors import TensorFile
from groundstone.models.threads import thread_count

MODEL_NAME = "all-minilm-l6-v2"
MAX_TOKENS = 256
PREFIX = 4096  # characters that nearly always hold more than MAX_TOKENS
LONGEST_WORD = 128  # characters; the tokenizer gives up on words of more than 100
BATCH_TOKENS = 512
REMEMBERED = 256  # single texts whose vectors are kept
PROBE = "The quick brown fox jumps over the lazy dog, and 27 others watch it from the old stone wall."
LEAST_COSINE = 0.99  # of an int8 vector to the exact one


class MiniLM:
    """Embeds texts with the weights in ``folder`` (see ``WeightStore.path``).

    Args:
        precision: "int8" rounds to 8 bits (about twice as fast, cosine to the exact vector about
            0.999); "float32" is exact. Vectors of the two forms may be compared with each other.
        threads: see ``thread_count``.

    Nothing is loaded before the first call of ``embed``. One object may be used from many threads.
    A text's vector never depends on the other texts of the call: texts are not padded, and in the int8
    form, whose rounding depends on what is computed together, each text is computed alone.
    """

    name = MODEL_NAME
    dimensions = WIDTH

    def __init__(self, folder: Path, precision: Precision = "int8", threads: int | None = None) -> None:
        if precision not in get_args(Precision):
            raise ConfigError(f"precision must be one of {get_args(Precision)}, not {precision!r}")
        self.folder, self.precision, self.threads = folder, precision, thread_count(threads)
        self._batch_tokens = BATCH_TOKENS if precision == "float32" else 1
        self._loading = threading.Lock()
        self._recent = _Recent(REMEMBERED)

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Float32 array (len(texts), 384), rows of length 1. Raises InvalidInput for anything but strings."""
        checked = _checked(texts)
        if len(checked) == 1:
            return self._embed_one(checked[0])
        vectors = np.empty((len(checked), WIDTH), np.float32)
        if checked:
            self._embed_many(checked, vectors)
        return vectors

    def embed_counted(self, texts: Sequence[str]) -> tuple[Vectors, int]:
        """The same, with the tokens that were read: those beyond the longest text that the model takes are not."""
        vectors = self.embed(texts)
        return vectors, sum(len(self._ids(text)) for text in texts)

    def load(self) -> None:
        """Read the weights now instead of at the first call."""
        _ = self._session, self._tokenizer

    def _embed_one(self, text: str) -> Vectors:
        found = self._recent.get(text)
        if found is None:
            found = self._run([self._ids(text)])
            self._recent.put(text, found)
        return found.copy()

    def _embed_many(self, texts: list[str], vectors: Vectors) -> None:
        ids = [self._ids(text) for text in texts]
        batches = list(_batches(ids, self._batch_tokens))

        def work(share: list[list[int]]) -> None:
            for rows in share:
                vectors[rows] = self._run([ids[row] for row in rows])

        # Long and short batches alternate between the workers, so all finish at about the same time.
        shares = [batches[start :: self.threads] for start in range(min(self.threads, len(batches)))]
        if len(shares) == 1:
            work(shares[0])
            return
        with ThreadPoolExecutor(len(shares), "minilm") as pool:
            list(pool.map(work, shares))

    def _run(self, ids: list[list[int]]) -> Vectors:
        (vectors,) = self._session.run(None, {"ids": np.array(ids, np.int32)})
        return cast("Vectors", vectors)

    def _ids(self, text: str) -> list[int]:
        encoding = self._tokenizer.encode(text[:PREFIX])
        if len(text) > PREFIX and not _filled(encoding):
            encoding = self._tokenizer.encode(text)
        return cast("list[int]", encoding.ids)

    # functools.cached_property has no lock of its own; two threads must not load the weights twice.
    @property
    def _session(self) -> Any:
        with self._loading:
            return self._loaded_session

    @cached_property
    def _loaded_session(self) -> Any:
        weights = TensorFile(self._file("model.safetensors"))
        if self.precision == "float32":
            return session(build(weights, "float32"), self.folder)
        measured = _measured()
        made = session(build(weights, "int8", measured), self.folder)  # our own workers share out the texts
        self._check(made, measured[PROBE])
        return made

    def _check(self, session: Any, exact: Vectors) -> None:
        """Older processors add 8-bit products with less room and may overflow: say so, do not be wrong."""
        (found,) = session.run(None, {"ids": np.array([self._ids(PROBE)], np.int32)})
        if not float(found[0] @ exact) > LEAST_COSINE:
            raise ModelError("the int8 form is not accurate on this processor; set the precision to float32")

    @cached_property
    def _tokenizer(self) -> Any:
        return tokenizer(self._file("tokenizer.json"), MAX_TOKENS)

    def _file(self, name: str) -> Path:
        return model_file(self.folder, name, MODEL_NAME)


class _Recent:
    """The vectors of the last ``size`` single texts: people ask the same thing again."""

    def __init__(self, size: int) -> None:
        self._size, self._lock = size, threading.Lock()
        self._kept: OrderedDict[str, Vectors] = OrderedDict()

    def get(self, text: str) -> Vectors | None:
        with self._lock:
            if text in self._kept:
                self._kept.move_to_end(text)
            return self._kept.get(text)

    def put(self, text: str, vector: Vectors) -> None:
        if len(text) > PREFIX:
            return
        with self._lock:
            self._kept[text] = vector
            if len(self._kept) > self._size:
                self._kept.popitem(last=False)


def _checked(texts: Sequence[str]) -> list[str]:
    if isinstance(texts, str | bytes):
        raise InvalidInput("embed takes a list of texts, not a single one")
    for number, text in enumerate(texts):
        if not isinstance(text, str):
            raise InvalidInput(f"text {number} is of type {type(text).__name__}, not a string")
        if not text.isascii() and any("\ud800" <= sign <= "\udfff" for sign in text):
            raise InvalidInput(f"text {number} holds half of a surrogate pair, which is no character")
    return list(texts)


def _filled(encoding: Any) -> bool:
    """Whether the prefix of a long text gave all the tokens that the whole text would give."""
    last_word_end = encoding.offsets[-2][1] if len(encoding.ids) == MAX_TOKENS else PREFIX
    return bool(last_word_end < PREFIX - LONGEST_WORD)


def _batches(ids: list[list[int]], tokens: int) -> list[list[int]]:
    """Rows of equal length together, long ones first; a batch is one row or at most ``tokens`` tokens."""
    order = sorted(range(len(ids)), key=lambda row: -len(ids[row]))
    batches: list[list[int]] = []
    for length, group in groupby(order, key=lambda row: len(ids[row])):
        rows, step = list(group), max(1, tokens // length)
        batches += [rows[start : start + step] for start in range(0, len(rows), step)]
    return batches


def _measured() -> dict[str, Vectors]:
    """What tools/measure_minilm_peaks.py wrote: peaks by layer, and the exact vector of ``PROBE``."""
    with (files("groundstone.models") / "minilm_peaks.npz").open("rb") as file, np.load(file) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}
