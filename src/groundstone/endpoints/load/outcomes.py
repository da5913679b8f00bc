"""What became of one request: its times and tokens, read out of the recorded exchange once the clock has stopped."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any, Literal

from groundstone.endpoints.load.client import Exchange
from groundstone.endpoints.load.wires import Heard, Wire

CountedBy = Literal["server", "tokenizer", "pieces"]
Problem = Literal["", "connect", "timeout", "cut", "bad reply", "refused", "overloaded", "empty"]
CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One request. Times are seconds from the begin of the run.

    ``scheduled``: when it should have begun; ``sent``: when it did; ``first``: its first piece that holds text;
    ``ended``: its last byte. ``gaps``: (seconds since the piece before, tokens of this piece), of every piece after the
    first. ``problem``: "" for a good one; others enter no latency. ``retry_after``: what an overloaded server asks for.
    """

    scheduled: float
    sent: float
    first: float
    ended: float
    tokens_in: int
    tokens_out: int
    counted_by: CountedBy
    gaps: tuple[tuple[float, int], ...] = ()
    problem: Problem = ""
    why: str = ""
    status: int = 0
    retry_after: float = 0.0

    @property
    def is_good(self) -> bool:
        return not self.problem

    @property
    def first_token(self) -> float:
        """Seconds from sending to the first text."""
        return self.first - self.sent

    @property
    def end_to_end(self) -> float:
        return self.ended - self.sent

    @property
    def waited(self) -> float:
        """Seconds that it was sent late: what a closed loop hides, an open one has to count."""
        return self.sent - self.scheduled

    @property
    def per_output_token(self) -> float:
        """Seconds for each token after the first; 0 for a reply of one token."""
        rest = self.tokens_out - 1
        return sum(gap for gap, _ in self.gaps) / rest if rest > 0 else 0.0

    def json(self) -> dict[str, Any]:
        return asdict(self)


def outcome(exchange: Exchange, wire: Wire, began: float, tokens: CountTokens | None = None) -> Outcome:
    """Read an exchange. ``began``: the begin of the run on the exchange's clock; ``tokens``: the model's own count."""
    reply = exchange.reply
    times = [exchange.scheduled - began, exchange.sent - began, exchange.ended - began]
    if exchange.failure:
        return _bad(times, exchange.failure, exchange.why, reply.status)
    if not 200 <= reply.status < 300:
        return _refused(times, exchange)
    heard = wire.read(reply)
    if heard.refused:
        return _bad(times, "refused", heard.refused, reply.status)
    pieces = [piece for piece in heard.pieces if piece[1]]
    if not pieces:
        return _bad(times, "empty", _seen(reply.body), reply.status)
    written, counted_by = _written(heard, tokens)
    weights = _weights(pieces, written)
    gaps = tuple(
        (now - before, weight)
        for (before, _, _), (now, _, _), weight in zip(pieces, pieces[1:], weights[1:], strict=False)
    )
    first = pieces[0][0] - began
    return Outcome(times[0], times[1], first, times[2], heard.tokens_in, written, counted_by, gaps, status=reply.status)


def _written(heard: Heard, tokens: CountTokens | None) -> tuple[int, CountedBy]:
    """By the server's count, else by the model's tokenizer, else one token a piece: the least trustworthy."""
    if heard.tokens_out:
        return heard.tokens_out, "server"
    if tokens is not None:
        return max(1, tokens(heard.text)), "tokenizer"
    return len(heard.pieces), "pieces"


def _weights(pieces: Sequence[tuple[float, str, int]], written: int) -> list[int]:
    """Tokens of each piece: by the server's running count, one each where that adds up, else by length of text."""
    counts = [count for _, _, count in pieces]
    if counts[-1] == written and counts == sorted(counts) and counts[0] > 0:
        return [counts[0], *(after - before for before, after in pairwise(counts))]
    if len(pieces) == written:
        return [1] * written
    total, done, weights, spent = sum(len(text) for _, text, _ in pieces), 0, [], 0
    for _, text, _ in pieces:
        done += len(text)
        weights.append(round(written * done / total) - spent)
        spent += weights[-1]
    return weights


def _refused(times: list[float], exchange: Exchange) -> Outcome:
    reply = exchange.reply
    crowded = reply.status in (429, 503, 529)
    after = reply.headers.get("retry-after", "")
    wait = float(after) if after.replace(".", "", 1).isdecimal() else 0.0
    return _bad(times, "overloaded" if crowded else "refused", _seen(reply.body), reply.status, min(wait, 3600.0))


def _bad(times: list[float], problem: Problem, why: str, status: int, retry_after: float = 0.0) -> Outcome:
    scheduled, sent, ended = times
    return Outcome(scheduled, sent, ended, ended, 0, 0, "pieces", (), problem, why, status, retry_after)


def _seen(body: bytes) -> str:
    """The begin of a body, as people can read it."""
    text = body[:200].decode("utf-8", "replace").strip()
    page = text[:15].lower().startswith(("<!doctype", "<html"))
    return f"a web page: {text[:80]}" if page else text or "an empty body"
