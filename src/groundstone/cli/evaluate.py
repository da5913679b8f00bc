"""``groundstone evaluate``: how right the answers are."""

from __future__ import annotations

import json
from pathlib import Path

import click


@click.command()
@click.argument("name", default="movies")
@click.argument("questions", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The whole report as JSON.")
@click.option("--failures", is_flag=True, help="List the questions that were answered wrongly.")
def evaluate(name: str, questions: tuple[Path, ...], as_json: bool, failures: bool) -> None:
    """Ask the knowledge base NAME all QUESTIONS (files of JSON lines) and report how many answers are right.

    Without files, the question sets that ship with the application of that name are used.
    """
    from groundstone.applications import APPS
    from groundstone.knowledge import evaluate as evaluation
    from groundstone.platform import Platform

    paths = questions or tuple(sorted((APPS / name / "questions").glob("*.jsonl")))
    if not paths:
        raise click.UsageError(f"there is no question set for {name!r}; name a file")
    with Platform() as platform:
        asked = [question for path in paths for question in evaluation.load_questions(path)]
        report = evaluation.evaluate(platform.kb(name), asked)
    if as_json:
        click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
        return
    click.echo(report.table(failures))
