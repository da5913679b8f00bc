"""Chat by any server that speaks OpenAI's API: Ollama, vLLM, llama.cpp, TGI, LM Studio, OpenAI itself."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from typing import Any

from groundstone.errors import ConfigError
from groundstone.models import openai_body
from groundstone.models.base import DEFAULTS, ChatOptions, Delta, Message
from groundstone.models.connections import Line, Reply
from groundstone.models.endpoint import Endpoint, Refusal, error_text
from groundstone.models.openai_count import Counting
from groundstone.models.openai_draw import OpenAIDraw
from groundstone.models.openai_embed import OpenAIEmbed, OpenAIPictureEmbed
from groundstone.models.openai_reply import Reading
from groundstone.models.sse import events
from groundstone.models.stream import Stream

__all__ = ["Endpoint", "OpenAICompatible", "OpenAIDraw", "OpenAIEmbed", "OpenAIPictureEmbed"]

Json = dict[str, Any]
OMITTABLE = {"temperature", "top_p", "top_k", "seed", "stop", "stream_options", "max_tokens"}


class OpenAICompatible:
    """Chat by ``POST {base_url}/chat/completions``.

    Args:
        omit: parameters that this server refuses and that are never sent to it, such as ["temperature"].
    """

    def __init__(
        self,
        base_url: str,
        model: str,
        api_key: str = "",
        timeout: float = 60.0,
        retries: int = 2,
        omit: Sequence[str] = (),
    ) -> None:
        if isinstance(omit, str) or not set(omit) <= OMITTABLE:
            raise ConfigError(f"omit is a list of some of {sorted(OMITTABLE)}")
        self.endpoint, self.name = Endpoint(base_url, api_key, timeout, retries), model
        self._counting = Counting(self.endpoint, model)
        self._omitted, self._renamed = set(omit), False

    def chat(self, messages: Sequence[Message], options: ChatOptions = DEFAULTS) -> Iterator[Delta]:
        """Stream the reply. Closing the iterator, from any thread, closes the connection: that stops the engine.

        Raises InvalidInput at once; ContextTooLong, ModelError or EngineUnavailable while it is read.
        """
        openai_body.check(messages, options)
        body = openai_body.body(self.name, messages, options)
        return Stream(lambda line: self._replied(body, line))

    def count_chat(self, messages: Sequence[Message]) -> int:
        """Tokens of the conversation as a prompt, by the server's tokenizer.

        Asks vLLM's /tokenize, llama.cpp's /apply-template and /tokenize, or TGI's /chat_tokenize, whichever the
        server has. Raises WrongModel when it has none.
        """
        openai_body.check(messages, DEFAULTS)
        return self._counting.count([openai_body.message_json(message) for message in messages])

    def close(self) -> None:
        self.endpoint.close()

    def _replied(self, body: Json, line: Line) -> Generator[Delta]:
        reading = Reading(self.endpoint, self.name, body.get("stop", ()))
        with closing(self._accepted(body, line)) as reply:
            kind = reply.header("content-type")
            if "text/event-stream" in kind:
                yield from self._streamed(reply, reading)
            elif "json" in kind:
                yield from self._whole(reply, reading)
            else:
                said = error_text(self.endpoint.read(reply).decode("utf-8", "replace"))
                raise self.endpoint.unavailable(f"it answered with something else than a reply: {said}")
        yield from reading.ending()  # the connection is free by now, should nobody read to the end

    def _accepted(self, body: Json, line: Line) -> Reply:
        """The open reply. Two parameters that known servers refuse are put differently, then and from then on."""
        while True:
            try:
                return self.endpoint.post("/chat/completions", self._adapted(body), line)
            except Refusal as refusal:
                if not self._learned(refusal.said):
                    raise

    def _adapted(self, body: Json) -> Json:
        if not self._omitted and not self._renamed:
            return body
        names = {"max_tokens": "max_completion_tokens"} if self._renamed else {}
        return {names.get(name, name): value for name, value in body.items() if name not in self._omitted}

    def _learned(self, said: str) -> bool:
        """Whether a refusal names something that can be said in another way, and that was not tried yet."""
        if "stream_options" in said and "stream_options" not in self._omitted:
            self._omitted.add("stream_options")  # the usage is then not known
            return True
        if "max_completion_tokens" in said and not self._renamed:
            self._renamed = True  # reasoning models of OpenAI
            return True
        return False

    def _streamed(self, reply: Reply, reading: Reading) -> Iterator[Delta]:
        done = False
        with self.endpoint.trouble("the stream broke off"):
            for data in self._events(reply):
                if data == "[DONE]":
                    done = True
                    break
                if text := reading.text_of(self.endpoint.parsed(data)):
                    yield Delta(text)
        if not done and not reading.is_complete:
            raise self.endpoint.unavailable("the stream broke off before the reply was complete; ask again")
        if done:
            reply.finish()

    def _whole(self, reply: Reply, reading: Reading) -> Iterator[Delta]:
        """A reply in one piece: what was asked for, or the form of a server that does not stream."""
        text = reading.text_of(self.endpoint.parsed(self.endpoint.read(reply)))
        if not reading.is_complete:
            raise self.endpoint.unavailable("its reply holds no finished message")
        if text:
            yield Delta(text)

    def _events(self, reply: Reply) -> Iterator[str]:
        """The stream's data. Comments keep a connection alive, but not for longer than ``timeout``."""
        heard = time.monotonic()
        for data in events(reply.pieces()):
            if data:
                heard = time.monotonic()
                yield data
            elif time.monotonic() - heard > self.endpoint.timeout:
                raise self.endpoint.late()
