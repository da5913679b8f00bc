"""What a package holds, by its files. Nothing is executed or loaded to find out."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from groundstone.endpoints import recipe
from groundstone.errors import InvalidInput, UnsupportedDocument

CARD = "card.json"
FORENSICS, ONNX, CATALOGUE = "forensics", "onnx", "catalogue"
_VERSION = re.compile(r"[0-9]{1,18}")
_CONVERT = (
    "convert it with: python -m tf2onnx.convert --saved-model model/1 --output model/1/model.onnx --opset 17 "
    "(--keras FILE for a .keras or .h5 file), and pack the .onnx file instead"
)
_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".joblib", ".ckpt", ".mar")
_SCRIPTS = (".py", ".sh", ".so", ".dll", ".jar", ".js")


@dataclass(frozen=True, slots=True)
class Holds:
    """What was found: ``root`` is the folder of the model within the package, ``file`` its ONNX file.

    ``notes`` tell what is in the package and is never used.
    """

    kind: str
    root: str = ""
    file: str = ""
    model: str = ""
    notes: tuple[str, ...] = ()


def examined(folder: Path, files: Iterable[str], kinds: Iterable[str]) -> Holds:
    """What the files below ``folder`` are. ``kinds``: those that a runner exists for.

    Raises UnsupportedDocument for models of other kinds, with how to convert them, and InvalidInput.
    """
    names = sorted(files)
    root = _root(names)
    inside = [name.removeprefix(root) for name in names]
    told = recipe.load(folder / root)
    notes = tuple(f"{name} is kept and never run" for name in names if name.endswith(_SCRIPTS))
    file = _graph(inside, told.file)
    kind = told.kind or (FORENSICS if CARD in inside else ONNX if file else CATALOGUE if told.model else "")
    if not kind:
        raise _unknown(inside)
    if kind not in kinds:
        raise InvalidInput(f"model.json asks for the kind {kind[:60]!r}; there are: {', '.join(sorted(kinds))}")
    if kind == ONNX and not file:
        raise _unknown(inside)
    if kind == CATALOGUE and not told.model:
        raise InvalidInput('model.json of the kind "catalogue" needs "model": the name of a model of the catalogue')
    return Holds(kind, root, file if kind == ONNX else "", told.model, notes)


def _root(names: list[str]) -> str:
    """The one folder at the top, with a slash, that everything lies in; a version ("1/") is none."""
    tops = {PurePosixPath(name).parts[0] for name in names}
    if len(tops) > 1 or any("/" not in name for name in names):
        return ""
    (top,) = tops
    return "" if _VERSION.fullmatch(top) else top + "/"


def _graph(names: list[str], told: str) -> str:
    """The ONNX file: the one that is named, else that of the newest version, else the only one."""
    if told:
        if told not in names:
            raise InvalidInput(f"model.json names the file {told[:100]!r}, which is not in the package")
        return told
    graphs = [name for name in names if name.endswith(".onnx")]
    versions = [name for name in graphs if _VERSION.fullmatch(name.partition("/")[0]) and name.count("/") == 1]
    if versions:
        return max(versions, key=lambda name: (int(name.partition("/")[0]), name.endswith("/model.onnx"), name))
    if len(graphs) > 1:
        raise InvalidInput(f'the package holds {len(graphs)} ONNX files; say which one by "file" in model.json')
    return graphs[0] if graphs else ""


def _unknown(names: list[str]) -> InvalidInput:
    """The error for a package without a model that can be served, which says what to do about it."""
    ends = {PurePosixPath(name).suffix.lower() for name in names}
    last = {PurePosixPath(name).name for name in names}
    if last & {"saved_model.pb", "saved_model.pbtxt", "keras_metadata.pb"} or ends & {".keras", ".h5", ".tflite"}:
        return UnsupportedDocument(f"the package holds a TensorFlow or Keras model, which is not run here; {_CONVERT}")
    if "pytorch_model.bin" in last or ends & {*_PICKLES}:
        return UnsupportedDocument(
            "the package holds a model as Python objects, which could run any program when loaded and never are; "
            "export it with torch.onnx.export or skl2onnx, and pack the .onnx file instead"
        )
    if ".gguf" in ends or {"config.json", "model.safetensors"} <= last:
        return UnsupportedDocument(
            "the package holds a language model; put it into the catalogue (docs/engines.md) and name it in model.json "
            'as {"kind": "catalogue", "model": "NAME"}'
        )
    return UnsupportedDocument(
        "the package holds no model that is served here: 1/model.onnx, a folder of `groundstone forensics train`, or a "
        "model.json that names one of the catalogue; see docs/endpoints.md"
    )
