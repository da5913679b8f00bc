"""Settings: environment variables named GROUNDSTONE_*, over ``config.toml`` in the home folder, over defaults."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from groundstone.errors import ConfigError

PREFIX = "GROUNDSTONE_"


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; docs/configuration.md describes each.

    home: weights, knowledge bases and conversations live here.
    store: "sqlite", or "lance" for very many records (extra ``lance``).
    precision: form of the embedding weights, "int8" or "float32".
    threads: processor threads for embedded models; 0 chooses.
    chat_url: base address of an OpenAI-compatible server, ending in /v1; empty means extractive answers.
    chat_model: model name at that server.
    chat_api_key: its bearer key.
    chat_timeout: seconds to wait for the next piece of a reply.
    answer_model: model of the catalogue that words answers; empty means chat_model, if that is set.
    usage_days: how long the ledger keeps what was used; 0 means for ever.
    host: address that ``serve`` listens on.
    port: port that ``serve`` listens on.
    access_key: what callers must show (bearer header, or the sign-in page); needed when host is not loopback.
    max_upload_mb: largest request body that is read.
    hub: base address of a model hub that ``models pull`` may use; empty means none.
    s3_endpoint: address of an S3-compatible store; empty means the one of the AWS SDK.
    buckets: folder whose subfolders stand for buckets of S3; empty means ``buckets`` in the home folder.
    reading_at_once: pages that are read at the same time; 0 chooses, by the processors there are.
    documents_hours: how long documents uploaded to /api/documents are kept.
    reader_model: model of the catalogue that also reads documents and slides, from their pictures; empty means none.
    slides_engine: what embeds pictures of slides: a folder with a CLIP-like model, or a model of the catalogue.
    slides_way: how slides are found, by what stands on them "together" with their pictures, or by "described" ones.
    source_roots: folders, joined as in PATH, that holders of access keys may name as sources; empty means none.
    """

    home: Path = field(default_factory=lambda: Path.home() / ".groundstone")
    store: str = "sqlite"
    precision: str = "int8"
    threads: int = 0
    chat_url: str = ""
    chat_model: str = ""
    chat_api_key: str = field(default="", repr=False)
    chat_timeout: float = 60.0
    answer_model: str = ""
    usage_days: int = 400
    host: str = "127.0.0.1"
    port: int = 8765
    access_key: str = field(default="", repr=False)
    max_upload_mb: int = 64
    hub: str = ""
    s3_endpoint: str = ""
    buckets: str = ""
    source_roots: str = ""
    reading_at_once: int = 0
    documents_hours: float = 24.0
    reader_model: str = ""
    slides_engine: str = ""
    slides_way: str = "together"


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings. Raises ConfigError for an unknown name or a value of the wrong type."""
    environ = os.environ if environ is None else environ
    home = Path(environ.get(PREFIX + "HOME") or Settings().home).expanduser().absolute()
    values: dict[str, Any] = {"home": home}
    for name, text in _file_values(home).items():
        values[name] = _typed(name, text, f"{home / 'config.toml'}: {name}")
    for spec in fields(Settings):
        text = environ.get(PREFIX + spec.name.upper())
        if text and spec.name != "home":
            values[spec.name] = _typed(spec.name, text, PREFIX + spec.name.upper())
    return _validated(Settings(**values))


def _file_values(home: Path) -> dict[str, Any]:
    path = home / "config.toml"
    if not path.is_file():
        return {}
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from None
    unknown = set(values) - {spec.name for spec in fields(Settings)} | (set(values) & {"home"})
    if unknown:
        raise ConfigError(f"{path}: unknown setting {sorted(unknown)[0]!r}; docs/configuration.md lists them all")
    return values


def _typed(name: str, value: Any, where: str) -> Any:
    kind = type(getattr(Settings(), name))
    try:
        return kind(value)
    except (TypeError, ValueError):
        raise ConfigError(f"{where}: {value!r} is not a valid {kind.__name__}") from None


def _validated(settings: Settings) -> Settings:
    if settings.store not in ("sqlite", "lance"):
        raise ConfigError(f"store is 'sqlite' or 'lance', not {settings.store!r}")
    if settings.precision not in ("int8", "float32"):
        raise ConfigError(f"precision is 'int8' or 'float32', not {settings.precision!r}")
    if not 0 <= settings.port <= 65535:
        raise ConfigError(f"port {settings.port} is not between 0 and 65535")
    if settings.threads < 0 or settings.chat_timeout <= 0 or settings.max_upload_mb < 1:
        raise ConfigError("threads may not be negative; chat_timeout and max_upload_mb must be positive")
    if settings.usage_days < 0:
        raise ConfigError("usage_days may not be negative; 0 keeps everything")
    if settings.reading_at_once < 0 or settings.documents_hours <= 0:
        raise ConfigError("reading_at_once may not be negative; documents_hours must be positive")
    if settings.slides_way not in ("together", "described"):
        raise ConfigError(f"slides_way is 'together' or 'described', not {settings.slides_way!r}")
    if bool(settings.chat_url) != bool(settings.chat_model):
        raise ConfigError("set chat_url and chat_model together, or neither")
    return settings
