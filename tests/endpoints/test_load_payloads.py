"""Prompts of exactly so many tokens, prompts of files, requests of traces, and plans that make no sense."""

from __future__ import annotations

import json
import random
from contextlib import suppress
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.endpoints.load import schedules
from groundstone.endpoints.load.counting import of_file
from groundstone.endpoints.load.datasets import asks_of, read_prompts
from groundstone.endpoints.load.figures import figures
from groundstone.endpoints.load.outcomes import Outcome
from groundstone.endpoints.load.payloads import Payloads, as_told, of_told
from groundstone.endpoints.load.plan import Plan
from groundstone.endpoints.load.prompts import Lengths, prompts
from groundstone.endpoints.load.stable import EVERY, verdict, warm_up
from groundstone.endpoints.load.traces import read_trace
from groundstone.endpoints.load.vocabulary import PLAIN, WORDS, Vocabulary, learned
from groundstone.errors import InvalidInput

from . import looped

URL = "http://127.0.0.1:9"
FORM = 11  # tokens that the form of a chat adds in these tests


async def cut_in_three(text: str) -> int:
    """A tokenizer to which a word has a token for each three letters, and the first one of a text one more."""
    words = text.split()
    return FORM + sum(-(-len(word) // 3) for word in words) + (len(words[0]) > 6)


def test_words_are_learned_with_what_a_request_adds_to_them() -> None:
    made = looped.run(learned(cut_in_three, "x"))
    assert made.exact
    assert made.overhead == FORM
    assert all(len(word) <= 6 for word in made.firsts)
    assert dict(made.costs)["river"] == 2


@given(st.integers(20, 400), st.integers(0, 1000))
def test_prompts_have_exactly_as_many_tokens_as_were_wanted(length: int, seed: int) -> None:
    costs = (*((word, -(-len(word) // 3)) for word in WORDS), ("a", 1))
    made = Vocabulary(costs, ("river", "stone"), FORM)
    ask = next(prompts(length, 5, seed=seed, words=made))
    assert made.tokens(ask.prompt) == length
    assert ask.input_tokens == length


def test_a_vocabulary_survives_the_way_to_another_process() -> None:
    assert of_told(json.loads(json.dumps(as_told(PLAIN)))) == PLAIN


def test_a_tokenizer_of_a_file_counts(tmp_path: Path) -> None:
    words = {word: number for number, word in enumerate(["?", *WORDS])}
    told = {"version": "1.0", "pre_tokenizer": {"type": "WhitespaceSplit"},
            "model": {"type": "WordLevel", "vocab": words, "unk_token": "?"}}  # fmt: skip
    (tmp_path / "tokenizer.json").write_text(json.dumps(told))
    assert of_file(str(tmp_path))("river stone unknown") == 3
    (tmp_path / "other.json").write_text("[]")
    for wrong in ("other.json", "none.json"):
        with pytest.raises(InvalidInput, match=wrong):
            of_file(str(tmp_path / wrong))


@pytest.mark.parametrize("text", ["0", "a", "5-", "9-3", "-4", "1e3", "12345678"])
def test_lengths_that_make_no_sense_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Lengths.of(text)


def test_lengths_are_drawn_as_they_were_told() -> None:
    drawn = random.Random(0)
    assert {Lengths.of("7").draw(drawn) for _ in range(9)} == {7}
    assert {Lengths.of("3-5").draw(drawn) for _ in range(99)} == {3, 4, 5}
    many = [Lengths.of("100~10").draw(drawn) for _ in range(500)]
    assert 98 < sum(many) / len(many) < 102
    assert min(many) >= 70


SHAREGPT = [{"id": "a", "conversations": [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "one two three"}]}]
LINES = "\n".join(
    json.dumps(one)
    for one in (
        {"prompt": "What?", "output_tokens": 9},
        {"messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Why?"}]},
        {"input_length": 12, "output_length": 3},
    )
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [(json.dumps(SHAREGPT), [("Hi", 3)]), (LINES, [("What?", 9), ("Why?", 5), ("", 3)]),
     ("one\n\ntwo\n", [("one", 5), ("two", 5)]), ('["x"]', [("x", 5)])],
)  # fmt: skip
def test_prompts_of_files_are_asked_over_and_over(tmp_path: Path, text: str, wanted: list[tuple[str, int]]) -> None:
    file = tmp_path / "prompts"
    file.write_text(text)
    found = list(islice(asks_of(read_prompts(file), Lengths.of(5), PLAIN, 0), 2 * len(wanted)))
    for ask, (prompt, write) in zip(found, wanted * 2, strict=True):
        assert ask.output_tokens == write
        assert ask.prompt == prompt or (not prompt and len(ask.prompt.split()) == 12)


@given(st.binary(max_size=200))
def test_any_file_is_prompts_or_refused_by_name(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.getbasetemp() / f"any-{random.random()}"
    file.write_bytes(data)
    for read in (read_prompts, read_trace):
        with suppress(InvalidInput):
            assert read(file)


@pytest.mark.parametrize("text", ['{"a": 1}', "[1]", '{"messages": [{"role": "assistant", "content": "x"}]}', "[", ""])
def test_files_without_prompts_are_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "prompts"
    file.write_text(text)
    with pytest.raises(InvalidInput):
        read_prompts(file)


AZURE = "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,40,5\n2023-11-16 18:17:04.5,30,6\n"
MOONCAKE = (
    '{"timestamp": 2000, "input_length": 600, "output_length": 6, "hash_ids": [4, 5]}\n'
    '{"timestamp": 1000, "input_length": 700, "output_length": 5, "hash_ids": [4, 6]}\n'
)
BURST = "Timestamp,Model,Request tokens,Response tokens\n5,ChatGPT,40,5\n6.5,GPT-4,30,6\n"


@pytest.mark.parametrize(("text", "apart"), [(AZURE, 0.52004), (MOONCAKE, 1.0), (BURST, 1.5), ("3\n3.25\n", 0.25)])
def test_traces_begin_at_nought_in_order_of_time(tmp_path: Path, text: str, apart: float) -> None:
    file = tmp_path / "trace"
    file.write_text(text)
    first, second = read_trace(file)
    assert (first.at, second.at) == (0.0, pytest.approx(apart))
    assert (first.write, second.write) in ((5, 6), (0, 0))


def test_requests_of_a_trace_have_its_lengths_and_share_what_they_shared(tmp_path: Path) -> None:
    file = tmp_path / "trace"
    file.write_text(MOONCAKE)
    one, two = Payloads.of(Plan(URL, trace=str(file))).asks(0)
    assert (len(one.prompt.split()), one.output_tokens) == (700, 5)
    assert (len(two.prompt.split()), two.output_tokens) == (600, 6)
    assert one.prompt.split()[:512] == two.prompt.split()[:512]
    assert one.prompt.split()[512:520] != two.prompt.split()[512:520]


@pytest.mark.parametrize(
    "text", ["", "soon\n", '{"when": 1}\n', "a,b\n1,2\n", '{"timestamp": 1, "input_length": -4}\n']
)
def test_what_is_no_trace_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "trace"
    file.write_text(text)
    with pytest.raises(InvalidInput):
        read_trace(file)


def test_pulses_come_and_rest() -> None:
    assert list(islice(schedules.pulses(2, 1, 3), 5)) == [0.0, 0.5, 4.0, 4.5, 8.0]
    with pytest.raises(InvalidInput):
        schedules.pulses(2, 1, 0)


@pytest.mark.parametrize(
    "told",
    [{}, {"url": "x"}, {"url": URL, "wire": "smoke"}, {"url": URL, "more": 1}, {"url": URL, "seconds": "4"},
     {"url": URL, "rate": 2, "concurrency": [1]}, {"url": URL, "processes": 2}, {"url": URL, "concurrency": [0]},
     {"url": URL, "until_stable": 5}, {"url": URL, "burst": 3}, {"url": URL, "requests": True}, {"url": URL, "ramp": 3},
     {"url": URL, "timeout": 0}, {"url": URL, "read": "none"}],
)  # fmt: skip
def test_plans_that_make_no_sense_are_refused(told: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        Plan.of(told)


def test_a_plan_is_the_same_after_it_was_kept() -> None:
    plan = Plan(URL, concurrency=(1, 2), until_stable=5.0, key_env="NAME")
    assert Plan.of(json.loads(json.dumps(plan.json()))) == plan


def test_the_begin_that_is_not_like_the_rest_is_cut_off() -> None:
    assert warm_up([0.0] * 10 + [50.0, 51.0] * 20) == 10
    assert warm_up([50.0, 51.0] * 20) <= 5
    assert warm_up([1.0]) == 0


def test_a_level_is_stable_once_enough_is_known() -> None:
    drawn = random.Random(3)
    pieces = [0]
    for place in range(120):
        pieces.append(pieces[-1] + (1 if place < 10 else 100 + drawn.randint(-3, 3)))
    latencies = [(place * EVERY / 2, 1 + drawn.random() / 50) for place in range(240)]
    found = verdict(pieces, latencies)
    assert found.begin == pytest.approx(2.0)
    assert found.is_within(0.05)
    assert not verdict(pieces[:20], latencies).is_within(0.05)
    assert not verdict(pieces, latencies[:20]).is_within(0.05)


def test_throughput_of_a_window_is_that_of_the_tokens_that_came_in_it() -> None:
    gaps = ((1.0, 1),) * 9
    one = Outcome(0.0, 0.0, 1.0, 10.0, 5, 10, "server", gaps)  # a token a second, from 1 to 10
    assert figures([one, one], window=(0.0, 4.5)).tokens_per_second == pytest.approx(2 * 4 / 4.5)
    assert figures([one], window=(2.0, 4.0)).requests == 0
