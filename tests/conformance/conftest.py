"""Every reply that boto3 reads in these tests is held against botocore's model, whoever wrote the test."""

from __future__ import annotations

from collections.abc import Iterator

import botocore.session
import pytest
from botocore.loaders import create_loader

from . import replies


@pytest.fixture(autouse=True, scope="session")
def models_of_services_are_read_once() -> Iterator[None]:
    """Every session of boto3 would parse the same files again: most of the time that making a client takes."""
    shared = create_loader()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(botocore.session, "create_loader", lambda *_: shared)
        yield


@pytest.fixture(autouse=True, scope="module")  # ends with this folder: elsewhere clients may meet nonsense
def every_reply_fits_its_model() -> Iterator[None]:
    with replies.checked():
        yield
