"""Leaks: what belongs together is found, and what only looks alike is not."""

from __future__ import annotations

import itertools
import json
import threading
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from groundstone.errors import Conflict, InvalidInput
from groundstone.forensics.forge.pair import make_pair
from groundstone.forensics.leaks import Plain, check_split, files_of, find_leaks, groups_of, split_by_source
from groundstone.forensics.likeness import Print, print_from, print_of, same_page
from groundstone.forensics.looks import look_at
from tests.forensics.drawn_pages import page

SIZE = (850, 1100)
ARTICLE = Path(__file__).parents[3] / "shared" / "data" / "tampering"


def seen(pixels: np.ndarray) -> Print:
    made = print_of(pixels)
    assert made is not None
    return made


@pytest.fixture(scope="module")
def original() -> np.ndarray:
    return page(0, 0, SIZE)[0]


@pytest.mark.parametrize("scale", [0.55, 0.8, 1.3])
@pytest.mark.parametrize("quality", [50, 90])
def test_a_page_saved_again_and_resized_is_the_same(original: np.ndarray, scale: float, quality: int) -> None:
    resized = cv2.resize(original, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    done, data = cv2.imencode(".jpg", resized[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    assert same_page(seen(original), seen(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1].copy()))


@pytest.mark.parametrize("last", ["jpeg", "png", "screenshot", "rotate", "scan"])
def test_a_forgery_and_its_original_are_the_same_page(original: np.ndarray, last: str) -> None:
    for seed in range(2):
        made = make_pair(original, None, None, None, np.random.default_rng(seed), last=last)  # type: ignore[arg-type]
        for data in (made.genuine, made.forged):
            pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1].copy()
            assert same_page(seen(original), seen(pixels))
            assert same_page(seen(pixels), seen(original))


def test_forms_of_one_template_are_different_pages() -> None:
    prints = [seen(page(0, values, SIZE)[0]) for values in range(5)]
    assert not any(same_page(one, other) for one, other in itertools.combinations(prints, 2))


def test_other_pages_are_different_pages() -> None:
    prints = [seen(page(form, 0, SIZE)[0]) for form in range(5)]
    assert not any(same_page(one, other) for one, other in itertools.combinations(prints, 2))


def test_a_page_with_little_on_it_says_nothing() -> None:
    paper = np.full((600, 500, 3), 255, np.uint8)
    assert print_of(paper) is None
    paper[100:110, 100:110] = 0
    assert print_of(paper) is None
    assert print_of(np.zeros((20, 20, 3), np.uint8)) is None


def test_a_print_comes_back_from_json(original: np.ndarray) -> None:
    made = seen(original)
    assert print_from(json.loads(json.dumps(made.to_json()))) == made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three documents: a (with a copy, a smaller JPEG and a PDF of it), b of a's template, c."""
    place = tmp_path_factory.mktemp("files")
    a = Image.fromarray(page(0, 0, SIZE)[0])
    a.save(place / "a.png")
    (place / "a-copy.png").write_bytes((place / "a.png").read_bytes())
    a.resize((600, 776)).save(place / "a-small.jpg", quality=70)
    a.save(place / "a.pdf")
    Image.fromarray(page(0, 1, SIZE)[0]).save(place / "b.png")
    Image.fromarray(page(1, 0, SIZE)[0]).save(place / "c.png")
    Image.new("RGB", (300, 400), "white").save(place / "blank.png")
    Image.new("RGB", (400, 300), "white").save(place / "blank2.png")
    return place


def test_groups_are_found_and_named(folder: Path) -> None:
    files = [Plain(path, path.name) for path in sorted(folder.iterdir())]
    groups = groups_of(files)
    of_a = {group for file, group in zip(files, groups, strict=True) if file.name.startswith("a")}
    assert len(of_a) == 1
    assert len(set(groups)) == 5
    leaks = find_leaks(files)
    assert {leak.kind for leak in leaks} == {"same bytes", "same page"}
    assert len(leaks) == 3
    assert "a-copy.png and a.png (equal byte for byte)" in map(str, leaks)


def test_a_split_that_shares_a_page_is_refused_with_the_names(folder: Path) -> None:
    one, copy, small, other = (Plain(folder / name, name) for name in ("a.png", "a-copy.png", "a-small.jpg", "b.png"))
    looks = look_at([file.path for file in (one, copy, small, other)])
    with pytest.raises(InvalidInput, match=r"1 test files .*: a\.png and a-copy\.png \(equal byte for byte\)"):
        check_split([one, other], [copy], looks=looks)
    with pytest.raises(InvalidInput, match=r"a\.png and a-small\.jpg \(the same page\)"):
        check_split([one], [small, other], looks=looks)
    check_split([one, copy, small], [other], looks=looks)
    check_split([one], [], looks=looks)


def test_one_source_on_both_sides_is_refused(folder: Path) -> None:
    train, test = [Plain(folder / "b.png", "b.png", "7")], [Plain(folder / "c.png", "c.png", "7")]
    with pytest.raises(InvalidInput, match=r"b\.png and c\.png \(from one source document\)"):
        check_split(train, test)


def test_many_leaks_are_cut_short(folder: Path) -> None:
    copies = [Plain(folder / "a.png", f"copy {number}") for number in range(30)]
    with pytest.raises(InvalidInput, match=r"^30 test files .*copy 19 .*; and 10 more\. Split by source") as caught:
        check_split([Plain(folder / "a.png", "first")], copies)
    assert "copy 20 " not in str(caught.value)


def test_a_split_by_source_keeps_documents_whole(folder: Path, tmp_path: Path) -> None:
    manifest = tmp_path / "manifest.jsonl"
    names = ["a.png", "a-small.jpg", "b.png", "c.png"]
    for name in names:
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    sources = ["1", "2", "3", "4"]  # a stands in the data set as two documents
    manifest.write_text(
        "\n".join(json.dumps({"file": name, "source": one}) for name, one in zip(names, sources, strict=True))
    )
    looks = look_at([tmp_path / name for name in names])
    for seed in range(6):
        train, test = split_by_source(manifest, 0.4, seed, looks=looks)
        assert sorted(train + test) == sorted(names)
        assert train
        assert test
        assert ("a.png" in test) == ("a-small.jpg" in test)
    assert split_by_source(manifest, 0.4, 1, looks=looks) == split_by_source(manifest, 0.4, 1, looks=looks)


def test_one_source_cannot_be_split(folder: Path) -> None:
    with pytest.raises(InvalidInput, match="come from one source document"):
        split_by_source([Plain(folder / "a.png", "1"), Plain(folder / "a-small.jpg", "2")])
    with pytest.raises(InvalidInput, match="between 0 and 1"):
        split_by_source([], 1.0)


def test_a_damaged_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="cannot be read"):
        split_by_source(tmp_path / "manifest.jsonl")
    (tmp_path / "manifest.jsonl").write_text('{"file": "a.png"}\n')
    with pytest.raises(InvalidInput, match="is damaged"):
        split_by_source(tmp_path / "manifest.jsonl")


def test_files_that_cannot_be_read_are_named(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.png").write_bytes((folder / "a.png").read_bytes()[:2000])
    with pytest.raises(InvalidInput, match=r"cut\.png: .*Save them anew"):
        look_at([folder / "c.png", tmp_path / "cut.png"])
    with pytest.raises(InvalidInput, match=r"gone\.png: No such file"):
        look_at([tmp_path / "gone.png"])
    with pytest.raises(InvalidInput, match="was not looked at"):
        look_at([]).digest(folder / "a.png")


def test_a_check_can_be_stopped(folder: Path) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Conflict, match="stopped"):
        find_leaks(files_of([folder / "a.png", folder / "b.png"]), stop=stop)


@pytest.mark.skipif(not ARTICLE.is_dir(), reason="the article's documents are not on this machine")
def test_the_articles_files_are_two_documents() -> None:
    files = files_of(sorted(ARTICLE.rglob("*.jpg")))
    groups = groups_of(files)
    assert len(set(groups)) == 2
    for file, group in zip(files, groups, strict=True):
        assert (group == groups[0]) == ("Paystub" in file.name)
