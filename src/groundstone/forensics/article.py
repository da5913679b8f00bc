"""The article's own recipe: error level analysis at one quality, shrunk to 128 x 128, and a small VGG-like network.

It is kept because people know it, and measured twice: with the random split of the article, and with the documents of
the test kept out of training. It was published as "Train and host a computer vision model for tampering detection on
Amazon SageMaker"; figures and order of its layers are those of its notebook.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

LABELS = ("original", "forged")
GRAPH, RECIPE = "model.onnx", "model.json"  # as endpoints look for them


@dataclass(frozen=True, slots=True)
class Recipe:
    """``quality`` of the save that errors are taken against, ``side`` of the square that the network sees.

    ``patience``: epochs without a better accuracy on the held-out files after which training ends; the weights kept
    are those of the last epoch.
    """

    quality: int = 90
    side: int = 128
    filters: int = 32
    dense: int = 256
    epochs: int = 20
    batch: int = 100
    rate: float = 5e-4
    decay: float = 0.9  # of the mean of squared slopes, in RMSprop
    epsilon: float = 1e-8
    patience: int = 2
    drop: tuple[float, float] = (0.25, 0.5)
    held: float = 0.2
    random_state: int = 5

    @property
    def pooled(self) -> int:
        """Height and width after two convolutions without padding and one pooling by 2."""
        return (self.side - 4) // 2

    @property
    def parameters(self) -> int:
        """Numbers that are learned; 31,500,962 for the article's own sides."""
        first, second = 27 * self.filters + self.filters, 9 * self.filters**2 + self.filters
        flat = self.pooled**2 * self.filters
        return first + second + (flat + 1) * self.dense + (self.dense + 1) * len(LABELS)

    def to_json(self) -> dict[str, Any]:
        """model.json of the package: how an endpoint makes the input of a picture."""
        return {
            "kind": "onnx",
            "file": GRAPH,
            "name": "article",
            "description": "Error level analysis, shrunk to a square, and a small network: the article's recipe.",
            "input": {
                "picture": "ela",
                "quality": self.quality,
                "size": [self.side, self.side],
                "layout": "nhwc",
                "scale": 255.0,
            },
            "labels": list(LABELS),
        }

    def facts(self) -> tuple[tuple[str, str], ...]:
        """For the card."""
        return (
            ("input", f"error levels at JPEG quality {self.quality}, brightened to 255, {self.side} x {self.side} x 3"),
            ("network", f"2 convolutions of {self.filters} filters 3 x 3, pooling by 2, dense {self.dense}, dense 2"),
            ("parameters", f"{self.parameters:,}"),
            ("optimiser", f"RMSprop, rate {self.rate:g}, batches of {self.batch}"),
            ("epochs", f"at most {self.epochs}, ended after {self.patience} without a better held-out accuracy"),
        )


def stacked(pixels: Sequence[bytes], recipe: Recipe) -> NDArray[Any]:
    """Inputs of the network, (N, side, side, 3) bytes; divided by 255 only batch by batch, which saves memory."""
    import numpy as np

    shape = (recipe.side, recipe.side, 3)
    return np.stack([np.frombuffer(one, np.uint8).reshape(shape) for one in pixels])
