"""Every reply that boto3 reads in these tests is held against botocore's model, whoever wrote the test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from . import replies


@pytest.fixture(autouse=True, scope="session")
def every_reply_fits_its_model() -> Iterator[None]:
    with replies.checked():
        yield
