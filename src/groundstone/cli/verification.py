"""``groundstone verification``: documents in, decisions out, and what people do about them."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstone.cli import show
from groundstone.errors import InvalidInput
from groundstone.identity import LOCAL

if TYPE_CHECKING:
    from groundstone.verification.case import Case
    from groundstone.verification.service import Progress, Verification

FILES = click.Path(exists=True, dir_okay=False, path_type=Path)
APP = click.option("--app", default="vaccination", show_default=True, help="The application.")
STATES = ("waiting", "working", "done", "dead", "dropped", "cancelled")
QUIET = 4.0  # seconds without work after which nothing more lies in the folder
PAGE = 1000  # cases of one look
TICK = 0.5  # seconds between two looks


@contextmanager
def _opened(app: str, *, start: bool = False, watch: bool = False) -> Iterator[Verification]:
    from groundstone.platform import Platform

    with Platform() as platform:
        found = platform.verification(app)
        if start:
            found.start(watch=watch)
        yield found


@click.group()
def verification() -> None:
    """Verify documents: submit, watch, look, review, retry, export, delete."""


@verification.command()
@click.argument("files", nargs=-1, required=True, type=FILES)
@click.option("--name", help="Of the traveller who showed it.")
@click.option("--born", help="The traveller's date of birth, as 1980-12-31.")
@click.option("--travels", help="The day of travel, as 2027-01-31.")
@click.option("--no-wait", is_flag=True, help="Only take the files in; another process works on them.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, a line for each file.")
@APP
def submit(
    files: tuple[Path, ...],
    name: str | None,
    born: str | None,
    travels: str | None,
    no_wait: bool,
    as_json: bool,
    app: str,
) -> None:
    """Take FILES in and print what becomes of each. Ctrl-C loses nothing: what was taken in is worked on later."""
    told = {"name": name, "date_of_birth": born, "travel_date": travels}
    traveller = {key: value for key, value in told.items() if value}
    with _opened(app, start=not no_wait) as found:
        taken = [found.submit(LOCAL, path.read_bytes(), path.name, traveller=traveller) for path in files]
        for path, case in zip(files, taken, strict=True):
            _tell(case if no_wait else _ended(found, case), as_json, path.name)


@verification.command()
@APP
def samples(app: str) -> None:
    """Submit the sample documents that ship with the application, each with its traveller."""
    with _opened(app, start=True) as found:
        for case in found.take_samples(LOCAL):
            _tell(_ended(found, case), False)


@verification.command()
@click.option("--once", is_flag=True, help="Stop when everything that lies there is done.")
@APP
def watch(once: bool, app: str) -> None:
    """Watch the folder of the application and work on what arrives, until stopped."""
    with _opened(app, start=True, watch=True) as found:
        click.echo(f"watching {found.folder}  (Ctrl-C stops it)", err=True)
        since = time.monotonic()
        while True:
            time.sleep(TICK)
            now = found.progress(LOCAL)
            _line(now)
            if now.waiting or now.working:
                since = time.monotonic()
            elif once and time.monotonic() - since > QUIET:
                break
    click.echo(_said(now))


@verification.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those; dead letters are the dead ones.")
@click.option("--outcome", type=click.Choice(["verified", "refused", "review"]), help="Only those.")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@APP
def list_cases(state: str | None, outcome: str | None, limit: int, app: str) -> None:
    """The documents, newest first."""
    with _opened(app) as found:
        cases = found.cases(LOCAL, state=state or "", outcome=outcome, limit=limit, newest=True)
    rows = [
        (case.id, case.name, case.state, case.outcome or case.step, case.failure[:60], f"{case.updated:%Y-%m-%d %H:%M}")
        for case in cases
    ]
    show.table(rows, ("id", "name", "state", "outcome", "failure", "updated (UTC)"))


@verification.command("show")
@click.argument("id")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@APP
def show_case(id: str, as_json: bool, app: str) -> None:
    """A document with its answers, the rules, and who did what."""
    with _opened(app) as found:
        case = found.case(LOCAL, id)
        history = found.history(LOCAL, id)
    _tell(case, as_json)
    if as_json:
        return
    for finding in case.findings:
        said = finding.answer.text if finding.answer else "(no answer)"
        click.echo(f"  {finding.query.name}: {said}  {show.sure(finding.confidence)}")
    for reason in case.decision.reasons if case.decision else ():
        mark = {True: "holds", False: "fails", None: "cannot be told"}[reason.passed]
        click.echo(f"  {reason.rule}: {mark}  {reason.text}")
    for note in history:
        click.secho(f"  {note.at:%Y-%m-%d %H:%M:%S}  {note.by}  {note.what}", dim=True)


@verification.command()
@click.argument("id")
@click.option("--correct", "corrections", multiple=True, metavar="ALIAS=TEXT", help="What the document really says.")
@click.option("--decide", "outcome", type=click.Choice(["verified", "refused"]), help="The decision.")
@click.option("--note", default="", help="Why.")
@APP
def review(id: str, corrections: tuple[str, ...], outcome: str | None, note: str, app: str) -> None:
    """Correct answers of a document under review, decide it, or both."""
    pairs = [_pair(one) for one in corrections]
    if not pairs and outcome is None:
        raise click.UsageError("say what to --correct, what to --decide, or both")
    with _opened(app) as found:
        case = found.case(LOCAL, id)
        for alias, text in pairs:
            case = found.correct(LOCAL, id, alias, text or None, revision=case.revision)
        if outcome is not None:
            case = found.decide(LOCAL, id, outcome, revision=case.revision, note=note)
    _tell(case, False)


@verification.command()
@click.argument("ids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every dead letter.")
@APP
def retry(ids: tuple[str, ...], every: bool, app: str) -> None:
    """Try dead letters again."""
    with _opened(app, start=True) as found:
        for id in _dead(found, ids, every):
            _tell(_ended(found, found.retry(LOCAL, id)), False)


@verification.command()
@click.argument("ids", nargs=-1)
@click.option("--all", "every", is_flag=True, help="Every dead letter.")
@APP
def drop(ids: tuple[str, ...], every: bool, app: str) -> None:
    """Give dead letters up."""
    with _opened(app) as found:
        for id in _dead(found, ids, every):
            _tell(found.drop(LOCAL, id), False)


@verification.command()
@click.argument("output", type=click.Path(path_type=Path, dir_okay=False), required=False)
@click.option("--header", is_flag=True, help="Begin with the names of the columns.")
@APP
def export(output: Path | None, header: bool, app: str) -> None:
    """Write the tables of all decided documents as one CSV to OUTPUT, or print it."""
    with _opened(app) as found:
        pieces = found.export(LOCAL, header=header)
        if output is not None:
            with output.open("w", encoding="utf-8", errors="backslashreplace", newline="") as out:
                out.writelines(pieces)
            return
        for piece in pieces:
            click.echo(piece.replace("\r\n", "\n"), nl=False)


@verification.command()
@click.argument("ids", nargs=-1)
@APP
def purge(ids: tuple[str, ...], app: str) -> None:
    """Delete every document whose time is over; or everything of the documents IDS, now."""
    with _opened(app) as found:
        if ids:
            found.delete(LOCAL, *ids)
        count = len(ids) or found.purge()
    click.echo(f"{count} deleted")


@verification.command()
@click.option("--follow", is_flag=True, help="Look again and again, until nothing waits.")
@APP
def progress(follow: bool, app: str) -> None:
    """How many documents wait, are worked on, decided, under review or dead."""
    with _opened(app) as found:
        now = found.progress(LOCAL)
        while follow and (now.waiting or now.working):
            _line(now)
            time.sleep(TICK)
            now = found.progress(LOCAL)
    click.echo(_said(now))

    for name, why in now.problems.items():
        click.secho(f"{show.plain(name)}: {show.plain(why)}", fg="yellow", err=True)


def _dead(found: Verification, ids: tuple[str, ...], every: bool) -> tuple[str, ...]:
    if bool(ids) == every:
        raise click.UsageError("name documents, or say --all")
    if not every:
        return ids
    dead: list[str] = []
    after = 0
    while page := found.cases(LOCAL, state="dead", limit=PAGE, after=after):
        dead += [case.id for case in page]
        after = page[-1].number
    return tuple(dead)


def _pair(text: str) -> tuple[str, str]:
    alias, equals, said = text.partition("=")
    if not equals:
        raise InvalidInput(f"{text!r}: write ALIAS=TEXT; ALIAS= says that the document is silent")
    return alias, said


def _ended(found: Verification, case: Case) -> Case:
    while not case.is_over:
        time.sleep(TICK / 10)
        case = found.case(LOCAL, case.id)
    return case


def _tell(case: Case, as_json: bool, name: str = "") -> None:
    """One line; ``name`` is what whoever submits it calls it, for the case itself may have forgotten that already."""
    from groundstone.verification.case import case_json

    if as_json:
        click.echo(json.dumps(case_json(case), ensure_ascii=False))
        return
    colour = {"verified": "green", "refused": "red", "review": "yellow"}.get(case.outcome)
    state = case.outcome if case.state == "done" else case.state
    failure = f"  {show.plain(case.failure)}" if case.failure else ""
    click.echo(f"{case.id}  {show.plain(name or case.name)}  {click.style(state, fg=colour)}{failure}")


def _said(now: Progress) -> str:
    left = f", {now.eta:.0f} s left" if now.eta else ""
    return (
        f"waiting {now.waiting}, working {now.working}, verified {now.verified}, refused {now.refused}, "
        f"review {now.review}, dead {now.dead}; {now.rate:.0f} a minute{left}"
    )


def _line(now: Progress) -> None:
    if sys.stderr.isatty():
        click.echo(f"\r\x1b[K{_said(now)}", nl=False, err=True)
