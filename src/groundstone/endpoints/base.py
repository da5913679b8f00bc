"""The nouns of endpoints, and the seam to what runs a model: ``Runner`` and ``Loaded``."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Protocol

from groundstone.identity import Principal

JSON = "application/json"
PICTURES = ("image/jpeg", "image/png", "application/x-image")


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a model: bytes of a media type, and who asks."""

    caller: Principal
    body: bytes = field(repr=False)
    content_type: str = JSON
    accept: str = ""

    @property
    def media_type(self) -> str:
        """The content type without its parameters, in small letters."""
        return self.content_type.partition(";")[0].strip().lower() or JSON


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model says to a request."""

    body: bytes = field(repr=False)
    content_type: str = JSON


@dataclass(frozen=True, slots=True)
class Content:
    """What a model is.

    Args:
        kind: of the runner: "onnx", "forensics", "catalogue", or one that the platform added.
        package: SHA-256 of the package that holds it; empty when none is needed.
        model: name in the catalogue of models, for the kind "catalogue".
    """

    kind: str
    package: str = ""
    model: str = ""

    def to_json(self) -> dict[str, str]:
        return asdict(self)

    @classmethod
    def from_json(cls, entries: Mapping[str, str]) -> Content:
        return cls(**entries)


@dataclass(frozen=True, slots=True)
class Given:
    """What a runner loads, and on whose behalf.

    Args:
        folder: that of the model in the unpacked package; None where there is no package.
        file: the ONNX file in it, for the kind "onnx".
        model: name in the catalogue, for the kind "catalogue".
        at_once: requests that are to be answered at the same time.
    """

    owner: Principal
    folder: Path | None = None
    file: str = ""
    model: str = ""
    at_once: int = 1


class Loaded(Protocol):
    """A model, ready to be asked. Safe to use from several threads."""

    def predict(self, call: Call) -> Answer:
        """Raises InvalidInput for a body that the model cannot take, ModelError and its kinds when it fails."""
        ...

    def stream(self, call: Call) -> Generator[bytes, None, None]:
        """The answer piece by piece. Raises WrongModel at once for a model that gives it whole only."""
        ...

    def close(self) -> None: ...


class Runner(Protocol):
    """Loads models of one kind."""

    def load(self, given: Given) -> Loaded:
        """Raises InvalidInput, NotFound or ModelError with the reason why it cannot be served."""
        ...


@dataclass(frozen=True, slots=True)
class Variant:
    """One version behind an endpoint, with its share of the requests.

    Args:
        weight: share, against those of the other variants.
        count: instances: how many requests an ONNX model answers at the same time, each in a process of its own.
        model: name of the model, as it was when the endpoint was made.
        content: what that model was then; deleting or replacing the model changes nothing here.
        image: name of a container, which is told again and never pulled.
    """

    name: str
    model: str
    content: Content
    weight: float = 1.0
    count: int = 1
    image: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, entries: Mapping[str, Any]) -> Variant:
        return cls(**{**entries, "content": Content.from_json(entries["content"])})
