"""Foreign code in the sandbox: whatever it does, it ends its own file only, in bounded time and memory."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from groundstone.errors import DocumentTooLarge, UnreadableDocument, UnsupportedDocument
from groundstone.sandbox import Limits, Sandbox

Made = Callable[..., Sandbox]


@pytest.fixture
def sandbox_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Made]:
    """Makes a sandbox whose parser "x" is the code given; the parser "good" tells how many bytes it got."""
    made: list[Sandbox] = []
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "good_parser.py").write_text("def parse(data, **options):\n    return {'size': len(data), **options}\n")

    def make(code: str, limits: Limits | None = None, **options: object) -> Sandbox:
        body = textwrap.indent(textwrap.dedent(code), "    ")
        source = f"import os, signal, sys, threading, time\nready = []\ndef parse(data, **options):\n{body}\n"
        (tmp_path / "x_parser.py").write_text(source + "def prepare():\n    ready.append(os.getpid())\n")
        made.append(Sandbox({"x": "x_parser", "good": "good_parser"}, limits, **options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for sandbox in made:
        sandbox.close()


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("time.sleep(60)", "longer than 2 seconds"),
        ("while True: pass", "(processor time|longer than)"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", "crashed"),
        ("os._exit(0)", "crashed|ended"),
        ("x = bytearray(4 * 2**30)", "memory"),
        ("print('x', file=open('stolen', 'w'), flush=True)", "OSError"),
        ("f = lambda: f(); f()", "nested too deeply"),
        ("return {'x': {1, 2}}", "crashed"),
        ("return [1]", "no usable answer"),
        ("os.write(1, b'noise'); raise ValueError('odd')", r"damaged .*odd"),
    ],
)
def test_a_hostile_file_ends_its_own_parse_only(code: str, reason: str, sandbox_of: Made) -> None:
    sandbox = sandbox_of(code, Limits(cpu=1, wall=2.0, memory=1024 * 2**20))
    with pytest.raises(UnreadableDocument, match=reason):
        sandbox.run("x", b"<p>x")
    assert sandbox.run("good", b"next file", {"page": 2}) == {"size": 9, "page": 2}


def test_the_child_knows_no_secrets(sandbox_of: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    names = sandbox_of("return {'names': sorted(os.environ)}").run("x", b"")["names"]
    assert "PYTHONPATH" in names
    assert not [name for name in names if "AWS" in name]


def test_a_fork_holds_no_socket_but_its_own(sandbox_of: Made) -> None:
    code = """
        links = [f'/proc/self/fd/{name}' for name in os.listdir('/proc/self/fd')]
        held = [os.readlink(link) for link in links if os.path.lexists(link)]
        return {'sockets': [name for name in held if name.startswith('socket')]}
    """
    if not os.path.isdir("/proc/self/fd"):
        pytest.skip("this system has no /proc")
    sandbox = sandbox_of(code, at_once=4)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: sandbox.run("x", b""), range(8)))
    assert [len(answer["sockets"]) for answer in answers] == [1] * 8


def test_files_are_parsed_at_the_same_time_and_answers_are_not_mixed_up(sandbox_of: Made) -> None:
    sandbox = sandbox_of("time.sleep(0.3); return {'said': data.decode()}", at_once=8)
    sandbox.start()
    began = time.monotonic()
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: sandbox.run("x", str(n).encode())["said"], range(8)))
    assert answers == [str(n) for n in range(8)]
    assert time.monotonic() - began < 2.3  # one after the other would sleep 2.4 seconds


def test_what_is_prepared_once_is_there_in_every_fork(sandbox_of: Made) -> None:
    sandbox = sandbox_of("return {'server': ready, 'me': os.getpid()}", preload=("x_parser",))
    first, second = sandbox.run("x", b""), sandbox.run("x", b"")
    assert first["server"] == second["server"]
    assert first["me"] not in (second["me"], first["server"][0])


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        ("UnsupportedDocument('it is locked by a password')", UnsupportedDocument),
        ("DocumentTooLarge('it is locked by a password')", DocumentTooLarge),
        ("NotFound('it is locked by a password')", UnreadableDocument),
    ],
)
def test_an_error_of_ours_comes_back_as_what_it_is(raised: str, kind: type[Exception], sandbox_of: Made) -> None:
    sandbox = sandbox_of(f"from groundstone import errors\nraise errors.{raised}")
    with pytest.raises(kind, match="locked by a password") as caught:
        sandbox.run("x", b"")
    assert type(caught.value) is kind


def test_large_files_and_answers_pass(sandbox_of: Made) -> None:
    sandbox = sandbox_of("return {'text': 'y' * len(data)}")
    assert len(sandbox.run("x", b"x" * 20_000_000)["text"]) == 20_000_000


def test_a_server_that_was_killed_is_replaced(sandbox_of: Made) -> None:
    sandbox = sandbox_of("os.kill(os.getppid(), signal.SIGKILL); time.sleep(30)", Limits(wall=10))
    with pytest.raises(UnreadableDocument):
        sandbox.run("x", b"")
    assert sandbox.run("good", b"1") == {"size": 1}


def test_closing_ends_what_runs(sandbox_of: Made) -> None:
    sandbox = sandbox_of("time.sleep(30)", at_once=2)
    with ThreadPoolExecutor(1) as threads:
        running = threads.submit(sandbox.run, "x", b"")
        time.sleep(0.5)
        sandbox.close()
        with pytest.raises(UnreadableDocument):
            running.result(timeout=5)


def test_nothing_outlives_a_parent_that_was_killed(tmp_path: Path, sandbox_of: Made) -> None:
    sandbox_of("sys.stdout.flush(); time.sleep(60)").close()
    code = f"""
import os, sys, threading, time
sys.path.insert(0, {str(tmp_path)!r})
from groundstone.sandbox import Sandbox
sandbox = Sandbox({{"x": "x_parser"}}, at_once=2)
for _ in range(2):
    threading.Thread(target=sandbox.run, args=("x", b""), daemon=True).start()
time.sleep(1.5)
print(sandbox._server._process.pid, flush=True)
time.sleep(60)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        server = int(parent.stdout.readline())
        parent.kill()
    deadline = time.monotonic() + 10
    while _group_lives(server) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _group_lives(server)


def _group_lives(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_processor_limit_says_so(sandbox_of: Made) -> None:
    sandbox = sandbox_of("signal.signal(signal.SIGXCPU, signal.SIG_DFL)\nwhile True: pass", Limits(cpu=1, wall=30))
    with pytest.raises(UnreadableDocument, match="more than 1 seconds of processor time"):
        sandbox.run("x", b"")
