"""Endpoints: made, exchanged, shared, measured; over restarts and between tenants."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Generator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from groundstone.endpoints.base import Answer, Call, Given, Runner
from groundstone.endpoints.deploy import deploy, packed, ready
from groundstone.endpoints.reports import ReportRunner
from groundstone.endpoints.service import Endpoints
from groundstone.errors import (
    Conflict,
    EngineTimeout,
    InvalidInput,
    LimitExceeded,
    ModelError,
    NotFound,
    WrongModel,
)
from groundstone.identity import LOCAL, Principal

from .packed import adder, ended, endpoints_at, package, tar, variant

OTHER = Principal("eve", "other")


class Echo:
    """A model that says its name and the body."""

    def __init__(self, given: Given, runner: EchoRunner) -> None:
        self._given, self._runner = given, runner

    def predict(self, call: Call) -> Answer:
        self._runner.waiting.set()
        self._runner.go.wait(5)
        if call.body == b"slow":
            raise EngineTimeout("too slow")
        if call.body == b"bad":
            raise InvalidInput("a bad body")
        return Answer(self._given.model.encode() + b":" + call.body)

    def stream(self, call: Call) -> Generator[bytes, None, None]:
        if call.body == b"never":
            raise WrongModel("it answers whole")
        return (bytes([sign]) for sign in self._given.model.encode())

    def close(self) -> None:
        self._runner.closed.append(self._given.model)


class EchoRunner:
    def __init__(self) -> None:
        self.loaded: list[str] = []
        self.closed: list[str] = []
        self.go, self.waiting = threading.Event(), threading.Event()
        self.may_load = threading.Event()
        self.go.set()
        self.may_load.set()

    def load(self, given: Given) -> Echo:
        self.may_load.wait(5)
        if given.model == "broken":
            raise ModelError("its weights are missing")
        self.loaded.append(given.model)
        return Echo(given, self)


@pytest.fixture
def runner() -> EchoRunner:
    return EchoRunner()


@pytest.fixture
def service(tmp_path: Path, runner: EchoRunner) -> Generator[Endpoints, None, None]:
    runners: Mapping[str, Runner] = {"catalogue": runner}
    with endpoints_at(tmp_path, runners) as made:
        yield made


def served(service: Endpoints, name: str, *models: tuple[str, float]) -> None:
    for model, _ in models:
        if not any(one.name == model for one in service.registry.list(LOCAL)):
            service.registry.create(LOCAL, model, model=model)
    service.configure(LOCAL, name, [variant(model, model, weight) for model, weight in models])
    service.create(LOCAL, name, name)
    ended(service, name)


def said(service: Endpoints, name: str, body: bytes = b"x", wanted: str = "") -> str:
    return service.invoke(LOCAL, name, Call(LOCAL, body), wanted).answer.body.decode()


def test_an_endpoint_is_created_asked_and_deleted(service: Endpoints, runner: EchoRunner) -> None:
    served(service, "one", ("a", 1))
    assert said(service, "one") == "a:x"
    service.delete(LOCAL, "one")
    assert runner.closed == ["a"]
    with pytest.raises(NotFound):
        said(service, "one")
    with pytest.raises(NotFound):
        service.delete(LOCAL, "one")


def test_it_is_being_created_until_its_models_are_loaded(service: Endpoints, runner: EchoRunner) -> None:
    runner.may_load.clear()
    service.registry.create(LOCAL, "a", model="a")
    service.configure(LOCAL, "one", [variant("v", "a")])
    assert service.create(LOCAL, "one", "one").body["status"] == "Creating"
    with pytest.raises(Conflict, match="Creating"):
        said(service, "one")
    with pytest.raises(Conflict, match="Creating"):
        service.update(LOCAL, "one", "one")
    runner.may_load.set()
    assert ended(service, "one").body["status"] == "InService"


def test_one_that_cannot_be_loaded_fails_with_the_reason_and_can_be_mended(service: Endpoints) -> None:
    served(service, "one", ("broken", 1))
    found = service.find(LOCAL, "one")
    assert (found.body["status"], found.body["reason"]) == ("Failed", "its weights are missing")
    with pytest.raises(Conflict, match="weights are missing"):
        said(service, "one")
    service.registry.create(LOCAL, "a", model="a")
    service.configure(LOCAL, "two", [variant("v", "a")])
    service.update(LOCAL, "one", "two")
    assert ended(service, "one").body["status"] == "InService"


def test_one_deleted_while_it_loads_stays_deleted(service: Endpoints, runner: EchoRunner) -> None:
    runner.may_load.clear()
    service.registry.create(LOCAL, "a", model="a")
    service.configure(LOCAL, "one", [variant("v", "a")])
    service.create(LOCAL, "one", "one")
    service.delete(LOCAL, "one")
    runner.may_load.set()
    for _ in range(200):
        if runner.closed:
            break
        time.sleep(0.01)
    assert runner.closed == ["a"]
    with pytest.raises(NotFound):
        service.find(LOCAL, "one")


def test_tags_may_change_while_it_loads(service: Endpoints, runner: EchoRunner) -> None:
    runner.may_load.clear()
    service.registry.create(LOCAL, "a", model="a")
    service.configure(LOCAL, "one", [variant("v", "a")])
    made = service.create(LOCAL, "one", "one")
    service.tag(LOCAL, made.kind, made.id, {"project": "forgeries"})
    runner.may_load.set()
    found = ended(service, "one")
    assert (found.body["status"], found.body["tags"]) == ("InService", {"project": "forgeries"})
    assert said(service, "one") == "a:x"


@pytest.mark.parametrize("weights", [(9, 1), (1, 1), (2, 1), (0.5, 1.5), (1, 0)])
def test_shares_are_exact(service: Endpoints, weights: tuple[float, float]) -> None:
    served(service, "one", ("a", weights[0]), ("b", weights[1]))
    given = [said(service, "one")[0] for _ in range(60)]
    expected = 60 * weights[1] / sum(weights)
    assert abs(given.count("b") - expected) < 1
    for part in range(1, 60):
        assert abs(given[:part].count("b") - part * weights[1] / sum(weights)) <= 1
    assert said(service, "one", wanted="b") == "b:x"


def test_weights_are_changed_and_unknown_variants_refused(service: Endpoints) -> None:
    served(service, "one", ("a", 1), ("b", 0))
    assert {said(service, "one") for _ in range(5)} == {"a:x"}
    service.weigh(LOCAL, "one", {"a": (0, None), "b": (3, None)})
    assert {said(service, "one") for _ in range(5)} == {"b:x"}
    for wrong in ({"c": (1.0, None)}, {"b": (0.0, None)}, {"b": (-1.0, None)}, {"b": (None, 0)}):
        with pytest.raises(InvalidInput):
            service.weigh(LOCAL, "one", wrong)
    with pytest.raises(InvalidInput, match="there are: a, b"):
        said(service, "one", wanted="c")


def test_requests_on_their_way_are_answered_by_the_old_variant(service: Endpoints, runner: EchoRunner) -> None:
    served(service, "one", ("a", 1))
    runner.go.clear()
    answers: list[str] = []
    thread = threading.Thread(target=lambda: answers.append(said(service, "one")))
    thread.start()
    assert runner.waiting.wait(5)
    service.registry.create(LOCAL, "b", model="b")
    service.configure(LOCAL, "two", [variant("v", "b")])
    service.update(LOCAL, "one", "two")
    ended(service, "one")
    assert runner.closed == []
    runner.go.set()
    thread.join(5)
    assert (answers, runner.closed, said(service, "one")) == (["a:x"], ["a"], "b:x")


def test_an_update_that_fails_leaves_the_old_variants(service: Endpoints) -> None:
    served(service, "one", ("a", 1))
    service.registry.create(LOCAL, "broken", model="broken")
    service.configure(LOCAL, "two", [variant("v", "broken")])
    service.update(LOCAL, "one", "two")
    found = ended(service, "one")
    assert (found.body["status"], found.body["config"]) == ("InService", "one")
    assert "weights are missing" in found.body["reason"]
    assert said(service, "one") == "a:x"


def test_weights_are_kept_over_an_update_when_asked(service: Endpoints) -> None:
    served(service, "one", ("a", 3), ("b", 1))
    service.configure(LOCAL, "two", [variant("a", "a", 1), variant("b", "b", 1)])
    service.update(LOCAL, "one", "two", keep_weights=True)
    assert [one["weight"] for one in ended(service, "one").body["variants"]] == [3, 1]


def test_endpoints_survive_a_restart(tmp_path: Path) -> None:
    first, second = EchoRunner(), EchoRunner()
    with endpoints_at(tmp_path, {"catalogue": first}) as service:
        served(service, "one", ("a", 1), ("b", 1))
    assert sorted(first.closed) == ["a", "b"]
    with endpoints_at(tmp_path, {"catalogue": second}) as service:
        assert service.find(LOCAL, "one").body["status"] == "InService"
        assert second.loaded == []
        assert {said(service, "one") for _ in range(4)} == {"a:x", "b:x"}


def test_one_whose_process_ended_while_it_loaded_is_loaded_by_the_next(tmp_path: Path) -> None:
    first, second = EchoRunner(), EchoRunner()
    first.may_load.clear()
    with endpoints_at(tmp_path, {"catalogue": first}) as service:
        service.registry.create(LOCAL, "a", model="a")
        service.configure(LOCAL, "one", [variant("v", "a")])
        service.create(LOCAL, "one", "one")
        service._workers.stop_all()
        first.may_load.set()
    with endpoints_at(tmp_path, {"catalogue": second}) as service:
        assert ended(service, "one").body["status"] == "InService"
        assert said(service, "one") == "a:x"


def test_a_change_by_another_process_is_seen(tmp_path: Path) -> None:
    one, two = EchoRunner(), EchoRunner()
    with endpoints_at(tmp_path, {"catalogue": one}) as first, endpoints_at(tmp_path, {"catalogue": two}) as second:
        served(first, "shared", ("a", 1))
        assert said(second, "shared") == "a:x"
        first.registry.create(LOCAL, "b", model="b")
        first.configure(LOCAL, "next", [variant("v", "b")])
        first.update(LOCAL, "shared", "next")
        ended(first, "shared")
        assert said(second, "shared") == "b:x"
        assert two.closed == ["a"]


def test_tenants_do_not_meet(service: Endpoints) -> None:
    served(service, "one", ("a", 1))
    assert service.list(OTHER) == []
    for call in (service.find, service.delete, service.config, service.registry.find):
        with pytest.raises(NotFound):
            call(OTHER, "one" if call != service.registry.find else "a")
    service.registry.create(OTHER, "a", model="theirs")
    assert len(service.registry.list(OTHER)) == 1


def test_what_happened_is_counted(service: Endpoints) -> None:
    served(service, "one", ("a", 1))
    for body in (b"x", b"x", b"x", b"bad", b"slow"):
        try:
            said(service, "one", body)
        except (InvalidInput, ModelError):
            continue
    assert b"".join(service.stream(LOCAL, "one", Call(LOCAL, b"x"))[0]) == b"a"
    with pytest.raises(WrongModel):
        service.stream(LOCAL, "one", Call(LOCAL, b"never"))
    pieces, _ = service.stream(LOCAL, "one", Call(LOCAL, b"x"))
    next(pieces)
    pieces.close()  # type: ignore[attr-defined]
    now = datetime.now(UTC)
    (tally,) = service.measured(LOCAL, "one", now - timedelta(minutes=5), now).values()
    assert tally.errors == {"4XX": 2, "5XX": 1}
    assert tally.model.count + 3 == tally.invocations
    assert tally.model.count in (4, 5)  # one letter only: a reader who left after it may have had all
    assert service.measured(OTHER, "one", now - timedelta(minutes=5), now) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        [variant("v", "a"), variant("v", "a")],
        [variant("v", "a", 0)],
        [variant("v", "a", -1)],
        [variant("v", "a", 1, 0)],
        [variant("v v", "a")],
        [variant(f"v{number}", "a") for number in range(11)],
    ],
)
def test_configurations_that_make_no_sense_are_refused(service: Endpoints, wrong: list[Any]) -> None:
    service.registry.create(LOCAL, "a", model="a")
    with pytest.raises(InvalidInput):
        service.configure(LOCAL, "one", wrong)


def test_names_models_and_limits_are_checked(service: Endpoints, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NotFound):
        service.configure(LOCAL, "one", [variant("v", "none")])
    with pytest.raises(NotFound):
        service.create(LOCAL, "one", "none")
    for name in ("", "-a", "a b", "x" * 64, "ä", "../a"):
        with pytest.raises(InvalidInput):
            service.registry.create(LOCAL, name, model="a")
    with pytest.raises(InvalidInput):
        service.registry.create(LOCAL, "both", model="a", package=b"x")
    served(service, "one", ("a", 1))
    with pytest.raises(Conflict):
        service.create(LOCAL, "one", "one")
    monkeypatch.setattr("groundstone.endpoints.service.MOST", 1)
    with pytest.raises(LimitExceeded):
        service.create(LOCAL, "two", "one")


def test_packages_stay_as_long_as_something_needs_them(tmp_path: Path) -> None:
    with endpoints_at(tmp_path) as service:
        made = service.registry.create(LOCAL, "a", package=package(adder()))
        sha256 = made.body["content"]["package"]
        service.configure(LOCAL, "one", [variant("v", "a")])
        service.create(LOCAL, "one", "one")
        ended(service, "one")
        service.registry.delete(LOCAL, "a")
        service.delete_config(LOCAL, "one")
        asked = Call(LOCAL, b'{"instances": [[1, 2]]}')
        assert json.loads(service.invoke(LOCAL, "one", asked).answer.body) == {"predictions": [[2, 3]]}
        service.delete(LOCAL, "one")
        with pytest.raises(NotFound):
            service.registry.packages.get(LOCAL, sha256)


def test_a_package_is_deployed_and_its_next_version_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "1").mkdir(parents=True)
    (folder / "1" / "model.onnx").write_bytes(adder(1))
    with endpoints_at(tmp_path / "home") as service:
        deploy(service, LOCAL, "sums", package=packed(folder))
        assert [one["name"] for one in ready(service, LOCAL, "sums").body["variants"]] == ["v1"]
        deploy(service, LOCAL, "sums", package=tar({"1/model.onnx": adder(2)}), share=0.25)
        shares = {one["name"]: one["weight"] for one in ready(service, LOCAL, "sums").body["variants"]}
        assert shares == {"v1": 0.75, "v2": 0.25}
        asked = Call(LOCAL, b'{"instances": [[0, 0]]}')
        given = [json.loads(service.invoke(LOCAL, "sums", asked).answer.body)["predictions"][0][0] for _ in range(8)]
        assert (given.count(1), given.count(2)) == (6, 2)
        deploy(service, LOCAL, "sums", package=tar({"1/model.onnx": adder(2)}))
        assert [one["name"] for one in ready(service, LOCAL, "sums").body["variants"]] == ["v3"]
        with pytest.raises(InvalidInput, match="share"):
            deploy(service, LOCAL, "sums", package=b"x", share=2)
        deploy(service, LOCAL, "sums", package=tar({"1/model.onnx": b"broken"}))
        with pytest.raises(ModelError, match="the variants before it go on"):
            ready(service, LOCAL, "sums")


def test_a_function_answers_pictures_with_reports(tmp_path: Path) -> None:
    ends: list[int] = []

    def load(folder: Path | None) -> Any:
        name = "shipped" if folder is None else (folder / "card.json").read_text()
        return (lambda data, kind: {"model": name, "bytes": len(data)}), lambda: ends.append(1)

    with endpoints_at(tmp_path, {"forensics": ReportRunner(load)}) as service:
        service.registry.create(LOCAL, "own", package=tar({"card.json": b'{"a": 1}'}))
        service.registry.create(LOCAL, "shipped", model="kind:forensics")
        service.configure(LOCAL, "pages", [variant("own", "own"), variant("shipped", "shipped")])
        service.create(LOCAL, "pages", "pages")
        ended(service, "pages")
        answer = service.invoke(LOCAL, "pages", Call(LOCAL, b"12345", "image/jpeg"), "own").answer
        assert json.loads(answer.body) == {"model": '{"a": 1}', "bytes": 5}
        body = b'{"instances": [{"b64": "eHg="}]}'
        answer = service.invoke(LOCAL, "pages", Call(LOCAL, body), "shipped").answer
        assert json.loads(answer.body) == {"predictions": [{"model": "shipped", "bytes": 2}]}
        for wrong in (b"{}", b'{"instances": [{"b64": "?"}]}', b"x", b'{"instances": []}'):
            with pytest.raises(InvalidInput):
                service.invoke(LOCAL, "pages", Call(LOCAL, wrong), "own")
    assert ends == [1, 1]
