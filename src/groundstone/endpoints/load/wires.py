"""The forms in which servers of language models are asked, by name."""

from __future__ import annotations

from groundstone.endpoints.load.heard import Ask, Heard, Wire, events
from groundstone.endpoints.load.wires_bedrock import BEDROCK
from groundstone.endpoints.load.wires_open import OPEN
from groundstone.endpoints.load.wires_sagemaker import SAGEMAKER
from groundstone.errors import InvalidInput

__all__ = ["WIRES", "Ask", "Heard", "Wire", "events", "wire"]

WIRES = {one.name: one for one in (*OPEN, *BEDROCK, *SAGEMAKER)}


def wire(name: str) -> Wire:
    """Raises InvalidInput, naming those there are."""
    if name not in WIRES:
        raise InvalidInput(f"no wire {name[:40]!r}; there are {', '.join(WIRES)}")
    return WIRES[name]
