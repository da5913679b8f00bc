"""``groundstone models``: the catalogue, and weights on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from groundstone.cli import show
from groundstone.cli.custom import custom

if TYPE_CHECKING:
    from groundstone.models.base import ModelInfo
    from groundstone.models.catalog import Catalog
    from groundstone.models.weights import WeightStore


def _weights() -> WeightStore:
    from groundstone.platform import Platform

    return Platform().weights


@click.group()
def models() -> None:
    """The models of the catalogue, and the weights of those that run here."""


@models.command("list")
@click.option("--long", "-l", is_flag=True, help="Also what each can do, what it costs, and its other names.")
def list_models(long: bool) -> None:
    """Models of the catalogue, and whether they can be used."""
    from groundstone.identity import LOCAL
    from groundstone.platform import Platform

    with Platform() as platform:
        catalog, words = platform.models.catalog, platform.answer_model
        rows, others = [], []
        for info in platform.models.list(LOCAL):
            here = platform.missing(info) or "yes"
            row = (info.name, info.task, info.engine, here, "yes" if info == words else "")
            rows.append(row + (_details(info, catalog) if long else ()))
            others.append((info.name, catalog.aliases(info.name)))
    heads = ("name", "task", "engine", "there", "words answers")
    show.table(rows, heads + (DETAILS if long else ()))
    for name, aliases in others if long else ():
        if aliases:
            click.echo(f"\n{name} is also called")
            for alias in aliases:
                click.echo(f"  {alias}")


DETAILS = ("context", "abilities", "price", "falls back to")


def _details(info: ModelInfo, catalog: Catalog) -> tuple[str, ...]:
    price = f"{info.price_input:g} / {info.price_output:g} {catalog.currency}"
    return (
        str(info.context or ""),
        " ".join(sorted(info.abilities)),
        price if info.price_input or info.price_output else "",
        " ".join(info.fallback),
    )


@models.command("weights")
def list_weights() -> None:
    """Weights of the manifest, and whether they are here."""
    rows = [
        (item.name, item.kind, "yes" if item.present else "no", f"{item.size / 1e6:.1f} MB", item.licence, item.origin)
        for item in _weights().list()
    ]
    show.table(rows, ("name", "kind", "here", "size", "licence", "origin"))


@models.command()
@click.argument("names", nargs=-1)
def pull(names: tuple[str, ...]) -> None:
    """Fetch and verify models (without NAMES: what the shipped applications need)."""
    from groundstone.platform import EMBEDDING_MODEL

    weights = _weights()
    for name in names or (EMBEDDING_MODEL,):
        weights.pull(name)
        click.echo(f"{name}: verified")


@models.command()
@click.argument("names", nargs=-1)
def verify(names: tuple[str, ...]) -> None:
    """Read every file again and compare its SHA-256 with the manifest (without NAMES: all that are here)."""
    weights = _weights()
    for name in names or tuple(item.name for item in weights.list() if item.present):
        weights.verify(name)
        click.echo(f"{name}: verified")


@models.command()
@click.argument("target", type=click.Path(path_type=Path, dir_okay=False))
@click.argument("names", nargs=-1)
def bundle(target: Path, names: tuple[str, ...]) -> None:
    """Write models into one file TARGET, to carry them to a machine without a network."""
    weights = _weights()
    chosen = names or tuple(item.name for item in weights.list() if item.present)
    weights.bundle(chosen, target)
    click.echo(f"{target}: {', '.join(chosen)}")


@models.command()
@click.argument("bundle_file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
def load(bundle_file: Path) -> None:
    """Put the models of a bundle in place, each verified."""
    for name in _weights().load(bundle_file):
        click.echo(f"{name}: verified")


models.add_command(custom)
