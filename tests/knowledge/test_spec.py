"""What a knowledge base is made of, as written in app.toml."""

from __future__ import annotations

import json
from typing import Any

import pytest

from groundstone.errors import ConfigError
from groundstone.knowledge.spec import Chunking, KnowledgeSpec
from tests import bases


@pytest.mark.parametrize(
    "spec", [bases.film_spec(), bases.house_spec(), KnowledgeSpec("notes", "Notes")], ids=lambda spec: spec.name
)
def test_the_json_form_is_read_back_as_it_was(spec: KnowledgeSpec) -> None:
    data = json.loads(json.dumps(spec.to_json()))
    back = KnowledgeSpec.from_json(data)
    assert back.to_json() == data
    assert back.schema == spec.schema


@pytest.mark.parametrize(
    "change",
    [
        {"colour": "red"},
        {"source": {"kind": "cloud"}},
        {"source": {"path": "x", "colour": 1}},
        {"chunking": {"method": "random"}},
        {"chunking": {"size": 8}},
        {"chunking": {"size": 100, "overlap": 100}},
        {"chunking": {"child": 500}},
        {"chunking": {"percentile": 0}},
        {"schema": {"fields": [{"name": "a", "type": "b"}]}},
    ],
)
def test_a_wrong_entry_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ConfigError):
        KnowledgeSpec.from_json({"name": "x", **change})


def test_a_name_is_needed() -> None:
    with pytest.raises(ConfigError, match="name"):
        KnowledgeSpec.from_json({"title": "x"})
    assert KnowledgeSpec.from_json({"name": "houses"}).title == "Houses"


def test_defaults_of_chunking_are_valid() -> None:
    assert Chunking().method == "structure"
