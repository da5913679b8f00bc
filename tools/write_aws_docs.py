"""Writes docs/aws-operations.md: which operations of AWS exist here. Run it after adding a handler.

python tools/write_aws_docs.py            # writes the page
python tools/write_aws_docs.py --check    # fails when the page is out of date
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "aws-operations.md"
sys.path.insert(0, str(ROOT))  # for tests.conformance, which knows what is tested

from tests.conformance.supported import is_tested, supported  # noqa: E402

from groundstone.server.aws import model  # noqa: E402
from groundstone.server.aws.operations import DIFFERENCES  # noqa: E402

HEAD = """# Operations of AWS

Written by `tools/write_aws_docs.py` from the handlers and the tests; do not edit it by hand. [aws.md](aws.md) says how
to point a client here. An operation that is not in a table below is answered with `UnknownOperationException` (501):
nothing is imitated. *Tested* means that `tests/conformance` calls it with boto3 and holds every member of its reply
against botocore's model.
"""


def page() -> str:
    return "\n".join([HEAD, *_summary(), *(line for service in model.SERVICES for line in _service(service))])


def _summary() -> Iterator[str]:
    yield "| service | operations here | of |\n|---|---|---|"
    for service in model.SERVICES:
        yield f"| {service} | {len(_names(service))} | {len(model.service(service).names())} |"
    yield ""


def _service(service: str) -> Iterator[str]:
    if not _names(service):
        return
    yield f"## {service}\n\n| operation | tested | what differs |\n|---|---|---|"
    for name in _names(service):
        differences = " ".join(DIFFERENCES[service, name]) or "nothing known"
        yield f"| {name} | {'yes' if is_tested(name) else 'no'} | {differences.replace('|', chr(92) + '|')} |"
    yield ""


def _names(service: str) -> list[str]:
    return [name for owner, name in supported() if owner == service]


def main() -> int:
    if "--check" in sys.argv[1:]:
        return int(page() != PAGE.read_text(encoding="utf-8"))
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
