"""POST /v1/rerank and /v2/rerank, in the form that Cohere and Jina share."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import Response

from groundstone.server.openai import door, flow, members
from groundstone.server.openai.members import Members
from groundstone.server.stream import model_work

MOST = 1000  # documents in one request


async def rerank(request: Request) -> Response:
    """The documents by relevance to the query, the best first."""
    caller, platform = await door.caller(request), door.platform(request)
    given = Members(await members.body(request))
    name, query, texts = given.name("model"), given.needed("query"), _documents(given)
    if not isinstance(query, str) or not query.strip():
        given.refuse("query", "must be a text that is not empty", "invalid_type")
    top, whole = given.whole("top_n", 1, 2**31), given.flag("return_documents")
    given.only({"priority": (0,)})
    given.finish()
    info = door.model(platform, caller, name)
    scores = await model_work(request, platform.models.rerank, caller, name, query, texts)
    order = sorted(range(len(texts)), key=lambda index: -scores[index])[:top]
    results = [_result(index, scores[index], texts[index] if whole else None) for index in order]
    return flow.as_json({"id": door.new_id("rerank-"), "object": "list", "model": info.name, "results": results})


def _documents(given: Members) -> list[str]:
    documents = given.needed("documents")
    if not isinstance(documents, list) or not 0 < len(documents) <= MOST:
        given.refuse("documents", f"must be a list of 1 to {MOST} texts or objects with a text", "invalid_type")
    return [_text(item, f"documents[{number}]") for number, item in enumerate(documents)]


def _text(item: Any, where: str) -> str:
    if isinstance(item, str):
        return item
    holder = Members(item, where)
    if not isinstance(text := holder.needed("text"), str):
        holder.refuse("text", "must be a string", "invalid_type")
    holder.drop("id", "title")  # of documents as they lie in somebody's index; they are not ranked by
    holder.finish()
    return text


def _result(index: int, score: float, text: str | None) -> dict[str, Any]:
    document = {} if text is None else {"document": {"text": text}}
    return {"index": index, "relevance_score": score, **document}
