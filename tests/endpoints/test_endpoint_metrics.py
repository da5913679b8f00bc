"""Metrics: exact where they say so, near where they may be, and kept."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from groundstone.endpoints.metrics import DAYS, Latencies, Metrics

HOUR = timedelta(hours=1)


def span() -> tuple[datetime, datetime]:
    now = datetime.now(UTC)
    return now - HOUR, now + HOUR


def test_percentiles_are_right_to_a_percent_and_the_rest_is_exact() -> None:
    values = np.random.default_rng(1).lognormal(8, 1.5, 20_000)
    taken = Latencies()
    for value in values:
        taken.add(float(value))
    assert (taken.count, taken.low, taken.high) == (20_000, max(values.min(), 1), values.max())
    assert taken.sum == pytest.approx(values.sum())
    for part in (1, 50, 90, 95, 99, 99.9, 100):
        assert taken.percentile(part) == pytest.approx(np.percentile(values, part, method="inverted_cdf"), rel=0.006)
    assert len(taken.steps) < 2000
    assert Latencies.from_json(taken.to_json()).percentile(90) == taken.percentile(90)
    assert Latencies().percentile(50) == 0.0


def test_counts_add_up_over_threads_processes_and_restarts(tmp_path: Path) -> None:
    one, two = Metrics(tmp_path, flush=0.01), Metrics(tmp_path)

    def work(metrics: Metrics) -> None:
        for _ in range(200):
            metrics.answered("t", "pages", "v1", 0.010, 0.001)
            metrics.failed("t", "pages", "v2", "4XX")

    threads = [threading.Thread(target=work, args=(metrics,)) for metrics in (one, two) * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    one.close()
    two.close()
    found = Metrics(tmp_path).variants("t", "pages", *span())
    assert (found["v1"].invocations, found["v1"].errors) == (1200, {})
    assert (found["v2"].invocations, found["v2"].errors) == (1200, {"4XX": 1200})
    assert found["v1"].model.percentile(50) == pytest.approx(10_000, rel=0.006)
    assert found["v1"].overhead.sum == pytest.approx(1200 * 1000)
    minutes = Metrics(tmp_path).minutes("t", "pages", *span())
    assert sum(tally.invocations for tally in minutes.values()) == 2400


def test_only_the_time_asked_for_is_told(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path)
    metrics.answered("t", "pages", "v1", 0.010, 0.001)
    start, _ = span()
    assert metrics.variants("t", "pages", start - HOUR, start) == {}
    assert metrics.variants("t", "other", *span()) == {}
    assert sum(tally.invocations for tally in metrics.minutes("t", "pages", *span(), "v1").values()) == 1
    assert metrics.minutes("t", "pages", *span(), "v2") == {}
    metrics.close()


def test_a_line_that_was_cut_off_is_passed_over(tmp_path: Path) -> None:
    metrics = Metrics(tmp_path)
    metrics.answered("t", "pages", "v1", 0.010, 0.001)
    metrics.close()
    (path,) = tmp_path.rglob("*.jsonl")
    path.write_text(path.read_text() + '{"m": 5, "v": "v1", "err')
    assert Metrics(tmp_path).variants("t", "pages", *span())["v1"].invocations == 1


def test_old_days_are_forgotten(tmp_path: Path) -> None:
    folder = tmp_path / "t" / "pages"
    folder.mkdir(parents=True)
    old = (datetime.now(UTC) - timedelta(days=DAYS + 2)).date().isoformat()
    recent = (datetime.now(UTC) - timedelta(days=2)).date().isoformat()
    for day in (old, recent):
        (folder / f"{day}.jsonl").touch()
    metrics = Metrics(tmp_path)
    metrics.answered("t", "pages", "v1", 0.010, 0.001)
    metrics.close()
    names = {path.stem for path in folder.iterdir()}
    assert old not in names
    assert recent in names
