"""The settings of serving engines that a choice asks for, and the command that starts each."""

from __future__ import annotations

import shlex
from dataclasses import dataclass

from groundstone.endpoints.capacity.advise import Choice
from groundstone.endpoints.capacity.architectures import Architecture
from groundstone.endpoints.capacity.roofline import Workload

ENGINES = ("tgi", "vllm", "llama.cpp")


@dataclass(frozen=True, slots=True)
class Settings:
    """``engine``: its name. ``environment`` and ``arguments`` of one copy of the model; ``command`` starts it.

    ``served``: what the weights are called there.
    """

    engine: str
    environment: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]
    command: str
    served: str = ""


def settings(choice: Choice, model: Architecture, workload: Workload, weights: str = "") -> list[Settings]:
    """For Text Generation Inference, vLLM and llama.cpp, in that order.

    ``weights``: the repository or path of the weights that are to be served; the model's name unless it is told.
    """
    each = max(1, choice.point.concurrency // (choice.machines * choice.copies))
    served = weights or model.name
    return [
        _tgi(choice, served, workload, each),
        _vllm(choice, served, workload, each),
        _llamacpp(choice, served if weights else f"{served}.gguf", model, workload, each),
    ]


def _tgi(choice: Choice, served: str, workload: Workload, each: int) -> Settings:
    prefill = str(max(4096, workload.input_tokens))
    environment = (
        ("SM_NUM_GPUS", str(choice.degree)),
        ("MAX_CONCURRENT_REQUESTS", str(each)),
        ("MAX_INPUT_TOKENS", str(workload.input_tokens)),
        ("MAX_TOTAL_TOKENS", str(workload.total)),
        ("MAX_BATCH_PREFILL_TOKENS", prefill),
    )
    arguments = (
        "--model-id", served, "--num-shard", str(choice.degree), "--max-concurrent-requests", str(each),
        "--max-input-tokens", str(workload.input_tokens), "--max-total-tokens", str(workload.total),
        "--max-batch-prefill-tokens", prefill,
    )  # fmt: skip
    return _made("tgi", "text-generation-launcher", arguments, served, environment)


def _vllm(choice: Choice, served: str, workload: Workload, each: int) -> Settings:
    arguments = (
        served, "--tensor-parallel-size", str(choice.degree), "--max-num-seqs", str(each),
        "--max-model-len", str(workload.total), "--max-num-batched-tokens", str(max(4096, workload.total)),
    )  # fmt: skip
    return _made("vllm", "vllm serve", arguments, served)


def _llamacpp(choice: Choice, served: str, model: Architecture, workload: Workload, each: int) -> Settings:
    arguments = [
        "--model", served, "--parallel", str(each), "--ctx-size", str(each * workload.total),
        "--n-gpu-layers", str(model.layers + 1), "--cont-batching",
    ]  # fmt: skip
    arguments += ["--split-mode", "row"] if choice.degree > 1 else []
    return _made("llama.cpp", "llama-server", tuple(arguments), served)


def _made(
    engine: str, program: str, arguments: tuple[str, ...], served: str, environment: tuple[tuple[str, str], ...] = ()
) -> Settings:
    return Settings(engine, environment, arguments, f"{program} {shlex.join(arguments)}", served)
