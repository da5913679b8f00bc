"""The one interface: what is refused, who stands in, how calls end, and that each is recorded once."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from groundstone.errors import (
    BudgetExceeded,
    ContextTooLong,
    EngineTimeout,
    EngineUnavailable,
    GroundstoneError,
    InvalidInput,
    ModelError,
    NotFound,
    WeightsMissing,
    WrongModel,
)
from groundstone.identity import LOCAL, Principal
from groundstone.models import gate
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, DrawOptions, Message, ModelInfo, Picture, Tool
from groundstone.models.catalog import Catalog, EngineSpec
from groundstone.models.fakes import FakeChat, FakeEmbed
from groundstone.models.service import Models
from groundstone.records import Call, Usage

ANA = Principal("ana", "acme", key="k1")
HELLO = [Message("user", "hello there")]
DOWN = EngineUnavailable("nobody listens")
PICTURE = Picture(b"png", "image/png")


class Notes:
    """A meter that keeps everything, and refuses when it is told to."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.refusal: GroundstoneError | None = None

    def admit(self, caller: Principal) -> None:
        if self.refusal is not None:
            raise self.refusal

    def record(self, call: Call) -> None:
        self.calls.append(call)

    @property
    def only(self) -> Call:
        assert len(self.calls) == 1
        return self.calls[0]


def info(name: str, **changes: Any) -> ModelInfo:
    plain = ModelInfo(name, "chat", name, abilities=frozenset({"stream"}), price_input=1e6, price_output=2e6)
    return replace(plain, **changes)


def service(notes: Notes, engines: dict[str, Any], *infos: ModelInfo, **options: Any) -> Models:
    specs = {name: EngineSpec(name, "openai", options) for name in engines}
    catalog = Catalog(specs, {made.name: made for made in infos})
    return Models(catalog, lambda wanted: engines[wanted.name], notes)


def text(reply: Iterator[Delta]) -> str:
    return "".join(delta.text for delta in reply)


@pytest.fixture
def notes() -> Notes:
    return Notes()


def test_a_reply_names_its_model_and_is_recorded_with_its_price(notes: Notes) -> None:
    models = service(notes, {"a": FakeChat(["one two three"])}, info("a", aliases=("alias",)))
    pieces = list(models.chat(ANA, "alias", HELLO))
    assert text(iter(pieces)) == "one two three"
    assert (pieces[-1].model, pieces[-1].usage, pieces[-1].stop_reason) == ("a", Usage(2, 3), "stop")
    call = notes.only
    assert (call.tenant, call.user, call.key, call.task, call.asked, call.model) == (
        "acme", "ana", "k1", "chat", "alias", "a",
    )  # fmt: skip
    assert (call.input_tokens, call.output_tokens, call.cost, call.outcome) == (2, 3, 2 * 1.0 + 3 * 2.0, "ok")
    assert call.first is not None
    assert 0 <= call.first <= call.seconds < 5
    assert not call.estimated


def test_what_a_caller_got_wrong_is_refused_at_once_and_recorded(notes: Notes) -> None:
    models = service(notes, {"a": FakeChat()}, info("a"), info("v", task="embed"))
    with pytest.raises(NotFound):
        models.chat(ANA, "nothing", HELLO)
    with pytest.raises(InvalidInput):
        models.chat(ANA, "a", [])
    with pytest.raises(WrongModel, match=r"v cannot chat; it is a model for: embed\. These can: a"):
        models.chat(ANA, "v", HELLO)
    with pytest.raises(WrongModel, match="a cannot embed"):
        models.embed(ANA, "a", ["x"])
    assert [call.outcome for call in notes.calls] == ["refused"] * 4
    assert [call.error for call in notes.calls] == ["not_found", "invalid_input", "wrong_model", "wrong_model"]


@pytest.mark.parametrize(
    ("messages", "options", "words"),
    [
        (HELLO, ChatOptions(tools=(Tool("look", "", {"type": "object"}),)), "use tools"),
        (HELLO, ChatOptions(schema={"type": "object"}), "hold to a JSON Schema"),
        ([Message("user", "what is this?", (PICTURE,))], DEFAULTS, "see pictures"),
    ],
)
def test_what_a_model_cannot_do_is_said_with_models_that_can(
    notes: Notes, messages: Sequence[Message], options: ChatOptions, words: str
) -> None:
    able = info("able", abilities=frozenset({"tools", "schema", "images"}))
    models = service(notes, {"a": FakeChat(), "able": FakeChat()}, info("a"), able)
    with pytest.raises(WrongModel, match=f"a cannot {words}. These can: able"):
        models.chat(ANA, "a", messages, options)
    assert text(models.chat(ANA, "able", messages, options))


def test_a_model_of_another_tenant_is_not_there(notes: Notes) -> None:
    models = service(notes, {"own": FakeChat()}, info("own", tenant="acme"))
    assert text(models.chat(ANA, "own", HELLO))
    with pytest.raises(NotFound):
        models.chat(LOCAL, "own", HELLO)
    assert models.list(LOCAL) == []


def test_private_models_come_from_elsewhere(notes: Notes) -> None:
    own = info("own", tenant="acme", aliases=("custom",))
    private = {"acme": [own]}
    models = Models(Catalog({}, {}), lambda _: FakeChat(["yes"]), notes, lambda tenant: private.get(tenant, []))
    assert text(models.chat(ANA, "arn:aws:bedrock:us-east-1:1:custom-model/base/custom", HELLO)) == "yes"
    assert models.list(ANA) == [own]
    with pytest.raises(NotFound):
        models.info(LOCAL, "own")


class Counting(FakeChat):
    def count_chat(self, messages: Sequence[Message]) -> int:
        return sum(len(message.content.split()) for message in messages)


def test_what_does_not_fit_is_refused_before_the_engine_is_asked(notes: Notes) -> None:
    engine = Counting()
    models = service(notes, {"a": engine}, info("a", context=100, abilities=frozenset({"stream", "count"})))
    long = [Message("user", "word " * 60)]
    assert text(models.chat(ANA, "a", long, ChatOptions(max_tokens=40)))
    with pytest.raises(ContextTooLong, match="60 tokens and the reply up to 41; a has room for 100"):
        models.chat(ANA, "a", long, ChatOptions(max_tokens=41))
    assert len(engine.calls) == 1
    assert [call.outcome for call in notes.calls] == ["ok", "refused"]


def test_what_is_far_too_long_is_refused_before_its_tokens_are_counted(notes: Notes) -> None:
    engine = Counting()
    models = service(notes, {"a": engine}, info("a", context=100, abilities=frozenset({"stream", "count"})))
    engine.count_chat = lambda messages: pytest.fail("it was counted")  # type: ignore[method-assign]
    with pytest.raises(ContextTooLong, match="has 30,000 characters; a has room for 100 tokens"):
        models.chat(ANA, "a", [Message("user", "long " * 6000)])


@pytest.mark.parametrize("error", [WrongModel("the server has no tokenizer"), ModelError("it refuses to count")])
def test_an_engine_that_cannot_count_after_all_is_asked_for_its_reply(notes: Notes, error: Exception) -> None:
    class Uncounted:
        chat = FakeChat(["yes"]).chat

        def count_chat(self, messages: Sequence[Message]) -> int:
            raise error

    models = service(notes, {"a": Uncounted()}, info("a", context=100, abilities=frozenset({"stream", "count"})))
    assert text(models.chat(ANA, "a", [Message("user", "word " * 60)])) == "yes"
    with pytest.raises(type(error)):
        models.count_tokens(ANA, "a", HELLO)


def test_limits_refuse_before_the_engine_is_asked(notes: Notes) -> None:
    engine = FakeChat()
    models = service(notes, {"a": engine}, info("a"))
    notes.refusal = BudgetExceeded("spent")
    with pytest.raises(BudgetExceeded):
        models.chat(ANA, "a", HELLO)
    assert (engine.calls, notes.only.error, notes.only.outcome) == ([], "budget_exceeded", "refused")


# -- who stands in -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [DOWN, EngineTimeout("slow"), WeightsMissing("not here")])
def test_another_model_stands_in_when_an_engine_cannot_be_used(notes: Notes, error: Exception) -> None:
    engines = {"a": FakeChat(["x"], error=error), "b": FakeChat(["from b"])}
    models = service(notes, engines, info("a", fallback=("b",)), info("b", price_input=0.0, price_output=0.0))
    pieces = list(models.chat(ANA, "a", HELLO))
    assert (text(iter(pieces)), pieces[-1].model) == ("from b", "b")
    assert (notes.only.asked, notes.only.model, notes.only.cost, notes.only.outcome) == ("a", "b", 0.0, "ok")


def test_nobody_stands_in_once_a_piece_was_delivered(notes: Notes) -> None:
    engines = {"a": FakeChat(["one two three"], error=DOWN, fail_after=2), "b": FakeChat(["b"])}
    models = service(notes, engines, info("a", fallback=("b",)), info("b"))
    reply = models.chat(ANA, "a", HELLO)
    assert next(reply).text + next(reply).text == "one two"
    with pytest.raises(EngineUnavailable):
        next(reply)
    assert engines["b"].calls == []
    assert (notes.only.outcome, notes.only.error, notes.only.estimated) == ("failed", "engine_unavailable", True)
    assert notes.only.output_tokens > 0
    assert list(reply) == []


@pytest.mark.parametrize("error", [InvalidInput("a bad tool"), ContextTooLong("too long"), ModelError("refused")])
def test_nobody_stands_in_for_a_mistake_of_the_caller(notes: Notes, error: Exception) -> None:
    engines = {"a": FakeChat(error=error), "b": FakeChat(["b"])}
    models = service(notes, engines, info("a", fallback=("b",)), info("b"))
    with pytest.raises(type(error)):
        list(models.chat(ANA, "a", HELLO))
    assert engines["b"].calls == []
    assert notes.only.outcome == "failed"


def test_only_models_that_can_do_the_same_stand_in(notes: Notes) -> None:
    tools = frozenset({"tools"})
    engines = {"a": FakeChat(error=DOWN), "b": FakeChat(["b"]), "c": FakeChat(["c"])}
    infos = info("a", fallback=("b", "c"), abilities=tools), info("b"), info("c", abilities=tools)
    options = ChatOptions(tools=(Tool("look", "", {}),))
    assert text(service(notes, engines, *infos).chat(ANA, "a", HELLO, options)) == "c"


def test_when_all_fail_each_is_told(notes: Notes) -> None:
    engines = {"a": FakeChat(error=DOWN), "b": FakeChat(error=WeightsMissing("b is not here"))}
    models = service(notes, engines, info("a", fallback=("b",)), info("b"))
    with pytest.raises(EngineUnavailable, match="nobody listens; then b is not here"):
        list(models.chat(ANA, "a", HELLO))
    assert notes.only.outcome == "failed"


class BrokenEmbed(FakeEmbed):
    def embed_counted(self, texts: Sequence[str]) -> Any:
        raise DOWN


def test_vectors_come_from_the_model_that_stands_in(notes: Notes) -> None:
    engines = {"a": BrokenEmbed(8), "b": FakeEmbed(8)}
    infos = info("a", task="embed", fallback=("b",)), info("b", task="embed")
    made = service(notes, engines, *infos).embed(ANA, "a", ["one two", "three"])
    assert (made.vectors.shape, made.tokens, made.model) == ((2, 8), 3, "b")
    assert (notes.only.task, notes.only.input_tokens, notes.only.cost, notes.only.model) == ("embed", 3, 3.0, "b")


# -- other tasks -------------------------------------------------------------------------------------------


class Everything(FakeEmbed):
    def embed_pictures(self, pictures: Sequence[Picture]) -> Any:
        return np.ones((len(pictures), 1), np.float32)

    def rerank(self, query: str, texts: Sequence[str]) -> list[float]:
        return [0.5 for _ in texts]

    def draw(self, prompt: str, options: DrawOptions) -> list[Picture]:
        return [PICTURE] * options.count

    def count_chat(self, messages: Sequence[Message]) -> int:
        return 7


def test_every_task_is_recorded_once(notes: Notes) -> None:
    infos = (
        info("e", task="embed", abilities=frozenset({"images"})),
        info("r", task="rerank"),
        info("d", task="draw"),
        info("c", abilities=frozenset({"count"})),
    )
    models = service(notes, dict.fromkeys("erdc", Everything()), *infos)
    assert models.embed_pictures(ANA, "e", [PICTURE]).vectors.shape == (1, 1)
    assert models.rerank(ANA, "r", "what", ["a", "b"]) == [0.5, 0.5]
    assert models.draw(ANA, "d", "a house", DrawOptions(count=2)) == [PICTURE, PICTURE]
    assert models.count_tokens(ANA, "c", HELLO) == 7
    assert [call.task for call in notes.calls] == ["embed", "rerank", "draw", "count"]
    assert {call.outcome for call in notes.calls} == {"ok"}
    assert (notes.calls[1].estimated, notes.calls[3].cost) == (True, 0.0)
    with pytest.raises(WrongModel, match="cannot see pictures"):
        service(notes, {"e": FakeEmbed()}, info("e", task="embed")).embed_pictures(ANA, "e", [PICTURE])
    with pytest.raises(WrongModel, match="cannot count tokens"):
        service(notes, {"c": FakeChat()}, info("c")).count_tokens(ANA, "c", HELLO)


def test_a_bound_model_is_a_chat_on_the_callers_account(notes: Notes) -> None:
    chat = service(notes, {"a": FakeChat(["yes"])}, info("a", aliases=("default",))).bound(ANA, "default")
    assert (chat.name, text(chat.chat(HELLO)), notes.only.user) == ("a", "yes", "ana")


# -- endings -----------------------------------------------------------------------------------------------


def test_a_closed_reply_is_cancelled_at_the_engine_and_recorded(notes: Notes) -> None:
    engine = FakeChat(["one two three"])
    reply = service(notes, {"a": engine}, info("a")).chat(ANA, "a", HELLO)
    next(reply)
    reply.close()  # type: ignore[attr-defined]
    reply.close()  # type: ignore[attr-defined]
    assert (engine.closed, list(reply)) == (1, [])
    assert (notes.only.outcome, notes.only.estimated, notes.only.output_tokens) == ("cancelled", True, 1)


def test_a_reply_that_nobody_reads_is_recorded_without_tokens(notes: Notes) -> None:
    engine = FakeChat(["one"])
    reply = service(notes, {"a": engine}, info("a")).chat(ANA, "a", HELLO)
    del reply
    gc.collect()
    assert (notes.only.outcome, notes.only.input_tokens, engine.calls) == ("cancelled", 0, [])


def test_a_reply_that_was_complete_when_it_was_closed_is_a_success(notes: Notes) -> None:
    reply = service(notes, {"a": FakeChat(["one"])}, info("a")).chat(ANA, "a", HELLO)
    while next(reply).stop_reason is None:
        pass
    reply.close()  # type: ignore[attr-defined]
    assert (notes.only.outcome, notes.only.output_tokens, notes.only.estimated) == ("ok", 1, False)


def test_an_unexpected_error_is_recorded_and_passed_on(notes: Notes) -> None:
    models = service(notes, {"a": FakeChat(error=ZeroDivisionError())}, info("a"))
    with pytest.raises(ZeroDivisionError):
        list(models.chat(ANA, "a", HELLO))
    assert (notes.only.outcome, notes.only.error) == ("failed", "internal")


class Untold:
    """An engine that says nothing about tokens, or nonsense."""

    def __init__(self, usage: Usage | None) -> None:
        self.usage = usage

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        return iter([Delta("x" * 40), Delta(usage=self.usage, stop_reason="stop", model="inner-name")])


def test_tokens_are_guessed_where_the_engine_does_not_count(notes: Notes) -> None:
    last = list(service(notes, {"a": Untold(None)}, info("a")).chat(ANA, "a", HELLO))[-1]
    assert (last.usage, last.model) == (Usage(3, 10), "a")
    assert (notes.only.input_tokens, notes.only.output_tokens, notes.only.estimated) == (3, 10, True)


def test_nonsense_for_tokens_does_not_reach_the_sums(notes: Notes) -> None:
    list(service(notes, {"a": Untold(Usage(-5, 10**30))}, info("a")).chat(ANA, "a", HELLO))
    assert (notes.only.input_tokens, notes.only.output_tokens) == (0, 2**40)


# -- time and crowds ---------------------------------------------------------------------------------------


class Waiting:
    """Waits before the first piece, and between pieces, until it is closed from another thread."""

    def __init__(self, before: float = 0.0, between: float = 0.0) -> None:
        self.before, self.between = before, between
        self.cut = threading.Event()
        self.sent = 0

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        return self

    def __iter__(self) -> Iterator[Delta]:
        return self

    def __next__(self) -> Delta:
        if self.cut.wait(self.between if self.sent else self.before):
            raise StopIteration
        self.sent += 1
        return Delta("word ")

    def close(self) -> None:
        self.cut.set()


def test_a_reply_that_does_not_begin_in_time_is_given_up(notes: Notes) -> None:
    slow = Waiting(before=30)
    engines = {"a": slow, "b": FakeChat(["quick"])}
    models = service(notes, engines, info("a", first_limit=0.05, fallback=("b",)), info("b"))
    began = time.monotonic()
    assert text(models.chat(ANA, "a", HELLO)) == "quick"
    assert time.monotonic() - began < 5
    assert slow.cut.is_set()
    assert notes.only.model == "b"


def test_a_reply_that_takes_too_long_is_cancelled(notes: Notes) -> None:
    endless = Waiting(between=0.01)
    models = service(notes, {"a": endless}, info("a", time_limit=0.1, first_limit=5.0))
    with pytest.raises(EngineTimeout, match=r"a took more than 0.1 s"):
        list(models.chat(ANA, "a", HELLO))
    assert endless.cut.is_set()
    assert (notes.only.outcome, notes.only.error) == ("failed", "engine_timeout")
    assert notes.only.output_tokens > 0


class SlowEmbed(FakeEmbed):
    def embed_counted(self, texts: Sequence[str]) -> Any:
        time.sleep(0.5)
        return super().embed_counted(texts)


def test_vectors_that_take_too_long_are_not_waited_for(notes: Notes) -> None:
    models = service(notes, {"e": SlowEmbed()}, info("e", task="embed", time_limit=0.05))
    with pytest.raises(EngineTimeout, match=r"no answer within 0.05 s"):
        models.embed(ANA, "e", ["x"])
    assert notes.only.error == "engine_timeout"


def test_an_engine_that_keeps_failing_is_left_alone_for_a_while(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PAUSE", 0.2)
    engine = FakeChat(["fine"], error=DOWN)
    models = service(notes, {"a": engine}, info("a"))
    for _ in range(gate.FAILURES + 3):
        with pytest.raises(EngineUnavailable):
            list(models.chat(ANA, "a", HELLO))
    assert len(engine.calls) == gate.FAILURES
    time.sleep(0.25)
    engine.error = None
    assert text(models.chat(ANA, "a", HELLO)) == "fine"
    assert text(models.chat(ANA, "a", HELLO)) == "fine"


def test_one_call_finds_out_whether_an_engine_is_back(notes: Notes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "PAUSE", 0.1)
    tried = gate.Gate("a")
    for _ in range(gate.FAILURES):
        tried.enter()
        tried.leave(failed=True)
    time.sleep(0.12)
    tried.enter()
    with pytest.raises(EngineUnavailable, match="failed 5 times in a row"):
        tried.enter()
    tried.leave(failed=False)
    tried.enter()


def test_an_engine_has_as_many_places_as_it_is_given(notes: Notes) -> None:
    models = service(notes, {"a": FakeChat(["one two"])}, info("a"), concurrency=1, wait=0.05)
    first = models.chat(ANA, "a", HELLO)
    next(first)
    with pytest.raises(EngineTimeout, match="busy with 1 calls"):
        next(models.chat(ANA, "a", HELLO))
    assert text(first) == " two"
    assert text(models.chat(ANA, "a", HELLO)) == "one two"
    assert [call.outcome for call in notes.calls] == ["failed", "ok", "ok"]


def test_places_are_given_back_however_a_call_ends(notes: Notes) -> None:
    engine = FakeChat(["one two"])
    models = service(notes, {"a": engine}, info("a"), concurrency=1, wait=0.01)
    for error in (None, DOWN, InvalidInput("no"), ZeroDivisionError()):
        engine.error = error
        with suppress(GroundstoneError, ZeroDivisionError):
            list(models.chat(ANA, "a", HELLO))
    engine.error = None
    closed = models.chat(ANA, "a", HELLO)
    next(closed)
    closed.close()  # type: ignore[attr-defined]
    assert text(models.chat(ANA, "a", HELLO)) == "one two"


def test_replies_may_be_closed_by_any_thread_at_any_moment(notes: Notes) -> None:
    models = service(notes, {"a": FakeChat(["one two three four"])}, info("a"), concurrency=2, wait=5.0)

    def close(reply: Any) -> None:
        reply.close()

    def one() -> None:
        for number in range(100):
            reply = models.chat(ANA, "a", HELLO)
            closer = threading.Thread(target=close, args=(reply,))
            if number % 2:
                next(reply)
            closer.start()
            list(reply)
            closer.join()

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(notes.calls) == 400
    assert {call.outcome for call in notes.calls} <= {"ok", "cancelled"}
    both = [models.chat(ANA, "a", HELLO), models.chat(ANA, "a", HELLO)]
    assert [next(reply).text for reply in both] == ["one", "one"]  # every place was given back, once
