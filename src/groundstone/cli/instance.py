"""One instance of ``groundstone deploy``, in a process of its own: it ends when its standard input is closed.

python -m groundstone.cli.instance embedded --port PORT
python -m groundstone.cli.instance simulate OPTION... --port PORT
"""

from __future__ import annotations

import os
import signal
import sys
import threading

EMBEDDED = "embedded"


def main() -> None:
    """Runs until it is told to end, or whoever started it is gone."""
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()
    if sys.argv[1:2] == [EMBEDDED]:
        from groundstone.cli.serve import run

        run("127.0.0.1", int(sys.argv[-1]), "/v1")
    else:
        from groundstone.cli import main as command

        command()


def _end_with_parent() -> None:
    os.read(0, 1)  # nothing is ever written; it returns when the other end is closed
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main()
