from __future__ import annotations

import csv
import gzip
import json
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import groundstone
from groundstone.apps.movies import library
from groundstone.apps.movies.importers import detect, read
from groundstone.apps.movies.languages import language_name
from groundstone.apps.movies.people import clean_name, directors_in, performers
from groundstone.errors import InvalidInput
from groundstone.knowledge.records_text import record_document
from groundstone.schema import Schema

DATA = Path(__file__).parents[3] / "shared" / "data" / "movies"

BASICS = """tconst\ttitleType\tprimaryTitle\toriginalTitle\tisAdult\tstartYear\tendYear\truntimeMinutes\tgenres
tt1\tmovie\tThe "First" Film\tLe Premier\t0\t1999\t\\N\t101\tDrama,Sci-Fi
tt2\tmovie\tSecond\tSecond\t0\t2001\t\\N\t\\N\t\\N
tt3\ttvSeries\tA Series\tA Series\t0\t2002\t\\N\t45\tComedy
tt4\tmovie\tAdult\tAdult\t1\t2003\t\\N\t80\tDrama
tt5\tmovie\tNo Votes\tNo Votes\t0\t\\N\t\\N\t90\tDrama
broken line
"""
RATINGS = "tconst\taverageRating\tnumVotes\ntt1\t7.9\t5000\ntt2\t6.1\t9000\ntt3\t9.0\t99999\ntt4\t5.0\t7000\n"
CREW = "tconst\tdirectors\twriters\ntt1\tnm1,nm2\t\\N\ntt2\t\\N\tnm3\n"
PRINCIPALS = """tconst\tordering\tnconst\tcategory\tjob\tcharacters
tt1\t1\tnm3\tactor\t\\N\t["Him"]
tt1\t2\tnm4\tactress\t\\N\t["Her"]
tt1\t3\tnm5\tproducer\tproducer\t\\N
tt1\t4\tnm9\tcomposer\t\\N\t\\N
tt2\t1\tnm3\tself\t\\N\t\\N
tt2\t2\tnm6\tdirector\t\\N\t\\N
"""
NAMES = "nconst\tprimaryName\tbirthYear\tdeathYear\tprimaryProfession\tknownForTitles\n" + "".join(
    f"nm{number}\tPerson {number}\t\\N\t\\N\tactor\ttt1\n" for number in range(1, 9)
)
AKAS = (
    "titleId\tordering\ttitle\tregion\tlanguage\ttypes\tattributes\tisOriginalTitle\n"
    "tt1\t1\tLe Premier\t\\N\tfr\toriginal\t\\N\t1\ntt1\t2\tThe First\tUS\ten\t\\N\t\\N\t0\n"
)


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


@pytest.fixture(params=["plain", "gzip"])
def dataset(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    tables = {
        "title.basics": BASICS,
        "title.ratings": RATINGS,
        "title.crew": CREW,
        "title.principals": PRINCIPALS,
        "name.basics": NAMES,
        "title.akas": AKAS,
    }
    for name, text in tables.items():
        if request.param == "gzip":
            (tmp_path / f"{name}.tsv.gz").write_bytes(gzip.compress(text.encode()))
        else:
            write(tmp_path / f"{name}.tsv", text)
    return tmp_path


def test_the_imdb_data_sets_are_joined(dataset: Path) -> None:
    complaints: list[str] = []
    films = {film["id"]: film for film in read(dataset, report=complaints.append)}
    assert detect(dataset) == "imdb-tsv"
    assert films["tt1"] == {
        "id": "tt1",
        "title": 'The "First" Film',
        "original_title": "Le Premier",
        "year": 1999,
        "genres": ["Drama", "Sci-Fi"],
        "rating": 7.9,
        "votes": 5000,
        "runtime": 101,
        "directors": ["Person 1", "Person 2"],
        "producers": ["Person 5"],
        "actors": ["Person 3", "Person 4"],
        "language": "French",
    }
    assert films["tt2"]["directors"] == ["Person 6"]
    assert "genres" not in films["tt2"]
    assert list(films) == ["tt2", "tt1", "tt5"]  # most votes first; no series, nothing for adults
    assert len(complaints) == 1
    assert complaints[0].startswith("title.basics.tsv")
    assert ":7 has 1 cells" in complaints[0]


def test_imdb_films_are_chosen_by_votes(dataset: Path) -> None:
    assert [film["id"] for film in read(dataset, min_votes=6000)] == ["tt2"]
    assert [film["id"] for film in read(dataset, limit=1)] == ["tt2"]


def test_votes_need_the_ratings(tmp_path: Path) -> None:
    write(tmp_path / "title.basics.tsv", BASICS)
    with pytest.raises(InvalidInput, match=r"title\.ratings"):
        list(read(tmp_path, min_votes=1))
    assert len(list(read(tmp_path / "title.basics.tsv", report=lambda line: None))) == 3


def test_a_download_that_broke_off_says_so(tmp_path: Path) -> None:
    (tmp_path / "title.basics.tsv.gz").write_bytes(gzip.compress(BASICS.encode())[:-40])
    with pytest.raises(InvalidInput, match="download it again"):
        list(read(tmp_path))


LICENSED: dict[str, Any] = {
    "titleId": "tt0107688",
    "originalTitle": "The Nightmare Before Christmas",
    "year": 1993.0,
    "rating": 7.9,
    "poster_url": "https://example.org/p.jpg",
    "genres": ["Animation", "Family"],
    "Actors": ["Danny Elfman", "Chris Sarandon"],
    "Directors": ["Henry Selick"],
    "Producers": ["Tim Burton"],
    "keyword": ["stop-motion", "christmas"],
    "location": ["San Francisco, California, USA"],
    "plot": "Jack finds Christmas Town.",
}
EXPECTED = {
    "id": "tt0107688",
    "title": "The Nightmare Before Christmas",
    "original_title": "The Nightmare Before Christmas",
    "year": 1993,
    "genres": ["Animation", "Family"],
    "rating": 7.9,
    "directors": ["Henry Selick"],
    "producers": ["Tim Burton"],
    "actors": ["Danny Elfman", "Chris Sarandon"],
    "keywords": ["stop motion", "christmas"],
    "locations": ["San Francisco, California, USA"],
    "plot": "Jack finds Christmas Town.",
}


def as_jsonl(path: Path) -> Path:
    write(path / "films.jsonl", json.dumps(LICENSED) + "\n")
    return path / "films.jsonl"


def as_csv(path: Path) -> Path:
    with (path / "films.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, LICENSED)
        writer.writeheader()
        writer.writerow(LICENSED)  # lists become their Python form, as exports of data frames have them
    return path / "films.csv"


@pytest.mark.parametrize("make", [as_jsonl, as_csv])
def test_the_licensed_package_is_read_from_json_lines_and_csv(tmp_path: Path, make: Callable[[Path], Path]) -> None:
    path = make(tmp_path)
    assert detect(path) == "imdb-licensed"
    assert list(read(path)) == [EXPECTED]


def test_every_record_fits_the_schema_of_the_application() -> None:
    app = Path(groundstone.__path__[0], "apps", "movies", "app.toml")
    schema = Schema.from_json(tomllib.loads(app.read_text(encoding="utf-8"))["schema"])
    assert set(EXPECTED) <= {spec.name for spec in schema.fields}
    assert record_document("x", EXPECTED, schema).fields["year"] == 1993


def test_wikipedia_lists_get_ids_and_directors(tmp_path: Path) -> None:
    row = {
        "title": "Fargo",
        "year": 1996,
        "cast": ["Frances McDormand"],
        "genres": ["Crime"],
        "href": "Fargo",
    }
    rows = [
        {**row, "extract": "Fargo is a film directed by Joel and Ethan Coen. It won."},
        row,
        {"title": "", "year": 1},
    ]
    write(tmp_path / "films.json", json.dumps(rows))
    first, second = read(tmp_path / "films.json")
    assert first == {
        "id": "fargo-1996",
        "title": "Fargo",
        "year": 1996,
        "genres": ["Crime"],
        "directors": ["Joel Coen", "Ethan Coen"],
        "actors": ["Frances McDormand"],
        "plot": "Fargo is a film directed by Joel and Ethan Coen. It won.",
    }
    assert second["id"] == "fargo-1996-2"


def test_the_joined_catalogue_loses_its_noise(tmp_path: Path) -> None:
    row = {
        "titleId": "tmdb1",
        "title": "Air Bud",
        "year": 1997,
        "rating": 5.5,
        "votes": 500,
        "genres": ["Family"],
    }
    row |= {
        "language": "en",
        "plot": "A dog plays.",
        "cast": ["Kevin Zegers"],
        "director": "Charles Martin Smith. The",
    }
    write(
        tmp_path / "c.jsonl",
        json.dumps(row) + "\n" + json.dumps({**row, "titleId": "tmdb2", "votes": 10}) + "\n",
    )
    (film,) = read(tmp_path / "c.jsonl", min_votes=100)
    assert (film["directors"], film["language"], film["id"]) == (["Charles Martin Smith"], "English", "tmdb1")


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("Charles Martin Smith. The", "Charles Martin Smith"),
        ("Danny Mooney. It", "Danny Mooney"),
        ("Joseph L. Mankiewicz", "Joseph L. Mankiewicz"),
        ("M. Night Shyamalan. It", "M. Night Shyamalan"),
        ("George Tillman Jr.", "George Tillman Jr."),
        ("Wes Anderson.", "Wes Anderson"),
        ("McG", "McG"),
        ("Joel", None),
        ("Italian", None),
        ("J.", None),
        ("", None),
        (None, None),
    ],
)
def test_a_directors_name_is_cleaned_by_the_stated_rule(cell: str | None, name: str | None) -> None:
    assert clean_name(cell) == name


@pytest.mark.parametrize(
    ("prose", "names"),
    [
        ("A film directed by Ron Howard. Written by X.", ["Ron Howard"]),
        ("directed by Lilly and Lana Wachowski.", ["Lilly Wachowski", "Lana Wachowski"]),
        (
            "directed by Chris Buck, Jennifer Lee and Don Hall, and",
            ["Chris Buck", "Jennifer Lee", "Don Hall"],
        ),
        ("directed by Italian filmmaker Sergio Leone", ["Sergio Leone"]),
        ("directed by Florian Henckel von Donnersmarck", ["Florian Henckel von Donnersmarck"]),
        ("directed by Oliver Stone", ["Oliver Stone"]),
        ("directed by F. W. Murnau", ["F. W. Murnau"]),
        ("directed by George Tillman Jr. The film", ["George Tillman Jr."]),
        ("directed by Paul Sloane It stars", ["Paul Sloane"]),
        ("directed and produced by Ridley Scott", ["Ridley Scott"]),
        ("written, directed, co-written, and edited by Sam Raimi", ["Sam Raimi"]),
        ("directed by and starring Tommy Chong", ["Tommy Chong"]),
        ("directed by Joel", []),
        ("a film", []),
    ],
)
def test_directors_are_found_in_prose(prose: str, names: list[str]) -> None:
    assert directors_in(prose) == names


@pytest.mark.parametrize(
    ("code", "name"),
    [("fr", "French"), ("EN", "English"), ("French", "French"), ("xx", None), (None, None), ("qq", "qq")],
)
def test_languages_have_english_names(code: str | None, name: str | None) -> None:
    assert language_name(code) == name


def test_unknown_data_is_refused_with_its_columns(tmp_path: Path) -> None:
    write(tmp_path / "x.csv", "a,b\n1,2\n")
    with pytest.raises(InvalidInput, match=r"\['a', 'b'\]"):
        detect(tmp_path / "x.csv")
    with pytest.raises(InvalidInput, match="does not exist"):
        detect(tmp_path / "nothing")
    with pytest.raises(InvalidInput, match="no importer 'imbd'"):
        list(read(tmp_path / "x.csv", "imbd"))


@pytest.mark.skipif(not DATA.is_dir(), reason="the large catalogues are not on this machine")
@pytest.mark.parametrize(
    ("name", "importer", "films", "directed"),
    [
        ("catalogue_10k_joined.jsonl", "joined", 10_000, 5_000),
        ("wikipedia-movies-1990s.json", "wikipedia", 2_849, 2_300),
    ],
)
def test_real_catalogues_are_read_whole(name: str, importer: str, films: int, directed: int) -> None:
    records = list(read(DATA / name))
    assert detect(DATA / name) == importer
    assert len({record["id"] for record in records}) == len(records) == films
    assert sum("directors" in record for record in records) > directed


def test_words_and_signs_of_a_credit_are_no_performers() -> None:
    cells = ["Jo Ann", "and", "(", ".", "&", "[2]", "Dir.:", "Cast:", "nominee)", "(Director", "(voices)", ". Ann Lee",
             "RZA", "Bo Li (uncredited)", "Ed Roe[2]", "and Al Poe", "voices of Eve Day", "T.I.", "Sam Fox Jr.",
             "Jo Ann", "Mo'Nique", '"Weird Al" Yankovic', "Andy", "Story"]  # fmt: skip
    assert performers(cells) == [
        *("Jo Ann", "Ann Lee", "RZA", "Bo Li", "Ed Roe", "Al Poe", "Eve Day", "T.I.", "Sam Fox Jr.", "Mo'Nique"),
        *('"Weird Al" Yankovic', "Andy"),
    ]


@pytest.mark.parametrize(
    ("prose", "names"),
    [
        ("A film directed by Costa-Gavras from a script.", ["Costa-Gavras"]),
        ("A film directed by Argentine-Brazilian twins.", []),
        ("directed by Hopper. It stars Peter Fonda and Dennis Hopper.", ["Dennis Hopper"]),
        ("directed by Hopper, with Ann Hopper and Dennis Hopper.", []),
        (
            "directed by Landis, Joe Dante, and George Miller. John Landis began it.",
            ["John Landis", "Joe Dante", "George Miller"],
        ),
        ("directed by Carrey's friend, who knows Jim Carrey.", []),
        ("directed by British comedian Charlie Chaplin", ["Charlie Chaplin"]),
        ("directed by J Blakeson. It", ["J Blakeson"]),
    ],
)
def test_a_director_of_one_word_needs_proof(prose: str, names: list[str]) -> None:
    assert directors_in(prose) == names


def test_one_person_has_one_spelling(tmp_path: Path) -> None:
    rows = [{"id": "1", "actors": ["Timothee Chalamet"]}, {"id": "2", "actors": ["Timothée Chalamet", "Al Poe"]},
            {"id": "3", "actors": ["Timothée Chalamet"], "directors": ["Penelope Cruz"]},
            {"id": "4", "actors": ["Penélope Cruz", "Penelope Cruz"]}]  # fmt: skip
    library.write(iter(rows), tmp_path / "films.jsonl")
    found = [json.loads(line) for line in (tmp_path / "films.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["actors"] for row in found[:3]] == [
        ["Timothée Chalamet"],
        ["Timothée Chalamet", "Al Poe"],
        ["Timothée Chalamet"],
    ]
    assert found[2]["directors"] == found[3]["actors"] == ["Penelope Cruz"]
    assert [path.name for path in tmp_path.iterdir()] == ["films.jsonl"]
