"""Decks made of plain objects, a shelf that holds them, and a short way to write slides down; for tests of answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log

from groundstone.documents.decks.base import Chart, Deck, Element, Grid, Paragraph, Series, Slide
from groundstone.documents.decks.told import told
from groundstone.errors import NotFound
from groundstone.records import Box
from groundstone.slides import lexis
from groundstone.slides.base import DeckInfo, SlideHit

Part = str | Grid | Chart | Element


def slide(number: int, title: str, *parts: Part, notes: str = "") -> Slide:
    """A slide with a title and parts below it; text is written line by line, two blanks a level, "- " for a bullet."""
    elements = []
    if title:
        box = Box(0.05, 0.03, 0.9, 0.12, number)
        elements.append(Element("title", 1, box, (Paragraph(title, box=box),)))
    for place, part in enumerate(parts):
        elements.append(_element(part, len(elements) + 1, 0.2 + 0.35 * place, number))
    if notes:
        elements.append(Element("notes", len(elements) + 1, None, (Paragraph(notes),)))
    return Slide(number, tuple(elements))


def _element(part: Part, number: int, top: float, page: int) -> Element:
    box = Box(0.05, top, 0.9, 0.3, page)
    if isinstance(part, Grid):
        return Element("table", number, box, grid=part)
    if isinstance(part, Chart):
        return Element("chart", number, box, chart=part)
    if isinstance(part, Element):
        return Element(part.kind, number, part.box or box, part.paragraphs, alt=part.alt, source=part.source)
    lines = []
    for place, line in enumerate(part.split("\n")):
        bare = line.lstrip()
        at = Box(0.05, top + 0.05 * place, 0.9, 0.05, page)
        lines.append(Paragraph(bare.removeprefix("- "), (len(line) - len(bare)) // 2, at, bare.startswith("- ")))
    return Element("text", number, box, tuple(lines))


def table(text: str) -> Grid:
    """Rows on lines, cells between bars; each cell has a place."""
    rows = tuple(tuple(cell.strip() for cell in row.split("|")) for row in text.strip().split("\n"))
    boxes = tuple(
        tuple(Box(0.1 + 0.2 * column, 0.2 + 0.1 * row, 0.2, 0.1) for column in range(len(cells)))
        for row, cells in enumerate(rows)
    )
    return Grid(rows, boxes=boxes)


def chart(
    kind: str,
    title: str,
    categories: Sequence[str],
    series: Mapping[str, Sequence[float]],
    form: str = "",
    unit: str = "",
) -> Chart:
    return Chart(
        kind, title, tuple(categories), tuple(Series(name, tuple(values), form) for name, values in series.items()),
        value_axis=unit,
    )  # fmt: skip


def picture(alt: str, *words: tuple[str, float, float]) -> Element:
    """A picture with recognised words at places (left, top)."""
    lines = tuple(Paragraph(text, box=Box(left, top, 0.1, 0.05)) for text, left, top in words)
    return Element("picture", 0, Box(0.05, 0.2, 0.9, 0.7), lines, alt=alt, source="ocr")


def deck(name: str, title: str, *slides: Slide, **properties: str) -> Deck:
    kind = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
    return Deck(name, kind, title, slides, len(slides), 960, 540, tuple(properties.items()))


class Held:
    """A shelf of such decks, searched by the share of a question's words that a slide has."""

    def __init__(self, *decks: Deck) -> None:
        self._decks = {one.name.split(".")[0]: one for one in decks}
        self._bags = {
            (id, one.number): lexis.bag(f"{held.title}\n{told(one).text}")
            for id, held in self._decks.items()
            for one in held.slides
        }

    def decks(self) -> Sequence[DeckInfo]:
        return [
            DeckInfo(id, one.name, one.title, one.media_type, one.slide_count, one.slide_count, "ready", "upload", "")
            for id, one in self._decks.items()
        ]

    def deck(self, id: str) -> Deck:
        if id not in self._decks:
            raise NotFound(f"there is no deck {id}")
        return self._decks[id]

    def search(self, text: str, *, decks: Sequence[str] = (), limit: int = 10) -> Sequence[SlideHit]:
        words = lexis.content(text)
        weight = {
            word: log(1 + len(self._bags) / (1 + sum(word in bag for bag in self._bags.values()))) for word in words
        }
        total = sum(weight.values()) or 1.0
        hits = [
            SlideHit(id, number, sum(weight[word] * lexis.meets(word, bag) for word in words) / total)
            for (id, number), bag in self._bags.items()
            if not decks or id in decks
        ]
        return sorted(hits, key=lambda hit: -hit.score)[:limit]


REVIEW = deck(
    "review.pptx", "Quarterly Business Review",
    slide(1, "Quarterly Business Review", "Q3 2023 results\nPrepared by Dana Whitfield, Finance"),
    slide(2, "Agenda", "- Results by segment\n- Regional performance\n- Risks\n- Next steps"),
    slide(3, "Revenue by segment (USD million)", table(
        "Segment|Q3 2022|Q2 2023|Q3 2023\nCloud|101.5|118.2|124.9\nDevices|84.0|79.3|77.1\n"
        "Services|45.2|47.9|51.6\nTotal|230.7|245.4|253.6"),
        notes="Remind the audience that Devices was hit by the strike in Rotterdam."),
    slide(4, "Regional performance", chart(
        "column", "Revenue by region", ["Europe", "North America", "Asia Pacific", "Latin America"],
        {"2022": [310, 420, 255, 88], "2023": [335, 446, 301, 93]}, "#,##0", "Revenue (EUR million)")),
    slide(5, "Risks and mitigations", "- Supply chain: second source for chips signed in August\n"
          "- Currency: 60% of exposure hedged\n- Churn: new loyalty programme starts in November"),
    slide(6, "Next steps", table(
        "Action|Owner|Due\nFinalise 2024 budget|Maria Lopez|15 November\n"
        "Hire regional head for Asia|Tom Becker|1 December\nClose Rotterdam warehouse|Ines Kovac|31 January 2024")),
    author="Dana Whitfield", created="2023-10-12T08:00:00Z",
)  # fmt: skip
MODELS = deck(
    "models.pptx", "Introduction to Large Language Models",
    slide(1, "Introduction to Large Language Models", "A primer for engineers"),
    slide(2, "Growth of model size", "- GPT-2: 1.5 billion parameters (2019)\n- GPT-3: 175B parameters (2020)\n"
          "- PaLM: 540B parameters (2022)"),
    slide(3, "What is attention?", "Attention lets every token weigh every other token of the input.\n"
          "Its cost grows with the square of the sequence length."),
    slide(4, "The flywheel", "Our ML services provide:\n- Better price performance\n- New capabilities\n"
          "- Investment in innovation"),
    slide(5, "Inferno3 instances", "Up to 3.5x higher throughput\n8x lower latency\n"
          "compared with comparable G7 instances"),
)  # fmt: skip
ENERGY = deck(
    "energy.pptx", "Energy transition: status report",
    slide(1, "Energy transition: status report"),
    slide(2, "Electricity mix 2023", chart("pie", "Share of generation", ["Wind", "Solar", "Nuclear", "Coal", "Gas"],
                                           {"Share": [0.31, 0.14, 0.22, 0.18, 0.15]}, "0%")),
    slide(3, "Installed capacity", chart(
        "line", "Installed capacity", ["2020", "2021", "2022", "2023"],
        {"Wind": [54.4, 56.1, 58.2, 61.0], "Solar": [53.8, 59.9, 67.4, 81.7]}, "0.0", "Capacity (GW)")),
    slide(4, "Grid projects", table(
        "Project|Length (km)|Cost (EUR million)|Completion\nNorthLink|623|2,100|2025\nSüdTrasse|702|10,500|2028\n"
        "Baltic Ring|340|890|2026")),
    slide(5, "Two sites", picture("Photo of two wind parks", ("Westeregg", 0.1, 0.7), ("Ostermoor", 0.6, 0.7),
                                  ("48 MW", 0.1, 0.62), ("30 MW", 0.6, 0.62))),
)  # fmt: skip
OPERATIONS = deck(
    "operations.pptx", "Operations dashboard",
    slide(1, "Operations dashboard"),
    slide(2, "Service levels", "Uptime: 99.95%\nP95 latency: 180 ms\nMean time to recovery: 42 minutes"),
    slide(3, "Tickets", chart("line", "Tickets per month", ["Jan", "Feb", "Mar", "Apr"],
                              {"Opened": [410, 388, 452, 430], "Closed": [395, 401, 440, 447]}, "0")),
    slide(4, "Old data centre", "Mean time to recovery: 3.5 hours\nPower usage effectiveness: 1.9"),
    slide(5, "First week", "Monday\n  Badge and laptop\nTuesday\n  Security training\n"
          "Friday\n  Feedback round at 3 pm"),
)  # fmt: skip


def held() -> Held:
    return Held(REVIEW, MODELS, ENERGY, OPERATIONS)
