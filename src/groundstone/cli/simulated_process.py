"""``python -m groundstone.cli.simulated_process``: a simulated engine for one load run; no command for people.

What it is on standard input, one line of JSON; its address on standard output. It ends when the input is closed.
"""

from __future__ import annotations

import json
import os
import sys
import threading

from groundstone.cli.listen import listening, serve_until_stopped
from groundstone.endpoints.runs.order import Simulation
from groundstone.endpoints.runs.reports import made
from groundstone.endpoints.simulate.batching import Settings, SimulatedEngine
from groundstone.server.simulated import create_simulation


def main() -> None:
    wanted = made(Simulation, json.loads(sys.stdin.buffer.readline()), "the simulated engine")
    deployment = wanted.place.deployment
    longest = max(deployment.model.context, 2)
    settings = Settings(wanted.most, longest - 1, longest, max(4096, longest), speed=wanted.speed)
    listener, address = listening("127.0.0.1", 0)
    threading.Thread(target=_until_closed, daemon=True).start()
    sys.stdout.write(f"{address}\n")
    sys.stdout.flush()
    serve_until_stopped(create_simulation(SimulatedEngine(deployment, settings)), listener)


def _until_closed() -> None:
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main()
