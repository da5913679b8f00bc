from __future__ import annotations

import os
from pathlib import Path

import pytest

from groundstone.errors import ConfigError, SourceError, UnreadableDocument
from groundstone.knowledge import sidefile
from groundstone.knowledge.source import Failure, Item, open_source
from groundstone.knowledge.spec import SourceSpec
from groundstone.schema import FieldSpec, Schema


def listed(root: Path) -> dict[str, Item | Failure]:
    return {item.name: item for item in open_source(SourceSpec("folder", str(root))).items()}


def write(path: Path, text: str = "text") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_files_are_found_in_all_folders_under_stable_ids(tmp_path: Path) -> None:
    for name in ("b.txt", "a/z.md", "a/b/c.txt", ".hidden", ".git/config"):
        write(tmp_path / name)
    found = listed(tmp_path)
    assert sorted(found) == ["a/b/c.txt", "a/z.md", "b.txt"]
    assert [item.id for item in found.values()] == list(found)


def test_a_fingerprint_changes_with_the_content_only(tmp_path: Path) -> None:
    file = write(tmp_path / "a.txt", "one")
    first = listed(tmp_path)["a.txt"]
    os.utime(file, (1, 1))
    touched = listed(tmp_path)["a.txt"]
    write(file, "two")
    changed = listed(tmp_path)["a.txt"]
    assert isinstance(first, Item)
    assert isinstance(touched, Item)
    assert isinstance(changed, Item)
    assert first.fingerprint == touched.fingerprint != changed.fingerprint
    assert changed.read() == b"two"


def test_a_side_file_belongs_to_its_file_and_changes_its_fingerprint(tmp_path: Path) -> None:
    write(tmp_path / "a.txt")
    before = listed(tmp_path)["a.txt"]
    write(tmp_path / "a.txt.metadata.json", '{"metadataAttributes": {}}')
    found = listed(tmp_path)
    after = found["a.txt"]
    assert list(found) == ["a.txt"]
    assert isinstance(before, Item)
    assert isinstance(after, Item)
    assert before.fingerprint != after.fingerprint
    assert after.side is not None
    assert after.side() == b'{"metadataAttributes": {}}'


def test_a_side_file_without_its_file_is_reported_and_is_no_document(tmp_path: Path) -> None:
    write(tmp_path / "a.txt.metadata.json", '{"metadataAttributes": {}}')
    lone = listed(tmp_path)["a.txt.metadata.json"]
    assert isinstance(lone, Failure)
    assert "'a.txt'" in lone.reason


def test_links_never_lead_out_of_the_folder(tmp_path: Path) -> None:
    secret = write(tmp_path / "secret.txt", "secret")
    root = tmp_path / "root"
    inside = write(root / "inside.txt")
    (root / "out.txt").symlink_to(secret)
    (root / "in.txt").symlink_to(inside)
    (root / "nowhere.txt").symlink_to(tmp_path / "missing")
    (root / "up").symlink_to(tmp_path, target_is_directory=True)
    found = listed(root)
    assert isinstance(found["in.txt"], Item)
    out, nowhere = found["out.txt"], found["nowhere.txt"]
    assert isinstance(out, Failure)
    assert "outside" in out.reason
    assert isinstance(nowhere, Failure)
    assert not any("secret" in name for name in found)


def test_pipes_are_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.txt")
    write(tmp_path / "a.txt")
    assert list(listed(tmp_path)) == ["a.txt"]


def test_a_name_that_is_no_text_is_reported(tmp_path: Path) -> None:
    try:
        Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.txt")).write_text("x")
    except OSError:
        pytest.skip("this file system takes only names that are text")
    (failure,) = listed(tmp_path).values()
    assert isinstance(failure, Failure)


def test_a_file_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with (tmp_path / "big.txt").open("wb") as file:
        file.truncate(65 * 2**20)
    item = listed(tmp_path)["big.txt"]
    assert isinstance(item, Item)
    with pytest.raises(UnreadableDocument, match="larger than 64 MB"):
        item.read()


@pytest.mark.parametrize("spec", [SourceSpec("folder", "nowhere"), SourceSpec("folder", ""), SourceSpec("s3", "x")])
def test_a_source_that_is_not_there_is_an_error(tmp_path: Path, spec: SourceSpec) -> None:
    with pytest.raises(SourceError):
        open_source(spec, tmp_path)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ConfigError):
        SourceSpec("ftp", "x")  # type: ignore[arg-type]


def test_a_relative_path_starts_from_the_base(tmp_path: Path) -> None:
    write(tmp_path / "docs" / "a.txt")
    assert [item.name for item in open_source(SourceSpec("folder", "docs"), tmp_path).items()] == ["a.txt"]


SIDE = b"""{"metadataAttributes": {
  "team": "law", "year": 2020, "final": true, "tags": ["a", "b"],
  "author": {"value": {"type": "STRING", "stringValue": "Ana"}, "includeForEmbedding": true},
  "price": {"value": {"type": "NUMBER", "numberValue": 7.5}, "includeForEmbedding": false},
  "people": {"value": {"type": "STRING_LIST", "stringListValue": ["Bo", "Cy"]}}},
  "readers": ["group:law", "user:ana"]}"""


def test_both_forms_of_side_files_become_fields() -> None:
    found = sidefile.read(SIDE)
    schema = Schema().with_fields(found.specs)
    assert found.typed(schema) == {
        "team": "law",
        "year": 2020.0,
        "final": True,
        "tags": ("a", "b"),
        "author": "Ana",
        "price": 7.5,
        "people": ("Bo", "Cy"),
    }
    assert [spec.name for spec in schema.fields if spec.embedded] == ["author"]
    assert not any(spec.in_text for spec in schema.fields)
    assert found.readers == ("group:law", "user:ana")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b'{"metadataAttributes": {"a": null}}',
        b'{"metadataAttributes": {"a": {"value": {"type": "DATE", "dateValue": 1}}}}',
        b'{"metadataAttributes": {"_readers": "x"}}',
        b'{"metadataAttributes": {}, "readers": []}',
        b'{"metadataAttributes": {}, "readers": ["ana"]}',
        b'{"metadataAttributes": {}, "readers": "*"}',
        b"[" * 100_000,
    ],
)
def test_a_side_file_that_cannot_be_understood_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="metadata"):
        sidefile.read(data)


def test_a_value_that_does_not_fit_the_field_is_refused() -> None:
    from groundstone.errors import InvalidInput

    schema = Schema((FieldSpec("year", "number"),))
    with pytest.raises(InvalidInput):
        sidefile.read(b'{"metadataAttributes": {"year": "soon"}}').typed(schema)
