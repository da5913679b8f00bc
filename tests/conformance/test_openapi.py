"""The OpenAPI document describes the server as it is: requests made from it get the answers that it promises."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from groundstone.config import Settings
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.examples import examples
from tests.server.openai_home import served

PROMISES = [not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance]


def _document() -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as folder, Platform(Settings(home=Path(folder))) as platform:
        described: dict[str, Any] = create_app(platform).openapi()
        return described


SCHEMA = schemathesis.openapi.from_dict(_document())
OPERATIONS = {operation.ok().label: operation.ok() for operation in SCHEMA.get_all_operations()}


CASES = [
    pytest.param(label, mode, id=f"{label} {mode.value}")
    for label, operation in OPERATIONS.items()
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or operation.body or operation.query  # else nothing can be sent wrongly
]


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(tmp_path_factory.mktemp("openapi")) as (home, address):
        home.scripted.say("Hello there.")
        yield address


@pytest.mark.parametrize(("label", "mode"), CASES)
def test_every_call_answers_as_described(address: str, label: str, mode: GenerationMode) -> None:
    @settings(
        max_examples=examples(3),
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=OPERATIONS[label].as_strategy(generation_mode=mode))
    def check(case: schemathesis.Case) -> None:
        response = case.call(base_url=address)
        case.validate_response(response, checks=PROMISES)

    check()
