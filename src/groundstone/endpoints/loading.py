"""The models that this process has loaded, by endpoint and variant."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from groundstone.endpoints.base import Content, Given, Loaded, Runner, Variant
from groundstone.endpoints.packages import Packages
from groundstone.errors import InvalidInput
from groundstone.identity import Principal

Key = tuple[str, str, Content, int]  # endpoint's id, variant, what it is, instances


@dataclass(slots=True)
class _Slot:
    """Where one model belongs. ``loading`` is held while it is loaded, so that it is loaded once.

    ``users`` are those who ask it now; once nobody wants it (``gone``), the last of them closes it.
    """

    loading: Lock = field(default_factory=Lock)
    loaded: Loaded | None = None
    users: int = 0
    gone: bool = False


class Loading:
    """Safe to share between threads. A model that is exchanged answers the requests that it has, and then ends."""

    def __init__(self, packages: Packages, runners: Mapping[str, Runner]) -> None:
        self._packages, self._runners = packages, dict(runners)
        self._slots: dict[Key, _Slot] = {}
        self._guard = Lock()

    @contextmanager
    def use(self, caller: Principal, endpoint: str, variant: Variant) -> Iterator[Loaded]:
        """The model of a variant, loaded if it is not. Raises what its runner raises, NotFound, WeightsCorrupt."""
        key = _key(endpoint, variant)
        with self._guard:
            slot = self._slots.setdefault(key, _Slot())
            slot.users += 1
        try:
            yield self._loaded(caller, slot, variant)
        finally:
            self._released(slot)

    def load(self, caller: Principal, endpoint: str, variant: Variant) -> None:
        """Load the model of a variant, so that the first request does not wait. Raises as ``use`` does."""
        with self.use(caller, endpoint, variant):
            return

    def keep_only(self, endpoint: str, variants: Iterable[Variant]) -> None:
        """Let go of what is loaded for an endpoint and none of these variants."""
        wanted = {_key(endpoint, one) for one in variants}
        with self._guard:
            old = [key for key in self._slots if key[0] == endpoint and key not in wanted]
        self._let_go(old)

    def close(self) -> None:
        with self._guard:
            every = list(self._slots)
        self._let_go(every)

    def _loaded(self, caller: Principal, slot: _Slot, variant: Variant) -> Loaded:
        if slot.loaded is not None:
            return slot.loaded
        with slot.loading:
            if slot.loaded is None:
                slot.loaded = self._made(caller, variant)
            return slot.loaded

    def _made(self, caller: Principal, variant: Variant) -> Loaded:
        content = variant.content
        runner = self._runners.get(content.kind)
        if runner is None:
            raise InvalidInput(f"nothing here serves models of the kind {content.kind!r}")
        if not content.package:
            return runner.load(Given(caller, model=content.model, at_once=variant.count))
        package = self._packages.verified(caller, content.package)
        return runner.load(Given(caller, package.inside, package.file, content.model, variant.count))

    def _let_go(self, keys: Iterable[Key]) -> None:
        with self._guard:
            slots = [slot for key in keys if (slot := self._slots.pop(key, None)) is not None]
            for slot in slots:
                slot.gone = True
            idle = [slot.loaded for slot in slots if not slot.users and slot.loaded is not None]
        for loaded in idle:
            loaded.close()

    def _released(self, slot: _Slot) -> None:
        with self._guard:
            slot.users -= 1
            last = slot.gone and not slot.users
        if last and slot.loaded is not None:
            slot.loaded.close()


def _key(endpoint: str, variant: Variant) -> Key:
    return endpoint, variant.name, variant.content, variant.count
