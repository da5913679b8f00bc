"""``groundstone models custom``: models made from your own labelled examples."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstone.cli import show
from groundstone.identity import LOCAL

if TYPE_CHECKING:
    from groundstone.models.custom_files import CustomModel
    from groundstone.models.custom_models import CustomModels
    from groundstone.models.custom_train import Wish

READABLE = click.Path(path_type=Path, exists=True, dir_okay=False)


@contextmanager
def _custom() -> Iterator[CustomModels]:
    from groundstone.platform import Platform

    with Platform() as platform:
        yield platform.custom


@click.group()
def custom() -> None:
    """Models trained on your own labelled examples."""


@custom.command()
@click.argument("name")
@click.argument("examples", type=READABLE)
@click.option("--test", type=READABLE, help="Examples to test on, instead of one in five of EXAMPLES.")
@click.option("--method", type=click.Choice(["auto", "head", "few-shot"]), default="auto", show_default=True)
@click.option("--chat", default="", help="Chat model for few-shot; auto then tries both methods.")
@click.option("--replace", is_flag=True, help="Replace a model of this name.")
def train(name: str, examples: Path, test: Path | None, method: Wish, chat: str, replace: bool) -> None:
    """Train a classifier NAME on EXAMPLES: JSON lines {"text": ..., "label": ...}."""
    live = sys.stderr.isatty()

    def progress(what: str, done: int, total: int) -> None:
        if live:
            click.echo(f"\r\x1b[K{what}: {done} of {total}", nl=False, err=True)

    with _custom() as known:
        made = known.train(
            LOCAL, name, examples, method=method, test=test, chat=chat, replace_old=replace, progress=progress
        )
    if live:
        click.echo("\r\x1b[K", nl=False, err=True)
    _figures(made)


@custom.command("list")
def list_models() -> None:
    """The custom models that are here."""
    with _custom() as known:
        rows = [
            (one.name, one.method, len(one.labels), one.examples, f"{one.report().accuracy:.1%}", one.created)
            for one in known.list(LOCAL)
        ]
    show.table(rows, ("name", "method", "labels", "examples", "accuracy", "created"))


@custom.command("show")
@click.argument("name")
@click.option("--report", type=click.Path(path_type=Path, dir_okay=False), help="Write the report as an HTML page.")
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Write the confusion matrix as SVG.")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def show_model(name: str, report: Path | None, picture: Path | None, as_json: bool) -> None:
    """How good NAME is on examples that it had not seen."""
    with _custom() as known:
        model = known.find(LOCAL, name)
    if report is not None:
        report.write_text(model.page(), encoding="utf-8")
    if picture is not None:
        picture.write_text(model.picture(), encoding="utf-8")
    if as_json:
        click.echo(json.dumps(model.report().to_json(), ensure_ascii=False, indent=1))
    else:
        _figures(model)


@custom.command()
@click.argument("name")
@click.argument("texts", nargs=-1, required=True)
def classify(name: str, texts: tuple[str, ...]) -> None:
    """The label of each of TEXTS, and how sure NAME is."""
    from groundstone.platform import Platform

    with Platform() as platform:
        platform.custom.find(LOCAL, name)
        answers = platform.models.scores(LOCAL, name, texts)
    for scores in answers:
        (label, surest), *others = sorted(scores.items(), key=lambda each: -each[1])
        rest = ", ".join(f"{other} {score:.1%}" for other, score in others[:2])
        click.echo(f"{label}  {surest:.1%}  ({rest})")


@custom.command()
@click.argument("name")
def delete(name: str) -> None:
    """Remove NAME from this machine."""
    with _custom() as known:
        known.delete(LOCAL, name)
    click.echo(f"{name}: deleted")


def _figures(model: CustomModel) -> None:
    report = model.report()
    low, high = report.interval
    click.echo(
        f"{model.name}: {report.method}, trained on {report.trained_on} examples, tested on {report.tested_on} others\n"
        f"accuracy {report.accuracy:.1%} (95 % interval {low:.1%} to {high:.1%}), macro F1 {report.macro_f1:.3f}; "
        f"always {report.baseline_label!r} would be right in {report.baseline:.1%}"
    )
    for method, accuracy, macro in report.compared:
        click.echo(f"  tried {method}: accuracy {accuracy:.1%}, macro F1 {macro:.3f}")
    rows = [
        (each.label, f"{each.precision:.3f}", f"{each.recall:.3f}", f"{each.f1:.3f}", each.support)
        for each in report.labels
    ]
    show.table(rows, ("label", "precision", "recall", "F1", "tested"))
    for warning in report.warnings:
        click.secho(warning, fg="yellow")
