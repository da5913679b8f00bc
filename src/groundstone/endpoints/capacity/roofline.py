"""The theory of inference on accelerators: what memory holds, what bounds a step, and from which batch on.

The formulas are those of the usual accounting of decoders ("transformer inference arithmetic"): weights and the cache
of keys and values are read once a step, two operations are done for each parameter and token.
"""

from __future__ import annotations

from dataclasses import dataclass

from groundstone.endpoints.capacity.accelerators import Accelerator
from groundstone.endpoints.capacity.architectures import Architecture
from groundstone.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Workload:
    """What every request is: tokens read and tokens written. Raises InvalidInput."""

    input_tokens: int = 256
    output_tokens: int = 256

    def __post_init__(self) -> None:
        if not (1 <= self.input_tokens <= 10**7 and 1 <= self.output_tokens <= 10**7):
            raise InvalidInput(
                "a request reads and writes from 1 to 10,000,000 tokens each, "
                f"not {self.input_tokens} and {self.output_tokens}"
            )

    @property
    def total(self) -> int:
        return self.input_tokens + self.output_tokens

    @property
    def context(self) -> float:
        """Tokens in the cache of a request, as a mean over the time in which it writes."""
        return self.input_tokens + self.output_tokens / 2


def critical_batch(accelerator: Accelerator, weight_bytes: float = 2.0) -> float:
    """The batch from which a step is bound by arithmetic and no more by memory: flops x bytes / (2 x bandwidth).

    At 16 bits it is the accelerator's operations per byte: 117 of an A10G.
    """
    return accelerator.flops * weight_bytes / (2 * accelerator.bandwidth)


def cache_room(model: Architecture, accelerator: Accelerator, degree: int, reserved: float = 0.0) -> float:
    """Bytes left for keys and values on ``degree`` accelerators beside the weights; ``reserved``: a share of memory."""
    return accelerator.memory * degree * (1 - reserved) - model.weights


def largest_batch(
    model: Architecture, accelerator: Accelerator, degree: int, tokens: int, reserved: float = 0.0
) -> int:
    """How many requests of so many tokens the memory holds at once; 0 when the weights alone do not fit."""
    room = cache_room(model, accelerator, degree, reserved)
    return max(0, int(room // (model.cache_per_token * tokens)))


def least_degree(model: Architecture, accelerator: Accelerator, tokens: int, reserved: float = 0.1) -> int:
    """The least power of two of accelerators that hold the weights and one request."""
    degree = 1
    while largest_batch(model, accelerator, degree, tokens, reserved) < 1:
        degree *= 2
        if degree > 4096:
            raise InvalidInput(f"{model.name} with {tokens} tokens does not fit on any number of {accelerator.name}")
    return degree


def bytes_of_step(model: Architecture, batch: float, context: float) -> float:
    """Bytes that one decoding step reads: the weights once, and the cache of every request."""
    return model.weights_read(batch) + batch * model.cache_per_token * context


def operations_of_step(model: Architecture, batch: float) -> float:
    """Operations of one decoding step: two for each active parameter and request."""
    return 2.0 * model.active_parameters * batch


def arithmetic_intensity(model: Architecture, batch: float, context: float) -> float:
    """Operations for each byte that a decoding step reads; below the accelerator's own ratio, memory is the bound."""
    return operations_of_step(model, batch) / bytes_of_step(model, batch, context)


def operations_of_prefill(model: Architecture, tokens: int) -> float:
    """Operations to read a prompt: two for each parameter and token, and those of attention, quadratic in length."""
    return 2.0 * model.active_parameters * tokens + 2.0 * model.layers * model.hidden * tokens**2


def exchanged(model: Architecture, tokens: float, degree: int) -> float:
    """Bytes that each accelerator sends in a pass over so many tokens: two all-reduces a layer, 16 bits a number.

    Each sends its partial sums to every other one (an all-reduce in one shot, as engines do it for the short messages
    of decoding). A ring sends less, 2 (n - 1) / n of what is reduced (Patarasuk and Yuan, 2009), but over PCIe all of
    it goes through one bridge, which comes to n - 1 again.
    """
    return 2 * model.layers * (degree - 1) * tokens * model.hidden * 2.0


def ideal_step(model: Architecture, accelerator: Accelerator, degree: int, batch: float, context: float) -> float:
    """Seconds of a decoding step if nothing were lost: the roofline."""
    memory = bytes_of_step(model, batch, context) / (degree * accelerator.bandwidth)
    arithmetic = operations_of_step(model, batch) / (degree * accelerator.flops)
    return max(memory, arithmetic)
