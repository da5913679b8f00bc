"""A loaded GGUF model: the only file that knows the package xllamacpp, with its unsafe defaults turned off."""

from __future__ import annotations

import http.client
import json
import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from groundstone.errors import (
    ContextTooLong,
    EngineUnavailable,
    GroundstoneError,
    InvalidInput,
    ModelError,
    WeightsMissing,
)

STEP = 256  # tokens of a prompt between two looks whether the caller has gone
PATIENCE = 60  # seconds to wait for the engine's own port
SHOWN = 300  # characters of the engine's words in a message

_MARK = re.compile(r"<[^<>\s]{1,60}>|\[/?[A-Z_]{2,20}\]")
Body = dict[str, Any]


class LlamaEngine:
    """Loads at once. Raises WeightsMissing, or ModelError for a file that is no sound GGUF.

    ``knows_tools`` and ``knows_system`` tell what the model's chat template has a place for.
    """

    def __init__(
        self, path: Path, name: str, context: int, slots: int, threads: int, projector: Path | None, template: str
    ) -> None:
        for needed in (path, projector):
            if needed is not None and not needed.is_file():
                raise WeightsMissing(
                    f"{needed} is not there; for {name}, run: groundstone models pull, or mend the path"
                )
        self.name, self._key = name, secrets.token_urlsafe(32)
        try:
            self._server = _server(path, context * slots, slots, threads, projector, template, self._key)
        except (RuntimeError, ValueError) as error:
            raise ModelError(f"{path} cannot be loaded as a GGUF model: {short(error)}") from None
        can = self._ask("/props")["chat_template_caps"]
        self.knows_tools, self.knows_system = bool(can["supports_tools"]), bool(can["supports_system_role"])

    def chat(self, body: Body, each: Callable[[Body], bool]) -> None:
        """Compute a reply; ``each`` takes a piece of it and returns True to stop."""
        server = self.__dict__.get("_server")
        if server is None:
            raise RuntimeError("the model was unloaded before it could reply")
        server.handle_chat_completions(body, each)

    def complete(self, body: Body) -> str:
        """The text that follows a prompt."""
        reply = self._server.handle_completions(body)
        if "error" in reply:
            raise refusal(self.name, reply["error"])
        return str(reply["choices"][0]["text"])

    def defused(self, text: str) -> str:
        """The text, with marks such as ``<|im_end|>`` broken up: words may not end a turn or open another.

        A mark gets an invisible space (U+200B) after its first sign. Raises InvalidInput for marks of another kind.
        """
        if not _MARK.search(text) or self._harmless(text):
            return text
        broken = _MARK.sub(lambda mark: f"{mark[0][0]}\u200b{mark[0][1:]}", text)
        if not self._harmless(broken):
            raise InvalidInput(f"the text holds signs that steer {self.name}, such as an end of turn; take them out")
        return broken

    def _harmless(self, text: str) -> bool:
        """Whether the text reads the same when marks are taken for plain words."""
        body = {"content": text, "add_special": False}
        read = [self._ask("/tokenize", body | {"parse_special": special})["tokens"] for special in (False, True)]
        return bool(read[0] == read[1])

    def count(self, messages: list[Body]) -> int:
        """Tokens of the conversation under the chat template."""
        prompt = self._ask("/apply-template", {"messages": messages})["prompt"]
        return len(self._ask("/tokenize", {"content": prompt, "add_special": True, "parse_special": True})["tokens"])

    def close(self) -> None:
        """Free the memory, once nobody else uses the engine."""
        self.__dict__.pop("_server", None)

    def _ask(self, path: str, body: Body | None = None) -> Body:
        where = urlsplit(self._server.listening_address)
        connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=PATIENCE)
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        try:
            connection.request("GET" if body is None else "POST", path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            said: Body = json.loads(answer.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise EngineUnavailable(f"{self.name} does not answer: {short(error)}") from None
        finally:
            connection.close()
        if answer.status != 200:
            raise refusal(self.name, said.get("error", {}))
        return said


def refusal(name: str, error: Body) -> GroundstoneError:
    """The error to raise for the engine's ``{"code": ..., "message": ..., "type": ...}``."""
    said = short(error.get("message", "no reason"))
    if error.get("type") == "exceed_context_size_error":
        size, room = error.get("n_prompt_tokens"), error.get("n_ctx")
        return ContextTooLong(f"the prompt has {size} tokens; {name} takes {room} for prompt and reply together")
    if error.get("code") == 400:
        return InvalidInput(f"{name} cannot take this request: {said}")
    if error.get("code") == 503:
        return EngineUnavailable(f"{name} is not ready: {said}")
    return ModelError(f"{name} failed: {said}")


def short(said: object) -> str:
    """The beginning of what the engine says, on one line."""
    return " ".join(str(said).split())[:SHOWN] or "nothing"


def _server(path: Path, context: int, slots: int, threads: int, projector: Path | None, template: str, key: str) -> Any:
    import xllamacpp  # type: ignore[import-untyped]

    wanted = xllamacpp.CommonParams()
    wanted.model.path = str(path)
    if projector is not None:
        wanted.mmproj.path = str(projector)
    if template:
        wanted.chat_template = template
    wanted.n_ctx, wanted.n_parallel, wanted.n_batch, wanted.n_ubatch = context, slots, STEP, STEP
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
    wanted.verbosity, wanted.warmup, wanted.cache_ram_mib = -1, False, 0
    # Its port would be open to every program and web page of this machine, and show what others ask.
    wanted.hostnames, wanted.api_keys, wanted.cors_origins = ["127.0.0.1"], [key], ""
    wanted.ui = wanted.endpoint_slots = False
    wanted.n_threads_http = 2
    return xllamacpp.Server(wanted)
