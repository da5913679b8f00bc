"""Writes an ONNX model as bytes: just enough of the format's protocol buffers for our own graphs.

Large weights can stay where they are: an initialiser may point into another file (``Graph.external``).
Field numbers are those of the ONNX format (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto).
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from groundstone.models.tensors import TensorPlace

Attribute = float | int | str | Sequence[int]
ELEMENT_TYPES = {"float32": 1, "uint8": 2, "int8": 3, "int32": 6, "int64": 7}
IR_VERSION, OPSET = 8, 17
MICROSOFT = "com.microsoft"


class Graph:
    """Collects nodes and initialisers in order; ``to_bytes`` gives the model."""

    def __init__(self) -> None:
        self._nodes: list[bytes] = []
        self._initialisers: dict[str, bytes] = {}
        self._inputs: list[bytes] = []
        self._outputs: list[bytes] = []

    def input(self, name: str, kind: str, shape: Sequence[int | str]) -> str:
        self._inputs.append(_value(name, kind, shape))
        return name

    def output(self, name: str, kind: str, shape: Sequence[int | str]) -> None:
        self._outputs.append(_value(name, kind, shape))

    def add(
        self,
        op: str,
        inputs: Sequence[str],
        outputs: int | Sequence[str] = 1,
        domain: str = "",
        **attributes: Attribute,
    ) -> list[str]:
        """One node; ``outputs`` are their names or how many to name. Returns the names."""
        label = f"{op}_{len(self._nodes)}"
        names = [f"{label}_{i}" for i in range(outputs)] if isinstance(outputs, int) else list(outputs)
        self._nodes.append(_node(label, op, domain, inputs, names, attributes))
        return names

    def constant(self, name: str, array: NDArray[Any]) -> str:
        """An initialiser whose numbers are inside the model."""
        data = np.ascontiguousarray(array)
        head = _tensor(name, data.shape, str(data.dtype))
        self._initialisers[name] = head + _bytes(9, data.tobytes())
        return name

    def external(self, name: str, file: str, place: TensorPlace) -> str:
        """An initialiser whose float32 numbers stay in ``file``, beside the model."""
        where = {"location": file, "offset": str(place.offset), "length": str(place.length)}
        entries = b"".join(_bytes(13, _text(1, key) + _text(2, value)) for key, value in where.items())
        self._initialisers[name] = _tensor(name, place.shape, "float32") + entries + _number(14, 1)
        return name

    def to_bytes(self) -> bytes:
        parts = [_bytes(1, node) for node in self._nodes]
        parts.append(_text(2, "groundstone"))
        parts += [_bytes(5, tensor) for tensor in self._initialisers.values()]
        parts += [_bytes(11, value) for value in self._inputs]
        parts += [_bytes(12, value) for value in self._outputs]
        opsets = _bytes(8, _text(1, "") + _number(2, OPSET)) + _bytes(8, _text(1, MICROSOFT) + _number(2, 1))
        return _number(1, IR_VERSION) + opsets + _bytes(7, b"".join(parts))


def _node(
    label: str,
    op: str,
    domain: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    attributes: Mapping[str, Attribute],
) -> bytes:
    parts = [_text(1, name) for name in inputs] + [_text(2, name) for name in outputs]
    parts += [_text(3, label), _text(4, op)]
    parts += [_bytes(5, _attribute(name, value)) for name, value in attributes.items()]
    parts.append(_text(7, domain))
    return b"".join(parts)


def _attribute(name: str, value: Attribute) -> bytes:
    head = _text(1, name)
    if isinstance(value, float):
        return head + _varint(2 << 3 | 5) + struct.pack("<f", value) + _number(20, 1)
    if isinstance(value, int):
        return head + _number(3, value) + _number(20, 2)
    if isinstance(value, str):
        return head + _text(4, value) + _number(20, 3)
    return head + b"".join(_number(8, item) for item in value) + _number(20, 7)


def _tensor(name: str, shape: Sequence[int], kind: str) -> bytes:
    return b"".join(_number(1, side) for side in shape) + _number(2, ELEMENT_TYPES[kind]) + _text(8, name)


def _value(name: str, kind: str, shape: Sequence[int | str]) -> bytes:
    sides = (_number(1, side) if isinstance(side, int) else _text(2, side) for side in shape)
    dimensions = b"".join(_bytes(1, side) for side in sides)
    return _text(1, name) + _bytes(2, _bytes(1, _number(1, ELEMENT_TYPES[kind]) + _bytes(2, dimensions)))


def _varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def _bytes(field: int, data: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(data)) + data


def _text(field: int, text: str) -> bytes:
    return _bytes(field, text.encode())


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)
