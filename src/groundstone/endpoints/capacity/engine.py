"""What a serving engine loses against the roofline, as nine numbers with how far each of them is known.

``MEASURED_2024`` was fitted on published curves of Text Generation Inference of early 2024 (benchmarks/capacity.py
does it again). Another engine has other numbers, therefore each has a spread, and probes correct them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

LINK_RATIO = 10.0  # how much quicker accelerators talk over a switch of their own than over PCIe


@dataclass(frozen=True, slots=True)
class Engine:
    """Losses of a serving engine.

    ``memory_use``, ``decode_use``, ``prefill_use``: shares of the accelerator's bandwidth and arithmetic that are
    reached. ``layer_launch``: seconds in which the host can launch a layer, more by ``launch_growth`` for each doubling
    of the degree. ``link``: bytes a second between accelerators over PCIe. ``request_cost``: seconds that each request
    in the batch adds to a step. ``token_cost``: seconds that each token of a prompt takes besides arithmetic.
    ``reserved``: share of memory that holds neither weights nor cache.
    """

    memory_use: float
    decode_use: float
    layer_launch: float
    launch_growth: float
    link: float
    request_cost: float
    prefill_use: float
    reserved: float
    token_cost: float

    def scaled(self, factors: list[float]) -> Engine:
        """Each number times its factor; shares stay below 1."""
        values = {
            field.name: getattr(self, field.name) * factor for field, factor in zip(fields(self), factors, strict=True)
        }
        for share, most in (("memory_use", 0.98), ("decode_use", 0.98), ("prefill_use", 0.98), ("reserved", 0.6)):
            values[share] = min(values[share], most)
        return replace(self, **values)


# Spread of the logarithm of each number, from one engine to another: how far probes may move it.
SPREAD = Engine(0.12, 0.3, 0.25, 0.6, 0.8, 0.7, 0.4, 0.3, 0.7)

MEASURED_2024 = Engine(
    memory_use=0.705,
    decode_use=0.592,
    layer_launch=4.08e-4,
    launch_growth=0.193,
    link=9.64e9,
    request_cost=6.08e-5,
    prefill_use=0.565,
    reserved=0.1,
    token_cost=1.2e-4,
)

# llama.cpp on processors, as the embedded engine runs it: no host that launches, little beside arithmetic, and prompts
# read with better use of the core than single tokens are written. From the time of one request on one core.
LLAMACPP_CPU = Engine(
    memory_use=0.9,
    decode_use=0.33,
    layer_launch=1e-5,
    launch_growth=0.1,
    link=1e10,
    request_cost=2e-4,
    prefill_use=0.55,
    reserved=0.1,
    token_cost=1e-4,
)


def usual(maker: str) -> Engine:
    """The losses to begin with on accelerators of a maker: llama.cpp's for processors ("cpu"), else the measured."""
    return LLAMACPP_CPU if maker == "cpu" else MEASURED_2024
