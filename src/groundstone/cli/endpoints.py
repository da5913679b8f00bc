"""``groundstone endpoints``: models behind names: deployed, asked, measured, deleted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from groundstone.cli import show
from groundstone.identity import LOCAL

if TYPE_CHECKING:
    from groundstone.endpoints.metrics import Latencies
    from groundstone.endpoints.service import Endpoints

THERE = click.Path(path_type=Path, exists=True)
TYPES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png", ".npy": "application/x-npy"}


@contextmanager
def _endpoints() -> Iterator[Endpoints]:
    from groundstone.platform import Platform

    with Platform() as platform:
        yield platform.endpoints


@click.group()
def endpoints() -> None:
    """Models behind names, for the SageMaker API and /api/endpoints."""


@endpoints.command("list")
def list_endpoints() -> None:
    """The endpoints that are here, and the versions behind them."""
    with _endpoints() as service:
        rows = [row for found in service.list(LOCAL) for row in _rows(found)]
    show.table(rows, ("endpoint", "status", "version", "kind", "model", "weight", "updated"))


@endpoints.command()
@click.argument("name")
@click.argument("package", type=THERE, required=False)
@click.option(
    "--model", default="", help="A model of the catalogue, a custom model, or kind:forensics; no PACKAGE then."
)
@click.option("--share", type=float, default=1.0, show_default=True, help="Part of the requests for the new version.")
@click.option("--instances", type=int, default=1, show_default=True, help="Requests answered at the same time.")
def create(name: str, package: Path | None, model: str, share: float, instances: int) -> None:
    """Deploy PACKAGE (.tar.gz or a folder) as the next version behind the endpoint NAME."""
    from groundstone.endpoints.deploy import deploy, packed, ready

    if (package is None) == (not model):
        raise click.UsageError("name either a PACKAGE or a --model")
    data = packed(package) if package else None
    with _endpoints() as service:
        deploy(service, LOCAL, name, package=data, model=model, share=share, instances=instances)
        found = ready(service, LOCAL, name)
        notes = service.registry.find(LOCAL, found.body["variants"][-1]["model"]).body["notes"]
    show.table(list(_rows(found)), ("endpoint", "status", "version", "kind", "model", "weight", "updated"))
    for note in notes:
        click.secho(show.plain(note), fg="yellow")


@endpoints.command()
@click.argument("name")
@click.argument("weights", nargs=-1, required=True)
def weigh(name: str, weights: tuple[str, ...]) -> None:
    """Share the requests to NAME by WEIGHTS, such as v1=9 v2=1."""
    wanted: dict[str, tuple[float | None, int | None]] = {}
    for text in weights:
        variant, _, weight = text.partition("=")
        try:
            wanted[variant] = (float(weight), None)
        except ValueError:
            raise click.UsageError(f"{text!r} is no weight; write v1=9") from None
    with _endpoints() as service:
        found = service.weigh(LOCAL, name, wanted)
    show.table(list(_rows(found)), ("endpoint", "status", "version", "kind", "model", "weight", "updated"))


@endpoints.command()
@click.argument("name")
@click.argument("body", type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True))
@click.option("--type", "content_type", default="", help="Media type of BODY; its name tells unless this does.")
@click.option("--variant", default="", help="Version that answers; the weights decide unless this does.")
def invoke(name: str, body: Path, content_type: str, variant: str) -> None:
    """Send the file BODY (- for standard input) to NAME and print the answer."""
    from groundstone.endpoints.base import JSON, Call

    data = sys.stdin.buffer.read() if str(body) == "-" else body.read_bytes()
    kind = content_type or TYPES.get(body.suffix.lower(), JSON)
    with _endpoints() as service:
        made = service.invoke(LOCAL, name, Call(LOCAL, data, kind), variant)
    click.echo(made.answer.body.decode("utf-8", "replace"))
    click.secho(f"version {made.variant}, {made.seconds * 1000:.1f} ms", dim=True, err=True)


@endpoints.command()
@click.argument("name")
@click.option("--minutes", type=click.IntRange(1, 15 * 24 * 60), default=60, show_default=True)
def metrics(name: str, minutes: int) -> None:
    """Requests, failures and latencies (milliseconds) of each version behind NAME."""
    now = datetime.now(UTC)
    with _endpoints() as service:
        found = service.measured(LOCAL, name, now - timedelta(minutes=minutes), now)
    rows = [
        (
            *(version, tally.invocations, tally.errors.get("4XX", 0), tally.errors.get("5XX", 0)),
            *_times(tally.model),
            _times(tally.overhead)[0],
        )
        for version, tally in sorted(found.items())
    ]
    show.table(rows, ("version", "requests", "4XX", "5XX", "p50", "p90", "p99", "overhead p50"))


@endpoints.command()
@click.argument("name")
def delete(name: str) -> None:
    """Remove the endpoint NAME; the versions stay in the registry."""
    with _endpoints() as service:
        service.delete(LOCAL, name)
    click.echo(f"{name}: deleted")


def _rows(found: Any) -> Iterator[tuple[Any, ...]]:
    updated = found.updated.isoformat(timespec="seconds")
    if not found.body["variants"]:
        yield found.name, found.body["status"], "", "", show.plain(found.body["reason"]), "", updated
    for one in found.body["variants"]:
        content = one["content"]
        what = content["model"] or f"{content['package'][:12]}"
        yield found.name, found.body["status"], one["name"], content["kind"], what, f"{one['weight']:g}", updated


def _times(taken: Latencies) -> tuple[str, ...]:
    parts = (50, 90, 99)
    return tuple(f"{taken.percentile(part) / 1000:.1f}" for part in parts) if taken.count else ("",) * len(parts)
