"""Ask a knowledge base a set of questions and report how many answers are right, cited, and quick."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from groundstone.knowledge import checks
from groundstone.knowledge.answer import Answer
from groundstone.knowledge.base import KnowledgeBase, Turn
from groundstone.knowledge.checks import Case
from groundstone.knowledge.oracle import Oracle
from groundstone.knowledge.questionset import Question, load_questions
from groundstone.records import Scalar

__all__ = ["Outcome", "Point", "Question", "Report", "evaluate", "load_questions", "refusal_curve"]

RECALL_AT = (1, 5, 10)
STRENGTHS = ("none", "low", "medium", "high", "exact")
_PAGE = 1000


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one question went.

    ``problems``: what the answer gets wrong; ``unsound``: broken rules of citation. ``rank``: place, from 1,
    of the first wanted document among the retrieved ones, None when it is not among the first ten or the
    question has no such document. ``score``: how near the best passage is, in [-1, 1].
    """

    question: Question
    answer: Answer
    problems: tuple[str, ...]
    unsound: tuple[str, ...]
    seconds: float
    rank: int | None = None
    score: float = 0.0

    @property
    def right(self) -> bool:
        return not self.problems

    @property
    def contained(self) -> bool:
        """For questions with a wanted phrase: the answer or one of its quotes holds it."""
        asked = self.question.expect.get("contains")
        return asked is not None and not self.answer.declined and checks.says(self.answer, asked["any"])


@dataclass(frozen=True, slots=True)
class Point:
    """At this threshold: the share of answerable questions declined, and of unanswerable ones answered."""

    threshold: str
    false_declines: float
    false_answers: float


@dataclass(frozen=True, slots=True)
class Report:
    name: str
    outcomes: tuple[Outcome, ...]

    @property
    def right(self) -> int:
        return sum(outcome.right for outcome in self.outcomes)

    @property
    def failures(self) -> list[Outcome]:
        return [outcome for outcome in self.outcomes if outcome.problems or outcome.unsound]

    def by_kind(self) -> dict[str, tuple[int, int]]:
        """Kind -> (right, asked), in the order of first appearance."""
        groups: dict[str, list[bool]] = defaultdict(list)
        for outcome in self.outcomes:
            groups[outcome.question.kind].append(outcome.right)
        return {kind: (sum(rights), len(rights)) for kind, rights in groups.items()}

    def recall(self) -> dict[int, float | None]:
        """Share of the questions with wanted documents for which retrieval finds one among the first k."""
        ranks = [outcome.rank for outcome in self.outcomes if outcome.question.targets]
        return {k: _share([rank is not None and rank <= k for rank in ranks]) for k in RECALL_AT}

    def containment(self) -> float | None:
        return _share([o.contained for o in self.outcomes if "contains" in o.question.expect])

    def soundness(self) -> float | None:
        """Share of answers in which every quote is verbatim and every sentence and card is cited."""
        return _share([not outcome.unsound for outcome in self.outcomes])

    def citations(self) -> tuple[int, int]:
        """(citations that quote their document verbatim, citations)."""
        total = sum(len(outcome.answer.citations) for outcome in self.outcomes)
        wrong = sum(text.startswith("citation ") for outcome in self.outcomes for text in outcome.unsound)
        return total - wrong, total

    def refusal_by_strength(self) -> list[Point]:
        """What follows when answers weaker than each strength are declined."""
        samples = [(o.question.answerable, float(STRENGTHS.index(_strength(o.answer)))) for o in self.outcomes]
        points = refusal_curve(samples, [float(rank) for rank in range(1, len(STRENGTHS))])
        return [Point(STRENGTHS[int(float(p.threshold))], p.false_declines, p.false_answers) for p in points]

    def refusal_by_score(self) -> list[Point]:
        """The same for a threshold on the best passage's score, over questions answered from text."""
        samples = [(o.question.answerable, o.score) for o in self.outcomes if o.question.from_text]
        return refusal_curve(samples, [step / 20 for step in range(21)])

    def milliseconds(self, percent: int) -> float:
        """Time to an answer, not counting the history: the p-th percentile, nearest rank."""
        ordered = sorted(outcome.seconds for outcome in self.outcomes)
        return 1000 * ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else 0.0

    def table(self, failures: bool = True) -> str:
        """The report as text: kinds, figures, refusal, and the questions that were answered wrongly."""
        wrong = self._failures() if failures else ()
        return "\n".join([*self._kinds(), "", *self._figures(), "", *self._refusal(), *wrong])

    def _kinds(self) -> list[str]:
        rows = [*self.by_kind().items(), ("all", (self.right, len(self.outcomes)))]
        lines = [f"  {kind:<16}{right:>5} of {asked:<5}{right / asked:>7.1%}" for kind, (right, asked) in rows if asked]
        return [f"{self.name}: {len(self.outcomes)} questions", *lines]

    def _figures(self) -> list[str]:
        valid, total = self.citations()
        recall = "  ".join(f"@{k} {_percent(share)}" for k, share in self.recall().items())
        return [
            f"  retrieval recall      {recall}",
            f"  answer contained      {_percent(self.containment())}",
            f"  verbatim citations    {valid} of {total}",
            f"  fully cited answers   {_percent(self.soundness())}",
            f"  time to an answer     p50 {self.milliseconds(50):.0f} ms  p99 {self.milliseconds(99):.0f} ms",
        ]

    def _refusal(self) -> list[str]:
        if all(outcome.question.answerable for outcome in self.outcomes):
            return []
        lines = ["  decline below    false declines  false answers"]
        for point in [*self.refusal_by_strength(), *_thinned(self.refusal_by_score())]:
            lines.append(f"  {point.threshold:<17}{point.false_declines:>14.1%}{point.false_answers:>15.1%}")
        return [*lines, ""]

    def _failures(self) -> list[str]:
        lines = []
        for outcome in self.failures:
            asked = " > ".join((*outcome.question.history, outcome.question.question))
            lines += [f"- {outcome.question.id} [{outcome.question.kind}] {asked}"]
            lines += [f"    {problem}" for problem in (*outcome.problems, *outcome.unsound)]
            lines += [f"    got: {_shortened(outcome.answer.text)!r}"]
        return lines

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "questions": len(self.outcomes),
            "right": self.right,
            "kinds": {kind: {"right": right, "asked": asked} for kind, (right, asked) in self.by_kind().items()},
            "recall": {str(k): share for k, share in self.recall().items()},
            "containment": self.containment(),
            "citations": dict(zip(("verbatim", "all"), self.citations(), strict=True)),
            "fully_cited": self.soundness(),
            "milliseconds": {"p50": self.milliseconds(50), "p99": self.milliseconds(99)},
            "refusal_by_strength": [_point_json(point) for point in self.refusal_by_strength()],
            "refusal_by_score": [_point_json(point) for point in self.refusal_by_score()],
            "failures": [_failure_json(outcome) for outcome in self.failures],
        }


def evaluate(
    kb: KnowledgeBase,
    questions: Sequence[Question],
    records: Iterable[Mapping[str, Any]] | None = None,
    progress: Callable[[int, int], None] | None = None,
    name: str = "",
) -> Report:
    """Ask every question and judge the answers.

    Args:
        records: the raw records that expectations are computed from; None reads them from the collection.
        progress: called with (questions done, questions in all).
    """
    oracle = oracle_of(kb) if records is None else Oracle.of(records, kb.spec.schema)
    outcomes = []
    for number, question in enumerate(questions, 1):
        outcomes.append(_outcome(kb, question, oracle))
        if progress is not None:
            progress(number, len(questions))
    return Report(name or kb.name, tuple(outcomes))


def oracle_of(kb: KnowledgeBase) -> Oracle:
    """The fields as the collection holds them, for knowledge bases whose source is not at hand."""
    schema, offset = kb.spec.schema, 0
    rows: dict[str, dict[str, tuple[Scalar, ...]]] = {}
    while page := kb.collection.select(kb.principal, limit=_PAGE, offset=offset):
        offset += len(page)
        for document in page:
            row = {key: value if isinstance(value, tuple) else (value,) for key, value in document.fields.items()}
            own = {schema.id_field: document.id, schema.title_field: document.title}
            rows[document.id] = {name: (value,) for name, value in own.items() if name} | row
    return Oracle(schema, rows)


def refusal_curve(samples: Sequence[tuple[bool, float]], thresholds: Sequence[float]) -> list[Point]:
    """Samples are (answerable, score); a question is declined when its score is below the threshold."""
    good = [score for answerable, score in samples if answerable]
    bad = [score for answerable, score in samples if not answerable]
    return [
        Point(
            f"{threshold:.2f}",
            _share([score < threshold for score in good]) or 0.0,
            _share([score >= threshold for score in bad]) or 0.0,
        )
        for threshold in thresholds
    ]


def _outcome(kb: KnowledgeBase, question: Question, oracle: Oracle) -> Outcome:
    turns: list[Turn] = []
    for earlier in question.history:
        said = kb.ask(earlier, history=turns)
        turns.append(Turn(earlier, said.query, tuple(card.document_id for card in said.cards)))
    start = perf_counter()
    answer = kb.ask(question.question, history=turns)
    seconds = perf_counter() - start
    problems = checks.check(Case(answer, oracle, _listed(kb, answer)), question.expect)
    stored = kb.collection.documents(kb.principal, sorted({c.document_id for c in answer.citations}))
    rank, score = _retrieved(kb, question)
    return Outcome(question, answer, tuple(problems), tuple(checks.unsound(answer, stored)), seconds, rank, score)


def _listed(kb: KnowledgeBase, answer: Answer) -> frozenset[str] | None:
    """Every document that the filter matches, when the answer is a list and says how many there are."""
    if answer.query.kind != "list" or answer.total is None:
        return None
    ids = kb.collection.ids(kb.principal, answer.query.where)
    # A theme or a limit may narrow what is listed; then only what is shown counts.
    return frozenset(ids) if answer.total == len(ids) else None


def _retrieved(kb: KnowledgeBase, question: Question) -> tuple[int | None, float]:
    """Of a plain search: the rank of the first wanted document, and the best cosine (else score)."""
    if not question.from_text:
        return None, 0.0
    hits = kb.search(question.question, limit=30, explain=True)
    found = list(dict.fromkeys(hit.document.id for hit in hits))[: max(RECALL_AT)]
    places = [place for place, name in enumerate(found, 1) if name in question.targets]
    # The joint score is relative to the best hit; the cosine says how near it is at all.
    scores = [float(hit.reasons.get("cosine", hit.score)) for hit in hits]
    return min(places, default=None), max(scores, default=0.0)


def _strength(answer: Answer) -> str:
    """Passages shown as the nearest ones are no answer."""
    return "none" if answer.closest else answer.strength


def _share(flags: Sequence[bool]) -> float | None:
    return sum(flags) / len(flags) if flags else None


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"


def _thinned(points: Sequence[Point]) -> list[Point]:
    """Without neighbours that say the same."""
    return [
        point
        for place, point in enumerate(points)
        if place == 0
        or (point.false_declines, point.false_answers)
        != (points[place - 1].false_declines, points[place - 1].false_answers)
    ]


def _shortened(text: str, size: int = 160) -> str:
    return text if len(text) <= size else f"{text[:size]}\u2026"


def _point_json(point: Point) -> dict[str, Any]:
    return {
        "threshold": point.threshold,
        "false_declines": point.false_declines,
        "false_answers": point.false_answers,
    }


def _failure_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.question.id,
        "kind": outcome.question.kind,
        "history": list(outcome.question.history),
        "question": outcome.question.question,
        "expected": dict(outcome.question.expect),
        "problems": [*outcome.problems, *outcome.unsound],
        "got": outcome.answer.text,
        "shown": [card.document_id for card in outcome.answer.cards],
        "strength": outcome.answer.strength,
    }
