from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstone.errors import Conflict, NotFound
from groundstone.identity import Principal
from groundstone.stores.resources import Resources

ANA = Principal("ana", "north")
BEN = Principal("ben", "south")


@pytest.fixture
def resources(tmp_path: Path) -> Iterator[Resources]:
    made = Resources(tmp_path / "resources.db")
    yield made
    made.close()


def test_what_is_put_is_found_again_also_after_a_restart(resources: Resources, tmp_path: Path) -> None:
    put = resources.put(ANA, "job", "J1", {"state": "new", "steps": [1, 2]}, name="first", parent="K1")
    again = Resources(tmp_path / "resources.db")
    assert again.get(ANA, "job", "J1") == put
    assert again.named(ANA, "job", "first", parent="K1") == put
    assert (put.body, put.revision, put.parent) == ({"state": "new", "steps": [1, 2]}, 1, "K1")
    again.close()


def test_another_tenant_sees_nothing_of_it(resources: Resources) -> None:
    resources.put(ANA, "job", "J1", {}, name="first", client_token="t")
    assert resources.list(BEN, "job") == []
    assert resources.named(BEN, "job", "first") is None
    for call in (resources.get, resources.delete):
        with pytest.raises(NotFound, match="no job 'J1'"):
            call(BEN, "job", "J1")
    with pytest.raises(NotFound):
        resources.update(BEN, "job", "J1", {})
    assert resources.put(BEN, "job", "J1", {"of": "ben"}, name="first", client_token="t").body == {"of": "ben"}


def test_a_token_that_was_used_gives_the_resource_of_then(resources: Resources) -> None:
    first = resources.put(ANA, "job", "J1", {"a": 1}, client_token="once")
    assert resources.put(ANA, "job", "J2", {"a": 2}, client_token="once") == first
    assert resources.put(ANA, "base", "J1", {}, client_token="once").kind == "base"
    assert len(resources.list(ANA, "job")) == 1


def test_a_taken_name_or_id_is_a_conflict(resources: Resources) -> None:
    resources.put(ANA, "source", "S1", {}, name="files", parent="K1")
    resources.put(ANA, "source", "S2", {}, name="files", parent="K2")
    with pytest.raises(Conflict, match="already a source 'files'"):
        resources.put(ANA, "source", "S3", {}, name="files", parent="K1")
    with pytest.raises(Conflict):
        resources.put(ANA, "source", "S1", {}, parent="K1")
    resources.put(ANA, "source", "S4", {}, name="other", parent="K1")
    with pytest.raises(Conflict, match="files"):
        resources.update(ANA, "source", "S4", {}, name="files")


def test_a_change_made_from_an_old_revision_is_a_conflict(resources: Resources) -> None:
    first = resources.put(ANA, "job", "J1", {"n": 1})
    second = resources.update(ANA, "job", "J1", {"n": 2}, revision=first.revision)
    assert second.revision == 2
    assert second.updated >= first.updated
    with pytest.raises(Conflict, match="changed by somebody else"):
        resources.update(ANA, "job", "J1", {"n": 3}, revision=first.revision)
    assert resources.get(ANA, "job", "J1").body == {"n": 2}


def test_of_many_who_change_the_same_revision_one_succeeds(resources: Resources) -> None:
    resources.put(ANA, "job", "J1", {"n": 0})
    wins: list[int] = []

    def change(number: int) -> None:
        try:
            resources.update(ANA, "job", "J1", {"n": number}, revision=1)
        except Conflict:
            return
        wins.append(number)

    threads = [threading.Thread(target=change, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [resources.get(ANA, "job", "J1").body["n"]] == wins


def test_pages_neither_repeat_nor_lose_anything_while_others_come_and_go(resources: Resources) -> None:
    for number in range(6):
        resources.put(ANA, "job", f"J{number}", {}, parent="K")
    first = resources.list(ANA, "job", parent="K", limit=3)
    resources.delete(ANA, "job", "J2")
    resources.put(ANA, "job", "J6", {}, parent="K")
    rest = resources.list(ANA, "job", parent="K", limit=10, after=first[-1].number)
    assert [one.id for one in (*first, *rest)] == [f"J{number}" for number in range(7)]
    assert resources.list(ANA, "job", parent="other") == []


def test_an_owner_is_alive_until_its_process_ends(resources: Resources, tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from groundstone.stores.resources import Resources\n"
        "print(Resources(Path(sys.argv[1])).owner, flush=True); sys.stdin.read()"
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path / "resources.db")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    owner = child.stdout.readline().strip()
    assert resources.alive(owner)
    assert resources.alive(resources.owner)
    child.kill()
    child.communicate()
    assert not resources.alive(owner)
    assert not resources.alive("nobody")
