"""Which form the bodies of a model have: read off the id that the caller asked for.

Ids of a cloud have the form of their own family, whatever model of the catalogue stands behind them. Names of the
catalogue have no form of their own: the members of the body tell which one the caller chose.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from functools import lru_cache

from groundstone.errors import InvalidInput, WrongModel
from groundstone.models.base import ModelInfo, Task
from groundstone.server.aws import (
    bodies_claude,
    bodies_cohere,
    bodies_draw,
    bodies_llama,
    bodies_nova,
    bodies_openai,
    bodies_titan,
    bodies_vectors,
)
from groundstone.server.aws.forms import ChatForm, Form
from groundstone.server.aws.members import Members

# Pattern of ids -> the form of their bodies; where there are two, the member that only the second one has.
# The first row that fits decides.
Row = tuple[str, Task, Form, str, Form | None]
FAMILIES: tuple[Row, ...] = (
    ("anthropic.claude-v*", "chat", bodies_claude.MESSAGES, "prompt", bodies_claude.TEXT),
    ("anthropic.claude-instant*", "chat", bodies_claude.MESSAGES, "prompt", bodies_claude.TEXT),
    ("anthropic.*", "chat", bodies_claude.MESSAGES, "", None),
    ("amazon.titan-embed-image*", "embed", bodies_titan.EMBED_PICTURE, "", None),
    ("amazon.titan-embed-text-v2*", "embed", bodies_titan.EMBED_V2, "", None),
    ("amazon.titan-embed*", "embed", bodies_titan.EMBED_V1, "", None),
    ("amazon.titan-image*", "draw", bodies_draw.IMAGES, "", None),
    ("amazon.titan-*", "chat", bodies_titan.TEXT, "", None),
    ("amazon.nova-canvas*", "draw", bodies_draw.IMAGES, "", None),
    ("amazon.nova-*embed*", "embed", bodies_vectors.NOVA, "", None),
    ("amazon.nova-*", "chat", bodies_nova.MESSAGES, "", None),
    ("amazon.rerank*", "rerank", bodies_vectors.RERANK, "", None),
    ("cohere.rerank*", "rerank", bodies_vectors.RERANK, "", None),
    ("cohere.embed*", "embed", bodies_vectors.COHERE, "", None),
    ("cohere.command-r*", "chat", bodies_cohere.COMMAND_R, "", None),
    ("cohere.command*", "chat", bodies_cohere.COMMAND, "", None),
    ("meta.llama*", "chat", bodies_llama.LLAMA, "", None),
    ("mistral.*", "chat", bodies_openai.CHAT, "prompt", bodies_llama.MISTRAL),
    ("ai21.jamba*", "chat", bodies_openai.CHAT, "", None),
    ("openai.gpt-oss*", "chat", bodies_openai.CHAT, "", None),
)

# For names of the catalogue: the member that tells the form, in this order; the last row needs none.
NATIVE: dict[Task, tuple[tuple[str, Form], ...]] = {
    "chat": (
        ("anthropic_version", bodies_claude.MESSAGES),
        ("schemaVersion", bodies_nova.MESSAGES),
        ("inferenceConfig", bodies_nova.MESSAGES),
        ("toolConfig", bodies_nova.MESSAGES),
        ("system", bodies_nova.MESSAGES),
        ("inputText", bodies_titan.TEXT),
        ("", bodies_openai.CHAT),
    ),
    "embed": (
        ("texts", bodies_vectors.COHERE),
        ("images", bodies_vectors.COHERE),
        ("inputImage", bodies_titan.EMBED_PICTURE),
        ("", bodies_titan.EMBED_V2),
    ),
    "rerank": (("", bodies_vectors.RERANK),),
    "draw": (("", bodies_draw.IMAGES),),
}


def form_of(asked: str, info: ModelInfo, body: Members) -> Form:
    """Raises WrongModel when the id's family does something else than the model that stands behind it."""
    row = _row(asked)
    if row is None:
        return _native(info, body)
    _, task, first, member, second = row
    if task != info.task:
        raise WrongModel(f"{asked} has bodies of the task {task}, but {info.name} behind it is for {info.task}")
    return second if second is not None and member in body else first


@lru_cache(maxsize=1024)
def _row(asked: str) -> Row | None:
    """The first row that fits the id: without the ARN around it, and without its first part, which may be a region."""
    short = asked.rpartition("/")[2] if asked.startswith("arn:") else asked
    names = (short, short.partition(".")[2])
    return next((row for row in FAMILIES if any(fnmatchcase(name, row[0]) for name in names)), None)


def _native(info: ModelInfo, body: Members) -> Form:
    if info.task == "chat" and _without_types(body):
        return bodies_nova.MESSAGES
    return next(form for member, form in NATIVE[info.task] if not member or member in body)


def _without_types(body: Members) -> bool:
    """Whether the content of the first message is a list of blocks as Converse and Nova have them."""
    messages = body.peek("messages")
    first = messages[0] if isinstance(messages, list) and messages else None
    content = first.get("content") if isinstance(first, dict) else None
    return isinstance(content, list) and all(isinstance(block, dict) and "type" not in block for block in content)


def chat_form(form: Form, asked: str) -> ChatForm:
    """Raises InvalidInput for a model whose answers have no pieces."""
    if not isinstance(form, ChatForm):
        raise InvalidInput(f"{asked} is not supported for streaming: its answers come whole; use InvokeModel")
    return form
