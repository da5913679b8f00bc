"""``groundstone summarise`` and ``groundstone translate``: tasks over chat, from a file or standard input."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

import click

from groundstone.errors import InvalidInput
from groundstone.identity import LOCAL

if TYPE_CHECKING:
    from groundstone.models.tasks import Written

MODEL = click.option("--model", default="", help="Which model; without it the one that words answers.")
TEXT = click.argument("text", type=click.File("r", encoding="utf-8"), default="-")


@click.command()
@TEXT
@click.option("--words", type=click.IntRange(1, 5000), default=150, show_default=True, help="At most about so many.")
@MODEL
def summarise(text: TextIO, words: int, model: str) -> None:
    """Summarise a plain TEXT file, or standard input. Without a capable model: its most central sentences."""
    from groundstone.platform import Platform

    with Platform() as platform:
        _show(platform.tasks.summarise(LOCAL, _read(text), words=words, model=model))


@click.command()
@TEXT
@click.option("--to", "target", required=True, help="The language, in English or as a code: German, de.")
@click.option("--from", "source", default="", help="The language of the text; the model finds out without it.")
@MODEL
def translate(text: TextIO, target: str, source: str, model: str) -> None:
    """Translate a plain TEXT file, or standard input. Needs a capable model."""
    from groundstone.platform import Platform

    with Platform() as platform:
        _show(platform.tasks.translate(LOCAL, _read(text), target, source=source, model=model))


def _read(text: TextIO) -> str:
    try:
        return text.read()
    except UnicodeDecodeError:
        raise InvalidInput(f"{text.name} is not plain text in UTF-8") from None


def _show(made: Written) -> None:
    click.echo(made.text)
    how = "sentences of the text, chosen by" if made.extractive else "written by"
    if sys.stderr.isatty():
        click.secho(f"{how} {made.model}", dim=True, err=True)
