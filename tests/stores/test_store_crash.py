"""Killed writers and readers in other processes: real processes, really killed."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

from groundstone.identity import LOCAL
from groundstone.stores.base import Collection, Store
from tests.stores.conformance import collection_of
from tests.stores.process import BATCHES, IDS, SIZE, check, content

KILLS = 4


def _start(engine: str, root: Path, task: str, last: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.stores.process", engine, str(root), task, str(last)]
    paths = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)


def _killed_while_writing(engine: str, root: Path, delay: float) -> list[list[str]]:
    """What the writer said that it had done before it died."""
    with _start(engine, root, "write", 10**6) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(delay)
        process.kill()
        return [line.split() for line in [first, *process.stdout.read().splitlines()] if line.strip()]


def _check_staged(collection: Collection, said: list[list[str]], head: int) -> None:
    with collection.writer(LOCAL) as writer:
        known = writer.known()
    staged = [int(line[2]) for line in said if line[0] == "put" and int(line[1]) == head + 1]
    for batch in staged:
        assert {known[id_] for id_ in IDS[batch * SIZE : (batch + 1) * SIZE]} == {str(head + 1)}
    assert set(known.values()) <= {str(head), str(head + 1)}


def test_a_killed_writer_loses_nothing_it_finished_and_shows_nothing_it_did_not(
    store: Store, engine: str, root: Path
) -> None:
    collection = collection_of(store)
    delays = random.Random(7)
    finished = 0
    for _ in range(KILLS):
        said = _killed_while_writing(engine, root, delays.uniform(0.0, 0.25))
        finished = max([finished, *(int(line[1]) for line in said if line[0] == "finished")])
        head = collection.version(LOCAL)
        assert check(collection) == head
        assert head in (finished, finished + 1)  # it may have died between doing and saying so
        _check_staged(collection, said, head)
        finished = head
    assert finished > 0
    with collection.writer(LOCAL) as writer:
        writer.put([content(id_, finished + 1) for id_ in IDS])
        assert writer.finish().number == check(collection) == finished + 1


def test_readers_in_other_processes_see_whole_versions_as_they_come(store: Store, engine: str, root: Path) -> None:
    collection_of(store)
    last = 8
    readers = [_start(engine, root, "read", last) for _ in range(2)]
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "ready\n"
    with _start(engine, root, "write", last) as writer:
        assert writer.stdout is not None
        assert len(writer.stdout.readlines()) == last * (BATCHES + 1)
    for reader in readers:
        out, _ = reader.communicate(timeout=60)
        assert reader.returncode == 0
        assert int(out.split()[1]) > 1
