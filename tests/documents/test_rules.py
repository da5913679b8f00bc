"""Decisions by a rule file: what holds, what fails, what is open, and the evidence that is named."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.documents.base import Candidate, Finding, Line, Page, Place, Query, Reading, Region
from groundstone.documents.rules.base import OUTCOMES, Decision
from groundstone.documents.rules.ruleset import Rules
from groundstone.errors import ConfigError, InvalidInput

RULES = """
sure = 0.8
[[rule]]
name = "vaccinated"
any = [
  { says = "STATUS", one_of = ["fully vaccinated"], none_of = ["not", "partially"] },
  { doses = ["D1", "D2", "D3"], vaccine = "VACCINE", stated = "COUNT", days = 14 },
]
[[rule]]
name = "name"
check = { same = "NAME", of = "name", as = "name" }
[[rule]]
name = "birth"
check = { same = "DOB", of = "date_of_birth", as = "date" }
[[rule]]
name = "expiry"
check = { not_past = "UNTIL" }
[[vaccine]]
names = ["Comirnaty"]
doses = 2
[[vaccine]]
names = ["Janssen"]
doses = 1
"""
CARD = {"STATUS": "Fully Vaccinated (2 Doses)", "NAME": "DOE, John", "DOB": "11 Dec 1980", "UNTIL": "2031-05-01"}
TRAVELLER = {"name": "John Doe", "date_of_birth": "1980-12-11", "travel_date": "2026-07-01"}
DOSES = {"VACCINE": "Comirnaty", "D1": "2026-01-04", "D2": "2026-02-01"}


@pytest.fixture
def rules(tmp_path: Path) -> Rules:
    return rules_of(RULES, tmp_path)


def rules_of(text: str, folder: Path) -> Rules:
    path = folder / "rules.toml"
    path.write_text(text, encoding="utf-8")
    return Rules.load(path)


def decided(
    rules: Rules,
    answers: Mapping[str, str | None],
    traveller: Mapping[str, str] = TRAVELLER,
    unsure: tuple[str, ...] = (),
    lines: tuple[str, ...] = (),
) -> Decision:
    findings = [_finding(name, text, 0.5 if name in unsure else 0.95) for name, text in answers.items()]
    asked = set(answers)
    findings += [_finding(name, None, 0.5 if name in unsure else 0.95) for name in rules.queries if name not in asked]
    page = Page(1, 100, 100, tuple(Line(text, 1.0, Place.of(0, 0, 1, 0.1), ()) for text in lines))
    return rules.decide(findings, Reading("image/png", (page,), 1), traveller, date(2026, 6, 1))


def _finding(name: str, text: str | None, confidence: float) -> Finding:
    place = Place.of(0.1, 0.1, 0.2, 0.05)
    answer = Candidate(text, confidence, Region(text, 1.0, place)) if text is not None else None
    return Finding(Query(f"What is {name}?", name), answer, confidence, (answer,) if answer else ())


def passed(decision: Decision) -> dict[str, bool | None]:
    return {reason.rule: reason.passed for reason in decision.reasons}


def test_a_good_card_is_verified_with_a_reason_and_a_place_for_every_rule(rules: Rules) -> None:
    decision = decided(rules, CARD)
    assert decision.outcome == "verified"
    assert passed(decision) == {"vaccinated": True, "name": True, "birth": True, "expiry": True}
    assert [reason.evidence[0].text for reason in decision.reasons] == list(CARD.values())


@pytest.mark.parametrize(
    ("change", "outcome", "rule"),
    [
        ({"STATUS": "Partially vaccinated"}, "refused", "vaccinated"),
        ({"STATUS": "NOT FULLY VACCINATED"}, "refused", "vaccinated"),
        ({"STATUS": "see reverse"}, "review", "vaccinated"),
        ({"NAME": "Mary Miller"}, "refused", "name"),
        ({"NAME": "John Doo"}, "review", "name"),
        ({"NAME": "John Michael Doe"}, "review", "name"),
        ({"DOB": "1981-12-11"}, "refused", "birth"),
        ({"DOB": "11/12/1980"}, "verified", None),
        ({"DOB": "12/11/1980"}, "review", "birth"),  # in the other order it is the traveller's
        ({"DOB": "unreadable"}, "review", "birth"),
        ({"NAME": None}, "review", "name"),
        ({"UNTIL": "2026-06-30"}, "refused", "expiry"),
        ({"UNTIL": "2026-07-01"}, "verified", None),
        ({"UNTIL": None}, "verified", None),
    ],
)
def test_what_is_wrong_decides(rules: Rules, change: dict[str, str | None], outcome: str, rule: str | None) -> None:
    answers = {**CARD, **change}
    if "STATUS" in change and outcome == "refused":
        answers |= {"VACCINE": "Comirnaty", "D1": "2026-01-04"}
    decision = decided(rules, answers)
    assert decision.outcome == outcome
    assert [name for name, held in passed(decision).items() if not held] == ([rule] if rule else [])


@pytest.mark.parametrize(
    ("doses", "outcome"),
    [
        (DOSES, "verified"),
        ({**DOSES, "D2": None}, "refused"),
        ({**DOSES, "D2": "2026-06-20"}, "refused"),  # eleven days before the journey
        ({**DOSES, "D2": "2026-06-17"}, "verified"),  # fourteen
        ({**DOSES, "D2": "2026-08-01"}, "refused"),  # an appointment, not yet given
        ({**DOSES, "D3": "2026-06-28"}, "refused"),
        ({**DOSES, "VACCINE": "Janssen", "D2": None}, "verified"),
        ({**DOSES, "VACCINE": "Something new"}, "review"),
        ({**DOSES, "VACCINE": "Something new", "COUNT": "2/2"}, "verified"),
        ({"VACCINE": None, "COUNT": "1 of 2", "D1": "2026-01-04"}, "refused"),
        ({**DOSES, "D2": "illegible"}, "review"),
    ],
)
def test_doses_count_by_the_schedule_of_the_vaccine(rules: Rules, doses: dict[str, str | None], outcome: str) -> None:
    assert decided(rules, {**CARD, "STATUS": None, **doses}).outcome == outcome


@pytest.mark.parametrize("name", ["STATUS", "NAME", "DOB", "UNTIL"])
def test_an_answer_that_is_not_sure_is_for_a_person(rules: Rules, name: str) -> None:
    wrong = {"STATUS": "partially", "NAME": "Mary", "DOB": "1999-01-01", "UNTIL": "2020-01-01"}
    assert decided(rules, {**CARD, name: wrong[name]}, unsure=(name,)).outcome == "review"


def test_a_dose_that_may_have_been_overlooked_is_for_a_person(rules: Rules) -> None:
    answers = {**CARD, "STATUS": None, **DOSES, "D2": None}
    assert decided(rules, answers, unsure=("D2",)).outcome == "review"


def test_the_order_of_other_dates_on_the_page_settles_an_open_one(rules: Rules) -> None:
    answers = {**CARD, "DOB": "12/11/1980"}
    assert decided(rules, answers, lines=("issued 03/28/2026",)).outcome == "verified"
    assert decided(rules, answers, lines=("issued 28/03/2026",)).outcome == "refused"


def test_a_name_in_parts_is_put_together(tmp_path: Path) -> None:
    text = '[[rule]]\nname = "n"\ncheck = { same = "NAME", parts = ["GIVEN", "FAMILY"], of = "name", as = "name" }'
    rules = rules_of(text, tmp_path)
    assert decided(rules, {"NAME": "Doe", "GIVEN": "John", "FAMILY": "Doe"}).outcome == "verified"
    assert decided(rules, {"NAME": "Doe", "GIVEN": "John"}).outcome == "review"
    assert decided(rules, {"NAME": "Miller", "GIVEN": "Mary", "FAMILY": "Miller"}).outcome == "refused"
    assert decided(rules, {"NAME": "Doe", "GIVEN": "John", "FAMILY": "Doe"}, unsure=("FAMILY",)).outcome == "review"


def test_without_a_traveller_to_compare_with_a_person_decides(rules: Rules) -> None:
    decision = decided(rules, CARD, {})
    assert decision.outcome == "review"
    assert "no name of the traveller was given" in decision.reasons[1].text


def test_a_document_that_says_nothing_is_for_a_person(rules: Rules) -> None:
    decision = decided(rules, {})
    assert decision.outcome == "review"
    assert decision.reasons[0].text == "the document says nothing of what was asked"


def test_a_day_of_travel_that_is_none_is_refused_as_input(rules: Rules) -> None:
    with pytest.raises(InvalidInput, match="travel_date: 'soon'"):
        decided(rules, CARD, {**TRAVELLER, "travel_date": "soon"})


def test_outcomes_can_be_chosen(tmp_path: Path) -> None:
    text = (
        '[[rule]]\nname = "n"\nfails = "review"\nunclear = "pass"\ncheck = { same = "NAME", of = "name", as = "name" }'
    )
    rules = rules_of(text, tmp_path)
    assert decided(rules, {"NAME": "Mary Miller"}).outcome == "review"
    assert decided(rules, {"NAME": "John Doo"}).outcome == "verified"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it holds no"),
        ("x = 1", "'x' is unknown"),
        ("sure = 2", "sure is a number"),
        ("rule = 3", "rule is a list"),
        ("[[rule]]\ncheck = { says = 'A', one_of = ['b'] }", "name is a text"),
        ("[[rule]]\nname = 'a'", "either check or any"),
        ("[[rule]]\nname = 'a'\ncheck = { says = 'A' }", "one_of is a list of texts"),
        ("[[rule]]\nname = 'a'\ncheck = { tells = 'A' }", "has none"),
        ("[[rule]]\nname = 'a'\ncheck = { says = 'A', same = 'B' }", "has says, same"),
        ("[[rule]]\nname = 'a'\ncheck = { same = 'A', of = 'b', as = 'c' }", "as is name, date or text"),
        ("[[rule]]\nname = 'a'\nfails = 'x'\ncheck = { not_past = 'A' }", "fails is refused or review"),
        ("[[rule]]\nname = 'a'\ncheck = { not_past = 'A', absent = 1 }", "absent is holds"),
        ("[[rule]]\nname = 'a'\ncheck = { doses = ['A'], vaccine = 'B', days = -1 }", "days is a whole number"),
        ("[[vaccine]]\nnames = ['x']\ndoses = 0", "doses is a whole number"),
        ("[[rule]]\nname = 'a'\ncheck = { not_past = 'A' }\n" * 2, "two rules are called 'a'"),
        ("rule = [", "rules.toml"),
    ],
)
def test_a_wrong_rule_file_is_refused_with_the_entry(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=message):
        rules_of(text, tmp_path)


@given(
    st.dictionaries(
        st.sampled_from(["STATUS", "NAME", "DOB", "UNTIL", "D1", "D2", "VACCINE", "COUNT"]), st.text(max_size=30)
    ),
    st.sets(st.sampled_from(["STATUS", "NAME", "DOB", "D1"])),
)
def test_whatever_a_document_says_there_is_a_decision(answers: dict[str, str], unsure: set[str]) -> None:
    shipped = Path(__file__).parents[2] / "src/groundstone/apps/vaccination/rules.toml"
    decision = decided(Rules.load(shipped), answers, unsure=tuple(unsure))
    assert decision.outcome in OUTCOMES


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        ("Fully Vaccinated (2 Doses)", True),
        ("FULLY VACCINATED", True),
        ("Vollständig geimpft", True),
        ("Schéma vaccinal complet", True),
        ("Pauta completa", True),
        ("Not fully vaccinated", False),
        ("Partially Vaccinated (1 Dose)", False),
        ("nicht vollständig geimpft", False),
        ("Incomplete", False),
    ],
)
def test_the_shipped_rules_read_a_status_in_several_languages(status: str, outcome: bool) -> None:
    shipped = Rules.load(Path(__file__).parents[2] / "src/groundstone/apps/vaccination/rules.toml")
    answers = {"CERT_VAC_STATUS": status, "CERT_BENF_NAME": "John Doe", "CERT_DOB": "1980-12-11", "VACCINE": "Pfizer"}
    assert passed(decided(shipped, answers))["fully vaccinated"] is outcome
