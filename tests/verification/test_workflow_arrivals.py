"""Documents that arrive by themselves: in a folder, by messages of S3, by manifests; with their travellers."""

from __future__ import annotations

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import InvalidInput, SourceError
from groundstone.identity import LOCAL, Principal
from groundstone.verification import arrivals
from groundstone.verification.arrivals import Arrival, Folder
from groundstone.verification.events import Reference, references
from groundstone.verification.service import Verification
from groundstone.verification.travellers import table_of
from tests.verification.standin import CARD, JANE, QUERIES, UNSURE, until, workflow

OLD = 100.0  # seconds


def lay(folder: Path, name: str, data: bytes, age: float = OLD) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (time.time() - age,) * 2)
    return path


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    folder = tmp_path / "buckets" / "cards" / "uploads"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals.Folder.watch, "__defaults__", (0.05,))


def names(at_work: Verification) -> list[str]:
    return sorted(case.name for case in at_work.cases(LOCAL))


# -- the folder ------------------------------------------------------------------------------------------


class Taken:
    def __init__(self, folder: Path) -> None:
        self.taken: list[str] = []
        self.now = time.time()
        self.folder = Folder(folder, self.take, lambda arrival: False, ("csv-output",), lambda: self.now)

    def take(self, arrival: Arrival) -> None:
        self.taken.append(arrival.name)


def test_a_file_counts_once_it_has_stopped_changing_and_once_only(tmp_path: Path) -> None:
    seen = Taken(tmp_path)
    path = lay(tmp_path, "a.jpg", b"half", age=0)
    assert (seen.folder.look(), seen.folder.look()) == (0, 0)  # too fresh
    seen.now += 2
    assert (seen.folder.look(), seen.folder.look(), seen.folder.look()) == (0, 1, 0)
    path.write_bytes(b"the whole of it")
    os.utime(path, (seen.now + 10,) * 2)
    seen.now += 20
    assert (seen.folder.look(), seen.folder.look()) == (0, 1)
    assert seen.taken == ["a.jpg", "a.jpg"]


def test_only_documents_count(tmp_path: Path) -> None:
    seen = Taken(tmp_path)
    for name in (
        "b/c.pdf",
        "a.jpg",
        ".hidden.jpg",
        "x.part",
        "a.jpg.metadata.json",
        "travellers.csv",
        "csv-output/1.csv",
    ):
        lay(tmp_path, name, b"x")
    (tmp_path / "link.jpg").symlink_to(tmp_path / "a.jpg")
    (tmp_path / "outside").symlink_to(tmp_path.parent)
    os.mkfifo(tmp_path / "pipe.jpg")
    seen.folder.look()
    seen.folder.look()
    assert seen.taken == ["a.jpg", "b/c.pdf"]


def test_the_watched_folder_of_the_bucket_is_worked_off(tmp_path: Path, uploads: Path, quick: None) -> None:
    lay(uploads, "before.jpg", CARD)
    with workflow(tmp_path, start=True) as at_work:
        lay(uploads, "while.jpg", CARD)
        lay(uploads, "broken.jpg", b"junk")
        until(lambda: at_work.progress(LOCAL).done == 2 and at_work.progress(LOCAL).dead == 1)
        tables = sorted(path.name for path in uploads.parent.glob("csv-output/*/*.csv"))
        assert tables == ["before.csv", "while.csv"]
    with workflow(tmp_path, start=True) as at_work:  # a new process takes nothing in again
        lay(uploads, "after.jpg", CARD)
        until(lambda: at_work.progress(LOCAL).done == 3)
        assert names(at_work) == ["after.jpg", "before.jpg", "broken.jpg", "while.jpg"]
        for case in at_work.cases(LOCAL):
            assert [note.what for note in at_work.history(LOCAL, case.id)].count("received") == 1


def test_a_full_queue_leaves_files_where_they_are(tmp_path: Path, uploads: Path, quick: None) -> None:
    for number in range(8):
        lay(uploads, f"{number}.jpg", CARD)
    with workflow(tmp_path, start=True, backlog=2) as at_work:
        until(lambda: at_work.progress(LOCAL).done == 8)
        assert at_work.progress(LOCAL).problems == {}


def test_a_folder_that_is_gone_for_a_while_is_watched_on(tmp_path: Path, uploads: Path, quick: None) -> None:
    with workflow(tmp_path, start=True) as at_work:
        uploads.rename(tmp_path / "away")
        uploads.write_text("no folder at all")
        time.sleep(0.2)
        uploads.unlink()
        (tmp_path / "away").rename(uploads)
        lay(uploads, "a.jpg", CARD)
        until(lambda: at_work.progress(LOCAL).done == 1)


def test_travellers_come_beside_the_file_or_in_a_table(tmp_path: Path, uploads: Path, quick: None) -> None:
    lay(uploads, "beside.jpg", CARD)
    lay(uploads, "beside.jpg.metadata.json", json.dumps({"metadataAttributes": JANE}).encode())
    lay(uploads, "deep/other.jpg", CARD)
    lay(uploads, "travellers.csv", "\ufefffile, name,date_of_birth\nother.jpg,John Other,\n\n".encode())
    lay(uploads, "wrong.jpg", CARD)
    lay(uploads, "wrong.jpg.metadata.json", b"{")
    with workflow(tmp_path, start=True) as at_work:
        until(lambda: at_work.progress(LOCAL).done == 2 and at_work.progress(LOCAL).problems)
        told = {case.name: (dict(case.traveller), case.outcome) for case in at_work.cases(LOCAL)}
        assert told == {
            "beside.jpg": (JANE, "verified"),
            "other.jpg": ({"name": "John Other"}, "refused"),
        }
        assert "wrong.jpg.metadata.json is no JSON" in at_work.progress(LOCAL).problems["wrong.jpg"]
        lay(uploads, "wrong.jpg.metadata.json", json.dumps(JANE).encode(), age=50)
        until(lambda: at_work.progress(LOCAL).done == 3)
        assert at_work.progress(LOCAL).problems == {}


def test_what_is_known_of_a_traveller_may_come_later(tmp_path: Path, uploads: Path, quick: None) -> None:
    lay(uploads, "a.jpg", UNSURE)
    with workflow(tmp_path, start=True) as at_work:
        until(lambda: at_work.progress(LOCAL).review == 1)
        lay(uploads, "a.jpg.metadata.json", b'{"name": "Somebody Else"}')
        until(lambda: at_work.progress(LOCAL).refused == 1)
        assert len(at_work.cases(LOCAL)) == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "must name the columns"),
        ("name,born\nx,y\n", "must name the columns"),
        ("file,name\na,\0b\n", "printable"),
        ("file,full name\na,b\n", "must be a name"),
        ("file,name\na," + "x" * 200_000, "field larger|at most 500"),  # csv's limit is one for the whole process
    ],
)
def test_a_bad_table_of_travellers_says_what_is_wrong(text: str, words: str) -> None:
    with pytest.raises(InvalidInput, match=words):
        table_of(text, "travellers.csv")


# -- messages --------------------------------------------------------------------------------------------


def s3(key: str, bucket: str = "cards", event: str = "ObjectCreated:Put") -> dict[str, Any]:
    where = {"bucket": {"name": bucket}, "object": {"key": key, "size": 3}}
    return {"Records": [{"eventSource": "aws:s3", "eventName": event, "s3": where}]}


PLAIN = s3("uploads/my+card%281%29.jpg")
FOUND = [Reference("s3://cards/uploads/my card(1).jpg")]
MANIFEST = {
    "s3Path": "s3://cards/uploads/x.pdf",
    "queriesConfig": [{"text": "What is the Name?", "alias": "N", "pages": ["*"]}],
    "textractFeatures": ["QUERIES"],
}


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (PLAIN, FOUND),
        (json.dumps(PLAIN), FOUND),
        ({"Records": [{"eventSource": "aws:sqs", "body": json.dumps(PLAIN)}]}, FOUND),
        ({"Messages": [], "Body": json.dumps(PLAIN)}, FOUND),
        ({"Records": [{"eventSource": "aws:sqs", "body": '{"bucket": "cards", "key": "uploads/a.jpg"}'}]},
         [Reference("s3://cards/uploads/a.jpg")]),
        ({"Type": "Notification", "Message": json.dumps(PLAIN)}, FOUND),
        ({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": json.dumps(PLAIN)}}]}, FOUND),
        ({"Records": [{"body": json.dumps({"Type": "Notification", "Message": json.dumps(PLAIN)})}]}, FOUND),
        ({"source": "aws.s3", "detail-type": "Object Created",
          "detail": {"bucket": {"name": "cards"}, "object": {"key": "uploads/a b.jpg"}}},
         [Reference("s3://cards/uploads/a b.jpg")]),
        ({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "cards"}, []),
        (s3("uploads/a.jpg", event="ObjectRemoved:Delete"), []),
        ({"source": "aws.s3", "detail-type": "Object Deleted", "detail": {}}, []),
    ],
)  # fmt: skip
def test_messages_of_every_sender_are_understood(message: Any, found: list[Reference]) -> None:
    assert references(message) == found


def test_a_manifest_brings_its_own_queries() -> None:
    (found,) = references(MANIFEST)
    assert (found.uri, found.queries[0].alias, found.queries[0].pages) == ("s3://cards/uploads/x.pdf", "N", ("*",))
    (plain,) = references({"s3Path": "s3://cards/x.pdf"})
    assert plain.queries == ()


@pytest.mark.parametrize(
    "message",
    [
        {}, [], 3, None, "{", "[" * 100_000, {"Records": [3]}, {"Records": [{"s3": {}}]}, {"Records": [{}]},
        {"s3Path": "file:///etc/passwd"}, {"s3Path": 3}, MANIFEST | {"textractFeatures": ["FORMS"]},
        MANIFEST | {"queriesConfig": [{"text": ""}]}, MANIFEST | {"queriesConfig": [{"text": "a", "pages": ["0"]}]},
        MANIFEST | {"queriesConfig": "x"}, s3("a\0b"), {"Records": PLAIN["Records"] * 1001},
    ],
)  # fmt: skip
def test_what_is_no_message_is_refused(message: Any) -> None:
    with pytest.raises(InvalidInput):
        references(message)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["Records", "s3", "body", "Sns", "Message", "Type", "source", "detail", "s3Path", "Body"]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    )
)
def test_any_json_is_a_message_or_refused(message: Any) -> None:
    with contextlib.suppress(InvalidInput):
        references(message)


def test_a_message_and_the_folder_tell_of_the_same_document_once(tmp_path: Path, uploads: Path, quick: None) -> None:
    lay(uploads, "my card(1).jpg", CARD)
    with workflow(tmp_path) as at_work:
        (first,) = at_work.arrived(LOCAL, PLAIN)
        (again,) = at_work.arrived(LOCAL, PLAIN)
        assert first.case is not None
        assert again.case is not None
        assert first.case.id == again.case.id
        at_work.start()
        until(lambda: at_work.progress(LOCAL).done == 1)
        time.sleep(0.3)
        assert len(at_work.cases(LOCAL)) == 1


def test_objects_elsewhere_are_fetched_and_failures_are_told(tmp_path: Path) -> None:
    def fetch(uri: str) -> bytes:
        if uri.endswith("gone.jpg"):
            raise SourceError("there is no object")
        return CARD

    with workflow(tmp_path, fetch=fetch, start=True) as at_work:
        message = {"Records": s3("in/a.jpg", "far")["Records"] + s3("in/gone.jpg", "far")["Records"]}
        taken, failed = at_work.arrived(LOCAL, message)
        assert taken.case is not None
        assert (taken.case.name, taken.case.place) == ("a.jpg", "s3://far/in/a.jpg")
        assert isinstance(failed.error, SourceError)
        (own,) = at_work.arrived(LOCAL, s3("csv-output/x/a.csv"))
        assert isinstance(own.error, InvalidInput)
        (bens,) = at_work.arrived(Principal("ben", "south"), PLAIN)
        assert bens.case is not None
        assert bens.case.place == FOUND[0].uri  # not from the local tenant's folder
        (asked,) = at_work.arrived(LOCAL, MANIFEST)
        assert asked.case is not None
        assert [query.alias for query in asked.case.queries] == ["N"]


def test_a_message_cannot_leave_the_bucket(tmp_path: Path, uploads: Path) -> None:
    lay(tmp_path, "secret.jpg", CARD)
    with workflow(tmp_path) as at_work:
        (found,) = at_work.arrived(LOCAL, s3("uploads/../../../secret.jpg"))
        assert found.case is None
        assert isinstance(found.error, InvalidInput)


def test_a_manifest_in_the_folder_brings_its_document(tmp_path: Path, uploads: Path, quick: None) -> None:
    lay(uploads, "order.json", json.dumps(MANIFEST | {"s3Path": "s3://far/x.jpg"}).encode())
    lay(uploads, "data.json", b'{"no": "manifest"}')
    with workflow(tmp_path, fetch=lambda uri: CARD, start=True) as at_work:
        until(lambda: at_work.progress(LOCAL).review == 1 and at_work.progress(LOCAL).dead == 1)
        assert names(at_work) == ["data.json", "x.jpg"]
        assert len(QUERIES) == 4
