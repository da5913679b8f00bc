"""Which variant answers the next request: exactly by the weights, without chance."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock

from groundstone.endpoints.base import Variant
from groundstone.errors import InvalidInput


class Shares:
    """The counts of one endpoint in this process.

    After n requests each variant has answered its share of n, to less than one request for each other variant.
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._debts: dict[str, float] = {}
        self.revision = 0  # of the endpoint as it was when it was last looked at

    def choose(self, variants: Sequence[Variant], wanted: str = "") -> Variant:
        """The variant ``wanted``, also one of weight 0; else the one that is furthest behind its share.

        Raises InvalidInput for an unknown name, or when no variant has a weight.
        """
        if wanted:
            return _named(variants, wanted)
        total = sum(variant.weight for variant in variants)
        if total <= 0:
            raise InvalidInput("every variant has the weight 0; name one with TargetVariant, or give one a weight")
        with self._guard:
            names = {variant.name for variant in variants}
            self._debts = {name: debt for name, debt in self._debts.items() if name in names}
            for variant in variants:
                self._debts[variant.name] = self._debts.get(variant.name, 0.0) + variant.weight / total
            chosen = max((one for one in variants if one.weight > 0), key=lambda one: self._debts[one.name])
            self._debts[chosen.name] -= 1
            return chosen


def _named(variants: Sequence[Variant], name: str) -> Variant:
    for variant in variants:
        if variant.name == name:
            return variant
    known = ", ".join(variant.name for variant in variants)
    raise InvalidInput(f"the endpoint has no variant {name[:80]!r}; there are: {known}")
