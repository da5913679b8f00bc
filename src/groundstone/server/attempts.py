"""Guessing is slow: what happens after wrong credentials, without ever locking anybody out for long."""

from __future__ import annotations

import time
from collections import OrderedDict

import anyio

from groundstone.errors import RateLimited

DELAY = 0.2  # seconds before a wrong credential is answered
BURST = 20  # wrong tries of one address at the setting's key, before tries have to wait
REFILL = 1.0  # of these in a second
MOST_ADDRESSES = 10_000


class Attempts:
    """Counts wrong tries at the one secret that a person may have chosen: the setting ``access_key``.

    Made keys are random, 238 bits; nobody guesses them, so they are never refused because of others' tries.
    """

    def __init__(self, delay: float = DELAY) -> None:
        self.delay = delay
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()  # address -> tries left, when

    def admit(self, address: str) -> None:
        """Raises RateLimited when this address has tried too often in the last seconds."""
        left = self._tries(address)
        if left < 1:
            wait = (1 - left) / REFILL
            raise RateLimited(f"Too many wrong access keys from here; try again in {wait:.0f} s.", wait)

    def failed(self, address: str) -> None:
        self._left[address] = (self._tries(address) - 1, time.monotonic())
        self._left.move_to_end(address)
        while len(self._left) > MOST_ADDRESSES:
            self._left.popitem(last=False)

    async def pause(self) -> None:
        """Before a refusal is sent."""
        await anyio.sleep(self.delay)

    def _tries(self, address: str) -> float:
        left, since = self._left.get(address, (float(BURST), 0.0))
        return min(float(BURST), left + (time.monotonic() - since) * REFILL)
