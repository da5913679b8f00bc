"""The limited child process that runs one ONNX model of a package: started once, asked many times.

It reads the model, gives up the right to open files (so that a hostile model cannot take its weights from elsewhere),
to write and to start programs, and answers over the socket on its standard input: a header line (JSON) and the body
come in, a header line and the body go out.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from groundstone.endpoints import child_bodies, child_pictures, recipe
from groundstone.endpoints.base import JSON, PICTURES
from groundstone.endpoints.child_bodies import Array, Asked, Port
from groundstone.errors import GroundstoneError, InvalidInput
from groundstone.models import runtime

EXTERNAL = b"\n\x08location"  # the key of a tensor whose numbers lie in another file
NPY = "application/x-npy"
ARTICLE_SIDES = (128, 128, 3)


class Network:
    """The model and how bodies become its input."""

    def __init__(self, graph: bytes, told: recipe.Recipe) -> None:
        self._session = runtime.session(graph, Path(os.devnull))
        self._ports = [Port.of(node) for node in self._session.get_inputs()]
        self._outputs = [node.name for node in self._session.get_outputs()]
        for port in self._ports:
            port.type  # noqa: B018 - raises for what cannot be served
        self._told, self._how = told, told.picture
        if self._how is None and len(self._ports) == 1 and self._ports[0].sides[1:] == ARTICLE_SIDES:
            self._how = recipe.ARTICLE
        self._one_by_one = any(port.sides[:1] == (1,) for port in self._ports)

    def described(self) -> dict[str, Any]:
        inputs = [{"name": port.name, "type": port.kind, "shape": list(port.sides)} for port in self._ports]
        return {"inputs": inputs, "outputs": self._outputs, "pictures": self._how is not None}

    def answer(self, body: bytes, media_type: str) -> dict[str, Any]:
        """Raises InvalidInput, ModelError."""
        asked = self._asked(body, media_type)
        return child_bodies.reply(self._run(asked.arrays), asked.columns, self._told.labels)

    def _asked(self, body: bytes, media_type: str) -> Asked:
        if media_type in PICTURES:
            port = self._ports[0]
            if self._how is None or len(self._ports) != 1:
                raise InvalidInput("this model takes no pictures: its package has no model.json that says how")
            return Asked({port.name: port.fitting(self._pixels(body))})
        if media_type == JSON:
            return child_bodies.of_json(body, self._ports, self._pixels if self._how else None)
        if media_type == NPY:
            return child_bodies.of_npy(body, self._ports)
        raise InvalidInput(f"bodies are {JSON}, {', '.join(PICTURES)} or {NPY}, not {media_type[:60]!r}")

    def _pixels(self, body: bytes) -> Array:
        assert self._how is not None  # the callers looked
        return child_pictures.numbers(body, self._how)

    def _run(self, arrays: dict[str, Array] | Any) -> dict[str, Array]:
        rows = len(next(iter(arrays.values())))
        if not self._one_by_one or rows == 1:
            return dict(zip(self._outputs, self._session.run(self._outputs, dict(arrays)), strict=True))
        parts = [
            self._session.run(self._outputs, {n: a[row : row + 1] for n, a in arrays.items()}) for row in range(rows)
        ]
        return {name: np.concatenate([part[place] for part in parts]) for place, name in enumerate(self._outputs)}


def main() -> None:
    """The task is the only argument: JSON with folder, file and bytes of memory."""
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
        network = _loaded(task)
        _send(answers, {"ready": network.described()})
        while line := questions.readline():
            asked = json.loads(line)
            _answer(network, questions.read(asked["size"]), asked["media_type"], answers)
    except GroundstoneError as error:  # while it was loaded
        _send(answers, {"error": str(error), "status": 400, "ended": True})
    except Exception as error:
        _send(answers, {"error": f"{type(error).__name__}: {str(error)[:500]}", "status": 500, "ended": True})
        raise


def _loaded(task: dict[str, Any]) -> Network:
    folder = Path(task["folder"])
    graph, told = (folder / task["file"]).read_bytes(), recipe.load(folder)
    if EXTERNAL in graph:
        raise InvalidInput("the ONNX file keeps weights in other files; save it as one file and pack that")
    runtime.prepare()
    _limit(task["memory"])
    return Network(graph, told)


def _answer(network: Network, body: bytes, media_type: str, answers: BinaryIO) -> None:
    try:
        made = json.dumps(network.answer(body, media_type), separators=(",", ":")).encode()
    except InvalidInput as error:
        _send(answers, {"error": str(error), "status": 400})
    except (GroundstoneError, MemoryError) as error:
        _send(answers, {"error": str(error) or "it needs more memory than a model may have", "status": 500})
    else:
        _send(answers, {}, (made,))


def _send(answers: BinaryIO, head: dict[str, Any], body: Iterable[bytes] = ()) -> None:
    whole = b"".join(body)
    answers.write(json.dumps(head | {"size": len(whole)}).encode() + b"\n" + whole)
    answers.flush()


def _limit(memory: int) -> None:
    limits = {
        resource.RLIMIT_FSIZE: 0,  # no file can grow
        resource.RLIMIT_NOFILE: 0,  # nothing more can be opened
        resource.RLIMIT_NPROC: 0,  # no process of its own; has no effect for root
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "linux":  # macOS refuses this one
        limits[resource.RLIMIT_AS] = memory
    for kind, value in limits.items():
        resource.setrlimit(kind, (value, value))


if __name__ == "__main__":
    main()
