"""What became of one request: its times and tokens, read out of the recorded exchange once the clock has stopped."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Any, Literal

from groundstone.endpoints.load.client import Exchange
from groundstone.endpoints.load.heard import Heard, Wire
from groundstone.endpoints.load.replies import Reply

CountedBy = Literal["server", "tokenizer", "pieces"]
Problem = Literal["", "connect", "timeout", "cut", "bad reply", "refused", "overloaded", "empty"]
CROWDED = (429, 503, 529)
LONGEST_WAIT = 3600.0  # seconds
CountTokens = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One request. Times are seconds from the begin of the run.

    ``scheduled``: when it should have begun; ``sent``: when it did; ``first``: its first piece that holds text;
    ``ended``: its last byte. ``gaps``: (seconds since the piece before, tokens of this piece), of every piece after the
    first. ``problem``: "" for a good one; others enter no latency. ``retry_after``: what an overloaded server asks for.
    ``code``: its status, or the name of its exception. ``doubt``: what is odd about a good one, such as its count.
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
    code: str = ""
    doubt: str = ""

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
        return _bad(times, heard.fault or "refused", heard.refused, reply.status, code=heard.code)
    pieces = [piece for piece in heard.pieces if piece[1]]
    if not pieces:
        return _bad(times, "empty", _seen(reply.body), reply.status)
    written, counted_by, doubt = _written(heard, tokens, exchange)
    weights = _weights(pieces, written)
    gaps = tuple(
        (now - before, weight)
        for (before, _, _), (now, _, _), weight in zip(pieces, pieces[1:], weights[1:], strict=False)
    )
    first = pieces[0][0] - began
    return Outcome(
        times[0], times[1], first, times[2], heard.tokens_in, written, counted_by, gaps, status=reply.status,
        doubt=doubt,
    )  # fmt: skip


def _written(heard: Heard, tokens: CountTokens | None, exchange: Exchange) -> tuple[int, CountedBy, str]:
    """By the server's count, else by the model's tokenizer, else one token a piece: the least trustworthy.

    A server that counts fewer tokens than it sent pieces of text, or more than it was allowed, has counted wrongly.
    """
    said, pieces, doubt = heard.tokens_out, len(heard.pieces), ""
    if said and said < pieces:
        doubt = "the server counted fewer tokens than it sent pieces, so pieces are counted"
    elif said and exchange.most_tokens and said > exchange.most_tokens:
        doubt = "the server counted more tokens than it was asked for"
    elif exchange.again:
        doubt = "the kept connection had ended, so the request was sent once more"
    if said >= max(pieces, 1):
        return said, "server", doubt
    if tokens is not None:
        return max(1, tokens(heard.text)), "tokenizer", doubt
    return pieces, "pieces", doubt


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
    crowded = reply.status in CROWDED
    name = reply.headers.get("x-amzn-errortype", "").partition(":")[0]
    crowded = crowded or name.lower().startswith(("throttling", "modelnotready"))
    wait = retry_after(reply)
    code = name or str(reply.status)
    return _bad(times, "overloaded" if crowded else "refused", _seen(reply.body), reply.status, wait, code)


def retry_after(reply: Reply) -> float:
    """Seconds that a reply asks to wait, told as a number or as a date (RFC 9110, 10.2.3); at most an hour."""
    told = reply.headers.get("retry-after", "").strip()
    if told.replace(".", "", 1).isdecimal() and told.isascii():
        return min(float(told), LONGEST_WAIT)
    try:
        when = parsedate_to_datetime(told) if told else None
    except ValueError:
        when = None
    return min(max(0.0, when.timestamp() - time.time()), LONGEST_WAIT) if when is not None else 0.0


def _bad(times: list[float], problem: Problem, why: str, status: int, wait: float = 0.0, code: str = "") -> Outcome:
    scheduled, sent, ended = times
    return Outcome(scheduled, sent, ended, ended, 0, 0, "pieces", (), problem, why, status, wait, code)


def _seen(body: bytes) -> str:
    """The begin of a body, as people can read it."""
    text = body[:200].decode("utf-8", "replace").strip()
    page = text[:15].lower().startswith(("<!doctype", "<html"))
    return f"a web page: {text[:80]}" if page else text or "an empty body"
