"""What holds for every answer, whatever was asked."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from statistics import mean

import pytest

from groundstone.filters import And, Compare, Filter, Not
from groundstone.knowledge.answer import Answer, events, to_json
from groundstone.knowledge.base import KnowledgeBase, Turn
from groundstone.questions import query as queries
from groundstone.records import Document
from groundstone.schema import Schema

FILM_QUESTIONS = """
Who directed Jaws?
Who stars in Heat?
How long is Gandhi?
When was Amelie released?
Where was Casablanca filmed?
What is the plot of Parasite?
tell me about Alien
What is the original title of Spirited Away?
What language is Ran in?
horror films
French comedies from the sixties
animated films with ratings greater than 8
westerns that are not from the United States
films in Swedish or Danish
films starring Robert De Niro and Al Pacino
films by Alfred Hitchcock, oldest first
films directed by Hichcock
the longest film
the three shortest comedies
top 5 thrillers
worst two musicals
films about time travel
recommend me some christmas movies
movies about sharks from the seventies
films like Alien
something similar to Spirited Away but from after 2005
How many films are there?
how many westerns do you have?
How many films from Japan are there?
How many directors are there?
how many actors are in Heat?
What is the average rating of comedies?
total runtime of the films by Sergio Leone
most common language
Which country is most frequent?
Is Jaws a horror film?
Was Alien released in 1979?
Did Steven Spielberg direct Jaws?
Which is longer, Jaws or Alien?
Who directed Jaws and Alien?
What was the budget of Jaws?
How many Oscars did Parasite win?
Japanese musicals from the 1920s
films by Hayao Miyazaki with a rating over 9.9
Who directed Xyzzyplugh?
Why does Henry Hill start running errands?
who hunts the shark
hello
write me a poem
start over
what is the capital of Mongolia
films
classic films
short films for kids
""".strip().splitlines()
HOUSE_QUESTIONS = """
houses in Orford
houses with a garden
houses without a garden built before 1950
highest price
average price
how many houses have more than 3 rooms?
agents of Orchard House
Is Mill Cottage in Kingsport?
most common feature
what is the barn like?
houses like Mill Cottage
houses with price over 2 million
who owns Mill Cottage?
""".strip().splitlines()
HANDBOOK_QUESTIONS = """
How many days of annual leave does every employee have?
In which class are trains booked?
What must a password look like?
hello
what is the capital of Mongolia
""".strip().splitlines()

CASES = [
    *(("films", question) for question in FILM_QUESTIONS),
    *(("houses", question) for question in HOUSE_QUESTIONS),
    *(("handbook", question) for question in HANDBOOK_QUESTIONS),
]


@pytest.fixture
def kb(request: pytest.FixtureRequest) -> KnowledgeBase:
    made = request.getfixturevalue(request.param)
    assert isinstance(made, KnowledgeBase)
    return made


def sound(kb: KnowledgeBase, answer: Answer) -> None:
    """The rules of citation."""
    stored = kb.collection.documents(kb.principal, [citation.document_id for citation in answer.citations])
    for citation in answer.citations:
        document: Document = stored[citation.document_id]
        assert citation.quote
        assert document.text[citation.start : citation.end] == citation.quote
        assert citation.title == document.title
    used = [mark for sentence in answer.sentences for mark in sentence.citations]
    assert all(0 <= mark < len(answer.citations) for mark in used)
    assert set(used) == set(range(len(answer.citations)))
    assert answer.sentences
    assert all(sentence.text.strip() and sentence.supported for sentence in answer.sentences)
    if answer.declined:
        assert answer.citations == ()
        assert answer.cards == ()
    else:
        assert all(sentence.citations for sentence in answer.sentences)
    cited = {citation.document_id for citation in answer.citations}
    assert {card.document_id for card in answer.cards} <= cited


@pytest.mark.parametrize(("kb", "question"), CASES, indirect=["kb"])
def test_every_sentence_of_an_answer_rests_on_words_that_are_stored(kb: KnowledgeBase, question: str) -> None:
    answer = kb.ask(question)
    sound(kb, answer)
    assert answer.question == question
    assert answer.mode == "extractive"


@pytest.mark.parametrize(("kb", "question"), CASES, indirect=["kb"])
def test_asking_again_with_the_interpretation_gives_the_same_answer(kb: KnowledgeBase, question: str) -> None:
    answer = kb.ask(question)
    data = json.loads(json.dumps(queries.to_json(answer.query)))
    again = kb.ask(question, query=queries.from_json(data, kb.schema))
    assert again.text == answer.text
    assert again.citations == answer.citations


@pytest.mark.parametrize(("kb", "question"), CASES[::4], indirect=["kb"])
def test_the_stream_ends_in_the_same_answer(kb: KnowledgeBase, question: str) -> None:
    answer = kb.ask(question)
    found = list(kb.stream(question))
    assert found == list(events(answer))
    kinds = [event.kind for event in found]
    assert kinds[0] == "understood"
    assert kinds[-1] == "done"
    assert kinds.index("citations") < kinds.index("sentence")
    assert kinds.count("sentence") == len(answer.sentences)
    assert found[-1].data["answer"] == to_json(answer)
    json.dumps(found[-1].data)


# -- lists -------------------------------------------------------------------------------------------------

LISTS: list[tuple[str, Filter]] = [
    ("horror films", Compare("genres", "eq", "Horror")),
    ("westerns that are not from the United States",
     And((Compare("genres", "eq", "Western"), Not(Compare("countries", "eq", "United States"))))),
    ("films released after 2015", Compare("year", "gt", 2015)),
    ("films in Italian", Compare("language", "eq", "Italian")),
    ("films starring Robert De Niro", Compare("actors", "eq", "Robert De Niro")),
    ("movies under 70 minutes", Compare("runtime", "lt", 70)),
]  # fmt: skip


def naive(kb: KnowledgeBase, where: Filter) -> set[str]:
    """The documents that match, decided in Python, without the store."""
    documents = kb.collection.documents(kb.principal, kb.collection.ids(kb.principal))
    return {name for name, document in documents.items() if holds(document, where)}


def holds(document: Document, where: Filter) -> bool:
    match where:
        case And(items):
            return all(holds(document, item) for item in items)
        case Not(item):
            return not holds(document, item)
        case Compare(field, op, value):
            held = document.fields.get(field, ())
            values = held if isinstance(held, tuple) else (held,)
            return any(_compared(one, op, value) for one in values)
    raise NotImplementedError


def _compared(held: object, op: str, value: object) -> bool:
    return {"eq": lambda: held == value, "gt": lambda: held > value, "lt": lambda: held < value}[op]()  # type: ignore[operator]


@pytest.mark.parametrize(("question", "where"), LISTS)
def test_the_pages_of_a_list_hold_every_match_once(films: KnowledgeBase, question: str, where: Filter) -> None:
    turns: list[Turn] = []
    shown: list[str] = []
    total, text = None, question
    while total is None or len(shown) < total:
        answer = films.ask(text, history=turns)
        sound(films, answer)
        assert total in (None, answer.total)
        total = answer.total or 0
        page = tuple(card.document_id for card in answer.cards)
        assert page
        assert len(answer.sentences) == len(page) + 1
        shown += page
        turns.append(Turn(text, answer.query, page))
        text = "more"
    assert len(shown) == len(set(shown)) == total
    assert set(shown) == naive(films, where)
    assert films.ask("more", history=turns).declined


@pytest.mark.parametrize(("question", "where"), LISTS)
def test_counts_are_those_of_the_store_and_of_a_naive_count(films: KnowledgeBase, question: str, where: Filter) -> None:
    answer = films.ask(f"how many {question} are there?")
    expected = len(naive(films, where))
    assert answer.query.kind == "count"
    assert answer.total == films.collection.count(films.principal, where) == expected
    assert re.search(rf"\b{expected}\b", answer.text)
    sound(films, answer)


def test_every_item_of_a_list_cites_its_own_document(films: KnowledgeBase) -> None:
    answer = films.ask("horror films from the seventies")
    for card, item in zip(answer.cards, answer.sentences[1:], strict=True):
        assert {answer.citations[mark].document_id for mark in item.citations} == {card.document_id}
        assert item.text.startswith(card.title)


def test_a_list_comes_in_the_order_asked_for(films: KnowledgeBase) -> None:
    years = [card.fields["year"] for card in films.ask("westerns, newest first").cards]
    assert years == sorted(years, reverse=True)  # type: ignore[type-var]
    runtimes = [card.fields["runtime"] for card in films.ask("comedies sorted by runtime ascending").cards]
    assert runtimes == sorted(runtimes)  # type: ignore[type-var]


def test_the_last_place_of_a_superlative_is_shared_by_those_that_tie(houses: KnowledgeBase) -> None:
    answer = houses.ask("the house in Kingsport with the highest price")
    assert {card.document_id for card in answer.cards} == {"h2", "h5"}
    assert "shared by 2" in answer.text
    sound(houses, answer)


# -- edited interpretations --------------------------------------------------------------------------------


def test_removing_a_chip_removes_its_condition(films: KnowledgeBase) -> None:
    answer = films.ask("French comedies from the sixties")
    data = queries.to_json(answer.query)
    kept = [chip for chip in data["chips"] if "genres" not in json.dumps(chip["where"])]
    assert len(kept) == len(data["chips"]) - 1
    edited = queries.from_json(data | {"chips": kept}, films.schema)
    wider = films.ask("French comedies from the sixties", query=edited)
    assert wider.query == edited
    assert wider.total == films.collection.count(films.principal, edited.where)
    assert (wider.total or 0) > (answer.total or 0)
    sound(films, wider)


def test_a_changed_chip_is_honoured(films: KnowledgeBase) -> None:
    answer = films.ask("films released after 2015")
    data = queries.to_json(answer.query)
    data["chips"][0]["where"]["value"] = 2020
    data["chips"][0]["label"] = "Year after 2020"
    edited = films.ask("films released after 2015", query=queries.from_json(data, films.schema))
    assert edited.total == len(naive(films, Compare("year", "gt", 2020)))
    assert "Year after 2020" in edited.text


def test_a_changed_limit_and_offset_are_honoured(films: KnowledgeBase) -> None:
    first = films.ask("horror films")
    shifted = films.ask("horror films", query=replace(first.query, limit=3, offset=2))
    assert [card.document_id for card in shifted.cards] == [card.document_id for card in first.cards[2:5]]


# -- computed answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "field", "where"),
    [
        ("average rating of horror films", "rating", Compare("genres", "eq", "Horror")),
        ("What is the mean runtime of films in French?", "runtime", Compare("language", "eq", "French")),
        ("average runtime", "runtime", Compare("year", "gt", 0)),
    ],
)
def test_an_average_equals_a_naive_one(films: KnowledgeBase, question: str, field: str, where: Filter) -> None:
    documents = films.collection.documents(films.principal, sorted(naive(films, where)))
    expected = mean(float(item.fields[field]) for item in documents.values() if field in item.fields)  # type: ignore[arg-type]
    answer = films.ask(question)
    found = re.search(r"is ([\d.,]+?)(?: min)?(?: \(.*\))?\.$", answer.text)
    assert found is not None
    assert float(found[1].replace(",", "")) == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize(
    ("question", "begins"),
    [
        ("Is Jaws a horror film?", None),
        ("Was Alien released in 1979?", "Yes"),
        ("Was Alien released in 1985?", "No"),
        ("Did Steven Spielberg direct Jaws?", "Yes"),
        ("Did Ridley Scott direct Jaws?", "No"),
        ("Is Casablanca longer than three hours?", "No"),
        ("Is Ran in Japanese?", "Yes"),
    ],
)
def test_yes_and_no_follow_from_the_record(films: KnowledgeBase, question: str, begins: str | None) -> None:
    answer = films.ask(question)
    if begins is None:
        row = films.collection.documents(films.principal, ["jaws-1975"])["jaws-1975"]
        begins = "Yes" if "Horror" in row.fields["genres"] else "No"  # type: ignore[operator]
    assert answer.text.startswith(f"{begins}: ")
    assert answer.strength == "exact"


def test_an_empty_result_names_each_condition_and_what_it_finds_alone(films: KnowledgeBase) -> None:
    answer = films.ask("Japanese musicals from the 1920s")
    assert answer.declined
    assert answer.total == 0
    for words in ("Japan", "Musical", "1920"):
        assert words in answer.text
    assert re.search(r"alone matches \d+", answer.text)


def test_a_corrected_spelling_is_noted(films: KnowledgeBase) -> None:
    answer = films.ask("films directed by Hichcock")
    assert answer.query.notes == ("Read as Alfred Hitchcock.",)
    assert {card.fields["directors"] for card in answer.cards} == {("Alfred Hitchcock",)}


def test_a_field_that_does_not_exist_is_declined_with_those_that_do(films: KnowledgeBase) -> None:
    answer = films.ask("What was the budget of Jaws?")
    assert answer.declined
    assert "budget" in answer.text
    assert "directed by" in answer.text.lower()


def test_an_unknown_name_is_not_answered_with_another(films: KnowledgeBase) -> None:
    answer = films.ask("Who directed Xyzzyplugh?")
    assert answer.declined
    assert "Xyzzyplugh" in answer.text


def test_a_missing_value_is_said_and_cited(films: KnowledgeBase) -> None:
    answer = films.ask("Who stars in March of the Penguins?")
    assert "no value" in answer.text
    sound(films, answer)


def test_the_schema_of_side_files_is_seen(handbook: KnowledgeBase) -> None:
    assert handbook.schema == Schema()


def test_an_edited_filter_on_an_unknown_field_is_refused(films: KnowledgeBase) -> None:
    from groundstone.errors import InvalidFilter

    data = queries.to_json(films.ask("horror films").query)
    data["chips"][0]["where"] = {"field": "budget", "op": "gt", "value": 1}
    with pytest.raises(InvalidFilter, match="budget"):
        queries.from_json(data, films.schema)


# -- with the real embedding -------------------------------------------------------------------------------


def test_a_theme_is_found_by_meaning(true_films: KnowledgeBase) -> None:
    answer = true_films.ask("films about dinosaurs")
    assert "jurassic-park-1993" in [card.document_id for card in answer.cards][:2]
    sound(true_films, answer)


def test_a_free_question_is_answered_by_the_sentence_that_holds_it(true_films: KnowledgeBase) -> None:
    answer = true_films.ask("Which film is about a girl at a bathhouse for spirits?")
    assert answer.citations
    assert answer.citations[0].document_id == "spirited-away-2001"


def test_what_has_nothing_to_do_with_the_documents_is_declined(true_films: KnowledgeBase) -> None:
    assert true_films.ask("How do I file my income tax return?").declined
