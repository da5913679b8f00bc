"""Questions that numbers of tables, charts, tiles and lines answer, worded freely; and those that they do not."""

from __future__ import annotations

import numpy as np
import pytest

from groundstone.models.base import Vectors
from groundstone.slides import asks, seen, solve
from groundstone.slides.answer import answer
from groundstone.slides.base import SlideAnswer
from groundstone.slides.reply import Reply
from tests.slides.asked_decks import Held, chart, deck, slide, table

HALDEN = deck(
    "halden.pptx", "Halden Foods – results 2024",
    slide(1, "Halden Foods – results 2024", "Annual meeting, Tromsvik"),
    slide(2, "Sales by product group (€ million)", table(
        "Product group|2022|2023|2024|Change¹\nCrispbread|142.0|151.5|163.6|+8 %\n"
        "Frozen fish|203.4|198.0|189.1|–4 %\nSoups|77.9|81.2|90.7|+12 %\n"
        "Ready meals|96.0|118.3|139.6|+18 %\nHalden|519.3|549.0|583.0|+6 %")),
    slide(3, "Plants", table(
        "Plant|Country|Staff (FTE)|Energy (kWh/t)|Accidents\nTromsvik|Norway|640|310|2\nEsbeck|Denmark|455|355|5\n"
        "Varde|Denmark|n/a|402|1\nKaunas|Lithuania|380|n/a|0"), "Varde is run by a partner."),
    slide(4, "Loss ratio by line (%)", chart(
        "line", "", ["Q3 24", "Q4 24", "Q1 25", "Q2 25"],
        {"Motor": [78, 81, 76, 74], "Home": [61, 70, 66, 63]}, "", "Loss ratio (%)")),
    slide(5, "Recipes", "- We cut sugar in 46 recipes in 2023 and in 61 recipes in 2024\n"
          "- Palm oil fell from 1,900 tonnes in 2022 to 640 tonnes in 2024"),
    slide(6, "Routes compared", table(
        "|A Mill Street|B Canal bank|C Tunnel\nCost (€m)|286|251|540\nJourney (min)|18|21|15\nTrees felled|74|163|12")),
    slide(7, "Loans", table(
        "Lender|Amount|Rate\nNordbank|€80 m|3.4 %\nSparring Bank|€45 m|4.1 %\nGreen bond|€120 m|2.9 %")),
    slide(8, "Instances", table(
        "Instance|Chips|Memory (GB)|On demand ($/h)\ntl2.large|1|32|1.18\n"
        "tl2.xlarge|2|64|2.42\ntl2.12xlarge|6|192|7.10")),
    slide(9, "Work packages", table(
        "Package|Contractor|Value (€m)|Done (%)\nTurbines|Aerolith|1,150|45\nArray cables|Cablo Sud|138|30\n"
        "Export cables|Cablo Sud|205|88\nTotal||1,493|")),
    slide(10, "Repayments", table("Fare|Flight\nup to 1,500 km|€250\nup to 3,500 km|€430\nmore than 3,500 km|€600")),
)  # fmt: skip
SHELF = Held(HALDEN)


def ask(question: str) -> SlideAnswer:
    return answer(SHELF, question)


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How much did frozen fish lose between 2022 and 2024?", "14.3"),
        ("Home versus Motor loss ratio in Q2 25, what is the gap?", "11"),
        ("How much more did soups sell in 2024 than the year before?", "9.5"),
        ("What is the spread between the highest and the lowest loan rate?", "1.2"),
        ("How many more recipes had sugar cut in 2024 than in 2023?", "15"),
        ("How many times as much palm oil was there in 2022 as in 2024?", "2.97"),
        ("Palm oil: change in percent from 2022 to 2024?", "66.3"),
        ("Route C costs how many millions more than route B?", "289"),
        ("By how many percent did ready meals grow from 2023 to 2024?", "18"),
        ("How many times the price of a tl2.large is a tl2.12xlarge?", "6.02"),
        ("What do the three loans add up to?", "245"),
        ("What are both Cablo Sud contracts worth together?", "343"),
        ("What is the total of soups and crispbread in 2024?", "254.3"),
        ("What share of 2024 sales comes from frozen fish?", "32.4"),
        ("How far along are the array cables, in percent?", "30%"),
    ],
)
def test_calculations_are_known_by_what_they_ask_for(question: str, wanted: str) -> None:
    found = ask(question)
    assert not found.declined, found.text
    assert wanted in found.text


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("What was the loss ratio for home in the first quarter of 2025?", "66"),
        ("What is the change for soups?", "12"),
        ("energy of the esbeck plant", "355"),
        ("What does a tl2.12xlarge cost per hour?", "7.10"),
        ("How many GB does a tl2.large have?", "32"),
        ("How high is the interest on the green bond?", "2.9"),
        ("What is Aerolith's contract worth?", "1,150"),
        ("What does a flight of up to 3,500 km give?", "430"),
        ("How long is the journey by route A?", "18"),
    ],
)
def test_one_value_is_found_by_its_labels_units_and_kind(question: str, wanted: str) -> None:
    found = ask(question)
    assert not found.declined, found.text
    assert wanted in found.text


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("Which product group has the highest sales in 2024?", "Frozen fish"),  # and not the row that is the sum
        ("Which product group grew the most in percent from 2022 to 2024?", "Ready meals"),
        ("Which route is the fastest?", "C Tunnel"),
        ("Which line had the worst loss ratio in Q2 25?", "Motor"),
        ("Which plant has the second most staff?", "Esbeck"),
        ("Which product groups sold less in 2024 than in 2023?", "Frozen fish"),
        ("Which plants need less than 320 kWh per tonne?", "1 of 3: Tromsvik"),
        ("How many plants had more than 1 accident?", "2 of 4"),
    ],
)
def test_ranks_leave_totals_out_and_know_what_is_good(question: str, wanted: str) -> None:
    assert ask(question).text.startswith(wanted)


@pytest.mark.parametrize(
    "question",
    [
        "What was the loss ratio for home in Q1 24?",
        "What was the loss ratio for pet in Q2 25?",
        "What is the difference between the nurses of Esbeck and those of Kaunas?",
        "By how many percent did soups grow from 2019 to 2021?",
        "What does a tl2.24xlarge cost per hour?",
        "What is the difference between sales of soups and desserts in 2024?",
        "How much does the Nordbank weigh?",
    ],
)
def test_what_a_table_does_not_have_is_no_answer(question: str) -> None:
    found = ask(question)
    assert found.declined or found.closest, found.text


def test_both_numbers_are_said_with_their_labels() -> None:
    found = ask("How much more did soups sell in 2024 than in 2023?")
    assert "90.7" in found.text
    assert "81.2" in found.text
    assert "9.5" in found.workings[0]


class Alike:
    """An embedding model to which all texts mean the same."""

    model, dimensions = "alike", 2

    def embed(self, texts: list[str]) -> Vectors:
        return np.tile(np.array([1.0, 0.0], np.float32), (len(texts), 1))


def solved(question: str) -> Reply | None:
    sheets = [seen.sheet(None, "halden", HALDEN, one, 1.0) for one in HALDEN.slides]
    return solve.solved(asks.read(question), sheets, Alike())  # type: ignore[arg-type]


def test_with_a_model_verbs_may_be_missing_and_nouns_may_not() -> None:
    found = solved("What accidents is Esbeck reporting?")
    assert found is not None
    assert "5" in found.said[0].text
    assert solved("What accidents did the Esbeck canteen have?") is None
