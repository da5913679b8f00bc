"""What the tests of endpoints share: tiny models, packages of them, and endpoints over real parts."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from groundstone.endpoints.base import Content, Runner, Variant
from groundstone.endpoints.onnx import OnnxRunner
from groundstone.endpoints.service import Endpoints
from groundstone.identity import LOCAL
from groundstone.models.onnxgraph import Graph
from groundstone.stores.resources import Resource, Resources


@cache
def network(sides: tuple[int | str, ...] = ("n", 128, 128, 3), factor: float = 1.0) -> bytes:
    """The mean of each band, weighed into two classes: shape (n, 2), rows that sum to 1. ``factor`` turns it round."""
    graph = Graph()
    graph.input("picture", "float32", sides)
    (means,) = graph.add("ReduceMean", ["picture"], axes=[1, 2], keepdims=0)
    weights = graph.constant("weights", np.array([[1, -1], [0, 0], [0, 0]], np.float32) * np.float32(factor))
    (sums,) = graph.add("MatMul", [means, weights])
    graph.add("Softmax", [sums], ["classes"], axis=1)
    graph.output("classes", "float32", ["n", 2])
    return graph.to_bytes()


@cache
def adder(value: float = 1.0) -> bytes:
    """Rows of two numbers, to each of which ``value`` is added."""
    graph = Graph()
    graph.input("x", "float32", ["n", 2])
    graph.add("Add", ["x", graph.constant("value", np.array([value], np.float32))], ["y"])
    graph.output("y", "float32", ["n", 2])
    return graph.to_bytes()


def tar(files: Mapping[str, bytes]) -> bytes:
    """model.tar.gz."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", compresslevel=1) as archive:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    return out.getvalue()


def package(graph: bytes | None = None, **told: Any) -> bytes:
    """A package of an ONNX model as the article's archive is laid out."""
    files = {"model/1/model.onnx": network() if graph is None else graph}
    return tar(files | ({"model/model.json": json.dumps(told).encode()} if told else {}))


def instances(value: float = 0.5, count: int = 1) -> bytes:
    """The article's body: pictures of 128 x 128 x 3 numbers."""
    return json.dumps({"instances": np.full((count, 128, 128, 3), value).round(3).tolist()}).encode()


def raw_tar(*entries: tuple[str, bytes, bytes], gz: bool = True) -> bytes:
    """Headers written by hand: name, type flag and data of each entry."""
    out = b"".join(header(name, flag, len(data)) + data + bytes(-len(data) % 512) for name, flag, data in entries)
    out += bytes(1024)
    return gzip.compress(out) if gz else out


def header(name: str, flag: bytes = b"0", size: int = 0, link: str = "") -> bytes:
    head = bytearray(512)
    head[:100] = name.encode()[:100].ljust(100, b"\0")
    head[100:108] = b"0000644\0"
    head[124:136] = b"%011o\0" % size
    head[156:157] = flag
    head[157:257] = link.encode()[:100].ljust(100, b"\0")
    head[257:265] = b"ustar\x0000"
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(head)
    return bytes(head)


def variant(name: str, model: str, weight: float = 1.0, count: int = 1) -> Variant:
    return Variant(name, model, Content(""), weight, count)


@contextmanager
def endpoints_at(
    home: Path, runners: Mapping[str, Runner] | None = None, fetch: Callable[[str], bytes] | None = None
) -> Iterator[Endpoints]:
    home.mkdir(parents=True, exist_ok=True)
    resources = Resources(home / "resources.db")
    known: Mapping[str, Runner] = {"onnx": OnnxRunner()} if runners is None else runners
    made = Endpoints(home / "endpoints", resources, known, fetch or _nothing)
    try:
        yield made
    finally:
        made.close()
        resources.close()


def ended(endpoints: Endpoints, name: str) -> Resource:
    """The endpoint, once it is neither created nor updated any more."""
    for _ in range(1000):
        found = endpoints.find(LOCAL, name)
        if found.body["status"] not in ("Creating", "Updating"):
            return found
        time.sleep(0.01)
    raise AssertionError("the endpoint is never ready")


def _nothing(address: str) -> bytes:
    raise AssertionError(f"nobody asked for {address}")
