"""The child process of ``sandbox.py``: parses one file after the other, each in a fork with limits."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from collections.abc import Callable
from typing import Any, BinaryIO

from groundstone.knowledge.sandbox import CRASHED

# kind -> module whose ``parse(data)`` returns {"text", "title", "parts": [[start, end, page, label], ...]}
PARSERS = {
    "pdf": "groundstone.knowledge.parse_pdf",
    "html": "groundstone.knowledge.parse_html",
    "docx": "groundstone.knowledge.parse_docx",
}


def main() -> None:
    """Serve requests from standard input until it ends."""
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    while line := requests.readline():
        request = json.loads(line)
        data = requests.read(request["size"])
        parse = importlib.import_module(PARSERS[request["kind"]]).parse  # here, so that forks share it
        child = os.fork()
        if child == 0:
            _in_fork(parse, data, request, answers)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status:  # the answer may be cut short, so this process must not be used again
            os._exit(CRASHED - status if status < 0 else CRASHED)


def _in_fork(parse: Callable[[bytes], dict[str, Any]], data: bytes, request: dict[str, Any], out: BinaryIO) -> None:
    try:
        _limit(request)
        answer = json.dumps(_answer(parse, data)).encode()
        if len(answer) > request["output"]:
            answer = json.dumps({"error": "its text is too long; split it"}).encode()
        out.write(json.dumps({"size": len(answer)}).encode() + b"\n" + answer)
        out.flush()
        os._exit(0)
    finally:
        os._exit(1)


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


def _answer(parse: Callable[[bytes], dict[str, Any]], data: bytes) -> dict[str, Any]:
    try:
        return parse(data)
    except MemoryError:
        return {"error": "it needs too much memory to read"}
    except RecursionError:
        return {"error": "it is nested too deeply"}
    except Exception as error:  # parsers of foreign formats raise anything at all
        return {"error": f"it is damaged or not what its name says ({type(error).__name__}: {str(error)[:200]})"}


if __name__ == "__main__":
    main()
