"""Packages as they come from anywhere: what is unpacked, what is refused, and that nothing is left behind."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstone.endpoints.contents import examined
from groundstone.endpoints.packages import Packages
from groundstone.endpoints.tar import Archive
from groundstone.endpoints.unpack import Sizes, unpack
from groundstone.errors import (
    DocumentTooLarge,
    GroundstoneError,
    InvalidInput,
    NotFound,
    UnreadableDocument,
    UnsupportedDocument,
    WeightsCorrupt,
)
from groundstone.identity import LOCAL, Principal
from tests.examples import examples

from .packed import adder, header, package, raw_tar, tar

KINDS = ("onnx", "forensics", "catalogue")
SMALL = Sizes(files=5, bytes=10_000, name=60, depth=4)


@pytest.fixture
def packages(tmp_path: Path) -> Packages:
    return Packages(tmp_path / "endpoints", KINDS, SMALL)


def test_the_archive_of_the_article_is_unpacked_and_hashed(packages: Packages) -> None:
    found = packages.add(LOCAL, package(adder(), labels=["a", "b"]))
    assert (found.kind, found.root, found.file) == ("onnx", "model/", "1/model.onnx")
    assert (found.inside / found.file).read_bytes() == adder()
    assert sorted(found.files) == ["model/1/model.onnx", "model/model.json"]
    assert packages.add(LOCAL, package(adder(), labels=["a", "b"])).folder == found.folder


def test_what_other_programs_write_is_read(packages: Packages, tmp_path: Path) -> None:
    (tmp_path / ("d" * 50)).mkdir()
    (tmp_path / ("d" * 50) / "model.onnx").write_bytes(adder())
    large = Packages(tmp_path / "large", KINDS)
    for form in (tarfile.PAX_FORMAT, tarfile.GNU_FORMAT, tarfile.USTAR_FORMAT):
        for mode in ("w:gz", "w"):
            out = io.BytesIO()
            with tarfile.open(fileobj=out, mode=mode, format=form) as archive:
                archive.add(tmp_path / ("d" * 50), "./" + "d" * 60 + "/" + "e" * 60)
            found = large.add(LOCAL, out.getvalue())
            assert found.file.endswith("e" * 60 + "/model.onnx")


FILE = (b"0", b"x" * 10)
HOSTILE = {
    "a path outside": raw_tar(("../evil", *FILE)),
    "a path outside, deeper": raw_tar(("1/../../evil", *FILE)),
    "an absolute path": raw_tar(("/etc/evil", *FILE)),
    "a name with a line end": raw_tar(("1/a\nb", *FILE)),
    "a drive": raw_tar(("C:/evil", *FILE)),
    "backslashes": raw_tar(("..\\evil", *FILE)),
    "a symbolic link": gzip.compress(header("1/model.onnx", b"2", 0, "/etc/passwd") + bytes(1024)),
    "a hard link": gzip.compress(header("1/model.onnx", b"1", 0, "/etc/passwd") + bytes(1024)),
    "a device": raw_tar(("1/null", b"3", b"")),
    "a pipe": raw_tar(("1/pipe", b"6", b"")),
    "a sparse file": raw_tar(("1/sparse", b"S", b"x" * 512)),
    "an unknown kind": raw_tar(("1/odd", b"Z", b"")),
    "a file twice": raw_tar(("1/a", *FILE), ("1/a", *FILE)),
    "a file twice but for capitals": raw_tar(("1/a", *FILE), ("1/A", *FILE)),
    "a folder that is a file": raw_tar(("1/a", *FILE), ("1/a/b", *FILE)),
    "an empty name": raw_tar(("./", *FILE)),
    "too deep": raw_tar(("1/2/3/4/5", *FILE)),
    "a long name": raw_tar(("n" * 90, *FILE)),
    "too many files": raw_tar(*((f"1/{number}", *FILE) for number in range(9))),
    "too large": raw_tar(("1/model.onnx", b"0", bytes(20_000))),
    "a size that is not there": gzip.compress(header("1/model.onnx", b"0", 9_000) + bytes(1024)),
    "a huge size": gzip.compress(header("1/model.onnx", b"0", 8**11 - 1) + bytes(1024)),
    "a huge pax header": gzip.compress(header("pax", b"x", 8**10) + bytes(10**6)),
    "a pax header that lies": raw_tar(("pax", b"x", b"99 path=a\n"), ("a", *FILE)),
    "a pax header with a wrong size": raw_tar(("pax", b"x", b"12 size=abc\n"), ("a", *FILE)),
    "a pax path outside": raw_tar(("pax", b"x", b"20 path=../../evilx\n"), ("a", *FILE)),
    "a name that is no text": gzip.compress(header("a").replace(b"a", b"\xff", 1) + bytes(1024)),
    "a bomb": gzip.compress(header("1/model.onnx", b"0", 8**10) + bytes(50 * 2**20)),
    "nothing but folders": raw_tar(("1/", b"5", b"")),
    "nothing at all": raw_tar(),
    "no gzip": b"\x1f\x8b" + b"x" * 100,
    "a cut archive": package(adder())[:-20],
    "a cut head": gzip.compress(header("1/a", b"0", 5)[:100]),
    "text": b"hello" * 300,
    "zeros and then nothing": bytes(100),
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_packages_are_refused_and_leave_nothing(packages: Packages, tmp_path: Path, data: bytes) -> None:
    with pytest.raises((InvalidInput, UnreadableDocument, DocumentTooLarge)):
        packages.add(LOCAL, data)
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"]
    assert left == []
    assert not (tmp_path.parent / "evil").exists()


def test_an_endless_row_of_headers_ends() -> None:
    many = header("folder", b"5") * 20_000
    with pytest.raises(UnreadableDocument, match="more than"):
        list(Archive(io.BytesIO(gzip.compress(many))))


@settings(max_examples=examples(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(noise=st.binary(max_size=40), place=st.integers(0, 3000), squeezed=st.booleans())
def test_damaged_archives_never_do_anything_else_than_fail(
    tmp_path_factory: pytest.TempPathFactory, noise: bytes, place: int, squeezed: bool
) -> None:
    whole = raw_tar(("model/1/model.onnx", b"0", b"x" * 900), ("model/model.json", b"0", b"{}"), gz=False)
    spoilt = whole[:place] + noise + whole[place + len(noise) :]
    folder = tmp_path_factory.mktemp("spoilt")
    try:
        files = unpack(io.BytesIO(gzip.compress(spoilt, 1) if squeezed else spoilt), folder, SMALL)
    except GroundstoneError:
        return
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()} == set(files)


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"model/1/saved_model.pb": b"x"}, "tf2onnx"),
        ({"model.keras": b"x"}, "tf2onnx"),
        ({"model.h5": b"x"}, "tf2onnx"),
        ({"model.pth": b"x", "code/inference.py": b"import os"}, "torch.onnx.export"),
        ({"model.joblib": b"x"}, "could run any program"),
        ({"pytorch_model.bin": b"x", "config.json": b"{}"}, "could run any program"),
        ({"model.gguf": b"x"}, "catalogue"),
        ({"config.json": b"{}", "model.safetensors": b"x"}, "catalogue"),
        ({"readme.txt": b"x"}, "no model"),
    ],
)
def test_models_of_other_kinds_are_recognised_and_refused(
    packages: Packages, files: dict[str, bytes], says: str
) -> None:
    with pytest.raises(UnsupportedDocument, match=says):
        packages.add(LOCAL, tar(files))


@pytest.mark.parametrize(
    "told",
    [
        b"{",
        b"[]",
        b'{"kind": 3}',
        b'{"kind": "shell"}',
        b'{"surprise": 1}',
        b'{"file": "../../other.onnx"}',
        b'{"kind": "catalogue"}',
        b'{"input": {"picture": "x-ray"}}',
        b'{"input": {"size": [0, 5]}}',
        b'{"input": {"size": [5000, 5]}}',
        b'{"input": {"quality": 0}}',
        b'{"input": {"scale": 0}}',
        b'{"input": {"scale": NaN}}',
        b'{"input": {"mean": [1, 2]}}',
        b'{"input": {"deviation": [0]}}',
        b'{"labels": "genuine"}',
        b'{"labels": [""]}',
        b"[" * 5000,
        b"\xff\xfe",
    ],
)
def test_a_recipe_that_makes_no_sense_is_refused(packages: Packages, told: bytes) -> None:
    with pytest.raises(InvalidInput):
        packages.add(LOCAL, tar({"1/model.onnx": adder(), "model.json": told}))


def test_the_newest_version_is_taken_and_programs_are_told_of(packages: Packages) -> None:
    files = {"2/model.onnx": adder(2), "10/model.onnx": adder(10), "9/model.onnx": adder(9), "code/inference.py": b""}
    found = packages.add(LOCAL, tar(files))
    assert found.file == "10/model.onnx"
    assert found.notes == ("code/inference.py is kept and never run",)
    with pytest.raises(InvalidInput, match="which one"):
        packages.add(LOCAL, tar({"a.onnx": adder(2), "b.onnx": adder(10)}))


def test_forensic_models_and_names_are_recognised(packages: Packages) -> None:
    assert packages.add(LOCAL, tar({"card.json": b"{}", "hashes.json": b"{}"})).kind == "forensics"
    named = packages.add(LOCAL, tar({"model.json": b'{"model": "kinds"}'}))
    assert (named.kind, named.model) == ("catalogue", "kinds")
    with pytest.raises(InvalidInput, match="there are: onnx"):
        Packages(packages.root, ("onnx",)).add(LOCAL, tar({"card.json": b"{ }"}))


def test_a_file_that_was_changed_is_noticed(packages: Packages) -> None:
    found = packages.add(LOCAL, package(adder()))
    (found.inside / found.file).write_bytes(adder(2))
    with pytest.raises(WeightsCorrupt, match="not the file"):
        packages.verified(LOCAL, found.sha256)
    (found.folder / "manifest.json").write_text("{}")
    with pytest.raises(WeightsCorrupt, match="damaged"):
        packages.get(LOCAL, found.sha256)


def test_packages_belong_to_one_tenant_and_go_when_nothing_needs_them(packages: Packages) -> None:
    found = packages.add(LOCAL, package(adder()))
    with pytest.raises(NotFound):
        packages.get(Principal("eve", "other"), found.sha256)
    packages.keep_only(LOCAL, {found.sha256})
    assert packages.verified(LOCAL, found.sha256) == found
    packages.keep_only(LOCAL, set())
    with pytest.raises(NotFound):
        packages.get(LOCAL, found.sha256)


def test_what_a_crash_left_is_replaced(packages: Packages) -> None:
    found = packages.add(LOCAL, package(adder()))
    (found.folder / "manifest.json").unlink()
    assert packages.add(LOCAL, package(adder())).file == "1/model.onnx"


def test_a_package_that_is_too_large_is_refused(packages: Packages, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("groundstone.endpoints.packages.MOST_BYTES", 10)
    with pytest.raises(DocumentTooLarge):
        packages.add(LOCAL, package(adder()))
    with pytest.raises(InvalidInput, match="empty"):
        packages.add(LOCAL, b"")


def test_one_top_folder_is_passed_over_but_a_version_is_not(tmp_path: Path) -> None:
    assert examined(tmp_path, ["model/1/model.onnx"], KINDS).root == "model/"
    assert examined(tmp_path, ["1/model.onnx"], KINDS).root == ""
    assert examined(tmp_path, ["1/model.onnx", "notes.txt"], KINDS).file == "1/model.onnx"
