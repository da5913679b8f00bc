"""Accelerators and the instances that hold them: what the theory needs to know of the hardware."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

from groundstone.errors import ConfigError, InvalidInput, NotFound

CATALOGUE = Path(__file__).with_name("accelerators.toml")
Link = Literal["pcie", "nvlink"]


@dataclass(frozen=True, slots=True)
class Accelerator:
    """``flops``: dense operations a second at 16 bits. ``bandwidth``: bytes a second. ``memory``: bytes.

    ``link``: how several in one machine are joined. ``source``: of the figures. ``maker``: "nvidia", "amd", "aws", or
    "cpu" for processors, which are no accelerators but may stand for them.
    """

    name: str
    flops: float
    bandwidth: float
    memory: float
    link: Link
    source: str = ""
    maker: str = "nvidia"


@dataclass(frozen=True, slots=True)
class Instance:
    """A machine with ``count`` equal accelerators. ``price``: of an hour, in your currency; 0 when unknown."""

    name: str
    accelerator: Accelerator
    count: int
    price: float = 0.0


@cache
def accelerators() -> Mapping[str, Accelerator]:
    """Those of the catalogue, by name."""
    return {name: _accelerator(name, data) for name, data in _catalogue()["accelerators"].items()}


@cache
def instances() -> Mapping[str, Instance]:
    """Those of the catalogue, by name; without prices."""
    known = accelerators()
    found = _catalogue()["instances"].items()
    return {name: Instance(name, known[data["accelerator"]], data["count"]) for name, data in found}


def instance(name: str) -> Instance:
    """One of the catalogue, or so many of an accelerator: "4 x l4". Raises NotFound, InvalidInput."""
    if name in instances():
        return instances()[name]
    count, times, kind = name.partition(" x ")
    if times and kind.strip() in accelerators():
        if not count.strip().isdecimal() or not 1 <= int(count) <= 64:
            raise InvalidInput(
                f"{count.strip()[:20]!r} is no number of accelerators; from 1 to 64 stand in one machine"
            )
        return Instance(name, accelerators()[kind.strip()], int(count))
    raise NotFound(
        f"no instance {name[:60]!r}: give one of {', '.join(instances())}, or a number of one of "
        f"{', '.join(accelerators())}, such as '4 x l4'"
    )


def read_prices(path: Path) -> dict[str, float]:
    """Prices of an hour by instance, from TOML: lines of ``"ml.g5.2xlarge" = 1.515``. Raises ConfigError."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"the prices {path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"the prices {path} are no TOML: {error}") from None
    for name, price in data.items():
        if not isinstance(price, int | float) or isinstance(price, bool) or not 0 < price < 1e6:
            raise ConfigError(f"the price of {name!r} in {path} is {str(price)[:40]!r}; it is money for an hour")
    return {name: float(price) for name, price in data.items()}


def _accelerator(name: str, data: Mapping[str, Any]) -> Accelerator:
    giga = 1e9
    return Accelerator(
        name, data["tflops"] * 1e12, data["bandwidth"] * giga, data["memory"] * giga, data["link"], data["source"],
        data.get("maker", "nvidia"),
    )  # fmt: skip


def _catalogue() -> Any:
    return tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
