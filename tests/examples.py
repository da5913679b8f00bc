"""How many examples tests that make up their input try: few by default, more in a long run."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("GROUNDSTONE_TEST_EXAMPLES", "1"))


def examples(few: int) -> int:
    """So many by default; GROUNDSTONE_TEST_EXAMPLES=10 tries ten times as many."""
    return few * TIMES
