"""The bodies of Cohere's embeddings and of Nova's, and those of rerankers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from groundstone.errors import InvalidInput
from groundstone.models.base import Embedded, ModelInfo, Vectors
from groundstone.records import Usage
from groundstone.server.aws.bodies_titan import Work, check_dimensions, numbers
from groundstone.server.aws.forms import Json, Model, TaskForm, fresh
from groundstone.server.aws.members import Members, malformed
from groundstone.server.aws.pictures import from_base64, picture

MOST_TEXTS = 96
MOST_DOCUMENTS = 1000
_PURPOSES = ("search_document", "search_query", "classification", "clustering", "image")
_KINDS = ("float", "int8", "uint8", "binary", "ubinary")


def parse_cohere(body: Members, info: ModelInfo) -> Work:
    """Texts or pictures. The purpose changes nothing: the models here embed all texts alike."""
    body.choice("input_type", _PURPOSES)
    body.only("truncate", "NONE", "END", why="it is NONE or END: the beginning of a text is never cut off")
    check_dimensions(body, "output_dimension", info)
    kinds = body.texts("embedding_types", ())
    if unknown := sorted(set(kinds) - set(_KINDS)):
        raise malformed("embedding_types", f"{unknown[0]!r} is not one of: {', '.join(_KINDS)}")
    texts, images = body.texts("texts", (), most=MOST_TEXTS), body.texts("images", (), most=MOST_TEXTS)
    if bool(texts) == bool(images):
        raise malformed("body", "either texts or images are needed, not both")
    seen = [_data_uri(text, f"images.{index}") for index, text in enumerate(images)]

    def work(model: Model) -> tuple[Json, Usage]:
        made = model.embed_pictures(seen) if seen else model.embed(texts)
        return _cohere(made, kinds, list(texts)), Usage(made.tokens)

    return work


def _data_uri(text: str, where: str) -> Any:
    head, comma, encoded = text.partition(";base64,")
    if not comma or not head.startswith("data:"):
        raise malformed(where, "an image is written as data:image/png;base64,...")
    return picture(from_base64(encoded, where), head.removeprefix("data:"), where)


def _cohere(made: Embedded, kinds: tuple[str, ...], texts: list[str]) -> Json:
    answer: Json = {"id": fresh(), "texts": texts}
    if not kinds:
        return answer | {"embeddings": numbers(made.vectors), "response_type": "embeddings_floats"}
    forms = {kind: NUMBERS[kind](made.vectors) for kind in kinds}
    return answer | {"embeddings": forms, "response_type": "embeddings_by_type"}


def _int8(vectors: Vectors) -> Any:
    """Each vector scaled so that its largest number becomes 127; angles stay."""
    import numpy as np

    most = np.abs(vectors).max(axis=1, keepdims=True)
    return np.rint(vectors / np.where(most > 0, most, 1) * 127).astype(np.int16)


def _bits(vectors: Vectors) -> Any:
    import numpy as np

    return np.packbits(vectors > 0, axis=1).astype(np.int16)


NUMBERS: dict[str, Callable[[Vectors], Any]] = {
    "float": numbers,
    "int8": lambda vectors: _int8(vectors).tolist(),
    "uint8": lambda vectors: (_int8(vectors) + 128).tolist(),
    "binary": lambda vectors: (_bits(vectors) - 128).tolist(),
    "ubinary": lambda vectors: _bits(vectors).tolist(),
}


def parse_nova(body: Members, info: ModelInfo) -> Work:
    """One text. Raises InvalidInput for the tasks over pictures, sounds, videos and buckets."""
    body.choice("schemaVersion", ("nova-multimodal-embed-v1",), None)
    body.choice("taskType", ("SINGLE_EMBEDDING",))
    asked = body.object("singleEmbeddingParams")
    asked.text("embeddingPurpose")
    check_dimensions(asked, "embeddingDimension", info)
    asked.refuse(dict.fromkeys(("image", "audio", "video"), "text only; pictures go through titan-embed-image"))
    said = asked.object("text")
    said.only("truncationMode", "NONE", "END", why="it is NONE or END: the beginning of a text is never cut off")
    value = said.text("value")

    def work(model: Model) -> tuple[Json, Usage]:
        made = model.embed([value])
        one = {"embeddingType": "TEXT", "embedding": numbers(made.vectors)[0]}
        return {"embeddings": [one]}, Usage(made.tokens)

    return work


# -- rerank -----------------------------------------------------------------------------------------------


def parse_rerank(body: Members, info: ModelInfo) -> Work:
    body.only("api_version", 1, 2, why="it is 1 or 2")
    body.only("return_documents", False, why="the documents are not sent back; take them by their index")
    body.refuse({"rank_fields": "make each document a text of the fields that matter"})
    body.refuse({"max_tokens_per_doc": "long documents are cut where the model's context ends"})
    query, sent = body.text("query"), body.items("documents")
    if not 0 < len(sent) <= MOST_DOCUMENTS:
        raise malformed("documents", f"expected 1 to {MOST_DOCUMENTS} documents, actual: {len(sent)}")
    texts = [_document(item, f"documents.{index}") for index, item in enumerate(sent)]
    most = body.whole("top_n", len(texts), low=1)

    def work(model: Model) -> tuple[Json, Usage]:
        scores = model.rerank(query, texts)
        order = sorted(range(len(texts)), key=lambda index: -scores[index])[:most]
        results = [{"index": index, "relevance_score": float(scores[index])} for index in order]
        return {"results": results}, Usage()

    return work


def _document(item: Any, where: str) -> str:
    text = item.get("text") if isinstance(item, dict) and set(item) == {"text"} else item
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput(f"{where}: a document is a text, or an object with a text and nothing else")
    return text


COHERE = TaskForm("Cohere embeddings", parse_cohere)
NOVA = TaskForm("Nova embeddings", parse_nova)
RERANK = TaskForm("Cohere and Amazon rerank", parse_rerank)
