"""``groundstone movies``: film catalogues of other origin."""

from __future__ import annotations

from pathlib import Path

import click

from groundstone.cli import show


@click.group()
def movies() -> None:
    """The movie chatbot on a catalogue of your own."""


@movies.command("import")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
@click.option("--into", "name", default="films", show_default=True, help="Name of the knowledge base.")
@click.option("--format", "importer", help="Name of the importer; recognised from the files if left out.")
@click.option("--limit", type=click.IntRange(1), help="Read only so many films.")
def import_catalogue(path: Path, name: str, importer: str | None, limit: int | None) -> None:
    """Read the film catalogue at PATH (IMDb files, or another known form) and build a knowledge base on it."""
    from groundstone.apps.movies.library import build
    from groundstone.platform import Platform

    with Platform() as platform:
        line = show.ProgressLine()
        report = build(platform, path, name, importer, limit, line)
        line.done()
        show.synced(report)
