"""The shipped samples and the real children: one payslip as it was scanned, one with another figure."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from groundstone.applications import APPS
from groundstone.documents.reader import Reader
from groundstone.documents.service import Documents
from groundstone.forensics import network
from groundstone.forensics.base import LAYERS, Report
from groundstone.forensics.service import Forensics

SAMPLES = APPS / "forgery" / "samples"

needs_network = pytest.mark.skipif(
    not Path(network.__file__).with_name("network.npz").is_file(), reason="the network has no weights yet"
)


@pytest.fixture(scope="module")
def service() -> Iterator[Forensics]:
    documents = Documents(Reader(1), lambda: None)  # type: ignore[arg-type, return-value]  # nobody asks
    made = Forensics(lambda: documents, 2)
    yield made
    made.close()
    documents.close()


@pytest.fixture(scope="module")
def changed(service: Forensics) -> Report:
    return service.check((SAMPLES / "payslip-changed.jpg").read_bytes(), "payslip-changed.jpg")


def test_the_samples_are_those_that_the_application_names_and_small() -> None:
    app = tomllib.loads((APPS / "forgery" / "app.toml").read_text(encoding="utf-8"))
    named = {example.partition(": ")[0] for example in app["examples"]}
    assert named == {path.name for path in SAMPLES.iterdir()}
    assert sum(path.stat().st_size for path in SAMPLES.iterdir()) < 300_000


def test_the_samples_differ_in_one_place_only() -> None:
    one, other = (Image.open(SAMPLES / name).convert("L") for name in ("payslip.jpg", "payslip-changed.jpg"))
    assert one.size == other.size
    different = sum(abs(a - b) > 12 for a, b in zip(one.tobytes(), other.tobytes(), strict=True))
    assert 0 < different < 0.01 * one.width * one.height


@needs_network
def test_the_changed_payslip_is_found_with_its_place_and_its_sum(changed: Report) -> None:
    assert changed.verdict == "forged"
    worst = changed.boxes[0]
    assert abs(worst.left + worst.width / 2 - 0.64) < 0.08
    assert abs(worst.top + worst.height / 2 - 0.745) < 0.05
    kinds = {one.kind for one in changed.evidence if one.odds > 0 or one.boxes}
    assert {"history", "amount"} <= kinds
    assert any("4,366.61" in one.text for one in changed.evidence)


@needs_network
def test_the_genuine_payslip_is_far_less_probable(service: Forensics, changed: Report) -> None:
    genuine = service.check((SAMPLES / "payslip.jpg").read_bytes(), "payslip.jpg")
    assert genuine.verdict != "forged"
    assert genuine.probability is not None
    assert changed.probability is not None
    assert genuine.probability < 0.5 < changed.probability


@needs_network
@pytest.mark.parametrize("layer", LAYERS)
def test_each_real_layer_is_drawn(service: Forensics, changed: Report, layer: str) -> None:
    data = (SAMPLES / "payslip-changed.jpg").read_bytes()
    made = service.layer(data, 1, layer, 400, heat=changed.pages[0].heat)  # type: ignore[arg-type]
    with Image.open(BytesIO(made)) as picture:
        assert picture.width == 400
