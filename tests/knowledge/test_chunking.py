from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.errors import ConfigError
from groundstone.knowledge.chunk import approximate_tokens, chunk
from groundstone.knowledge.markdown import markdown_text
from groundstone.knowledge.spec import Chunking
from groundstone.records import Document, Span
from tests.knowledge.tiny import TinyEmbed

METHODS = ["none", "fixed", "structure", "hierarchical", "semantic"]
GUIDE = """# Guide
Read this first. It is short.

## Install
Run the installer. Then restart. Wait for the light to turn green before you go on.

## Use
Press the button.
"""


def guide() -> Document:
    text, title, parts = markdown_text(GUIDE)
    return Document("guide.md", title, text, parts=parts)


def words(text: str) -> int:
    return len(text.split())


@st.composite
def documents(draw: st.DrawFn) -> Document:
    text = draw(st.text(alphabet=st.sampled_from("ab .!?\n#-é"), max_size=600))
    cuts = sorted(draw(st.sets(st.integers(0, len(text)), max_size=4)))
    spans = [Span(start, end, page=page) for page, (start, end) in enumerate(pairwise(cuts), 1)]
    return Document("d", "Title", text, parts=tuple(spans))


@settings(max_examples=60)
@given(documents(), st.sampled_from(METHODS), st.integers(16, 60))
def test_chunks_quote_the_document_and_lose_nothing(document: Document, method: str, size: int) -> None:
    chunking = Chunking(method, size=size, overlap=5, child=8)  # type: ignore[arg-type]
    chunks = chunk(document, chunking, words, TinyEmbed())
    covered: set[int] = set()
    for one in chunks:
        assert one.text == document.text[one.start : one.end]
        covered |= set(range(one.start, one.end))
    missing = [char for at, char in enumerate(document.text) if at not in covered and not char.isspace()]
    assert not missing
    assert len({one.id for one in chunks}) == len(chunks)
    assert [one.start for one in chunks] == sorted(one.start for one in chunks)


@settings(max_examples=40)
@given(documents(), st.sampled_from(["fixed", "structure", "semantic", "hierarchical"]))
def test_no_chunk_is_larger_than_its_size(document: Document, method: str) -> None:
    chunking = Chunking(method, size=16, overlap=4, child=8)  # type: ignore[arg-type]
    assert all(words(one.text) <= 16 for one in chunk(document, chunking, words, TinyEmbed()))


def test_one_huge_word_is_cut_too() -> None:
    document = Document("d", "T", "x" * 10_000)
    chunks = chunk(document, Chunking("fixed", size=100, overlap=10, child=50), approximate_tokens)
    assert len(chunks) > 1
    assert max(len(one.text) for one in chunks) <= 1000


def test_none_keeps_the_document_whole_and_embeds_what_it_is_told() -> None:
    (only,) = chunk(guide(), Chunking("none"), embedded="this")
    assert (only.id, only.text, only.embedded) == ("guide.md#0", guide().text, "this")


def test_structure_keeps_sections_apart_and_names_the_headings_above() -> None:
    chunks = chunk(guide(), Chunking("structure", size=100, overlap=0, child=16))
    assert [one.heading for one in chunks] == ["Guide", "Guide > Install", "Guide > Use"]
    assert chunks[1].embedded.startswith("Guide. Install\nRun the installer.")


def test_fixed_windows_overlap_by_whole_sentences() -> None:
    text = " ".join(f"Sentence number {number} is here." for number in range(12))
    chunks = chunk(Document("d", "T", text), Chunking("fixed", size=20, overlap=6, child=8), words)
    for left, right in pairwise(chunks):
        assert left.end > right.start > left.start
        assert right.text.startswith("Sentence number")


def test_a_child_names_the_section_that_is_shown_and_the_section_is_never_searched() -> None:
    chunks = {one.id: one for one in chunk(guide(), Chunking("hierarchical", size=100, overlap=0, child=8), words)}
    parents = [one for one in chunks.values() if one.parent is None]
    children = [one for one in chunks.values() if one.parent is not None]
    assert len(parents) == 3
    assert all(one.embedded == "" for one in parents)
    assert len(children) > 3
    for child in children:
        shown = chunks[str(child.parent)]
        assert shown.start <= child.start < child.end <= shown.end
        assert child.embedded


def test_semantic_chunking_cuts_where_the_subject_changes() -> None:
    cats = "Cats purr softly. Cats purr loudly. Cats purr softly again."
    tax = "Income tax rates rise. Income tax rates fall. Income tax rates rise again."
    chunking = Chunking("semantic", size=100, overlap=0, child=8, percentile=10)
    chunks = chunk(Document("d", "T", f"{cats} {tax}"), chunking, words, TinyEmbed())
    assert [one.text for one in chunks] == [cats, tax]


def test_semantic_chunking_without_a_model_says_so() -> None:
    with pytest.raises(ConfigError, match="embedding model"):
        chunk(guide(), Chunking("semantic"))


def test_a_blank_document_has_no_chunks() -> None:
    assert chunk(Document("d", "T", " \n "), Chunking()) == ()


def test_pages_are_kept() -> None:
    document = Document("d", "T", "One page.\n\nNext page.", parts=(Span(0, 9, page=1), Span(11, 21, page=2)))
    assert [one.page for one in chunk(document, Chunking())] == [1, 2]
