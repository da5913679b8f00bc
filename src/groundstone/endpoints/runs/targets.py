"""Which addresses the server may put under load for somebody: its own machine's, and those an administrator listed.

The list is ``load.toml`` in the home folder::

    loopback = true                                  # this machine's own ports; true unless told otherwise
    [targets]
    "https://llm.example.com" = "LLM_KEY"            # the variable with its key, which goes to this address only
    "http://10.0.0.7:8000" = ""

So nobody can make the server attack others, and nobody can make it send a key elsewhere.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from groundstone.endpoints.load.client import Address
from groundstone.errors import ConfigError, Forbidden, InvalidInput

Place = tuple[str, int, bool]  # host, port, whether TLS


@dataclass(frozen=True, slots=True)
class Engine:
    """An engine of the catalogue of models: its address, and its key or the variable that holds one."""

    url: str
    models: tuple[str, ...] = ()
    key_env: str = ""
    key: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Targets:
    """``listed``: name of the variable with the key, "" for none, by address as it was written."""

    listed: Mapping[str, str] = field(default_factory=dict)
    loopback: bool = True

    def key_env(self, url: str) -> str:
        """The variable with the key for an address that may be asked, "" for none. Raises Forbidden, InvalidInput."""
        wanted = _place(url)
        for address, variable in self.listed.items():
            if _place(address) == wanted:
                return variable
        if self.loopback and _is_loopback(wanted[0]):
            return ""
        raise Forbidden(
            f"this server may not put {wanted[0]} under load: an administrator lists it under [targets] in load.toml "
            "in the home folder; `groundstone load` in a terminal asks any address"
        )


def load(path: Path) -> Targets:
    """Raises ConfigError."""
    if not path.is_file():
        return Targets()
    try:
        told = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from None
    listed, loopback = told.get("targets", {}), told.get("loopback", True)
    right = isinstance(listed, dict) and all(isinstance(name, str) for name in listed.values())
    if set(told) - {"targets", "loopback"} or not right or not isinstance(loopback, bool):
        raise ConfigError(
            f"{path} has a truth loopback and a table [targets] of addresses, each with the name of a variable or ''"
        )
    for address in listed:
        try:
            _place(address)
        except InvalidInput as error:
            raise ConfigError(f"{path}: {error}") from None
    return Targets(listed, loopback)


def _place(url: str) -> Place:
    address = Address.of(url)
    return address.host.lower(), address.port, address.secure


def _is_loopback(host: str) -> bool:
    """By its number, or as localhost; any other name may lead elsewhere tomorrow."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
