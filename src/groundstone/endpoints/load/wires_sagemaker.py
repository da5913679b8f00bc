"""SageMaker's runtime: an endpoint's container is asked through it, whole or streamed."""

from __future__ import annotations

from dataclasses import replace

from groundstone.endpoints.load.event_stream import Message, fault_of, messages
from groundstone.endpoints.load.heard import Heard, Wire, member, words
from groundstone.endpoints.load.replies import BadReply, Reply
from groundstone.endpoints.load.wires_open import (
    chat_body,
    generated,
    plain_chat_body,
    read_openai,
    read_tgi,
    read_whole,
    tgi_body,
    tgi_whole_body,
)

PATH = "/endpoints/{model}/invocations"


def read_stream(reply: Reply) -> Heard:
    """Parts hold the container's own bytes, cut anywhere: put together again, they are server-sent events."""
    pieces: list[tuple[float, bytes]] = []
    broken: Heard | None = None
    try:
        for one in messages(reply):
            if one.exception:
                broken = _exception(one)
                break
            pieces.append((one.at, one.payload))
    except BadReply as error:
        if not reply.headers.get("content-type", "application/vnd.amazon").startswith("application/vnd.amazon"):
            return _container(reply)  # the container's port itself, without the service before it
        broken = Heard((), refused=str(error), fault="cut" if "within a message" in str(error) else "bad reply")
    heard = _container(Reply(reply.status, reply.headers, pieces, reply.head_at, True))
    if broken is None:
        return heard
    return replace(broken, pieces=heard.pieces)


def _container(reply: Reply) -> Heard:
    body = reply.body
    if b'"choices"' in body[:2000] and b"data:" in body[:2000]:
        return read_openai(reply)
    if body.lstrip()[:5] == b"data:":
        return read_tgi(reply)
    return read_whole(reply) if generated(member(body)) is not None or body[:1] == b"[" else Heard(())


def _exception(one: Message) -> Heard:
    told = member(one.payload)
    said = words({"message": told.get("Message") or told.get("message") or "no words"})
    return Heard((), refused=f"{one.exception}: {said}", fault=fault_of(one.exception), code=one.exception)


SAGEMAKER = (
    Wire("sagemaker", PATH + "-response-stream", tgi_body, read_stream, (), "sagemaker"),
    Wire("sagemaker-whole", PATH, tgi_whole_body, read_whole, (), "sagemaker"),
    Wire("sagemaker-chat", PATH + "-response-stream", chat_body, read_stream, (plain_chat_body,), "sagemaker"),
)
