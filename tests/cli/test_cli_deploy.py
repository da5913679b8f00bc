"""``groundstone deploy`` as a person types it: files for other engines, and simulated ones behind one address."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from groundstone.cli.deploy import deploy
from groundstone.errors import ConfigError, InvalidInput

HELP = ["-h", "--help"]
STARTED = "import sys; from groundstone.cli.deploy import deploy; deploy()"


@pytest.fixture
def prices(tmp_path: Path) -> Path:
    file = tmp_path / "prices.toml"
    file.write_text('"ml.g5.2xlarge" = 1.5\n"ml.g5.12xlarge" = 7.0\n')
    return file


def typed(*words: str) -> Result:
    return CliRunner().invoke(deploy, words, catch_exceptions=False, help_option_names=HELP)


def test_a_manifest_is_written_where_it_is_wanted(tmp_path: Path) -> None:
    target = tmp_path / "llama.yaml"
    place = ("--engine", "vllm", "--on", "ml.g5.12xlarge", "--degree", "2", "--instances", "3")
    result = typed("llama-2-7b", *place, "--as", "kubernetes", "--write", str(target), "--weights", "me/llama")
    assert (result.exit_code, result.output) == (0, f"{target} is written\n")
    written = target.read_text()
    assert "replicas: 6" in written
    assert '- "me/llama"' in written
    with pytest.raises(ConfigError, match="cannot be written"):
        typed("llama-2-7b", *place, "--write", str(tmp_path / "none" / "llama.sh"))


def test_the_place_is_advised_from_prices_and_limits(prices: Path) -> None:
    limits = ("--latency", "40", "--throughput", "900")
    result = typed("llama-2-7b", "--engine", "tgi", "--prices", str(prices), *limits)
    assert "tokens a second for" in result.stderr
    assert "The next best" in result.stderr
    assert "text-generation-launcher --model-id llama-2-7b" in result.stdout
    with pytest.raises(InvalidInput, match="quickest"):
        typed("llama-2-7b", "--engine", "tgi", "--prices", str(prices), "--latency", "0.1")
    assert "--prices" in typed("llama-2-7b", "--engine", "tgi").output


def test_the_embedded_engine_stays_on_loopback() -> None:
    with pytest.raises(ConfigError, match="loopback"):
        typed("smollm2-135m-instruct", "--host", "0.0.0.0")


def test_simulated_engines_run_behind_one_address_until_they_are_stopped() -> None:
    place = ["--engine", "simulated", "--on", "1 x l4", "--instances", "2", "--speed", "1000", "--port", "0"]
    running = subprocess.Popen(
        [sys.executable, "-c", STARTED, "smollm2-135m", *place], stdout=subprocess.PIPE, text=True
    )
    assert running.stdout is not None
    try:
        line = running.stdout.readline()
        found = re.search(r"2 instances at (http://[\d.:]+)", line)
        assert found is not None, line
        body = json.dumps({"inputs": "Hello", "parameters": {"max_new_tokens": 3, "details": True}}).encode()
        asked = urllib.request.Request(f"{found[1]}/generate", body, {"content-type": "application/json"})
        with urllib.request.urlopen(asked, timeout=20) as reply:
            assert json.load(reply)["details"]["generated_tokens"] == 3
        running.send_signal(signal.SIGINT)
        rest, _ = running.communicate(timeout=30)
        assert running.returncode == 0
        assert rest.count("served") == 2
    finally:
        running.kill()
        running.wait()
        running.stdout.close()
