"""Keys are held to their limits: requests, tokens and money, also when several processes spend."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from groundstone.errors import BudgetExceeded, RateLimited
from groundstone.identity import LOCAL, Limits, Principal
from groundstone.models import meter as meters
from groundstone.models.meter import KeyMeter
from groundstone.records import Call
from groundstone.stores.ledger import Ledger

ANA = Principal("ana", "acme", key="k1")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db")
    yield made
    made.close()


def meter(ledger: Ledger, **limits: float | None) -> KeyMeter:
    return KeyMeter(lambda: ledger, lambda key: Limits(**limits) if key == "k1" else None)  # type: ignore[arg-type]


def call(cost: float = 0.0, tokens: int = 0, key: str = "k1", time: datetime | None = None) -> Call:
    when = time or datetime.now(UTC)
    return Call(when, "acme", "ana", key, "chat", "a", "a", input_tokens=tokens, cost=cost)


def test_who_has_no_limit_is_admitted(ledger: Ledger) -> None:
    limited = meter(ledger, requests_per_minute=1, money_per_month=0)
    for _ in range(3):
        limited.admit(LOCAL)
        limited.admit(replace(ANA, key="k2"))


def test_requests_come_in_a_burst_and_then_steadily(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(meters.time, "monotonic", lambda: now[0])
    limited = meter(ledger, requests_per_minute=3)
    for _ in range(3):
        limited.admit(ANA)
    with pytest.raises(RateLimited, match="3 requests a minute") as caught:
        limited.admit(ANA)
    assert caught.value.retry_after == pytest.approx(20)
    now[0] += 20.001
    limited.admit(ANA)
    with pytest.raises(RateLimited):
        limited.admit(ANA)
    now[0] += 3600
    for _ in range(3):
        limited.admit(ANA)
    with pytest.raises(RateLimited):
        limited.admit(ANA)


def test_a_limit_of_nothing_admits_nothing(ledger: Ledger) -> None:
    with pytest.raises(RateLimited):
        meter(ledger, requests_per_minute=0).admit(ANA)
    with pytest.raises(BudgetExceeded):
        meter(ledger, money_per_month=0).admit(ANA)


def test_money_is_refused_once_it_is_spent(ledger: Ledger) -> None:
    limited = meter(ledger, money_per_month=1.0)
    limited.admit(ANA)
    limited.record(call(cost=0.6))
    limited.record(call(cost=9.0, key="k2"))
    limited.admit(ANA)
    limited.record(call(cost=0.6))
    with pytest.raises(BudgetExceeded, match=r"spent 1.2 of 1 this month"):
        limited.admit(ANA)


def test_tokens_are_refused_once_they_are_used(ledger: Ledger) -> None:
    limited = meter(ledger, tokens_per_day=100)
    limited.record(call(tokens=99))
    limited.admit(ANA)
    limited.record(call(tokens=1))
    with pytest.raises(BudgetExceeded, match="100 of 100 tokens today"):
        limited.admit(ANA)


def test_a_restart_forgets_nothing(ledger: Ledger) -> None:
    before = meter(ledger, money_per_month=1.0, tokens_per_day=10)
    before.record(call(cost=0.75, tokens=7))
    assert meter(ledger).used("k1") == meters.Used(0.75, 7)


def test_what_was_spent_in_another_month_or_day_does_not_count(ledger: Ledger) -> None:
    limited = meter(ledger)
    limited.record(call(cost=5.0, tokens=5, time=datetime.now(UTC) - timedelta(days=40)))
    assert limited.used("k1") == meters.Used(0.0, 0)


def test_what_another_process_spends_is_known_soon(
    ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meters, "FRESH", 0.0)
    limited = meter(ledger)
    limited.record(call(tokens=1))
    assert limited.used("k1").tokens == 1
    other = Ledger(tmp_path / "ledger.db")
    other.record(call(tokens=10))
    other.close()
    limited.record(call(tokens=100))
    assert limited.used("k1").tokens == 111
    assert limited.used("k1").tokens == 111


def test_nothing_counts_twice_or_gets_lost_among_threads(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(meters, "FRESH", 0.001)
    limited = meter(ledger)

    def work() -> None:
        for _ in range(200):
            limited.record(call(tokens=1))
            limited.used("k1")

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert limited.used("k1").tokens == 600


def test_a_changed_limit_holds_after_some_seconds(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    limits = {"k1": Limits(tokens_per_day=5)}
    limited = KeyMeter(lambda: ledger, limits.get)
    limited.record(call(tokens=5))
    with pytest.raises(BudgetExceeded):
        limited.admit(ANA)
    limits["k1"] = Limits(tokens_per_day=50)
    monkeypatch.setattr(meters, "FRESH", -1.0)
    limited.admit(ANA)
