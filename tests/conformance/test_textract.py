"""Textract's operations that answer at once, by boto3: what they give and what they refuse."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from groundstone.server.app import create_app
from tests.documents.drawn import CARD, drawn
from tests.server.live import serving

from .custom_case import refused
from .textract_case import NAME, Textract, of, platform_at, textract_at


@pytest.fixture(scope="module")
def textract(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Textract]:
    with textract_at(tmp_path_factory.mktemp("textract")) as case:
        yield case


def test_text_is_detected(textract: Textract) -> None:
    found = textract.client.detect_document_text(Document={"Bytes": drawn(CARD)})
    assert found["DocumentMetadata"] == {"Pages": 1}
    assert found["DetectDocumentTextModelVersion"] == "1.0"
    assert [block["Text"] for block in of(found, "LINE")][:2] == ["Sample Vaccination Card", "Name: Jane Doe"]
    assert {block["BlockType"] for block in found["Blocks"]} == {"PAGE", "LINE", "WORD"}
    assert {block["TextType"] for block in of(found, "WORD")} == {"PRINTED"}


def test_a_document_is_analyzed(textract: Textract) -> None:
    found = textract.analyzed("FORMS", "TABLES", "QUERIES")
    assert found["AnalyzeDocumentModelVersion"] == "1.0"
    assert [block["Text"] for block in of(found, "QUERY_RESULT")] == ["Jane Doe", "1980-12-11"]
    assert [block["Query"].get("Alias") for block in of(found, "QUERY")] == ["NAME", None, "SHOES"]
    assert len(of(found, "CELL")) == 9
    assert {block["SelectionStatus"] for block in of(found, "SELECTION_ELEMENT")} == {"SELECTED", "NOT_SELECTED"}


@pytest.mark.parametrize(
    ("features", "extra"),
    [
        (("FORMS",), {"KEY_VALUE_SET", "SELECTION_ELEMENT"}),
        (("TABLES",), {"TABLE", "CELL", "SELECTION_ELEMENT"}),
        (("QUERIES",), {"QUERY", "QUERY_RESULT"}),
    ],
)
def test_a_feature_type_gives_its_blocks_only(textract: Textract, features: tuple[str, ...], extra: set[str]) -> None:
    found = textract.analyzed(*features)
    assert {block["BlockType"] for block in found["Blocks"]} == {"PAGE", "LINE", "WORD"} | extra


def test_an_object_of_a_bucket_is_read(textract: Textract) -> None:
    where = textract.put("cards/jane.png", drawn(CARD, media_type="image/png"))
    found = textract.client.detect_document_text(Document=where)
    assert of(found, "LINE")[1]["Text"] == "Name: Jane Doe"


def test_pages_of_queries_may_name_the_one_page(textract: Textract) -> None:
    for pages in (["*"], ["1"], ["1-1"], ["1-*"], ["1", "1-1"]):
        queries = {"Queries": [{"Text": NAME, "Pages": pages}]}
        found = textract.analyzed("QUERIES", QueriesConfig=queries)
        assert [block["Text"] for block in of(found, "QUERY_RESULT")] == ["Jane Doe"]


ADAPTERS = {"Adapters": [{"AdapterId": "a" * 12, "Version": "1"}]}
QUERY = {"Queries": [{"Text": NAME}]}
BUCKET = {"Bucket": "files", "Name": "cards/jane.png"}


@pytest.mark.parametrize(
    ("changed", "code", "says"),
    [
        ({"FeatureTypes": []}, "InvalidParameterException", "empty"),
        ({"FeatureTypes": ["LAYOUT"]}, "InvalidParameterException", "LAYOUT"),
        ({"FeatureTypes": ["SIGNATURES", "FORMS"]}, "InvalidParameterException", "SIGNATURES"),
        ({"FeatureTypes": ["WORDS"]}, "InvalidParameterException", "must be one of"),
        ({"FeatureTypes": ["QUERIES"]}, "InvalidParameterException", "belong together"),
        ({"QueriesConfig": QUERY}, "InvalidParameterException", "belong together"),
        ({"Document": {}}, "InvalidParameterException", "either"),
        ({"Document": {"Bytes": b"x", "S3Object": BUCKET}}, "InvalidParameterException", "either"),
        ({"Document": {"Bytes": b""}}, "InvalidParameterException", "least"),
        ({"Document": {"S3Object": {"Bucket": "files"}}}, "InvalidParameterException", "Name"),
        ({"Document": {"S3Object": BUCKET | {"Version": "3"}}}, "InvalidParameterException", "Version"),
        ({"Document": {"S3Object": BUCKET | {"Name": "none.png"}}}, "InvalidS3ObjectException", "no object"),
        ({"Document": {"S3Object": BUCKET | {"Name": "../keys.db"}}}, "InvalidS3ObjectException", "no object"),
        ({"Document": {"S3Object": BUCKET | {"Name": "a\0b"}}}, "InvalidS3ObjectException", "cannot be read"),
        ({"Document": {"Bytes": b"no document"}}, "UnsupportedDocumentException", "format"),
        ({"Document": {"Bytes": drawn()}}, "BadDocumentException", "damaged"),
        ({"Document": {"Bytes": drawn("a", "b")}}, "UnsupportedDocumentException", "2 pages"),
        ({"Document": {"Bytes": drawn("a", media_type="image/webp")}}, "UnsupportedDocumentException", "webp"),
        ({"Document": {"Bytes": drawn("a", media_type="image/png", width=10001)}}, "BadDocumentException", "pixels"),
        ({"Document": {"Bytes": bytes(10 * 2**20 + 1)}}, "DocumentTooLargeException", "bytes"),
        ({"AdaptersConfig": ADAPTERS}, "InvalidParameterException", "adapters"),
        (
            {"HumanLoopConfig": {"HumanLoopName": "loop", "FlowDefinitionArn": "arn:aws:sagemaker:x:1:y/z"}},
            "InvalidParameterException",
            "human loops",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_refused(textract: Textract, changed: dict[str, Any], code: str, says: str) -> None:
    textract.put("cards/jane.png", drawn(CARD, media_type="image/png"))
    given = {"Document": {"Bytes": drawn(CARD)}, "FeatureTypes": ["FORMS"]} | changed
    assert refused(textract.client.analyze_document, **given)[0] == code
    assert says in refused(textract.client.analyze_document, **given)[1]


@pytest.mark.parametrize(
    ("queries", "says"),
    [
        ([{"Text": "Wie heißt sie?"}], "pattern"),
        ([{"Text": "x" * 201}], "the most is 200"),
        ([{"Text": "   "}], "blank"),
        ([{"Text": NAME, "Alias": "naïve"}], "pattern"),
        ([{"Text": NAME, "Pages": ["*", "1"]}], "alone"),
        ([{"Text": NAME, "Pages": ["one"]}], "pattern"),
        ([{"Text": NAME, "Pages": ["0"]}], "names no pages"),
        ([{"Text": NAME, "Pages": ["3-1"]}], "names no pages"),
        ([{"Text": NAME, "Pages": ["-"]}], "names no pages"),
        ([{"Text": NAME, "Pages": ["2"]}], "one page"),
        ([{"Text": NAME, "Pages": ["1-2"]}], "one page"),
        ([{"Text": f"{NAME} {number}"} for number in range(16)], "more than the 15"),
    ],
)
def test_queries_have_limits(textract: Textract, queries: list[dict[str, Any]], says: str) -> None:
    given = {"Document": {"Bytes": drawn(CARD)}, "FeatureTypes": ["QUERIES"], "QueriesConfig": {"Queries": queries}}
    code, message = refused(textract.client.analyze_document, **given)
    assert code == "InvalidParameterException"
    assert says in message


def test_fifteen_queries_are_answered(textract: Textract) -> None:
    queries = [{"Text": NAME, "Alias": f"NAME{number}"} for number in range(15)]
    assert len(of(textract.analyzed("QUERIES", QueriesConfig={"Queries": queries}), "QUERY_RESULT")) == 15


def test_other_operations_say_that_they_do_not_exist(textract: Textract) -> None:
    for call in (textract.client.analyze_expense, textract.client.analyze_id):
        name = "Document" if call == textract.client.analyze_expense else "DocumentPages"
        document: Any = {"Bytes": drawn(CARD)}
        code, message = refused(call, **{name: document if name == "Document" else [document]})
        assert code == "UnknownOperationException"
        assert "docs/aws.md" in message


def test_buckets_are_for_administrators(tmp_path: Path) -> None:
    with platform_at(tmp_path) as platform, serving(create_app(platform)) as address:
        member = platform.keys.create(tenant="acme")
        guest = Textract(address, tmp_path, member.key.id, member.secret)
        where = guest.put("card.png", drawn(CARD, media_type="image/png"))
        assert refused(guest.client.detect_document_text, Document=where)[0] == "AccessDeniedException"
        assert of(guest.analyzed("QUERIES"), "QUERY_RESULT")
