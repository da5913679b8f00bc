"""Custom models on disk: one folder for each, below one for their tenant; every file is checked by its SHA-256."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal

from groundstone.errors import Conflict, InvalidInput, NotFound, WeightsCorrupt
from groundstone.models.base import ModelInfo
from groundstone.models.custom_picture import confusion_svg, report_page
from groundstone.models.custom_report import Report
from groundstone.models.lockfile import locked

log = logging.getLogger(__name__)
Method = Literal["head", "few-shot"]
FORM = 1  # of the manifest
MANIFEST, REPORT = "manifest.json", "report.json"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")


@dataclass(frozen=True, slots=True)
class CustomModel:
    """A trained model as it lies on disk, in ``folder``.

    Args:
        embed: the embedding model whose vectors it needs; it cannot be used with another.
        chat: the chat model behind the method "few-shot"; empty otherwise.
        created: UTC, ISO 8601.
        examples: on how many it was trained.
        temperature, penalty: of the method "head".
        trust: of the method "few-shot": how often each label was right when it was given.
    """

    name: str
    tenant: str
    method: Method
    labels: tuple[str, ...]
    embed: str
    chat: str
    created: str
    examples: int
    folder: Path
    temperature: float = 1.0
    penalty: float = 0.0
    trust: tuple[float, ...] = ()

    @property
    def id(self) -> str:
        """Twelve letters and digits for its name and tenant, which ARNs end in; the same after another training."""
        return hashlib.sha256(f"{self.tenant}/{self.name}".encode()).hexdigest()[:12]

    @property
    def info(self) -> ModelInfo:
        """How it appears among the models of its tenant."""
        title = f"Classifier: {', '.join(self.labels)}"[:120]
        can = frozenset({"stream", "count"})
        made = ModelInfo(self.name, "chat", "custom", title=title, aliases=(self.id,), tenant=self.tenant)
        return replace(made, abilities=can)  # type: ignore[arg-type]

    def report(self) -> Report:
        """The figures on held-out examples. Raises WeightsCorrupt."""
        try:
            return Report.from_json(json.loads((self.folder / REPORT).read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise damaged(self.folder, error) from None

    def picture(self) -> str:
        """The confusion matrix as an SVG document."""
        return confusion_svg(self.report())

    def page(self) -> str:
        """The report as an HTML page that stands alone."""
        return report_page(self.name, self.report())


class CustomFiles:
    """The custom models below ``root``, usually ``<home>/custom``. Safe to use from several processes."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def list(self, tenant: str) -> list[CustomModel]:
        """By name. Raises WeightsCorrupt for one whose manifest cannot be read; ``delete`` removes it."""
        found = sorted(self._home(tenant).glob(f"[!.]*/{MANIFEST}"))
        return [_read(path.parent, tenant) for path in found]

    def readable(self, tenant: str) -> Iterator[CustomModel]:
        """The same without those that are damaged, which the log names: they shall not hide the others."""
        for path in sorted(self._home(tenant).glob(f"[!.]*/{MANIFEST}")):
            try:
                yield _read(path.parent, tenant)
            except WeightsCorrupt as error:
                log.warning("%s", error)

    def find(self, name: str, tenant: str) -> CustomModel:
        """Raises NotFound, also for a model of another tenant."""
        folder = self._folder(name, tenant)
        if not (folder / MANIFEST).is_file():
            raise _absent(name)
        return _read(folder, tenant)

    def stamp(self, name: str, tenant: str) -> tuple[int, int]:
        """Another one after each training. Raises NotFound."""
        path = self._folder(name, tenant) / MANIFEST
        try:
            status = path.stat()
        except FileNotFoundError:
            raise _absent(name) from None
        return status.st_mtime_ns, status.st_ino

    def delete(self, name: str, tenant: str) -> None:
        """Raises NotFound."""
        folder = self._folder(name, tenant)
        with self._lock(tenant):
            if not folder.is_dir():
                raise _absent(name)
            gone = folder.with_name(f".{name}.gone")
            shutil.rmtree(gone, ignore_errors=True)
            os.rename(folder, gone)
            shutil.rmtree(gone)

    def check_free(self, name: str, tenant: str) -> None:
        """Raises InvalidInput for a name that cannot be used, Conflict for one that is taken."""
        if self._folder(name, tenant).exists():
            raise Conflict(f"there is a custom model {name!r} already; replace or delete it, or choose another name")

    def publish(self, model: CustomModel, write: Callable[[Path], None], replace: bool = False) -> CustomModel:
        """Let ``write`` fill a folder, then put it in place whole. Raises Conflict when the name is taken."""
        folder = self._folder(model.name, model.tenant)
        with self._lock(model.tenant):
            if not replace:
                self.check_free(model.name, model.tenant)
            staging, old = folder.with_name(f".{model.name}.staging"), folder.with_name(f".{model.name}.gone")
            for rest in (staging, old):
                shutil.rmtree(rest, ignore_errors=True)
            staging.mkdir()
            try:
                write(staging)
                _write_manifest(model, staging)
                if folder.exists():
                    os.rename(folder, old)
                os.rename(staging, folder)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
                shutil.rmtree(old, ignore_errors=True)
        return self.find(model.name, model.tenant)

    def _home(self, tenant: str) -> Path:
        return self.root / hashlib.sha256(tenant.encode()).hexdigest()[:32]

    def _folder(self, name: str, tenant: str) -> Path:
        if not _NAME.fullmatch(name):
            raise InvalidInput(f"a custom model's name is up to 63 letters (a to z), digits and . _ -, not {name!r}")
        return self._home(tenant) / name

    def _lock(self, tenant: str) -> Any:
        home = self._home(tenant)
        home.mkdir(parents=True, exist_ok=True, mode=0o700)
        return locked(home / ".lock")


def verify(model: CustomModel) -> None:
    """Compare every file with the manifest. Raises WeightsCorrupt, which names the file."""
    listed = _manifest(model.folder)["files"]
    for name, sha256 in listed.items():
        if not (model.folder / name).is_file() or _sha256(model.folder / name) != sha256:
            raise WeightsCorrupt(f"{model.folder / name} is not the file that was trained; train {model.name} again")


def _absent(name: str) -> NotFound:
    return NotFound(f"no custom model {name!r}; `groundstone models custom list` shows those there are")


def damaged(folder: Path, error: Exception) -> WeightsCorrupt:
    said = f"{type(error).__name__}: {error}"
    return WeightsCorrupt(f"the custom model in {folder} is damaged ({said}); delete it and train it again")


def _write_manifest(model: CustomModel, folder: Path) -> None:
    entries = {spec.name: getattr(model, spec.name) for spec in fields(model) if spec.name != "folder"}
    entries |= {"form": FORM, "files": {path.name: _sha256(path) for path in sorted(folder.iterdir())}}
    with (folder / MANIFEST).open("w", encoding="utf-8") as file:
        json.dump(entries, file, indent=1, ensure_ascii=False)
        file.flush()
        os.fsync(file.fileno())


def _read(folder: Path, tenant: str) -> CustomModel:
    entries = _manifest(folder)
    try:
        entries.pop("files")
        if entries.pop("form") != FORM or entries["tenant"] != tenant or entries["name"] != folder.name:
            raise ValueError("the manifest is of another model, or of another version")
        lists = {key: tuple(entries[key]) for key in ("labels", "trust")}
        return CustomModel(**entries | lists, folder=folder)
    except (KeyError, TypeError, ValueError) as error:
        raise damaged(folder, error) from None


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        entries = json.loads((folder / MANIFEST).read_text("utf-8"))
        if not isinstance(entries, dict) or not isinstance(entries.get("files"), dict):
            raise ValueError("the manifest is no object with files")
    except (OSError, ValueError) as error:
        raise damaged(folder, error) from None
    if any(Path(name).name != name for name in entries["files"]):
        raise damaged(folder, ValueError("the manifest names files outside its folder"))
    return entries


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
