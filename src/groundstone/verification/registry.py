"""The verification applications of an installation, each made when it is first needed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from threading import Lock

from groundstone.errors import NotFound
from groundstone.verification.service import Verification
from groundstone.verification.spec import Spec


class Registry:
    """Applications by name. Safe to use from several threads.

    Args:
        specs: all of them.
        make: how one is put together.
    """

    def __init__(self, specs: Sequence[Spec], make: Callable[[Spec], Verification]) -> None:
        self.specs, self._make = tuple(specs), make
        self._made: dict[str, Verification] = {}
        self._guard = Lock()

    def open(self, name: str) -> Verification:
        """Raises NotFound, and ConfigError when its parts are not there."""
        with self._guard:
            if name not in self._made:
                spec = next((spec for spec in self.specs if spec.name == name), None)
                if spec is None:
                    known = ", ".join(spec.name for spec in self.specs) or "none"
                    raise NotFound(f"no application {name!r} verifies documents; there are: {known}")
                self._made[name] = self._make(spec)
            return self._made[name]

    def resume(self) -> None:
        """Start those that have documents: what was interrupted goes on, what is over is deleted."""
        for spec in self.specs:
            found = self.open(spec.name)
            if found.has_work:
                found.start()

    def close(self) -> None:
        with self._guard:
            made, self._made = self._made, {}
        for one in made.values():
            one.close()
