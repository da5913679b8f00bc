"""Libraries written for the original read our answers without a change, and make of them what is on the page."""

from __future__ import annotations

import csv
import io
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from groundstone.documents.base import Finding, Query
from groundstone.documents.table import csv_rows
from tests.documents.drawn import CARD, documents, drawn

from .textract_case import PAGES, QUERIES, Textract, textract_at

with warnings.catch_warnings():  # they were written for older interpreters and an older marshmallow
    warnings.simplefilter("ignore")
    trp = pytest.importorskip("trp")
    trp2 = pytest.importorskip("trp.trp2")
    caller = pytest.importorskip("textractcaller")
    printer = pytest.importorskip("textractprettyprinter.t_pretty_print")
    textractor = pytest.importorskip("textractor.entities.document")

pytestmark = pytest.mark.filterwarnings("ignore")
ALL = ("FORMS", "TABLES", "QUERIES")


@pytest.fixture(scope="module")
def textract(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Textract]:
    with textract_at(tmp_path_factory.mktemp("textract-clients")) as case:
        yield case


@pytest.fixture(scope="module")
def card(textract: Textract) -> dict[str, Any]:
    return textract.analyzed(*ALL)


@pytest.fixture(scope="module")
def many(textract: Textract) -> dict[str, Any]:
    """The whole result of a job, polled and put together by the caller's own function."""
    queries = [{**query, "Pages": ["*"]} for query in QUERIES]
    job = textract.analysis(*PAGES * 12, features=ALL, QueriesConfig={"Queries": queries})
    api = caller.Textract_API.ANALYZE
    found: dict[str, Any] = caller.get_full_json(
        job_id=job, textract_api=api, boto3_textract_client=textract.client, job_done_polling_interval=0.02
    )
    assert len(found["Blocks"]) > 1000  # more than one part
    return found


def test_the_response_parser_reads_forms_and_tables(card: dict[str, Any]) -> None:
    (page,) = trp.Document(card).pages
    assert {field.key.text: field.value.text for field in page.form.fields} == {
        "Name:": "Jane Doe",
        "Date of birth:": "1980-12-11",
        "married": "SELECTED",
        "single": "NOT_SELECTED",
    }
    (table,) = page.tables
    assert [[cell.text.strip() for cell in row.cells] for row in table.rows][1] == ["1", "2021-01-18", "AA1"]
    assert page.lines[0].text == "Sample Vaccination Card"


def test_the_second_parser_reads_queries(card: dict[str, Any]) -> None:
    document = trp2.TDocumentSchema().load(card)
    (page,) = document.pages
    assert sorted(document.get_query_answers(page=page)) == [  # it gives them in no certain order
        ["What is the date of birth?", None, "1980-12-11"],
        ["What is the name?", "NAME", "Jane Doe"],
        ["What is the shoe size?", "SHOES", ""],
    ]
    assert len(document.keys(page=page)) == 4
    assert len(document.tables(page=page)) == 1
    back = trp2.TDocumentSchema().dump(document)
    assert [block["Id"] for block in back["Blocks"]] == [block["Id"] for block in card["Blocks"]]


def test_both_parsers_read_jobs_of_many_pages(many: dict[str, Any]) -> None:
    assert len(trp.Document(many).pages) == 36
    document = trp2.TDocumentSchema().load(many)
    answers = [sorted(document.get_query_answers(page=page)) for page in document.pages]
    names = [answer for ((_, _, _), (_, _, answer), (_, _, _)) in answers]
    assert names == ["Jane Doe", "John Roe", ""] * 12


def test_textractor_reads_the_answer(card: dict[str, Any], many: dict[str, Any]) -> None:
    document = textractor.Document.open(card)
    assert [(query.query, query.result.answer if query.result else None) for query in document.queries] == [
        ("What is the name?", "Jane Doe"),
        ("What is the date of birth?", "1980-12-11"),
        ("What is the shoe size?", None),
    ]
    (table,) = document.tables
    assert (table.row_count, table.column_count) == (3, 3)
    assert [word.text for word in document.words][:3] == ["Sample", "Vaccination", "Card"]
    assert {pair.key.text.strip(): str(pair.value) for pair in document.key_values}["Name:"] == "Jane Doe"
    assert [box.is_selected() for box in document.checkboxes] == [True, False]
    assert len(textractor.Document.open(many).pages) == 36


def test_the_pretty_printer_prints_it(card: dict[str, Any]) -> None:
    kinds = printer.Textract_Pretty_Print
    shown = printer.get_string(textract_json=card, output_type=[kinds.FORMS, kinds.TABLES, kinds.LINES, kinds.WORDS])
    for text in ("Name:", "Jane Doe", "2021-02-18", "Sample Vaccination Card"):
        assert text in shown
    document = trp2.TDocumentSchema().load(card)
    (forms,) = printer.convert_form_to_list_trp2(trp2_doc=document)
    assert sorted(row[1:4:2] for row in forms)[:2] == [["Date of birth:", "1980-12-11"], ["Name:", "Jane Doe"]]


def test_the_caller_sends_what_we_read(textract: Textract) -> None:
    found = caller.call_textract(
        input_document=drawn(CARD),
        features=[caller.Textract_Features.QUERIES],
        queries_config=caller.QueriesConfig([caller.Query("What is the name?", alias="NAME", pages=["*"])]),
        boto3_textract_client=textract.client,
    )
    document = trp2.TDocumentSchema().load(found)
    assert document.get_query_answers(page=document.pages[0]) == [["What is the name?", "NAME", "Jane Doe"]]
    textract.put("cards/many.pdf", drawn(*PAGES))
    found = caller.call_textract(
        input_document="s3://files/cards/many.pdf",
        boto3_textract_client=textract.client,
        job_done_polling_interval=0.02,
    )
    assert found["DocumentMetadata"]["Pages"] == 3


def rows_of_the_article(answer: dict[str, Any], name: str, at: datetime) -> list[list[str]]:
    """The article's CSV step: parse the stored answer, a row for each query of each page, written as CSV."""
    document = trp2.TDocumentSchema().load(answer)
    out = io.StringIO()
    writer = csv.writer(out, delimiter=",", quotechar='"', quoting=csv.QUOTE_MINIMAL)
    timestamp = at.replace(microsecond=0).isoformat()
    for page in printer.convert_queries_to_list_trp2(trp2_doc=document):
        writer.writerows([timestamp, "", name, *row] for row in page)
    return list(csv.reader(io.StringIO(out.getvalue())))


def findings_of(textract: Textract, data: bytes, pages: int) -> list[Finding]:
    """What the platform finds, page by page, without the wire."""
    reader, found = documents(), []
    for number in range(1, pages + 1):
        one = reader.read(data, pages=(str(number),))
        asked = [Query(query["Text"], query.get("Alias", ""), (str(number),)) for query in QUERIES]
        found += reader.ask(one, asked)
    return found


@pytest.mark.parametrize("pages", [1, 3])
def test_the_csv_of_the_article_is_that_of_the_workflow(textract: Textract, pages: int) -> None:
    at, data = datetime.now(UTC), drawn(*PAGES[:pages])
    if pages == 1:
        answer = textract.analyzed("QUERIES", data=data)
    else:
        queries = [{**query, "Pages": ["*"]} for query in QUERIES]
        answer = textract.ended(textract.analysis(*PAGES, features=("QUERIES",), QueriesConfig={"Queries": queries}))
    theirs = rows_of_the_article(answer, "vac_card.json", at)
    ours = csv_rows(findings_of(textract, data, pages), "vac_card.JPG", at, pages=range(1, pages + 1))
    assert len(ours) == len(theirs) == 3 * pages
    assert {len(row) for row in theirs} == {16}
    for mine, other in zip(sorted(ours), sorted(theirs), strict=True):  # the parser has no order within a page
        assert mine[:7] == other[:7]
        turned = [*other[7:13], other[14], other[13], other[15]]  # the parser takes width for height, and back
        assert [float(value) for value in mine[7:]] == pytest.approx([float(value) for value in turned], abs=1e-9)
        assert (mine[15] == "0 ") == (other[15] == "0 ")
