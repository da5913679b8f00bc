"""What limits, prices and the ledger cost each call, beside an engine that replies at once.

    python benchmarks/metering.py

Processor time of this process for one streamed chat call of nine pieces, with the thread that writes the ledger.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from groundstone.identity import Limits, Principal
from groundstone.models.base import Message, ModelInfo
from groundstone.models.catalog import Catalog, EngineSpec
from groundstone.models.fakes import FakeChat
from groundstone.models.meter import KeyMeter
from groundstone.models.service import Models
from groundstone.stores.ledger import Ledger

CALLS = 20_000
MESSAGES = [Message("user", "hello there")]
CALLER = Principal("ana", "acme", key="k")
LIMITS = Limits(money_per_month=1e9, tokens_per_day=10**15, requests_per_minute=10**9)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        ledger = Ledger(Path(folder) / "ledger.db")
        chat = FakeChat(["one two three four five six seven eight"])
        info = ModelInfo("m", "chat", "e", abilities=frozenset({"stream"}), price_input=1.0)
        catalog = Catalog({"e": EngineSpec("e", "openai", {"concurrency": 8})}, {"m": info})
        models = Models(catalog, lambda _: chat, KeyMeter(lambda: ledger, lambda _: LIMITS))
        direct = _seconds(chat, lambda: list(chat.chat(MESSAGES)), lambda: None)
        served = _seconds(chat, lambda: list(models.chat(CALLER, "m", MESSAGES)), ledger.flush)
        ledger.close()
    print(f"engine alone:          {direct * 1e6:6.1f} µs a call")
    print(f"through the service:   {served * 1e6:6.1f} µs a call")
    print(f"service, meter, ledger:{(served - direct) * 1e6:6.1f} µs a call")


def _seconds(chat: FakeChat, call: Callable[[], object], end: Callable[[], None]) -> float:
    """Processor time of one call; the best of three rounds."""
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        for _ in range(CALLS):
            call()
        end()
        best = min(best, (time.process_time() - began) / CALLS)
        chat.calls.clear()
        chat.schemas.clear()
    return best


if __name__ == "__main__":
    main()
