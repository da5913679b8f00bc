"""Reranking by the embedding model."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import InvalidInput
from groundstone.models.fakes import FakeEmbed
from groundstone.models.minilm import MiniLM
from groundstone.models.similarity import WINDOW, Similarity, windows


def test_texts_about_the_query_come_first(minilm_folder: Path) -> None:
    model = Similarity(MiniLM(minilm_folder, threads=1))
    texts = ["The oven bakes at 220 degrees.", "A cat sleeps on the sofa.", "Interest is paid each month."]
    scores = model.rerank("When does the bank pay interest?", texts)
    assert max(scores) == scores[2]
    assert scores[2] - max(scores[:2]) > 0.1
    assert all(0 <= score <= 1 for score in scores)


def test_a_long_text_counts_as_its_best_part(minilm_folder: Path) -> None:
    model = Similarity(MiniLM(minilm_folder, threads=1))
    filler = "The committee met on Tuesday and spoke about the new carpets in the hall. " * 40
    wanted = "Lost laptops are reported to the service desk within one hour."
    alone, buried, absent = model.rerank("Where do I report a lost laptop?", [wanted, filler + wanted + filler, filler])
    assert alone > buried > absent + 0.1


def test_scores_follow_the_cosine_and_the_order_of_the_texts() -> None:
    model = Similarity(FakeEmbed())
    assert model.rerank("red fox", ["red fox", "blue whale"])[0] == pytest.approx(1.0)
    assert model.rerank("red fox", []) == []
    many = [f"text {number}" for number in range(600)]
    assert model.rerank("text 7", many).index(max(model.rerank("text 7", many))) == 7


def test_what_is_no_text_is_refused() -> None:
    model = Similarity(FakeEmbed())
    for query, texts in ((" ", ["a"]), ("a", "abc"), ("a", [1]), (None, ["a"])):
        with pytest.raises(InvalidInput):
            model.rerank(query, texts)  # type: ignore[arg-type]


@given(st.text(max_size=6000))
def test_windows_cover_the_whole_text(text: str) -> None:
    parts = windows(text)
    assert parts
    assert not Counter("".join(text.split())) - Counter("".join(parts))
    assert all(part in text for part in parts)


def test_windows_overlap_and_are_short_enough() -> None:
    text = " ".join(f"word{number}" for number in range(2000))
    parts = windows(text)
    for before, after in pairwise(parts):
        assert after.split()[0] in before
        assert len(before) / 4 <= WINDOW + 60
    assert parts[0].startswith("word0 ")
    assert parts[-1].endswith("word1999")
