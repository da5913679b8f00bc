"""A measured curve beside the theory: pictures, tables in the published form, knees, costs and what to deploy."""

from __future__ import annotations

import json

import pytest

from groundstone.endpoints.capacity.accelerators import instance
from groundstone.endpoints.capacity.advise import Limits
from groundstone.endpoints.capacity.architectures import catalogue
from groundstone.endpoints.capacity.doubts import doubts
from groundstone.endpoints.capacity.joined import Theory, joined
from groundstone.endpoints.capacity.predict import Deployment
from groundstone.endpoints.capacity.roofline import Workload
from groundstone.endpoints.load.figures import figures
from groundstone.endpoints.load.outcomes import Outcome
from groundstone.endpoints.load.report import Report, Row, as_html, as_json, as_markdown
from groundstone.errors import InvalidInput

MEASURED = {1: 30.0, 2: 60.0, 4: 115.0, 8: 210.0, 16: 351.0, 32: 484.0, 64: 492.0}  # 7B on one A10G, published
PLACE = Deployment(catalogue()["llama-2-7b"], instance("ml.g5.2xlarge"))
PRICES = {"ml.g5.2xlarge": 1.5, "ml.g5.12xlarge": 7.0}


def test_curves_tables_and_the_knee_are_joined() -> None:
    found = joined(PLACE, Workload(), MEASURED, price=1.5)
    throughput, band, pace = found.pictures
    assert [line.name for line in throughput.lines] == ["measured", "no probe", "one probe", "three probes"]
    assert [line.dashed for line in throughput.lines] == [False, True, True, True]
    assert throughput.marked == 32
    assert all(low < high for (_, low), (_, high) in zip(band.lines[1].points, band.lines[2].points, strict=True))
    assert pace.lines[0].points[0] == (30.0, pytest.approx(33.3, abs=0.1))
    rates, latencies, costs, waits = found.tables
    assert rates.head == ("requests at once", "1", "2", "4", "8", "16", "32", "64")
    assert rates.rows[0][1:] == ("30", "60", "115", "210", "351", "484", "492")
    assert latencies.rows[0][1] == "33.3"
    assert costs.rows[0][-1] == "0.85"
    assert waits.rows[0][1] == "memory"
    assert all(len(row) == len(table.head) for table in found.tables for row in table.rows)


def test_sentences_say_what_the_theory_says_and_how_good_it_was() -> None:
    said = " ".join(joined(PLACE, Workload(), MEASURED).sentences)
    assert "512 KiB of keys and values" in said
    assert "so that here memory fills first" in said
    assert "The knee: measured 32, no probe 32" in said
    assert "With three probes, throughput was predicted to a median error" in said


def test_advice_follows_from_what_was_measured() -> None:
    found = joined(PLACE, Workload(), MEASURED, 1.5, Limits(latency=0.05, throughput=600), PRICES)
    assert "tokens a second for" in found.advice[0]
    assert any(line.startswith("vllm: vllm serve") for line in found.advice)
    refused = joined(PLACE, Workload(), MEASURED, 1.5, Limits(latency=0.0001), PRICES)
    assert "No instance writes a token" in refused.advice[0]
    assert joined(PLACE, Workload(), MEASURED).advice == ()


def test_figures_are_json() -> None:
    told = json.loads(json.dumps(joined(PLACE, Workload(), MEASURED, 1.5).figures))
    assert told["knees"]["measured"] == 32
    assert told["predicted"]["three probes"]["64"] == pytest.approx(492, rel=0.001)


def test_few_levels_are_joined_as_far_as_they_go() -> None:
    found = joined(PLACE, Workload(), {1: 30.0, 8: 210.0})
    assert [line.name for line in found.pictures[0].lines] == ["measured", "no probe", "one probe"]
    assert joined(PLACE, Workload(), {4: 115.0}).tables[0].head == ("requests at once", "4")
    with pytest.raises(InvalidInput):
        joined(PLACE, Workload(), {})


def test_a_processor_has_losses_of_its_own() -> None:
    small = Deployment(catalogue()["smollm2-135m"], instance("1 x cpu-core"))
    assert "may be far off" in joined(small, Workload(64, 48), {1: 78.6, 4: 71.8}).sentences[-1]


def test_measurements_faster_than_memory_allows_are_doubted() -> None:
    assert "faster than reading the weights allows" not in " ".join(joined(PLACE, Workload(), MEASURED).sentences)
    (said,) = (one for one in joined(PLACE, Workload(), {1: 300.0, 4: 115.0}).sentences if "faster than" in one)
    for words in ("300 tokens a second at 1 at once", "at most 44", "1 level of 2"):
        assert words in said
    copies = Deployment(PLACE.model, instance("ml.g5.12xlarge"), 1, replicas=4)
    assert not list(doubts(copies, Workload(), {4: 120.0}))
    assert list(doubts(copies, Workload(), {1: 120.0}))  # one request uses one copy


def test_a_report_of_a_run_has_both_on_one_page() -> None:
    rows = tuple(level(count, rate) for count, rate in MEASURED.items())
    theory = Theory(PLACE, Workload(), Limits(latency=0.05), PRICES)
    report = Report("Load", {"url": "here"}, rows, 1.5, theory=theory)
    page = as_html(report)
    for shown in ("Measured and predicted", "three probes", "Latency (ms a token)", "What to deploy", "vllm serve"):
        assert shown in page
    assert "://" not in page.replace("http://www.w3.org", "")  # nothing from elsewhere
    assert "### Throughput (tokens a second)" in as_markdown(report)
    assert as_json(report)["joined"]["knees"]["measured"] == 32
    plain = Report("Load", {}, rows, 1.5)
    assert "joined" not in as_json(plain)
    assert "Measured and predicted" not in as_html(plain)


def level(count: int, rate: float) -> Row:
    """As many requests as clients, each of 256 tokens."""
    seconds = count * 256 / rate
    outcomes = [Outcome(0.0, 0.0, 0.1, seconds, 256, 256, "server") for _ in range(count)]
    return Row(f"{count} at once", count, figures(outcomes, seconds), {}, "", False)
