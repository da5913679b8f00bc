"""The file of an application, and the ways of documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import groundstone
from groundstone.documents.base import Query
from groundstone.errors import ConfigError, DocumentTooLarge, LimitExceeded, NotFound
from groundstone.verification.registry import Registry
from groundstone.verification.route import route
from groundstone.verification.spec import MB, Limits, load, load_all, rules_of

APPS = Path(groundstone.__file__).parent / "apps"
LIMITS = Limits()


def written(folder: Path, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "verification.toml").write_text(text, "utf-8")
    return folder


def test_the_shipped_application_asks_what_the_article_asks(tmp_path: Path) -> None:
    (spec,) = [one for one in load_all(APPS, tmp_path) if one.name == "vaccination"]
    assert [query.alias for query in spec.queries] == [
        "CERT_BENF_NAME", "CERT_VAC_STATUS", "CERT_DOB", "CERT_PASS_NO",
    ]  # fmt: skip
    assert spec.retention == 30 * 86400
    assert len(spec.all_queries) <= LIMITS.sync_queries
    assert rules_of(spec).rules


def test_files_of_the_home_folder_take_the_place_of_shipped_ones(tmp_path: Path) -> None:
    shipped = written(tmp_path / "shipped" / "cards", 'queries = ["Name?"]')
    own = tmp_path / "own" / "cards"
    (shipped / "rules.toml").write_text("")
    assert load("cards", own, shipped).rules == shipped / "rules.toml"
    written(own, 'queries = [{ text = "Number?", alias = "N", pages = ["2-*"] }]\nprivacy = { images = "drop" }')
    spec = load("cards", own, shipped)
    assert spec.queries == (Query("Number?", "N", ("2-*",)),)
    assert spec.privacy.images == "drop"
    assert spec.rules == shipped / "rules.toml"
    (own / "rules.toml").write_text("")
    assert load("cards", own, shipped).rules == own / "rules.toml"
    written(tmp_path / "own" / "more", 'queries = ["Total?"]')
    assert [one.name for one in load_all(tmp_path / "shipped", tmp_path / "own")] == ["cards", "more"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("queries = [", "Invalid"),
        ("", "queries: at least one"),
        ('queries = ["a", "a"]', "two have the same"),
        ('queries = ["a"]\nmore = ["a"]', "two have the same"),
        ('queries = [""]', "1 to 200 characters"),
        ('queries = [{ text = "a", page = "1" }]', "a query is"),
        ('queries = [{ text = "a", pages = ["0"] }]', "the pages of a query"),
        ('queries = ["a"]\nprivacy = { images = "burn" }', "privacy is one of keep, redact, drop"),
        ('queries = ["a"]\nprivacy = { faces = "drop" }', "privacy has only"),
        ('queries = ["a"]\nlimits = { pages = 0 }', "at least 1"),
        ('queries = ["a"]\nlimits = { pages = "many" }', "is no int"),
        ('queries = ["a"]\nretention_days = -1', "retention_days"),
        ('queries = ["a"]\nretention_days = nan', "retention_days"),
        ('queries = ["a"]\nbucket = "../etc"', "no name of a bucket"),
        ('queries = ["a"]\nuploads = "../x"', "no name of a folder"),
        ('queries = ["a"]\nuploads = "x"\noutput = "x"', "two folders"),
        ('queries = ["a"]\nforgery = "yes"', "forgery is true or false"),
        ('queries = ["a"]\nretain = 3', "unknown retain"),
    ],
)
def test_a_file_that_makes_no_sense_says_why(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as raised:
        load("cards", written(tmp_path / "cards", text))
    assert "verification.toml" in str(raised.value)


def test_rules_may_only_need_what_is_asked(tmp_path: Path) -> None:
    folder = written(tmp_path / "cards", 'queries = ["Name?"]')
    with pytest.raises(ConfigError):
        rules_of(load("cards", folder))  # there are none
    (folder / "rules.toml").write_text('[[rule]]\nname = "n"\ncheck = { says = "STATUS", one_of = ["yes"] }\n')
    with pytest.raises(ConfigError, match="needs STATUS"):
        rules_of(load("cards", folder))


def test_an_application_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there are: vaccination"):
        Registry([one for one in load_all(APPS, tmp_path) if one.name == "vaccination"], lambda spec: None).open("x")  # type: ignore[arg-type,return-value]


@given(st.integers(0, 600 * MB), st.integers(1, 4000), st.integers(1, 40))
def test_every_document_has_one_way_by_the_limits(size: int, pages: int, count: int) -> None:
    queries = [Query(str(number)) for number in range(count)]
    if size > 500 * MB or pages > 3000 or count > 30:
        with pytest.raises((DocumentTooLarge, LimitExceeded), match="are more than the"):
            route(size, pages, queries, LIMITS)
        return
    found = route(size, pages, queries, LIMITS)
    at_once = size <= 10 * MB and pages == 1 and count <= 15
    assert found.way == ("sync" if at_once else "async")
    assert found.reason
