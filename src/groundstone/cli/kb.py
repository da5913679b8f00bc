"""``groundstone kb``: knowledge bases."""

from __future__ import annotations

import json
import sys
from typing import Any, TextIO

import click

from groundstone.cli import show


def _platform() -> Any:
    from groundstone.platform import Platform

    return Platform()


@click.group()
def kb() -> None:
    """Knowledge bases: create, sync, ask, search, versions."""


@kb.command("list")
def list_bases() -> None:
    """The knowledge bases here."""
    names = _platform().knowledge_bases()
    for name in names:
        click.echo(name)
    if not names:
        click.echo("none yet; `groundstone kb create NAME SOURCE` makes one", err=True)


@kb.command()
@click.argument("name")
@click.argument("source")
@click.option("--kind", type=click.Choice(["folder", "s3", "records"]), help="What SOURCE is; guessed if left out.")
@click.option("--map", "mapping", multiple=True, metavar="FIELD=COLUMN", help="Our field for one of their columns.")
@click.option("--chunking", type=click.Choice(["none", "fixed", "structure", "hierarchical", "semantic"]))
@click.option("--size", type=int, default=220, show_default=True, help="Tokens of a chunk.")
@click.option("--overlap", type=int, default=30, show_default=True, help="Tokens shared by neighbouring chunks.")
@click.option("--about", default="", help="What the documents are about, in a phrase.")
@click.option("--schema", "schema_file", type=click.File(), help="The schema as JSON, as `kb schema` prints it.")
def create(
    name: str, source: str, kind: str | None, mapping: tuple[str, ...], chunking: str | None, size: int, overlap: int,
    about: str, schema_file: Any,
) -> None:  # fmt: skip
    """Make the knowledge base NAME from SOURCE: a folder, s3://bucket/prefix, or a table of records."""
    from groundstone.knowledge.spec import Chunking, KnowledgeSpec, SourceSpec
    from groundstone.schema import Schema

    kind = kind or _kind(source)
    columns = dict(_pair(item) for item in mapping)
    schema = Schema.from_json(_object(schema_file)) if schema_file else Schema()
    method: Any = chunking or ("none" if kind == "records" else "structure")
    spec = KnowledgeSpec(
        name,
        title=name.replace("-", " ").capitalize(),
        about=about,
        source=SourceSpec(kind, source, columns),  # type: ignore[arg-type]
        chunking=Chunking(method, size=size, overlap=min(overlap, size - 1), child=min(80, size)),
        schema=schema,
    )
    with _platform() as platform:
        made = platform.create(spec)
        click.echo(f"{name} is there; fill it with: groundstone kb sync {name}")
        if made.spec.schema.fields:
            _show_schema(made.spec.schema)


def _object(file: TextIO) -> dict[str, Any]:
    from groundstone.errors import ConfigError

    try:
        found = json.load(file)
    except ValueError as error:
        raise ConfigError(f"--schema is not JSON: {error}") from None
    if not isinstance(found, dict):
        raise ConfigError("--schema holds no JSON object; `groundstone kb schema NAME --json` shows one")
    return found


def _kind(source: str) -> str:
    if source.startswith("s3://"):
        return "s3"
    return (
        "records" if source.lower().endswith((".csv", ".tsv", ".jsonl", ".ndjson", ".json", ".parquet")) else "folder"
    )


def _pair(text: str) -> tuple[str, str]:
    field, sign, column = text.partition("=")
    if not sign or not field or not column:
        raise click.BadParameter(f"{text!r} is not FIELD=COLUMN", param_hint="--map")
    return field, column


def _show_schema(schema: Any) -> None:
    rows = [
        (spec.name, spec.type + (" (several)" if spec.many else ""), _role(schema, spec.name), _flags(spec))
        for spec in schema.fields
    ]
    show.table(rows, ("field", "type", "role", "use"))


def _role(schema: Any, name: str) -> str:
    roles = {schema.id_field: "id", schema.title_field: "title", schema.body_field: "body"}
    return roles.get(name, "")


def _flags(spec: Any) -> str:
    return ", ".join(
        word for word, on in (("text", spec.in_text), ("embedded", spec.embedded), ("filter", spec.filterable)) if on
    )


@kb.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="In the form that `kb create --schema` takes.")
def schema(name: str, as_json: bool) -> None:
    """The fields of NAME: types, roles and use."""
    with _platform() as platform:
        found = platform.kb(name).spec.schema
        if as_json:
            click.echo(json.dumps(found.to_json(), indent=2))
        else:
            _show_schema(found)


@kb.command()
@click.argument("name")
def sync(name: str) -> None:
    """Bring NAME up to its source. Safe to stop and to repeat; exit status 3 if something could not be read."""
    with _platform() as platform:
        line = show.ProgressLine()
        report = platform.kb(name).sync(line)
        line.done()
        show.synced(report)
    if report.failed:
        sys.exit(3)


@kb.command()
@click.argument("name")
def status(name: str) -> None:
    """Source and versions of NAME, and what its last sync could not read."""
    from groundstone.knowledge.index import failures

    with _platform() as platform:
        base = platform.kb(name)
        click.echo(
            f"{base.name}: {base.spec.source.kind} {base.spec.source.path}, chunking {base.spec.chunking.method}"
        )
        versions = base.versions()
        if not versions:
            click.echo(f"empty; fill it with: groundstone kb sync {name}")
        rows = [
            (item.number, f"{item.created:%Y-%m-%d %H:%M}", item.documents, item.chunks, item.note) for item in versions
        ]
        if rows:
            show.table(rows, ("version", "made (UTC)", "documents", "chunks", "note"))
        number, kept = failures(base.collection)
        if number:
            click.echo(
                f"\nnot read in the last sync: {number}{f'; the first {len(kept)}' if len(kept) < number else ''}"
            )
        for failed, reason in kept:
            click.secho(f"  {failed}: {reason}", fg="yellow")


@kb.command()
@click.argument("name")
@click.argument("question")
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON.")
def ask(name: str, question: str, as_json: bool) -> None:
    """Answer QUESTION from NAME, with citations."""
    from groundstone.knowledge.answer import to_json

    with _platform() as platform:
        found = platform.kb(name).ask(question)
        if as_json:
            click.echo(json.dumps(to_json(found), ensure_ascii=False, indent=2))
        else:
            show.answer(found)


@kb.command()
@click.argument("name")
@click.argument("text")
@click.option("--limit", type=click.IntRange(1, 1000), default=10, show_default=True)
@click.option("--offset", type=click.IntRange(0, 100_000), default=0, help="How many to pass over.")
@click.option("--where", help='A filter as JSON, e.g. \'{"field": "year", "op": "ge", "value": 1990}\'.')
@click.option("--sort", multiple=True, metavar="FIELD[:desc]", help="Order by fields instead of by score.")
@click.option("--min-score", type=click.FloatRange(0, 1), default=0.0, help="Leave out what scores less.")
@click.option("--explain", is_flag=True, help="Show why each passage stands where it stands.")
def search(name: str, text: str, where: str | None, sort: tuple[str, ...], explain: bool, **options: Any) -> None:
    """Passages of NAME for TEXT, by meaning and by words."""
    from groundstone import filters
    from groundstone.errors import InvalidFilter

    order = [filters.Sort(field, end == "desc") for field, _, end in (item.partition(":") for item in sort)]

    try:
        parsed = filters.from_json(json.loads(where)) if where else None
    except json.JSONDecodeError as error:
        raise InvalidFilter(f"--where is not JSON: {error}") from None
    with _platform() as platform:
        for hit in platform.kb(name).search(text, where=parsed, sort=order, explain=explain, **options):
            passage = click.style(" ".join(hit.chunk.text.split())[:140], dim=True)
            click.echo(f"{hit.score:.3f}  {hit.document.title}  {passage}")
            if explain:
                click.secho(f"       {json.dumps(dict(hit.reasons))}", dim=True)


@kb.command()
@click.argument("name")
@click.argument("version", type=int)
def rollback(name: str, version: int) -> None:
    """Make a new version of NAME with exactly the content of VERSION."""
    with _platform() as platform:
        made = platform.kb(name).rollback(version)
        click.echo(f"version {made.number} has the content of version {version}: {made.documents} documents")


@kb.command()
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete(name: str, yes: bool) -> None:
    """Delete NAME with its documents and versions."""
    with _platform() as platform:
        platform.kb(name)
        if not yes:
            click.confirm(f"Delete {name} and all its versions?", abort=True)
        platform.delete(name)
        click.echo(f"{name} is deleted")
