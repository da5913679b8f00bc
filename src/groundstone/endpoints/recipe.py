"""model.json: how a picture becomes the input of an ONNX model, and what its outputs are called."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from groundstone.errors import InvalidInput

FILE = "model.json"
MOST_BYTES = 2**20
Look = Literal["ela", "rgb", "grey"]
LOOKS: tuple[Look, ...] = ("ela", "rgb", "grey")
_NUMBERS = (int, float)


@dataclass(frozen=True, slots=True)
class PictureInput:
    """How a picture becomes numbers.

    Args:
        look: "ela" (what saving as JPEG at ``quality`` changes, made bright), "rgb" or "grey".
        width, height: the picture is stretched to these pixels (bicubic).
        layout: "nhwc" (batch, rows, columns, bands) or "nchw".
        scale: values from 0 to 255 are divided by it; then ``mean`` is taken off, and ``deviation`` divides.
    """

    look: Look = "ela"
    quality: int = 90
    width: int = 128
    height: int = 128
    layout: Literal["nhwc", "nchw"] = "nhwc"
    scale: float = 255.0
    mean: tuple[float, ...] = (0.0,)
    deviation: tuple[float, ...] = (1.0,)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


ARTICLE = PictureInput()  # error level analysis at quality 90, 128 x 128 x 3, divided by 255


@dataclass(frozen=True, slots=True)
class Recipe:
    """What model.json says. ``labels``: of the numbers of the last output, for readers; empty when not told."""

    kind: str = ""
    model: str = ""
    picture: PictureInput | None = None
    labels: tuple[str, ...] = ()
    file: str = ""


def load(folder: Path) -> Recipe:
    """The recipe in a package; one that says nothing where there is no model.json. Raises InvalidInput."""
    path = folder / FILE
    if not path.is_file():
        return Recipe()
    try:
        if path.stat().st_size > MOST_BYTES:
            raise ValueError("it is larger than 1 MB")
        entries = json.loads(path.read_text("utf-8"))
        return _read(entries)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{FILE} in the package cannot be used: {error}; docs/endpoints.md shows one") from None


def _read(entries: Any) -> Recipe:
    """Raises ValueError."""
    _only(entries, "", ("kind", "model", "input", "labels", "file", "name", "description"))
    labels = entries.get("labels", [])
    if not isinstance(labels, list) or not all(isinstance(one, str) and one for one in labels):
        raise ValueError('"labels" is a list of names')
    texts = {name: entries.get(name, "") for name in ("kind", "model", "file")}
    for name, value in texts.items():
        if not isinstance(value, str):
            raise ValueError(f'"{name}" is a text')
    return Recipe(texts["kind"], texts["model"], _picture(entries.get("input")), tuple(labels), texts["file"])


def _picture(entries: Any) -> PictureInput | None:
    if entries is None:
        return None
    _only(entries, "input", ("picture", "quality", "size", "layout", "scale", "mean", "deviation"))
    size = entries.get("size", [128, 128])
    if not isinstance(size, list) or len(size) != 2 or not all(_whole(side, 1, 4096) for side in size):
        raise ValueError('"size" is [width, height], each from 1 to 4096')
    look, layout = entries.get("picture", "ela"), entries.get("layout", "nhwc")
    if look not in LOOKS or layout not in ("nhwc", "nchw"):
        raise ValueError(f'"picture" is one of {", ".join(LOOKS)}; "layout" is nhwc or nchw')
    quality, scale = entries.get("quality", 90), entries.get("scale", 255.0)
    if not _whole(quality, 1, 100) or not _number(scale) or scale <= 0:
        raise ValueError('"quality" is from 1 to 100, "scale" a number above 0')
    mean, deviation = _bands(entries, "mean", 0.0), _bands(entries, "deviation", 1.0)
    if any(value <= 0 for value in deviation):
        raise ValueError('"deviation" has numbers above 0')
    return PictureInput(look, quality, size[0], size[1], layout, float(scale), mean, deviation)


def _bands(entries: Mapping[str, Any], name: str, default: float) -> tuple[float, ...]:
    values = entries.get(name, [default])
    if not isinstance(values, list) or len(values) not in (1, 3) or not all(map(_number, values)):
        raise ValueError(f'"{name}" is a list of one number, or of one for each of three bands')
    return tuple(map(float, values))


def _only(entries: Any, where: str, known: tuple[str, ...]) -> None:
    if not isinstance(entries, dict):
        raise ValueError(f"{where or 'it'} is no JSON object")
    unknown = sorted(set(entries) - set(known))
    if unknown:
        raise ValueError(f'{where or "it"} has an unknown member "{unknown[0][:60]}"; known are {", ".join(known)}')


def _whole(value: Any, low: int, high: int) -> bool:
    return type(value) is int and low <= value <= high


def _number(value: Any) -> bool:
    return type(value) in _NUMBERS and abs(value) < 1e9
