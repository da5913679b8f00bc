"""The simulated engine behind an endpoint: what its name means, and bodies in the form of text-generation-inference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from groundstone.endpoints.base import Call, Given
from groundstone.endpoints.simulate.served import (
    SimulatedModel,
    SimulatedRunner,
    engine_of,
    on_instance,
    with_environment,
)
from groundstone.errors import InvalidInput, NotFound, RateLimited
from groundstone.identity import LOCAL

NAME = "smollm2-135m@1 x t4?speed=1000"


@pytest.fixture
def model() -> Iterator[SimulatedModel]:
    loaded = SimulatedRunner().load(Given(LOCAL, model=NAME))
    yield loaded
    loaded.close()


def call(tokens: int = 3, **more: object) -> Call:
    parameters = {"max_new_tokens": tokens, "details": True, **more}
    return Call(LOCAL, json.dumps({"inputs": "Hello you two", "parameters": parameters}).encode())


def test_a_name_takes_the_settings_of_an_environment_and_the_instance_of_a_variant() -> None:
    named = with_environment("simulated:llama-2-7b", {"SM_NUM_GPUS": "4", "MAX_TOTAL_TOKENS": "512", "OTHER": "x"})
    assert named == "simulated:llama-2-7b?degree=4&max_total_tokens=512"
    assert on_instance("llama-2-7b?degree=4", "ml.g5.12xlarge") == "llama-2-7b@ml.g5.12xlarge?degree=4"
    assert on_instance("llama-2-7b@ml.p5.48xlarge", "ml.g5.12xlarge") == "llama-2-7b@ml.p5.48xlarge"
    assert on_instance("llama-2-7b", "ml.m5.xlarge") == "llama-2-7b"


def test_machines_multiply_copies_and_limits() -> None:
    engine = engine_of("llama-2-7b@ml.g5.12xlarge?degree=2&replicas=2&max_concurrent_requests=10", machines=3)
    assert (engine.deployment.degree, engine.deployment.replicas) == (2, 6)
    assert engine.settings.max_concurrent_requests == 30
    assert engine_of("llama-2-7b@ml.g5.12xlarge").deployment.degree == 4


@pytest.mark.parametrize("name", ["", "x@1 x t4", "smollm2-135m", "smollm2-135m@x", f"{NAME}&degree=9", f"{NAME}&a=1"])
def test_names_that_mean_no_engine_are_refused(name: str) -> None:
    with pytest.raises((InvalidInput, NotFound)):
        engine_of(name)


def test_many_threads_are_answered_at_the_same_time(model: SimulatedModel) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = [json.loads(answer.body) for answer in pool.map(model.predict, [call(5)] * 24)]
    assert {answer[0]["details"]["generated_tokens"] for answer in answers} == {5}
    assert {answer[0]["details"]["input_length"] for answer in answers} == {3}
    assert len({answer[0]["generated_text"] for answer in answers}) == 1  # the same prompt, the same words


def test_a_stream_that_is_left_gives_its_place_back() -> None:
    loaded = SimulatedRunner().load(Given(LOCAL, model=f"{NAME}&max_concurrent_requests=1"))
    try:
        pieces = loaded.stream(call(4000))
        assert b'"token"' in next(pieces)
        with pytest.raises(RateLimited, match="overloaded"):
            loaded.predict(call())
        pieces.close()
        while True:
            try:
                assert loaded.predict(call())
                break
            except RateLimited:
                continue  # until the turn in which the place is given back
    finally:
        loaded.close()


def test_bodies_of_other_kinds_are_refused(model: SimulatedModel) -> None:
    with pytest.raises(InvalidInput, match="application/json"):
        model.predict(Call(LOCAL, b"x", "image/png"))
    with pytest.raises(InvalidInput, match="written"):
        model.predict(call(10_000))
