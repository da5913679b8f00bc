"""What an evaluation is about: the model that ships, or one that was trained."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from groundstone import __version__
from groundstone.errors import WeightsCorrupt, WeightsMissing
from groundstone.forensics.curve import Epoch
from groundstone.forensics.model_folder import NETWORK, ModelFolder, network_digest

CALIBRATION = NETWORK.with_name("calibration.json")
TRAINING = NETWORK.with_suffix(".json")  # how the training of the network went


@dataclass(frozen=True, slots=True)
class Subject:
    """``digest``: of what decides its answers, by which scores are kept. ``facts``: name and value."""

    name: str
    digest: str
    facts: tuple[tuple[str, str], ...] = ()
    curve: tuple[Epoch, ...] = ()


def shipped() -> Subject:
    """Raises WeightsMissing when the package lacks its network."""
    for path in (NETWORK, CALIBRATION):
        if not path.is_file():
            raise WeightsMissing(f"{path} is not there; install the package again")
    parts = network_digest() + hashlib.sha256(CALIBRATION.read_bytes()).hexdigest()
    facts = (
        ("Groundstone", __version__),
        ("network", f"{NETWORK.stat().st_size / 2**20:.1f} MB, SHA-256 {network_digest()}"),
        ("calibration, SHA-256", parts[64:]),
    )
    return Subject("The model that ships", hashlib.sha256(parts.encode()).hexdigest(), facts, _curve(TRAINING))


def of_folder(model: ModelFolder) -> Subject:
    facts = (
        ("Groundstone", __version__),
        ("recipe", model.recipe),
        ("trained", model.created),
        *(("network, SHA-256", model.network) for _ in range(bool(model.network))),
        *((f"{name}, SHA-256", value) for name, value in model.files.items() if not name.startswith("card.")),
    )
    return Subject(f"The model {model.place.name}", model.digest, facts, _curve(model.place / "card.json"))


def _curve(path: Path) -> tuple[Epoch, ...]:
    """Of a file with "curve": a list of Epochs; none when there is no file."""
    if not path.is_file():
        return ()
    try:
        entries: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["curve"]
        return tuple(Epoch(**one) for one in entries)
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsCorrupt(f"{path} is damaged ({error}); train the model again") from error
