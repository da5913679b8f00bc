"""``groundstone builder``: domain models out of narratives, mappings between schemas, sample data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from groundstone.errors import InvalidInput
from groundstone.identity import LOCAL

if TYPE_CHECKING:
    from groundstone.builder.domain import DomainModel
    from groundstone.builder.mapping import Mapped

MODEL = click.option("--model", "name", default="", help="A chat model of the catalogue; without one the rules.")
JSON_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DIALECTS = ("postgresql", "sqlite", "mysql", "mssql", "oracle")


@click.group()
def builder() -> None:
    """What low-code builders need: domain models, mappings, sample data, all of them checked."""


@builder.command()
@click.argument("narrative", type=click.File("r", encoding="utf-8"), default="-")
@MODEL
@click.option(
    "--as",
    "form",
    type=click.Choice(["json", "sql", "mermaid", "json-schema", "samples"]),
    default="json",
    show_default=True,
    help="What to print.",
)
@click.option("--dialect", type=click.Choice(DIALECTS), default="postgresql", show_default=True, help="Of the SQL.")
def model(narrative: TextIO, name: str, form: str, dialect: str) -> None:
    """Print the domain model that the NARRATIVE, a text file or standard input, describes."""
    from groundstone.builder.generate import draft
    from groundstone.platform import Platform

    text = _read(narrative)
    with Platform() as platform:
        drafted = draft(text, *(platform.writer(LOCAL, name) if name else ()))
    click.echo(_shown(drafted.model, form, dialect).rstrip())
    for note in drafted.notes:
        click.echo(note, err=True)
    click.echo(f"made by {drafted.made_by}", err=True)


@builder.command("map")
@click.argument("source", type=JSON_FILE)
@click.argument("target", type=JSON_FILE)
@MODEL
@click.option("--apply", "data", type=JSON_FILE, help="Carry the data in this JSON file over and print that instead.")
@click.option("--using", "known", type=JSON_FILE, help="A mapping that was printed before, instead of a new one.")
def map_(source: Path, target: Path, name: str, data: Path | None, known: Path | None) -> None:
    """Print a mapping from the JSON Schema SOURCE to the JSON Schema TARGET."""
    from groundstone.builder.carry import apply
    from groundstone.builder.mapping import Mapped

    ours, theirs = _json(source), _json(target)
    made = Mapped.from_json(_json(known)) if known else _mapping(ours, theirs, name)
    for note in made.notes:
        click.echo(note, err=True)
    click.echo(_dump(made.to_json() if data is None else apply(made, _json(data), theirs)))


@builder.command()
@click.argument("schema", type=JSON_FILE)
@click.option("-n", "count", type=click.IntRange(1, 1000), default=5, show_default=True, help="How many.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another one gives other data.")
@MODEL
def samples(schema: Path, count: int, seed: int, name: str) -> None:
    """Print sample data that validates against the JSON Schema in the file SCHEMA."""
    from groundstone.builder.instances import NAME, instances, written
    from groundstone.platform import Platform

    wanted = _json(schema)
    if name:
        with Platform() as platform:
            made, made_by = written(wanted, count, *platform.writer(LOCAL, name))
    else:
        made, made_by = instances(wanted, count, seed), NAME
    click.echo(_dump(made))
    click.echo(f"made by {made_by}", err=True)


def _mapping(source: Any, target: Any, name: str) -> Mapped:
    from groundstone.builder.propose import propose
    from groundstone.builder.suggest import suggested
    from groundstone.platform import Platform

    with Platform() as platform:
        embed = platform.embed_if_there
        if embed is None:
            click.echo("names are compared by their words only: run groundstone models pull", err=True)
        made = propose(source, target, embed)
        return suggested(made, source, target, *platform.writer(LOCAL, name)) if name else made


def _shown(found: DomainModel, form: str, dialect: str) -> str:
    from groundstone.builder import ddl, render
    from groundstone.builder.samples import samples as sample_data

    if form == "sql":
        return ddl.ddl(found, dialect)
    if form == "mermaid":
        return render.mermaid(found)
    if form == "samples":
        return _dump(sample_data(found))
    return _dump(found.to_json() if form == "json" else render.json_schema(found))


def _read(file: TextIO) -> str:
    try:
        return file.read()
    except UnicodeDecodeError:
        raise InvalidInput(f"{file.name} is not plain text in UTF-8") from None


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path} is not JSON: {error}") from None


def _dump(data: Any) -> str:
    return json.dumps(data, indent=2, ensure_ascii=False)
