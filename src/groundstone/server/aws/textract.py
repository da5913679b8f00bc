"""textract: documents of one page, read and answered at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from groundstone.documents.base import Layout, Query, Reading
from groundstone.server.aws import textract_inputs as inputs
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.textract_blocks import Block, blocks

VERSION = "1.0"
LIMITS = "Objects of buckets need an administrator's access key; versions of objects are refused."
DIFFERENCES = (
    "Printed text in Latin script; handwriting is tried and called PRINTED.",
    "Feature types LAYOUT and SIGNATURES, human loops and adapters are refused.",
    "Tables have no footers, section titles or summary cells.",
    LIMITS,
)


@operation("textract", "AnalyzeDocument", differences=DIFFERENCES)
def analyze_document(call: AwsCall) -> Mapping[str, Any]:
    inputs.check_supported(call)
    features = inputs.features(call)
    queries = inputs.queries(call, inputs.QUERIES_AT_ONCE)
    inputs.check_first_page(queries)
    reading, data = _read(call)
    return {
        "DocumentMetadata": {"Pages": 1},
        "Blocks": _analyzed(call, reading, data, features, queries),
        "AnalyzeDocumentModelVersion": VERSION,
    }


@operation(
    "textract",
    "DetectDocumentText",
    differences=("Printed text in Latin script; handwriting is tried and called PRINTED.", LIMITS),
)
def detect_document_text(call: AwsCall) -> Mapping[str, Any]:
    reading, _ = _read(call)
    return {
        "DocumentMetadata": {"Pages": 1},
        "Blocks": blocks(reading.pages[0], Layout(), (), features=(), seed=uuid4(), numbered=False),
        "DetectDocumentTextModelVersion": VERSION,
    }


def _read(call: AwsCall) -> tuple[Reading, bytes]:
    data, name = inputs.document(call)
    documents = call.platform.documents
    inputs.check_now(documents.examine(data, name))
    return documents.read(data, name, pages=("1",)), data


def _analyzed(
    call: AwsCall, reading: Reading, data: bytes, features: Sequence[str], queries: Sequence[Query]
) -> list[Block]:
    documents = call.platform.documents
    layout = documents.understand(reading)
    asked = [replace(query, pages=("*",)) for query in queries]
    findings = documents.ask(reading, asked, layout, data=data, caller=call.caller) if asked else []
    return blocks(reading.pages[0], layout, findings, features=features, seed=uuid4(), numbered=False)
