"""Settings come from the environment, over config.toml, over defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from groundstone.config import Settings, load
from groundstone.errors import ConfigError


def write(home: Path, text: str) -> dict[str, str]:
    home.mkdir(exist_ok=True)
    (home / "config.toml").write_text(text, encoding="utf-8")
    return {"GROUNDSTONE_HOME": str(home)}


def test_defaults_hold_when_nothing_is_set(tmp_path: Path) -> None:
    assert load({"GROUNDSTONE_HOME": str(tmp_path)}) == Settings(home=tmp_path)
    assert load({}).home == Path.home() / ".groundstone"


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    environ = write(tmp_path, 'port = 9000\nprecision = "float32"\n')
    assert load(environ).port == 9000
    found = load(environ | {"GROUNDSTONE_PORT": "9001"})
    assert (found.port, found.precision) == (9001, "float32")


def test_an_empty_variable_counts_as_not_set(tmp_path: Path) -> None:
    assert load(write(tmp_path, "port = 9000") | {"GROUNDSTONE_PORT": ""}).port == 9000


@pytest.mark.parametrize(
    "text",
    [
        "port = ", "colour = 1", 'home = "x"', 'port = "many"', 'precision = "int4"', "port = 70000", "threads = -1",
        "chat_timeout = 0", "max_upload_mb = 0", 'chat_url = "http://127.0.0.1/v1"', 'chat_model = "m"',
    ],
)  # fmt: skip
def test_a_wrong_file_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError):
        load(write(tmp_path, text))


def test_a_file_of_other_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(ConfigError):
        load({"GROUNDSTONE_HOME": str(tmp_path)})


@pytest.mark.parametrize("name", ["PORT", "THREADS", "CHAT_TIMEOUT"])
def test_a_wrong_variable_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match=f"GROUNDSTONE_{name}"):
        load({"GROUNDSTONE_HOME": str(tmp_path), f"GROUNDSTONE_{name}": "many"})


def test_keys_never_appear_in_a_print_of_the_settings() -> None:
    assert "hunter2" not in repr(Settings(chat_api_key="hunter2", access_key="hunter2"))
