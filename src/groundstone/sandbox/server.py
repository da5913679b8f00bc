"""The server process of the sandbox: it imports the parsers once and forks, with limits, for every file."""

from __future__ import annotations

import importlib
import json
import os
import resource
import selectors
import signal
import socket
import sys
from contextlib import suppress
from types import ModuleType
from typing import Any, BinaryIO

from groundstone.errors import GroundstoneError


class Server:
    """Forks for every pair of sockets that arrives on ``control``, until that is closed."""

    def __init__(self, control: socket.socket, parsers: dict[str, ModuleType]) -> None:
        self._control = control
        self._parsers = parsers
        self._selector = selectors.DefaultSelector()
        self._selector.register(control, selectors.EVENT_READ)
        self._lifelines: dict[int, socket.socket] = {}  # by the id of the fork
        self._bell = _rung_when_a_child_ends()
        self._selector.register(self._bell, selectors.EVENT_READ)

    def serve(self) -> None:
        """Returns when the parent is gone; the forks are killed then."""
        while True:
            for key, _ in self._selector.select():
                if key.fileobj is self._bell:
                    self._bell.recv(4096)
                elif key.fileobj is not self._control:
                    self._kill(key.data)
                elif not self._accept():
                    for child in self._lifelines:
                        os.kill(child, signal.SIGKILL)
                    return
            self._bury()

    def _accept(self) -> bool:
        message, descriptors, _, _ = socket.recv_fds(self._control, 1, 2)
        if not message:
            return False
        connection, lifeline = (socket.socket(fileno=descriptor) for descriptor in descriptors)
        child = os.fork()
        if child == 0:
            _in_fork(connection, self._parsers)
        connection.close()
        self._lifelines[child] = lifeline
        self._selector.register(lifeline, selectors.EVENT_READ, child)
        return True

    def _kill(self, child: int) -> None:
        """The parent wants no answer any more. The fork is buried, and its number free, only after this."""
        if child in self._lifelines:
            self._selector.unregister(self._lifelines[child])
            os.kill(child, signal.SIGKILL)

    def _bury(self) -> None:
        with suppress(ChildProcessError):
            while (ended := os.waitpid(-1, os.WNOHANG))[0]:
                child, status = ended
                lifeline = self._lifelines.pop(child)
                with suppress(KeyError):
                    self._selector.unregister(lifeline)
                with suppress(OSError):
                    lifeline.send(str(os.waitstatus_to_exitcode(status)).encode())
                lifeline.close()


def _rung_when_a_child_ends() -> socket.socket:
    bell, rope = socket.socketpair()
    for end in (bell, rope):
        end.setblocking(False)
    signal.set_wakeup_fd(rope.detach(), warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return bell


def _in_fork(connection: socket.socket, parsers: dict[str, ModuleType]) -> None:
    """Never returns."""
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        _close_all_but(connection.fileno())
        with connection.makefile("rb") as questions, connection.makefile("wb") as answers:
            _serve_one(questions, answers, parsers)
        os._exit(0)
    finally:
        os._exit(1)


def _close_all_but(keep: int) -> None:
    """The lifelines of other forks and the control socket are none of this fork's business."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.closerange(3, keep)
    os.closerange(keep + 1, most if most != resource.RLIM_INFINITY else keep + 4096)


def _serve_one(questions: BinaryIO, answers: BinaryIO, parsers: dict[str, ModuleType]) -> None:
    request = json.loads(questions.readline())
    data = questions.read(request["size"])
    _limit(request)
    answer = json.dumps(_answer(parsers[request["kind"]], data, request["options"])).encode()
    if len(answer) > request["output"]:
        answer = json.dumps({"error": "its text is too long; split it"}).encode()
    answers.write(json.dumps({"size": len(answer)}).encode() + b"\n" + answer)
    answers.flush()


def _limit(request: dict[str, Any]) -> None:
    limits = {
        resource.RLIMIT_CPU: request["cpu"],
        resource.RLIMIT_FSIZE: 0,  # no file can grow
        resource.RLIMIT_NOFILE: 32,
        resource.RLIMIT_NPROC: 0,  # no process of its own; has no effect for root
        resource.RLIMIT_CORE: 0,
    }
    if sys.platform == "linux":  # macOS refuses this one
        limits[resource.RLIMIT_AS] = request["memory"]
    for kind, value in limits.items():
        _, hard = resource.getrlimit(kind)
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value + 1 if kind == resource.RLIMIT_CPU and value != hard else value))


def _answer(parser: ModuleType, data: bytes, options: dict[str, Any]) -> dict[str, Any]:
    try:
        result: dict[str, Any] = parser.parse(data, **options)
        return result
    except GroundstoneError as error:
        return {"error": str(error), "code": error.code}
    except MemoryError:
        return {"error": "it needs too much memory to read"}
    except RecursionError:
        return {"error": "it is nested too deeply"}
    except Exception as error:  # parsers of foreign formats raise anything at all
        return {"error": f"it is damaged or not what its name says ({type(error).__name__}: {str(error)[:200]})"}


def main() -> None:
    """The task is the only argument: JSON with the parsers and what to prepare."""
    task = json.loads(sys.argv[1])
    for name in task["preload"]:
        importlib.import_module(name).prepare()
    parsers = {kind: importlib.import_module(name) for kind, name in task["parsers"].items()}
    with socket.socket(fileno=os.dup(0)) as control:
        Server(control, parsers).serve()


if __name__ == "__main__":
    main()
