"""The limited child process that runs a CLIP-like model: pictures and texts in, vectors out.

As ``endpoints/child_onnx.py``: it reads the model, then gives up the right to open files, to write and to start
programs, and answers over the socket on its standard input, a header line (JSON) and a body each way.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from groundstone.endpoints import child_pictures
from groundstone.endpoints.recipe import PictureInput
from groundstone.errors import GroundstoneError, InvalidInput
from groundstone.models import runtime
from groundstone.models.base import Vectors

EXTERNAL = b"\n\x08location"  # the key of a tensor whose numbers lie in another file
TOKENS = 77  # that CLIP reads of a text
MOST_SIDE = 4096  # pixels that a model may ask for
MOST_CONFIG = 2**20  # bytes
_KINDS = {"tensor(float)": np.float32, "tensor(int64)": np.int64, "tensor(int32)": np.int32}


class Look:
    """How a picture becomes pixels, by preprocessor_config.json of Hugging Face's image processors."""

    def __init__(self, data: dict[str, Any]) -> None:
        size = data.get("size", 224)
        crop = data.get("crop_size", size)
        self.cropped = bool(data.get("do_center_crop", True))
        self.width, self.height = _sides(crop if self.cropped else size)
        self.shortest = _sides(size)[0] if self.cropped else 0
        self.scale = float(data.get("rescale_factor", 1 / 255)) if data.get("do_rescale", True) else 1.0
        normal = bool(data.get("do_normalize", True))
        self.mean = np.array(data["image_mean"] if normal else [0.0] * 3, np.float32)
        self.deviation = np.array(data["image_std"] if normal else [1.0] * 3, np.float32)
        if self.mean.shape != (3,) or self.deviation.shape != (3,) or not np.all(self.deviation > 0):
            raise ValueError("image_mean and image_std are three numbers each, those of image_std above 0")

    def pixels(self, png: bytes) -> Vectors:
        """Shape (1, 3, height, width): the shorter side made to fit and the middle cut out, or all of it stretched."""
        width, height = (self.width, self.height)
        if self.cropped:
            width, height = _fitted(png, max(self.shortest, self.width, self.height))
        whole = child_pictures.numbers(png, PictureInput("rgb", 90, width, height, "nhwc", 1.0))[0]
        top, left = (height - self.height) // 2, (width - self.width) // 2
        part = whole[top : top + self.height, left : left + self.width]
        made = (part * np.float32(self.scale) - self.mean) / self.deviation
        return np.ascontiguousarray(made.transpose(2, 0, 1)[None], np.float32)


def _sides(size: Any) -> tuple[int, int]:
    """Width and height from a number, {"shortest_edge": n} or {"height": n, "width": n}. Raises ValueError."""
    if isinstance(size, dict):
        size = [size.get("width", size.get("shortest_edge")), size.get("height", size.get("shortest_edge"))]
    sides = size if isinstance(size, list) else [size, size]
    if not all(type(side) is int and 1 <= side <= MOST_SIDE for side in sides):
        raise ValueError(f"sizes are whole numbers from 1 to {MOST_SIDE}")
    return sides[0], sides[1]


def _fitted(png: bytes, shortest: int) -> tuple[int, int]:
    """Width and height with this shorter side. A PNG says its own in its first chunk (PNG, section 11.2.2)."""
    width, height = int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
    if not 0 < width <= 20 * height or not 0 < height <= 20 * width:
        raise InvalidInput("the picture is no PNG, or more than 20 times as long as wide")
    factor = shortest / min(width, height)
    return max(round(width * factor), shortest), max(round(height * factor), shortest)


class Both:
    """The two networks."""

    def __init__(self, vision: bytes, text: bytes, tokenizer: Any, look: Look) -> None:
        self._vision, self._text = runtime.session(vision), runtime.session(text)
        self._tokenizer, self._look = tokenizer, look
        sizes = {len(self.vector("text/plain", b"a slide")), len(self._seen(np.zeros(self._shape(), np.float32)))}
        if len(sizes) != 1:
            raise InvalidInput(
                "vision.onnx and text.onnx give vectors of different lengths; they do not belong together"
            )
        self.dimensions = sizes.pop()

    def vector(self, media_type: str, body: bytes) -> Vectors:
        if media_type == "image/png":
            return self._seen(self._look.pixels(body))
        ids = np.array([self._ids(body.decode())])
        given = {
            node.name: _as(node, np.ones_like(ids) if "mask" in node.name else ids) for node in self._text.get_inputs()
        }
        return _pooled(self._text, given, "text_embeds")

    def _shape(self) -> tuple[int, ...]:
        return (1, 3, self._look.height, self._look.width)

    def _seen(self, pixels: Vectors) -> Vectors:
        node = self._vision.get_inputs()[0]
        return _pooled(self._vision, {node.name: _as(node, pixels)}, "image_embeds")

    def _ids(self, text: str) -> list[int]:
        """Tokens; repeated to the length that the graph demands by the last one, which ends a text."""
        ids: list[int] = self._tokenizer.encode(text).ids
        sides = self._text.get_inputs()[0].shape
        length = sides[1] if len(sides) == 2 and isinstance(sides[1], int) else 0
        return (ids + [ids[-1]] * length)[:length] if length else ids


def _as(node: Any, array: Any) -> Any:
    if node.type not in _KINDS:
        raise InvalidInput(f"the input {node.name} takes {node.type}; export the model with float32 and int64")
    return array.astype(_KINDS[node.type])


def _pooled(session: Any, given: dict[str, Any], wanted: str) -> Vectors:
    """The output of that name, otherwise the first that holds one vector."""
    outputs = [node.name for node in session.get_outputs()]
    made = dict(zip(outputs, session.run(outputs, given), strict=True))
    single = [name for name, array in made.items() if array.ndim == 2 and len(array) == 1]
    if not single:
        raise InvalidInput(f"no output of the model is one vector; export it with {wanted}")
    return np.asarray(made[wanted if wanted in single else single[0]][0], np.float32)


def main() -> None:
    """The task is the only argument: JSON with folder and bytes of memory."""
    task = json.loads(sys.argv[1])
    with (
        socket.socket(fileno=os.dup(0)) as connection,
        connection.makefile("rb") as questions,
        connection.makefile("wb") as answers,
    ):
        serve(task, questions, answers)


def serve(task: dict[str, Any], questions: BinaryIO, answers: BinaryIO) -> None:
    """Load, then answer until the parent is gone. What nobody expected is told, and ends the process."""
    try:
        both = _loaded(Path(task["folder"]), task["memory"])
        _send(answers, {"ready": {"dimensions": both.dimensions}})
        while line := questions.readline():
            asked = json.loads(line)
            _answer(both, asked["media_type"], questions.read(asked["size"]), answers)
    except GroundstoneError as error:  # while it was loaded
        _send(answers, {"error": str(error), "status": 400, "ended": True})
    except Exception as error:
        _send(answers, {"error": f"{type(error).__name__}: {str(error)[:500]}", "status": 500, "ended": True})
        raise


def _answer(both: Both, media_type: str, body: bytes, answers: BinaryIO) -> None:
    try:
        made = both.vector(media_type, body).astype("<f4").tobytes()
    except InvalidInput as error:
        _send(answers, {"error": str(error), "status": 400})
    else:
        _send(answers, {}, made)


def _loaded(folder: Path, memory: int) -> Both:
    vision, text = ((folder / name).read_bytes() for name in ("vision.onnx", "text.onnx"))
    if EXTERNAL in vision or EXTERNAL in text:
        raise InvalidInput("an ONNX file keeps weights in other files; save it as one file")
    config = folder / "preprocessor_config.json"
    try:
        if config.stat().st_size > MOST_CONFIG:
            raise ValueError("it is larger than 1 MB")
        look = Look(json.loads(config.read_text("utf-8")))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidInput(f"preprocessor_config.json cannot be used: {error!r}") from None
    tokenizer = runtime.tokenizer(folder / "tokenizer.json", TOKENS)
    runtime.prepare()
    _confine(memory)
    return Both(vision, text, tokenizer, look)


def _confine(memory: int) -> None:
    """From now on no file can be opened or written, and no process started."""
    limits = {resource.RLIMIT_FSIZE: 0, resource.RLIMIT_NOFILE: 0, resource.RLIMIT_NPROC: 0, resource.RLIMIT_CORE: 0}
    if sys.platform == "linux":  # macOS refuses this one
        limits[resource.RLIMIT_AS] = memory
    for kind, value in limits.items():
        resource.setrlimit(kind, (value, value))


def _send(answers: BinaryIO, head: dict[str, Any], body: bytes = b"") -> None:
    answers.write(json.dumps(head | {"size": len(body)}).encode() + b"\n" + body)
    answers.flush()


if __name__ == "__main__":
    main()
