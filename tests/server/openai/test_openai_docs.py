"""What docs/openai-api.md shows runs as it stands there, but for the address and the names of what is there."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import pytest

from tests.server.openai_home import served

PAGE = Path(__file__).parents[3] / "docs" / "openai-api.md"
HERE = {
    '"kb/movies"': '"kb/houses"',
    '"default"': '"scripted"',
    '"all-minilm-l6-v2"': '"vectors"',
    "Who directed Jaws?": "Which town is Harbour Loft in?",
}


def test_the_python_that_is_shown_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    blocks = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 3
    code = "\n".join(blocks)
    for shown, here in HERE.items():
        code = code.replace(shown, here)
    with served(tmp_path) as (home, address):
        home.scripted.say("Hello", " there")
        script = tmp_path / "shown.py"
        script.write_text(code.replace("http://127.0.0.1:8765", address), encoding="utf-8")
        runpy.run_path(str(script))
    printed = capsys.readouterr().out
    assert printed.count("Kingsport") == 3
    assert printed.count("Hello there") == 2
    assert printed.splitlines().count("16") == 2
    assert "/api/knowledge-bases/houses/documents/h2" in printed
