"""The durable queue of work: claims, steps, leases, retries, dead letters, tenants, deleting for certain."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from groundstone.errors import Conflict, LimitExceeded, NotFound
from groundstone.identity import Principal
from groundstone.stores.queue import MOST_CLAIMS, Item, Queue

ANA = Principal("ana", "north")
BEN = Principal("ben", "south")
Q = "cards"

HOLD = """
import sys
from pathlib import Path
from groundstone.stores.queue import Queue
queue = Queue(Path(sys.argv[1]))
while (item := queue.claim("cards")) is not None:
    print(item.id, flush=True)
    if len(sys.argv) == 2:
        sys.stdin.readline()
    queue.finish(item, item.body)
"""


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def queue(tmp_path: Path, clock: Clock) -> Iterator[Queue]:
    made = Queue(tmp_path / "work.db", backlog=100, clock=clock)
    yield made
    made.close()


def put(queue: Queue, id: str, who: Principal = ANA, **more: str) -> Item:
    return queue.put(who, Q, id, {"name": id}, step="first", **more)[0]  # type: ignore[arg-type]


def claimed(queue: Queue) -> Item:
    item = queue.claim(Q)
    assert item is not None
    return item


def test_what_is_put_is_claimed_in_order_and_advanced_step_by_step(queue: Queue) -> None:
    put(queue, "a")
    put(queue, "b")
    item = claimed(queue)
    assert (item.id, item.state, item.step, item.attempts) == ("a", "working", "first", 1)
    item = queue.advance(item, "second", {**item.body, "found": 1}, label="good", entry=("w", "first", {}))
    assert (queue.get(ANA, Q, "a").step, queue.get(ANA, Q, "a").body) == ("second", {"name": "a", "found": 1})
    item = queue.finish(item, item.body)
    assert (item.state, item.step, item.label) == ("done", "", "good")
    assert [note.what for note in queue.history(ANA, Q, "a")] == ["first"]
    assert claimed(queue).id == "b"
    assert queue.claim(Q) is None
    assert queue.counts(ANA, Q) == {("done", "good"): 1, ("working", ""): 1}


def test_of_one_id_there_is_one_item(queue: Queue) -> None:
    first, is_new = queue.put(ANA, Q, "a", {"n": 1}, step="first")
    again, is_new_again = queue.put(ANA, Q, "a", {"n": 2}, step="other")
    assert (is_new, is_new_again, again) == (True, False, first)


def test_tenants_see_nothing_of_each_other(queue: Queue) -> None:
    put(queue, "a")
    put(queue, "a", BEN)
    queue.finish(claimed(queue), {"of": "ana"})
    assert queue.get(BEN, Q, "a").state == "waiting"
    assert [item.tenant for item in queue.list(BEN, Q)] == ["south"]
    assert queue.counts(BEN, Q) == {("waiting", ""): 1}
    put(queue, "only-anas", source="card.jpg", stamp="1")
    for call in (queue.get, queue.history):
        with pytest.raises(NotFound, match="no document 'only-anas'"):
            call(BEN, Q, "only-anas")
    assert queue.claim_one(BEN, Q, "only-anas") is None
    assert not queue.knows(BEN, Q, "card.jpg", "1")


def test_a_full_queue_says_so_and_takes_more_when_some_are_done(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "small.db", backlog=2)
    for id in "ab":
        put(queue, id)
    assert queue.room(ANA, Q) == 0
    with pytest.raises(LimitExceeded, match="2 documents wait already"):
        put(queue, "c")
    assert put(queue, "b").id == "b"  # known already
    assert put(queue, "c", BEN).id == "c"  # others have room of their own
    queue.finish(claimed(queue), {})
    assert put(queue, "c").id == "c"
    queue.close()


def test_of_many_threads_each_claims_another_item(queue: Queue) -> None:
    for number in range(30):
        put(queue, f"n{number}")
    taken: list[str] = []

    def work() -> None:
        while (item := queue.claim(Q)) is not None:
            taken.append(item.id)
            queue.finish(item, {})

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(f"n{number}" for number in range(30))


def test_several_processes_share_the_work_and_do_nothing_twice(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "work.db")
    for number in range(40):
        put(queue, f"n{number}")
    command = [sys.executable, "-c", HOLD, str(tmp_path / "work.db")]
    workers = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in ("one", "two")]
    lines = [line for worker in workers for line in worker.communicate(timeout=30)[0].split()]
    assert sorted(lines) == sorted(f"n{number}" for number in range(40))
    assert queue.counts(ANA, Q) == {("done", ""): 40}
    queue.close()


def test_what_a_killed_process_held_is_given_back_at_once(tmp_path: Path) -> None:
    queue = Queue(tmp_path / "work.db", lease=3600)
    put(queue, "a")
    worker = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path / "work.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "a\n"
        assert queue.recover(Q) == 0  # it is alive
        assert queue.claim(Q) is None
        os.kill(worker.pid, signal.SIGKILL)
    assert queue.recover(Q) == 1
    item = claimed(queue)
    assert (item.id, item.attempts) == ("a", 2)
    queue.close()


def test_a_step_that_kills_its_process_each_time_becomes_a_dead_letter(tmp_path: Path) -> None:
    keeper = Queue(tmp_path / "work.db")
    put(keeper, "a")
    for _ in range(MOST_CLAIMS):
        other = Queue(tmp_path / "work.db")
        assert other.claim(Q) is not None
        other.close()  # gives its name up, as the system does for a killed process
        assert keeper.recover(Q) == 1
    dead = keeper.get(ANA, Q, "a")
    assert (dead.state, dead.failure) == ("dead", "the process ended 5 times while it worked on this step")
    keeper.close()


def test_a_worker_without_a_sign_of_life_loses_its_item(queue: Queue, clock: Clock) -> None:
    put(queue, "a")
    first = claimed(queue)
    clock.now += queue.lease - 1
    assert queue.beat([first]) == 1
    clock.now += queue.lease - 1
    assert queue.recover(Q) == 0
    clock.now += 2
    assert queue.recover(Q) == 1
    second = claimed(queue)
    with pytest.raises(Conflict, match="no longer worked on here"):
        queue.advance(first, "second", {"stale": True})
    assert queue.beat([first]) == 0
    assert queue.advance(second, "second", {"fresh": True}).body == {"fresh": True}


def test_a_failure_that_may_pass_waits_for_its_time(queue: Queue, clock: Clock) -> None:
    put(queue, "a")
    queue.retry_later(claimed(queue), "the disk is full", 10, ("w", "will be tried again", {}))
    assert queue.claim(Q) is None
    clock.now += 10
    item = claimed(queue)
    assert (item.attempts, item.failure) == (2, "the disk is full")
    assert queue.advance(item, "second", item.body).attempts == 1


def test_dead_letters_are_listed_retried_and_dropped(queue: Queue) -> None:
    for id in "ab":
        put(queue, id)
        queue.give_up(claimed(queue), f"{id} is broken")
    assert [(item.id, item.failure) for item in queue.list(ANA, Q, states=("dead",))] == [
        ("a", "a is broken"),
        ("b", "b is broken"),
    ]
    again = queue.retry(queue.get(ANA, Q, "a"), entry=("ana", "retried", {}))
    assert (again.state, again.failure, again.step) == ("waiting", "", "first")
    assert queue.drop(queue.get(ANA, Q, "b")).state == "dropped"
    with pytest.raises(Conflict):
        queue.drop(queue.get(ANA, Q, "a"))
    assert put(queue, "b").state == "dropped"  # it stays known


def test_what_is_cancelled_while_it_is_worked_on_saves_nothing_more(queue: Queue) -> None:
    put(queue, "a")
    item = claimed(queue)
    seen = queue.get(ANA, Q, "a")
    item = queue.advance(item, "second", item.body)
    queue.cancel(seen)
    with pytest.raises(Conflict):
        queue.finish(item, {"late": True})
    assert queue.get(ANA, Q, "a").state == "cancelled"


def test_of_two_people_the_second_is_told(queue: Queue) -> None:
    put(queue, "a")
    queue.finish(claimed(queue), {})
    seen = queue.get(ANA, Q, "a")
    queue.change(seen, states=("done",), label="verified")
    with pytest.raises(Conflict, match="changed by somebody else"):
        queue.change(seen, states=("done",), label="refused")
    assert queue.get(ANA, Q, "a").label == "verified"


def test_short_work_goes_before_long_work(queue: Queue) -> None:
    for id in "abc":
        put(queue, id)
    queue.release(claimed(queue), lane=1)
    assert [claimed(queue).id for _ in range(3)] == ["b", "c", "a"]
    put(queue, "d")
    queue.release(claimed(queue), lane=1)
    assert queue.claim(Q, (0,)) is None


def test_tenants_take_turns(queue: Queue) -> None:
    for number in range(4):
        put(queue, f"ana{number}")
    for number in range(2):
        put(queue, f"ben{number}", BEN)
    assert [claimed(queue).id for _ in range(6)] == ["ana0", "ben0", "ana1", "ben1", "ana2", "ana3"]


def test_a_source_is_known_by_its_state(queue: Queue) -> None:
    put(queue, "a", source="card.jpg", stamp="1")
    assert queue.knows(ANA, Q, "card.jpg", "1")
    assert not queue.knows(ANA, Q, "card.jpg", "2")
    put(queue, "a", source="card.jpg", stamp="2")
    assert queue.knows(ANA, Q, "card.jpg", "2")


def test_pages_of_a_listing_hold_everything_once(queue: Queue) -> None:
    for number in range(7):
        put(queue, f"n{number}")
    first = queue.list(ANA, Q, limit=3)
    rest = queue.list(ANA, Q, limit=10, after=first[-1].number)
    assert [item.id for item in (*first, *rest)] == [f"n{number}" for number in range(7)]
    newest = queue.list(ANA, Q, limit=2, newest=True)
    assert [item.id for item in newest] == ["n6", "n5"]
    assert [item.id for item in queue.list(ANA, Q, limit=2, newest=True, after=newest[-1].number)] == ["n4", "n3"]


def test_a_deleted_item_leaves_no_trace_but_its_id(queue: Queue, tmp_path: Path, clock: Clock) -> None:
    for number in range(60):  # enough that pages are split and merged
        body = {"said": f"Xanthippe {number} " * (1 + number % 40)}
        queue.put(ANA, Q, f"n{number}", body, step="first", source=f"Xanthippe{number}", expires=clock.now + 5)
        item = claimed(queue)
        item = queue.advance(item, "second", {**body, "more": body["said"]}, entry=("w", "x", {"said": "Xanthippe"}))
        queue.give_up(item, "Xanthippe") if number % 2 else queue.finish(item, body)
    assert queue.over(Q) == []
    clock.now += 5
    for item in queue.over(Q):
        queue.stop(item)
        queue.bury(item)
    assert queue.needs_scrub
    assert queue.scrub()
    assert not queue.needs_scrub
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or b"Xanthippe" not in path.read_bytes(), path
    with pytest.raises(NotFound):
        queue.get(ANA, Q, "n1")
    assert (queue.list(ANA, Q), queue.counts(ANA, Q)) == ([], {})
    assert put(queue, "n1").state == "waiting"  # it may come again
    clock.now += 90_000
    for item in queue.over(Q):
        queue.bury(item)
    assert queue.ids(Q) == {"n1"}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=()), max_size=5),
        st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=9), st.lists, max_leaves=5),
        max_size=4,
    )
)
def test_any_json_comes_back_as_it_was(queue: Queue, body: dict[str, object]) -> None:
    item, _ = queue.put(ANA, Q, f"id{len(queue.ids(Q))}", body, step="first")
    assert item.body == body
