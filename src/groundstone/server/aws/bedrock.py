"""Service ``bedrock``: which models there are. Every id that a cloud uses and the catalogue maps is listed as well."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from groundstone.errors import NotFound
from groundstone.models.base import ModelInfo
from groundstone.platform import EMBEDDING_MODEL
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.paging import Place, page, with_token

PROVIDERS = {
    "ai21": "AI21 Labs",
    "amazon": "Amazon",
    "anthropic": "Anthropic",
    "cohere": "Cohere",
    "deepseek": "DeepSeek",
    "google": "Google",
    "meta": "Meta",
    "minimax": "MiniMax",
    "mistral": "Mistral AI",
    "moonshot": "Moonshot AI",
    "nvidia": "NVIDIA",
    "openai": "OpenAI",
    "qwen": "Qwen",
    "stability": "Stability AI",
    "twelvelabs": "TwelveLabs",
    "writer": "Writer",
}
OUTPUTS = {"chat": "TEXT", "rerank": "TEXT", "embed": "EMBEDDING", "draw": "IMAGE"}
REGIONS = {"us": "us", "eu": "eu", "ap": "apac"}  # first part of a region -> prefix of a profile's id
PAGE = 1000
LONGEST_TITLE = 20  # characters, says the model of the service

STANDS_IN = (
    "A model id of the cloud that the catalogue maps is listed under its id; modelName has the first 20 characters of "
    "the title of the model that stands in.",
)


@operation("bedrock", "ListFoundationModels", differences=STANDS_IN)
def list_foundation_models(call: AwsCall) -> Mapping[str, Any]:
    return {"modelSummaries": [model for model in _models(call) if _wanted(model, call.params)]}


@operation("bedrock", "GetFoundationModel", differences=STANDS_IN)
def get_foundation_model(call: AwsCall) -> Mapping[str, Any]:
    asked = call.params["modelIdentifier"]
    info = call.platform.models.info(call.caller, asked)
    name = asked.rpartition("/")[2] if asked.startswith("arn:") else asked
    return {"modelDetails": _model(call, info, name)}


@operation(
    "bedrock",
    "ListInferenceProfiles",
    differences=("Each chat model with an id of the cloud has one profile, for the regions of the caller.",),
)
def list_inference_profiles(call: AwsCall) -> Mapping[str, Any]:
    found = [] if call.params.get("typeEquals") == "APPLICATION" else list(_profiles(call))
    entries: list[tuple[Place, dict[str, Any]]] = [((number, ""), one) for number, one in enumerate(found)]
    shown, token = page("inferenceProfileSummaries", entries, {"maxResults": PAGE, **call.params})
    return with_token({"inferenceProfileSummaries": shown}, token)


@operation("bedrock", "GetInferenceProfile")
def get_inference_profile(call: AwsCall) -> Mapping[str, Any]:
    asked = call.params["inferenceProfileIdentifier"].rpartition("/")[2]
    prefix, _, model = asked.partition(".")
    if prefix not in (*REGIONS.values(), "global", "us-gov", "jp", "au", "ca") or "." not in model:
        raise NotFound(f"no inference profile {asked[:200]!r}; ListInferenceProfiles shows those there are")
    return _profile(call, call.platform.models.info(call.caller, model), model, prefix)


def _models(call: AwsCall) -> Iterator[dict[str, Any]]:
    for info in _shared(call):
        yield _model(call, info, info.name)
        for alias in _cloud_ids(call, info):
            yield _model(call, info, alias)


def _shared(call: AwsCall) -> Iterator[ModelInfo]:
    """Models that nobody trained here: ListCustomModels has those."""
    return (info for info in call.platform.models.list(call.caller) if info.engine != "custom")


def _cloud_ids(call: AwsCall, info: ModelInfo) -> list[str]:
    return sorted(alias for alias in call.platform.models.catalog.aliases(info.name) if _provider(alias))


def _provider(name: str) -> str | None:
    prefix, dot, _ = name.partition(".")
    return PROVIDERS.get(prefix) if dot else None


def _model(call: AwsCall, info: ModelInfo, name: str) -> dict[str, Any]:
    images = ["IMAGE"] if "images" in info.abilities else []
    return {
        "modelArn": _arn(call, name),
        "modelId": name,
        "modelName": (info.title or info.name)[:LONGEST_TITLE],
        "providerName": info.provider if name == info.name else _provider(name) or info.provider,
        "inputModalities": ["TEXT", *images],
        "outputModalities": [OUTPUTS[info.task]],
        "responseStreamingSupported": "stream" in info.abilities,
        "customizationsSupported": ["FINE_TUNING"] if _is_base(info) else [],
        "inferenceTypesSupported": ["ON_DEMAND"],
        "modelLifecycle": {"status": "ACTIVE"},
    }


def _is_base(info: ModelInfo) -> bool:
    """Whether custom models can stand on it."""
    return info.task == "chat" or info.name == EMBEDDING_MODEL


def _arn(call: AwsCall, name: str) -> str:
    return f"arn:aws:bedrock:{call.region}::foundation-model/{name}"


def _wanted(model: Mapping[str, Any], filters: Mapping[str, Any]) -> bool:
    provider = filters.get("byProvider")
    return (
        (provider is None or model["providerName"].lower() == provider.lower())
        and filters.get("byOutputModality", model["outputModalities"][0]) in model["outputModalities"]
        and filters.get("byInferenceType", "ON_DEMAND") in model["inferenceTypesSupported"]
        and filters.get("byCustomizationType") in (None, *model["customizationsSupported"])
    )


def _profiles(call: AwsCall) -> Iterator[dict[str, Any]]:
    prefix = REGIONS.get(call.region.partition("-")[0], "global")
    for info in _shared(call):
        for alias in _cloud_ids(call, info) if info.task == "chat" else ():
            yield _profile(call, info, alias, prefix)


def _profile(call: AwsCall, info: ModelInfo, model: str, prefix: str) -> dict[str, Any]:
    name = f"{prefix}.{model}"
    return {
        "inferenceProfileName": name,
        "description": f"Routes to {info.title or info.name} on this server",
        "inferenceProfileArn": f"arn:aws:bedrock:{call.region}:000000000000:inference-profile/{name}",
        "inferenceProfileId": name,
        "models": [{"modelArn": _arn(call, model)}],
        "status": "ACTIVE",
        "type": "SYSTEM_DEFINED",
    }
