"""The content blocks of Converse, read into turns."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, cast

from groundstone.errors import InvalidInput
from groundstone.models.base import ToolCall
from groundstone.server.aws import documents
from groundstone.server.aws.pictures import picture
from groundstone.server.aws.prompts import Role, Turn

Block = Mapping[str, Any]
MOST_DOCUMENTS = 5
_BUCKETS = "a place in a bucket is not read here; send the bytes"
_CITED = "citations on blocks are not supported; RetrieveAndGenerate over a knowledge base cites its sources"
_REFUSED = {
    "video": "no model here sees videos",
    "audio": "no model here hears sounds; send a transcript as text",
    "reasoningContent": "no model here returns reasoning; leave it out of the history",
    "citationsContent": "send the text of the earlier reply as a text block",
    "toolAddition": "name all tools in toolConfig",
    "toolRemoval": "name all tools in toolConfig",
}


def system_text(block: Block) -> list[str]:
    """The text of a system block, none for a cache point."""
    kind, value = one(block, "system")
    if kind == "cachePoint":
        return []
    if kind == "guardContent":
        return [_guarded(value, "system")]
    if kind != "text":
        raise InvalidInput(f"system: a {kind} block is not supported")
    return [_text(value, "system")]


def turns(sent: Sequence[Block]) -> list[Turn]:
    """Raises InvalidInput, naming the block that cannot be used."""
    made = [_turn(message, f"messages.{index}") for index, message in enumerate(sent)]
    names = [block["document"].get("name") for message in sent for block in message["content"] if "document" in block]
    if len(names) > MOST_DOCUMENTS:
        raise InvalidInput(f"{len(names)} documents are too many: {MOST_DOCUMENTS} at most in one request")
    if len(names) != len(set(names)):
        raise InvalidInput("two documents have the same name: give each its own")
    return made


def _turn(message: Block, where: str) -> Turn:
    turn = Turn(cast(Role, message["role"]), where)
    content = message.get("content") or ()
    for index, block in enumerate(content):
        kind, value = one(block, f"{where}.content.{index}")
        if kind in _REFUSED:
            raise InvalidInput(f"{where}.content.{index}: a {kind} block is not supported: {_REFUSED[kind]}")
        if kind not in _READERS:
            raise InvalidInput(f"{where}.content.{index}: a {kind} block is not known here")
        _check_role(turn.role, kind, f"{where}.content.{index}")
        _READERS[kind](turn, value, f"{where}.content.{index}.{kind}")
    if any("document" in block for block in content) and not any("text" in block for block in content):
        raise InvalidInput(f"{where}: a text block must stand beside a document and say what is to be done with it")
    return turn


def _check_role(role: Role, kind: str, where: str) -> None:
    allowed = {"user": set(_READERS) - {"toolUse"}, "assistant": {"text", "toolUse", "cachePoint"}}
    if kind not in allowed.get(role, {"text", "cachePoint"}):
        raise InvalidInput(f"{where}: a {kind} block cannot stand in a message of the {role}")


def one(block: Block, where: str) -> tuple[str, Any]:
    """The only member of a union."""
    if len(block) != 1:
        raise InvalidInput(f"{where}: a block has exactly one member, this one has {len(block)}")
    return next(iter(block.items()))


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str) or not value.strip():
        raise InvalidInput(f"The text at {where} is blank: add some and try again.")
    return value


def _guarded(value: Block, where: str) -> str:
    """Without a guardrail, guarded text is text like any other."""
    kind, inside = one(value, where)
    if kind != "text":
        raise InvalidInput(f"{where}.{kind} is not supported: send the picture as an image block")
    return _text(inside.get("text"), where)


def _image(turn: Turn, value: Block, where: str) -> None:
    source = value.get("source", {})
    if "bytes" not in source:
        raise InvalidInput(f"{where}.source: {_BUCKETS}")
    turn.pictures.append(picture(source["bytes"], value["format"], where))


def _document(value: Block, where: str) -> str:
    _no_citations(value, where)
    name, source = value.get("name", ""), value.get("source", {})
    if not re.fullmatch(r"[\w\s()\[\]-]{1,200}", name):
        raise InvalidInput(f"{where}.name: letters, digits, blanks, hyphens and brackets only")
    if "s3Location" in source:
        raise InvalidInput(f"{where}.source.s3Location: {_BUCKETS}")
    if "bytes" in source:
        text = documents.read(name, value.get("format", "txt"), source["bytes"], where)
    elif "text" in source:
        text = _text(source["text"], where)
    else:
        text = "\n\n".join(_text(block.get("text"), where) for block in source.get("content", ()))
    return documents.shown(name, _text(text, where), where, value.get("context", ""))


def _search_result(value: Block, where: str) -> str:
    _no_citations(value, where)
    text = "\n\n".join(_text(part.get("text"), where) for part in value["content"])
    return documents.shown(value["title"], text, where, f"Source: {value['source']}")


def _no_citations(value: Block, where: str) -> None:
    if value.get("citations", {}).get("enabled"):
        raise InvalidInput(f"{where}.citations: {_CITED}")


def _tool_use(turn: Turn, value: Block, where: str) -> None:
    if value.get("type"):
        raise InvalidInput(f"{where}.type is not supported: there are no tools that run on the server here")
    if not isinstance(value.get("input"), Mapping):
        raise InvalidInput(f"{where}.input must be an object")
    turn.calls.append(ToolCall(value["toolUseId"], value["name"], json.dumps(value["input"], ensure_ascii=False)))


def _tool_result(turn: Turn, value: Block, where: str) -> None:
    if value.get("type"):
        raise InvalidInput(f"{where}.type is not supported: there are no tools that run on the server here")
    parts = [_result(block, f"{where}.content.{index}") for index, block in enumerate(value.get("content", ()))]
    text = "\n\n".join(parts)
    turn.results.append((value["toolUseId"], f"error: {text}" if value.get("status") == "error" else text))


def _result(block: Block, where: str) -> str:
    kind, value = one(block, where)
    if kind == "json":
        return json.dumps(value, ensure_ascii=False)
    if kind == "text":
        return str(value)
    if kind == "document":
        return _document(value, where)
    if kind == "searchResult":
        return _search_result(value, where)
    raise InvalidInput(f"{where}: a tool result of kind {kind} is not supported; send text or json")


_READERS: dict[str, Callable[[Turn, Any, str], None]] = {
    "text": lambda turn, value, where: turn.texts.append(_text(value, where)),
    "guardContent": lambda turn, value, where: turn.texts.append(_guarded(value, where)),
    "document": lambda turn, value, where: turn.texts.append(_document(value, where)),
    "searchResult": lambda turn, value, where: turn.texts.append(_search_result(value, where)),
    "cachePoint": lambda turn, value, where: None,  # nothing is kept between requests, so nothing changes
    "image": _image,
    "toolUse": _tool_use,
    "toolResult": _tool_result,
}
