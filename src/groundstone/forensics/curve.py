"""How a training went, step by step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Epoch:
    """Log loss and accuracy after a pass, on what is learned from and on the held-out files."""

    number: int
    loss: float
    accuracy: float
    held_loss: float
    held_accuracy: float
