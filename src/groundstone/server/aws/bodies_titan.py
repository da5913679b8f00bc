"""The bodies of Amazon's Titan: text, embeddings of texts and pictures."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from groundstone.errors import InvalidInput
from groundstone.models.base import ChatOptions, Delta, Message, ModelInfo, Picture, StopReason, Vectors
from groundstone.records import Usage
from groundstone.server.aws.forms import ChatForm, Json, Model, TaskForm
from groundstone.server.aws.members import Members, malformed
from groundstone.server.aws.pictures import guessed
from groundstone.server.aws.prompts import Asked, Reply, Turn, merged, messages

STOPS: dict[StopReason, str] = {"stop": "FINISH", "length": "LENGTH", "filtered": "CONTENT_FILTERED"}
_SPEAKER = re.compile(r"(?:\A|\n)(User|Bot):")


def parse(body: Members, info: ModelInfo) -> Asked:
    config = body.object("textGenerationConfig")
    options = ChatOptions(
        max_tokens=config.whole("maxTokenCount", 512, low=1),
        temperature=config.number("temperature", None, 0, 1),
        top_p=config.number("topP", None, 0, 1),
        stop=config.texts("stopSequences", ()),
    )
    return Asked(_dialogue(body.text("inputText")), options)


def _dialogue(text: str) -> tuple[Message, ...]:
    """Turns of User and Bot, when the text is such a dialogue and the Bot is next; else the words of a user."""
    first, *rest = _SPEAKER.split(text)
    speakers, said = rest[::2], [part.strip() for part in rest[1::2]]
    if not speakers or speakers[0] != "User" or speakers[-1] != "Bot" or said[-1]:
        return (Message("user", text),)
    turns = [
        Turn("user" if speaker == "User" else "assistant", f"inputText, turn {index}", [part] * bool(part))
        for index, (speaker, part) in enumerate(zip(speakers[:-1], said[:-1], strict=True))
    ]
    return messages([first.strip()] if first.strip() else [], merged(turns))


def render(asked: Asked, reply: Reply) -> Json:
    result = {
        "tokenCount": reply.usage.output_tokens,
        "outputText": reply.text,
        "completionReason": _reason(reply.stop, reply.stopped_by),
    }
    return {"inputTextTokenCount": reply.usage.input_tokens, "results": [result]}


def stream(asked: Asked, deltas: Iterator[Delta]) -> Iterator[Json]:
    used, stop = Usage(), "FINISH"
    for delta in deltas:
        if delta.text:
            yield _chunk(delta.text, None, None, None)
        used = delta.usage or used
        stop = _reason(delta.stop_reason or "stop", delta.stopped_by)
    yield _chunk("", used.output_tokens, stop, used.input_tokens)


def _reason(stop: StopReason, stopped_by: str | None) -> str:
    return "STOP_CRITERIA_MET" if stopped_by else STOPS.get(stop, "FINISH")


def _chunk(text: str, written: int | None, reason: str | None, read: int | None) -> Json:
    return {
        "outputText": text,
        "index": 0,
        "totalOutputTextTokenCount": written,
        "completionReason": reason,
        "inputTextTokenCount": read,
    }


# -- embeddings -------------------------------------------------------------------------------------------

Work = Callable[[Model], tuple[Json, Usage]]


def parse_embed_v1(body: Members, info: ModelInfo) -> Work:
    text = body.text("inputText")

    def work(model: Model) -> tuple[Json, Usage]:
        made = model.embed([text])
        answer = {"embedding": numbers(made.vectors)[0], "inputTextTokenCount": made.tokens}
        return answer, Usage(made.tokens)

    return work


def parse_embed_v2(body: Members, info: ModelInfo) -> Work:
    text = body.text("inputText")
    check_dimensions(body, "dimensions", info)
    body.only("normalize", True, why="false is not supported: the vectors here always have length 1")
    kinds = body.texts("embeddingTypes", ("float",))
    if not kinds or set(kinds) - {"float", "binary"}:
        raise malformed("embeddingTypes", "it holds float, binary or both")

    def work(model: Model) -> tuple[Json, Usage]:
        made = model.embed([text])
        [vector] = numbers(made.vectors)
        forms = {"float": vector, "binary": [int(value > 0) for value in vector]}
        answer: Json = {"embedding": vector} if "float" in kinds else {}
        answer |= {"inputTextTokenCount": made.tokens, "embeddingsByType": {kind: forms[kind] for kind in kinds}}
        return answer, Usage(made.tokens)

    return work


def parse_embed_picture(body: Members, info: ModelInfo) -> Work:
    """A text, a picture, or both, whose vector is then the mean of the two."""
    text, encoded = body.text("inputText", None), body.text("inputImage", None)
    check_dimensions(body.object("embeddingConfig"), "outputEmbeddingLength", info)
    if text is None and encoded is None:
        raise malformed("body", "inputText, inputImage or both are needed")
    seen = [guessed(encoded, "inputImage")] if encoded else []

    def work(model: Model) -> tuple[Json, Usage]:
        vectors, tokens = _both(model, [text] if text else [], seen)
        return {"embedding": vectors, "inputTextTokenCount": tokens, "message": None}, Usage(tokens)

    return work


def _both(model: Model, texts: list[str], seen: list[Picture]) -> tuple[list[float], int]:
    import numpy as np

    made = [model.embed_pictures(seen)] if seen else []
    made += [model.embed(texts)] if texts else []
    mean = np.mean([part.vectors[0] for part in made], axis=0)
    unit = np.asarray([mean / (np.linalg.norm(mean) or 1.0)], np.float32)
    return numbers(unit)[0], sum(part.tokens for part in made)


def check_dimensions(body: Members, name: str, info: ModelInfo) -> None:
    """The length of the vectors is the model's own. Raises InvalidInput when another one is asked for."""
    wanted = body.whole(name, None, low=1)
    if wanted is not None and info.dimensions is None:
        raise InvalidInput(f"{body.place(name)}: {info.name} has vectors of one length only; leave it out")
    if wanted is not None and wanted != info.dimensions:
        raise InvalidInput(f"{body.place(name)}: {info.name} has {info.dimensions} dimensions, not {wanted}")


def numbers(vectors: Vectors) -> list[list[float]]:
    made: list[list[float]] = vectors.tolist()
    return made


TEXT = ChatForm("Titan text", parse, render, stream)
EMBED_V1 = TaskForm("Titan embeddings v1", parse_embed_v1)
EMBED_V2 = TaskForm("Titan embeddings v2", parse_embed_v2)
EMBED_PICTURE = TaskForm("Titan multimodal embeddings", parse_embed_picture)
