"""What a server takes on: orders with bounds, addresses that may be asked, and reports from outside."""

from __future__ import annotations

import json
import shlex
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from groundstone.cli.load import load
from groundstone.cli.simulate import simulate
from groundstone.endpoints.capacity.advise import Limits
from groundstone.endpoints.capacity.roofline import Workload
from groundstone.endpoints.load.report import as_json
from groundstone.endpoints.runs import targets
from groundstone.endpoints.runs.advice import advised
from groundstone.endpoints.runs.commands import commands
from groundstone.endpoints.runs.compare import compare
from groundstone.endpoints.runs.measured import verdict
from groundstone.endpoints.runs.order import order_of
from groundstone.endpoints.runs.reports import FORMS, read_report, write_report
from groundstone.endpoints.runs.service import Runs
from groundstone.endpoints.runs.theory import beside, predicted, probed, with_theory
from groundstone.errors import ConfigError, Forbidden, InvalidInput, NotFound
from groundstone.identity import LOCAL

from . import measured

PLAN = {"read": "256", "write": "256"}
HERE = "http://127.0.0.1:8000"
PLACE = {"model": "llama-2-7b", "instance": "ml.g5.2xlarge"}
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["levels", "figures", "setting", "predicted", "1", "good"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)


def test_an_order_comes_back_as_it_was() -> None:
    for told in (
        {"plan": {"url": HERE, "concurrency": [1, 4]}, "theory": PLACE, "price": 2.0},
        {"plan": {"rate": 3.0}, "simulation": {"place": {**PLACE, "replicas": 2}, "speed": 10.0}},
        {"engine": "gpu", "plan": {}},
    ):
        order = order_of(told)
        assert order_of(json.loads(json.dumps(order.json()))) == order


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"plan": {"url": "no address"}},
        {"engine": "gpu", "simulation": {"place": PLACE}},
        {"plan": {"url": HERE, "data": "/etc/passwd"}},
        {"plan": {"url": HERE, "trace": "/etc/passwd"}},
        {"plan": {"url": HERE, "tokenizer": "/etc/passwd"}},
        {"plan": {"url": HERE, "key_env": "AWS_SECRET_ACCESS_KEY"}},
        {"plan": {"url": HERE, "wire": "sagemaker"}},
        {"plan": {"url": HERE, "seconds": 1e9}},
        {"plan": {"url": HERE, "concurrency": [5000]}},
        {"plan": {"url": HERE, "concurrency": [1, 8], "processes": 4}},
        {"plan": {"url": HERE, "rate": float("nan")}},
        {"plan": {"url": HERE}, "price": -1.0},
        {"simulation": {"place": {**PLACE, "model": "/etc/passwd"}}},
        {"simulation": {"place": {**PLACE, "instance": "nothing"}}},
        {"simulation": {"place": PLACE, "speed": 1e6}},
    ],
)
def test_what_a_server_does_not_take_on_is_refused(told: dict[str, Any]) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        order_of(told)


def test_the_theory_is_as_quick_as_its_simulation() -> None:
    told = {"place": PLACE, "speed": 1.0}
    slow, fast = (predicted(beside({"plan": PLAN, "simulation": {**told, "speed": speed}})) for speed in (1.0, 10.0))
    assert fast[8] == pytest.approx(10 * slow[8], rel=0.01)
    assert predicted(beside({"plan": PLAN})) == {}
    assert beside({"plan": PLAN, "theory": {"model": "./a-folder", "instance": "ml.g5.2xlarge"}}) is None


def test_one_measured_client_moves_the_whole_prediction() -> None:
    known = beside({"plan": {"read": "8", "write": "10"}, "theory": PLACE})
    run = measured.report(slower=2.7)  # 37 tokens a second alone, where the theory has some 31
    found, blind = probed(known, run), predicted(known)
    assert found[1] == pytest.approx(37, rel=0.1)
    assert type(found[1]) is float
    assert found[16] > blind[16]
    assert probed(None, run) == {}
    assert "Measured and predicted" in write_report(with_theory(known, run), "html")
    assert probed(known, measured.report(counts=(2, 4))) == {}


def test_the_machine_itself_may_be_asked_and_others_when_they_are_listed(tmp_path: Path) -> None:
    file = tmp_path / "load.toml"
    for url in ("http://127.0.0.1:1", "http://127.8.9.1", "http://[::1]:80", "https://localhost/v1"):
        assert targets.load(file).key_env(url) == ""
    for url in ("http://10.0.0.7:8000", "http://0.0.0.0:1", "http://2130706433", "http://localhost.evil.example"):
        with pytest.raises(Forbidden, match=r"load\.toml"):
            targets.load(file).key_env(url)
    file.write_text('loopback = false\n[targets]\n"http://10.0.0.7:8000" = "GPU_KEY"', encoding="utf-8")
    assert targets.load(file).key_env("http://10.0.0.7:8000/v1") == "GPU_KEY"
    for url in ("http://10.0.0.7:8001", "https://10.0.0.7:8000", HERE):
        with pytest.raises(Forbidden):
            targets.load(file).key_env(url)


@pytest.mark.parametrize(
    "text", ["targets = 3", "loopback = 1", "x = 1", "[targets]\n'gpu' = ''", "[targets]\n'http://a' = 1", "="]
)
def test_a_wrong_list_of_targets_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "load.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"load\.toml"):
        targets.load(tmp_path / "load.toml")


def test_a_key_that_is_not_set_is_told_before_anything_starts(tmp_path: Path) -> None:
    (tmp_path / "load.toml").write_text(f'[targets]\n"{HERE}" = "NO_SUCH_KEY_HERE"', encoding="utf-8")
    with pytest.raises(ConfigError, match="NO_SUCH_KEY_HERE"):
        Runs(tmp_path).start(LOCAL, order_of({"plan": {"url": HERE}}))
    with pytest.raises(Forbidden, match="administrator"):
        Runs(tmp_path).start(LOCAL, order_of({"engine": "gpu"}))
    with pytest.raises(NotFound, match="gpu"):
        Runs(tmp_path).start(LOCAL, order_of({"engine": "gpu"}), admin=True)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(told=VALUES)
def test_any_json_is_a_report_or_refused(told: Any) -> None:
    try:
        found = read_report(told)
    except InvalidInput:
        return
    for form in FORMS:
        assert write_report(found, form)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(data=st.data())
def test_a_report_with_one_wrong_member_is_a_report_or_refused(data: st.DataObject) -> None:
    told: Any = json.loads(json.dumps(as_json(measured.report(counts=(1, 2)))))
    place = told
    while isinstance(place, dict | list) and place:
        keys = list(place) if isinstance(place, dict) else list(range(len(place)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict | list) or data.draw(st.booleans()):
            place[key] = data.draw(VALUES)
            break
        place = place[key]
    with suppress(InvalidInput):
        write_report(read_report(told), "html")


def test_runs_are_compared_by_what_they_have_in_common() -> None:
    found = compare([measured.report("a", price=3.6), measured.report("b", slower=2.0, counts=(1, 4, 8), price=3.6)])
    assert [count for count, _, _ in found.by_concurrency] == [1, 4]
    (_, rates, paces) = found.by_concurrency[0]
    assert rates.ratios == (1.0, pytest.approx(0.5))
    assert (paces.ratios, paces.less) == ((1.0, pytest.approx(2.0)), True)
    named = {one.name: one for one in found.whole}
    assert named["knee"].values == (4.0, 4.0)
    assert named["least cost of a million tokens"].ratios[1] == pytest.approx(2.0)
    for count in (1, 5):
        with pytest.raises(InvalidInput, match="2 to 4"):
            compare([measured.report()] * count)


def test_a_run_tells_how_many_of_it_keep_the_limits() -> None:
    run = measured.report(counts=(1, 2, 4, 8), price=1.0)
    assert verdict(run, Limits()).concurrency == 4  # the knee
    strict = verdict(run, Limits(latency=0.0115))
    assert (strict.concurrency, strict.endpoints) == (2, 1)
    many = verdict(run, Limits(latency=0.0115, throughput=1000.0))
    assert (many.endpoints, many.per_hour) == (6, 6.0)
    assert many.per_million == pytest.approx(strict.per_million)
    for limits in (Limits(latency=0.001), Limits(throughput=1e6, per_hour=2.0), Limits(per_million=1e-6)):
        assert verdict(run, limits).endpoints == 0
        assert verdict(run, limits).reason


def test_limits_that_cannot_be_kept_are_an_answer() -> None:
    found = advised("llama-2-7b", Workload(256, 256), Limits(latency=0.0001), {"ml.g5.2xlarge": 1.5}, measured.report())
    assert (found.theory, bool(found.problem)) == (None, True)
    assert found.measured is not None
    kept = advised("llama-2-7b", Workload(256, 256), Limits(), {"ml.g5.2xlarge": 1.5})
    assert kept.theory is not None
    assert {one.engine for one in kept.settings} >= {"tgi", "vllm"}
    assert "name the model" in advised("", Workload(1, 1), Limits(), {}).problem


@pytest.mark.parametrize(
    "told",
    [
        {
            "plan": {"url": HERE, "concurrency": [1, 4], "read": "128-512", "first_token": 0.2, "processes": 1},
            "price": 2.0,
        },
        {
            "plan": {"most": 32, "seconds": 5.0},
            "simulation": {"place": {**PLACE, "replicas": 2}, "speed": 2.5, "most": 8},
        },
        {"plan": {"url": HERE, "rate": 2.5, "burstiness": 0.3, "insecure": True}, "theory": PLACE},
    ],
)
def test_a_run_tells_commands_that_the_terminal_understands(told: dict[str, Any]) -> None:
    order = order_of(told)
    for command in commands(order.json()):
        _, name, *words = shlex.split(command.removesuffix(" &"))
        known = {"load": load, "simulate": simulate}[name].make_context(name, words).params
        if name == "simulate":
            assert (known["replicas"], known["speed"], known["max_concurrent_requests"]) == (2, 2.5, 8)
        else:
            plan = {one: value for one, value in known.items() if one in order.plan.json() and one != "url"}
            wanted = {**order.plan.json(), "most": known["most"]}  # which only a sweep needs
            assert {one: wanted[one] for one in plan} == {
                one: value / 1000 if one in ("first_token", "latency", "per_token", "end_to_end") else value
                for one, value in plan.items()
            }
