"""Pages of documents as pictures over HTTP, and what citations tell of places."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from groundstone.documents.decks.base import Drawing
from groundstone.errors import InvalidInput, NotFound
from groundstone.records import Citation, Document, Regions
from groundstone.server.openai.grounded import _note
from groundstone.server.transcript import _source

from .standin import StandInPlatform

PAGES = "/api/knowledge-bases/movies/pages/"


@pytest.fixture
def asked(platform: StandInPlatform, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """What pictures were asked for."""
    seen: list[tuple[Any, ...]] = []

    def picture(document: str, page: int, width: int) -> Drawing:
        seen.append((document, page, width))
        if document == "gone.pptx":
            raise NotFound("the file is not there")
        if page > 3:
            raise InvalidInput("there is no slide 9; the deck has 3")
        return Drawing(b"\x89PNG", width, width // 2, "sketch")

    monkeypatch.setattr(platform._kbs["movies"], "picture", picture, raising=False)
    return seen


def test_a_page_is_a_picture_that_says_how_it_was_drawn(client: httpx.Client, asked: list[tuple[Any, ...]]) -> None:
    reply = client.get(PAGES + "a%20folder/deck.pptx?page=2&width=640")
    assert (reply.status_code, reply.headers["content-type"], reply.content) == (200, "image/png", b"\x89PNG")
    assert reply.headers["x-groundstone-drawing"] == "sketch"
    assert "no-store" in reply.headers["cache-control"]
    assert asked == [("a folder/deck.pptx", 2, 640)]


@pytest.mark.parametrize(
    ("path", "status"),
    [("gone.pptx", 404), ("a.pptx?page=9", 400), ("a.pptx?page=0", 400), ("a.pptx?width=99999", 400)],
)
@pytest.mark.usefixtures("asked")
def test_what_cannot_be_shown_is_an_error(client: httpx.Client, path: str, status: int) -> None:
    assert client.get(PAGES + path).status_code == status


@pytest.mark.usefixtures("asked")
def test_a_document_says_what_its_pages_are_called(client: httpx.Client, platform: StandInPlatform) -> None:
    kind = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    platform._kbs["movies"].documents["d"] = Document("d", "Deck", "Words", media_type=kind, regions=Regions())
    assert client.get("/api/knowledge-bases/movies/documents/d").json()["page_noun"] == "slide"


def test_notes_of_a_reply_name_the_slide() -> None:
    cited = {"document_id": "a/b.pptx", "title": "Review", "page": 7, "page_noun": "slide"}
    note = _note(0, 5, cited, "http://x/documents/")
    assert (note.title, note.url) == ("Review, slide 7", "http://x/documents/a%2Fb.pptx#page=7")
    plain = _note(0, 5, cited | {"page": None}, "http://x/documents/")
    assert (plain.title, plain.url) == ("Review", "http://x/documents/a%2Fb.pptx")


def test_a_transcript_names_the_slide_and_reads_what_was_kept_before() -> None:
    cited = {"title": "Review", "quote": "Words", "page": 7}
    assert _source(1, cited | {"page_noun": "slide"}) == "1. Review, slide 7: “Words”"
    assert _source(1, cited) == "1. Review, page 7: “Words”"
    assert Citation("d", "t", 0, 1, "x").boxes == ()
