"""``groundstone run``: one application, served, with the address of its page."""

from __future__ import annotations

import click


@click.command()
@click.argument("app")
@click.option("--host", help="Address to listen on; loopback unless told otherwise.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one.")
def run(app: str, host: str | None, port: int | None) -> None:
    """Serve the application APP, such as movies or builder, and print the address of its page."""
    from groundstone.cli.serve import run as serve
    from groundstone.platform import Platform

    with Platform() as platform:
        chosen = platform.app(app)
        if chosen.knowledge is not None:
            from groundstone.cli.demo import fetch_weights

            fetch_weights(platform)
            platform.install(chosen).sync()
    serve(host, port, chosen.page)
