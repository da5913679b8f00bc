"""bedrock-agent-runtime: Retrieve, and what its configuration has in common with that of RetrieveAndGenerate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from groundstone.errors import InvalidInput
from groundstone.filters import Filter
from groundstone.schema import Schema
from groundstone.server.aws import knowledge_bases as bases
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.knowledge_filters import where_of
from groundstone.server.aws.knowledge_rerank import reranked
from groundstone.server.aws.knowledge_results import Describer
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.paging import opened, sealed, with_token

RESULTS = 5
KIND = "results"


FILTERS = (
    "Filters compare text without regard to case and accents, and cannot name x-amz-bedrock-kb- attributes; implicit "
    "filters are refused.",
)


@operation("bedrock-agent-runtime", "Retrieve", differences=FILTERS)
def retrieve(call: AwsCall) -> Mapping[str, Any]:
    params = call.params
    for name, why in UNSUPPORTED.items():
        if name in params:
            refuse(call, name, why)
    query = params["retrievalQuery"]
    if query.get("type", "TEXT") != "TEXT" or "image" in query:
        refuse(call, "retrievalQuery.type", "questions are texts")
    base = bases.find(call, params["knowledgeBaseId"])
    found = vector_search(call, params.get("retrievalConfiguration", {}))
    describer = Describer.of(base)
    where = filter_of(found, describer.kb.schema)
    size = found.get("numberOfResults", RESULTS)
    after = opened(KIND, params["nextToken"])[0] if params.get("nextToken") else 0
    words = found.get("overrideSearchType", "HYBRID") != "SEMANTIC"
    text = query.get("text", "")
    hits = describer.kb.search(text, where=where, limit=size + 1, offset=after, words=words)
    if "rerankingConfiguration" in found:
        scored = reranked(call, found["rerankingConfiguration"], text, hits[:size])
    else:
        scored = [(hit, hit.score) for hit in hits[:size]]
    token = sealed(KIND, (after + size, "")) if len(hits) > size else None
    return with_token({"retrievalResults": [describer.result(hit, score) for hit, score in scored]}, token)


UNSUPPORTED = {
    "guardrailConfiguration": "there are no guardrails here",
    "userContext": "who asks is decided by the credentials; documents list who may read them",
}


def vector_search(call: AwsCall, given: Mapping[str, Any]) -> Mapping[str, Any]:
    """``vectorSearchConfiguration`` of a retrieval configuration."""
    if "managedSearchConfiguration" in given:
        refuse(call, "retrievalConfiguration.managedSearchConfiguration", "use vectorSearchConfiguration")
    found: Mapping[str, Any] = given.get("vectorSearchConfiguration", {})
    if "implicitFilterConfiguration" in found:
        refuse(call, "vectorSearchConfiguration.implicitFilterConfiguration", "state the filter")
    if not 1 <= found.get("numberOfResults", RESULTS) <= 100:
        raise InvalidInput("vectorSearchConfiguration.numberOfResults is 1 to 100")
    return found


def filter_of(found: Mapping[str, Any], schema: Schema) -> Filter | None:
    return where_of(found["filter"], schema) if found.get("filter") else None
