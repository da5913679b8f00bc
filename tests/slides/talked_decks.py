"""Decks for conversations, comparisons and questions for slides: tables both ways round, tiles, notes, two years."""

from __future__ import annotations

from tests.slides.asked_decks import Held, chart, deck, slide, table

HARBOUR = deck(
    "harbour-plan.pptx", "Harbour renewal plan",
    slide(1, "Harbour renewal plan", "Port of Ellmouth\nLena Hartwig, programme director"),
    slide(2, "Projects", table(
        "Project|Owner|Budget (EUR million)|Finish|Status\nQuay wall|Tom Becker|42|May 2026|Green\n"
        "Fish market|Ines Kovac|18|March 2027|Red\nFerry terminal|Maria Lopez|65|October 2028|Amber"),
        notes="The fish market is red because the roof beams were delivered late."),
    slide(3, "Three layouts", table(
        "|A Pier|B Basin|C Island\nLength (m)|640|690|610\nCost (EUR million)|286|251|540\nTrees felled|74|163|12")),
    slide(4, "Visitors", chart("column", "Visitors", ["2023", "2024", "2025"],
                               {"Residents": [310, 335, 352], "Tourists": [120, 154, 190]}, "0", "Visitors (1,000)")),
    slide(5, "Two cranes", "Goliath (gantry)\n  Lifts 900 t\n  EUR 310 a day\n  On hire until May\nHermes (mobile)\n"
          "  Lifts 400 t\n  EUR 180 a day\n  On hire until July"),
    slide(6, "What could go wrong", "- Storms delay piling\n- Price of steel"),
)  # fmt: skip
LIBRARY = deck(
    "library-2024.pptx", "Library review 2024",
    slide(1, "Library review 2024", "City library of Porthaven"),
    slide(2, "Branches", table("Branch|Loans|Members\nHarbour|8,984|1,200\nMill Road|9,659|1,450\nOld Town|7,120|980")),
    slide(3, "Opening hours", "Open 52 hours a week\nSundays: closed"),
    slide(4, "Limits (EUR)", table("Grade|Ireland Hotel|Ireland Meals|Abroad Hotel|Abroad Meals\n"
                                   "Staff|140|36|170|48\nDirectors|190|40|240|60")),
)  # fmt: skip
LATER = deck(
    "library-2025.pptx", "Library review 2025",
    slide(1, "Library review 2025", "City library of Porthaven"),
    slide(2, "Branches", table("Branch|Loans|Members\nHarbour|9,102|1,260\nMill Road|9,920|1,500\nOld Town|7,350|990")),
    slide(3, "Opening hours", "Open 56 hours a week\nSundays: 10 to 14"),
)  # fmt: skip


def talked() -> Held:
    return Held(HARBOUR, LIBRARY, LATER)
