"""``groundstone slides list|add|show|delete|...``: the decks on the shelf."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstone.cli.files import check_picture, read_bytes, write_bytes
from groundstone.cli.show import plain, table
from groundstone.cli.slides import added, plain_lines, slides, sources
from groundstone.errors import NotFound
from groundstone.identity import LOCAL

if TYPE_CHECKING:
    from groundstone.slides.base import DeckInfo
    from groundstone.slides.service import Slides

__all__ = ["slides"]
THERE = click.Path(path_type=Path, exists=True)
FILE = click.Path(path_type=Path, dir_okay=False)
TICK = 0.5  # seconds between two looks
QUIET = 4.0  # seconds without work after which nothing more lies in the folder


@contextmanager
def _shelf() -> Iterator[Slides]:
    from groundstone.platform import Platform

    with Platform() as platform:
        yield platform.slides


def found(shelf: Slides, named: str) -> DeckInfo:
    """The deck of an id, or the newest of a name. Raises NotFound."""
    decks = shelf.decks(LOCAL)
    matching = [info for info in decks if info.id == named] or [info for info in decks if info.name == named]
    if not matching:
        raise NotFound(f"no deck {plain(named)} is here; `groundstone slides list` shows those there are")
    return matching[0]


@slides.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
def list_decks(as_json: bool) -> None:
    """The decks, newest first."""
    with _shelf() as shelf:
        decks = shelf.decks(LOCAL)
    if as_json:
        from groundstone.slides.as_json import info_json

        click.echo(json.dumps([info_json(info) for info in decks], ensure_ascii=False, indent=1))
        return
    rows = [
        (info.id, plain(info.name), info.state, f"{info.ready} of {info.slides}", plain(info.origin), info.added[:16])
        for info in decks
    ]
    table(rows, ("id", "name", "state", "slides", "from", "added (UTC)"))


@slides.command()
@click.argument("paths", nargs=-1, required=True, metavar="DECK...", type=THERE)
@click.option("--no-wait", is_flag=True, help="Only take them in; another process reads them.")
def add(paths: tuple[Path, ...], no_wait: bool) -> None:
    """Put decks on the shelf and read them. Ctrl-C loses nothing: what was taken in is read later."""
    wanted = sources(paths)
    with _shelf() as shelf:
        if no_wait:
            decks = [shelf.add(LOCAL, one.name, one.data(), origin=one.origin) for one in wanted]
        else:
            shelf.start(watch=False)
            decks = added(shelf, wanted)
    for info in decks:
        click.echo(f"{info.id}  {plain(info.name)}  {info.state}  {info.ready} of {info.slides} slides")
    if len(decks) < len(wanted) or any(info.state == "failed" for info in decks):
        sys.exit(1)


@slides.command()
@click.argument("deck")
@click.option("--slide", "number", type=click.IntRange(1), help="Only this one.")
@click.option("--json", "as_json", is_flag=True, help="Print every element with its place, as JSON.")
@click.option("--picture", type=FILE, help="Write the slide as PNG.")
def show(deck: str, number: int | None, as_json: bool, picture: Path | None) -> None:
    """What stands on the slides of DECK, an id or a name; every quote is a part of this text."""
    from groundstone.slides.as_json import info_json, slide_json

    if picture is not None:
        check_picture("--picture", picture, ())
        if number is None:
            raise click.UsageError("--picture shows one slide; say which with --slide")
    with _shelf() as shelf:
        info = found(shelf, deck)
        chosen = [one for one in shelf.deck(LOCAL, info.id).slides if number in (None, one.number)]
        if not chosen:
            raise NotFound(f"slide {number} is not there, or not read yet; the deck has {info.slides}")
        if picture is not None and number is not None:
            drawing = shelf.picture(LOCAL, info.id, number)
            write_bytes(picture, drawing.png)
            click.echo(f"{picture} ({drawing.how})", err=True)
    told = [slide_json(one) for one in chosen]
    if as_json:
        said = json.dumps({**info_json(info), "slides": told}, ensure_ascii=False, indent=1)
        click.echo(said.encode("utf-8", "backslashreplace"))
        return
    for one in told:
        click.secho(f"slide {one['number']}{' (hidden)' if one['hidden'] else ''}", bold=True)
        click.echo(plain_lines(one["text"]))
        for problem in one["problems"]:
            click.secho(plain_lines(problem), fg="yellow", err=True)


@slides.command()
@click.argument("decks", nargs=-1, required=True)
def delete(decks: tuple[str, ...]) -> None:
    """Delete DECKS (ids or names) for certain, with all that was made of them."""
    with _shelf() as shelf:
        for info in [found(shelf, one) for one in decks]:
            shelf.delete(LOCAL, info.id)
            click.echo(f"{info.id}  {plain(info.name)}  deleted")


@slides.command()
@click.argument("decks", nargs=-1, required=True)
def retry(decks: tuple[str, ...]) -> None:
    """Read DECKS (ids or names) again."""
    with _shelf() as shelf:
        shelf.start(watch=False)
        for info in [found(shelf, one) for one in decks]:
            shelf.retry(LOCAL, info.id)
            again = shelf.wait(LOCAL, info.id)
            click.echo(f"{again.id}  {plain(again.name)}  {again.state}  {again.ready} of {again.slides} slides")


@slides.command()
@click.option("--once", is_flag=True, help="Stop when everything that lies there is read.")
def watch(once: bool) -> None:
    """Watch the folder that stands for the bucket `slides`: decks put there are read, those deleted there go."""
    with _shelf() as shelf:
        shelf.start(watch=True)
        click.echo(f"watching {shelf.folder}  (Ctrl-C stops it)", err=True)
        known: dict[str, DeckInfo] = {}
        since = time.monotonic()
        while not once or time.monotonic() - since < QUIET:
            time.sleep(TICK)
            now = {info.id: info for info in shelf.decks(LOCAL)}
            _tell_changes(known, now)
            if now != known:
                since = time.monotonic()
            known = now
        for name, why in shelf.problems(LOCAL).items():
            click.secho(f"{plain(name)}: {plain_lines(why)}", fg="yellow", err=True)


def _tell_changes(known: dict[str, DeckInfo], now: dict[str, DeckInfo]) -> None:
    for id, info in now.items():
        if id not in known or known[id].state != info.state:
            click.echo(f"{id}  {plain(info.name)}  {info.state}")
    for id in known.keys() - now.keys():
        click.echo(f"{id}  {plain(known[id].name)}  gone")


@slides.command("export")
@click.argument("output", type=FILE, required=False)
@click.option("--deck", "decks", multiple=True, help="Only this one, by id or name; repeat it.")
def export_decks(output: Path | None, decks: tuple[str, ...]) -> None:
    """Write the slides as JSON documents (image_path, metadata, vector_embedding) to OUTPUT, or print them."""
    with _shelf() as shelf:
        wanted = [found(shelf, one).id for one in decks]
        said = json.dumps(shelf.export(LOCAL, wanted), ensure_ascii=False)
    data = said.encode("utf-8", "backslashreplace")
    if output is None:
        click.echo(data)
    else:
        write_bytes(output, data)


@slides.command("import")
@click.argument("file", type=THERE)
def import_decks(file: Path) -> None:
    """Put the slides of a file of JSON documents on the shelf, as another installation exported them."""
    data = read_bytes(file)
    with _shelf() as shelf:
        shelf.start(watch=False)
        for info in shelf.import_documents(LOCAL, data):
            info = shelf.wait(LOCAL, info.id)
            click.echo(f"{info.id}  {plain(info.name)}  {info.state}  {info.ready} of {info.slides} slides")


@slides.command()
@click.argument("questions", type=THERE)
@click.option("--way", type=click.Choice(["both", "together", "described"]), default="both", show_default=True)
@click.option("--kept", type=FILE, help="Add each outcome to this file, and go on from it.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def evaluate(questions: Path, way: str, kept: Path | None, as_json: bool) -> None:
    """Ask the decks a file of QUESTIONS, JSON lines with their right answers, and say how good the answers are."""
    ways = ("together", "described") if way == "both" else (way,)

    def progress(done: int, total: int) -> None:
        if sys.stderr.isatty():
            click.echo(f"\r\x1b[K{done} of {total} questions", nl=False, err=True)

    with _shelf() as shelf:
        report = shelf.evaluate(LOCAL, questions, ways=ways, kept=kept, progress=progress)
    if sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    click.echo(json.dumps(report.json(), ensure_ascii=False, indent=1) if as_json else report.table())
