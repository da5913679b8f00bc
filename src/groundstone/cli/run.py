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
    """Serve the application APP, such as movies, builder or vaccination, and print the address of its page."""
    from groundstone.cli.serve import run as serve
    from groundstone.platform import Platform

    with Platform() as platform:
        chosen = platform.app(app)
        verifies = any(spec.name == app for spec in platform.verifications())
        if samples and not verifies:
            raise click.UsageError(f"{app} has no sample documents")
        if chosen.knowledge is not None or verifies:
            from groundstone.cli.demo import fetch_weights

            fetch_weights(platform)
        if chosen.knowledge is not None:
            platform.install(chosen).sync()
    serve(host, port, chosen.page, partial(_begin, name=app, samples=samples) if verifies else None)


def _begin(platform: Platform, name: str, samples: bool) -> str:
    found = platform.verification(name)
    taken = found.take_samples(LOCAL) if samples else []
    found.start()
    handed_in = f"{len(taken)} sample documents are handed in; " if taken else ""
    return f"{handed_in}documents are taken from {found.folder}"
