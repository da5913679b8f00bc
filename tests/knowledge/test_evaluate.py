"""Question sets are well-formed, and a report adds up."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

import pytest

from groundstone.errors import InvalidInput
from groundstone.filters import Compare
from groundstone.identity import LOCAL
from groundstone.knowledge.answer import Answer
from groundstone.knowledge.base import KnowledgeBase, Turn
from groundstone.knowledge.evaluate import Report, evaluate, refusal_curve
from groundstone.knowledge.oracle import Oracle
from groundstone.knowledge.questionset import Question, faults, load_questions
from groundstone.knowledge.spec import Chunking, KnowledgeSpec, SourceSpec
from groundstone.models.fakes import FakeEmbed
from groundstone.questions.query import Chip, Query
from groundstone.records import Card, Citation, Sentence
from groundstone.schema import FieldSpec, Schema
from groundstone.stores.base import Settings
from groundstone.stores.sqlite import SqliteStore

MOVIES = files("groundstone.apps") / "movies"
SETS = ("development", "judgement")
SCHEMA = Schema(
    (
        FieldSpec("id", in_text=False),
        FieldSpec("title"),
        FieldSpec("year", type="integer"),
        FieldSpec("plot"),
    ),
    id_field="id",
    title_field="title",
    body_field="plot",
)
ROWS = [
    {"id": "heat", "title": "Heat", "year": 1995, "plot": "A crew robs banks in Los Angeles."},
    {"id": "ida", "title": "Ida", "year": 2013, "plot": "A novice learns a family secret."},
    {"id": "coco", "title": "Coco", "year": 2017, "plot": "A boy visits the land of the dead."},
]


@pytest.fixture(scope="module")
def catalogue() -> Oracle:
    lines = [
        line
        for file in (MOVIES / "catalogue").iterdir()
        if file.name.endswith(".jsonl")
        for line in file.read_text(encoding="utf-8").splitlines()
    ]
    schema = tomllib.loads((MOVIES / "app.toml").read_text(encoding="utf-8"))["schema"]
    return Oracle.of(map(json.loads, lines), Schema.from_json(schema))


@pytest.mark.parametrize("name", SETS)
def test_every_expectation_of_a_shipped_set_follows_from_the_catalogue(name: str, catalogue: Oracle) -> None:
    questions = load_questions(MOVIES / "questions" / f"{name}.jsonl")
    assert len(questions) >= 120
    assert faults(questions, catalogue) == []


def test_the_two_shipped_sets_share_no_question() -> None:
    first, second = ({q.question for q in load_questions(MOVIES / "questions" / f"{name}.jsonl")} for name in SETS)
    assert first.isdisjoint(second)


@pytest.mark.parametrize(
    "line",
    [
        "{",
        "[]",
        '{"id": "a"}',
        '{"id": "a", "kind": "k", "question": "q", "expect": {}}',
        '{"id": "a", "kind": "k", "question": "q", "expect": {"declined": true, "yes": true}}',
    ],
)
def test_a_malformed_line_is_named(tmp_path: Path, line: str) -> None:
    path = tmp_path / "set.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"set\.jsonl:1"):
        load_questions(path)


def test_an_id_given_twice_is_refused(tmp_path: Path) -> None:
    line = json.dumps({"id": "a", "kind": "k", "question": "q", "expect": {"declined": True}})
    path = tmp_path / "set.jsonl"
    path.write_text(f"{line}\n{line}\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="same id"):
        load_questions(path)


@pytest.mark.parametrize(
    ("expect", "fault"),
    [
        ({"fact": {"document": "jaws", "field": "year", "values": [1975]}}, "no such document: jaws"),
        ({"fact": {"document": "heat", "field": "year", "values": [1975]}}, "the record has other values"),
        ({"documents": {"where": {"field": "year", "op": "gt", "value": 3000}}}, "matches nothing"),
        ({"documents": {"where": {"field": "age", "op": "gt", "value": 3}}}, "cannot be judged"),
        ({"relevant": {"ids": ["heat"], "at": 5, "least": 2}}, "asks for more than there is"),
        ({"contains": {"document": "heat", "any": ["a shark"]}}, "the record does not say 'a shark'"),
        ({"yes": True, "document": "jaws"}, "no such document: jaws"),
    ],
)
def test_expectations_that_the_records_do_not_bear_out_are_found(expect: dict[str, object], fault: str) -> None:
    (found,) = faults([Question("q1", "k", "?", expect)], Oracle.of(ROWS, SCHEMA))
    assert found.startswith(f"q1: {fault}")


def test_the_refusal_curve_counts_both_kinds_of_error() -> None:
    samples = [(True, 0.9), (True, 0.4), (False, 0.5), (False, 0.1)]
    points = refusal_curve(samples, [0.0, 0.45, 1.0])
    assert [(p.false_declines, p.false_answers) for p in points] == [(0.0, 1.0), (0.5, 0.5), (1.0, 0.0)]


class Scripted(KnowledgeBase):
    """A real knowledge base whose answers are written by the test."""

    answers: dict[str, Answer]
    heard: list[tuple[str, int]]

    def ask(self, question: str, *, history: Sequence[Turn] = (), query: Query | None = None) -> Answer:
        self.heard.append((question, len(history)))
        return self.answers[question]


@pytest.fixture
def kb(tmp_path: Path) -> Scripted:
    source = tmp_path / "films.jsonl"
    source.write_text("\n".join(map(json.dumps, ROWS)), encoding="utf-8")
    spec = KnowledgeSpec("films", source=SourceSpec("records", str(source)), chunking=Chunking("none"), schema=SCHEMA)
    embed = FakeEmbed()
    settings = Settings(SCHEMA, embed.dimensions, embed.name, {})
    made = Scripted(LOCAL, SqliteStore(tmp_path / "store").create(LOCAL, "films", settings), spec, embed)
    made.sync()
    made.answers, made.heard = _answers(made), []
    return made


def _answers(kb: KnowledgeBase) -> dict[str, Answer]:
    def cite(name: str, quote: str) -> Citation:
        text = kb.document(name).text
        start = text.index(quote)
        return Citation(name, name, start, start + len(quote), quote)

    recent = Query("list", "q", chips=(Chip("filter", "after 2000", Compare("year", "gt", 2000)),))
    secret = cite("ida", "A novice learns a family secret.")
    said = (Sentence("A novice learns a family secret.", (0,)),)
    return {
        "after 2000": Answer(
            "q",
            (Sentence("2 films.", (0,)),),
            recent,
            (secret,),
            (Card("ida", "Ida", {}, 0),),
            strength="exact",
            total=2,
        ),
        "a secret": Answer("q", said, Query("passage", "q"), (secret,), strength="high"),
        "a bank": Answer("q", said, Query("passage", "q"), (secret,), strength="low"),
        "weather": Answer("q", said, Query("passage", "q"), (secret,), strength="low"),
        "hello": Answer("q", (Sentence("Hello."),), Query("off_topic", "q")),
    }


QUESTIONS = [
    Question("1", "filter", "after 2000", {"documents": {"where": {"field": "year", "op": "gt", "value": 2000}}}),
    Question("2", "plot", "a secret", {"contains": {"document": "ida", "any": ["family secret"]}}, ("after 2000",)),
    Question("3", "plot", "a bank", {"contains": {"document": "heat", "any": ["robs banks"]}}),
    Question("4", "off_topic", "weather", {"declined": True}),
    Question("5", "off_topic", "hello", {"declined": True}),
]


@pytest.fixture
def report(kb: Scripted) -> Report:
    return evaluate(kb, QUESTIONS, ROWS)


def test_exactness_is_counted_by_kind(report: Report) -> None:
    assert report.by_kind() == {"filter": (1, 1), "plot": (1, 2), "off_topic": (1, 2)}
    assert (report.right, report.containment()) == (3, 0.5)


def test_a_list_is_judged_by_all_that_its_filter_matches(report: Report) -> None:
    assert report.outcomes[0].answer.cards[0].document_id == "ida"
    assert report.outcomes[0].right


def test_earlier_questions_are_asked_first_and_in_order(kb: Scripted) -> None:
    evaluate(kb, QUESTIONS[1:2], ROWS)
    assert kb.heard == [("after 2000", 0), ("a secret", 1)]


def test_refusal_by_strength_shows_what_a_stricter_threshold_costs(report: Report) -> None:
    points = {p.threshold: (p.false_declines, p.false_answers) for p in report.refusal_by_strength()}
    assert points["low"] == (0.0, 0.5)
    assert points["medium"] == (pytest.approx(1 / 3), 0.0)


def test_citations_are_checked_against_the_stored_text(report: Report) -> None:
    assert report.citations() == (4, 4)
    assert report.soundness() == 1.0


def test_retrieval_is_measured_apart_from_the_answer(report: Report) -> None:
    assert [outcome.rank for outcome in report.outcomes[1:3]] != [None, None]
    assert report.recall()[10] == 1.0


def test_the_table_and_the_json_name_every_failure(report: Report) -> None:
    table = report.table()
    assert "- 3 [plot] a bank" in table
    assert "does not cite heat" in table
    data = json.loads(json.dumps(report.to_json()))
    assert [failure["id"] for failure in data["failures"]] == ["3", "4"]
    assert data["right"] == 3


def test_the_collection_itself_can_be_the_reference(kb: Scripted) -> None:
    assert evaluate(kb, QUESTIONS).right == evaluate(kb, QUESTIONS, ROWS).right


def test_progress_is_reported(kb: Scripted) -> None:
    steps: list[tuple[int, int]] = []
    evaluate(kb, QUESTIONS, ROWS, lambda done, total: steps.append((done, total)))
    assert steps == [(number, 5) for number in range(1, 6)]
