"""``groundstone serve``: pages and APIs."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from groundstone.platform import Platform

COLLECT_AFTER = 10_000  # new objects; the usual 700 are made by every other request


@click.command()
@click.option("--host", help="Address to listen on; loopback unless told otherwise.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
def serve(host: str | None, port: int | None) -> None:
    """Serve the chat pages and the APIs until stopped."""
    run(host, port)


def run(host: str | None, port: int | None, page: str = "/", begin: Callable[[Platform], str] | None = None) -> None:
    """``page`` is the one whose address is printed. ``begin`` starts what works beside the server, and says so."""
    import threading
    from dataclasses import replace

    from groundstone import config
    from groundstone.cli.listen import listening, serve_until_stopped
    from groundstone.platform import Platform
    from groundstone.server.app import create_app

    settings = config.load()
    settings = replace(settings, host=host or settings.host, port=settings.port if port is None else port)
    with Platform(settings) as platform:
        app = create_app(platform)
        _ = platform.models  # reads catalog.toml: a mistake is told here, not to the first caller
        listener, address = listening(settings.host, settings.port)
        click.echo(f"Groundstone is at {address}{page}  (Ctrl-C stops it)")
        if begin is not None:
            click.echo(begin(platform))
        if page == "/" and not platform.knowledge_bases():
            threading.Thread(target=_install, args=(platform,), daemon=True).start()
        _spare_collector()
        serve_until_stopped(app, listener)


def _spare_collector() -> None:
    """Keep what stays for good out of every garbage collection, each of which would hold all requests up for 0.1 s."""
    import gc

    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER, *gc.get_threshold()[1:])


def _install(platform: Platform) -> None:
    """Make the knowledge bases of the shipped applications, so that a new home has something to ask."""
    from groundstone.errors import GroundstoneError

    try:
        for app in platform.apps():
            if app.knowledge is not None:
                platform.install(app).sync()
    except GroundstoneError as error:
        click.echo(f"the shipped applications are not set up: {error}", err=True)
