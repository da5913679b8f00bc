"""The models that this process has loaded, by endpoint and variant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Lock

from groundstone.endpoints.base import Content, Given, Loaded, Runner, Variant
from groundstone.endpoints.packages import Packages
from groundstone.errors import InvalidInput
from groundstone.identity import Principal

Key = tuple[str, str, Content, int]  # endpoint's id, variant, what it is, instances


@dataclass(slots=True)
class _Slot:
    """Where one model belongs; ``guard`` is held while it is loaded, so that it is loaded once."""

    guard: Lock = field(default_factory=Lock)
    loaded: Loaded | None = None


class Loading:
    """Safe to share between threads."""

    def __init__(self, packages: Packages, runners: Mapping[str, Runner]) -> None:
        self._packages, self._runners = packages, dict(runners)
        self._slots: dict[Key, _Slot] = {}
        self._guard = Lock()

    def get(self, caller: Principal, endpoint: str, variant: Variant) -> Loaded:
        """The model of a variant, loaded if it is not. Raises what its runner raises, NotFound, WeightsCorrupt."""
        key = (endpoint, variant.name, variant.content, variant.count)
        with self._guard:
            slot = self._slots.setdefault(key, _Slot())
        if slot.loaded is not None:
            return slot.loaded
        with slot.guard:
            if slot.loaded is None:
                slot.loaded = self.load(caller, variant)
            return slot.loaded

    def load(self, caller: Principal, variant: Variant) -> Loaded:
        content = variant.content
        runner = self._runners.get(content.kind)
        if runner is None:
            raise InvalidInput(f"nothing here serves models of the kind {content.kind!r}")
        if not content.package:
            return runner.load(Given(caller, model=content.model, at_once=variant.count))
        package = self._packages.verified(caller, content.package)
        return runner.load(Given(caller, package.inside, package.file, content.model, variant.count))

    def keep_only(self, endpoint: str, variants: Iterable[Variant]) -> None:
        """Close what is loaded for an endpoint and none of these variants."""
        wanted = {(endpoint, one.name, one.content, one.count) for one in variants}
        with self._guard:
            old = [key for key in self._slots if key[0] == endpoint and key not in wanted]
            slots = [self._slots.pop(key) for key in old]
        _close(slots)

    def close(self) -> None:
        with self._guard:
            slots, self._slots = list(self._slots.values()), {}
        _close(slots)


def _close(slots: Iterable[_Slot]) -> None:
    with ExitStack() as closing:
        for slot in slots:
            if slot.loaded is not None:
                closing.callback(slot.loaded.close)
