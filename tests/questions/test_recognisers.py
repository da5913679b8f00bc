"""What is recognised in a question, one table for each kind of words."""

from __future__ import annotations

import pytest

from groundstone.filters import And, Compare, Filter, Not, Or, Sort, leaves
from groundstone.knowledge.base import KnowledgeBase
from groundstone.questions.query import Query
from groundstone.questions.understand import understand


def read(kb: KnowledgeBase, question: str) -> Query:
    return understand(question, kb.lexicon, kb.vocabulary)


def eq(field: str, value: object) -> Compare:
    return Compare(field, "eq", value)  # type: ignore[arg-type]


def within(field: str, low: int, high: int) -> And:
    return And((Compare(field, "ge", low), Compare(field, "le", high)))


NUMBERS: list[tuple[str, Filter]] = [
    ("films released in 1994", eq("year", 1994)),
    ("movies under ninety minutes", Compare("runtime", "lt", 90)),
    ("films shorter than two hours", Compare("runtime", "lt", 120)),
    ("films longer than 2.5 hours", Compare("runtime", "gt", 150)),
    ("films longer than two and a half hours", Compare("runtime", "gt", 150)),
    ("films of at most 1h40", Compare("runtime", "le", 100)),
    ("films with a rating above 8.5", Compare("rating", "gt", 8.5)),
    ("films rated at least 9", Compare("rating", "ge", 9)),
    ("pictures rated below five", Compare("rating", "lt", 5)),
    ("films rated 8 or more", Compare("rating", "ge", 8)),
    ("films with a runtime of at least 200 minutes", Compare("runtime", "ge", 200)),
    ("films made after 2015", Compare("year", "gt", 2015)),
    ("films from before 1930", Compare("year", "lt", 1930)),
    ("films since 2018", Compare("year", "ge", 2018)),
    ("films until 1925", Compare("year", "le", 1925)),
    ("films from 1990 to 1993", within("year", 1990, 1993)),
    ("films between 1960 and 1965", within("year", 1960, 1965)),
    ("films rated between 6 and 7", within("rating", 6, 7)),
    ("films with ratings ≥ 8.8", Compare("rating", "ge", 8.8)),
    ("movies rated > 8", Compare("rating", "gt", 8)),
    ("movies with rating <= 6.5", Compare("rating", "le", 6.5)),
]


@pytest.mark.parametrize(("question", "where"), NUMBERS)
def test_a_number_is_compared_with_the_field_that_it_belongs_to(
    films: KnowledgeBase, question: str, where: Filter
) -> None:
    assert read(films, question).where == where


DECADES = [
    ("films from the seventies", 1970, 1979),
    ("movies of the 80s", 1980, 1989),
    ("films of the 1930s", 1930, 1939),
    ("pictures from the noughties", 2000, 2009),
    ("films from the 2010s", 2010, 2019),
    ("movies from the early 1960s", 1960, 1963),
    ("films of the late nineties", 1997, 1999),
    ("films from the mid 50s", 1954, 1956),
    ("films of the 21st century", 2001, 2100),
    ("films of the twentieth century", 1901, 2000),
]


@pytest.mark.parametrize(("question", "first", "last"), DECADES)
def test_decades_and_centuries_are_closed_intervals(films: KnowledgeBase, question: str, first: int, last: int) -> None:
    assert read(films, question).where == within("year", first, last)


VALUES: list[tuple[str, Filter]] = [
    ("horror films", eq("genres", "Horror")),
    ("sci-fi movies", eq("genres", "Science Fiction")),
    ("Sci Fi films", eq("genres", "Science Fiction")),
    ("funny pictures", eq("genres", "Comedy")),
    ("musicals", eq("genres", "Musical")),
    ("films noirs", eq("genres", "Film-Noir")),
    ("Japanese films", eq("countries", "Japan")),
    ("movies from South Korea", eq("countries", "South Korea")),
    ("films in Italian", eq("language", "Italian")),
    ("Portuguese-language films", eq("language", "Portuguese")),
    ("films shot in Rome", Compare("locations", "contains", "Rome")),
    ("films with the keyword heist", eq("keywords", "heist")),
]


@pytest.mark.parametrize(("question", "where"), VALUES)
def test_a_value_is_found_in_its_field(films: KnowledgeBase, question: str, where: Filter) -> None:
    assert read(films, question).where == where


NEGATIONS: list[tuple[str, Filter]] = [
    ("comedies that are not romantic", And((eq("genres", "Comedy"), Not(eq("genres", "Romance"))))),
    ("French films but not comedies", And((eq("countries", "France"), Not(eq("genres", "Comedy"))))),
    ("films not in English", Not(eq("language", "English"))),
    ("thrillers without horror", And((eq("genres", "Thriller"), Not(eq("genres", "Horror"))))),
    ("dramas except war movies", And((eq("genres", "Drama"), Not(eq("genres", "War"))))),
    ("Spielberg films not from the 90s",
     And((eq("directors", "Steven Spielberg"), Not(within("year", 1990, 1999))))),
]  # fmt: skip


@pytest.mark.parametrize(("question", "where"), NEGATIONS)
def test_a_negated_condition_excludes(films: KnowledgeBase, question: str, where: Filter) -> None:
    assert read(films, question).where == where


ALTERNATIVES: list[tuple[str, Filter]] = [
    ("westerns or musicals", Or((eq("genres", "Western"), eq("genres", "Musical")))),
    ("films in Swedish or Danish", Or((eq("language", "Swedish"), eq("language", "Danish")))),
    ("animated comedies", And((eq("genres", "Animation"), eq("genres", "Comedy")))),
    ("horror and comedy films", And((eq("genres", "Horror"), eq("genres", "Comedy")))),
    ("films from 1939 or 1942", Or((eq("year", 1939), eq("year", 1942)))),
]


@pytest.mark.parametrize(("question", "where"), ALTERNATIVES)
def test_or_widens_and_and_narrows(films: KnowledgeBase, question: str, where: Filter) -> None:
    assert read(films, question).where == where


PEOPLE = [
    ("films directed by Akira Kurosava", {("directors", "Akira Kurosawa")}),
    ("films by MILOŠ FORMAN", {("directors", "Miloš Forman")}),
    ("films by Milos Forman", {("directors", "Miloš Forman")}),
    ("films by Pawel Pawlikowski", {("directors", "Paweł Pawlikowski")}),
    ("Kurosawa's films", {("directors", "Akira Kurosawa")}),
    ("films directed by Hichcock", {("directors", "Alfred Hitchcock")}),
    ("movies starring Robert De Niro", {("actors", "Robert De Niro")}),
    ("films with Tom Hanks and Matt Damon", {("actors", "Tom Hanks"), ("actors", "Matt Damon")}),
    ("movies produced by Kathleen Kennedy", {("producers", "Kathleen Kennedy")}),
    ("films by Bong Joon-ho", {("directors", "Bong Joon-ho")}),
    ("films by Bong Joon Ho", {("directors", "Bong Joon-ho")}),
    ("films by the director Ingmar Bergman", {("directors", "Ingmar Bergman")}),
]


@pytest.mark.parametrize(("question", "wanted"), PEOPLE)
def test_people_are_found_despite_case_accents_and_spelling(
    films: KnowledgeBase, question: str, wanted: set[tuple[str, str]]
) -> None:
    query = read(films, question)
    assert {(leaf.field, leaf.value) for leaf in leaves(query.where)} == wanted
    assert query.kind == "list"


def test_a_mended_name_is_said(films: KnowledgeBase) -> None:
    assert read(films, "films directed by Hichcock").notes == ("Read as Alfred Hitchcock.",)
    assert read(films, "films directed by Hitchcock").notes == ()


SUBJECTS = [
    ("Who directed Jaws?", "jaws-1975", "directors"),
    ("who directed the grand budapest hotel", "the-grand-budapest-hotel-2014", "directors"),
    ("Who directed Grand Budapest Hotel?", "the-grand-budapest-hotel-2014", "directors"),
    ("when was Amélie released", "amelie-2001", "year"),
    ("When was Amelie released?", "amelie-2001", "year"),
    ("How long is 2001: A Space Odyssey?", "2001-a-space-odyssey-1968", "runtime"),
    ("how long is Gandi", "gandhi-1982", "runtime"),
    ("who directed Nightmare Before Christmas", "the-nightmare-before-christmas-1993", "directors"),
    ('Who stars in "Heat"?', "heat-1995", "actors"),
    ("Rashomon's director", "rashomon-1950", "directors"),
    ("What is the plot of Parasite?", "parasite-2019", "plot"),
    ("tell me about Parasite", "parasite-2019", "plot"),
    ("Where was Casablanca filmed?", "casablanca-1942", "locations"),
    ("What genre is Alien?", "alien-1979", "genres"),
    ("What language is Ran in?", "ran-1985", "language"),
]


@pytest.mark.parametrize(("question", "subject", "asked"), SUBJECTS)
def test_the_document_and_the_field_asked_for_are_found(
    films: KnowledgeBase, question: str, subject: str, asked: str
) -> None:
    query = read(films, question)
    assert (query.kind, query.subjects, query.asked) == ("fact", (subject,), asked)


SORTING = [
    ("films sorted by year", (Sort("year"),), None),
    ("westerns sorted by rating", (Sort("rating", True),), None),
    ("horror films ordered by runtime ascending", (Sort("runtime"),), None),
    ("French films, newest first", (Sort("year", True),), None),
    ("comedies in alphabetical order", (Sort("title"),), None),
    ("the longest film", (Sort("runtime", True),), 1),
    ("What is the shortest western?", (Sort("runtime"),), 1),
    ("the three oldest films", (Sort("year"),), 3),
    ("top 5 horror films", (Sort("rating", True),), 5),
    ("the best ten musicals", (Sort("rating", True),), 10),
    ("worst 2 comedies", (Sort("rating"),), 2),
    ("the film with the highest rating", (Sort("rating", True),), 1),
    ("Which film has the highest rating?", (Sort("rating", True),), 1),
    ("Which movie has the longest runtime?", (Sort("runtime", True),), 1),
]


@pytest.mark.parametrize(("question", "sort", "limit"), SORTING)
def test_order_and_number_are_understood(
    films: KnowledgeBase, question: str, sort: tuple[Sort, ...], limit: int | None
) -> None:
    query = read(films, question)
    assert (query.kind, query.sort, query.limit) == ("list", sort, limit)


@pytest.mark.parametrize(
    "question", ["five animated films", "show me 5 cartoons", "give me five animated pictures please"]
)
def test_a_number_before_the_films_is_how_many_are_wanted(films: KnowledgeBase, question: str) -> None:
    query = read(films, question)
    assert query.limit == 5
    assert query.where == eq("genres", "Animation")


COUNTS = [
    ("How many films are there?", None, None),
    ("how many westerns do you have", None, eq("genres", "Western")),
    ("number of films from Japan", None, eq("countries", "Japan")),
    ("How many directors are there?", "directors", None),
    ("how many different languages are there", "language", None),
]


@pytest.mark.parametrize(("question", "asked", "where"), COUNTS)
def test_counting_is_understood(films: KnowledgeBase, question: str, asked: str | None, where: Filter | None) -> None:
    query = read(films, question)
    assert (query.kind, query.asked, query.where) == ("count", asked, where)


MEASURES = [
    ("What is the average rating of comedies?", "rating", "mean", eq("genres", "Comedy")),
    ("mean runtime of films by Sergio Leone", "runtime", "mean", eq("directors", "Sergio Leone")),
    ("the total runtime of all westerns", "runtime", "total", eq("genres", "Western")),
    ("most common language", "language", "most", None),
    ("Which country is the most frequent?", "countries", "most", None),
]


@pytest.mark.parametrize(("question", "asked", "measure", "where"), MEASURES)
def test_measures_are_understood(
    films: KnowledgeBase, question: str, asked: str, measure: str, where: Filter | None
) -> None:
    query = read(films, question)
    assert (query.kind, query.asked, query.measure, query.where) == ("aggregate", asked, measure, where)


MEANINGS = [
    ("classic westerns", Compare("year", "le", 2000), "released in 2000 or earlier"),
    ("old comedies", Compare("year", "lt", 1970), "released before 1970"),
    ("short dramas", Compare("runtime", "le", 95), "at most 95 minutes"),
    ("highly rated thrillers", Compare("rating", "ge", 7.5), "rating of 7.5 or more"),
]


@pytest.mark.parametrize(("question", "where", "note"), MEANINGS)
def test_a_vague_word_states_what_it_is_taken_to_mean(
    films: KnowledgeBase, question: str, where: Filter, note: str
) -> None:
    (chip,) = [chip for chip in read(films, question).chips if chip.kind == "meaning"]
    assert (chip.where, chip.note) == (where, note)


@pytest.mark.parametrize(
    ("question", "subject"),
    [("films like Alien", "alien-1979"), ("something similar to Spirited Away", "spirited-away-2001"),
     ("I loved Casablanca, what else would I like?", "casablanca-1942")],
)  # fmt: skip
def test_likeness_takes_a_film_as_the_pattern(films: KnowledgeBase, question: str, subject: str) -> None:
    query = read(films, question)
    assert (query.kind, query.subjects) == ("similar", (subject,))


@pytest.mark.parametrize(
    "question", ["films about time travel", "movies about a shark", "a film where robots fall in love"]
)
def test_what_a_film_is_about_is_its_theme(films: KnowledgeBase, question: str) -> None:
    query = read(films, question)
    assert query.kind == "list"
    assert query.theme
    assert query.where is None


@pytest.mark.parametrize("question", ["hello", "Hi there!", "thank you so much", "who are you?", "write me a poem"])
def test_small_talk_and_tasks_are_off_topic(films: KnowledgeBase, question: str) -> None:
    assert read(films, question).kind == "off_topic"


@pytest.mark.parametrize(
    "question", ["start over", "Please reset", "forget everything", "new conversation", "Let's start over"]
)
def test_starting_over_is_understood(films: KnowledgeBase, question: str) -> None:
    assert read(films, question).kind == "reset"


@pytest.mark.parametrize(
    ("question", "asked"),
    [("What was the budget of Jaws?", "budget"), ("who composed the music of Psycho", "composer"),
     ("How many Oscars did Parasite win?", "awards"), ("Is Alien on Netflix?", "where to watch")],
)  # fmt: skip
def test_what_the_schema_has_no_field_for_is_named(films: KnowledgeBase, question: str, asked: str) -> None:
    query = read(films, question)
    assert (query.kind, query.asked) == ("unknown_field", asked)
