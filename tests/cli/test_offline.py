"""After installation nothing needs a network: the commands run in a network namespace without any."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

UNSHARE = shutil.which("unshare")


def _allowed() -> bool:
    if UNSHARE is None:
        return False
    return subprocess.run([UNSHARE, "-n", "true"], capture_output=True, check=False).returncode == 0


pytestmark = pytest.mark.skipif(not _allowed(), reason="network namespaces cannot be made here")


def test_the_demo_answers_without_a_network(home_with_weights: Path) -> None:
    assert UNSHARE is not None
    command = [UNSHARE, "-n", sys.executable, "-m", "groundstone", "demo", "who directed jaws"]
    environment = {**os.environ, "GROUNDSTONE_HOME": str(home_with_weights)}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert "Jaws (1975) was directed by Steven Spielberg. [1]" in done.stdout
    assert "“Steven Spielberg”" in done.stdout
