"""What loads the models behind endpoints, by their kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from groundstone.endpoints.base import Runner
from groundstone.endpoints.catalogue import CatalogueRunner
from groundstone.endpoints.onnx import OnnxRunner
from groundstone.endpoints.simulate.served import KIND as SIMULATED
from groundstone.endpoints.simulate.served import SimulatedRunner

if TYPE_CHECKING:
    from groundstone.models.service import Models


def runners(models: Callable[[], Models], forensics: Runner) -> dict[str, Runner]:
    """All kinds there are. ``models`` gives the service that calls of the catalogue pass."""
    return {
        "catalogue": CatalogueRunner(models),
        "forensics": forensics,
        "onnx": OnnxRunner(),
        SIMULATED: SimulatedRunner(),
    }
