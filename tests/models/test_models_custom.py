"""Custom models: trained, tested, kept, used."""

from __future__ import annotations

import json
import threading
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import numpy as np
import pytest

from groundstone.errors import (
    ConfigError,
    Conflict,
    InvalidInput,
    ModelError,
    NotFound,
    WeightsCorrupt,
    WrongModel,
)
from groundstone.identity import Principal
from groundstone.models.base import ChatOptions, Message, Picture, Tool
from groundstone.models.custom import Classifier, vectors_of
from groundstone.models.custom_files import CustomFiles, CustomModel
from groundstone.models.custom_head import best_temperature, log_loss, softmax, solve, train_head
from groundstone.models.custom_models import CustomModels
from groundstone.models.custom_report import evaluated, wilson
from groundstone.models.custom_train import train
from groundstone.models.examples import Example, read_examples
from groundstone.models.fakes import FakeChat, FakeEmbed
from groundstone.models.llamacpp import LlamaCpp
from groundstone.models.minilm import MiniLM
from groundstone.models.tensors import TensorFile, write_tensors

MESSAGES = Path(__file__).with_name("insurance_messages.jsonl")
ANN, BOB = Principal("ann", "acme"), Principal("bob", "other")
ANIMALS = "cat dog horse cow fish bird snake mouse goat sheep duck frog".split()
TOOLS = "saw hammer drill rake spade axe plane file chisel vice clamp wrench".split()
EXAMPLES = [Example(f"my {name} the animal eats", "animal") for name in ANIMALS] + [
    Example(f"the {name} is a tool of steel", "tool") for name in TOOLS
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> CustomModel:
    return train(EXAMPLES, FakeEmbed(), name="kinds", tenant="acme", folder=tmp_path_factory.mktemp("custom"))


@pytest.fixture
def shelf(tmp_path: Path) -> CustomModels:
    chats = {"label-bot": FakeChat(['{"label": "tool"}'], name="label-bot")}
    return CustomModels(tmp_path, FakeEmbed, lambda caller, name: chats[name], lambda name: name == "taken")


def test_a_head_learns_and_tells_how_well(made: CustomModel) -> None:
    report = made.report()
    assert (made.method, made.labels, made.examples) == ("head", ("animal", "tool"), 24)
    assert (report.trained_on, report.tested_on) == (20, 4)
    assert report.accuracy == report.macro_f1 == 1.0
    assert report.interval[0] < 0.6 < report.interval[1] == 1.0
    assert report.baseline == 0.5
    assert [sum(row) for row in report.confusion] == [2, 2]
    assert any("Only 4 examples" in warning for warning in report.warnings)


def test_texts_get_labels_with_probabilities(made: CustomModel) -> None:
    first, second = Classifier(made, FakeEmbed()).classify(["an animal that eats", "a tool of steel"])
    assert (first.label, second.label) == ("animal", "tool")
    assert first.probability == first.scores["animal"] > 0.5
    assert sum(first.scores.values()) == pytest.approx(1)
    assert Classifier(made, FakeEmbed()).classify([]) == []
    with pytest.raises(InvalidInput):
        Classifier(made, FakeEmbed()).classify([" "])
    with pytest.raises(InvalidInput):
        Classifier(made, FakeEmbed()).classify("a text")


def test_training_is_deterministic(made: CustomModel, tmp_path: Path) -> None:
    again = train(EXAMPLES[::-1], FakeEmbed(), name="kinds", tenant="acme", folder=tmp_path)
    assert again.report() == made.report()
    assert (again.folder / "arrays.safetensors").read_bytes() == (made.folder / "arrays.safetensors").read_bytes()


def test_another_embedding_model_is_refused(made: CustomModel) -> None:
    with pytest.raises(ConfigError, match="trained on vectors of fake-embed"):
        Classifier(made, FakeEmbed(name="other"))


def test_a_changed_file_is_found(tmp_path: Path) -> None:
    model = train(EXAMPLES, FakeEmbed(), name="kinds", tenant="acme", folder=tmp_path)
    with (model.folder / "arrays.safetensors").open("r+b") as file:
        file.seek(-1, 2)
        file.write(b"\x01")
    with pytest.raises(WeightsCorrupt, match=r"arrays\.safetensors"):
        Classifier(model, FakeEmbed())
    for damage in ("{", "[]", '{"form": 1, "files": {}}', '{"files": {"../x": ""}}'):
        (model.folder / "manifest.json").write_text(damage)
        with pytest.raises(WeightsCorrupt, match="damaged"):
            CustomFiles(tmp_path).find("kinds", "acme")
    CustomFiles(tmp_path).delete("kinds", "acme")


def test_models_are_private_to_their_tenant(shelf: CustomModels) -> None:
    shelf.train(ANN, "kinds", EXAMPLES)
    assert [model.name for model in shelf.list(ANN)] == ["kinds"]
    assert shelf.list(BOB) == []
    assert shelf.infos("other") == []
    [info] = shelf.infos("acme")
    assert (info.name, info.engine, info.task, info.tenant) == ("kinds", "custom", "chat", "acme")
    for call in (shelf.find, shelf.delete, shelf.classifier):
        with pytest.raises(NotFound):
            call(BOB, "kinds")
    assert "acme" not in "".join(path.name for path in shelf._files.root.iterdir())
    shelf.delete(ANN, "kinds")
    assert shelf.list(ANN) == []


def test_names_are_checked(shelf: CustomModels) -> None:
    shelf.train(ANN, "kinds", EXAMPLES)
    for name in ("../kinds", "", "kïnds", ".kinds", "a" * 64, "a/b"):
        with pytest.raises(InvalidInput, match="name"):
            shelf.train(ANN, name, EXAMPLES)
    for name in ("kinds", "taken"):
        with pytest.raises(Conflict):
            shelf.train(ANN, name, EXAMPLES)


def test_a_model_that_is_trained_anew_is_used_at_once(shelf: CustomModels) -> None:
    shelf.train(ANN, "kinds", EXAMPLES)
    chat = shelf.engine(shelf.infos("acme")[0])
    assert chat.scores("an animal that eats")["animal"] > 0.5
    swapped = [Example(item.text, {"animal": "tool", "tool": "animal"}[item.label]) for item in EXAMPLES]
    shelf.train(ANN, "kinds", swapped, replace_old=True)
    assert chat.scores("an animal that eats")["animal"] < 0.5
    shelf.delete(ANN, "kinds")
    with pytest.raises(NotFound):
        chat.scores("an animal")


def test_a_classifier_speaks_as_a_chat_model(shelf: CustomModels) -> None:
    shelf.train(ANN, "kinds", EXAMPLES)
    chat = shelf.engine(shelf.infos("acme")[0])
    talk = [Message("user", "a tool of steel"), Message("assistant", "tool"), Message("user", "an animal that eats")]
    text, last = list(chat.chat(talk))
    assert text.text == "animal"
    assert (last.stop_reason, last.model) == ("stop", "kinds")
    assert last.usage is not None
    assert last.usage.input_tokens == chat.count_chat(talk) == 4
    with pytest.raises(InvalidInput):
        chat.chat([Message("system", "x")])
    with pytest.raises(InvalidInput):
        chat.chat([Message("user", " ")])
    for options in (ChatOptions(schema={}), ChatOptions(tools=(Tool("t", "", {}),))):
        with pytest.raises(WrongModel, match="classifier"):
            chat.chat(talk, options)
    with pytest.raises(WrongModel, match="pictures"):
        chat.chat([Message("user", "x", (Picture(b"", "image/png"),))])


def test_a_stopped_training_leaves_nothing(shelf: CustomModels) -> None:
    stop = threading.Event()
    seen: list[str] = []

    def progress(what: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        seen.append(what)
        if what == "training":
            stop.set()

    with pytest.raises(Conflict, match="stopped"):
        shelf.train(ANN, "kinds", EXAMPLES, progress=progress, stop=stop)
    assert seen == ["reading", "training"]
    assert shelf.list(ANN) == []


def test_a_failed_write_leaves_the_old_model(shelf: CustomModels) -> None:
    old = shelf.train(ANN, "kinds", EXAMPLES)

    def fail(_folder: Path) -> None:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        shelf._files.publish(old, fail, replace=True)
    assert shelf.classifier(ANN, "kinds").model == old
    assert not list(old.folder.parent.glob(".kinds*"))


def test_a_test_file_is_kept_apart(shelf: CustomModels) -> None:
    test = [EXAMPLES[0], Example("a zebra the animal eats", "animal"), Example("a pliers tool of steel", "tool")]
    report = shelf.train(ANN, "kinds", EXAMPLES, test=test).report()
    assert (report.trained_on, report.tested_on) == (23, 3)
    for wrong in ([], [Example("x", "unknown")]):
        with pytest.raises(InvalidInput, match="test file"):
            shelf.train(ANN, "again", EXAMPLES, test=wrong)


def test_few_shot_shows_the_nearest_examples_and_offers_only_labels(shelf: CustomModels) -> None:
    model = shelf.train(ANN, "shots", EXAMPLES, method="few-shot", chat="label-bot")
    assert (model.method, model.chat) == ("few-shot", "label-bot")
    assert model.report().accuracy == 0.5
    bot = shelf._chat(ANN, "label-bot")
    assert isinstance(bot, FakeChat)
    found = shelf.classifier(ANN, "shots").classify(["the axe is a tool of steel"])[0]
    assert found.label == "tool"
    assert 0.5 < found.probability < 0.7
    assert found.scores["animal"] == pytest.approx(1 - found.probability)
    prompt = bot.calls[-1]
    assert prompt[-1].content == "the axe is a tool of steel"
    assert prompt[-3].content == "the axe is a tool of steel"  # the nearest example comes last
    schema = bot.schemas[-1]
    assert schema is not None
    assert schema["properties"]["label"]["enum"] == ["animal", "tool"]


def test_auto_keeps_the_better_method_and_shows_both(shelf: CustomModels) -> None:
    model = shelf.train(ANN, "kinds", EXAMPLES, chat="label-bot")
    assert model.method == "head"
    assert [method for method, _, _ in model.report().compared] == ["head", "few-shot"]


def test_few_shot_needs_a_chat_model_that_answers_with_a_label(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="needs a chat model"):
        train(EXAMPLES, FakeEmbed(), method="few-shot", name="k", tenant="t", folder=tmp_path)
    for reply in ("no json", "[]", '{"label": "unknown"}'):
        with pytest.raises(ModelError, match="none of the labels"):
            train(EXAMPLES, FakeEmbed(), FakeChat([reply]), method="few-shot", name="k", tenant="t", folder=tmp_path)
    with pytest.raises(InvalidInput, match="method"):
        train(EXAMPLES, FakeEmbed(), method="magic", name="k", tenant="t", folder=tmp_path)  # type: ignore[arg-type]


def test_the_picture_and_the_page_stand_alone(shelf: CustomModels) -> None:
    odd = [Example(item.text, f"<{item.label}> & co") for item in EXAMPLES]
    model = shelf.train(ANN, "odd", odd)
    root = ElementTree.fromstring(model.picture())
    assert root.attrib["role"] == "img"
    assert root.find("{http://www.w3.org/2000/svg}title") is not None
    assert "given which label" in "".join(root.itertext())
    page = model.page()
    assert "&lt;animal&gt; &amp; co" in page
    assert "<script" not in page
    assert page.count("http") == page.count("http://www.w3.org/2000/svg")
    assert json.loads(json.dumps(model.report().to_json()))["confusion"] == [[2, 0], [0, 2]]


def test_the_figures_are_right() -> None:
    held = [Example("1", "a"), Example("2", "a"), Example("3", "b"), Example("4", "b")]
    rows = np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.4, 0.6]])
    report = evaluated("head", ("a", "b"), held, held, rows)
    assert report.accuracy == 0.75
    a, b = report.labels
    assert (a.precision, a.recall, a.support) == (1.0, 0.5, 2)
    assert b.precision == pytest.approx(2 / 3)
    assert report.macro_f1 == pytest.approx((2 / 3 + 0.8) / 2)
    assert report.confusion == ((1, 1), (0, 2))
    assert [(mistake.text, mistake.said) for mistake in report.mistakes] == [("2", "b")]
    assert report.log_loss == pytest.approx(-np.log([0.9, 0.2, 0.7, 0.6]).mean())
    assert report.calibration_error == pytest.approx((0.1 + 0.8 + 0.3 + 0.4) / 4)  # each falls into a bin of its own
    assert wilson(8, 10) == pytest.approx((0.4901, 0.9433), abs=1e-3)


def test_the_solver_finds_the_least_loss() -> None:
    chance = np.random.default_rng(0)
    vectors = chance.standard_normal((60, 5)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    labels = (vectors[:, 0] > 0).astype(int) + (vectors[:, 1] > 0.4)
    weights, bias = solve(vectors, labels, 3, 1e-2)

    def loss(w: np.ndarray, b: np.ndarray) -> float:
        return log_loss(softmax(vectors @ w + b), labels) + 0.005 * float((w.astype(np.float64) ** 2).sum())

    best = loss(weights, bias)
    for _ in range(50):
        nudge = chance.standard_normal(weights.shape) * 0.01
        assert loss(weights + nudge, bias + chance.standard_normal(3) * 0.01) > best - 1e-7
    assert best_temperature(np.log(softmax(vectors @ weights + bias)) * 3, labels) > 1
    head = train_head(vectors, labels.tolist(), 3, lambda done, total: None)
    assert head.probabilities(vectors).sum(axis=1) == pytest.approx(np.ones(60))


def test_long_texts_are_read_whole() -> None:
    embed = FakeEmbed()
    rows = vectors_of(embed, ["red " * 2000 + "blue " * 2000, "red", ""])
    assert rows.shape == (3, 64)
    assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(3), abs=1e-5)
    assert rows[0] @ embed.embed(["blue"])[0] > 0.5 < rows[0] @ rows[1]


def test_tensors_come_back_as_they_were_written(tmp_path: Path) -> None:
    arrays = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.zeros((0, 4), np.float32)}
    write_tensors(tmp_path / "x.safetensors", arrays)
    file = TensorFile(tmp_path / "x.safetensors")
    assert (file["a"] == arrays["a"]).all()
    assert file["b"].shape == (0, 4)


@pytest.fixture(scope="module")
def triage(minilm_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[CustomModel, MiniLM]:
    embed = MiniLM(minilm_folder, threads=1)
    return (
        train(read_examples(MESSAGES), embed, name="triage", tenant="t", folder=tmp_path_factory.mktemp("triage")),
        embed,
    )


def test_real_messages_are_sorted_well(triage: tuple[CustomModel, MiniLM]) -> None:
    model, embed = triage
    report = model.report()
    assert report.accuracy > 0.75 > report.baseline
    assert report.calibration_error < 0.2
    said = Classifier(model, embed).classify(["Somebody stole my bike.", "Please end my contract in June."])
    assert [each.label for each in said] == ["claim", "cancellation"]


@pytest.mark.xdist_group("llamacpp")
def test_the_embedded_chat_model_can_be_asked_for_labels(smollm: LlamaCpp, tmp_path: Path) -> None:
    few = EXAMPLES[:3] + EXAMPLES[-3:]
    model = train(few, FakeEmbed(), smollm, method="few-shot", name="k", tenant="t", folder=tmp_path)
    assert model.report().tested_on == 2
    assert Classifier(model, FakeEmbed(), smollm).classify(["a goat"])[0].label in model.labels
