"""The models of text recognition: where they are, and how they are run. The only file that imports onnxruntime here.

The weights are those that rapidocr carries in its wheel (PP-OCR: a text detector, a line recogniser, a classifier for
lines that stand upside down); its code is not imported, which saves seconds of start-up. Every session runs in the
thread of its caller, so that a process that loaded them can fork.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.errors import WeightsMissing

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

_FILES = {"detect": "PP-OCRv*_det_*.onnx", "recognise": "PP-OCRv*_rec_*.onnx", "turn": "ch_ppocr_*_cls_*.onnx"}


@dataclass(frozen=True, slots=True)
class Models:
    """The loaded sessions; ``characters`` are what the recogniser's classes mean, the first being "no character"."""

    detect: Model
    recognise: Model
    turn: Model
    characters: tuple[str, ...]


class Model:
    """One network with one input and one output."""

    def __init__(self, file: Path) -> None:
        import onnxruntime as ort  # type: ignore[import-untyped]

        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        self._session: Any = ort.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])
        self._input = self._session.get_inputs()[0].name

    def __call__(self, batch: Floats) -> Floats:
        result: Floats = self._session.run(None, {self._input: batch})[0]
        return result

    def characters(self) -> tuple[str, ...]:
        """The classes of a recogniser, as its file names them; the blank between words is the last one."""
        known = self._session.get_modelmeta().custom_metadata_map["character"].splitlines()
        return ("", *known, " ")


def require() -> None:
    """Raises WeightsMissing when a model is not there; loads none."""
    for part in _FILES:
        _file(part)


@cache
def load() -> Models:
    """Raises WeightsMissing when rapidocr's wheel is not there or holds other files."""
    recognise = Model(_file("recognise"))
    return Models(Model(_file("detect")), recognise, Model(_file("turn")), recognise.characters())


def _file(part: str) -> Path:
    spec = find_spec("rapidocr")
    places = [Path(place) / "models" for place in (spec.submodule_search_locations or ())] if spec else []
    found = sorted(file for place in places for file in place.glob(_FILES[part]))
    if not found:
        raise WeightsMissing("the models of text recognition are not installed; run: pip install --force rapidocr")
    return found[-1]
