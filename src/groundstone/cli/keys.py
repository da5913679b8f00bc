"""``groundstone keys``: access keys, and what each may spend."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from groundstone.cli import show
from groundstone.identity import Limits

if TYPE_CHECKING:
    from groundstone.stores.keys import IssuedKey, Keys

budget = click.option("--budget", type=click.FloatRange(min=0), help="Money for a month, in the catalogue's currency.")
tokens = click.option("--tokens-per-day", type=click.IntRange(min=0), help="Tokens of prompts and replies together.")
requests = click.option("--requests-per-minute", type=click.IntRange(min=0))


@contextmanager
def _keys() -> Iterator[Keys]:
    from groundstone.platform import Platform

    with Platform() as platform:
        yield platform.keys


@click.group()
def keys() -> None:
    """Access keys: who may come in, and what each may spend."""


@keys.command()
@click.option("--name", default="", help="What the key is for; shown in lists.")
@click.option("--user", default="local", show_default=True, help="Whom the key stands for.")
@click.option("--tenant", default="local", show_default=True, help="Tenants see nothing of each other.")
@click.option("--group", "groups", multiple=True, help="A group that the user belongs to; may be given again.")
@click.option("--admin", is_flag=True, help="May manage the keys of its tenant and see all its usage.")
@budget
@tokens
@requests
def create(
    name: str,
    user: str,
    tenant: str,
    groups: tuple[str, ...],
    admin: bool,
    budget: float | None,
    tokens_per_day: int | None,
    requests_per_minute: int | None,
) -> None:
    """Make a key and show its secret, once. From the first key on, every request must show one."""
    limits = Limits(budget, tokens_per_day, requests_per_minute)
    with _keys() as known:
        issued = known.create(name=name, user=user, tenant=tenant, groups=groups, limits=limits, admin=admin)
    _print(issued)


@keys.command("list")
def list_keys() -> None:
    """All keys, without their secrets."""
    with _keys() as known:
        rows = [
            (
                key.id,
                key.name,
                key.tenant,
                key.user,
                ", ".join(sorted(key.groups)),
                _limits(key.limits),
                "disabled" if key.disabled else "admin" if key.admin else "",
                key.last_used.strftime("%Y-%m-%d %H:%M") if key.last_used else "never",
            )
            for key in known.list()
        ]
    show.table(rows, ("id", "name", "tenant", "user", "groups", "limits", "state", "last used (UTC)"))


@keys.command()
@click.argument("key")
def disable(key: str) -> None:
    """Refuse KEY from now on, until it is enabled again."""
    with _keys() as known:
        click.echo(f"{known.disable(key).id}: disabled")


@keys.command()
@click.argument("key")
def enable(key: str) -> None:
    """Accept KEY again."""
    with _keys() as known:
        click.echo(f"{known.enable(key).id}: enabled")


@keys.command()
@click.argument("key")
def rotate(key: str) -> None:
    """Give KEY a new secret and show it, once. The old one is worthless at once."""
    with _keys() as known:
        issued = known.rotate(key)
    _print(issued)


@keys.command()
@click.argument("key")
@budget
@tokens
@requests
def limit(key: str, budget: float | None, tokens_per_day: int | None, requests_per_minute: int | None) -> None:
    """Replace all limits of KEY; an option that is left out means no limit."""
    with _keys() as known:
        click.echo(f"{key}: {_limits(known.limit(key, Limits(budget, tokens_per_day, requests_per_minute)).limits)}")


@keys.command()
@click.argument("key")
@click.confirmation_option(prompt="Delete this key for good?")
def delete(key: str) -> None:
    """Delete KEY. When the last key is gone, a server on loopback admits everybody again."""
    with _keys() as known:
        known.delete(key)
    click.echo(f"{key}: deleted")


def _print(issued: IssuedKey) -> None:
    """The secret goes to standard output only, and only here."""
    click.echo(f"id      {issued.key.id}\nsecret  {issued.secret}\nbearer  {issued.bearer}")
    click.echo(
        "\nThe secret is not shown again. To use the key (the bearer form is the API key of OpenAI and MCP clients):"
    )
    click.echo(f"\nexport AWS_ACCESS_KEY_ID={issued.key.id}")
    click.echo(f"export AWS_SECRET_ACCESS_KEY={issued.secret}")
    click.echo(f"export OPENAI_API_KEY={issued.bearer}")


def _limits(limits: Limits) -> str:
    parts = (
        (limits.money_per_month, "a month"),
        (limits.tokens_per_day, "tokens a day"),
        (limits.requests_per_minute, "requests a minute"),
    )
    return ", ".join(f"{value:g} {what}" for value, what in parts if value is not None) or "none"
