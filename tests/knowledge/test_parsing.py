from __future__ import annotations

import io
import random
import time
import zipfile
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.errors import UnreadableDocument
from groundstone.knowledge.encoding import GUESSED, decode
from groundstone.knowledge.markdown import markdown_text
from groundstone.knowledge.parse import Parser
from groundstone.sandbox import Limits


@pytest.fixture(scope="module")
def parser() -> Iterator[Parser]:
    with Parser() as one:
        yield one


def pdf(*pages: str, title: str = "") -> bytes:
    """A small PDF written by hand, one line of Helvetica a page."""
    kids = " ".join(f"{4 + 2 * number} 0 R" for number in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, text in enumerate(pages):
        stream = f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET"
        resources = f"/Resources << /Font << /F1 3 0 R >> >> /Contents {5 + 2 * number} 0 R"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] {resources} >>")
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
    objects.append(f"<< /Title ({title}) >>")
    out, offsets = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{body}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    trailer = f"trailer << /Size {size} /Root 1 0 R /Info {len(objects)} 0 R >>\nstartxref\n{len(out)}\n%%EOF"
    return out + f"xref\n0 {size}\n0000000000 65535 f \n{table}{trailer}".encode()


def docx() -> bytes:
    word = pytest.importorskip("docx")
    document = word.Document()
    document.add_heading("Guide", 1)
    document.add_paragraph("Read this first.")
    document.add_heading("Prices", 2)
    table = document.add_table(2, 2)
    for row, cells in enumerate([("Part", "Price"), ("Bolt", "3")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(**members: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return out.getvalue()


def test_a_pdf_is_read_page_by_page(parser: Parser) -> None:
    parsed = parser.parse("a.pdf", pdf("First page.", "Second page.", title="Handbook"))
    assert parsed.text == "First page.\n\nSecond page."
    assert [(parsed.text[part.start : part.end], part.page) for part in parsed.parts] == [
        ("First page.", 1),
        ("Second page.", 2),
    ]
    assert (parsed.title, parsed.media_type) == ("Handbook", "application/pdf")


def test_a_word_document_keeps_headings_and_tables(parser: Parser) -> None:
    parsed = parser.parse("a.docx", docx())
    assert parsed.text == "Guide\n\nRead this first.\n\nPrices\n\nPart: Bolt; Price: 3"
    assert [part.label for part in parsed.parts] == ["Guide", "Guide > Prices"]


HTML = """<!doctype html><html><head><title>The  title</title><style>p {color: red}</style></head><body>
<script>steal()</script><h1>Guide</h1><p>Hello <b>dear</b>
reader.<p hidden>not this</p><div style="display: none">nor this</div><h2>Parts</h2>
<ul><li>Bolt<li>Nut</ul><table><tr><td>a<td>b</table><pre>x
  y</pre>caf\u00e9</body></html>"""


def test_html_keeps_what_a_reader_sees(parser: Parser) -> None:
    parsed = parser.parse("a.html", HTML.encode())
    lines = ["Guide", "Hello dear reader.", "Parts", "- Bolt\n- Nut", "a | b", "x\n  y", "café"]
    assert parsed.text.strip() == "\n\n".join(lines)
    assert parsed.title == "Guide"
    assert [part.label for part in parsed.parts] == ["Guide", "Guide > Parts"]


@pytest.mark.parametrize("charset", ["utf-8", "cp1252", "utf-16"])
def test_html_in_several_encodings(parser: Parser, charset: str) -> None:
    meta = '<meta charset="windows-1252">' if charset == "cp1252" else ""
    assert parser.parse("a.htm", f"<html>{meta}<p>Amélie</p>".encode(charset)).text.strip() == "Amélie"


def test_markdown_loses_its_marks_but_not_its_words() -> None:
    source = (
        "---\ntitle: Handbook\n---\n# Guide #\nRead **this** [page](https://x.org) and `code`.\n\n"
        "## Use\n> quoted\n\n```py\n# no heading\nx = a*b*c\n```\n"
        "<!-- gone -->\n* item\nsnake_case_name and 2 * 3 * 4\n"
    )
    text, title, parts = markdown_text(source)
    assert title == "Handbook"
    assert "Read this page and code." in text
    assert "# no heading\nx = a*b*c" in text
    assert "snake_case_name and 2 * 3 * 4" in text
    assert "gone" not in text
    assert [part.label for part in parts] == ["Guide", "Guide > Use"]
    assert text[parts[1].start :].startswith("Use\nquoted")


def test_tables_inside_a_folder_become_lines(parser: Parser) -> None:
    assert parser.parse("a.csv", b"name;age\nAna;7\nBo;8\n").text == "name: Ana; age: 7\n\nname: Bo; age: 8"
    (note,) = parser.parse("a.jsonl", b'{"name": "Ana"}\n{"broken\n').notes
    assert note.startswith("line 2 is not valid JSON")
    assert parser.parse("a.json", b'{"any": {"thing": 1}}').text == '{"any": {"thing": 1}}'


@pytest.mark.parametrize(
    ("data", "text", "note"),
    [
        ("Amélie".encode(), "Amélie", None),
        ("Amélie".encode("utf-8-sig"), "Amélie", None),
        ("Amélie".encode("utf-16"), "Amélie", None),
        ("Amélie".encode("utf-32"), "Amélie", None),
        ("Amélie".encode("cp1252"), "Amélie", GUESSED),
        (b"a\r\nb\rc", "a\nb\nc", None),
    ],
)
def test_text_is_decoded_and_a_guess_is_admitted(data: bytes, text: str, note: str | None) -> None:
    assert decode(data) == (text, note)


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.txt", b"", "empty"),
        ("a.txt", b" \n ", "no text"),
        ("a.txt", b"\x00\x01\x02", "binary"),
        ("a.txt", pdf("x"), "is a PDF"),
        ("a.png", b"x", "not a kind that can be read"),
        ("noending", b"x", "not a kind that can be read"),
        ("a.pdf", b"hello", "is not a PDF"),
        ("a.pdf", pdf("x")[:120], "damaged"),
        ("a.pdf", pdf(""), "only images"),
        ("a.docx", b"hello", "is not a Word document"),
        ("a.docx", b"PK\x03\x04 truncated", "truncated"),
        ("a.docx", zipped(readme=b"x"), "no Word document"),
        ("a.docx", zipped(word__document=b"x"), "no Word document"),
        ("a.html", b"<html></html>", "no text"),
    ],
)
def test_what_cannot_be_read_says_why(parser: Parser, name: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        parser.parse(name, data)


def test_a_zip_bomb_is_refused_at_once(parser: Parser) -> None:
    bomb = io.BytesIO()
    with (
        zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("word/document.xml", "w", force_zip64=True) as member,
    ):
        for _ in range(300):
            member.write(bytes(2**20))
    started = time.monotonic()
    with pytest.raises(UnreadableDocument, match="unpacks to more than"):
        parser.parse("a.docx", bomb.getvalue())
    assert time.monotonic() - started < 10


def test_a_word_document_of_many_nodes_meets_the_memory_limit() -> None:
    source = zipfile.ZipFile(io.BytesIO(docx()))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/document.xml":
                data = data.replace(b"<w:body>", b"<w:body>" + b"<w:p/>" * 4_000_000)
            archive.writestr(name, data)
    with Parser(Limits(cpu=20, wall=30, memory=400 * 2**20)) as parser:
        with pytest.raises(UnreadableDocument):
            parser.parse("a.docx", out.getvalue())
        assert parser.parse("a.docx", docx()).text.startswith("Guide")


def test_an_answer_that_is_too_long_is_refused(parser: Parser) -> None:
    with Parser(Limits(output=1000)) as small, pytest.raises(UnreadableDocument, match="too long"):
        small.parse("a.html", b"<p>" + b"x" * 5000)


def test_damaged_files_never_raise_anything_else(parser: Parser) -> None:
    dice = random.Random(5)
    for name, whole in [("a.pdf", pdf("Some text.", "More.")), ("a.docx", docx()), ("a.html", HTML.encode())]:
        for _ in range(25):
            data = bytearray(whole)
            for _ in range(dice.randrange(1, 12)):
                data[dice.randrange(8, len(data))] = dice.randrange(256)
            try:
                parsed = parser.parse(name, bytes(data[: dice.randrange(20, len(data) + 1)]))
            except UnreadableDocument:
                continue
            assert all(0 <= part.start < part.end <= len(parsed.text) for part in parsed.parts)


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.md", "a.csv", "a.json", "a.jsonl"]))
def test_plain_files_are_read_or_refused(data: bytes, name: str) -> None:
    with Parser() as one:
        try:
            parsed = one.parse(name, data)
        except UnreadableDocument:
            return
    assert parsed.text.strip()
    assert all(0 <= part.start < part.end <= len(parsed.text) for part in parsed.parts)


SITE = """<html><head><title>remote.html</title></head><body><header><a href="/">Logo</a></header>
<nav><a href="/">Home</a> | <a href="/x">Intranet</a></nav><main><header><h1>Prices</h1></header>
<div class="menu"><a href="/a">Tea</a> <a href="/b">Cake</a></div><div class="menu">Soup costs 3 euros.</div>
<table><caption>Rates</caption><thead><tr><td>Mode<td>City<td>Rate</thead>
<tr><td rowspan=2>Bicycle<td>Rome<td>0.22<tr><td>Oslo<td>0.30</table></main>
<aside>Advertisement</aside><footer>Imprint</footer></body></html>"""


def test_what_only_navigates_a_site_is_no_text_of_its_pages(parser: Parser) -> None:
    parsed = parser.parse("a.html", SITE.encode())
    rows = ["Mode: Bicycle; City: Rome; Rate: 0.22", "Mode: Bicycle; City: Oslo; Rate: 0.30"]
    assert parsed.text.split("\n\n")[:5] == ["Prices", "Soup costs 3 euros.", "Rates", *rows]
    assert parsed.title == "Prices"
    assert not any(word in parsed.text for word in ("Home", "Logo", "Cake", "Advertisement", "Imprint"))


def test_a_page_of_nothing_but_a_menu_keeps_it(parser: Parser) -> None:
    parsed = parser.parse("a.html", b"<title>Index | Example</title><body><nav><a>Tea</a> <a>Cake</a></nav></body>")
    assert (parsed.text.strip(), parsed.title) == ("Tea Cake", "Index | Example")


def test_the_rows_of_a_markdown_table_name_their_columns(parser: Parser) -> None:
    table = "# Rooms\n\n| Room | Note |\n|:--|--:|\n| **Blue** | a \\| b |\n| Red |\n\n```\n| a | b |\n|---|---|\n```\n"
    assert [line for line in parser.parse("a.md", table.encode()).text.split("\n") if line] == [
        *("Rooms", "Room: Blue; Note: a | b", "Room: Red", "| a | b |", "|---|---|")
    ]


@pytest.mark.parametrize(
    ("metadata", "title"),
    [
        ("remote.html", "First page"),
        ("Microsoft Word - draft 3.docx", "First page"),
        ("https://example.org/x", "First page"),
        ("untitled", "First page"),
        ("Handbook", "Handbook"),
    ],
)
def test_a_pdf_is_not_called_what_a_program_called_it(parser: Parser, metadata: str, title: str) -> None:
    assert parser.parse("a.pdf", pdf("First page", title=metadata)).title == title


@pytest.mark.parametrize(
    "text", ["[" * 5000 + "]" * 5000, "[" * 300 + "]" * 300, '{"a": [{"b": ""}], "c": null}', "[1,"]
)
def test_json_that_says_nothing_is_a_failure(parser: Parser, text: str) -> None:
    with pytest.raises(UnreadableDocument):
        parser.parse("a.json", text.encode())


def test_json_that_is_no_table_is_text(parser: Parser) -> None:
    assert parser.parse("a.json", b'{"rules": {"dogs": "on Fridays"}}').text == '{"rules": {"dogs": "on Fridays"}}'
