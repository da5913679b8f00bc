"""How OpenAPI describes this API: the members that are read, in short. The reading itself is in ``*_request.py``."""

from __future__ import annotations

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
ANY: Schema = {"type": "object", "additionalProperties": True}
CONTENT: Schema = {"oneOf": [TEXT, {"type": "array", "items": ANY}, {"type": "null"}]}
TEXTS: Schema = {"oneOf": [TEXT, {"type": "array", "items": TEXT, "minItems": 1}]}


def object_of(required: tuple[str, ...], **members: Schema) -> Schema:
    return {"type": "object", "required": list(required), "properties": members}


def whole(low: int, high: int) -> Schema:
    return {"type": "integer", "minimum": low, "maximum": high}


def number(low: float, high: float) -> Schema:
    return {"type": "number", "minimum": low, "maximum": high}


def list_of(item: Schema, least: int = 0) -> Schema:
    return {"type": "array", "items": item, "minItems": least}


def one_of(*names: str) -> Schema:
    return {"type": "string", "enum": list(names)}


def one_of_values(*values: Any) -> Schema:
    return {"enum": list(values)}


NAME: Schema = {
    "type": "string",
    "minLength": 1,
    "maxLength": 512,
    "description": "a model, one of its aliases, or kb/NAME for a knowledge base",
}
WORDS: Schema = {"type": "string", "pattern": r"\S"}
TOOL = object_of(("type",), type=one_of("function"), function=ANY)
CHOICE: Schema = {"oneOf": [one_of("auto", "none", "required"), TOOL]}
TOKENS = whole(1, 2**31 - 1)
SAMPLING: dict[str, Schema] = {
    "temperature": number(0, 2),
    "top_p": number(0, 1),
    "stream": FLAG,
    "user": TEXT,
}
STOP: Schema = {"oneOf": [TEXT, {"type": "array", "items": TEXT, "maxItems": 4}]}
TOOLING: dict[str, Schema] = {
    "tools": list_of(TOOL),
    "tool_choice": CHOICE,
    "parallel_tool_calls": FLAG,
    "metadata": ANY,
}
MESSAGE = object_of(
    ("role",),
    role=one_of("system", "developer", "user", "assistant", "tool"),
    content=CONTENT,
    name=TEXT,
    tool_calls=list_of(ANY),
    tool_call_id=TEXT,
)
CHAT = object_of(
    ("model", "messages"),
    model=NAME,
    messages=list_of(MESSAGE, 1),
    max_tokens=TOKENS,
    max_completion_tokens=TOKENS,
    stop=STOP,
    seed={"type": "integer"},
    n=whole(1, 1),
    store=one_of_values(False),
    stream_options=object_of((), include_usage=FLAG),
    response_format=object_of(("type",), type=one_of("text", "json_object", "json_schema"), json_schema=ANY),
    **SAMPLING,
    **TOOLING,
)
COMPLETION = object_of(
    ("model", "prompt"), model=NAME, prompt=TEXT, max_tokens=TOKENS, stop=STOP, seed={"type": "integer"}, **SAMPLING
)
RESPONSE = object_of(
    ("model", "input"),
    model=NAME,
    input={"oneOf": [TEXT, list_of(ANY, 1)]},
    instructions=TEXT,
    max_output_tokens=TOKENS,
    previous_response_id=TEXT,
    text=object_of((), format=ANY),
    store=FLAG,
    **SAMPLING,
    **TOOLING,
)
EMBEDDING = object_of(
    ("model", "input"),
    model=NAME,
    input=TEXTS,
    encoding_format=one_of("float", "base64"),
    dimensions=whole(1, 2**20),
    user=TEXT,
)
PICTURE = object_of(
    ("prompt",),
    prompt=WORDS,
    model=NAME,
    n=whole(1, 10),
    size={"type": "string", "pattern": r"^(auto|\d{2,4}x\d{2,4})$"},
    response_format=one_of("b64_json"),
    seed=whole(0, 2**32 - 1),
    negative_prompt=TEXT,
    user=TEXT,
)
DOCUMENT: Schema = {"oneOf": [TEXT, object_of(("text",), text=TEXT)]}
RERANK = object_of(
    ("model", "query", "documents"),
    model=NAME,
    query=WORDS,
    documents=list_of(DOCUMENT, 1),
    top_n=whole(1, 2**31),
    return_documents=FLAG,
)
NULLABLE: Schema = {"type": ["string", "null"]}
ERROR = object_of(
    ("error",),
    error=object_of(("message", "type"), message=TEXT, type=TEXT, param=NULLABLE, code=NULLABLE),
)


def described(request: Schema | None, stream: bool = False, path: str = "") -> dict[str, Any]:
    """Arguments of a route: its body, its path parameter, its replies."""
    content: dict[str, Any] = {"application/json": {"schema": ANY}}
    if stream:
        content["text/event-stream"] = {"schema": TEXT}
    failed = {"description": "what was wrong", "content": {"application/json": {"schema": ERROR}}}
    extra: dict[str, Any] = {}
    if request is not None:
        extra["requestBody"] = {"required": True, "content": {"application/json": {"schema": request}}}
    if path:
        extra["parameters"] = [{"name": path, "in": "path", "required": True, "schema": TEXT}]
    responses = {200: {"description": "the reply", "content": content}, "4XX": failed, "5XX": failed}
    return {"openapi_extra": extra, "responses": responses, "response_model": None}
