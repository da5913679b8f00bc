from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import ConfigError, ContextTooLong, EngineUnavailable, InvalidInput
from groundstone.models.rerank import RerankServer, ordered

from .misbehaving_server import MisbehavingServer, answer

TEXTS = ["apple", "pear", "plum"]


def rerank(said: Any, **settings: Any) -> tuple[list[float], str, dict[str, Any]]:
    with MisbehavingServer(answer(200, said if isinstance(said, str) else json.dumps(said))) as server:
        model = RerankServer(server.url, "rank", "key", retries=0, **settings)
        try:
            return model.rerank("fruit", TEXTS), *server.requests[0]
        finally:
            model.close()


def rows(*pairs: tuple[int, float], name: str = "relevance_score") -> list[dict[str, Any]]:
    return [{"index": index, name: score} for index, score in pairs]


def test_the_form_of_cohere_is_the_default_and_order_is_restored() -> None:
    scores, head, body = rerank({"results": rows((2, 0.9), (0, 0.5), (1, 0.1))})
    assert scores == [0.5, 0.1, 0.9]
    assert head.startswith("POST /v1/rerank")
    assert body == {"model": "rank", "query": "fruit", "documents": TEXTS, "top_n": 3}


def test_the_form_of_jina() -> None:
    scores, _, body = rerank({"results": rows((0, 0.5), (1, 0.1), (2, 0.9))}, form="jina")
    assert scores == [0.5, 0.1, 0.9]
    assert body["return_documents"] is False


def test_the_form_of_tei() -> None:
    scores, _, body = rerank(rows((1, 0.9), (0, 0.2), (2, 1.0), name="score"), form="tei")
    assert scores == [0.2, 0.9, 1.0]
    assert body == {"query": "fruit", "texts": TEXTS, "raw_scores": False, "truncate": True}


def test_raw_logits_are_brought_to_the_unit_interval_where_the_setting_says_so() -> None:
    said = {"results": rows((0, 0.0), (1, -900.0), (2, 900.0))}
    assert rerank(said, logits=True)[0] == [0.5, 0.0, 1.0]
    with pytest.raises(EngineUnavailable, match="logits = true"):
        rerank(said)
    assert rerank(rows((0, 0.0), (1, 0.0), (2, 0.0), name="score"), form="tei", logits=True)[2]["raw_scores"] is True


@pytest.mark.parametrize(
    "said",
    [
        "<html>",
        {},
        [],
        {"results": None},
        {"results": rows((0, 0.5), (1, 0.1))},
        {"results": rows((0, 0.5), (1, 0.1), (1, 0.9))},
        {"results": rows((0, 0.5), (1, 0.1), (3, 0.9))},
        {"results": [{"index": 0}, {"index": 1}, {"index": 2}]},
        '{"results": [{"index": 0, "score": NaN}, {"index": 1, "score": 0}, {"index": 2, "score": 0}]}',
        {"results": [[0, 1], [1, 1], [2, 1]]},
    ],
)
def test_unusable_scores_are_reported(said: Any) -> None:
    with pytest.raises(EngineUnavailable):
        rerank(said)


def test_no_texts_need_no_server() -> None:
    assert RerankServer("http://127.0.0.1:9").rerank("fruit", []) == []


def test_wrong_input_and_settings_are_refused() -> None:
    model = RerankServer("http://127.0.0.1:9")
    with pytest.raises(InvalidInput):
        model.rerank("fruit", "letters")
    with pytest.raises(InvalidInput):
        model.rerank(" ", TEXTS)
    with pytest.raises(ConfigError, match="tei"):
        RerankServer("http://127.0.0.1:9", form="fax")  # type: ignore[arg-type]


def test_texts_that_are_too_long_say_so() -> None:
    said = json.dumps({"error": {"message": "exceeds the available context size", "type": "exceed_context_size_error"}})
    with MisbehavingServer(answer(400, said)) as server, pytest.raises(ContextTooLong):
        RerankServer(server.url, retries=0).rerank("fruit", TEXTS)


@given(st.permutations(range(6)))
def test_order_is_restored_whatever_it_was(order: list[int]) -> None:
    assert ordered(rows(*((index, index / 10) for index in order)), 6) == [index / 10 for index in range(6)]
