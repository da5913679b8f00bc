"""Decks made of plain text for tests of finding slides."""

from __future__ import annotations

from dataclasses import replace

from groundstone.documents.decks.base import Chart, Element, Grid, Paragraph, Series, Slide
from groundstone.slides.base import DeckInfo


def info(id: str, name: str = "", title: str = "") -> DeckInfo:
    return DeckInfo(id, name or f"{id}.pptx", title or id, "x", 9, 9, "ready", "upload", "2026-01-01T00:00:00Z")


def slide(number: int, title: str, *lines: str, notes: str = "") -> Slide:
    elements = [Element("title", 1, paragraphs=(Paragraph(title),))]
    if lines:
        elements.append(Element("text", 2, paragraphs=tuple(Paragraph(line, bullet=True) for line in lines)))
    if notes:
        elements.append(Element("notes", len(elements) + 1, paragraphs=(Paragraph(notes),)))
    return Slide(number, tuple(elements))


def with_table(number: int, title: str, *rows: str) -> Slide:
    cells = tuple(tuple(cell.strip() for cell in row.split("|")) for row in rows)
    return _with(slide(number, title), Element("table", 2, grid=Grid(cells)))


def with_chart(number: int, title: str, axis: str, categories: str, **series: str) -> Slide:
    made = tuple(Series(name, tuple(map(float, values.split()))) for name, values in series.items())
    return _with(
        slide(number, title), Element("chart", 2, chart=Chart("column", "", tuple(categories.split()), made, "", axis))
    )


def _with(made: Slide, element: Element) -> Slide:
    return replace(made, elements=(*made.elements, element))


TEA = info("tea", "tea_2024.pptx", "Tea house plan")
TEA_SLIDES = (
    slide(1, "Tea house plan", "Board meeting in May"),
    slide(2, "Agenda", "Rent", "Staff", "Sales"),
    slide(3, "Rent", "The rent is 2,400 euros a month", "The lease ends in 2031"),
    with_table(4, "Staff by branch", "Branch | Baristas | Managers", "Ghent | 7 | 1", "Bruges | 4 | 2"),
    with_chart(5, "Sales", "Cups a day", "Spring Summer Autumn", Green="120 95 140", Black="210 180 260"),
    slide(6, "Machines", "Two boilers of 12 litres", notes="The older boiler is replaced before Christmas."),
    slide(7, "Thank you", "Questions?"),
)
SHIP_SLIDES = (
    slide(1, "Ferry line review"),
    slide(2, "Routes", "Oslo to Kiel takes 20 hours", "Kiel to Riga takes 27 hours"),
    with_table(3, "Staff by ship", "Ship | Cooks | Officers", "Aurora | 11 | 9", "Borealis | 8 | 10"),
)
SHIP = info("ship", "ferry_review.pptx", "Ferry line review")
