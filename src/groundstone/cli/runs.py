"""``groundstone runs``: load runs that were measured: listed, shown, compared, named, deleted, taken along."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstone.cli import show
from groundstone.identity import LOCAL

if TYPE_CHECKING:
    from groundstone.endpoints.load.plan import Plan
    from groundstone.endpoints.load.report import Report
    from groundstone.endpoints.runs.base import Run
    from groundstone.endpoints.runs.compare import Measure
    from groundstone.endpoints.runs.history import History
    from groundstone.endpoints.runs.recorder import Recorder

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.group()
def runs() -> None:
    """Load runs that were measured here, by `groundstone load` or on the page /endpoints.

    A run goes by its id, the last four characters of it, or "last".
    """


def history() -> History:
    from groundstone import config
    from groundstone.endpoints.runs.history import History

    return History(config.load().home / "load-runs")


def recorder(plan: Plan, price: float = 0.0, theory: str = "") -> Recorder:
    """A run of a command, kept from its begin. ``theory``: MODEL@INSTANCE. Raises InvalidInput, StoreError."""
    model, at, place = theory.partition("@")
    named = {"model": model, "instance": place, "degree": 0, "replicas": 1} if at else None
    order = {"plan": plan.json(), "engine": "", "simulation": None, "price": price, "theory": named}
    title = f"{plan.model} at {plan.url}" if plan.model else plan.url
    return history().begin(LOCAL, title[:120], plan.url, origin="command", order=order)


@runs.command("list")
@click.argument("words", nargs=-1)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_runs(words: tuple[str, ...], as_json: bool) -> None:
    """The runs that have all WORDS in title, tags, address or state, the newest first."""
    found = history().runs(LOCAL, " ".join(words))
    if as_json:
        click.echo(json.dumps([run.json() for run in found], indent=1))
        return
    show.table([_row(run) for run in found], ("run", "state", "levels", "tokens/s", "at once", "knee", "title", "tags"))


@runs.command("show")
@click.argument("run")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def show_run(run: str, as_json: bool) -> None:
    """What RUN has measured, level by level."""
    from groundstone.endpoints.runs.reports import write_report

    found = history().find(LOCAL, run)
    report = _whole(found)
    if as_json:
        click.echo(write_report(report, "json"))
        return
    click.echo(f"{found.id}  {found.state}  {show.plain(found.target)}  {found.created}")
    if found.why:
        click.echo(show.plain(found.why))
    click.echo(write_report(report, "md"), nl=False)


@runs.command()
@click.argument("run", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def compare(run: tuple[str, ...], as_json: bool) -> None:
    """Two to four RUNs side by side, with ratios to the first."""
    from dataclasses import asdict, replace

    from groundstone.endpoints.runs.compare import compare as compared

    reports = [history().report(LOCAL, one) for one in run]
    found = compared(reports)
    if as_json:
        click.echo(json.dumps(asdict(found), indent=1))
        return
    measures = [*found.whole]
    for count, rate, pace in found.by_concurrency:
        measures += [replace(one, name=f"{one.name} at {count} at once") for one in (rate, pace)]
    rows = [(f"{one.name}, {one.unit}" if one.unit else one.name, *_cells(one)) for one in measures]
    show.table(rows, ("", *(show.plain(report.title) for report in reports)))
    for note in found.notes:
        click.echo(show.plain(note))


@runs.command()
@click.argument("run")
@click.argument("title")
def rename(run: str, title: str) -> None:
    """Give RUN another TITLE."""
    click.echo(show.plain(history().label(LOCAL, run, title=title, admin=True).title))


@runs.command()
@click.argument("run")
@click.argument("tags", nargs=-1)
def tag(run: str, tags: tuple[str, ...]) -> None:
    """Give RUN these TAGS, or none; one with tags is never removed for newer ones."""
    click.echo(" ".join(history().label(LOCAL, run, tags=tags, admin=True).tags) or "no tags")


@runs.command()
@click.argument("run")
def stop(run: str) -> None:
    """Ask RUN to end, wherever it goes; what it has measured is kept."""
    history().stop(LOCAL, run, admin=True)
    click.echo("it ends within moments")


@runs.command()
@click.argument("run", nargs=-1, required=True)
def delete(run: tuple[str, ...]) -> None:
    """Delete RUNs."""
    for found in [history().find(LOCAL, one) for one in run]:
        history().delete(LOCAL, found.id, admin=True)
        click.echo(f"{found.id} is deleted")


@runs.command("import")
@click.argument("file", type=FILE)
@click.option("--title", default="", help="Its title here.")
def take(file: Path, title: str) -> None:
    """Keep the report that `groundstone load --json FILE` wrote."""
    click.echo(history().take(LOCAL, file.read_bytes(), title).id)


@runs.command()
@click.argument("run")
@click.argument("file", type=OUT)
def export(run: str, file: Path) -> None:
    """Write the report of RUN to FILE: .html (one page, no network), .json, .csv or .md."""
    from groundstone.endpoints.runs.reports import FORMS, write_report

    form = next((form for form in FORMS if file.suffix == f".{form}"), None)
    if form is None:
        raise click.UsageError(f"{file.name} ends in none of .{', .'.join(FORMS)}")
    file.write_text(write_report(_whole(history().find(LOCAL, run)), form), encoding="utf-8")
    click.echo(f"{file} is written")


def _whole(run: Run) -> Report:
    """What it has measured, and the theory beside it where that was named."""
    from groundstone.endpoints.runs.theory import beside, with_theory

    return with_theory(beside(run.order), history().report(LOCAL, run.id))


def _row(run: Run) -> tuple[str, ...]:
    found = run.summary
    best = f"{found.best:.0f}" if found.best else ""
    figures = (str(found.levels), best, str(found.best_at or ""), str(found.knee or ""))
    return run.id, run.state, *figures, show.plain(run.title), " ".join(run.tags)


def _cells(one: Measure) -> list[str]:
    found = []
    for number, (value, ratio) in enumerate(zip(one.values, one.ratios, strict=True)):
        beside = f" (x {ratio:.2f})" if number and ratio is not None else ""
        found.append("-" if value is None else f"{value:,.2f}{beside}")
    return found
