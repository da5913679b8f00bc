"""Free questions to a folder of plain documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from groundstone.knowledge import courtesy, fit, prepare
from groundstone.knowledge.base import KnowledgeBase, Turn
from groundstone.knowledge.chunk import chunk
from groundstone.knowledge.index import failures
from groundstone.knowledge.quotes import Ranked
from groundstone.knowledge.spec import Chunking, KnowledgeSpec, SourceSpec
from groundstone.models.base import Vectors
from groundstone.models.fakes import FakeChat, FakeEmbed
from groundstone.records import Document
from groundstone.text import is_sentence
from tests.bases import HANDBOOK, opened

RATES = "mode,rate per km\nbicycle,0.22\ncar,0.38\n"


@pytest.fixture
def plain(tmp_path: Path) -> Iterator[KnowledgeBase]:
    inside = tmp_path / "files"
    inside.mkdir()
    for name, text in {**HANDBOOK, "rates.csv": RATES}.items():
        (inside / name).write_text(text, encoding="utf-8")
    spec = KnowledgeSpec("handbook", title="Handbook", source=SourceSpec("folder", str(inside)))
    with opened(tmp_path, spec) as kb:
        kb.sync()
        yield kb


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("thanks a lot", "You are welcome"),
        ("hello", "Hello"),
        ("who are you", "I answer questions from"),
        ("what can you do?", "I answer questions from"),
        ("write me a poem", "I can only answer from"),
        ("zyx qwv", "I did not find that in Handbook."),
    ],
)
def test_what_cannot_be_quoted_is_declined_in_fitting_words(plain: KnowledgeBase, question: str, begins: str) -> None:
    answer = plain.ask(question)
    assert answer.declined
    assert answer.text.startswith(begins)


def test_the_subject_is_named_only_when_it_is_known() -> None:
    spec = KnowledgeSpec("k", title="Rules")
    assert courtesy.not_found(spec) == "I did not find that in Rules."
    assert courtesy.not_found(replace(spec, about="dogs")).endswith("It is about dogs.")
    assert courtesy.small_talk("are you open on sundays", spec) is None


@pytest.mark.parametrize(
    "question",
    ["how many documents are there?", "What is this about?", "which files do you have", "list all documents"],
)
def test_the_documents_are_counted_and_named_with_citations(plain: KnowledgeBase, question: str) -> None:
    answer = plain.ask(question)
    assert (answer.strength, answer.total, len(answer.citations)) == ("exact", 4, 4)
    assert "There are 4 documents here: " in answer.text
    stored = plain.collection.documents(plain.principal, [item.document_id for item in answer.citations])
    assert all(stored[item.document_id].text[item.start : item.end] == item.quote for item in answer.citations)
    assert all("\n" not in item.quote for item in answer.citations)


def test_one_row_of_a_table_is_quoted_and_no_other(plain: KnowledgeBase) -> None:
    answer = plain.ask("bicycle rate per km")
    assert answer.citations[0].quote == "mode: bicycle; rate per km: 0.22"
    assert not answer.closest


@pytest.mark.parametrize("question", ["annual leave", "travel", "passwords"])
def test_headings_are_not_quoted(plain: KnowledgeBase, question: str) -> None:
    answer = plain.ask(question)
    assert answer.citations
    assert not {citation.quote for citation in answer.citations} & {"Annual leave", "Sick leave", "Travel", "Passwords"}


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("Dogs are welcome on Fridays", True),
        ("It is free.", True),
        ("- Badge and laptop", True),
        ("Fee: 3 pounds", True),
        ("東京は日本の首都です", True),
        ("Annual leave", False),
        ("Home", False),
        ("Terms and conditions", False),
        ("11/22/26, 9:57", False),
        ("Yes.", False),
    ],
)
def test_a_line_that_says_something_is_told_from_a_heading(line: str, says: bool) -> None:
    assert is_sentence(line) is says


class Counting(FakeEmbed):
    """Counts the texts that it embeds."""

    def __init__(self) -> None:
        super().__init__(384)
        self.texts: list[str] = []

    def embed(self, texts: object) -> Vectors:
        self.texts += texts  # type: ignore[operator]
        return super().embed(texts)  # type: ignore[arg-type]


def test_repetitions_are_embedded_and_quoted_once(tmp_path: Path) -> None:
    inside = tmp_path / "files"
    inside.mkdir()
    for name in ("a.txt", "b.txt"):
        (inside / name).write_text("The badge costs nine euros at the desk. " * 2000, encoding="utf-8")
    embed = Counting()
    spec = KnowledgeSpec("handbook", source=SourceSpec("folder", str(inside)))
    with opened(tmp_path, spec, embed) as kb:
        kb.sync()
        assert len(embed.texts) == len(set(embed.texts))
        answer = kb.ask("what does the badge cost at the desk?")
        assert [item.quote for item in answer.citations] == ["The badge costs nine euros at the desk."]


def test_a_document_of_too_many_passages_fails_with_advice_and_status_keeps_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prepare, "MAX_CHUNKS", 3)
    inside = tmp_path / "files"
    inside.mkdir()
    (inside / "rows.csv").write_text("a,b\n" + "".join(f"{n},{n}\n" for n in range(9)), encoding="utf-8")
    (inside / "empty.txt").write_text("", encoding="utf-8")
    with opened(tmp_path, KnowledgeSpec("handbook", source=SourceSpec("folder", str(inside)))) as kb:
        assert len(kb.sync().failed) == 2
        number, kept = failures(kb.collection)
        assert number == 2
        assert "split it" in dict(kept)["rows.csv"]
        (inside / "rows.csv").unlink()
        (inside / "empty.txt").write_text("Now there is something in it.", encoding="utf-8")
        kb.sync()
        assert failures(kb.collection) == (0, [])


def test_a_heading_alone_opens_the_section_below_it() -> None:
    from groundstone.knowledge.markdown import markdown_text

    text, title, parts = markdown_text("# Leave\n\n## Annual\nYou have 28 days.\n")
    found = chunk(Document("d", title, text, parts=parts), Chunking("structure"))
    assert [one.text for one in found] == ["Leave\n\nAnnual\nYou have 28 days."]


def ranked(text: str, score: float, cosine: float, covered: float) -> Ranked:
    return Ranked(score, (Document("d", "t", text), 0, len(text), ""), cosine, covered)


def test_a_passage_without_a_number_or_name_of_the_question_is_no_sure_answer() -> None:
    good = ranked("The mill was built in 1604 by Hanna Brand.", 0.9, 0.9, 0.9)
    assert fit.sure("Who built the mill in 1604?", good)
    assert not fit.sure("Who built the mill in 1704?", good)
    assert not fit.sure("When did Otto build the mill?", good)
    assert not fit.sure("who built it", ranked("The mill was built.", 0.5, 0.6, 0.5))
    assert fit.strength("Who built the mill in 1704?", good) == "medium"


def test_a_short_question_with_a_pronoun_is_about_what_was_asked_before(tmp_path: Path) -> None:
    inside = tmp_path / "files"
    inside.mkdir()
    texts = {
        "rome.txt": "The office in Rome has 41 desks. The office in Rome is managed by Dario Neri.",
        "oslo.txt": "The office in Oslo has 20 desks. The office in Oslo is managed by Anna Berg.",
        "pets.txt": "Dogs are welcome on Fridays. It is said that cats stay at home.",
    }
    for name, text in texts.items():
        (inside / name).write_text(text, encoding="utf-8")
    with opened(tmp_path, KnowledgeSpec("offices", source=SourceSpec("folder", str(inside)))) as kb:
        kb.sync()
        first = kb.ask("How many desks does the office in Rome have?")
        turn = [Turn("How many desks does the office in Rome have?", first.query)]
        assert "Dario Neri" in kb.ask("And who manages it?", history=turn).sentences[0].text
        chat = FakeChat(["The office in Rome is managed by Dario Neri [1]."])
        assert kb.ask("And who manages it?", history=turn, chat=chat).mode == "generative"
        asked = chat.calls[-1][-1].content.rpartition("Question: ")[2]
        assert asked == "How many desks does the office in Rome have? And who manages it?"
        changed = kb.ask("Is it said that cats stay at home?", history=turn)  # that says enough by itself
        assert changed.sentences[0].text == "It is said that cats stay at home."
