"""A Groundstone of one's own, started for a load on one of its models and stopped after it."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

from groundstone.errors import ConfigError

_ADDRESS = re.compile(r"Groundstone is at (http://\S+?)/?\s")
STOPPING = 10.0  # seconds that a server is given to end


@contextmanager
def served() -> Iterator[str]:
    """The address of a server on loopback, in a process of its own, so that the engine cannot make the client late.

    Raises ConfigError with the server's last words when it does not start.
    """
    command = [sys.executable, "-m", "groundstone", "serve", "--host", "127.0.0.1", "--port", "0"]
    with tempfile.TemporaryFile() as words:
        child = subprocess.Popen(  # in a session of its own: Ctrl-C ends the load, which then ends the server
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=words, start_new_session=True
        )
        try:
            assert child.stdout is not None
            line = child.stdout.readline().decode("utf-8", "replace")
            found = _ADDRESS.search(line)
            if found is None:
                words.seek(0)
                said = (line + words.read().decode("utf-8", "replace")).strip()[-300:]
                raise ConfigError(f"the server of this Groundstone did not start: {said or 'it said nothing'}")
            yield found[1]
        finally:
            child.terminate()
            try:
                child.wait(STOPPING)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
