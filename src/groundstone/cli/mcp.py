"""``groundstone mcp``: knowledge bases for an assistant on this machine, over standard input and output."""

from __future__ import annotations

import click


@click.command()
def mcp() -> None:
    """Serve the Model Context Protocol on standard input and output, for the assistant that starts this command."""
    from groundstone.identity import LOCAL
    from groundstone.platform import Platform
    from groundstone.server.mcp import build

    with Platform() as platform:
        build(platform, alone=LOCAL).run("stdio")
