"""``groundstone demo``: the movie chatbot on the shipped catalogue."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from groundstone.cli import show

if TYPE_CHECKING:
    from groundstone.knowledge.base import KnowledgeBase
    from groundstone.platform import Platform

QUESTION = "Who directed The Nightmare Before Christmas?"


@click.command()
@click.argument("question", required=False)
@click.option("--serve", "serve_too", is_flag=True, help="Then serve the chat page, as `groundstone serve` does.")
def demo(question: str | None, serve_too: bool) -> None:
    """Answer one QUESTION from the shipped film catalogue, making what it needs the first time."""
    from groundstone.platform import Platform

    with Platform() as platform:
        kb = prepared(platform)
        asked = question or QUESTION
        if not question:
            click.secho(f"> {asked}", bold=True)
        show.answer(kb.ask(asked))
    if serve_too:
        from groundstone.cli.serve import run

        click.echo()
        run(None, None)


def prepared(platform: Platform) -> KnowledgeBase:
    """The film knowledge base, with its weights pulled and its catalogue synced if that has not happened yet."""
    fetch_weights(platform)
    app = platform.app("movies")
    kb = platform.install(app)
    line = show.ProgressLine()
    report = kb.sync(line)
    line.done()
    if report.new or report.changed:
        click.echo(f"{report.new + report.changed} films read in {report.seconds:.1f} s", err=True)
    return kb


def fetch_weights(platform: Platform) -> None:
    """The embedding model, if it is not here yet."""
    from groundstone.errors import WeightsMissing
    from groundstone.platform import EMBEDDING_MODEL

    try:
        platform.weights.path(EMBEDDING_MODEL)
    except WeightsMissing:
        click.echo(f"fetching the weights of {EMBEDDING_MODEL} ...", err=True)
        platform.weights.pull(EMBEDDING_MODEL)
