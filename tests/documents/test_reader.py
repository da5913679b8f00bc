"""The reader as the rest of the platform uses it: in parallel, fair, and without anything left behind."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from groundstone.documents.reader import Reader
from groundstone.documents.turns import Turns
from groundstone.errors import Conflict, InvalidInput

from .sheets import card, saved

SHEETS = [card([[f"Sheet {number} of six", "in parallel"]]) for number in range(6)]
MANY = saved(SHEETS[0], "TIFF", save_all=True, append_images=SHEETS[1:])


def test_pages_in_parallel_are_those_read_one_by_one(reader: Reader) -> None:
    alone = Reader(1)
    try:
        assert alone.read(MANY) == reader.read(MANY)
    finally:
        alone.close()


def test_a_page_shared_by_processes_reads_as_by_one() -> None:
    data = saved(card([[f"Line {number} of the page", f"and its amount {number * 7}.50"] for number in range(12)]))
    alone, together = Reader(1), Reader(3)
    try:
        assert together.read(data) == alone.read(data)
        assert len(together.read(data).text.splitlines()) == 24
    finally:
        alone.close()
        together.close()


def test_a_shared_page_can_be_stopped(reader: Reader) -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Conflict):
        reader.read(saved(SHEETS[0]), stop=stop)


def test_documents_at_once_do_not_mix(reader: Reader) -> None:
    texts = [f"Document {number}" for number in range(6)]
    with ThreadPoolExecutor(6) as threads:
        read = list(threads.map(lambda text: reader.read(saved(card([[text]]))).text, texts))
    assert read == texts


def test_a_reader_that_was_closed_starts_again() -> None:
    reader = Reader(1)
    data = saved(card([["Again"]]))
    try:
        assert reader.read(data).text == "Again"
        reader.close()
        assert reader.read(data).text == "Again"
    finally:
        reader.close()


def test_no_file_is_left_behind(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    reader.read(MANY)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", [{"page": 0}, {"page": 7}, {"page": 1, "width": 0}, {"page": 1, "width": 100_000}])
def test_a_picture_that_cannot_be_is_refused(reader: Reader, wrong: dict[str, int]) -> None:
    with pytest.raises(InvalidInput):
        reader.picture(MANY, **wrong)


def test_a_negative_number_of_processes_is_refused() -> None:
    with pytest.raises(InvalidInput):
        Reader(-1)


def test_turns_are_given_in_the_order_of_asking() -> None:
    turns, order = Turns(1), list[int]()

    def take(number: int) -> None:
        with turns.one():
            order.append(number)

    with turns.one():
        threads = []
        for number in range(8):
            threads.append(threading.Thread(target=take, args=(number,)))
            threads[-1].start()
            _until(lambda expected=number + 1: turns.waiting == expected)
    for thread in threads:
        thread.join(5)
    assert order == list(range(8))


def test_people_go_before_the_background_which_has_one_place_in_four() -> None:
    turns, order = Turns(1), list[str]()

    def take(who: str) -> None:
        with turns.one(background=who.startswith("batch")):
            order.append(who)

    with turns.one():
        threads = []
        for number, who in enumerate([*(f"batch {k}" for k in range(3)), *(f"person {k}" for k in range(5))]):
            threads.append(threading.Thread(target=take, args=(who,)))
            threads[-1].start()
            _until(lambda expected=number + 1: turns.waiting == expected)
    for thread in threads:
        thread.join(5)
    assert order == ["person 0", "person 1", "person 2", "batch 0", "person 3", "person 4", "batch 1", "batch 2"]


def _until(true: object) -> None:
    assert callable(true)
    end = time.monotonic() + 5
    while not true():
        assert time.monotonic() < end
        time.sleep(0.001)
