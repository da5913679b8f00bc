"""The lists of models, as boto3 reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.server.aws_models import client, served


@pytest.fixture(scope="module")
def bedrock(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with served(tmp_path_factory.mktemp("lists")) as (_, address):
        yield client(address, "bedrock")


def test_models_are_listed_by_their_own_names_and_by_those_of_a_cloud(bedrock: Any) -> None:
    found = {model["modelId"]: model for model in bedrock.list_foundation_models()["modelSummaries"]}
    assert {"scripted", "words", "anthropic.claude-v2:1", "amazon.titan-embed-text-v1"} <= set(found)
    claude = found["anthropic.claude-v2:1"]
    assert (claude["providerName"], claude["modelName"]) == ("Anthropic", "scripted")
    assert claude["modelArn"] == "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1"
    assert claude["inputModalities"] == ["TEXT", "IMAGE"]
    assert claude["responseStreamingSupported"] is True


@pytest.mark.parametrize(
    ("wanted", "some", "none"),
    [
        ({"byProvider": "amazon"}, "amazon.nova-lite-v1:0", "anthropic.claude-v2"),
        ({"byOutputModality": "EMBEDDING"}, "cohere.embed-english-v3", "anthropic.claude-v2"),
        ({"byOutputModality": "IMAGE"}, "amazon.nova-canvas-v1:0", "anthropic.claude-v2"),
        ({"byInferenceType": "ON_DEMAND"}, "anthropic.claude-v2", "nothing"),
    ],
)
def test_filters(bedrock: Any, wanted: dict[str, str], some: str, none: str) -> None:
    ids = [model["modelId"] for model in bedrock.list_foundation_models(**wanted)["modelSummaries"]]
    assert some in ids
    assert none not in ids


@pytest.mark.parametrize("wanted", [{"byInferenceType": "PROVISIONED"}, {"byCustomizationType": "DISTILLATION"}])
def test_what_nothing_here_can_do_lists_nothing(bedrock: Any, wanted: dict[str, str]) -> None:
    assert bedrock.list_foundation_models(**wanted)["modelSummaries"] == []


def test_a_model_is_found_by_name_and_arn(bedrock: Any) -> None:
    arn = "arn:aws:bedrock:us-east-1::foundation-model/cohere.command-r-v1:0"
    for name in ("cohere.command-r-v1:0", arn):
        found = bedrock.get_foundation_model(modelIdentifier=name)["modelDetails"]
        assert (found["modelId"], found["modelArn"]) == ("cohere.command-r-v1:0", arn)
    with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
        bedrock.get_foundation_model(modelIdentifier="nobody.nothing-v1")


def test_inference_profiles_come_in_pages(bedrock: Any) -> None:
    whole = bedrock.list_inference_profiles()["inferenceProfileSummaries"]
    pages = bedrock.get_paginator("list_inference_profiles").paginate(PaginationConfig={"PageSize": 3})
    assert [profile for page in pages for profile in page["inferenceProfileSummaries"]] == whole
    assert bedrock.list_inference_profiles(typeEquals="APPLICATION")["inferenceProfileSummaries"] == []
    with pytest.raises(ClientError, match="nextToken is not one"):
        bedrock.list_inference_profiles(nextToken="zzz")


def test_a_profile_leads_to_its_model(bedrock: Any) -> None:
    found = bedrock.get_inference_profile(inferenceProfileIdentifier="us.anthropic.claude-v2:1")
    assert found["models"] == [{"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-v2:1"}]
    for unknown in ("us.nobody.nothing", "anthropic.claude-v2:1"):
        with pytest.raises(bedrock.exceptions.ResourceNotFoundException):
            bedrock.get_inference_profile(inferenceProfileIdentifier=unknown)
