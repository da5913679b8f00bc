"""Training jobs without a server: their line, their progress, their end, and who they belong to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from groundstone.config import Settings
from groundstone.errors import Conflict, InvalidInput, LimitExceeded, NotFound
from groundstone.identity import LOCAL, Principal
from groundstone.models.base import ChatOptions, Delta, Message, ModelInfo
from groundstone.models.catalog import Catalog
from groundstone.models.custom_models import CustomModels
from groundstone.models.fakes import FakeEmbed
from groundstone.models.service import Models
from groundstone.platform import Platform
from groundstone.records import Call, Usage
from groundstone.training.jobs import MOST_RUNNING, Training
from groundstone.training.order import Order
from groundstone.training.outputs import written
from groundstone.training.turns import Turns
from tests.held import HeldEmbed

ROWS = [(f"my {name} the animal eats", "animal") for name in ("cat", "dog", "cow", "fish", "bird", "goat")] + [
    (f"the {name} is a tool of steel", "tool") for name in ("saw", "hammer", "drill", "rake", "axe", "plane")
]
DATA = "".join(json.dumps({"text": text, "label": label}) + "\n" for text, label in ROWS).encode()
OTHER = Principal("bob", "other")


@pytest.fixture
def embed() -> HeldEmbed:
    return HeldEmbed()


@pytest.fixture
def platform(tmp_path: Path, embed: HeldEmbed) -> Iterator[Platform]:
    with Platform(Settings(home=tmp_path, threads=1)) as platform:
        platform.embed = embed
        yield platform
        embed.go.set()


@pytest.fixture
def training(platform: Platform) -> Training:
    return platform.training


def ended(training: Training, job: str, caller: Principal = LOCAL) -> dict[str, Any]:
    for _ in range(500):
        found = training.find(caller, job)
        if found.body["status"] not in ("InProgress", "Stopping"):
            return dict(found.body)
        time.sleep(0.02)
    raise AssertionError("the job does not end")


def test_jobs_work_one_after_the_other_in_the_order_they_came(training: Training, embed: HeldEmbed) -> None:
    jobs = [training.start(LOCAL, Order(f"m{number}"), examples=DATA) for number in range(3)]
    assert embed.reached.wait(10)
    phases = [training.find(LOCAL, job.id).body["phase"] for job in jobs]
    assert phases == ["data", "waiting", "waiting"]
    embed.go.set()
    bodies = [ended(training, job.id) for job in jobs]
    assert [body["status"] for body in bodies] == ["Completed"] * 3
    ends = [body["ended"] for body in bodies]
    assert ends == sorted(ends)
    assert [job.id for job in training.list(LOCAL)] == [job.id for job in jobs]


def test_examples_that_were_handed_over_are_gone_when_the_job_has_ended(
    training: Training, embed: HeldEmbed, tmp_path: Path
) -> None:
    job = training.start(LOCAL, Order("kinds"), examples=DATA, tests=DATA[: DATA.index(b"\n")])
    assert len(list((tmp_path / "training").iterdir())) == 2
    embed.go.set()
    ended(training, job.id)
    assert list((tmp_path / "training").iterdir()) == []


def test_examples_that_are_no_good_are_refused_at_once(training: Training) -> None:
    for data in (b"", b"\xff\xfe", b"text,label", b'{"text": "a"}', b'{"text": "a", "label": "x"}'):
        with pytest.raises(InvalidInput):
            training.start(LOCAL, Order("kinds"), examples=data)
    assert training.list(LOCAL) == []


def test_too_many_jobs_are_refused_but_not_those_of_others(training: Training, embed: HeldEmbed) -> None:
    for number in range(MOST_RUNNING):
        training.start(LOCAL, Order(f"m{number}"), examples=DATA)
    with pytest.raises(LimitExceeded):
        training.start(LOCAL, Order("more"), examples=DATA)
    theirs = training.start(OTHER, Order("m0"), examples=DATA)
    for job in training.list(LOCAL):
        training.stop(LOCAL, job.id)
    embed.go.set()
    assert ended(training, theirs.id, OTHER)["status"] == "Completed"
    assert {ended(training, job.id)["status"] for job in training.list(LOCAL)} == {"Stopped"}


def test_a_job_of_another_tenant_does_not_exist(training: Training, embed: HeldEmbed) -> None:
    embed.go.set()
    job = training.start(LOCAL, Order("kinds"), name="mine", examples=DATA)
    for name in (job.id, "mine"):
        for call in (training.find, training.stop):
            with pytest.raises(NotFound):
                call(OTHER, name)
    ended(training, job.id)


def test_a_job_stops_that_another_process_asked_to_stop(
    training: Training, platform: Platform, embed: HeldEmbed
) -> None:
    job = training.start(LOCAL, Order("kinds"), examples=DATA)
    assert embed.reached.wait(10)
    elsewhere = Training(platform.resources, platform.custom, bytes, lambda address: None, Path("none"))
    elsewhere.stop(LOCAL, job.id)
    embed.go.set()
    assert ended(training, job.id)["status"] == "Stopped"
    with pytest.raises(NotFound):
        platform.custom.find(LOCAL, "kinds")


def test_an_unexpected_error_is_no_endless_job(
    training: Training, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    raised: list[Any] = []
    monkeypatch.setattr(threading, "excepthook", raised.append)
    monkeypatch.setattr(platform.custom, "train", lambda *given, **more: 1 // 0)
    body = ended(training, training.start(LOCAL, Order("kinds"), examples=DATA).id)
    assert (body["status"], "unexpected error" in body["failure"]) == ("Failed", True)
    for _ in range(100):
        if raised:
            break
        time.sleep(0.01)
    assert raised[0].exc_type is ZeroDivisionError


def test_a_line_lets_one_in_at_a_time_and_whoever_is_stopped_at_once() -> None:
    line, never, gone = Turns(), threading.Event(), threading.Event()
    order: list[str] = []

    def work(name: str, stop: threading.Event) -> None:
        with line.turn(name, stop):
            order.append(name)

    with line.turn("first", never):
        threads = [threading.Thread(target=work, args=given) for given in (("second", never), ("third", gone))]
        for thread in threads:
            thread.start()
        gone.set()
        line.wake()
        threads[1].join(5)
        assert order == ["third"]
    threads[0].join(5)
    assert order == ["third", "second"]


def test_a_report_stays_in_its_bucket(training: Training, platform: Platform, embed: HeldEmbed, tmp_path: Path) -> None:
    embed.go.set()
    ended(training, training.start(LOCAL, Order("kinds"), examples=DATA).id)
    root = tmp_path / "bucket"
    root.mkdir()
    model = platform.custom.find(LOCAL, "kinds")
    assert "leads out of the bucket" in written(model, root, "../", "x")
    assert written(model, root, "", "x") == "the report was written below model-customization-job-x"
    (root / "taken").write_text("")
    assert "was not written" in written(model, root, "taken/", "x")


class AskedChat:
    """Counts on whose account it is asked."""

    name = "asked"

    def chat(self, messages: Sequence[Message], options: ChatOptions) -> Iterator[Delta]:
        yield Delta('{"label": "tool"}')
        yield Delta(usage=Usage(90, 7), stop_reason="stop", model="asked")


class Keeping:
    def __init__(self) -> None:
        self.calls: list[Call] = []

    def admit(self, caller: Principal) -> None:
        return None

    def record(self, call: Call) -> None:
        self.calls.append(call)


def test_what_a_few_shot_model_asks_of_a_chat_model_is_on_the_account_of_who_calls_it(tmp_path: Path) -> None:
    info = ModelInfo("asked", "chat", "fake", abilities=frozenset({"stream", "schema"}), price_input=1.0)
    embed, keeping = FakeEmbed(), Keeping()
    custom = CustomModels(tmp_path, lambda: embed, lambda caller, name: models.bound(caller, name), lambda name: False)
    models = Models(
        Catalog({}, {"asked": info}, "USD"),
        lambda info: AskedChat() if info.engine == "fake" else custom.engine(info),
        keeping,
        custom.infos,
    )
    trainer = Principal("ann", "acme", key="k1")
    custom.train(trainer, "kinds", custom.read(DATA, "data"), method="few-shot", chat="asked")
    assert {(call.user, call.key) for call in keeping.calls} == {("ann", "k1")}
    keeping.calls.clear()
    caller = Principal("cid", "acme", key="k2")
    assert "".join(piece.text for piece in models.chat(caller, "kinds", [Message("user", "a saw")])) == "tool"
    assert models.scores(caller, "kinds", ["a saw"])[0]["tool"] > 0.5
    assert [(call.model, call.key, call.task) for call in keeping.calls] == [
        ("asked", "k2", "chat"),
        ("kinds", "k2", "chat"),
        ("asked", "k2", "chat"),
        ("kinds", "k2", "classify"),
    ]
    with pytest.raises(NotFound):
        models.scores(OTHER, "kinds", ["a saw"])
    with pytest.raises(InvalidInput, match="no probabilities"):
        models.scores(caller, "asked", ["a saw"])


def test_a_damaged_model_does_not_hide_the_others(
    training: Training, platform: Platform, embed: HeldEmbed, caplog: pytest.LogCaptureFixture
) -> None:
    embed.go.set()
    for name in ("good", "bad"):
        ended(training, training.start(LOCAL, Order(name), examples=DATA).id)
    (platform.custom.find(LOCAL, "bad").folder / "manifest.json").write_text("{")
    assert [info.name for info in platform.training.infos("local")] == ["good"]
    assert "damaged" in caplog.text
    assert platform.models.info(LOCAL, "good").tenant == "local"


def test_a_model_with_further_names_is_not_deleted_before_them(training: Training, embed: HeldEmbed) -> None:
    embed.go.set()
    ended(training, training.start(LOCAL, Order("kinds"), examples=DATA).id)
    training.provisioned.create(LOCAL, "zoo", "kinds", {})
    with pytest.raises(Conflict, match="zoo"):
        training.delete(LOCAL, "kinds")
    training.provisioned.delete(LOCAL, "zoo")
    training.delete(LOCAL, "kinds")
    with pytest.raises(NotFound):
        training.delete(LOCAL, "kinds")
