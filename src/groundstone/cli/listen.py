"""Listening on an address, and serving an application there until stopped."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

from groundstone.errors import ConfigError

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def listening(host: str, port: int) -> tuple[socket.socket, str]:
    """A socket that takes connections already, so that nobody who reads its address is refused; and that address.

    Raises ConfigError.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)  # asyncio sets TCP_NODELAY on these only
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        raise ConfigError(f"cannot listen on {host}:{port}: {error.strerror}") from None
    listener.listen(1024)
    shown = f"[{host}]" if ":" in host else host
    return listener, f"http://{shown}:{listener.getsockname()[1]}"


def serve_until_stopped(app: ASGIApp, listener: socket.socket) -> None:
    import uvicorn

    config = uvicorn.Config(app, log_level="warning", access_log=False, server_header=False)
    uvicorn.Server(config).run(sockets=[listener])
