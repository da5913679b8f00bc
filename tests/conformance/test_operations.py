"""The list of what is supported: each entry exists in botocore's model, has a test here, and stands in the docs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from groundstone.server.aws import model
from groundstone.server.aws.operations import DIFFERENCES

from .supported import is_tested, supported

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(("service", "operation"), supported())
def test_a_supported_operation_exists_and_is_tested_here(service: str, operation: str) -> None:
    assert service in model.SERVICES
    assert model.service(service).operation(operation) is not None
    assert is_tested(operation), f"no test of tests/conformance calls {service}.{operation} with boto3"


def test_differences_are_sentences() -> None:
    said = [line for lines in DIFFERENCES.values() for line in lines]
    assert [line for line in said if not (line[0].isupper() and line.endswith("."))] == []


def test_the_table_in_the_docs_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, ROOT / "tools" / "write_aws_docs.py", "--check"], timeout=60)
    assert done.returncode == 0, "run: python tools/write_aws_docs.py"
