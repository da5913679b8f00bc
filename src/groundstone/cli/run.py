"""``groundstone run``: one application, served, with the address of its page."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from groundstone.identity import LOCAL

if TYPE_CHECKING:
    from groundstone.platform import Platform


@click.command()
@click.argument("app")
@click.option("--host", help="Address to listen on; loopback unless told otherwise.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
@click.option("--samples", is_flag=True, help="Hand in the sample documents of an application that verifies documents.")
def run(app: str, host: str | None, port: int | None, samples: bool) -> None:
    """Serve the application APP, such as movies, builder or vaccination, and print the address of its page.

    An application of your own that verifies documents goes by the name of its folder.
    """
    from groundstone.cli.serve import run as serve
    from groundstone.platform import Platform

    with Platform() as platform:
        verifies = any(spec.name == app for spec in platform.verifications())
        own = verifies and all(known.name != app for known in platform.apps())
        chosen = None if own else platform.app(app)
        if samples and not verifies:
            raise click.UsageError(f"{app} has no sample documents")
        knowledge = chosen is not None and chosen.knowledge is not None
        if knowledge or verifies:
            from groundstone.cli.demo import fetch_weights

            fetch_weights(platform)
        if chosen is not None and knowledge:
            platform.install(chosen).sync()
    page = chosen.page if chosen else f"/verification/{app}"
    serve(host, port, page, partial(_begin, name=app, samples=samples) if verifies else None)


def _begin(platform: Platform, name: str, samples: bool) -> str:
    found = platform.verification(name)
    taken = found.take_samples(LOCAL) if samples else []
    found.start()
    handed_in = f"{len(taken)} sample documents are handed in; " if taken else ""
    return handed_in + (f"documents are taken from {found.folder}" if found.folder else "no folder is watched")
