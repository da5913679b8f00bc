"""The description of the API: OpenAPI 3.1, and the same in the words of 3.0, which many low-code tools import."""

from __future__ import annotations

import re
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute

router = APIRouter(include_in_schema=False)
ABOUT = (
    "Answers that stand on your own documents. Show an access key as a bearer token; a server on the loopback "
    "address asks for none until the first key is made."
)
TAGS = {
    "apps": "Applications", "knowledge-bases": "Knowledge bases", "conversations": "Conversations",
    "feedback": "Conversations",
    "me": "Access", "keys": "Access", "tasks": "Tasks", "models": "Models", "usage": "Usage", "builder": "Builder",
    "custom-models": "Custom models", "custom-model-jobs": "Custom models",
    "documents": "Documents", "read": "Documents", "forensics": "Forensics", "verification": "Verification",
    "slides": "Slides", "load-runs": "Load runs",
}  # fmt: skip
# Words of JSON Schema that OpenAPI 3.0 does not have; leaving one out only allows more.
_UNKNOWN = {
    "$schema", "$id", "$anchor", "$comment", "$defs", "prefixItems", "propertyNames", "patternProperties", "contains",
    "unevaluatedProperties", "unevaluatedItems", "dependentRequired", "dependentSchemas", "if", "then", "else",
    "minContains",
    "maxContains", "contentSchema",
}  # fmt: skip


def install(app: FastAPI) -> None:
    """``app.openapi()`` gives the whole description, and two addresses serve it."""

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _described(app)
        return app.openapi_schema

    app.openapi = described  # type: ignore[method-assign]  # as FastAPI's documentation says
    app.include_router(router)


@router.get("/api/openapi.json")
async def current(request: Request) -> Response:
    return _reply(request, request.app.openapi())


@router.get("/api/openapi-3.0.json")
async def older(request: Request) -> Response:
    return _reply(request, downgraded(request.app.openapi()))


def operation_id(route: APIRoute) -> str:
    """ "postBuilderMappingApply": made of method and path, so it is the same in every version."""
    method = sorted(route.methods or ())[0].lower()
    words = re.findall(r"[A-Za-z0-9]+", route.path_format.removeprefix("/api"))
    return method + "".join(word[0].upper() + word[1:] for word in words)


def _reply(request: Request, document: dict[str, Any]) -> Response:
    """With the address under which this server was asked: tools that import the document call it there."""
    servers = [{"url": str(request.base_url).rstrip("/")}]
    return JSONResponse({**document, "servers": servers}, headers={"cache-control": "no-store"})


def _described(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(title=app.title, version=app.version, description=ABOUT, routes=app.routes)
    document["servers"] = [{"url": "/"}]
    components = document.setdefault("components", {})
    components["securitySchemes"] = {"accessKey": {"type": "http", "scheme": "bearer", "bearerFormat": "gs-..."}}
    document["security"] = [{"accessKey": []}]
    for path, methods in document["paths"].items():
        for operation in methods.values():
            operation.setdefault("tags", [TAGS.get(path.split("/")[2], "Groundstone")])
            said = re.split(r"(?<=[.;:])\s", operation.get("description", "").replace("\n", " "))[0].rstrip(".;:")
            if said:
                operation["summary"] = said[:120]
    return document


def downgraded(document: dict[str, Any]) -> dict[str, Any]:
    """An OpenAPI 3.1 document in the words of 3.0.3."""
    found = _walked({key: value for key, value in document.items() if key not in ("webhooks", "jsonSchemaDialect")})
    schemas = {name: schema_3_0(one) for name, one in document.get("components", {}).get("schemas", {}).items()}
    return {**found, "openapi": "3.0.3", "components": {**found.get("components", {}), "schemas": schemas}}


def _walked(node: Any) -> Any:
    """The document with every schema in it rewritten."""
    if isinstance(node, list):
        return [_walked(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: schema_3_0(value) if key == "schema" else _walked(value) for key, value in node.items() if key != "schemas"
    }


def schema_3_0(schema: Any) -> Any:
    """One schema: null as ``nullable``, const as enum, bounds as flags, nothing beside a reference."""
    if isinstance(schema, bool):
        return {} if schema else {"not": {}}
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        beside = {key: value for key, value in schema.items() if key in ("description", "default", "nullable", "title")}
        return {"allOf": [{"$ref": schema["$ref"]}], **beside} if beside else {"$ref": schema["$ref"]}
    made = {key: _member(key, value) for key, value in schema.items() if key not in _UNKNOWN}
    for rewrite in (_constants, _bounds, _types, _nulls, _contents):
        made = rewrite(made)
    if not made.get("required", True):
        del made["required"]  # an empty list is not allowed
    if made.get("type") == "array":
        made.setdefault("items", {})
    return made


def _member(key: str, value: Any) -> Any:
    if key in ("items", "not") or (key == "additionalProperties" and not isinstance(value, bool)):
        return schema_3_0(value)
    if key in ("anyOf", "oneOf", "allOf"):
        return [schema_3_0(item) if item != {"type": "null"} else item for item in value]
    if key == "properties":
        return {name: schema_3_0(item) for name, item in value.items()}
    return value


def _constants(made: dict[str, Any]) -> dict[str, Any]:
    if "const" in made:
        made["enum"] = [made.pop("const")]
    if isinstance(made.get("examples"), list):
        listed = made.pop("examples")
        made |= {"example": listed[0]} if listed else {}
    return made


def _bounds(made: dict[str, Any]) -> dict[str, Any]:
    for word, plain in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(made.get(word), int | float) and not isinstance(made[word], bool):
            made[plain], made[word] = made[word], True
    return made


def _types(made: dict[str, Any]) -> dict[str, Any]:
    kinds = made.get("type")
    if isinstance(kinds, list):
        plain = [kind for kind in kinds if kind != "null"]
        made.pop("type")
        made |= {"type": plain[0]} if len(plain) == 1 else {"anyOf": [{"type": kind} for kind in plain]}
        made |= {"nullable": True} if len(plain) < len(kinds) else {}
    elif kinds == "null":
        made.pop("type")
        made |= {"nullable": True, "enum": [None]}
    return made


def _nulls(made: dict[str, Any]) -> dict[str, Any]:
    for word in ("anyOf", "oneOf"):
        branches = made.get(word)
        if not isinstance(branches, list) or {"type": "null"} not in branches:
            continue
        left = [branch for branch in branches if branch != {"type": "null"}]
        made.pop(word)
        made["nullable"] = True
        if len(left) > 1:
            made[word] = left
        elif left and "$ref" in left[0]:
            made["allOf"] = left
        elif left:
            made = {**left[0], **made}
    return made


def _contents(made: dict[str, Any]) -> dict[str, Any]:
    encoding, media = made.pop("contentEncoding", None), made.pop("contentMediaType", None)
    if made.get("type") == "string" and (encoding or media):
        made.setdefault("format", "byte" if encoding == "base64" else "binary")
    return made
