"""What the pixels of a page tell: features, the network, places."""

from __future__ import annotations

import numpy as np
import pytest

from groundstone.errors import WeightsCorrupt
from groundstone.forensics.base import Evidence
from groundstone.forensics.calibration import Calibration, Logistic, shipped
from groundstone.forensics.dct import standard_table
from groundstone.forensics.detect import NEVER, detect, history_heat
from groundstone.forensics.features import MAPS, TEXT, features, nearest_quality
from groundstone.forensics.network import BAND, load
from groundstone.forensics.weigh import weigh
from tests.forensics.drawn_page import Pixels, saved, scanned

PLACE = (slice(200, 232), slice(304, 368))  # rows and columns that are changed


def changed() -> Pixels:
    """A page that was saved as JPEG, with a part of another page over it."""
    pixels = saved(scanned(5), 70).copy()
    pixels[PLACE] = scanned(6)[PLACE]
    return pixels


def test_features_cover_whole_cells() -> None:
    seen = features(scanned(1, 643, 565))
    assert seen.luma.shape == (560, 640)
    assert seen.chroma.shape == (280, 320, 2)
    assert seen.maps.shape == (70, 80, MAPS)
    assert set(np.unique(seen.maps[..., TEXT])) == {0.0, 1.0}
    assert np.isfinite(seen.maps).all()


def test_bands_give_what_the_whole_page_gives() -> None:
    seen = features(scanned(2, 400, BAND * 8 * 2 + 64))
    whole = load()._band(seen, 0, seen.maps.shape[0])
    assert np.allclose(load()._bands(seen), whole, atol=1e-3)


def test_a_changed_place_is_the_hottest() -> None:
    found = detect(load(), changed())
    spot = found.spots[0]
    assert spot.left < PLACE[1].stop
    assert spot.right > PLACE[1].start
    assert spot.top < PLACE[0].stop
    assert spot.bottom > PLACE[0].start
    assert found.measures["top"] > detect(load(), saved(scanned(5), 70)).measures["top"] + 1
    assert history_heat(changed())[25:29, 38:46].mean() > 3 * history_heat(changed()).mean()


def test_a_blank_page_measures_nothing() -> None:
    found = detect(load(), np.full((200, 200, 3), 255, np.uint8))
    assert found.measures == {}
    assert found.spots == ()
    assert (found.heat == NEVER).all()


@pytest.mark.parametrize("quality", [30, 75, 92])
def test_a_standard_table_is_known_by_its_quality(quality: int) -> None:
    assert nearest_quality(standard_table(quality)) == quality


def test_the_calibration_survives_its_file_and_refuses_damage() -> None:
    assert Calibration.from_json(shipped().to_json()) == shipped()
    for text in (
        "",
        "[]",
        "{}",
        shipped().to_json().replace('"bias"', '"bais"'),
        shipped().to_json().replace("[", "[1,", 2),
    ):
        with pytest.raises(WeightsCorrupt):
            Calibration.from_json(text)


MADE = Calibration(("top", "past"), Logistic((1.0, 0.0), -1.0, 0.5), Logistic((0.5, 0.0), -1.0, 2.0), 0.8, 0.25)


def test_a_probability_has_an_interval_that_is_wider_where_pages_tell_less() -> None:
    with_past = weigh({"measures": {"top": 3.0, "past": 1.0}, "basis": "B."}, (), MADE)
    without = weigh({"measures": {"top": 6.0, "past": 0.0}, "basis": "B."}, (), MADE)
    assert with_past["verdict"] == "forged"
    assert with_past["probability"] == without["probability"]
    low, high = with_past["interval"]
    assert without["interval"][0] < low < with_past["probability"] < high < without["interval"][1]


def test_only_a_page_that_would_show_a_change_is_called_genuine() -> None:
    assert weigh({"measures": {"top": -3.0, "past": 1.0}}, (), MADE)["verdict"] == "genuine"
    assert weigh({"measures": {"top": -9.0, "past": 0.0}}, (), MADE)["verdict"] == "cannot tell"


def test_evidence_adds_its_odds_up_to_a_limit() -> None:
    much = tuple(Evidence("metadata", "An editor.", 3.0) for _ in range(9))
    plain, added = (weigh({"measures": {"top": -3.0, "past": 1.0}}, some, MADE) for some in ((), much))
    assert plain["probability"] == pytest.approx(0.018, abs=1e-3)
    assert added["probability"] == pytest.approx(0.5)


def test_a_page_without_a_basis_gets_no_probability() -> None:
    nothing = weigh({"basis": "It is blank."}, (), MADE)
    assert nothing == {"verdict": "cannot tell", "basis": "It is blank.", "probability": None, "interval": None}
    plain = weigh({"basis": "It is blank."}, (Evidence("pdf", "Text was covered.", 2.0),), MADE)
    assert plain["verdict"] == "forged"
    assert plain["probability"] is None
