"""``groundstone forensics forge|train|evaluate``: data sets of forged documents, models made of them, cards."""

from __future__ import annotations

import shlex
import sys
import time
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstone.cli.forensics import forensics
from groundstone.cli.show import plain, table

if TYPE_CHECKING:
    from groundstone.forensics.card import Card
    from groundstone.forensics.collection import Collection
    from groundstone.forensics.join import Weigh
    from groundstone.forensics.measuring import Checks
    from groundstone.forensics.samples import Progress
    from groundstone.forensics.service import Forensics
    from groundstone.forensics.subjects import Subject
    from groundstone.forensics.training_job import Made, Network, RecipeName, SplitName

__all__ = ["forensics"]
THERE = click.Path(path_type=Path, exists=True)
FOLDER = click.Path(path_type=Path, file_okay=False)


class StepLine:
    """What is being done, how much of it, and how long it will take: one line on standard error that is written over.

    Nothing when that is not a terminal. Use as a context; it clears the line at the end.
    """

    def __init__(self) -> None:
        self._live, self._what, self._since, self._first = sys.stderr.isatty(), "", 0.0, 0

    def __enter__(self) -> StepLine:
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            click.echo("\r\x1b[K", nl=False, err=True)

    def __call__(self, what: str, done: int, total: int) -> None:
        if not self._live:
            return
        now = time.monotonic()
        if what != self._what:
            self._what, self._since, self._first = what, now, done
        line = f"{what}: {done:,} of {total:,}{self._left(now, done, total)}"
        click.echo(f"\r\x1b[K{line[:100]}", nl=False, err=True)

    def _left(self, now: float, done: int, total: int) -> str:
        if done <= self._first or now - self._since < 3:
            return ""
        seconds = (now - self._since) / (done - self._first) * (total - done)
        return f", {seconds / 60:.0f} min left" if seconds > 120 else f", {seconds:.0f} s left"


@forensics.command()
@click.argument("pages", nargs=-1, required=True, metavar="PAGES...", type=THERE)
@click.option("-o", "--out", required=True, type=FOLDER, help="Folder of the data set; gone on with if it is one.")
@click.option("--count", type=click.IntRange(1), default=1000, show_default=True, help="Pairs to make.")
@click.option(
    "--seed", type=click.IntRange(0), default=5, show_default=True, help="The same seed makes the same files."
)
@click.option("--side", type=int, default=896, show_default=True, help="Pixels of a side of the parts cut from pages.")
@click.option("--kind", "kinds", multiple=True, help="A kind of forgery to make; all of them when none is named.")
@click.option("--last", "lasts", multiple=True, help="A last step, the same for both classes; all when none is named.")
@click.option(
    "--history",
    type=click.Choice(["both", "with", "without"]),
    default="both",
    show_default=True,
    help="Whether pages were saved as JPEG before the change.",
)
def forge(
    pages: tuple[Path, ...], out: Path, count: int, seed: int, side: int, kinds: tuple[str, ...],
    lasts: tuple[str, ...], history: str,
) -> None:  # fmt: skip
    """Make pairs of genuine and forged pages from genuine documents.

    PAGES are pictures, PDFs, or folders of them. Both files of a pair end with the same last step, so that nothing but
    the change tells them apart. An interrupted command goes on when it is given again.
    """
    from groundstone.forensics.forge.dataset import forge as make

    with StepLine() as progress:
        made = make(
            pages, out, count=count, seed=seed, side=side, kinds=kinds, lasts=lasts, history=history, progress=progress
        )
    click.echo(f"{made.path}: {made.pairs:,} pairs ({made.added:,} new) from {made.sources:,} documents")
    _tell_left_out(made.left_out, "without text that could be changed")


@forensics.command()
@click.argument("dataset", type=THERE)
@click.option("-o", "--out", required=True, type=FOLDER, help="New folder for the model and its card.")
@click.option(
    "--recipe",
    type=click.Choice(["refit", "article"]),
    default="refit",
    show_default=True,
    help="refit: the network that ships, its judgement learned anew. article: the article's own network (needs torch).",
)
@click.option(
    "--split",
    type=click.Choice(["honest", "random"]),
    default="honest",
    show_default=True,
    help="honest: no document on both sides. random: by files, as the article does.",
)
@click.option("--test", type=THERE, help="A data set to test on, instead of a fifth of the documents of DATASET.")
@click.option(
    "--false-alarms",
    type=click.FloatRange(0, 0.5, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="Share of genuine documents that may be called forged.",
)
@click.option("--threads", type=click.IntRange(1), default=1, show_default=True, help="Of torch.")
def train(
    dataset: Path, out: Path, recipe: RecipeName, split: SplitName, test: Path | None, false_alarms: float, threads: int
) -> None:
    """Train a model on your own documents.

    DATASET is what `forge` writes, a folder with the folders original and forged, or a CSV file of path and label (0
    genuine, 1 forged; a third column names the document that a file comes from). A split that has copies or
    near-copies, or one document, on both sides is refused; only the recipe article may have it, and its card says so.
    An interrupted command goes on when it is given again.

    Use the result with: groundstone forensics check --model OUT
    """
    from groundstone.forensics.collection import read
    from groundstone.forensics.training import train as learn

    collection, tested = read(dataset), read(test) if test else None
    with ExitStack() as open_, StepLine() as progress:
        network = _network(open_) if recipe == "refit" else None
        made = learn(
            collection, out, recipe=recipe, split=split, test=tested, alarms=false_alarms, network=network,
            threads=threads, repeat=_command(), progress=progress,
        )  # fmt: skip
    _tell_made(made)


@forensics.command()
@click.argument("dataset", type=THERE)
@click.option("-o", "--out", required=True, type=FOLDER, help="Folder for the card; scores that are there are kept.")
@click.option(
    "--model", type=click.Path(path_type=Path, exists=True, file_okay=False), help="A folder that train made."
)
@click.option(
    "--at-once", type=click.IntRange(0), default=0, show_default=True, help="Files at a time; 0: a core each."
)
@click.option("--words", is_flag=True, help="Look at fonts, lines and sums too: several times slower.")
def evaluate(dataset: Path, out: Path, model: Path | None, at_once: int, words: bool) -> None:
    """Measure a model on documents whose truth is known, and write its model card: HTML, Markdown and JSON.

    DATASET is what `train` takes. An interrupted command goes on when it is given again.
    """
    from groundstone.forensics.collection import read
    from groundstone.forensics.evaluation import evaluate as measure

    collection = read(dataset)
    with ExitStack() as open_, StepLine() as progress:
        checks, subject = _judge(open_, model, at_once)
        card = measure(
            collection, _sources(collection, progress), checks, subject, out, words=words, at_once=at_once,
            repeat=_command(), progress=progress,
        )  # fmt: skip
    _tell_figures(card)
    click.echo(f"card: {out / 'card.html'}")


def _sources(collection: Collection, progress: Progress) -> list[str]:
    """The document that each file comes from: as it is told, or else as far as files look alike."""
    if collection.knows_sources:
        return [item.source for item in collection.items]
    from groundstone.forensics.leaks import groups_of

    return groups_of(collection.items, progress=progress)


def _judge(open_: ExitStack, model: Path | None, at_once: int) -> tuple[Checks, Subject]:
    """What scores files: the model that ships, or that of a folder."""
    from groundstone.forensics import model_folder, subjects

    if model is None:
        return _forensics(open_), subjects.shipped()
    folder = model_folder.read(model)
    subject = subjects.of_folder(folder)
    if folder.recipe == model_folder.ARTICLE:
        from groundstone.forensics.article_checks import ArticleChecks
        from groundstone.forensics.samples import Samples

        return ArticleChecks(model, open_.enter_context(Samples(at_once))), subject
    return _forensics(open_, folder.weigh()), subject


def _forensics(open_: ExitStack, weigh: Weigh | None = None) -> Forensics:
    """Ended when ``open_`` is; judges by what ships unless told otherwise."""
    from groundstone.forensics.service import Forensics
    from groundstone.platform import Platform

    platform = open_.enter_context(Platform())
    return open_.enter_context(closing(Forensics(lambda: platform.documents, weigh=weigh)))


def _network(open_: ExitStack) -> Network:
    """The one that ships."""
    from groundstone.forensics.calibration import shipped
    from groundstone.forensics.measuring import Measuring
    from groundstone.forensics.model_folder import network_digest
    from groundstone.forensics.training_job import Network

    measure = Measuring(lambda weigh: _forensics(open_, weigh), shipped())
    return Network(measure, shipped(), network_digest())


def _command() -> str:
    """As it was given, for the card."""
    return shlex.join(["groundstone", *sys.argv[1:]])


# -- what is shown -------------------------------------------------------------------------------------------


def _tell_made(made: Made) -> None:
    _tell_left_out(made.left_out, "that could not be used")
    for trial in made.card.trials:
        right = f"{trial.accuracy.value:.1%} right ({trial.accuracy.low:.1%} to {trial.accuracy.high:.1%})"
        click.echo(
            f"{plain(trial.title)}: {right} of {trial.tested_on} tested files; leaks: {plain(' '.join(trial.leaks))}"
        )
    _tell_figures(made.card)
    click.echo(f"model: {made.model.place}, card: {made.model.place / 'card.html'}")


def _tell_figures(card: Card) -> None:
    from groundstone.forensics.card_text import calibration, said

    rows = [card.whole, *card.conditions, *card.kinds]
    table(
        [(plain(row.name), row.genuine, row.forged, said(row.area), said(row.recall5), said(row.hits)) for row in rows],
        ("files", "genuine", "forged", "AUC", "recall at 5 % false alarms", "hottest window on the forgery"),
    )
    click.echo(calibration(card))
    for warning in card.told.warnings:
        click.secho(f"mind: {plain(warning)}", fg="yellow", err=True)


def _tell_left_out(names: Sequence[str], why: str) -> None:
    if names:
        more = f" and {len(names) - 3} more" if len(names) > 3 else ""
        shown = "; ".join(plain(name) for name in names[:3])
        click.secho(f"{len(names)} files {why} were left out: {shown}{more}", fg="yellow", err=True)
