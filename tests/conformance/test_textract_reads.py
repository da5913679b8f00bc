"""Textract by boto3 over the reader itself: pictures are drawn, recognised and answered."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image, ImageDraw, ImageFont

from groundstone.config import Settings
from groundstone.platform import Platform
from groundstone.server.app import create_app
from tests.server.live import serving

from .custom_case import refused
from .textract_case import Textract, of

CARD = (("Name:", "Maria Lopez"), ("Date of Birth:", "1984-03-09"), ("Passport Number:", "X7730912"))


@pytest.fixture(scope="module")
def textract(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Textract]:
    home = tmp_path_factory.mktemp("textract-reads")
    with Platform(Settings(home=home, threads=1)) as platform, serving(create_app(platform)) as address:
        yield Textract(address, home)


def picture(rows: tuple[tuple[str, str], ...] = CARD) -> Image.Image:
    made = Image.new("RGB", (900, 120 + 80 * len(rows)), "white")
    draw, font = ImageDraw.Draw(made), ImageFont.load_default(34)
    for place, (label, value) in enumerate(rows):
        draw.text((60, 60 + 80 * place), label, "black", font)
        draw.text((420, 60 + 80 * place), value, "black", font)
    return made


def saved(*pictures: Image.Image, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    more: dict[str, Any] = {"save_all": True, "append_images": pictures[1:]} if len(pictures) > 1 else {}
    pictures[0].save(out, kind, **more)
    return out.getvalue()


def test_a_picture_is_read_and_answered(textract: Textract) -> None:
    queries = [{"Text": "What is Name?", "Alias": "NAME"}, {"Text": "What is Date of Birth?"}]
    found = textract.client.analyze_document(
        Document={"Bytes": saved(picture())},
        FeatureTypes=["FORMS", "QUERIES"],
        QueriesConfig={"Queries": queries},
    )
    assert [block["Text"] for block in of(found, "QUERY_RESULT")] == ["Maria Lopez", "1984-03-09"]
    words = {block["Id"]: block["Text"] for block in of(found, "WORD")}
    values = [block for block in of(found, "KEY_VALUE_SET") if block["EntityTypes"] == ["VALUE"]]
    said = [" ".join(words[id] for id in block["Relationships"][0]["Ids"]) for block in values]
    assert said == [value for _, value in CARD]
    box = of(found, "WORD")[0]["Geometry"]["BoundingBox"]
    assert box["Left"] == pytest.approx(60 / 900, abs=0.02)


def test_a_document_of_many_pages_is_read_by_a_job(textract: Textract) -> None:
    pages = [picture((("Page number:", str(number)),)) for number in (701, 702)]
    for kind in ("TIFF", "PDF"):
        where = textract.put(f"two.{kind.lower()}", saved(*pages, kind=kind))
        job = textract.client.start_document_text_detection(DocumentLocation=where)["JobId"]
        found = textract.ended(job, textract.client.get_document_text_detection)
        assert found["JobStatus"] == "SUCCEEDED", found
        words = [(block["Page"], block["Text"]) for block in of(found, "WORD") if block["Text"].isdigit()]
        assert words == [(1, "701"), (2, "702")]


def test_files_that_cannot_be_read_are_refused(textract: Textract) -> None:
    whole = saved(picture())
    for data, code in (
        (whole[: len(whole) // 2], "BadDocumentException"),
        (saved(picture(), picture(), kind="TIFF"), "UnsupportedDocumentException"),
        (saved(picture(), kind="WEBP"), "UnsupportedDocumentException"),
        (saved(Image.new("1", (10_001, 4))), "BadDocumentException"),
        (b"%PDF-1.7 and nothing else", "BadDocumentException"),
        (b"plain words", "UnsupportedDocumentException"),
    ):
        assert refused(textract.client.detect_document_text, Document={"Bytes": data})[0] == code


def test_a_picture_without_text_has_a_page_only(textract: Textract) -> None:
    found = textract.client.detect_document_text(Document={"Bytes": saved(Image.new("RGB", (400, 300), "white"))})
    (page,) = found["Blocks"]
    assert (page["BlockType"], "Relationships" in page) == ("PAGE", False)
