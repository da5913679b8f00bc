"""What tests of documents share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from groundstone.documents.reader import Reader


@pytest.fixture(scope="session")
def reader() -> Iterator[Reader]:
    """The real one; its models are loaded once a worker."""
    made = Reader(2)
    yield made
    made.close()
