"""Bodies of requests as arrays, and arrays as the replies of TensorFlow Serving. Used in the limited child process.

The form is that of its REST API: rows {"instances": [...]} give {"predictions": [...]}, columns {"inputs": ...} give
{"outputs": ...} (https://www.tensorflow.org/tfx/serving/api_rest).
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstone.errors import InvalidInput, ModelError

Array = NDArray[Any]
Picture = Callable[[bytes], Array]
_TYPES = {
    "tensor(float)": np.float32, "tensor(double)": np.float64, "tensor(float16)": np.float16,
    "tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(int8)": np.int8, "tensor(uint8)": np.uint8,
    "tensor(bool)": np.bool_,
}  # fmt: skip
MOST_ROWS = 4096


@dataclass(frozen=True, slots=True)
class Port:
    """An input or output of a network; sides that may be anything are None."""

    name: str
    kind: str
    sides: tuple[int | None, ...]

    @classmethod
    def of(cls, node: Any) -> Port:
        return cls(
            node.name, node.type, tuple(side if isinstance(side, int) and side > 0 else None for side in node.shape)
        )

    @property
    def type(self) -> Any:
        """Raises InvalidInput for types that no JSON body could carry."""
        if self.kind not in _TYPES:
            raise InvalidInput(f"the model's input {self.name!r} is of type {self.kind}, which is not served here")
        return _TYPES[self.kind]

    def array(self, value: Any) -> Array:
        """Nested lists as an array that fits. Raises InvalidInput."""
        try:
            made = np.asarray(value, self.type)
        except (ValueError, TypeError, OverflowError):
            raise InvalidInput(
                f"{self.name!r} takes numbers in lists of equal lengths, of shape {self.shown}"
            ) from None
        return self.fitting(made)

    def fitting(self, made: Array) -> Array:
        fits = made.ndim == len(self.sides) and all(
            wanted is None or wanted == side for wanted, side in list(zip(self.sides, made.shape, strict=True))[1:]
        )
        if not fits or not made.size:
            raise InvalidInput(f"{self.name!r} takes an array of shape {self.shown}, not {list(made.shape)}")
        return made.astype(self.type, copy=False)

    @property
    def shown(self) -> str:
        return "[" + ", ".join("any" if side is None else str(side) for side in (None, *self.sides[1:])) + "]"


@dataclass(frozen=True, slots=True)
class Asked:
    """Arrays by input, one row for each instance; ``columns``: the reply is in columns as well."""

    arrays: Mapping[str, Array]
    columns: bool = False


def of_json(body: bytes, ports: Sequence[Port], picture: Picture | None) -> Asked:
    """Raises InvalidInput."""
    try:
        sent = json.loads(body, parse_constant=_refused)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"the body is not valid JSON ({str(error)[:200]})") from None
    if not isinstance(sent, dict) or ("instances" in sent) == ("inputs" in sent):
        raise InvalidInput('the body is a JSON object with either "instances" (rows) or "inputs" (columns)')
    unknown = set(sent) - {"instances", "inputs", "signature_name"}
    if unknown or sent.get("signature_name", "serving_default") != "serving_default":
        raise InvalidInput('beside "instances" or "inputs" the body may hold "signature_name": "serving_default" only')
    if "inputs" in sent:
        return Asked(_columns(sent["inputs"], ports), columns=True)
    return Asked(_rows(sent["instances"], ports, picture))


def of_npy(body: bytes, ports: Sequence[Port]) -> Asked:
    """The body as numpy.save writes it; one that holds Python objects is refused. Raises InvalidInput."""
    port = _only(ports)
    try:
        made = np.load(BytesIO(body), allow_pickle=False)
    except (ValueError, EOFError, OSError, KeyError, TypeError, SyntaxError) as error:
        raise InvalidInput(f"the body is no array in the form of numpy.save ({str(error)[:200]})") from None
    if not isinstance(made, np.ndarray) or made.dtype.kind not in "fiub":
        raise InvalidInput("the body is no array of numbers in the form of numpy.save")
    return Asked({port.name: port.fitting(made)})


def _rows(rows: Any, ports: Sequence[Port], picture: Picture | None) -> dict[str, Array]:
    if not isinstance(rows, list) or not rows or len(rows) > MOST_ROWS:
        raise InvalidInput(f'"instances" is a list of 1 to {MOST_ROWS} instances')
    if picture is not None and all(isinstance(row, dict) and set(row) == {"b64"} for row in rows):
        return {_only(ports).name: np.concatenate([picture(_decoded(row["b64"])) for row in rows])}
    if len(ports) == 1 and not all(isinstance(row, dict) for row in rows):
        return {ports[0].name: ports[0].array(rows)}
    if not all(isinstance(row, dict) and set(row) == {port.name for port in ports} for row in rows):
        raise InvalidInput(f"each instance names the inputs: {', '.join(port.name for port in ports)}")
    return {port.name: port.array([row[port.name] for row in rows]) for port in ports}


def _columns(sent: Any, ports: Sequence[Port]) -> dict[str, Array]:
    if not isinstance(sent, dict):
        return {_only(ports).name: _only(ports).array(sent)}
    if set(sent) != {port.name for port in ports}:
        raise InvalidInput(f'"inputs" names the inputs: {", ".join(port.name for port in ports)}')
    arrays = {port.name: port.array(sent[port.name]) for port in ports}
    if len({len(array) for array in arrays.values()}) != 1:
        raise InvalidInput('all "inputs" have the same number of rows')
    return arrays


def _only(ports: Sequence[Port]) -> Port:
    if len(ports) != 1:
        raise InvalidInput(f"name the inputs of the model: {', '.join(port.name for port in ports)}")
    return ports[0]


def _decoded(text: Any) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError, TypeError):
        raise InvalidInput('"b64" is the base64 of a picture') from None


def _refused(word: str) -> float:
    raise ValueError(f"{word} is no number of JSON")


def reply(outputs: Mapping[str, Array], columns: bool, labels: Sequence[str] = ()) -> dict[str, Any]:
    """The answer in JSON's terms. Raises ModelError for numbers that JSON cannot carry.

    ``labels``: names for the numbers of the last output; then the likeliest of each row stands beside them.
    """
    for name, array in outputs.items():
        if array.dtype.kind not in "fiub" or not np.isfinite(array).all():
            raise ModelError(f"the model's output {name!r} holds values that are no finite numbers")
    lists = {name: array.tolist() for name, array in outputs.items()}
    if columns:
        return {"outputs": next(iter(lists.values())) if len(lists) == 1 else lists}
    if len(lists) == 1:
        made: dict[str, Any] = {"predictions": next(iter(lists.values()))}
    else:
        made = {"predictions": [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]}
    last = list(outputs.values())[-1]
    if labels and last.ndim == 2 and last.shape[1] == len(labels):
        made["labels"] = [labels[place] for place in last.argmax(1).tolist()]
    return made
