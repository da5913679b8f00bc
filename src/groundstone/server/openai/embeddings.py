"""POST /v1/embeddings."""

from __future__ import annotations

import base64
from typing import Any

from fastapi import Request
from starlette.responses import Response

from groundstone.models.base import Embedded
from groundstone.server.openai import door, flow, members
from groundstone.server.openai.members import Members
from groundstone.server.stream import model_work

MOST = 2048  # texts in one request
TOKENS = "lists of token numbers cannot be read here; send text (LangChain: check_embedding_ctx_length=False)"


async def create(request: Request) -> Response:
    """Vectors of length 1, one for each text, in their order."""
    caller, platform = await door.caller(request), door.platform(request)
    given = Members(await members.body(request))
    name, texts = given.name("model"), _texts(given)
    form = given.choice("encoding_format", ("float", "base64"), "float")
    wanted = given.whole("dimensions", 1, 2**20)
    given.drop("user")
    given.finish()
    info = door.model(platform, caller, name)
    if wanted is not None and info.dimensions is not None:
        _check(given, wanted, info.dimensions)
    made = await model_work(request, platform.models.embed, caller, name, texts)
    if wanted is not None:
        _check(given, wanted, made.vectors.shape[1])
    return flow.as_json(_reply(made, form))


def _texts(given: Members) -> list[str]:
    texts = given.needed("input")
    if isinstance(texts, str):
        return [texts]
    if not isinstance(texts, list) or not texts:
        given.refuse("input", "must be a text or a list of texts, at least one", "invalid_type")
    if len(texts) > MOST and isinstance(texts[0], str):
        given.refuse("input", f"at most {MOST} texts in one request")
    if isinstance(texts[0], int | list):
        given.refuse("input", TOKENS, "unsupported_value")
    if not all(isinstance(text, str) for text in texts):
        given.refuse("input", "every item must be a text", "invalid_type")
    return texts


def _check(given: Members, wanted: int, there: int) -> None:
    if wanted != there:
        given.refuse("dimensions", f"this model has {there} and cannot shorten them", "unsupported_value")


def _reply(made: Embedded, form: str) -> dict[str, Any]:
    rows = made.vectors.astype("<f4")
    shown = [base64.b64encode(row.tobytes()).decode() for row in rows] if form == "base64" else rows.tolist()
    data = [{"object": "embedding", "index": index, "embedding": row} for index, row in enumerate(shown)]
    usage = {"prompt_tokens": made.tokens, "total_tokens": made.tokens}
    return {"object": "list", "data": data, "model": made.model, "usage": usage}
