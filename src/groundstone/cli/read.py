"""``groundstone read``: documents to text, to forms and tables, and to answers."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstone.cli.files import check_picture, names, page_picture, read_bytes, write_bytes
from groundstone.cli.show import PageLine
from groundstone.errors import GroundstoneError, InvalidInput

if TYPE_CHECKING:
    from groundstone.documents.base import Finding, Layout, Place, Query, Reading
    from groundstone.documents.service import Documents

SURE = 0.7  # confidence from which "the document does not tell" is said without a perhaps
ASKED = "groundstone.read.order"  # where the options stand in click's context, in the order in which they were typed


class InOrder(click.Command):
    """Remembers the order of its options: an alias belongs to the query before it."""

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        _, _, order = self.make_parser(context).parse_args(list(args))
        context.meta[ASKED] = [parameter.name for parameter in order]
        return super().parse_args(context, args)


@dataclass(frozen=True)
class Wanted:
    """What is to be shown of each document."""

    queries: Sequence[Query]
    pages: tuple[str, ...]
    form: str  # "json", "csv" or "plain"
    text: bool
    tables: bool
    forms: bool
    annotated: Path | None
    several: bool
    names: Mapping[Path, str]  # of several documents, what tells their pictures apart


@dataclass(frozen=True)
class Found:
    """What a document says. ``layout`` is None where nothing needs it."""

    path: Path
    reading: Reading
    layout: Layout | None = None
    findings: list[Finding] = field(default_factory=list)


@click.command(cls=InOrder)
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option(
    "--query", "-q", "questions", multiple=True, metavar="QUESTION", help="A question in plain words; repeat it."
)
@click.option("--alias", "aliases", multiple=True, help="A name for the answer to the query before it.")
@click.option("--queries", "file", type=click.Path(path_type=Path), help="More queries, from a TOML or JSON file.")
@click.option("--pages", default="*", show_default=True, help="Which pages: 3, 2-4, 4-*, several with commas.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print one row for each answer, in sixteen columns.")
@click.option(
    "--annotated", type=click.Path(path_type=Path, dir_okay=False), help="Write the pages with boxes, as PNG."
)
@click.option("--text", is_flag=True, help="Print the text; so without any other wish.")
@click.option("--tables", is_flag=True, help="Print the tables.")
@click.option("--forms", is_flag=True, help="Print labels with their values.")
@click.pass_context
def read(
    context: click.Context,
    files: tuple[Path, ...],
    questions: tuple[str, ...],
    aliases: tuple[str, ...],
    file: Path | None,
    pages: str,
    as_json: bool,
    as_csv: bool,
    annotated: Path | None,
    text: bool,
    tables: bool,
    forms: bool,
) -> None:
    """Read scans, photos and PDF, and answer questions from them.

    FILE is a PDF, PNG, JPEG, TIFF, WebP or HEIC. Exit status 1 says that a file could not be read; the others are read
    all the same.
    """
    from groundstone.platform import Platform

    queries = [*_paired(context.meta[ASKED], questions, aliases), *(_from_file(file) if file else ())]
    if as_json and as_csv:
        raise click.UsageError("--json and --csv are two ways to print the same answers; choose one")
    if as_csv and not queries:
        raise click.UsageError("--csv prints answers; ask something with --query or --queries")
    if annotated:
        check_picture("--annotated", annotated, files)
    text = text or not (queries or tables or forms or annotated)
    chosen = tuple(part.strip() for part in pages.split(",") if part.strip())
    form = "json" if as_json else "csv" if as_csv else "plain"
    wanted = Wanted(queries, chosen, form, text, tables, forms, annotated, len(files) > 1, names(files))
    with Platform() as platform:
        results = _all(platform.documents, files, wanted)
    if wanted.form == "json":
        said = json.dumps(results, ensure_ascii=False, indent=1)
        click.echo(said.encode("utf-8", "backslashreplace"))  # names may be in no encoding
    failed = [result for result in results if "error" in result]
    if failed:
        if wanted.several:
            click.echo(f"{len(failed)} of {len(files)} files could not be read", err=True)
        sys.exit(1)


def _all(documents: Documents, files: Sequence[Path], wanted: Wanted) -> list[dict[str, Any]]:
    """Each file in turn, shown at once; one that fails is told of and does not stop the others."""
    from groundstone.cli import show

    results = []
    for path in files:
        progress = PageLine(show.plain(path.name))
        try:
            found = _read(documents, path, wanted, progress)
        except GroundstoneError as error:
            progress.clear()
            click.echo(f"groundstone: {show.plain(path)}: {show.plain(error)}", err=True)
            results.append({"file": str(path), "error": {"code": error.code, "message": str(error)}})
            continue
        results.append(_json(found, wanted))
        if wanted.form != "json":
            _show(found, wanted)
    return results


def _read(documents: Documents, path: Path, wanted: Wanted, progress: PageLine) -> Found:
    data = read_bytes(path)
    reading = documents.read(data, path.name, pages=wanted.pages, progress=progress)
    progress.clear()
    layout = documents.understand(reading) if wanted.queries or wanted.tables or wanted.forms else None
    findings = documents.ask(reading, wanted.queries, layout, data=data) if wanted.queries else []
    found = Found(path, reading, layout, findings)
    if wanted.annotated:
        _annotate(documents, data, found, wanted.annotated, wanted.names.get(path, ""))
    return found


# -- questions -----------------------------------------------------------------------------------------------


def _paired(order: Sequence[str | None], questions: Sequence[str], aliases: Sequence[str]) -> list[Query]:
    """Each question with the alias that stands after it."""
    from groundstone.documents.base import Query

    made: list[Query] = []
    asked, named = iter(questions), iter(aliases)
    for option in order:
        if option == "questions":
            made.append(Query(next(asked)))
        elif option == "aliases":
            alias = next(named)
            if not made or made[-1].alias:
                raise click.UsageError(f"--alias {alias} names no query: write it after its --query")
            made[-1] = Query(made[-1].text, alias)
    return made


def _from_file(path: Path) -> list[Query]:
    """Queries out of ``[[queries]]`` of a TOML file, or a JSON list: each a text, an alias if it has one, pages."""
    import tomllib

    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text) if path.suffix.lower() == ".toml" else json.loads(text)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise InvalidInput(f"{path}: {error}") from None
    listed = data.get("queries") if isinstance(data, dict) else data
    if not isinstance(listed, list) or not listed:
        raise InvalidInput(f"{path}: a list of queries is needed, in TOML as [[queries]]")
    return [_query(one, f"{path}: query {number}") for number, one in enumerate(listed, 1)]


def _query(data: Any, where: str) -> Query:
    from groundstone.documents.base import Query

    data = {"text": data} if isinstance(data, str) else data
    if not isinstance(data, dict) or set(data) - {"text", "alias", "pages"}:
        raise InvalidInput(f"{where} has a text, an alias and pages, and nothing else")
    text, alias, pages = data.get("text"), data.get("alias", ""), data.get("pages", ["*"])
    if not isinstance(text, str) or not isinstance(alias, str) or not text.strip():
        raise InvalidInput(f"{where}: text and alias are words")
    if not isinstance(pages, list) or not all(isinstance(page, str) for page in pages) or not pages:
        raise InvalidInput(f'{where}: pages are a list such as ["1", "3-*"]')
    return Query(text, alias, tuple(pages))


# -- what is shown -------------------------------------------------------------------------------------------


def _json(found: Found, wanted: Wanted) -> dict[str, Any]:
    from groundstone.documents.findings import answer_json, layout_json

    reading = found.reading
    said: dict[str, Any] = {"file": str(found.path), "media_type": reading.media_type, "page_count": reading.page_count}
    if wanted.queries:
        said["answers"] = [answer_json(finding) for finding in found.findings]
    if wanted.text:
        said["text"] = reading.text
    if found.layout and (wanted.tables or wanted.forms):
        understood = layout_json(found.layout)
        said |= {"forms": understood["pairs"]} if wanted.forms else {}
        said |= {"tables": understood["tables"]} if wanted.tables else {}
    return said


def _show(found: Found, wanted: Wanted) -> None:
    from groundstone.cli import show

    if wanted.form == "csv":
        from groundstone.documents.table import csv_rows, csv_text

        numbers = [page.number for page in found.reading.pages]
        rows = csv_rows(found.findings, show.plain(found.path.name), datetime.now().astimezone(), pages=numbers)
        click.echo(csv_text(rows), nl=False)
        return
    if wanted.several:
        click.secho(show.plain(found.path), bold=True)
    parts: list[Callable[[Found], None]] = []
    parts += [_answers] if wanted.queries else []
    parts += [_forms] if wanted.forms else []
    parts += [_tables] if wanted.tables else []
    parts += [_text] if wanted.text else []
    for number, part in enumerate(parts):
        if number:
            click.echo()
        part(found)
    if wanted.several:
        click.echo()


def _answers(found: Found) -> None:
    from groundstone.cli import show

    rows = []
    for finding in found.findings:
        answer = finding.answer
        page = answer.region.place.page if answer else ""
        said = " ".join(answer.text.split()) if answer else _unsaid(finding)
        rows.append((finding.query.name, said, show.sure(finding.confidence), page))
    show.table(rows, ("question", "answer", "sure", "page"))


def _unsaid(finding: Finding) -> str:
    if finding.confidence >= SURE or not finding.candidates:
        return "(the document does not tell)"
    return f"(not sure; perhaps {' '.join(finding.candidates[0].text.split())})"


def _text(found: Found) -> None:
    from groundstone.cli import show

    if found.reading.text:
        click.echo(found.reading.text)
    else:
        click.echo(f"{show.plain(found.path)}: no text was found", err=True)


def _forms(found: Found) -> None:
    from groundstone.cli import show

    rows = [
        (pair.key.text, _marked(pair.value), show.sure(pair.confidence), pair.key.place.page)
        for pair in (found.layout.pairs if found.layout else ())
    ]
    show.table(rows, ("label", "value", "sure", "page"))


def _marked(value: Any) -> str:
    if value is None:
        return "(empty)"
    marks = " ".join("[x]" if mark.checked else "[ ]" for mark in value.marks)
    return f"{marks} {value.text}" if marks and value.words else marks or str(value.text)


def _tables(found: Found) -> None:
    from groundstone.cli import show

    tables = found.layout.tables if found.layout else ()
    if not tables:
        click.echo("no tables")
    for table in tables:
        title = f": {table.title.text}" if table.title else ""
        click.echo(f"page {table.place.page}, {table.rows} rows, {table.columns} columns{title}")
        grid = [[""] * table.columns for _ in range(table.rows)]
        for cell in table.cells:
            grid[cell.row - 1][cell.column - 1] = " ".join(cell.content.text.split())
        show.table([tuple(row) for row in grid[1:]], tuple(grid[0]))


# -- pictures ------------------------------------------------------------------------------------------------


def _annotate(documents: Documents, data: bytes, found: Found, path: Path, name: str) -> None:
    pages = found.reading.pages
    for page in pages:
        target = page_picture(path, name, page.number, len(pages))
        made = documents.picture(data, page.number, width=1600, marks=_marks(found, page.number))
        write_bytes(target, made)


def _marks(found: Found, number: int) -> list[tuple[Place, str, str]]:
    """The answers on a page with the names of their questions; every word where nothing was asked."""
    if found.findings:
        answers = [(finding.answer, finding.query.name) for finding in found.findings]
        return [(one.region.place, name, "answer") for one, name in answers if one and one.region.place.page == number]
    page = next(page for page in found.reading.pages if page.number == number)
    return [(word.place, "", "word") for line in page.lines for word in line.words]
