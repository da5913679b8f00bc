"""The calls of OpenAI's API, by path."""

from __future__ import annotations

from fastapi import APIRouter

from groundstone.server.openai import absent, chat, embeddings, images, legacy, listing, reranking, responses, schemas
from groundstone.server.openai.door import Wire

router = APIRouter(prefix="/v1", route_class=Wire, tags=["OpenAI"])

router.add_api_route("/chat/completions", chat.complete, methods=["POST"], **schemas.described(schemas.CHAT, True))
router.add_api_route("/completions", legacy.complete, methods=["POST"], **schemas.described(schemas.COMPLETION, True))
router.add_api_route("/responses", responses.create, methods=["POST"], **schemas.described(schemas.RESPONSE, True))
router.add_api_route(
    "/responses/{response}", responses.show, methods=["GET"], **schemas.described(None, path="response")
)
router.add_api_route(
    "/responses/{response}", responses.delete, methods=["DELETE"], **schemas.described(None, path="response")
)
router.add_api_route("/embeddings", embeddings.create, methods=["POST"], **schemas.described(schemas.EMBEDDING))
router.add_api_route("/images/generations", images.generate, methods=["POST"], **schemas.described(schemas.PICTURE))
router.add_api_route("/rerank", reranking.rerank, methods=["POST"], **schemas.described(schemas.RERANK))
router.add_api_route("/models", listing.every, methods=["GET"], **schemas.described(None))
router.add_api_route("/models/{model:path}", listing.one, methods=["GET"], **schemas.described(None, path="model"))
absent.install(router)

cohere = APIRouter(prefix="/v2", route_class=Wire, tags=["OpenAI"])
cohere.add_api_route("/rerank", reranking.rerank, methods=["POST"], **schemas.described(schemas.RERANK))

routers = (router, cohere)
