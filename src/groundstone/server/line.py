"""What a request hangs on while it waits for an engine."""

from __future__ import annotations

from typing import Any


class Line:
    """The line to an engine, which may be cut from another thread: whoever waits at its end is freed."""

    def __init__(self) -> None:
        self._stream: Any = None
        self._is_cut = False

    def hold(self, stream: Any) -> None:
        """``stream.close()`` may be called from any thread, as that of a reply of ``platform.models.chat``."""
        self._stream = stream
        if self._is_cut:
            stream.close()

    def cut(self) -> None:
        self._is_cut = True
        if self._stream is not None:
            self._stream.close()
