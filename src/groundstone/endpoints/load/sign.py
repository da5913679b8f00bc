"""Requests signed as AWS wants them (Signature Version 4), at some 20 microseconds each, and the keys for it.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import configparser
import hashlib
import hmac
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from groundstone.errors import ConfigError

ALGORITHM = "AWS4-HMAC-SHA256"
NAMES = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_REGION = re.compile(r"\.([a-z]{2,4}(?:-[a-z]+)+-\d)\.amazonaws\.com")
_HOW = (
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with keys by AWS_PROFILE, or name the variables "
    "that hold them: --key-env ID,SECRET or --key-env ID,SECRET,TOKEN"
)


@dataclass(frozen=True, slots=True)
class Keys:
    """Of an account. Never shown."""

    key: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(slots=True)
class Signer:
    """Signs requests to one service in one region; the day's key is derived once a day."""

    keys: Keys
    service: str
    region: str
    _day: str = ""
    _derived: bytes = field(default=b"", repr=False)

    def headers(self, host: str, path: str, body: bytes, fields: Mapping[str, str], now: float = 0.0) -> dict[str, str]:
        """What has to be sent beside ``fields`` (names in lower case). ``path``: encoded, as it is sent."""
        when = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(now or time.time()))
        more = {"x-amz-date": when, **({"x-amz-security-token": self.keys.token} if self.keys.token else {})}
        signed = {"host": host, **fields, **more}
        names = sorted(signed)
        lines = "".join(f"{name}:{signed[name].strip()}\n" for name in names)
        listed, told = ";".join(names), hashlib.sha256(body).hexdigest()
        canonical = f"POST\n{quote(path, safe='/~')}\n\n{lines}\n{listed}\n{told}"
        scope = f"{when[:8]}/{self.region}/{self.service}/aws4_request"
        text = f"{ALGORITHM}\n{when}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        found = hmac.digest(self._key(when[:8]), text.encode(), "sha256").hex()
        shown = f"{ALGORITHM} Credential={self.keys.key}/{scope}, SignedHeaders={listed}, Signature={found}"
        return {**more, "authorization": shown}

    def _key(self, day: str) -> bytes:
        if day != self._day:
            key = f"AWS4{self.keys.secret}".encode()
            for part in (day, self.region, self.service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._day, self._derived = day, key
        return self._derived


def region_of(host: str, environment: Mapping[str, str], told: str = "") -> str:
    """The one that was told, that of the address, of the environment, else us-east-1."""
    found = _REGION.search(host)
    usual = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or "us-east-1"
    return told or (found[1] if found else usual)


def keys_of(environment: Mapping[str, str], named: str = "") -> Keys | None:
    """Out of the environment's variables, those that are ``named`` ("ID,SECRET"), or the profile it names.

    None where nothing is set. Raises ConfigError, which never holds a key.
    """
    if named:
        names = [name.strip() for name in named.split(",")]
        values = [environment.get(name, "") for name in names]
        if len(names) not in (2, 3) or not all(values[:2]):
            unset = ", ".join(name for name, value in zip(names, values, strict=True) if not value) or named
            raise ConfigError(f"no keys of AWS in {unset}: {_HOW}")
        return Keys(values[0], values[1], values[2] if len(values) == 3 else "")
    key, secret, token = (environment.get(name, "") for name in NAMES)
    if key and secret:
        return Keys(key, secret, token)
    return _of_profile(environment)


def _of_profile(environment: Mapping[str, str]) -> Keys | None:
    """Keys that stand in the shared file of credentials; profiles that ask another service for keys have none."""
    name = environment.get("AWS_PROFILE", "")
    home = environment.get("HOME", "")
    file = environment.get("AWS_SHARED_CREDENTIALS_FILE") or (f"{home}/.aws/credentials" if home else "")
    if not name or not file:
        return None
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(Path(file).read_text(encoding="utf-8"))
        part = parser[name]
        return Keys(part["aws_access_key_id"], part["aws_secret_access_key"], part.get("aws_session_token", ""))
    except (OSError, UnicodeDecodeError, configparser.Error, KeyError):
        raise ConfigError(f"the profile {name[:60]!r} has no keys in the file of credentials: {_HOW}") from None
