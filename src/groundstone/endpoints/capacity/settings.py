"""The settings of serving engines that a choice asks for, and the command that starts each."""

from __future__ import annotations

from dataclasses import dataclass

from groundstone.endpoints.capacity.advise import Choice
from groundstone.endpoints.capacity.architectures import Architecture
from groundstone.endpoints.capacity.roofline import Workload


@dataclass(frozen=True, slots=True)
class Settings:
    """``engine``: its name. ``environment`` and ``arguments`` of one copy of the model; ``command`` has both."""

    engine: str
    environment: tuple[tuple[str, str], ...]
    arguments: tuple[str, ...]
    command: str


def settings(choice: Choice, model: Architecture, workload: Workload) -> list[Settings]:
    """For Text Generation Inference, vLLM and llama.cpp, in that order. ``model`` names the weights to be served."""
    each = max(1, choice.point.concurrency // (choice.machines * choice.copies))
    return [_tgi(choice, model, workload, each), _vllm(choice, model, workload, each), _llamacpp(model, workload, each)]


def _tgi(choice: Choice, model: Architecture, workload: Workload, each: int) -> Settings:
    environment = (
        ("SM_NUM_GPUS", str(choice.degree)),
        ("MAX_CONCURRENT_REQUESTS", str(each)),
        ("MAX_INPUT_TOKENS", str(workload.input_tokens)),
        ("MAX_TOTAL_TOKENS", str(workload.total)),
        ("MAX_BATCH_PREFILL_TOKENS", str(max(4096, workload.input_tokens))),
    )
    arguments = (
        "--model-id", model.name, "--num-shard", str(choice.degree), "--max-concurrent-requests", str(each),
        "--max-input-tokens", str(workload.input_tokens), "--max-total-tokens", str(workload.total),
    )  # fmt: skip
    return Settings("tgi", environment, arguments, f"text-generation-launcher {' '.join(arguments)}")


def _vllm(choice: Choice, model: Architecture, workload: Workload, each: int) -> Settings:
    arguments = (
        "--tensor-parallel-size", str(choice.degree), "--max-num-seqs", str(each),
        "--max-model-len", str(workload.total),
    )  # fmt: skip
    return Settings("vllm", (), arguments, f"vllm serve {model.name} {' '.join(arguments)}")


def _llamacpp(model: Architecture, workload: Workload, each: int) -> Settings:
    arguments = (
        "--parallel", str(each), "--ctx-size", str(each * workload.total), "--n-gpu-layers", str(model.layers + 1),
        "--cont-batching",
    )  # fmt: skip
    return Settings("llama.cpp", (), arguments, f"llama-server --model {model.name}.gguf {' '.join(arguments)}")
