"""``groundstone forensics``: is a document forged, and where."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstone.cli.files import check_picture, names, page_picture, read_bytes, write_bytes
from groundstone.cli.show import PageLine, plain
from groundstone.errors import GroundstoneError

if TYPE_CHECKING:
    from groundstone.forensics.base import Evidence, PageReport, Report
    from groundstone.forensics.service import Forensics
    from groundstone.platform import Platform
    from groundstone.records import Box

HEAT_WIDTH = 1600  # pixels
MOST_SHOWN = 12  # pages of a document that are listed one by one
SIDES = ("for", "against", "also")


@click.group()
def forensics() -> None:
    """Find forged documents."""


@dataclass(frozen=True)
class Wanted:
    """What is checked of each document, and how that is shown. ``names``: what tells the pictures of several apart."""

    pages: tuple[str, ...]
    words: bool
    as_json: bool
    heatmap: Path | None
    names: Mapping[Path, str]


@forensics.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print everything as JSON: a list with one report a file.")
@click.option(
    "--heatmap", type=click.Path(path_type=Path, dir_okay=False), help="Write what is suspicious, as PNG, page by page."
)
@click.option("--pages", default="*", show_default=True, help="Which pages: 3, 2-4, 4-*, several with commas.")
@click.option("--no-words", is_flag=True, help="Leave out fonts, lines and sums: several times faster.")
@click.option(
    "--model",
    type=click.Path(path_type=Path, file_okay=False),
    help="Judge by a model of `groundstone forensics train`.",
)
def check(
    files: tuple[Path, ...], as_json: bool, heatmap: Path | None, pages: str, no_words: bool, model: Path | None
) -> None:
    """Say whether documents are forged, how probable that is, and where.

    FILE is a PDF, PNG, JPEG, TIFF, WebP, HEIC, GIF or BMP. The verdict is "forged", "genuine", or "cannot tell" where
    the page gives too little to judge by. Exit status 1 says that a file could not be read; the others are checked all
    the same. The verdict does not change the exit status.
    """
    from groundstone.platform import Platform

    if heatmap:
        check_picture("--heatmap", heatmap, files)
    chosen = tuple(part.strip() for part in pages.split(",") if part.strip())
    wanted = Wanted(chosen, not no_words, as_json, heatmap, names(files))
    with Platform() as platform, closing(_service(platform, model)) as service:
        results = _all(service, files, wanted)
    if as_json:
        said = json.dumps(results, ensure_ascii=False, indent=1)
        click.echo(said.encode("utf-8", "backslashreplace"))  # names may be in no encoding
    failed = [result for result in results if "error" in result]
    if failed:
        if len(files) > 1:
            click.echo(f"{len(failed)} of {len(files)} files could not be read", err=True)
        sys.exit(1)


def _service(platform: Platform, model: Path | None) -> Forensics:
    """What judges: by the model of a folder, or that of the package."""
    if model is None:
        return platform.forensics
    from groundstone.forensics import model_folder
    from groundstone.forensics.service import Forensics

    weigh = model_folder.read(model).weigh()
    return Forensics(lambda: platform.documents, platform.settings.reading_at_once, weigh=weigh)


def _all(service: Forensics, files: Sequence[Path], wanted: Wanted) -> list[dict[str, Any]]:
    """Each file in turn, shown at once; one that fails is told of and does not stop the others."""
    from groundstone.forensics.result import report_json

    results = []
    for path in files:
        progress = PageLine(plain(path.name))
        try:
            data = read_bytes(path)
            report = service.check(data, path.name, pages=wanted.pages, words=wanted.words, progress=progress)
            _draw(service, data, path, report, wanted)
        except GroundstoneError as error:
            progress.clear()
            click.echo(f"groundstone: {plain(path)}: {plain(error)}", err=True)
            results.append({"file": str(path), "error": {"code": error.code, "message": str(error)}})
            continue
        progress.clear()
        results.append({**report_json(report), "file": str(path)})
        if not wanted.as_json:
            if len(results) > 1:
                click.echo()
            _show(path, report)
    return results


def _draw(service: Forensics, data: bytes, path: Path, report: Report, wanted: Wanted) -> None:
    """One picture for each page that could be judged."""
    for page in report.pages if wanted.heatmap else ():
        if wanted.heatmap and page.heat:
            target = page_picture(wanted.heatmap, wanted.names.get(path, ""), page.number, len(report.pages))
            write_bytes(target, service.layer(data, page.number, "heat", HEAT_WIDTH, heat=page.heat))


# -- what is shown -------------------------------------------------------------------------------------------


def _show(path: Path, report: Report) -> None:
    click.secho(f"{plain(path)}: {_judgement(report)}", bold=True)
    click.echo(report.basis)
    for one in sorted(report.evidence, key=lambda each: SIDES.index(_side(each))):
        click.echo(f"  {_side(one):7}  {plain(one.text)}{_places(one.boxes, report.page_count)}")
    if report.boxes and report.verdict != "genuine" and not any(one.boxes for one in report.evidence):
        click.echo(f"  look at{_places(report.boxes, report.page_count)}")
    if len(report.pages) > 1:
        _show_pages(report.pages)


def _show_pages(pages: Sequence[PageReport]) -> None:
    """Every page of a short document; of a long one those that are not genuine, as far as there is room."""
    listed = list(pages) if len(pages) <= MOST_SHOWN else [page for page in pages if page.verdict != "genuine"]
    for page in listed[:MOST_SHOWN]:
        click.echo(f"  page {page.number}: {_judgement(page)}")
    left = len(pages) - len(listed[:MOST_SHOWN])
    if left:
        click.echo(f"  and {left} more pages; --json lists them all")


def _judgement(found: Report | PageReport) -> str:
    if found.probability is None or found.interval is None:
        return found.verdict
    from groundstone.forensics.reason import share

    low, high = found.interval
    return f"{found.verdict}, probability of forgery {share(found.probability)} ({share(low)} to {share(high)})"


def _side(one: Evidence) -> str:
    from groundstone.forensics.reason import speaks_for

    return "for" if speaks_for(one) else "against" if one.odds < 0 else "also"


def _places(boxes: Sequence[Box], page_count: int) -> str:
    """ " (top right; page 2, bottom left)": each place once."""
    found = dict.fromkeys(_place(box, page_count) for box in boxes)
    return f" ({'; '.join(list(found)[:4])}{'; …' if len(found) > 4 else ''})" if found else ""


def _place(box: Box, page_count: int) -> str:
    across, down = box.left + box.width / 2, box.top + box.height / 2
    height = "top" if down < 1 / 3 else "bottom" if down > 2 / 3 else "middle"
    side = "left" if across < 1 / 3 else "right" if across > 2 / 3 else "centre"
    return f"page {box.page}, {height} {side}" if page_count > 1 else f"{height} {side}"
