from __future__ import annotations

import pytest

from groundstone.errors import ConfigError
from groundstone.models import threads


def test_the_default_is_two_threads_or_fewer_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "cores", lambda: 64)
    assert threads.thread_count() == 2
    monkeypatch.setattr(threads, "cores", lambda: 1)
    assert threads.thread_count() == 1


def test_a_setting_holds_for_all_and_an_argument_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threads, "_chosen", None)
    threads.set_threads(5)
    assert (threads.thread_count(), threads.thread_count(3)) == (5, 3)


@pytest.mark.parametrize("count", [0, -1, 5000])
def test_impossible_counts_are_refused(count: int) -> None:
    with pytest.raises(ConfigError):
        threads.thread_count(count)
