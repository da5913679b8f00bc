"""The ledger: what was recorded is what is read, across threads, processes and crashes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundstone.errors import StoreError
from groundstone.records import Call, Window
from groundstone.stores.ledger import DELAY, Ledger

NOON = datetime(2026, 2, 14, 12, tzinfo=UTC)
ALL = Window("acme", datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))


def call(**changes: Any) -> Call:
    plain = {"time": NOON, "tenant": "acme", "user": "ana", "key": "k1", "task": "chat", "asked": "a", "model": "m"}
    return Call(**{**plain, **changes})


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.db")
    yield made
    made.close()


def test_a_call_is_read_as_it_was_recorded(ledger: Ledger) -> None:
    kept = call(
        input_tokens=7, output_tokens=9, cost=0.25, first=0.1, seconds=0.5, outcome="failed", error="x", estimated=True
    )
    ledger.record(kept)
    assert ledger.calls(ALL) == [kept]


def test_calls_of_others_are_not_seen(ledger: Ledger) -> None:
    ledger.record(call(tenant="other"))
    ledger.record(call(user="bo", model="n"))
    ledger.record(call())
    assert [total.name for total in ledger.totals(ALL, "user")] == ["ana", "bo"]
    assert [row.user for row in ledger.calls(Window(ALL.tenant, ALL.since, ALL.until, "bo"))] == ["bo"]


def test_totals_are_summed_by_each_group(ledger: Ledger) -> None:
    ledger.record(call(input_tokens=10, output_tokens=1, cost=0.5, seconds=1.0))
    ledger.record(call(input_tokens=5, model="n", task="embed", key="k2", time=NOON + timedelta(days=1)))
    ledger.record(call(outcome="refused", error="rate_limited"))
    found = {total.name: total for total in ledger.totals(ALL, "model")}["m"]
    assert (found.calls, found.failed, found.input_tokens, found.cost) == (2, 1, 10, 0.5)
    assert [total.name for total in ledger.totals(ALL, "day")] == ["2026-02-14", "2026-02-15"]
    assert {total.name for total in ledger.totals(ALL, "task")} == {"chat", "embed"}
    assert {total.name for total in ledger.totals(ALL, "key")} == {"k1", "k2"}
    assert {total.name for total in ledger.totals(ALL, "outcome")} == {"ok", "refused"}


def test_a_range_includes_its_beginning_and_not_its_end(ledger: Ledger) -> None:
    ledger.record(call())
    assert len(ledger.calls(Window("acme", NOON, NOON + timedelta(seconds=1)))) == 1
    assert ledger.calls(Window("acme", NOON - timedelta(seconds=1), NOON)) == []


def test_the_newest_calls_come_first_and_are_limited(ledger: Ledger) -> None:
    for minute in range(5):
        ledger.record(call(time=NOON + timedelta(minutes=minute)))
    assert [row.time.minute for row in ledger.calls(ALL, limit=2)] == [4, 3]


def test_latency_ranks_successful_calls_only(ledger: Ledger) -> None:
    for number in range(1, 101):
        ledger.record(call(seconds=number / 100, first=number / 1000))
    ledger.record(call(seconds=99.0, outcome="failed"))
    ledger.record(call(model="vectors", task="embed", seconds=2.0))
    chat, vectors = ledger.latency(ALL)
    assert (chat.calls, chat.p50, chat.p95, chat.first_p50, chat.first_p95) == (100, 0.5, 0.95, 0.05, 0.095)
    assert (vectors.p50, vectors.p95, vectors.first_p50) == (2.0, 2.0, None)


def test_calls_are_written_without_being_asked(tmp_path: Path, ledger: Ledger) -> None:
    ledger.record(call())
    time.sleep(DELAY * 4)
    other = Ledger(tmp_path / "ledger.db")
    try:
        assert len(other.calls(ALL)) == 1
    finally:
        other.close()


def test_many_threads_lose_nothing(ledger: Ledger) -> None:
    def work() -> None:
        for _ in range(500):
            ledger.record(call(input_tokens=1))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (total,) = ledger.totals(ALL)
    assert (total.calls, total.input_tokens) == (2000, 2000)


def test_what_was_spent_is_known_by_key_for_month_and_day(ledger: Ledger) -> None:
    month, day = NOON.replace(day=1, hour=0), NOON.replace(hour=0)
    ledger.record(call(cost=1.0, input_tokens=5, time=month + timedelta(hours=1)))
    ledger.record(call(cost=2.0, input_tokens=3, output_tokens=4))
    ledger.record(call(cost=9.0, time=month - timedelta(seconds=1)))
    ledger.record(call(cost=9.0, key=""))
    spent = ledger.spent(month, day)
    assert (dict(spent.money), dict(spent.tokens)) == ({"k1": 3.0}, {"k1": 7})


def test_later_only_what_other_processes_spent_is_read(tmp_path: Path, ledger: Ledger) -> None:
    month, day = NOON.replace(day=1, hour=0), NOON.replace(hour=0)
    last = ledger.spent(month, day).last
    ledger.record(call(cost=1.0))
    other = Ledger(tmp_path / "ledger.db")
    other.record(call(cost=2.0))
    other.close()
    later = ledger.spent(month, day, last)
    assert dict(later.money) == {"k1": 2.0}
    assert dict(ledger.spent(month, day, later.last).money) == {}


def test_old_calls_are_removed_where_that_is_set(tmp_path: Path) -> None:
    with_limit = Ledger(tmp_path / "ledger.db", keep_days=30)
    with_limit.record(call(time=datetime.now(UTC) - timedelta(days=31)))
    with_limit.record(call(time=datetime.now(UTC)))
    ends = time.monotonic() + 10
    recent = Window("acme", datetime.now(UTC) - timedelta(days=60), datetime.now(UTC) + timedelta(days=1))
    while len(with_limit.calls(recent)) > 1 and time.monotonic() < ends:
        time.sleep(0.02)
    assert len(with_limit.calls(recent)) == 1
    with_limit.close()


def test_a_name_that_no_database_takes_does_no_harm(ledger: Ledger) -> None:
    ledger.record(call(asked="\ud800" + "x" * 1000))
    (row,) = ledger.calls(ALL)
    assert row.asked == "?" + "x" * 199


def test_a_file_that_is_no_ledger_is_said(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match=r"ledger\.db"):
        Ledger(tmp_path / "ledger.db")


def test_a_killed_process_loses_only_the_last_moments(tmp_path: Path) -> None:
    code = """
import sys, time
from pathlib import Path
from tests.stores.test_ledger import call
from groundstone.stores.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
for number in range(100):
    ledger.record(call())
time.sleep(1)
print("written", flush=True)
time.sleep(60)
"""
    command = [sys.executable, "-c", code, str(tmp_path / "ledger.db")]
    with subprocess.Popen(command, cwd=Path(__file__).parents[2], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        os.kill(process.pid, signal.SIGKILL)
    ledger = Ledger(tmp_path / "ledger.db")
    try:
        assert len(ledger.calls(ALL, limit=1000)) == 100
    finally:
        ledger.close()
