"""Tools and reply formats, as chat completions and responses both describe them."""

from __future__ import annotations

import re
from typing import Any

from groundstone.models.base import Tool
from groundstone.server.openai.members import Members

MOST = 128
NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")
CHOICES = ("auto", "none", "required")
ANY_OBJECT: dict[str, Any] = {"type": "object"}


def tools(holder: Members, *, flat: bool) -> tuple[Tool, ...]:
    """The member ``tools``. ``flat``: name and parameters beside ``type`` (responses), not inside ``function``."""
    given = holder.items("tools")
    if len(given) > MOST:
        holder.refuse("tools", f"at most {MOST} tools")
    found = tuple(_tool(Members(item, holder.path(f"tools[{number}]")), flat) for number, item in enumerate(given))
    if len({tool.name for tool in found}) < len(found):
        holder.refuse("tools", "two tools have the same name")
    return found


def _tool(item: Members, flat: bool) -> Tool:
    if (kind := item.name("type")) != "function":
        item.refuse("type", f"tools of type {kind!r} are not supported, only functions", "unsupported_value")
    inner = item if flat else item.inner("function")
    name = inner.name("name")
    if not NAME.fullmatch(name) or name in CHOICES:
        inner.refuse("name", "use 1 to 64 letters, digits, _ or -, and not auto, none or required")
    parameters = inner.take("parameters")
    if parameters is not None and not isinstance(parameters, dict):
        inner.refuse("parameters", "must be a JSON Schema", "invalid_type")
    made = Tool(name, inner.text("description"), parameters or {"type": "object", "properties": {}})
    inner.flag("strict")
    inner.finish()
    if inner is not item:
        item.finish()
    return made


def choice(holder: Members, known: tuple[Tool, ...], *, flat: bool) -> str:
    """The member ``tool_choice``: "auto", "none", "required" or the name of a tool."""
    given = holder.take("tool_choice")
    if given is None:
        return "auto"
    if isinstance(given, str):
        if given not in CHOICES:
            holder.refuse("tool_choice", f"must be one of {', '.join(CHOICES)} or name a function")
    else:
        given = _named(Members(given, holder.path("tool_choice")), flat)
        if given not in {tool.name for tool in known}:
            holder.refuse("tool_choice", "names no function of tools")
    if given == "required" and not known:
        holder.refuse("tool_choice", "there are no tools to choose from")
    return given


def _named(item: Members, flat: bool) -> str:
    if (kind := item.name("type")) != "function":
        item.refuse("type", f"{kind!r} is not supported, only function", "unsupported_value")
    inner = item if flat else item.inner("function")
    name = inner.name("name")
    inner.finish()
    item.finish()
    return name


def reply_format(holder: Members, name: str, *, flat: bool) -> dict[str, Any] | None:
    """The JSON Schema that the reply must satisfy; None for plain text."""
    item = holder.inner(name)
    kind = item.choice("type", ("text", "json_object", "json_schema"), "text")
    schema: dict[str, Any] | None = ANY_OBJECT if kind == "json_object" else None
    if kind == "json_schema":
        inner = item if flat else item.inner("json_schema")
        inner.name("name")
        schema = inner.needed("schema")
        if not isinstance(schema, dict):
            inner.refuse("schema", "must be a JSON Schema", "invalid_type")
        inner.drop("description")
        inner.flag("strict")
        inner.finish()
    item.finish()
    return schema
