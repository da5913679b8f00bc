"""What is read of an ODP."""

from __future__ import annotations

import pytest

from groundstone.documents.decks.base import Slide
from groundstone.documents.decks.base_json import deck_of
from groundstone.documents.decks.child_deck import parse
from groundstone.documents.decks.told import told
from groundstone.errors import UnsupportedDocument
from tests.decks_made import ODP_NAMES, make_odp, odp_frame, picture

_TITLE = odp_frame("<draw:text-box><text:p>Plan<text:line-break/>2024</text:p></draw:text-box>", "title")


def read(data: bytes) -> tuple[Slide, ...]:
    return deck_of(parse(data)["deck"]).slides


def test_titles_lists_groups_and_notes() -> None:
    lists = (
        "<draw:text-box><text:list><text:list-item><text:p>A<text:s text:c='2'/>b</text:p><text:list><text:list-item>"
        "<text:p>Deep</text:p></text:list-item></text:list></text:list-item></text:list></draw:text-box>"
    )
    group = f'<draw:g draw:name="G">{odp_frame(lists, place=(2, 6, 10, 4))}</draw:g>'
    said = odp_frame("<draw:text-box><text:p>Speak up</text:p></draw:text-box>", "notes")
    notes = f"<presentation:notes>{said}</presentation:notes>"
    (slide,) = read(make_odp([_TITLE + group + notes]))
    assert slide.title == "Plan 2024"
    assert [(p.text, p.level, p.bullet) for p in slide.elements[1].paragraphs] == [("A b", 0, True), ("Deep", 1, True)]
    assert slide.elements[1].group == ("G",)
    assert told(slide).text == "Plan 2024\nA b\nDeep\nSpeak up"


def test_tables_charts_pictures_and_hidden_slides() -> None:
    def row(*cells: str) -> str:
        inner = "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in cells)
        return f"<table:table-row>{inner}</table:table-row>"

    table = odp_frame(f"<table:table>{row('Year', 'Cloud')}{row('Sales', '5.5')}{row('Costs', '4.5')}</table:table>")
    values = "".join(
        f"<table:table-row><table:table-cell><text:p>{name}</text:p></table:table-cell><table:table-cell "
        f'office:value-type="float" office:value="{value}"><text:p>x</text:p></table:table-cell></table:table-row>'
        for name, value in [("North", 3), ("South", 4.5)]
    )
    chart = (
        f"<office:document-content {ODP_NAMES}><office:body><office:chart><chart:chart chart:class='chart:circle'>"
        "<chart:title><text:p>Share</text:p></chart:title><table:table table:name='local-table'>"
        f"{row('', 'Units')}{values}</table:table></chart:chart></office:chart></office:body></office:document-content>"
    )
    shown = odp_frame('<draw:object xlink:href="./Object 1"/>')
    image = odp_frame('<draw:image xlink:href="Pictures/a.png"/><svg:desc>Logo</svg:desc>')
    far = odp_frame('<draw:image xlink:href="http://example.org/a.png"/>')
    hidden = (
        '<style:style style:name="s1"><style:drawing-page-properties presentation:visibility="hidden"/></style:style>'
    )
    data = make_odp(
        [table, shown, image + far],
        {"Object 1/content.xml": chart.encode(), "Pictures/a.png": picture()},
        hidden,
    )
    slides = read(data)
    assert told(slides[0]).text == "Year | Cloud\nSales | Cloud: 5.5\nCosts | Cloud: 4.5"
    assert told(slides[1]).text == "Share\nUnits | North: 3 | South: 4.5"
    assert slides[1].hidden
    assert told(slides[2]).text == "Logo"
    assert "not fetched" in slides[2].problems[0]
    key = parse(data)["pictures"][0]["key"]
    assert parse(data, pictures=[key])["pictures"][key]["width"] == 40


def test_a_locked_deck_says_so() -> None:
    locked = b'<m:manifest xmlns:m="urn:x"><m:encryption-data/></m:manifest>'
    with pytest.raises(UnsupportedDocument, match="password"):
        parse(make_odp([_TITLE], {"META-INF/manifest.xml": locked}))
