"""What runs our small networks on the processor: sessions of onnxruntime, and the tokenizer of MiniLM."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from groundstone.errors import WeightsMissing


def model_file(folder: Path, name: str, model: str) -> Path:
    """A file of a model that was pulled. Raises WeightsMissing."""
    path = folder / name
    if not path.is_file():
        raise WeightsMissing(f"{path} is not there; run: groundstone models pull {model}")
    return path


def prepare() -> None:
    """Load onnxruntime itself, for a process that will not be allowed to open files afterwards."""
    import onnxruntime  # type: ignore[import-untyped]  # noqa: F401


def session(graph: bytes, folder: Path | None = None, threads: int = 1, *, convolutions: bool = False) -> Any:
    """A session of a graph whose external weights, if it has any, lie in ``folder``."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    # Further levels would merge nodes into SkipLayerNormalization, which is slower (see minilm_graph); convolutions
    # become twice as fast by the order of channels that they choose.
    levels = onnxruntime.GraphOptimizationLevel
    options.graph_optimization_level = levels.ORT_ENABLE_ALL if convolutions else levels.ORT_ENABLE_BASIC
    options.log_severity_level = 3
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # other work wants the cores
    if folder is not None:
        name = "session.model_external_initializers_file_folder_path"
        options.add_session_config_entry(name, str(folder.absolute()))
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def tokenizer(file: Path, most: int | None = None) -> Any:
    """The tokenizer of a file, without padding; texts are cut after ``most`` tokens, or not at all."""
    from tokenizers import Tokenizer

    made = Tokenizer.from_file(str(file))
    made.no_padding()  # the file may ask for every text to be padded
    if most is None:
        made.no_truncation()
    else:
        made.enable_truncation(most)
    return made
