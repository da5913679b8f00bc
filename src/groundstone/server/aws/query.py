"""The query form of older clients: parameters as a form, replies as XML. The values between them are those of JSON.

Members of lists are numbered, ``Dimensions.member.1.Name``; entries of maps likewise, ``entry.1.key`` and ``.value``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from groundstone.server.aws import times
from groundstone.server.aws.shapes import Shape

MOST = 5000  # members of a form
NUMBERS = ("integer", "long", "float", "double")
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # what XML cannot hold
Tree = dict[str, Any]  # names to texts, or to trees


def form(body: bytes) -> dict[str, str]:
    """Names and values of a form. Raises ValueError."""
    return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=True, max_num_fields=MOST))


def loads(shape: Shape, sent: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of an operation as JSON has them. Raises ValueError."""
    tree: Tree = {}
    for name, value in sent.items():
        if name in ("Action", "Version"):
            continue
        *parents, last = name.split(".")
        place = tree
        for step in parents:
            place = place.setdefault(step, {})
            if not isinstance(place, dict):
                raise ValueError(f"{name[:80]} stands below a value")
        if isinstance(place.get(last), dict):
            raise ValueError(f"{name[:80]} is a value and has members")
        place[last] = value
    made: dict[str, Any] = _read(shape, tree)
    return made


def _read(shape: Shape | None, sent: Any) -> Any:
    """What stands at one place, in the types of its shape; what does not fit stays a text, which its shape refuses."""
    kind = shape.kind if shape else ""
    if shape is None or (kind not in ("structure", "list", "map") and isinstance(sent, dict)):
        return sent
    if kind == "structure" and isinstance(sent, dict):
        return {name: _read(shape.body[name].shape if name in shape.body else None, one) for name, one in sent.items()}
    if kind == "list":
        return [] if sent == "" else [_read(shape.item, one) for one in _numbered(sent, "member")]
    if kind == "map":
        entries = [] if sent == "" else _numbered(sent, "entry")
        return {str(one.get("key", "")): _read(shape.value, one.get("value")) for one in entries}
    return _scalar(kind, sent)


def _scalar(kind: str, text: Any) -> Any:
    if kind == "boolean":
        return {"true": True, "false": False}.get(text, text)
    if kind == "timestamp":
        return times.read(text, "iso8601").timestamp()
    if kind in NUMBERS and re.fullmatch(r"[+-]?\d{1,20}", text):
        return int(text)
    if kind in ("float", "double") and re.fullmatch(r"[+-]?\d{1,20}(\.\d{1,20})?([eE][+-]?\d{1,3})?", text):
        return float(text)
    return text


def _numbered(sent: Any, name: str) -> list[Any]:
    inner = sent.get(name) if isinstance(sent, dict) and len(sent) == 1 else None
    if not isinstance(inner, dict) or set(inner) != {str(number) for number in range(1, len(inner) + 1)}:
        raise ValueError(f"a list is numbered {name}.1, {name}.2 and so on")
    return [inner[str(number)] for number in range(1, len(inner) + 1)]


def dumps(action: str, namespace: str, shape: Shape, value: Any, request_id: str) -> bytes:
    """A reply as XML."""
    inner = _written(shape, value)
    told = f"<ResponseMetadata><RequestId>{request_id}</RequestId></ResponseMetadata>"
    whole = f"<{action}Result>{inner}</{action}Result>{told}"
    return f'<{action}Response xmlns="{_text(namespace)}">{whole}</{action}Response>'.encode()


def error(code: str, message: str, status: int, request_id: str) -> bytes:
    """An error as XML."""
    whose = "Sender" if status < 500 else "Receiver"
    said = f"<Type>{whose}</Type><Code>{_text(code)}</Code><Message>{_text(message)}</Message>"
    return f"<ErrorResponse><Error>{said}</Error><RequestId>{request_id}</RequestId></ErrorResponse>".encode()


def _written(shape: Shape, value: Any) -> str:
    if shape.kind == "structure":
        members = ((name, shape.body[name].shape, one) for name, one in value.items())
        return "".join(f"<{name}>{_written(inner, one)}</{name}>" for name, inner, one in members)
    if shape.kind == "list" and shape.item:
        return "".join(f"<member>{_written(shape.item, one)}</member>" for one in value)
    if shape.kind == "map" and shape.value:
        entries = ((_text(key), _written(shape.value, one)) for key, one in value.items())
        return "".join(f"<entry><key>{key}</key><value>{one}</value></entry>" for key, one in entries)
    if shape.kind == "timestamp":
        return str(times.write(times.read(value, "unixTimestamp"), "iso8601"))
    return ("true" if value else "false") if shape.kind == "boolean" else _text(str(value))


def _text(text: str) -> str:
    return escape(FORBIDDEN.sub("\ufffd", text))
