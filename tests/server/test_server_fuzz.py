"""Whatever is sent, the answer is the thing itself or an error of the one form: never a trace, never a 500."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

WORDS = [
    "question", "query", "conversation_id", "text", "where", "sort", "limit", "offset", "min_score", "field", "op",
    "value", "and", "or", "not", "kind", "chips", "label", "theme", "version", "knowledge_base", "title", "rating",
    "comment", "name", "schema", "fields", "type", "source", "chunking", "list", "filter", "year", "genres", "gt", "eq",
]  # fmt: skip
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(WORDS)
JSON = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=5)
    ),
    max_leaves=20,
)
ROUTES = [
    ("POST", "/api/knowledge-bases"),
    ("POST", "/api/knowledge-bases/movies/search"),
    ("POST", "/api/knowledge-bases/movies/ask"),
    ("POST", "/api/knowledge-bases/movies/rollback"),
    ("POST", "/api/conversations"),
    ("PATCH", "/api/conversations/none"),
    ("POST", "/api/conversations/none/turns/1/feedback"),
]
QUERY = {"kind": "list", "text": "x", "theme": "", "chips": [], "limit": 5, "offset": 0}


def check(response: httpx.Response) -> None:
    assert response.status_code < 500, response.text
    if response.status_code >= 400:
        (detail,) = response.json().values()
        assert set(detail) == {"code", "message"}
        assert detail["code"]
        assert detail["message"]
        assert "Traceback" not in response.text


@pytest.mark.parametrize(("verb", "path"), ROUTES)
@settings(
    max_examples=20,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(body=JSON)
def test_any_json_is_answered(shared: httpx.Client, verb: str, path: str, body: Any) -> None:
    sent = json.dumps(body)  # also NaN, Infinity and lone surrogates, as a careless client would
    check(shared.request(verb, path, content=sent, headers={"content-type": "application/json"}))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(changes=st.dictionaries(st.sampled_from([*QUERY, "chips", "sort"]), JSON, min_size=1, max_size=3))
def test_any_edited_interpretation_is_answered(shared: httpx.Client, changes: dict[str, Any]) -> None:
    sent = json.dumps({"question": "x", "query": QUERY | changes})
    address = "/api/knowledge-bases/movies/ask"
    check(shared.post(address, content=sent, headers={"content-type": "application/json"}))


@settings(max_examples=25, deadline=None, derandomize=True)
@given(body=st.binary(max_size=200) | st.just(b"[" * 100_000) | st.just(b'{"question":' + b"9" * 5000 + b"}"))
def test_any_bytes_are_answered(shared: httpx.Client, body: bytes) -> None:
    headers = {"content-type": "application/json"}
    check(shared.post("/api/knowledge-bases/movies/ask", content=body, headers=headers))


@pytest.mark.parametrize("path", ["%ff%fe", "%ED%A0%80", "%00", "..%2f..%2fetc%2fpasswd", "a" * 5000, "🎬"])
def test_any_path_is_answered(shared: httpx.Client, path: str) -> None:
    for before in ("/api/knowledge-bases/movies/documents/", "/api/conversations/", "/chat/", "/static/"):
        response = shared.get(before + path)
        check(response)
        assert response.status_code == 404
