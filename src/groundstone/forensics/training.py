"""Trains a model for forged documents on the user's own files: data set in, a folder with model and card out.

What is learned from and what the card is measured on never share a document, unless the random split of the article's
recipe is asked for by name. Work in progress lies in a folder beside the result, and is taken up from there.
"""

from __future__ import annotations

import shutil
import threading
from pathlib import Path
from typing import get_args

from groundstone.errors import InvalidInput
from groundstone.forensics import model_folder, training_article, training_refit
from groundstone.forensics.article import Recipe
from groundstone.forensics.collection import Collection
from groundstone.forensics.looks import Looks
from groundstone.forensics.samples import Progress, ticker
from groundstone.forensics.training_job import Job, Made, Network, RecipeName, SplitName


def train(
    collection: Collection,
    out: Path,
    *,
    recipe: RecipeName = "refit",
    split: SplitName = "honest",
    test: Collection | None = None,
    alarms: float = 0.05,
    network: Network | None = None,
    article: Recipe | None = None,
    looks: Looks | None = None,
    threads: int = 1,
    repeat: str = "",
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> Made:
    """Train on ``collection`` and write the model with its card to the new folder ``out``.

    Args:
        recipe: "refit" keeps the network and learns how far to trust it; "article" trains the article's own, which
            needs the extra "training".
        split: "honest" holds out whole source documents. "random" holds out files; it is refused when they share
            documents, but for "article", whose card then says so.
        test: files to test on instead of a fifth of the source documents.
        network: for "refit": the one whose calibration is learned.
        looks: what is known of the files' looks; they are looked at now without it.
        article: figures of the article's recipe, its own unless told.
        stop: when it is set, training ends soon with Conflict; the same call goes on from there.

    Raises InvalidInput for data that cannot be used and for a split that shares documents, Conflict for a folder that
    is taken, MissingExtra.
    """
    _check_options(recipe, split, test, alarms)
    model_folder.check_free(out)
    job = Job(collection, out, split, test, alarms, repeat, ticker(progress, stop), stop, looks)
    if recipe == "article":
        made = training_article.trained(job, article or Recipe(), threads)
    else:
        if network is None:
            raise InvalidInput("the recipe refit needs a network whose calibration is learned")
        made = training_refit.trained(job, network)
    shutil.rmtree(job.part, ignore_errors=True)
    return made


def _check_options(recipe: str, split: str, test: Collection | None, alarms: float) -> None:
    for value, known in ((recipe, RecipeName), (split, SplitName)):
        if value not in get_args(known):
            raise InvalidInput(f"{value!r} is none of {', '.join(get_args(known))}")
    if split == "random" and test is not None:
        raise InvalidInput("name files to test on, or a random split, not both")
    if not 0 < alarms < 0.5:
        raise InvalidInput(f"the share of false alarms lies between 0 and 0.5, not {alarms:g}")
