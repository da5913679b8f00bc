"""A response as it grows: each piece of a reply becomes the events that the official clients expect."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from copy import copy
from typing import Any

from groundstone.models.base import StopReason, ToolCall
from groundstone.records import Usage
from groundstone.server.openai import errors
from groundstone.server.openai.door import new_id
from groundstone.server.openai.grounded import Evidence, response_note
from groundstone.server.openai.replies import Piece

Event = dict[str, Any]
INCOMPLETE: dict[StopReason, str] = {"length": "max_output_tokens", "filtered": "content_filter"}


class Writer:
    """Keeps the response object true to what was sent; every event is numbered."""

    def __init__(self, model: str, echo: dict[str, Any], store: bool) -> None:
        self.response: dict[str, Any] = {
            "id": new_id("resp_"),
            "object": "response",
            "created_at": int(time.time()),
            "status": "in_progress",
            "background": False,
            "error": None,
            "incomplete_details": None,
            "model": model,
            "output": [],
            "usage": None,
            "store": store,
            **echo,
        }
        self._number = -1
        self._open: dict[str, Any] | None = None  # the message that text is added to
        self._texts: list[str] = []
        self._stop: StopReason | None = None

    def begin(self) -> Iterator[Event]:
        for kind in ("response.created", "response.in_progress"):
            yield self._event(kind, response=self._snapshot())

    def piece(self, piece: Piece) -> Iterator[Event]:
        if isinstance(piece, Evidence):
            yield from self._annotated(piece)
            return
        if piece.text:
            yield from self._text(piece.text)
        if piece.tool_call is not None:
            yield from self._call(piece.tool_call)
        self._stop = piece.stop_reason or self._stop
        self.response["model"] = piece.model or self.response["model"]
        if piece.usage is not None:
            self.response["usage"] = _usage(piece.usage)

    def end(self) -> Iterator[Event]:
        """Finish what is open. The last event, with the whole response, is made by ``last``."""
        if self._open is None and not self.response["output"]:
            yield from self._opened()
        yield from self._closed()
        reason = INCOMPLETE.get(self._stop or "stop")
        self.response["status"] = "incomplete" if reason else "completed"
        self.response["incomplete_details"] = {"reason": reason} if reason else None
        self.response["completed_at"] = None if reason else int(time.time())
        self.response["usage"] = self.response["usage"] or _usage(Usage())

    def last(self) -> Event:
        return self._event(f"response.{self.response['status']}", response=self._snapshot())

    def failed(self, error: Exception) -> Event:
        told = errors.described(error)
        self.response |= {"status": "failed", "error": {"code": told["code"], "message": told["message"]}}
        return self.last()

    def _text(self, text: str) -> Iterator[Event]:
        if self._open is None:
            yield from self._opened()
        self._texts.append(text)
        yield self._event("response.output_text.delta", **self._place(), delta=text, logprobs=[])

    def _opened(self) -> Iterator[Event]:
        self._open = {"type": "message", "id": new_id("msg_"), "status": "in_progress", "role": "assistant"}
        self._open["content"] = []
        self._texts, part = [], _part("")
        self.response["output"].append(self._open)
        yield self._item("added", copy(self._open) | {"content": []})
        self._open["content"].append(part)
        yield self._event("response.content_part.added", **self._place(), part=_part(""))

    def _closed(self) -> Iterator[Event]:
        if self._open is None:
            return
        part = self._open["content"][0]
        part["text"] = "".join(self._texts)
        yield self._event("response.output_text.done", **self._place(), text=part["text"], logprobs=[])
        yield self._event("response.content_part.done", **self._place(), part=part)
        self._open["status"] = "incomplete" if self._stop in INCOMPLETE else "completed"
        yield self._item("done", self._open)
        self._open = None

    def _annotated(self, found: Evidence) -> Iterator[Event]:
        self.response["groundstone"] = found.details
        if self._open is None:
            return
        part = self._open["content"][0]
        for index, note in enumerate(found.notes):
            made = response_note(note)
            part["annotations"].append(made)
            place = self._place()
            yield self._event("response.output_text.annotation.added", **place, annotation_index=index, annotation=made)

    def _call(self, call: ToolCall) -> Iterator[Event]:
        yield from self._closed()
        item = {"type": "function_call", "id": new_id("fc_"), "call_id": call.id, "name": call.name}
        item |= {"arguments": call.arguments, "status": "completed"}
        self.response["output"].append(item)
        place = {"item_id": item["id"], "output_index": len(self.response["output"]) - 1}
        kind = "response.function_call_arguments"
        yield self._item("added", item | {"arguments": "", "status": "in_progress"})
        yield self._event(f"{kind}.delta", **place, delta=call.arguments)
        yield self._event(f"{kind}.done", **place, name=call.name, arguments=call.arguments)
        yield self._item("done", item)

    def _item(self, what: str, item: dict[str, Any]) -> Event:
        index = len(self.response["output"]) - 1
        return self._event(f"response.output_item.{what}", output_index=index, item=item)

    def _place(self) -> dict[str, Any]:
        assert self._open is not None
        index = len(self.response["output"]) - 1
        return {"item_id": self._open["id"], "output_index": index, "content_index": 0}

    def _event(self, kind: str, **data: Any) -> Event:
        self._number += 1
        return {"type": kind, "sequence_number": self._number, **data}

    def _snapshot(self) -> dict[str, Any]:
        return copy(self.response) | {"output": list(self.response["output"])}


def frame(event: Event) -> bytes:
    return b"event: %s\ndata: %s\n\n" % (event["type"].encode(), json.dumps(event, separators=(",", ":")).encode())


def _part(text: str) -> dict[str, Any]:
    return {"type": "output_text", "text": text, "annotations": [], "logprobs": []}


def _usage(used: Usage) -> dict[str, Any]:
    return {
        "input_tokens": used.input_tokens,
        "input_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 0},
        "output_tokens": used.output_tokens,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": used.input_tokens + used.output_tokens,
    }
