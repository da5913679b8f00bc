"""``groundstone forensics check``, as typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from groundstone.forensics.service import Forensics
from groundstone.platform import Platform
from tests.forensics.standin import drawn, file_of, forensics

from .conftest import Run


@pytest.fixture(scope="module")
def service() -> Iterator[Forensics]:
    made = forensics()
    yield made
    made.close()


@pytest.fixture
def checked(service: Forensics, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "close", lambda: None)  # the next test needs its children again
    monkeypatch.setattr(Platform, "forensics", service)


@pytest.fixture
def folder(checked: None, tmp_path: Path) -> Path:
    (tmp_path / "forged.png").write_bytes(file_of(drawn(red=True)))
    (tmp_path / "genuine.png").write_bytes(file_of(drawn()))
    (tmp_path / "blank.png").write_bytes(file_of(Image.new("RGB", (80, 80), "white")))
    (tmp_path / "pages.tif").write_bytes(file_of(drawn(), drawn(red=True), form="TIFF"))
    (tmp_path / "broken.png").write_bytes(file_of(drawn())[:200])
    return tmp_path


def test_a_forged_document_is_told_with_evidence_and_place(run: Run, folder: Path) -> None:
    said = run("forensics", "check", folder / "forged.png")
    assert (said.status, said.err) == (0, "")
    first, basis, *evidence = said.out.splitlines()
    assert first == f"{folder / 'forged.png'}: forged, probability of forgery 82% (62% to 92%)"
    assert basis == "It shows one save as JPEG."
    assert evidence == [
        "  for      Red ink stands here. (top centre)",
        "  against  1 words were compared on page 1.",
    ]


def test_a_page_that_gives_nothing_to_judge_by_has_no_number(run: Run, folder: Path) -> None:
    said = run("forensics", "check", "--no-words", folder / "blank.png")
    assert (said.status, said.out.splitlines()) == (0, [f"{folder / 'blank.png'}: cannot tell", "It is blank."])


def test_pages_are_told_one_by_one(run: Run, folder: Path) -> None:
    said = run("forensics", "check", "--no-words", folder / "pages.tif")
    assert "(page 2, top centre)" in said.out
    assert "  page 1: genuine, probability of forgery 27% (12% to 50%)" in said.out
    assert "  page 2: forged, " in said.out
    only = run("forensics", "check", "--no-words", "--pages", "1", folder / "pages.tif")
    assert only.out.startswith(f"{folder / 'pages.tif'}: genuine")
    assert "page 2" not in only.out


def test_of_a_long_document_only_what_is_not_genuine_is_listed(run: Run, checked: None, tmp_path: Path) -> None:
    (tmp_path / "long.tif").write_bytes(file_of(*[drawn()] * 12, drawn(red=True), form="TIFF"))
    said = run("forensics", "check", "--no-words", tmp_path / "long.tif")
    listed = [line for line in said.out.splitlines() if line.startswith("  page")]
    assert [line.partition(":")[0] for line in listed] == ["  page 13"]
    assert "  and 12 more pages; --json lists them all" in said.out


def test_json_is_a_list_of_reports_and_errors(run: Run, folder: Path) -> None:
    said = run("forensics", "check", "--json", folder / "forged.png", folder / "broken.png", folder / "genuine.png")
    assert said.status == 1
    forged, broken, genuine = json.loads(said.out)
    assert (forged["file"], forged["verdict"]) == (str(folder / "forged.png"), "forged")
    assert forged["boxes"][0]["page"] == 1
    assert [one["kind"] for one in forged["evidence"]] == ["pixels", "font"]
    assert forged["interval"][0] < forged["probability"] < forged["interval"][1]
    assert broken["error"]["code"] == "unreadable_document"
    assert genuine["verdict"] == "genuine"


def test_a_file_that_cannot_be_read_is_named_and_does_not_stop_the_others(run: Run, folder: Path) -> None:
    said = run("forensics", "check", "--no-words", folder / "none.png", folder / "broken.png", folder / "genuine.png")
    assert said.status == 1
    assert f"{folder / 'genuine.png'}: genuine" in said.out.splitlines()[1]
    first, second, third = said.err.splitlines()
    assert first == f"groundstone: {folder / 'none.png'}: the file cannot be read: No such file or directory"
    assert second.startswith(f"groundstone: {folder / 'broken.png'}: the picture is damaged")
    assert third == "2 of 3 files could not be read"


def test_heat_maps_are_written_page_by_page_and_file_by_file(run: Run, folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "heat.png"
    assert run("forensics", "check", "--no-words", "--heatmap", out, folder / "forged.png").status == 0
    with Image.open(out) as heat:
        assert (heat.format, heat.width) == ("PNG", 1600)
    files = [folder / "pages.tif", folder / "genuine.png", folder / "blank.png"]
    assert run("forensics", "check", "--no-words", "--heatmap", out, *files).status == 0
    made = sorted(path.name for path in tmp_path.glob("heat-*.png"))
    assert made == ["heat-genuine.png", "heat-pages-1.png", "heat-pages-2.png"]  # the blank page has nothing to show


@pytest.mark.parametrize("words", [["--heatmap", "heat.jpg"], []])
def test_wrong_options_are_refused(run: Run, folder: Path, words: list[str]) -> None:
    files = [folder / "forged.png"] if words else []
    assert run("forensics", "check", *words, *files).status == 2
    assert run("forensics", "check", "--heatmap", folder / "forged.png", folder / "forged.png").status == 2
    assert run("forensics", "check", "--pages", "soon", folder / "forged.png").status == 1


def test_a_heat_map_that_cannot_be_written_is_an_error(run: Run, folder: Path) -> None:
    said = run("forensics", "check", "--no-words", "--heatmap", folder / "no" / "heat.png", folder / "forged.png")
    assert said.status == 1
    assert "heat.png cannot be written" in said.err


def test_names_that_could_steer_a_terminal_are_escaped(run: Run, checked: None, tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2Jb.png"
    path.write_bytes(file_of(drawn()))
    said = run("forensics", "check", "--no-words", path)
    assert "\x1b" not in said.out
    assert "a\\x1b[2Jb.png: genuine" in said.out
