"""``groundstone balance``: several instances of an endpoint behind one address."""

from __future__ import annotations

import asyncio
import signal
from contextlib import suppress

import click


@click.command()
@click.argument("urls", nargs=-1, required=True)
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8090, show_default=True, help="Port; 0 takes a free one."
)
@click.option("--health", default="/health", show_default=True, help="Path that a healthy instance answers.")
def balance(urls: tuple[str, ...], host: str, port: int, health: str) -> None:
    """Spread connections over the instances at URLS.

    Each connection goes to the healthy instance with the fewest. Instances are looked at every 5 seconds; one that does
    not answer is left out until it does. The path is the same at every instance; those of URLS are not heeded.
    """
    asyncio.run(_run(urls, host, port, health))


async def _run(urls: tuple[str, ...], host: str, port: int, health: str) -> None:
    from groundstone.endpoints.balance import Balancer
    from groundstone.errors import ConfigError

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # systems without signals in their event loop
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
    balancer = Balancer(urls, health)
    try:
        found = await balancer.start(host, port)
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}:{port}: {error.strerror}") from None
    click.echo(f"{len(urls)} instances are at http://{host}:{found}  (Ctrl-C stops it)")
    for one in balancer.instances:
        click.echo(f"{one.name}: {'healthy' if one.healthy else one.why}")
    await stop.wait()
    await balancer.close()
    for one in balancer.instances:
        click.echo(f"{one.name} served {one.served} connections")
