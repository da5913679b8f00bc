"""Records, identity and errors: the nouns everything else is said with."""

from __future__ import annotations

import dataclasses
import inspect
import re

import pytest

from groundstone import errors
from groundstone.errors import GroundstoneError, MissingExtra
from groundstone.identity import LOCAL, Principal
from groundstone.records import Document, Span


def test_a_principal_is_named_for_documents_as_everyone_its_groups_and_itself() -> None:
    ana = Principal("ana", "acme", frozenset({"sales", "hr"}))
    assert ana.reader_names() == ("*", "group:hr", "group:sales", "user:ana")
    assert LOCAL.reader_names() == ("*", "user:local")


def test_a_principal_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        LOCAL.tenant = "other"  # type: ignore[misc]


def test_the_part_of_a_text_is_found_by_offset() -> None:
    document = Document("d", "t", "Title\nPlot", parts=(Span(0, 5, "title"), Span(6, 10, "plot")))
    found = [document.part_at(offset) for offset in (0, 4, 5, 6, 9, 10)]
    assert [part.field if part else None for part in found] == ["title", "title", None, "plot", "plot", None]


def tree() -> list[type[GroundstoneError]]:
    found = (item for _, item in inspect.getmembers(errors, inspect.isclass))
    return [item for item in found if issubclass(item, GroundstoneError)]


def test_every_error_has_a_slug_of_its_own_and_stands_in_the_drawing() -> None:
    codes = [item.code for item in tree()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[a-z_]+", code) for code in codes)
    drawn = set(re.findall(r"\b[A-Z][A-Za-z]+\b", errors.__doc__ or ""))
    assert {item.__name__ for item in tree()} <= drawn


def test_a_missing_extra_says_how_to_install_it() -> None:
    assert "pip install 'groundstone[lance]'" in str(MissingExtra("LanceDB", "lance"))
