"""Writes the sample decks of the application slides.

    python tools/make_sample_decks.py

Two decks of one made-up company, so that questions may need both: an annual review with tables, charts and notes, and
a plan for a data centre. Nothing in them is taken from anywhere.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_LEGEND_POSITION
from pptx.enum.shapes import MSO_SHAPE
from pptx.presentation import Presentation as Deck
from pptx.slide import Slide
from pptx.util import Emu, Inches, Pt

SAMPLES = Path(__file__).parents[1] / "src" / "groundstone" / "apps" / "slides" / "samples"
MADE = datetime(2026, 3, 2, 9, 0)
TITLE, TITLE_ONLY, BULLETS = 0, 5, 1  # layouts of python-pptx's default template
Line = str | tuple[str, int]  # a bullet, and its level


def main() -> None:
    """Write every deck, the same bytes each time."""
    SAMPLES.mkdir(parents=True, exist_ok=True)
    for name, deck in (("halden-annual-review.pptx", review()), ("halden-data-centre.pptx", plan())):
        (SAMPLES / name).write_bytes(saved(deck))


def saved(deck: Deck) -> bytes:
    """The deck as a file whose parts carry no time of their own."""
    deck.core_properties.created = deck.core_properties.modified = MADE
    first = io.BytesIO()
    deck.save(first)
    out = io.BytesIO()
    with zipfile.ZipFile(first) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for part in given.namelist():
            if not part.endswith((".jpeg", "printerSettings1.bin")):
                info = zipfile.ZipInfo(part, MADE.timetuple()[:6])
                info.compress_type = zipfile.ZIP_DEFLATED
                made.writestr(info, _without_thumbnail(part, given.read(part)))
    return out.getvalue()


def _without_thumbnail(part: str, data: bytes) -> bytes:
    """The template's thumbnail and printer settings are left out, and so is what points at them."""
    if not part.endswith(".rels"):
        return _same_workbook(data) if part.endswith(".xlsx") else data
    from lxml import etree

    tree = etree.fromstring(data)
    for one in list(tree):
        if one.get("Target", "").endswith((".jpeg", ".bin")):
            tree.remove(one)
    return etree.tostring(tree, xml_declaration=True, encoding="UTF-8", standalone=True)


def _same_workbook(data: bytes) -> bytes:
    """The workbook behind a chart, without the times at which it was made."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for part in given.namelist():
            if part != "docProps/core.xml":
                made.writestr(zipfile.ZipInfo(part, MADE.timetuple()[:6]), given.read(part), zipfile.ZIP_DEFLATED)
            else:
                made.writestr(zipfile.ZipInfo(part, MADE.timetuple()[:6]), _CORE)
    return out.getvalue()


_CORE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<cp:coreProperties '
    'xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties"/>'
)


# -- the decks -----------------------------------------------------------------------------------------------


def review() -> Deck:
    """Halden Water: how 2025 went."""
    deck = begun("Annual review 2025", "Halden Water Technology · Board meeting, 2 March 2026")
    agenda(deck, "Agenda", ["Results by region", "Products", "People and safety", "Outlook for 2026"])
    table(
        deck,
        "Revenue by region (EUR million)",
        [
            ("Region", "2023", "2024", "2025"),
            ("Nordics", "41.2", "44.0", "48.3"),
            ("Central Europe", "63.5", "66.1", "71.9"),
            ("Iberia", "18.4", "21.7", "27.6"),
            ("Other", "7.9", "8.2", "8.0"),
            ("Total", "131.0", "140.0", "155.8"),
        ],
        "Iberia grew fastest, after the Valencia contract began in April.",
    )
    chart(
        deck,
        "Revenue and operating profit",
        XL_CHART_TYPE.COLUMN_CLUSTERED,
        ("2022", "2023", "2024", "2025"),
        {
            "Revenue (EUR million)": (122.4, 131.0, 140.0, 155.8),
            "Operating profit (EUR million)": (9.8, 11.1, 14.7, 18.7),
        },
        "The margin rose from 10.5 % to 12.0 %. Do not speak about the Q4 impairment before the auditors have signed.",
    )
    bullets(
        deck,
        "Products",
        [
            "ClearFlow 3 filters",
            ("24,600 units sold, 31 % more than in 2024", 1),
            ("Cartridge life of 14 months instead of 9", 1),
            "AquaSense probes",
            ("First deliveries in May; 3,150 in the field", 1),
            ("Readings every 90 seconds over LoRaWAN", 1),
        ],
    )
    chart(
        deck,
        "Where revenue comes from",
        XL_CHART_TYPE.PIE,
        ("Filters", "Probes", "Service contracts", "Spare parts"),
        {"Share of revenue in 2025": (0.46, 0.13, 0.29, 0.12)},
        "Service contracts are renewed by 94 % of customers.",
        "0%",
    )
    table(
        deck,
        "People and safety",
        [
            ("Measure", "2024", "2025", "Target 2026"),
            ("Employees", "612", "655", "690"),
            ("Staff turnover", "11.4 %", "9.2 %", "9 %"),
            ("Accidents with lost time", "7", "4", "0"),
            ("Training days per person", "3.1", "4.5", "5"),
        ],
    )
    bullets(
        deck,
        "Outlook for 2026",
        [
            "Revenue between EUR 168 and 174 million",
            "Capital expenditure of EUR 22 million, of which EUR 12.5 million for the new data centre",
            "New plant in Setúbal opens in September",
            "Price list rises by 2.8 % from 1 July",
        ],
        "If the Setúbal permit is late, revenue will be at the lower end.",
    )
    return deck


def plan() -> Deck:
    """Halden Water: a data centre of its own."""
    deck = begun("Data centre Halden North", "Project plan, version 4 · Infrastructure team")
    bullets(
        deck,
        "Why a site of our own",
        [
            "Probes send 4.8 terabytes a month, three times as much as two years ago",
            "The present provider ends its contract on 30 June 2027",
            "Waste heat can warm the offices next door",
        ],
    )
    steps(deck, "How the project runs", ["Survey", "Permit", "Construction", "Installation", "Migration"])
    table(
        deck,
        "Budget (EUR thousand)",
        [
            ("Item", "2026", "2027", "Sum"),
            ("Building and power", "7,400", "1,150", "8,550"),
            ("Servers and storage", "2,900", "3,300", "6,200"),
            ("Cooling", "1,600", "250", "1,850"),
            ("Migration", "600", "900", "1,500"),
            ("Sum", "12,500", "5,600", "18,100"),
        ],
        "The contingency of 8 % is not included in these figures.",
    )
    chart(
        deck,
        "Power that is needed",
        XL_CHART_TYPE.LINE_MARKERS,
        ("2026", "2027", "2028", "2029", "2030"),
        {"Servers (kW)": (180, 320, 410, 480, 530), "Cooling (kW)": (54, 86, 98, 106, 111)},
        "Cooling needs less per server every year, as water of 32 degrees is enough for the new racks.",
    )
    bullets(
        deck,
        "Availability",
        [
            "Two independent power feeds and diesel for 36 hours",
            "Target: 99.98 % in a year, at most 105 minutes of downtime",
            ("The present provider reached 99.91 % in 2025", 1),
            "Backups in Karlstad, 190 km away",
        ],
    )
    table(
        deck,
        "Risks",
        [
            ("Risk", "Likelihood", "Impact", "Answer"),
            ("Grid connection is late", "High", "4 months", "Rent a substation"),
            ("Prices of storage rise", "Medium", "EUR 0.7 million", "Order in two parts"),
            ("Migration fails", "Low", "6 weeks", "Keep the provider for a quarter longer"),
        ],
    )
    return deck


# -- slides --------------------------------------------------------------------------------------------------


def begun(title: str, subtitle: str) -> Deck:
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(13.333), Inches(7.5)
    deck.core_properties.title, deck.core_properties.author = title, "Halden Water Technology"
    slide = deck.slides.add_slide(deck.slide_layouts[TITLE])
    placed(slide.shapes.title, 1, 2.2, 11.3, 1.6).text_frame.text = title
    placed(slide.placeholders[1], 1, 4, 11.3, 1).text_frame.text = subtitle
    return deck


def agenda(deck: Deck, title: str, lines: Sequence[str]) -> None:
    bullets(deck, title, list(lines))


def bullets(deck: Deck, title: str, lines: Sequence[Line], notes: str = "") -> None:
    slide = titled(deck, title, notes, BULLETS)
    frame = placed(slide.placeholders[1], 0.8, 1.7, 11.7, 5).text_frame
    for at, line in enumerate(lines):
        paragraph = frame.paragraphs[0] if at == 0 else frame.add_paragraph()
        paragraph.text, paragraph.level = (line, 0) if isinstance(line, str) else line


def table(deck: Deck, title: str, rows: Sequence[Sequence[str]], notes: str = "") -> None:
    slide = titled(deck, title, notes)
    size = Inches(0.8), Inches(1.8), Inches(11.7), Inches(0.6 * len(rows))
    grid = slide.shapes.add_table(len(rows), len(rows[0]), *size).table
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            grid.cell(row, column).text = text


def chart(
    deck: Deck,
    title: str,
    kind: XL_CHART_TYPE,
    categories: Sequence[str],
    series: dict[str, tuple[float, ...]],
    notes: str = "",
    number_format: str = "General",
) -> None:
    slide = titled(deck, title, notes)
    data = CategoryChartData(number_format=number_format)
    data.categories = categories
    for name, values in series.items():
        data.add_series(name, values)
    made = slide.shapes.add_chart(kind, Inches(0.8), Inches(1.6), Inches(11.7), Inches(5.4), data).chart
    made.has_legend = True
    made.legend.position, made.legend.include_in_layout = XL_LEGEND_POSITION.BOTTOM, False


def steps(deck: Deck, title: str, names: Sequence[str]) -> None:
    """Arrows side by side, each with the quarter in which it ends."""
    slide = titled(deck, title)
    ends = ("Q1 2026", "Q2 2026", "Q1 2027", "Q2 2027", "Q3 2027")
    for at, (name, end) in enumerate(zip(names, ends, strict=True)):
        shape = slide.shapes.add_shape(
            MSO_SHAPE.CHEVRON, Inches(0.7 + 2.4 * at), Inches(3), Inches(2.5), Inches(1.4)
        )  # fmt: skip
        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor(0x2F, 0x6D, 0x8F)
        shape.text_frame.text = f"{name}: {end}"
        shape.text_frame.paragraphs[0].font.size = Pt(14)


def titled(deck: Deck, title: str, notes: str = "", layout: int = TITLE_ONLY) -> Slide:
    slide = deck.slides.add_slide(deck.slide_layouts[layout])
    placed(slide.shapes.title, 0.8, 0.4, 11.7, 1.1).text_frame.text = title
    if notes:
        slide.notes_slide.notes_text_frame.text = notes
    return slide


def placed(shape: object, left: float, top: float, width: float, height: float):  # type: ignore[no-untyped-def]
    """A placeholder of the template, which is made for another format, at its place in inches."""
    for name, inches in (("left", left), ("top", top), ("width", width), ("height", height)):
        setattr(shape, name, Emu(Inches(inches)))
    return shape


if __name__ == "__main__":
    main()
