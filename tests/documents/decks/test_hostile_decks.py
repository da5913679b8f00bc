"""Decks that are broken, locked, or meant to harm."""

from __future__ import annotations

import io
import time
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation

from groundstone.documents.decks import guard
from groundstone.documents.decks.base_json import deck_of
from groundstone.documents.decks.child_deck import parse
from groundstone.documents.decks.pictures import zipped
from groundstone.errors import DocumentTooLarge, GroundstoneError, UnreadableDocument, UnsupportedDocument
from tests import decks_made as made

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
_DECK = made.make_deck(3)


@pytest.mark.parametrize(
    ("inner", "says"),
    [("EncryptedPackage", "password"), ("PowerPoint Document", "save it as PPTX"), ("WordDocument", "old Office")],
)
def test_old_and_encrypted_files_say_what_to_do(inner: str, says: str) -> None:
    with pytest.raises(UnsupportedDocument, match=says):
        parse(_OLE + inner.encode("utf-16-le"))


def test_a_broken_slide_does_not_cost_the_others() -> None:
    data = made.edited(_DECK, {"ppt/slides/slide2.xml": lambda old: old[:200], "ppt/slides/slide3.xml": None})
    deck = deck_of(parse(data)["deck"])
    assert deck.slides[0].title == "Topic 1"
    assert "damaged" in deck.slides[1].problems[0]
    assert "missing" in deck.slides[2].problems[0]


@pytest.mark.parametrize("part", ["ppt/slideLayouts/slideLayout2.xml", "ppt/slideMasters/slideMaster1.xml"])
def test_missing_layouts_cost_only_places(part: str) -> None:
    assert deck_of(parse(made.edited(_DECK, {part: None}))["deck"]).slides[0].title == "Topic 1"


def test_a_layout_that_is_its_own_master_ends() -> None:
    loop = made.replaced(r'Target="\.\./slideMasters/slideMaster1\.xml"', 'Target="slideLayout2.xml"')
    data = made.edited(_DECK, {"ppt/slideLayouts/_rels/slideLayout2.xml.rels": loop})
    assert deck_of(parse(data)["deck"]).slides[0].title == "Topic 1"


def test_entities_and_document_types_are_refused() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
    slide = deck_of(parse(made.edited(_DECK, {"ppt/slides/slide1.xml": lambda _: bomb}))["deck"]).slides[0]
    assert "document type" in slide.problems[0]
    with pytest.raises(UnreadableDocument, match="document type"):
        parse(made.edited(_DECK, {"ppt/presentation.xml": lambda _: bomb.decode().encode("utf-16")}))


def test_deep_xml_is_refused() -> None:
    deep = b"<a>" * 100_000 + b"</a>" * 100_000
    slide = deck_of(parse(made.edited(_DECK, {"ppt/slides/slide1.xml": lambda _: deep}))["deck"]).slides[0]
    assert "damaged" in slide.problems[0]


def test_bombs_are_not_unpacked() -> None:
    start = time.monotonic()
    huge = made.edited(_DECK, {"ppt/slides/slide1.xml": lambda _: b"<a>" + bytes([32]) * (40 << 20) + b"</a>"})
    slide = deck_of(parse(huge)["deck"]).slides[0]
    assert "unpacks to" in slide.problems[0]
    assert time.monotonic() - start < 5


def test_too_many_members_are_refused() -> None:
    with pytest.raises(DocumentTooLarge, match="members"):
        parse(b"PK\x03\x04" + b"PK\x01\x02" * (2 * guard.MAX_MEMBERS + 1))


def test_macros_are_said_and_never_run() -> None:
    deck = deck_of(parse(made.edited(_DECK, {"ppt/vbaProject.bin": lambda _: b"x"}))["deck"])
    assert "macros" in deck.problems[0]


def test_linked_pictures_are_not_fetched() -> None:
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.shapes.add_picture(io.BytesIO(made.picture()), 0, 0)
    data = made.edited(made.saved(deck), {"ppt/slides/slide1.xml": made.replaced("r:embed=", "r:link=")})
    assert "not fetched" in deck_of(parse(data)["deck"]).slides[0].problems[0]


def test_other_files_are_named() -> None:
    with pytest.raises(UnsupportedDocument, match="Word"):
        parse(zipped([("[Content_Types].xml", b""), ("word/document.xml", b"")]))
    with pytest.raises(UnsupportedDocument, match="without pictures"):
        parse(zipped([("notes.txt", b"x")]))


def test_an_empty_deck_is_refused_and_an_empty_slide_is_not() -> None:
    with pytest.raises(UnreadableDocument, match="no slides"):
        parse(made.saved(Presentation()))
    deck = Presentation()
    deck.slides.add_slide(deck.slide_layouts[6])
    assert deck_of(parse(made.saved(deck))["deck"]).slides[0].elements == ()


def test_pictures_are_slides_in_the_order_of_their_names() -> None:
    data = zipped(
        [("s_10.png", made.picture()), ("s_2.jpg", made.picture(kind="JPEG")), ("s_3.png", b"no"), ("a.txt", b"")]
    )
    answer = parse(data)
    deck = deck_of(answer["deck"])
    assert [picture["key"] for picture in answer["pictures"]] == ["s_2.jpg", "s_10.png"]
    assert "left out" in deck.slides[1].problems[0]
    assert (deck.width, deck.height) == (960.0, 480.0)
    assert "a.txt" in deck.problems[0]
    assert parse(made.picture())["pictures"][0]["key"] == "page:1"


def test_a_deck_is_read_up_to_a_number_of_slides(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundstone.documents.decks.child_deck.MAX_SLIDES", 2)
    deck = deck_of(parse(_DECK)["deck"])
    assert len(deck.slides) == 2
    assert "the first 2 are read" in deck.problems[0]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, len(_DECK)), st.binary(max_size=8))
def test_damage_is_a_named_error_or_a_partial_deck(at: int, noise: bytes) -> None:
    for data in (_DECK[:at], _DECK[:at] + noise + _DECK[at + len(noise) :]):
        with suppress(GroundstoneError):
            assert deck_of(parse(data)["deck"]).slide_count <= 3


def test_parts_with_damaged_bytes_inside_an_archive() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", "presentationml")
    with pytest.raises(UnreadableDocument, match="main part"):
        parse(out.getvalue())


def test_a_damaged_pdf_is_named() -> None:
    with pytest.raises(UnreadableDocument, match="damaged"):
        parse(b"%PDF-1.7\nnothing")
