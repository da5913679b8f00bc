"""A trained model as a folder: its files with their hashes, which are checked before it is used."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from groundstone.errors import Conflict, InvalidInput, WeightsCorrupt, WrongModel
from groundstone.forensics.calibration import Calibration
from groundstone.forensics.join import Weigh

HASHES, CALIBRATION = "hashes.json", "calibration.json"
REFIT, ARTICLE = "refit", "article"
NETWORK = Path(__file__).with_name("network.npz")


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """``files``: SHA-256 by name. ``network``: that of the network whose measures a calibration belongs to."""

    place: Path
    recipe: str
    created: str
    files: Mapping[str, str]
    network: str = ""

    @property
    def digest(self) -> str:
        """Of what decides its answers."""
        deciding = sorted(f"{name} {value}" for name, value in self.files.items() if not name.startswith("card."))
        return hashlib.sha256("\n".join([self.network, *deciding]).encode()).hexdigest()

    def weigh(self) -> Weigh:
        """What Forensics judges by when it uses this model. Raises WrongModel, WeightsCorrupt."""
        from groundstone.forensics.weigh import weigh

        if self.recipe != REFIT:
            raise WrongModel(
                f"{self.place} holds a model of the recipe {self.recipe!r}, which judges whole pictures and gives no "
                "evidence: deploy it as an endpoint, or name a folder made by the recipe refit"
            )
        if self.network != network_digest():
            raise WrongModel(f"{self.place} was trained for another network than this one; train it again")
        return partial(weigh, calibration=Calibration.from_json((self.place / CALIBRATION).read_text("utf-8")))


def network_digest() -> str:
    """SHA-256 of the network that ships."""
    return sha256(NETWORK)


def sha256(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while part := file.read(2**20):
            found.update(part)
    return found.hexdigest()


def read(place: Path) -> ModelFolder:
    """Raises InvalidInput where there is no model, WeightsCorrupt where a file is not the one that was written."""
    path = place / HASHES
    if not path.is_file():
        raise InvalidInput(f"{place} holds no trained model; make one with: groundstone forensics train")
    try:
        data: dict[str, Any] = json.loads(path.read_text("utf-8"))
        files = {str(name): str(value) for name, value in data["files"].items()}
        found = ModelFolder(place, str(data["recipe"]), str(data["created"]), files, str(data["network"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsCorrupt(f"{path} is damaged ({error}); train the model again") from error
    for name, value in files.items():
        if Path(name).name != name or not (place / name).is_file() or sha256(place / name) != value:
            raise WeightsCorrupt(f"{place / name} is not the file that was trained; train the model again")
    return found


def check_free(place: Path) -> None:
    """Raises Conflict for a place that is taken."""
    if place.exists():
        raise Conflict(f"{place} is there already; name another folder, or remove it")


def publish(part: Path, place: Path, recipe: str, network: str = "") -> ModelFolder:
    """Note the hashes of all files in ``part`` and move it to ``place``, whole or not at all."""
    files = {path.name: sha256(path) for path in sorted(part.iterdir()) if path.is_file()}
    made = ModelFolder(place, recipe, datetime.now(UTC).isoformat(timespec="seconds"), files, network)
    data = {"recipe": made.recipe, "created": made.created, "network": made.network, "files": dict(made.files)}
    (part / HASHES).write_text(json.dumps(data, indent=1) + "\n", "utf-8")
    check_free(place)
    os.replace(part, place)
    return made


def fresh(part: Path) -> Path:
    """An empty folder."""
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    return part
