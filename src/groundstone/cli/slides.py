"""``groundstone slides DECK... "QUESTION"``: talk to decks of slides."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstone.cli.files import read_bytes
from groundstone.cli.show import plain
from groundstone.errors import GroundstoneError, InvalidInput, SourceError
from groundstone.identity import LOCAL

if TYPE_CHECKING:
    from groundstone.slides.base import DeckInfo, SlideAnswer, SlideCitation, Turn
    from groundstone.slides.service import Slides

DECKS = (".pptx", ".ppsx", ".potx", ".pptm", ".ppsm", ".odp", ".otp", ".pdf", ".zip", ".ppt", ".key")
PICTURES = (".png", ".jpg", ".jpeg", ".webp", ".tif", ".tiff", ".gif", ".bmp", ".heic")
PROMPT = "? "
QUOTE = 160  # characters of a quote that are shown
WAY = click.option(
    "--way", type=click.Choice(["together", "described"]), help="How slides are found; the setting decides otherwise."
)


class Asking(click.Group):
    """A group whose command is ``ask`` when the first word is none of its commands."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        if args and args[0] not in self.commands and args[0] not in ("-h", "--help"):
            args = ["ask", *args]
        return super().parse_args(context, args)


@click.group(cls=Asking)
def slides() -> None:
    """Talk to decks of slides: groundstone slides DECK... "QUESTION".

    The command is `ask` when it is not named. A deck that is called like a command is written as ./list.
    """


@dataclass(frozen=True)
class Source:
    """A deck to be read: a file, or several pictures that are one deck together."""

    name: str
    origin: str
    files: tuple[Path, ...]
    is_pictures: bool = False

    def data(self) -> bytes | list[tuple[str, bytes]]:
        """Raises SourceError, DocumentTooLarge."""
        if not self.is_pictures:
            return read_bytes(self.files[0])
        return [(path.name, read_bytes(path)) for path in self.files]


@slides.command()
@click.argument("words", nargs=-1, metavar="[DECK]... [QUESTION]")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON, one object an answer.")
@WAY
def ask(words: tuple[str, ...], as_json: bool, way: str | None) -> None:
    """Ask one or several decks a QUESTION; without a deck, all that are on the shelf.

    DECK is a PPTX, ODP or PDF file, a ZIP or a folder of pictures, or pictures, which are one deck together. It is read
    the first time and kept on the shelf. Without a question, each line typed (or piped in) is one.
    """
    from groundstone.platform import Platform

    paths, question = _parted(words)
    with Platform() as platform:
        shelf = platform.slides
        shelf.start(watch=False)
        wanted = sources(paths)
        found = added(shelf, wanted)
        ids = [info.id for info in found if info.ready]
        if paths and not ids:
            sys.exit(1)
        conversation = Conversation(shelf, ids, way or "", as_json)
        for one in [question] if question is not None else _typed():
            conversation.ask(one)
        if len(ids) < len(wanted) or conversation.failed:
            sys.exit(1)


class Conversation:
    """Questions to the same decks, one after another; each knows those before it."""

    def __init__(self, shelf: Slides, decks: Sequence[str], way: str, as_json: bool) -> None:
        self._shelf, self._decks, self._way, self._as_json = shelf, decks, way, as_json
        self._turns: list[Turn] = []
        self.failed = False

    def ask(self, question: str) -> None:
        """Print the answer; what cannot be answered is told, and the next may be asked."""
        from groundstone.slides.service import turn_of

        try:
            answer = self._shelf.ask(LOCAL, question, self._turns, decks=self._decks, way=self._way)
        except GroundstoneError as error:
            click.echo(f"groundstone: {error}", err=True)
            self.failed = True
            return
        self._turns.append(turn_of(answer))
        if self._as_json:
            from groundstone.slides.as_json import answer_json

            decks = self._shelf.opened(LOCAL, {hit.deck for hit in answer.slides})
            said = json.dumps(answer_json(answer, decks), ensure_ascii=False)
            click.echo(said.encode("utf-8", "backslashreplace"))
        else:
            show(answer, several=len(self._decks) != 1)


def show(answer: SlideAnswer, *, several: bool) -> None:
    """The sentences with their citation numbers, the calculations, then the cited words with their slides."""
    if answer.closest:
        click.secho("Closest passages:", dim=True)
    for said in answer.said:
        marks = f" [{', '.join(str(index + 1) for index in said.citations)}]" if said.citations else ""
        unsure = "" if said.supported else " (not borne out by the slide)"
        click.echo(f"{plain_lines(said.text)}{click.style(marks, fg='cyan')}{unsure}")
    for working in answer.workings:
        click.echo(f"  {plain_lines(working)}")
    if answer.citations:
        click.echo()
    for number, cited in enumerate(answer.citations, 1):
        click.secho(f"[{number}] {_where(cited, several)}: “{_short(cited.quote)}”", dim=True)
    if answer.understood and answer.understood != answer.question:
        click.secho(f"Understood as: {plain_lines(answer.understood)}", dim=True)
    if answer.model:
        click.secho(f"Read by {plain(answer.model)}", dim=True)


def _where(cited: SlideCitation, several: bool) -> str:
    deck = f"{plain(cited.deck_name)}, " if several else ""
    title = f" ({plain(cited.slide_title)})" if cited.slide_title else ""
    what = "" if cited.kind in ("text", "title", "subtitle") else f", {cited.kind}"
    return f"{deck}slide {cited.slide}{title}{what}"


def _short(text: str) -> str:
    line = plain(" ".join(text.split()))
    return line if len(line) <= QUOTE else line[: QUOTE - 1] + "…"


def plain_lines(text: str) -> str:
    """Lines of a slide for a terminal."""
    return "\n".join(plain(line) for line in text.splitlines())


# -- decks ---------------------------------------------------------------------------------------------------


def _parted(words: Sequence[str]) -> tuple[list[Path], str | None]:
    """Decks, and the question behind them: what is there as a file is a deck, and the last word may be a question."""
    if words and not Path(words[-1]).exists() and not _looks_like_a_deck(words[-1]):
        return [_there(word) for word in words[:-1]], words[-1]
    return [_there(word) for word in words], None


def _looks_like_a_deck(word: str) -> bool:
    return word.lower().endswith((*DECKS, *PICTURES)) and not word.rstrip().endswith("?")


def _there(word: str) -> Path:
    path = Path(word)
    try:
        path.stat()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "its name holds a broken character"
        raise SourceError(
            f"{plain(word)}: {why}; decks stand before the question, which is one word in quotes"
        ) from None
    return path


def sources(paths: Sequence[Path]) -> list[Source]:
    """Each deck that paths stand for; pictures that are named one by one are one deck. Raises InvalidInput."""
    pictures = [path for path in paths if path.is_file() and path.suffix.lower() in PICTURES]
    found: list[Source] = []
    for path in paths:
        if path.is_dir():
            found += _of_folder(path)
        elif path in pictures and len(pictures) > 1:
            if path == pictures[0]:
                origin = f"pictures of {path.resolve().parent}"
                found.append(Source(path.resolve().parent.name or "pictures", origin, tuple(pictures), True))
        else:
            found.append(_of_file(path))
    return found


def _of_file(path: Path) -> Source:
    return Source(path.name, f"file {path.resolve()}", (path,))


def _of_folder(folder: Path) -> list[Source]:
    """Its pictures as one deck, and each deck in it."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    pictures = tuple(path for path in files if path.suffix.lower() in PICTURES)
    decks = [_of_file(path) for path in files if path.suffix.lower() in DECKS]
    if not pictures and not decks:
        raise InvalidInput(f"{plain(folder)} holds neither pictures nor decks; name a folder that does")
    name = folder.resolve().name or "pictures"
    return [*([Source(name, f"folder {folder.resolve()}", pictures, True)] if pictures else []), *decks]


def added(shelf: Slides, wanted: Sequence[Source]) -> list[DeckInfo]:
    """Decks on the shelf, read; how that goes and what goes wrong is told on standard error."""
    found: list[DeckInfo] = []
    for source in wanted:
        line = SlideLine(source.name)
        try:
            info = shelf.add(LOCAL, source.name, source.data(), origin=source.origin)
            shelf.hurry(LOCAL, info.id)
            info = shelf.wait(LOCAL, info.id, told=line)
        except GroundstoneError as error:
            line.clear()
            click.echo(f"groundstone: {plain(source.name)}: {plain_lines(str(error))}", err=True)
            if len(wanted) == 1:
                sys.exit(1)
            continue
        line.clear()
        found.append(info)
        _tell_problems(info)
    return found


def _tell_problems(info: DeckInfo) -> None:
    if info.state == "failed":
        click.echo(f"groundstone: {plain(info.name)} could not be read", err=True)
    for problem in info.problems[:5]:
        click.secho(f"{plain(info.name)}: {plain_lines(problem)}", fg="yellow", err=True)
    if len(info.problems) > 5:
        click.secho(f"{plain(info.name)}: {len(info.problems) - 5} more such remarks", fg="yellow", err=True)


class SlideLine:
    """How many slides of a deck are read, in one line on standard error; nothing when that is not a terminal."""

    def __init__(self, name: str) -> None:
        self._name, self._live = plain(name)[:60], sys.stderr.isatty()

    def __call__(self, info: DeckInfo) -> None:
        if self._live and info.state == "reading":
            of = f" of {info.slides}" if info.slides else ""
            click.echo(f"\r\x1b[K{self._name}: {info.ready}{of} slides are read", nl=False, err=True)

    def clear(self) -> None:
        if self._live:
            click.echo("\r\x1b[K", nl=False, err=True)


def _typed() -> Iterator[str]:
    """Questions, line by line: until an empty one at a terminal, until the end of what is piped in."""
    live = sys.stdin.isatty()
    asked = 0
    while True:
        if live:
            click.secho(PROMPT, nl=False, bold=True)
        line = sys.stdin.readline()
        if not line or (live and not line.strip()):
            break
        if line.strip():
            asked += 1
            yield line.strip()
    if not asked and not live:
        raise click.UsageError("ask something: write a question behind the decks, in quotes")
