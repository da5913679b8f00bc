"""``groundstone capacity`` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from groundstone.cli.capacity import capacity

HELP = ["-h", "--help"]  # as the whole command has them; click keeps the first it is told


def run(*words: str) -> str:
    result = CliRunner().invoke(capacity, words, catch_exceptions=False, help_option_names=HELP)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_curve_is_told_with_its_knee() -> None:
    told = run("curve", "llama-2-7b", "--instance", "ml.g5.2xlarge")
    assert "6.74 billion parameters" in told
    assert told.count("knee") == 1


def test_probes_and_prices_enter_the_curve(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text('"ml.g5.2xlarge" = 1.5\n')
    told = run(
        "curve", "llama-2-7b", "-i", "ml.g5.2xlarge", "--probe", "1=30", "--probe", "64=486", "--probe", "16=343",
        "--prices", str(tmp_path / "prices.toml"), "--json",
    )  # fmt: skip
    rows = {row["concurrency"]: row for row in json.loads(told)["curve"]}
    assert rows[64]["tokens_per_second"] == 486
    assert rows[64]["per_million"] == 0.86


def test_a_probe_that_is_none_is_refused() -> None:
    result = CliRunner().invoke(
        capacity, ["curve", "llama-2-7b", "-i", "ml.g5.2xlarge", "--probe", "fast"], help_option_names=HELP
    )
    assert result.exit_code == 2
    assert "16=343" in result.output


def test_advice_names_the_command_that_starts_the_engine(tmp_path: Path) -> None:
    (tmp_path / "prices.toml").write_text('"ml.g5.2xlarge" = 1.5\n"ml.g5.12xlarge" = 7.0\n')
    told = run("advise", "mistral-7b", "--prices", str(tmp_path / "prices.toml"), "--latency", "50")
    assert "text-generation-launcher" in told
    assert "llama-server" in told
    assert "The next best" in told


def test_known_models_and_instances_are_listed() -> None:
    told = run("models")
    assert "mixtral-8x7b" in told
    assert "8 x a100-40gb" in told


def test_a_probe_faster_than_memory_allows_is_said_to_be() -> None:
    assert "faster than reading the weights allows" in run(
        "curve", "llama-2-7b", "-i", "ml.g5.2xlarge", "--probe", "1=300"
    )
    assert json.loads(run("curve", "llama-2-7b", "-i", "ml.g5.2xlarge", "--probe", "1=30", "--json"))["doubts"] == []
