"""The article's recipe: its input, its split, its network, and that serving it needs no torch."""

from __future__ import annotations

import base64
import importlib.util
import json
import sys
import threading
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageChops, ImageEnhance

from groundstone.errors import Conflict, InvalidInput, MissingExtra
from groundstone.forensics import model_folder
from groundstone.forensics.article import Recipe
from groundstone.forensics.article_checks import ArticleChecks
from groundstone.forensics.article_graph import build
from groundstone.forensics.child_sample import parse
from groundstone.forensics.collection import Collection, Item, read
from groundstone.forensics.samples import Samples
from groundstone.forensics.splits import at_random
from groundstone.forensics.training import train
from groundstone.models.runtime import session
from tests.forensics.labelled import picture

needs_torch = pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="training needs the extra: torch")
SMALL = Recipe(side=16, filters=4, dense=8, epochs=4, batch=8, patience=4)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Collection:
    """As the article's data set is: two documents, each file many times."""
    place = tmp_path_factory.mktemp("article")
    for number in range(2):
        for label in ("original", "forged"):
            (place / label).mkdir(exist_ok=True)
            for copy in range(6):
                data = picture(2 * number + (label == "forged"), 200 + 80 * number, 160)
                (place / label / f"document{number}_{copy}.jpg").write_bytes(data)
    table = place / "set.csv"
    rows = [f"{path.relative_to(place)},{path.parent.name},{path.name[:9]}" for path in sorted(place.rglob("*.jpg"))]
    table.write_text("\n".join(rows), "utf-8")
    return read(table)


def test_the_recipe_has_the_articles_figures() -> None:
    recipe = Recipe()
    assert recipe.parameters == 31_500_962
    assert (recipe.quality, recipe.side, recipe.rate, recipe.batch, recipe.epochs) == (90, 128, 5e-4, 100, 20)


def test_the_random_split_is_the_articles() -> None:
    items = [Item(Path(str(number)), str(number), forged=False) for number in range(606)]
    split = at_random(items[:10])
    names = [[item.name for item in part] for part in (split.train, split.held)]
    assert names == [list("24710863"), list("95")]  # train_test_split(range(10), test_size=0.2, random_state=5)
    assert len(at_random(items).held) == 122


def test_an_endpoint_can_read_how_the_input_is_made(tmp_path: Path) -> None:
    from groundstone.endpoints.recipe import load

    (tmp_path / "model.json").write_text(json.dumps(Recipe().to_json()), "utf-8")
    told = load(tmp_path)
    assert (told.kind, told.file, told.labels) == ("onnx", "model.onnx", ("original", "forged"))
    assert told.picture is not None
    how = told.picture
    assert (how.look, how.quality, how.width, how.height, how.layout) == ("ela", 90, 128, 128, "nhwc")


def test_the_input_is_what_the_article_computes() -> None:
    data = picture(3, 300, 200)
    image = Image.open(BytesIO(data)).convert("RGB")
    saved = BytesIO()
    image.save(saved, "JPEG", quality=90)
    difference = ImageChops.difference(image, Image.open(saved))
    most = max(high for _, high in difference.getextrema())  # type: ignore[misc, union-attr]
    wanted = np.asarray(ImageEnhance.Brightness(difference).enhance(255.0 / most).resize((128, 128)))
    found = np.frombuffer(base64.b64decode(parse(data, "ela", quality=90, side=128)["pixels"]), np.uint8)
    assert np.array_equal(found.reshape(128, 128, 3), wanted)


def test_a_page_of_one_colour_has_no_error_levels_and_is_no_trouble() -> None:
    out = BytesIO()
    Image.new("RGB", (64, 64), "white").save(out, "PNG")
    found = base64.b64decode(parse(out.getvalue(), "ela", quality=90, side=16)["pixels"])
    assert found == bytes(16 * 16 * 3)


def _weights(recipe: Recipe) -> dict[str, np.ndarray]:  # type: ignore[type-arg]
    chance, wide = np.random.default_rng(1), recipe.filters
    shapes = {
        "conv1": (wide, 3, 3, 3), "conv2": (wide, wide, 3, 3), "dense1": (recipe.dense, recipe.pooled**2 * wide),
        "dense2": (2, recipe.dense),
    }  # fmt: skip
    made = {}
    for name, shape in shapes.items():
        made[f"{name}.weight"] = chance.normal(0, 0.3, shape).astype(np.float32)
        made[f"{name}.bias"] = chance.normal(0, 0.1, shape[0]).astype(np.float32)
    return made


def test_the_graph_is_the_network_written_out() -> None:
    weights = _weights(SMALL)
    seen = np.random.default_rng(2).random((2, 16, 16, 3)).astype(np.float32)
    found = session(build(weights, SMALL), Path("/")).run(None, {"instances": seen})[0]

    def convolved(value: np.ndarray, name: str) -> np.ndarray:  # type: ignore[type-arg]
        windows = np.lib.stride_tricks.sliding_window_view(value, (3, 3), axis=(2, 3))
        made = np.einsum("nchwij,ocij->nohw", windows, weights[f"{name}.weight"])
        return np.maximum(made + weights[f"{name}.bias"][:, None, None], 0)

    value = convolved(convolved(seen.transpose(0, 3, 1, 2), "conv1"), "conv2")
    side = SMALL.pooled
    value = value.reshape(2, SMALL.filters, side, 2, side, 2).max(axis=(3, 5)).reshape(2, -1)
    value = np.maximum(value @ weights["dense1.weight"].T + weights["dense1.bias"], 0)
    scores = np.exp(value @ weights["dense2.weight"].T + weights["dense2.bias"])
    assert found == pytest.approx(scores / scores.sum(axis=1, keepdims=True), rel=1e-4)


def test_without_torch_the_error_names_the_extra(
    folders: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    monkeypatch.delitem(sys.modules, "groundstone.forensics.article_torch", raising=False)
    with pytest.raises(MissingExtra, match=r"groundstone\[training\]"):
        train(folders, tmp_path / "mine", recipe="article", article=SMALL)
    assert not (tmp_path / "mine").exists()


@needs_torch
def test_the_card_shows_both_splits_and_what_leaks(folders: Collection, tmp_path: Path) -> None:
    made = train(folders, tmp_path / "mine", recipe="article", article=SMALL)
    first, *apart = made.card.trials
    assert (first.title, first.trained_on, first.tested_on) == ("random split", 19, 5)
    assert "5 of 5 tested files are byte for byte in training" in first.leaks[0]
    assert [(one.trained_on, one.tested_on, one.leaks) for one in apart] == [(12, 12, ("none",))] * 2
    assert made.card.whole.genuine == made.card.whole.forged == 12
    assert {"model.onnx", "model.json", "card.html", "hashes.json"} <= {one.name for one in made.model.place.iterdir()}
    assert model_folder.read(made.model.place).recipe == "article"
    assert any("The 24 tested files are 4 different ones" in one for one in made.card.told.warnings)


@needs_torch
def test_a_model_of_the_random_split_is_marked(folders: Collection, tmp_path: Path) -> None:
    made = train(folders, tmp_path / "mine", recipe="article", split="random", article=SMALL)
    assert "random split, which shares documents" in made.card.told.warnings[0]
    assert len(made.card.curve) == 4


@needs_torch
def test_the_served_model_says_what_the_trained_one_did(folders: Collection, tmp_path: Path) -> None:
    made = train(folders, tmp_path / "mine", recipe="article", split="random", article=SMALL)
    held = at_random(folders.items).held
    with Samples(1) as samples:
        checks = ArticleChecks(made.model.place, samples)
        reports = [checks.check(item.data()) for item in held]
    right = sum((one.verdict == "forged") == item.forged for one, item in zip(reports, held, strict=True))
    assert right / len(held) == made.card.trials[0].accuracy.value


@needs_torch
def test_a_stopped_training_gives_what_an_unbroken_one_does(folders: Collection, tmp_path: Path) -> None:
    stop = threading.Event()

    def progress(what: str, done: int, total: int) -> None:
        if "random" in what and done >= 7:
            stop.set()

    with pytest.raises(Conflict, match="goes on from there"):
        train(folders, tmp_path / "broken", recipe="article", article=SMALL, progress=progress, stop=stop)
    assert json.loads((tmp_path / "broken.part" / "work" / "random" / "state.json").read_text("utf-8"))
    broken = train(folders, tmp_path / "broken", recipe="article", article=SMALL)
    whole = train(folders, tmp_path / "whole", recipe="article", article=SMALL)
    assert broken.model.files["model.onnx"] == whole.model.files["model.onnx"]
    assert broken.card.curve == whole.card.curve


@needs_torch
def test_the_recipe_says_that_it_judges_no_places(folders: Collection, tmp_path: Path) -> None:
    made = train(folders, tmp_path / "mine", recipe="article", article=SMALL)
    with pytest.raises(InvalidInput, match="deploy it as an endpoint"):
        made.model.weigh()
