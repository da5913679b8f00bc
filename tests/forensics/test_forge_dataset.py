"""Data sets on disk: the same for a seed, gone on with after an interruption, and clear about what cannot be used."""

from __future__ import annotations

import json
import shutil
import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from groundstone.errors import Busy, Conflict, InvalidInput
from groundstone.forensics.forge.dataset import forge
from groundstone.forensics.forge.folder import Folder
from tests.forensics.drawn_pages import page

COUNT, SIDE = 6, 300


@pytest.fixture(scope="module")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PNG, a JPEG, a PDF of two pages, of which one is blank, and what does not count."""
    folder = tmp_path_factory.mktemp("genuine")
    (folder / "more").mkdir()
    Image.fromarray(page(0)[0]).save(folder / "one.png")
    Image.fromarray(page(1, noise=2)[0]).save(folder / "more" / "two.jpg", quality=70)
    blank = Image.new("RGB", (520, 640), "white")
    Image.fromarray(page(2)[0]).save(folder / "three.pdf", save_all=True, append_images=[blank])
    blank.save(folder / "blank.png")
    shutil.copy(folder / "one.png", folder / "copy.png")
    (folder / "notes.txt").write_text("no page")
    return folder


@pytest.fixture(scope="module")
def made(genuine: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sets") / "whole"
    told = forge(genuine, out, count=COUNT, side=SIDE, at_once=1)
    assert (told.pairs, told.added, told.sources, told.left_out) == (COUNT, COUNT, 3, ("blank.png",))
    return out


def lines_of(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "manifest.jsonl").read_text().splitlines()]


def files_of(out: Path) -> dict[str, bytes]:
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in out.rglob("*")
        if path.is_file() and path.name != ".lock"
    }


def test_the_manifest_tells_all_about_each_file(made: Path) -> None:
    lines = lines_of(made)
    assert len(lines) == 2 * COUNT
    assert [line["forged"] for line in lines] == [False, True] * COUNT
    assert {line["source_file"] for line in lines} == {"copy.png", "more/two.jpg", "three.pdf"}
    assert {line["source_page"] for line in lines} == {1}
    for genuine, forged in zip(lines[::2], lines[1::2], strict=True):
        shared = ("pair", "source", "place", "history", "last", "seed")
        assert [genuine[key] for key in shared] == [forged[key] for key in shared]
        assert (genuine["kind"], genuine["mask"], genuine["boxes"]) == (None, None, [])
        assert forged["kind"]
        with Image.open(made / forged["mask"]) as mask, Image.open(made / forged["file"]) as shown:
            changed = np.asarray(mask) > 0
            assert mask.size == shown.size
        for left, top, right, bottom in forged["boxes"]:
            assert changed[top:bottom, left:right].any()


def test_a_page_that_was_a_jpeg_has_a_history_of_its_own(genuine: Path, tmp_path: Path) -> None:
    forge(genuine / "more", tmp_path / "out", count=1, side=SIDE, history="without", at_once=1)
    assert [(line["source_quality"], line["history"]) for line in lines_of(tmp_path / "out")] == [(70, 70)] * 2


def test_an_interrupted_set_is_gone_on_with_and_ends_the_same(genuine: Path, made: Path, tmp_path: Path) -> None:
    out, stop = tmp_path / "out", threading.Event()

    def progress(what: str, done: int, total: int) -> None:
        if what == "making pairs" and done == 2:
            stop.set()

    with pytest.raises(Conflict, match="what is written is kept"):
        forge(genuine, out, count=COUNT, side=SIDE, at_once=2, progress=progress, stop=stop)
    assert 0 < len(lines_of(out)) // 2 < COUNT
    with (out / "manifest.jsonl").open("ab") as manifest:  # power was cut while a line was written
        manifest.write(b'{"file": "genuine/00000')
    (out / "genuine" / "000005.jpg").write_bytes(b"half a file")
    told = forge(genuine, out, count=COUNT, side=SIDE, at_once=2)
    assert told.added < COUNT
    whole, resumed = files_of(made), files_of(out)
    assert {name: resumed[name] for name in whole} == whole


def test_pairs_whose_files_were_lost_are_made_again(genuine: Path, made: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(made, out)
    (out / lines_of(out)[-1]["file"]).unlink()
    assert forge(genuine, out, count=COUNT, side=SIDE, at_once=1).added == 1
    assert files_of(out) == files_of(made)


def test_a_finished_set_is_left_alone_and_cannot_shrink(genuine: Path, made: Path) -> None:
    assert forge(genuine, made, count=COUNT, side=SIDE, at_once=1).added == 0
    with pytest.raises(Conflict, match="holds 6 pairs already"):
        forge(genuine, made, count=COUNT - 1, side=SIDE)


def test_another_data_set_is_never_mixed_in(genuine: Path, made: Path, tmp_path: Path) -> None:
    with pytest.raises(Conflict, match="made with other seed"):
        forge(genuine, made, count=COUNT, side=SIDE, seed=6)
    with pytest.raises(Conflict, match="made with other files"):
        forge(genuine / "one.png", made, count=COUNT, side=SIDE)
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(Conflict, match="holds other files"):
        forge(genuine, tmp_path, count=COUNT)
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_two_processes_do_not_write_to_one_folder(made: Path) -> None:
    settings = json.loads((made / "forge.json").read_text())
    with Folder(made, settings), pytest.raises(Busy, match="another process"), Folder(made, settings):
        pass


def test_files_that_cannot_be_read_are_named(genuine: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    Image.fromarray(page(0)[0]).save(pages / "good.png")
    (pages / "cut.png").write_bytes((genuine / "one.png").read_bytes()[:3000])
    (pages / "empty.pdf").write_bytes(b"")
    with pytest.raises(InvalidInput, match=r"cut\.png: .*; empty\.pdf: .*save them anew, or take them out"):
        forge(pages, tmp_path / "out", count=1)


def test_there_must_be_documents_with_text(tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    with pytest.raises(InvalidInput, match="no documents"):
        forge(pages, tmp_path / "out", count=1)
    with pytest.raises(InvalidInput, match="no file or folder"):
        forge(tmp_path / "nowhere", tmp_path / "out", count=1)
    out = BytesIO()
    Image.new("RGB", (300, 300), "white").save(out, "PNG")
    (pages / "blank.png").write_bytes(out.getvalue())
    with pytest.raises(InvalidInput, match="none of the 1 files has a page with text"):
        forge(pages, tmp_path / "out", count=1)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"count": 0}, "from 1 to"),
        ({"count": 1, "seed": -1}, "a seed"),
        ({"count": 1, "side": 64}, "the side"),
        ({"count": 1, "kinds": ["magic"]}, "no kind 'magic'; there are copy-move"),
        ({"count": 1, "lasts": ["fax"]}, "no last step 'fax'; there are jpeg"),
        ({"count": 1, "history": "some"}, "both, with or without"),
    ],
)
def test_wrong_arguments_are_refused_before_anything_is_written(
    genuine: Path, tmp_path: Path, wrong: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidInput, match=says):
        forge(genuine, tmp_path / "out", **wrong)
    assert not (tmp_path / "out").exists()


def test_a_set_inside_the_folder_of_pages_is_not_read_as_pages(tmp_path: Path) -> None:
    Image.fromarray(page(0)[0]).save(tmp_path / "one.png")
    for count in (1, 2):
        assert forge(tmp_path, tmp_path / "out", count=count, side=SIDE, lasts=["png"], at_once=1).sources == 1
