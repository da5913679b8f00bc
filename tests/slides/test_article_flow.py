"""From end to end and for real: put a deck into a bucket, ask, export, import elsewhere, delete."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from groundstone.applications import APPS
from groundstone.config import Settings, load
from groundstone.errors import Conflict, NotFound
from groundstone.identity import LOCAL
from groundstone.platform import Platform
from groundstone.slides.base import SlideAnswer
from groundstone.slides.service import Slides, turn_of

from .shelved import until

SAMPLES = APPS / "slides" / "samples"
REVIEW, PLAN = "halden-annual-review.pptx", "halden-data-centre.pptx"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("flow")


@pytest.fixture(scope="module")
def slides(home: Path) -> Iterator[Slides]:
    bucket = home / "buckets" / "slides"
    bucket.mkdir(parents=True)
    with_weights(home)
    with Platform(Settings(home=home, threads=1)) as platform:
        platform.slides.start()
        for name in (REVIEW, PLAN):
            (bucket / name).write_bytes((SAMPLES / name).read_bytes())
            os.utime(bucket / name, (1, 1))  # it has been there for long
        until(lambda: [info.state for info in platform.slides.decks(LOCAL)] == ["ready", "ready"], 60)
        yield platform.slides


def with_weights(home: Path) -> None:
    """The embedding model, where tests have it."""
    models = Path(os.environ.get("GROUNDSTONE_TEST_MODELS") or load().home / "models")
    if models.is_dir():
        (home / "models").symlink_to(models, target_is_directory=True)


def first(answer: SlideAnswer) -> tuple[str, int]:
    return answer.citations[0].deck_name, answer.citations[0].slide


def test_what_a_slide_says(slides: Slides) -> None:
    answer = slides.ask(LOCAL, "When does the new plant in Setúbal open?")
    assert "September" in answer.text
    assert first(answer) == (REVIEW, 8)


def test_a_number_out_of_a_table(slides: Slides) -> None:
    answer = slides.ask(LOCAL, "How much revenue did Iberia have in 2025?")
    assert "27.6" in answer.text
    assert first(answer) == (REVIEW, 3)


def test_a_difference_with_its_working(slides: Slides) -> None:
    answer = slides.ask(LOCAL, "How much power do servers need in 2030 compared with 2026?")
    assert "350" in answer.text
    assert any("530" in one and "180" in one and "350" in one for one in answer.workings)
    assert first(answer) == (PLAN, 5)


def test_which_deck_and_a_follow_up(slides: Slides) -> None:
    answer = slides.ask(LOCAL, "Which deck says what happens when the grid connection is late?")
    assert first(answer) == (PLAN, 7)
    asked = slides.ask(LOCAL, "How many employees were there in 2024?")
    assert "612" in asked.text
    assert "655" in slides.ask(LOCAL, "And in 2025?", [turn_of(asked)]).text


def test_what_the_decks_do_not_say(slides: Slides) -> None:
    assert slides.ask(LOCAL, "What is the spin of an up quark?").declined


def test_every_quote_stands_on_its_slide_and_has_a_place(slides: Slides) -> None:
    from groundstone.documents.decks.told import told

    answer = slides.ask(LOCAL, "How much does cooling cost in 2026?")
    for cited in answer.citations:
        slide = slides.deck(LOCAL, cited.deck).slide(cited.slide)
        assert slide is not None
        assert cited.quote in told(slide).text
        assert all(0 <= box.left <= box.left + box.width <= 1.001 for box in cited.boxes)
        assert cited.boxes


def test_slides_are_drawn(slides: Slides) -> None:
    deck = next(info for info in slides.decks(LOCAL) if info.name == PLAN)
    drawing = slides.picture(LOCAL, deck.id, 5, 640)
    assert (drawing.width, drawing.png[:8]) == (640, b"\x89PNG\r\n\x1a\n")
    assert drawing.how in ("sketch", "libreoffice")


def test_slides_go_to_another_installation(slides: Slides, tmp_path: Path) -> None:
    if slides._embed() is None:
        with pytest.raises(Conflict, match="no slide has a vector"):
            slides.export(LOCAL)
        pytest.skip("the weights of the embedding model are not here")
    documents = slides.export(LOCAL)
    assert len(documents) == 15
    assert {"image_path", "metadata", "vector_embedding"} == set(documents[0])
    with_weights(tmp_path)
    with Platform(Settings(home=tmp_path, threads=1)) as platform:
        platform.slides.start(watch=False)
        decks = platform.slides.import_documents(LOCAL, json.dumps(documents).encode())
        assert sorted(deck.name for deck in decks) == [REVIEW, PLAN]
        for deck in decks:
            assert platform.slides.wait(LOCAL, deck.id, 60).state == "ready"
        hit = platform.slides.search(LOCAL, "How much power do servers need?")[0]
        assert (platform.slides.info(LOCAL, hit.deck).name, hit.slide) == (PLAN, 5)
        with pytest.raises(NotFound, match="no pictures"):
            platform.slides.picture(LOCAL, hit.deck, hit.slide)


def test_what_leaves_the_bucket_leaves_the_shelf(slides: Slides, home: Path) -> None:
    (home / "buckets" / "slides" / PLAN).unlink()
    until(lambda: [info.name for info in slides.decks(LOCAL)] == [REVIEW], 30)
    answer = slides.ask(LOCAL, "What happens when the grid connection is late?")
    assert answer.declined or answer.closest
    assert {cited.deck_name for cited in answer.citations} <= {REVIEW}
    slides.delete(LOCAL, slides.decks(LOCAL)[0].id)
    assert slides.decks(LOCAL) == []
    assert not (home / "buckets" / "slides" / REVIEW).exists()
