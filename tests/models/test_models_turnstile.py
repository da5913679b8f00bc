"""Requests wait in line, and engines take turns."""

from __future__ import annotations

import threading
import time

import pytest

from groundstone.errors import EngineTimeout, EngineUnavailable
from groundstone.models.relay import ROOM, Piece, Relay
from groundstone.models.turnstile import Turnstile


def never() -> bool:
    return False


def test_who_came_first_goes_first_and_engines_never_mix() -> None:
    gate, order, inside = Turnstile(), list[str](), set[str]()
    gate.enter("first", 1, 1, never)

    def work(owner: str, name: str) -> None:
        gate.enter(owner, 2, 10, never)
        inside.add(owner)
        assert len(inside) == 1
        order.append(name)
        time.sleep(0.05)
        inside.discard(owner)
        gate.leave()

    threads = []
    for owner, name in (("a", "a1"), ("b", "b1"), ("a", "a2"), ("b", "b2")):
        threads.append(threading.Thread(target=work, args=(owner, name)))
        threads[-1].start()
        while len(gate._line) < len(threads):
            time.sleep(0.001)
    gate.leave()
    for thread in threads:
        thread.join()
    assert order == ["a1", "b1", "a2", "b2"]


def test_a_full_house_ends_in_a_timeout_and_leaves_no_trace() -> None:
    gate = Turnstile()
    gate.enter("a", 1, 1, never)
    with pytest.raises(EngineTimeout, match="busy"):
        gate.enter("a", 1, 0.05, never)
    with pytest.raises(EngineUnavailable):
        gate.enter("a", 1, 5, lambda: True)
    gate.leave()
    gate.enter("b", 1, 0.05, never)


def test_a_slow_caller_holds_the_engine_up() -> None:
    made = list[int]()

    def run(take: object) -> None:
        for number in range(ROOM * 3):
            made.append(number)
            assert callable(take)
            if take({"number": number}):
                return

    relay = Relay(run, lambda: None, never)
    pieces = relay.pieces(5)
    assert next(pieces) == {"number": 0}
    time.sleep(0.1)
    assert len(made) <= ROOM + 2
    assert [piece["number"] for piece in pieces] == list(range(1, ROOM * 3))
    assert relay.wait(1)


def test_a_silent_engine_is_given_up_and_stops_when_it_wakes() -> None:
    wake, stopped = threading.Event(), threading.Event()
    told = list[bool]()

    def run(take: object) -> None:
        wake.wait(10)
        assert callable(take)
        told.append(take({}))

    relay = Relay(run, stopped.set, never)
    with pytest.raises(EngineTimeout, match="no sign"):
        next(relay.pieces(0.05))
    assert not stopped.is_set()
    wake.set()
    assert relay.wait(5)
    assert told == [True]
    assert stopped.is_set()


def test_what_the_engine_raises_arrives() -> None:
    def run(_take: object) -> None:
        raise RuntimeError("out of memory")

    with pytest.raises(RuntimeError, match="out of memory"):
        list(Relay(run, lambda: None, never).pieces(5))


def test_cancelling_from_outside_is_told_to_who_waits() -> None:
    release = threading.Event()

    def run(_take: object) -> None:
        release.wait(10)

    relay = Relay(run, lambda: None, never)
    pieces: list[Piece] = []
    threading.Timer(0.05, relay.cancel).start()
    with pytest.raises(EngineUnavailable, match="unloaded"):
        pieces += relay.pieces(5)
    release.set()
