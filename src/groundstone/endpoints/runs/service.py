"""Load runs of a server: begun in processes of their own, followed, stopped, and kept in the history."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from groundstone.endpoints.runs import targets
from groundstone.endpoints.runs.base import Run
from groundstone.endpoints.runs.history import History
from groundstone.endpoints.runs.order import Order
from groundstone.endpoints.runs.targets import Engine
from groundstone.errors import ConfigError, Conflict, Forbidden, InvalidInput, LimitExceeded, ModelError, NotFound
from groundstone.identity import Principal

AT_ONCE = 2  # runs of one server; more would disturb each other's clocks
PATIENCE = 15.0  # seconds in which a run that is abandoned keeps what it has
KEY = "GROUNDSTONE_LOAD_KEY"  # the variable that hands a key of the settings to the process
STARTING = 60.0  # seconds, on a machine that is busy
CHILD = (sys.executable, "-m", "groundstone.endpoints.runs.child")


class Runs:
    """Safe to use from several threads.

    Args:
        home: the home folder; runs are kept in ``load-runs`` there, ``load.toml`` says who may be asked.
        engines: the engines of the catalogue of models that a tenant may see, by name.
    """

    def __init__(self, home: Path, engines: Callable[[Principal], Mapping[str, Engine]] | None = None) -> None:
        self._root, self._home = home / "load-runs", home
        self._engines = engines or (lambda caller: {})
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._guard = threading.Lock()
        self._closed = False
        self.history = History(self._root)

    def start(self, caller: Principal, order: Order, title: str = "", admin: bool = False) -> Run:
        """Begin a run. ``admin``: the caller may use engines of the catalogue, whose calls cost money.

        Raises Forbidden, LimitExceeded, NotFound, InvalidInput, ConfigError, ModelError.
        """
        asked = self._asked(caller, order, admin)
        target = _named(order)
        task = {
            "root": str(self._root), "tenant": caller.tenant, "user": caller.user, "order": order.json(),
            "title": title or target[:120], "target": target, "url": asked.url, "key_env": asked.key_env,
        }  # fmt: skip
        with self._guard:
            self._check_room()
            child, id = _started(task, _environment(asked))
            self._children[id] = child
        threading.Thread(target=self._reap, args=(id, child), name=f"load-run-{id}", daemon=True).start()
        return self.history.find(caller, id)

    def engines(self, caller: Principal) -> Mapping[str, Engine]:
        return self._engines(caller)

    def targets(self) -> targets.Targets:
        """Who may be asked by address. Raises ConfigError."""
        return targets.load(self._home / "load.toml")

    def close(self) -> None:
        """End all runs of this process; each keeps what it has measured."""
        with self._guard:
            self._closed = True
            children = list(self._children.values())
        for child in children:
            _abandon(child)
        for child in children:
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()

    def _asked(self, caller: Principal, order: Order, admin: bool) -> Engine:
        """Who is asked, with what carries the key; no address for an engine that is simulated."""
        if order.simulation is not None:
            return Engine("")
        if not order.engine:
            return Engine(order.plan.url, key_env=self.targets().key_env(order.plan.url))
        if not admin:
            raise Forbidden("a load run on an engine of the catalogue costs its money; an administrator may start one")
        found = self._engines(caller).get(order.engine)
        if found is None:
            raise NotFound(f"no engine {order.engine[:60]!r} with an address in the catalogue of models")
        url = found.url.rstrip("/").removesuffix("/v1")
        return replace(found, url=url, key_env=KEY if found.key else found.key_env)

    def _reap(self, id: str, child: subprocess.Popen[bytes]) -> None:
        child.wait()
        _abandon(child)
        with self._guard:
            self._children.pop(id, None)

    def _check_room(self) -> None:
        if self._closed:
            raise Conflict("this server ends at this moment")
        if sum(child.poll() is None for child in self._children.values()) >= AT_ONCE:
            raise LimitExceeded(f"{AT_ONCE} load runs are under way, and more would disturb them; stop one, or wait")


def _environment(asked: Engine) -> dict[str, str]:
    """Of the process, which reads the key there. Raises ConfigError when it is not set."""
    given = {KEY: asked.key} if asked.key else {}
    if asked.key_env and not (given or os.environ.get(asked.key_env)):
        raise ConfigError(f"{asked.key_env}, which holds the key of that server, is not set where this one was started")
    return {**os.environ, **given}


def _started(task: Mapping[str, Any], environment: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], str]:
    """A process that runs a task, and the id of its run. Raises InvalidInput in the process's words, ModelError."""
    child = subprocess.Popen(CHILD, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment)
    assert child.stdin is not None
    assert child.stdout is not None
    clock = threading.Timer(STARTING, child.kill)
    clock.start()
    try:
        child.stdin.write(json.dumps(task).encode() + b"\n")
        child.stdin.flush()
        told = json.loads(child.stdout.readline() or b"{}")
    except (OSError, ValueError):
        told = {}
    finally:
        clock.cancel()
        child.stdout.close()
    if "id" in told:
        return child, str(told["id"])
    _abandon(child)
    child.kill()
    child.wait()
    if "problem" in told:
        raise InvalidInput(str(told["problem"]))
    raise ModelError("the process of the load run did not start; the log of the server has its words")


def _abandon(child: subprocess.Popen[bytes]) -> None:
    assert child.stdin is not None
    with suppress(OSError):
        child.stdin.close()


def _named(order: Order) -> str:
    """Who is asked, as people are told it."""
    if order.simulation is not None:
        place = order.simulation.place
        return f"{place.model} on {place.instance}, simulated" + (f" x {place.replicas}" if place.replicas > 1 else "")
    return order.engine or order.plan.url
