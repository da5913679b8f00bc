"""Pages of a PDF as slides."""

from __future__ import annotations

from groundstone.documents.decks.base_json import deck_of
from groundstone.documents.decks.child_deck import parse
from groundstone.documents.decks.told import told
from tests.documents.pdf_files import Sheet, pdf


def _page(*texts: tuple[float, float, float, str]) -> Sheet:
    return Sheet([(x, 540 - y - size, size, words) for x, y, size, words in texts], size=(960, 540))


def test_large_words_are_the_title_and_marks_make_bullets() -> None:
    bullets = [(60, 130, 20, "\\225 Sales grew"), (96, 158, 18, "- Europe lost"), (60, 186, 20, "\\225 Costs fell")]
    answer = parse(pdf(_page((60, 40, 36, "Results of 2023"), *bullets)), name="r.pdf")
    deck = deck_of(answer["deck"])
    assert (deck.title, deck.width, deck.height) == ("Results of 2023", 960.0, 540.0)
    assert told(deck.slides[0]).text == "Results of 2023\nSales grew\nEurope lost\nCosts fell"
    paragraphs = [paragraph for element in deck.slides[0].elements[1:] for paragraph in element.paragraphs]
    assert [paragraph.level for paragraph in paragraphs] == [0, 1, 0]
    assert all(paragraph.bullet and paragraph.box for paragraph in paragraphs)
    assert answer["poor"] == []


def test_figures_in_columns_are_a_table() -> None:
    rows = [
        ("Segment", "2022", "2023"),
        ("Cloud", "12.1", "14.9"),
        ("Devices", "8.3", "7.9"),
        ("Services", "3.3", "4.9"),
    ]
    texts = [(60 + 200 * x, 120 + 30 * y, 18, words) for y, row in enumerate(rows) for x, words in enumerate(row)]
    slide = deck_of(parse(pdf(_page((60, 40, 32, "Segments"), *texts)))["deck"]).slides[0]
    assert "Devices | 2022: 8.3 | 2023: 7.9" in told(slide).text.splitlines()
