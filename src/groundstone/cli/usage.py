"""``groundstone usage``: what was used of models, out of the ledger."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from groundstone.cli import show
from groundstone.identity import LOCAL

if TYPE_CHECKING:
    from groundstone.stores.ledger import Grouping, Latency, Total

GROUPS = ("model", "key", "user", "task", "day", "outcome")
HEADS = ("calls", "failed", "tokens in", "tokens out")


@click.command()
@click.option("--by", type=click.Choice(GROUPS), default="model", show_default=True, help="What to sum up by.")
@click.option(
    "--since",
    type=click.DateTime(["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"]),
    help="First day, such as 2026-02-28 (UTC); without it the month so far.",
)
@click.option("--days", type=click.IntRange(1, 10_000), help="The last so many days instead.")
@click.option("--tenant", default=LOCAL.tenant, show_default=True, help="Whose calls.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def usage(by: Grouping, since: datetime | None, days: int | None, tenant: str, as_json: bool) -> None:
    """Calls, tokens, money and time that models took."""
    from groundstone.platform import Platform
    from groundstone.records import Window

    if since and days:
        raise click.UsageError("--since and --days exclude each other")
    now = datetime.now(UTC)
    with Platform() as platform:
        window = Window(tenant, _beginning(now, since, days), now + timedelta(minutes=1))
        totals, currency = platform.ledger.totals(window, by), platform.models.catalog.currency
        latency = {row.model: row for row in platform.ledger.latency(window)} if by == "model" else {}
    if as_json:
        rows = [_json(total, latency.get(total.name)) for total in totals]
        found = {"since": window.since.isoformat(), "currency": currency, "by": by, "totals": rows}
        click.echo(json.dumps(found, indent=2))
    elif not totals:
        click.echo(f"Nothing was used since {window.since:%Y-%m-%d}.")
    else:
        times = ("half within", "95 % within") if latency else ()
        lines = [_line(total, latency.get(total.name), bool(latency)) for total in totals]
        show.table(lines, (by, *HEADS, currency, *times))


def _json(total: Total, quick: Latency | None) -> dict[str, Any]:
    return asdict(total) | ({"latency": asdict(quick)} if quick else {})


def _line(total: Total, quick: Latency | None, timed: bool) -> tuple[Any, ...]:
    numbers = (total.calls, total.failed, f"{total.input_tokens:,}", f"{total.output_tokens:,}", f"{total.cost:.4f}")
    times = (f"{quick.p50:.2f} s", f"{quick.p95:.2f} s") if quick else ("", "")
    return (total.name or "none", *numbers, *(times if timed else ()))


def _beginning(now: datetime, since: datetime | None, days: int | None) -> datetime:
    if since is not None:
        return since.replace(tzinfo=UTC)
    if days is not None:
        return now - timedelta(days=days)
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
