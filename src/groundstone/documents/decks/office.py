"""LibreOffice, where it is installed: whole decks to PDF, in a process of its own that cannot stay behind.

Every conversion has a new profile and a folder of its own, both deleted afterwards. The profile forbids macros and
links, and sends whatever would go to the network to a port of this machine that nobody listens on. Memory and
processor time are limited (on Linux), and the whole group of processes is killed at the time limit.
"""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

from groundstone.errors import EngineTimeout, EngineUnavailable, InvalidInput

SUFFIXES = (".pptx", ".odp")
_KEPT = 20  # decks whose PDF is kept
_MEMORY = 6 * 2**30  # bytes of address space
_SAID = 300  # characters of what LibreOffice says to an error
_FILTER = 'pdf:impress_pdf_Export:{"ExportHiddenSlides":{"type":"boolean","value":"true"}}'
_SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}
</oor:items>
"""
_ITEM = '<item oor:path="/{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
_SCRIPTING = "org.openoffice.Office.Common/Security/Scripting"
_PROXY = "org.openoffice.Inet/Settings"
_FORBIDDEN = (
    (_SCRIPTING, "MacroSecurityLevel", "3"),
    (_SCRIPTING, "DisableMacrosExecution", "true"),
    (_SCRIPTING, "DisablePythonRuntime", "true"),
    (_SCRIPTING, "BlockUntrustedRefererLinks", "true"),
    (_SCRIPTING, "DisableActiveContent", "true"),
    (_PROXY, "ooInetProxyType", "2"),
    (_PROXY, "ooInetHTTPProxyName", "127.0.0.1"),
    (_PROXY, "ooInetHTTPProxyPort", "9"),
    (_PROXY, "ooInetHTTPSProxyName", "127.0.0.1"),
    (_PROXY, "ooInetHTTPSProxyPort", "9"),
    ("org.openoffice.Office.Common/Misc", "FirstRun", "false"),
)


def find() -> str:
    """Where LibreOffice is; "" where there is none."""
    return shutil.which("soffice") or shutil.which("libreoffice") or ""


class Office:
    """Converts each deck once and keeps its PDF in ``folder``. Safe to share between threads; one deck at a time.

    Args:
        program: the path of soffice.
        folder: where PDFs are kept, the last ``_KEPT`` of them.
        timeout: seconds that one deck may take.
    """

    def __init__(self, program: str, folder: Path, timeout: float = 180.0) -> None:
        self._program, self._folder, self._timeout = program, folder, timeout
        self._lock = threading.Lock()

    def pdf(self, data: bytes, suffix: str) -> bytes:
        """A deck as PDF, hidden slides included. Raises EngineUnavailable and EngineTimeout."""
        kept = self._folder / f"{hashlib.sha256(data).hexdigest()}.pdf"
        with self._lock:
            if kept.is_file():
                os.utime(kept)
                return kept.read_bytes()
            self._folder.mkdir(parents=True, exist_ok=True)
            made = convert(data, suffix, self._folder, self._timeout, self._program)
            unfinished = kept.with_suffix(".part")
            unfinished.write_bytes(made)
            unfinished.replace(kept)
            self._forget()
            return made

    def _forget(self) -> None:
        """Delete the PDFs that were not asked for longest."""
        files = sorted(self._folder.glob("*.pdf"), key=lambda file: file.stat().st_mtime)
        for file in files[:-_KEPT]:
            file.unlink(missing_ok=True)


def convert(data: bytes, suffix: str, folder: Path, timeout: float, program: str = "") -> bytes:
    """A deck as PDF. ``suffix``: ".pptx" or ".odp". ``folder``: where the work is done; nothing stays in it.

    Raises InvalidInput (suffix), EngineUnavailable when there is no LibreOffice or it fails, EngineTimeout.
    """
    if suffix not in SUFFIXES:
        raise InvalidInput(f"LibreOffice is asked for {' and '.join(SUFFIXES)} only, not {suffix!r}")
    program = program or find()
    if not program:
        raise EngineUnavailable("LibreOffice is not installed; install it (libreoffice-impress) to see slides drawn")
    with tempfile.TemporaryDirectory(prefix="office-", dir=folder, ignore_cleanup_errors=True) as name:
        work = Path(name)
        (work / f"deck{suffix}").write_bytes(data)
        _write_settings(work / "profile" / "user")
        said = _run(_command(program, work, suffix), work, timeout)
        made = work / "out" / "deck.pdf"
        if not made.is_file() or not made.stat().st_size:
            raise EngineUnavailable(f"LibreOffice made no PDF of the deck: {said[-_SAID:] or 'it said nothing'}")
        return made.read_bytes()


def _command(program: str, work: Path, suffix: str) -> list[str]:
    profile = (work / "profile").absolute().as_uri()
    return [
        program, f"-env:UserInstallation={profile}", "--headless", "--invisible", "--norestore", "--nologo",
        "--nolockcheck", "--nodefault", "--convert-to", _FILTER, "--outdir", str(work / "out"),
        str(work / f"deck{suffix}"),
    ]  # fmt: skip


def _write_settings(folder: Path) -> None:
    folder.mkdir(parents=True)
    items = "\n".join(_ITEM.format(path=path, name=name, value=value) for path, name, value in _FORBIDDEN)
    (folder / "registrymodifications.xcu").write_text(_SETTINGS.format(items=items), encoding="utf-8")


def _run(command: list[str], work: Path, timeout: float) -> str:
    """What the program says. Its processes are gone when this returns, in whatever way."""
    home = {"HOME": str(work), "TMPDIR": str(work), "LANG": "C.UTF-8", "SAL_USE_VCLPLUGIN": "svp"}
    nowhere = dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), "http://127.0.0.1:9")
    environment = {"PATH": os.environ.get("PATH", os.defpath), **home, **nowhere}
    try:
        process = subprocess.Popen(
            command, cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        raise EngineUnavailable(f"LibreOffice cannot be started ({error}); check the path of soffice") from error
    try:
        _limit(process.pid, timeout)
        said, _ = process.communicate(timeout=timeout)
        return said.decode("utf-8", "replace").strip()
    except subprocess.TimeoutExpired as error:
        raise EngineTimeout(f"LibreOffice took longer than {timeout:g} seconds for the deck") from error
    finally:
        _end(process)


def _limit(pid: int, timeout: float) -> None:
    """For the program and what it starts."""
    if sys.platform == "linux":
        seconds = int(4 * timeout) + 1
        with suppress(ProcessLookupError, PermissionError):
            resource.prlimit(pid, resource.RLIMIT_AS, (_MEMORY, _MEMORY))
            resource.prlimit(pid, resource.RLIMIT_CPU, (seconds, seconds))


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    if process.stdout:
        process.stdout.close()
    process.wait()
