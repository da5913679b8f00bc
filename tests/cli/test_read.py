"""``groundstone read``, as typed."""

from __future__ import annotations

import csv
import io
import json
import os
import threading
from pathlib import Path

import pytest

from groundstone.platform import Platform
from tests.documents.card import CardDocuments, picture

from .conftest import Run


@pytest.fixture
def documents(monkeypatch: pytest.MonkeyPatch) -> CardDocuments:
    documents = CardDocuments()
    monkeypatch.setattr(Platform, "documents", documents)
    return documents


@pytest.fixture
def card(documents: CardDocuments, tmp_path: Path) -> Path:
    path = tmp_path / "card.png"
    path.write_bytes(picture())
    return path


@pytest.fixture
def long(documents: CardDocuments, tmp_path: Path) -> Path:
    path = tmp_path / "long.pdf"
    path.write_bytes(b"%PDF-12 pages")
    return path


def test_without_a_question_the_text_is_printed(run: Run, card: Path) -> None:
    said = run("read", card)
    assert (said.status, said.err) == (0, "")
    assert said.out.splitlines() == ["Name Major Mary", "Date of Birth 1980-12-11", "Document Number X 123 456"]


def test_answers_are_printed_for_people(run: Run, card: Path) -> None:
    said = run("read", card, "-q", "What is Date of Birth?", "--alias", "DOB", "-q", "What is the colour?")
    assert said.status == 0
    assert said.out.splitlines() == [
        "question             answer                        sure  page",
        "DOB                  1980-12-11                    97%   1",
        "What is the colour?  (the document does not tell)  90%",
    ]


def test_json_has_the_answers_with_their_places(run: Run, card: Path) -> None:
    said = run("read", card, "--json", "--query", "What is Name?", "--query", "Colour?", "--alias", "COLOUR")
    (file,) = json.loads(said.out)
    assert (file["file"], file["media_type"], file["page_count"]) == (str(card), "image/png", 1)
    name, colour = file["answers"]
    wanted = ("text", "alias", "answer", "confidence", "page")
    assert tuple(name[key] for key in wanted) == ("What is Name?", "", "Major Mary", 0.97, 1)
    assert set(name["box"]) == {"left", "top", "width", "height"}
    assert tuple(colour[key] for key in wanted) == ("Colour?", "COLOUR", None, 0.9, None)
    assert colour["box"] is None
    assert "text" not in file


def test_json_has_what_else_is_wished_for(run: Run, card: Path) -> None:
    (file,) = json.loads(run("read", card, "--json", "--text", "--forms", "--tables").out)
    assert file["text"].startswith("Name Major Mary")
    assert [pair["value"]["text"] for pair in file["forms"]] == ["Major Mary", "1980-12-11", "X 123 456"]
    assert file["tables"][0]["cells"][1]["text"] == "Major Mary"
    assert "answers" not in file


def test_forms_and_tables_are_printed(run: Run, card: Path) -> None:
    said = run("read", card, "--forms", "--tables").out
    assert "Date of Birth    1980-12-11  90%   1" in said
    assert "page 1, 3 rows, 2 columns" in said


def test_csv_has_sixteen_columns(run: Run, card: Path) -> None:
    said = run("read", card, "--csv", "-q", "What is Name?", "--alias", "NAME", "-q", "Colour?")
    rows = list(csv.reader(io.StringIO(said.out)))
    assert [(len(row), row[2], row[4], row[6]) for row in rows] == [
        (16, "card.json", "NAME", "Major Mary"),
        (16, "card.json", "Colour?", ""),
    ]
    assert run("read", card, "--csv").status == 2
    assert run("read", card, "--csv", "--json", "-q", "Colour?").status == 2


@pytest.mark.parametrize(
    "text",
    [
        '[{"text": "What is Name?", "alias": "NAME"}, "Colour?"]',
        '{"queries": [{"text": "What is Name?", "alias": "NAME", "pages": ["1"]}, {"text": "Colour?"}]}',
        '[[queries]]\ntext = "What is Name?"\nalias = "NAME"\n[[queries]]\ntext = "Colour?"\n',
    ],
)
def test_queries_come_from_a_file(run: Run, card: Path, tmp_path: Path, text: str) -> None:
    file = tmp_path / ("q.toml" if text.startswith("[[") else "q.json")
    file.write_text(text)
    (said,) = json.loads(run("read", card, "--json", "--queries", file, "-q", "First?").out)
    assert [(one["text"], one["alias"]) for one in said["answers"]] == [
        ("First?", ""),
        ("What is Name?", "NAME"),
        ("Colour?", ""),
    ]


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "[1]", '[{"text": ""}]', '[{"text": "a", "x": 1}]', '[{"text": "a", "pages": "1"}]', "[" * 9000],
)
def test_a_bad_file_of_queries_is_refused(run: Run, card: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "q.json").write_text(text)
    said = run("read", card, "--queries", tmp_path / "q.json")
    assert (said.status, said.out) == (1, "")
    assert "q.json" in said.err
    assert run("read", card, "--queries", tmp_path / "none").status == 1


@pytest.mark.parametrize(
    "words",
    [
        ("--alias", "A", "-q", "x"),
        ("-q", "x", "--alias", "A", "--alias", "B"),
        ("--alias=A",),
        ("-q", "x", "--alias=", "--alias", "B", "--alias", "C"),
    ],
)
def test_an_alias_belongs_to_the_query_before_it(run: Run, card: Path, words: tuple[str, ...]) -> None:
    said = run("read", card, *words)
    assert said.status == 2
    assert "names no query" in said.err


def test_values_that_look_like_options_pair_all_the_same(run: Run, card: Path) -> None:
    said = run("read", "--query=--alias", "--alias=X", "-qWhat is Name?", "--json", "--", card)
    (file,) = json.loads(said.out)
    assert [(one["text"], one["alias"]) for one in file["answers"]] == [("--alias", "X"), ("What is Name?", "")]


def test_one_bad_file_does_not_stop_the_others(run: Run, card: Path, tmp_path: Path) -> None:
    bad, none = tmp_path / "bad.png", tmp_path / "none.png"
    bad.write_bytes(b"nonsense")
    said = run("read", bad, none, tmp_path, card)
    assert said.status == 1
    assert "Name Major Mary" in said.out
    assert f"{bad}: this is neither" in said.err
    assert f"{none}: the file cannot be read" in said.err
    assert "3 of 4 files could not be read" in said.err
    files = json.loads(run("read", bad, card, "--json", "--text").out)
    assert files[0]["error"]["code"] == "unreadable_document"
    assert files[1]["text"]


def test_pages_are_chosen(run: Run, long: Path) -> None:
    assert run("read", long, "--pages", "2-3, 7").out.count("Name Major Mary") == 3
    wrong = run("read", long, "--pages", "nonsense")
    assert (wrong.status, "names no pages" in wrong.err) == (1, True)


def test_pictures_are_written_with_their_boxes(run: Run, card: Path, long: Path, documents: CardDocuments) -> None:
    out = card.with_name("out.png")
    assert run("read", card, "-q", "What is Name?", "--annotated", out).status == 0
    assert out.read_bytes().startswith(b"\x89PNG")
    assert [kind for *_, kind in documents.marks] == ["answer"]
    assert run("read", card, "--annotated", out).out == ""
    assert {kind for *_, kind in documents.marks} == {"word"}
    run("read", long, "--pages", "2-3", "--annotated", out)
    assert {path.name for path in out.parent.glob("out-*")} == {"out-2.png", "out-3.png"}
    run("read", card, long, "--pages", "1", "--annotated", card.with_name("all.png"))
    assert {path.name for path in out.parent.glob("all*")} == {"all-card.png", "all-long.png"}
    assert run("read", card, "--annotated", out.parent / "none" / "out.png").status == 1


def test_pictures_take_the_place_of_no_document_and_of_no_other_picture(run: Run, card: Path) -> None:
    before = card.read_bytes()
    same = run("read", card, "--annotated", card)
    assert (same.status, "take the place" in same.err, card.read_bytes() == before) == (2, True, True)
    other = run("read", card, "--annotated", card.with_suffix(".jpg"))
    assert (other.status, "name the picture card.png" in other.err) == (2, True)
    twin = card.with_name("card.webp")
    twin.write_bytes(before)
    assert run("read", card, twin, "--annotated", card.with_name("all.png")).status == 0
    assert {path.name for path in card.parent.glob("all*")} == {"all-card.png.png", "all-card.webp.png"}
    far = card.parent / "far" / card.name
    far.parent.mkdir()
    far.write_bytes(before)
    assert run("read", card, far, "--annotated", card.with_name("both.png")).status == 2


def test_ctrl_c_is_told_in_one_word(
    run: Run, card: Path, documents: CardDocuments, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(documents, "read", interrupt)
    said = run("read", card)
    assert (said.status, said.err.split()) == (130, ["stopped"])


@pytest.mark.parametrize("name", [b"a\nb.png", b"\x1b[31mred.png", b"\xff\xfe.png", "\u202egnp.exe".encode()])
@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",)])
def test_names_of_files_cannot_steer_the_terminal(
    run: Run, documents: CardDocuments, tmp_path: Path, name: bytes, form: tuple[str, ...]
) -> None:
    paths = [tmp_path / os.fsdecode(name), tmp_path / (os.fsdecode(name) + "-broken")]
    paths[0].write_bytes(picture())
    said = run("read", *paths, "-q", "What is Date of Birth?", *form)
    assert said.status == 1
    assert "1980-12-11" in said.out
    shown = said.err + ("" if form == ("--json",) else said.out)
    assert all(sign.isprintable() or sign in "\r\n" for sign in shown)
    if form == ("--json",):
        assert len(json.loads(said.out)) == 2


def test_a_pipe_is_read_to_its_end(run: Run, documents: CardDocuments, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    writer = threading.Thread(target=(tmp_path / "pipe.png").write_bytes, args=(picture(),))
    writer.start()
    assert run("read", tmp_path / "pipe.png").status == 0
    writer.join()


def test_a_device_without_end_is_refused(run: Run, documents: CardDocuments, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundstone.cli.files.LARGEST", 1)
    said = run("read", "/dev/zero")
    assert (said.status, said.out) == (1, "")
    assert "larger than 1 MB" in said.err
