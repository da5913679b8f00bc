from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.server.strict_json import DEEPEST, parsed

LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20)


@given(VALUES)
def test_what_is_read_can_be_written_again(value: Any) -> None:
    read = parsed(json.dumps(value).encode())
    assert read == value
    assert json.dumps(read, ensure_ascii=False, allow_nan=False).encode()


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (b"", "Expecting value"),
        (b"[NaN]", "NaN is no finite number"),
        (b"[1e999]", "1e999 is no finite number"),
        (b'["\\ud800"]', "half of a surrogate pair"),
        (b'["\xed\xa0\x80"]', "can't decode"),  # half of a pair as bytes
        ('["x"]'.encode("utf-16"), "can't decode"),
        (b"[" * (DEEPEST + 1) + b"]" * (DEEPEST + 1), "more than 100 levels"),
        (b"[" * 100_000, "more than 100 levels"),
    ],
)
def test_what_could_not_be_written_again_is_refused_with_the_reason(sent: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        parsed(sent)


def test_a_whole_pair_and_the_last_level_are_read() -> None:
    assert parsed(b'["\\ud83d\\ude00"]') == ["\N{GRINNING FACE}"]
    assert parsed(b"[" * DEEPEST + b"]" * DEEPEST) != []
