"""What a server takes up when it starts; whatever is wrong with that, the server answers."""

from __future__ import annotations

import logging
from pathlib import Path

import httpx
import pytest

from groundstone.errors import ConfigError
from groundstone.server.app import create_app
from tests.server.live import serving

from .standin import StandInPlatform


class Broken(StandInPlatform):
    def __init__(self, home: Path, error: Exception) -> None:
        super().__init__(home)
        self.error = error

    def resume_verifications(self) -> None:
        raise self.error


@pytest.mark.parametrize("error", [ConfigError("rules.toml: wrong"), RuntimeError("a mistake")])
def test_what_cannot_be_taken_up_is_logged_and_the_server_answers(
    error: Exception, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    platform = Broken(tmp_path, error)
    with caplog.at_level(logging.ERROR, "groundstone"), serving(create_app(platform)) as address:  # type: ignore[arg-type]
        assert httpx.get(f"{address}/healthz").status_code == 200
    assert "verification cannot be taken up" in caplog.text
    platform.conversations.close()
