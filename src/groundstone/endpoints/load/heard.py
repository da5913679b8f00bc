"""What is asked and what was heard, whatever the wire: the words that all wires share."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal
from urllib.parse import quote

from groundstone.endpoints.load.replies import Reply

Fault = Literal["", "refused", "overloaded", "cut", "bad reply"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One request: a prompt, and how many tokens are to be written.

    ``turns``: (role, text) of a conversation of which the prompt is the last word; none for a prompt alone.
    ``input_tokens``: how many the prompt was made to have; 0 when nobody knows.
    """

    prompt: str
    output_tokens: int
    turns: tuple[tuple[str, str], ...] = ()
    input_tokens: int = 0

    @property
    def conversation(self) -> tuple[tuple[str, str], ...]:
        return self.turns or (("user", self.prompt),)

    @property
    def whole(self) -> str:
        """All turns as one text, for wires that take no conversation."""
        return "\n".join(text for _, text in self.turns) or self.prompt


@dataclass(frozen=True, slots=True)
class Heard:
    """What a reply says.

    ``pieces``: when each piece of text came, the text, and how many tokens the server counted in all until then (0: it
    did not say). ``tokens_in`` and ``tokens_out``: what it counted in the end; 0 for nothing. ``refused``: words of an
    error in a reply that began well, ``fault`` of which kind that is, ``code`` its name.
    """

    pieces: tuple[tuple[float, str, int], ...]
    tokens_in: int = 0
    tokens_out: int = 0
    refused: str = ""
    fault: Fault = ""
    code: str = ""

    @property
    def text(self) -> str:
        return "".join(text for _, text, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class Wire:
    """``path`` below the server's address, in which {model} stands for the model's name; ``body`` of a request for a
    model; how a reply is read. ``others``: bodies for servers that refuse the first one, in the order of trying.
    ``service``: of AWS, for which requests are signed; "" for none.
    """

    name: str
    path: str
    body: Callable[[Ask, str], bytes]
    read: Callable[[Reply], Heard]
    others: tuple[Callable[[Ask, str], bytes], ...] = ()
    service: str = ""
    accept: str = "*/*"

    def form(self, number: int) -> Wire:
        """The wire with its body, 0, or one of the others."""
        return self if number == 0 else replace(self, body=self.others[number - 1], others=())

    def place(self, model: str) -> str:
        """The path for a model, whose name is one segment of it: slashes and colons are encoded."""
        return self.path.replace("{model}", quote(model, safe=""))


def events(reply: Reply) -> Iterator[tuple[float, str]]:
    """The data of server-sent events, each with the time of the piece in which it ended (WHATWG HTML, section 9.2)."""
    left = b""
    for now, data in reply.pieces:
        left += data
        if b"\n" not in data:
            continue
        whole, _, left = left.rpartition(b"\n")
        for line in whole.split(b"\n"):
            if line.startswith(b"data:"):
                yield now, line[5:].strip().decode("utf-8", "replace")
    if left.startswith(b"data:") and reply.pieces:
        yield reply.pieces[-1][0], left[5:].strip().decode("utf-8", "replace")


def member(data: str | bytes) -> dict[str, Any]:
    """A JSON object; an empty one for anything else."""
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def count(counts: Any, *names: str) -> int:
    """The first of these members that is a number above 0; 0 when none is."""
    for name in names if isinstance(counts, dict) else ():
        value = counts.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value > 0:
            return value
    return 0


def words(error: Any) -> str:
    """What an error says."""
    found = error.get("message") if isinstance(error, dict) else error
    return str(found)[:300]
