"""Percentiles, schedules, prompts and reports: plain arithmetic that must be right."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace
from itertools import islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.endpoints.load import schedules
from groundstone.endpoints.load.figures import Promise, figures, spread, weighted
from groundstone.endpoints.load.health import Health
from groundstone.endpoints.load.outcomes import Outcome
from groundstone.endpoints.load.plan import Plan
from groundstone.endpoints.load.prompts import prompts
from groundstone.endpoints.load.report import HEADS, Report, as_csv, as_html, as_json, as_markdown, row
from groundstone.endpoints.load.runner import Extent, Level
from groundstone.errors import InvalidInput

CALM = Health(0.001, 0.002, 0.1)


def good(sent: float = 0.0, first: float = 0.1, ended: float = 1.0, tokens: int = 10) -> Outcome:
    gap = (ended - first) / (tokens - 1)
    return Outcome(sent, sent, sent + first, sent + ended, 5, tokens, "server", ((gap, 1),) * (tokens - 1))


def bad(problem: str = "timeout") -> Outcome:
    return Outcome(0.0, 0.0, 60.0, 60.0, 0, 0, "pieces", (), problem, "no reply")  # type: ignore[arg-type]


def test_failed_requests_enter_no_latency_and_are_counted_by_kind() -> None:
    found = figures([good(), good(), bad(), bad("refused")], 2.0)
    assert (found.requests, found.good) == (4, 2)
    assert found.end_to_end.greatest == 1.0
    assert dict(found.problems) == {"timeout": 1, "refused": 1}
    assert found.tokens_per_second == 10.0


def test_goodput_counts_only_what_keeps_the_promise() -> None:
    outcomes = [good(first=0.1), good(first=0.3), good(first=0.5), bad()]
    assert figures(outcomes, 1.0, Promise(first_token=0.3)).goodput == 2.0
    assert figures(outcomes, 1.0, Promise(end_to_end=0.5)).goodput == 0.0


def test_open_schedules_count_from_when_a_request_was_due() -> None:
    late = Outcome(1.0, 3.0, 3.1, 4.0, 5, 10, "server")
    found = figures([late], 4.0)
    assert found.first_token.at(50.0) == pytest.approx(0.1)
    assert found.first_token_due.at(50.0) == pytest.approx(2.1)
    assert found.waited.at(50.0) == pytest.approx(2.0)


@given(st.lists(st.floats(0, 100), min_size=1, max_size=200))
def test_percentiles_are_values_within_their_intervals(values: list[float]) -> None:
    for one in spread(values).percentiles:
        assert one.value in values
        assert one.low <= one.value <= one.high


def test_nearest_ranks_of_a_hundred_values() -> None:
    found = spread(float(number) for number in range(1, 101))
    assert [found.at(rank) for rank in (50.0, 90.0, 99.0)] == [50.0, 90.0, 99.0]


def test_a_value_of_weight_three_is_three_values() -> None:
    assert weighted([(1.0, 3), (2.0, 1)]) == spread([1.0, 1.0, 1.0, 2.0])


def test_nothing_at_all_is_no_fault() -> None:
    assert figures([]).requests == 0
    assert spread([]).at(99.0) == 0.0


def test_a_steady_schedule_is_steady() -> None:
    assert list(islice(schedules.constant(4), 4)) == [0.0, 0.25, 0.5, 0.75]


@pytest.mark.parametrize("burstiness", [0.3, 1.0, 20.0])
def test_a_schedule_by_chance_keeps_its_rate(burstiness: float) -> None:
    times = list(islice(schedules.poisson(50, 1, burstiness), 4000))
    assert 4000 / times[-1] == pytest.approx(50, rel=0.1)
    assert times == list(islice(schedules.poisson(50, 1, burstiness), 4000))


def test_bursts_come_together() -> None:
    assert list(islice(schedules.bursts(3, 2.0), 7)) == [0, 0, 0, 2, 2, 2, 4]


@given(st.floats(0, 50), st.floats(0.5, 50), st.floats(1, 20))
def test_a_ramp_rises_in_order_and_sends_what_its_rates_say(first: float, last: float, seconds: float) -> None:
    times = list(schedules.ramp(first, last, seconds))
    assert all(one <= other for one, other in pairwise(times))
    assert all(time <= seconds for time in times)
    assert len(times) == pytest.approx((first + last) / 2 * seconds, abs=2)


def test_a_trace_is_replayed_from_its_begin() -> None:
    assert list(schedules.replay([10.0, 11.0, 13.0], speed=2)) == [0.0, 0.5, 1.5]
    with pytest.raises(InvalidInput):
        schedules.replay([2.0, 1.0])


@pytest.mark.parametrize("rate", [0, -1, 1e9])
def test_rates_that_make_no_sense_are_refused(rate: float) -> None:
    with pytest.raises(InvalidInput):
        schedules.constant(rate)


def test_prompts_have_their_length_and_differ() -> None:
    asks = list(islice(prompts(20, 5, shared=8), 3))
    assert all(len(ask.prompt.split()) == 20 for ask in asks)
    assert len({ask.prompt for ask in asks}) == 3
    assert len({tuple(ask.prompt.split()[:8]) for ask in asks}) == 1


def test_prompts_are_counted_with_the_models_own_tokens() -> None:
    def letters(text: str) -> int:
        return -(-len(text) // 3)

    ask = next(prompts(100, 5, tokens=letters))
    assert abs(letters(ask.prompt) - 100) <= 3


def report(**more: object) -> Report:
    levels = [Level(f"{count} at once", tuple(good() for _ in range(3 * count)), count, CALM) for count in (1, 2, 4)]
    rows = tuple(row(level, count) for level, count in zip(levels, (1, 2, 4), strict=True))
    return Report("Load on http://x", {"seed": 1}, rows, **more)  # type: ignore[arg-type]


def test_a_report_is_the_same_in_every_form() -> None:
    one = report(price=3.6, predicted={1: 25.0, 2: 50.0})
    rows = list(csv.reader(io.StringIO(as_csv(one))))
    assert tuple(rows[0]) == HEADS
    assert rows[1][0] == "1 at once"
    assert json.loads(json.dumps(as_json(one)))["levels"][0]["figures"]["good"] == 3
    levels, health = as_markdown(one).split("## Client health")
    assert levels.count("\n|") == health.count("\n|") == 5
    assert health.count("| yes |") == 3
    page = as_html(one)
    assert page.count("<svg") == 3
    assert "http://x" in page
    assert "src=" not in page
    assert "href=" not in page


def test_names_of_servers_cannot_bring_markup_into_the_page() -> None:
    assert "<script>" not in as_html(Report("<script>alert(1)</script>", {"a": "<script>"}, report().rows))


def test_a_run_in_which_the_client_was_too_slow_is_invalid() -> None:
    busy = Level("1 at once", (good(), bad()), 1.0, Health(0.2, 0.3, 0.99), stopped=True)
    one = Report("Load", {}, (row(busy, 1),))
    assert not one.is_valid
    page = as_html(one)
    assert "Invalid at 1 at once" in page
    assert "Stopped at 1 at once" in page
    assert "timeout" in page
    assert "<td>200.0</td><td>300.0</td><td>99</td><td>no</td>" in page


def test_a_server_that_refuses_everything_at_once_is_not_the_clients_fault() -> None:
    refused = replace(bad("refused"), why="slow\n\n| down")
    busy = Level("1 at once", (refused,), 0.001, Health(0.0, 0.0, 0.99))
    assert row(busy, 1).problem == ""
    assert "1 without a reply, refused: slow | down" in as_markdown(Report("Load", {}, (row(busy, 1),)))


def test_numbers_that_are_none_are_refused_before_anything_is_sent() -> None:
    for name in ("timeout", "rate", "seconds", "speed"):
        with pytest.raises(InvalidInput, match=f"{name} is nan"):
            Plan("http://127.0.0.1:1", **{name: math.nan})  # type: ignore[arg-type]


def test_a_level_without_an_end_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Extent()
