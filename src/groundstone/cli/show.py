"""Answers, progress and tables on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from groundstone.knowledge.answer import Answer
    from groundstone.knowledge.index import Progress, SyncReport

QUOTE = 110
_STRENGTH = {"exact": "exact, from fields", "high": "good match", "medium": "fair match", "low": "weak match"}


def answer(found: Answer) -> None:
    """The sentences with their citation numbers, then the cited words, then how the question was read."""
    if found.closest:
        click.secho("Closest passages:", dim=True)
    for sentence in found.sentences:
        marks = _marks([index + 1 for index in sentence.citations])
        unsure = "" if sentence.supported else " (not borne out by its sources)"
        click.echo(f"{sentence.text}{click.style(marks, fg='cyan')}{unsure}")
    if found.citations:
        click.echo()
    for number, citation in enumerate(found.citations, 1):
        where = citation.field or (
            f"{citation.page_noun} {citation.page}" if citation.page else f"characters {citation.start}-{citation.end}"
        )
        click.secho(f"[{number}] {citation.title}, {where}: “{_short(citation.quote)}”", dim=True)
    understood = [f"{chip.label}{f' ({chip.note})' if chip.note else ''}" for chip in found.query.chips]
    for line in (*found.query.notes, f"Understood as: {'; '.join(understood)}" if understood else ""):
        if line:
            click.secho(line, dim=True)
    if found.strength in _STRENGTH:
        click.secho(f"{_STRENGTH[found.strength]} · {found.mode}", dim=True)


def sure(confidence: float) -> str:
    """A confidence in percent; nothing that was read is ever certain."""
    return f"{min(confidence, 0.99):.0%}"


def plain(text: object) -> str:
    """Names from outside for a terminal: what could steer it, or is in no encoding, stands as an escape ("\\x1b")."""
    return "".join(sign if sign.isprintable() else repr(sign)[1:-1] for sign in str(text))


def _marks(numbers: list[int]) -> str:
    shown = ", ".join(str(number) for number in numbers[:6])
    return f" [{shown}{', …' if len(numbers) > 6 else ''}]" if numbers else ""


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= QUOTE else line[: QUOTE - 1] + "…"


class ProgressLine:
    """One line on standard error that is written over; nothing when that is not a terminal."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()

    def __call__(self, progress: Progress) -> None:
        if self._live:
            total = f" of {progress.total:,}" if progress.total else ""
            left = f", {progress.seconds_left:.0f} s left" if progress.seconds_left is not None else ""
            line = f"{progress.done:,}{total} · {progress.rate:.0f}/s{left}  {progress.current}"
            click.echo(f"\r\x1b[K{line[:100]}", nl=False, err=True)

    def done(self) -> None:
        if self._live:
            click.echo("\r\x1b[K", nl=False, err=True)


class PageLine:
    """How many pages of a file are done, in one line on standard error; nothing when that is not a terminal."""

    def __init__(self, name: str) -> None:
        self._name, self._live = name, sys.stderr.isatty()

    def __call__(self, done: int, total: int) -> None:
        if self._live and total > 1:
            click.echo(f"\r\x1b[K{self._name[:60]}: {done} of {total} pages", nl=False, err=True)

    def clear(self) -> None:
        if self._live:
            click.echo("\r\x1b[K", nl=False, err=True)


def synced(report: SyncReport) -> None:
    click.echo(
        f"version {report.version}: {report.new} new, {report.changed} changed, {report.deleted} deleted, "
        f"{report.unchanged} unchanged, {len(report.failed)} failed, {report.seconds:.1f} s"
    )
    for failure in (*report.failed, *report.notes):
        click.secho(f"  {failure.name}: {failure.reason}", fg="yellow", err=True)


def table(rows: list[tuple[Any, ...]], heads: tuple[str, ...]) -> None:
    """Left-aligned columns."""
    lines = [heads, *[tuple(str(cell) for cell in row) for row in rows]]
    widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
    for line in lines:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip())
