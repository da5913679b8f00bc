"""bedrock-agent-runtime: Rerank, and the reranking of what Retrieve finds."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from groundstone.errors import InvalidInput, NotFound
from groundstone.records import Hit
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.operations import AwsCall, operation

Scored = tuple[int, float]  # place among the texts, relevance


@operation("bedrock-agent-runtime", "Rerank", differences=("All results come in one page.",))
def rerank(call: AwsCall) -> Mapping[str, Any]:
    """All results in one page."""
    if call.params.get("nextToken"):
        raise InvalidInput("the nextToken is not one that Rerank gave: all results come in one page")
    configuration = call.params["rerankingConfiguration"]["bedrockRerankingConfiguration"]
    query = call.params["queries"][0]["textQuery"].get("text", "")
    texts = [_text(source["inlineDocumentSource"]) for source in call.params["sources"]]
    scored = ranked(call, configuration, query, texts)
    wanted = configuration.get("numberOfResults", len(scored))
    if wanted > len(texts):
        raise InvalidInput(f"numberOfResults {wanted} is more than the {len(texts)} sources")
    return {"results": [{"index": index, "relevanceScore": score} for index, score in scored[:wanted]]}


def _text(source: Mapping[str, Any]) -> str:
    if source["type"] == "TEXT" and source.get("textDocument", {}).get("text"):
        return str(source["textDocument"]["text"])
    if source["type"] == "JSON" and "jsonDocument" in source:
        return json.dumps(source["jsonDocument"], ensure_ascii=False)
    raise InvalidInput("sources.inlineDocumentSource: type and document do not belong together")


def ranked(call: AwsCall, configuration: Mapping[str, Any], query: str, texts: Sequence[str]) -> list[Scored]:
    """Places of the texts with their relevance, the most relevant first. Raises InvalidInput, WrongModel."""
    model = configuration["modelConfiguration"]
    if model.get("additionalModelRequestFields"):
        refuse(call, "modelConfiguration.additionalModelRequestFields", "rerank models take a query and texts only")
    try:
        scores = call.platform.models.rerank(call.caller, model["modelArn"], query, texts) if texts else []
    except NotFound as error:
        raise InvalidInput(f"modelConfiguration.modelArn: {error}") from None
    return sorted(enumerate(scores), key=lambda one: (-one[1], one[0]))


def reranked(call: AwsCall, given: Mapping[str, Any], query: str, hits: Sequence[Hit]) -> list[tuple[Hit, float]]:
    """Hits with their relevance by the rerank model of a retrieval configuration, the most relevant first."""
    if "bedrockRerankingConfiguration" not in given:
        raise InvalidInput("rerankingConfiguration.bedrockRerankingConfiguration is missing")
    configuration = given["bedrockRerankingConfiguration"]
    texts = [_with_fields(hit, configuration.get("metadataConfiguration")) for hit in hits]
    scored = ranked(call, configuration, query, texts)
    return [(hits[index], score) for index, score in scored][: configuration.get("numberOfRerankedResults", len(hits))]


def _with_fields(hit: Hit, given: Mapping[str, Any] | None) -> str:
    """What the model reads of a hit: its text, and the metadata that the caller wants considered."""
    if given is None:
        return hit.chunk.text
    selective = given.get("selectiveModeConfiguration", {})
    include = {one["fieldName"] for one in selective.get("fieldsToInclude", ())}
    exclude = {one["fieldName"] for one in selective.get("fieldsToExclude", ())}
    fields = {
        name: value
        for name, value in hit.document.fields.items()
        if name not in exclude and (name in include or not include)
    }
    lines = [
        f"{name}: {', '.join(map(str, value)) if isinstance(value, tuple) else value}" for name, value in fields.items()
    ]
    return "\n".join([*lines, hit.chunk.text])
