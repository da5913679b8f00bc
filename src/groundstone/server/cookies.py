"""What a signed-in browser holds: which key signed in and until when, under a seal made with that key's secret.

Nothing is stored: the seal breaks when the key gets another secret, and a key that is gone seals nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time

NAME = "groundstone"
MONTH = 30 * 24 * 3600  # seconds until one has to sign in again
OWNER = "owner"  # in place of a key's id: who showed the setting ``access_key``


def sealed(key_id: str, secret: str, now: float | None = None) -> str:
    """The content of the cookie: ``KEY.EXPIRES.SEAL``."""
    expires = int(time.time() if now is None else now) + MONTH
    return f"{key_id}.{expires}.{_seal(key_id, expires, secret)}"


def key_of(cookie: str) -> str:
    """The key that a cookie claims."""
    return cookie.partition(".")[0]


def holds(cookie: str, secret: str, now: float | None = None) -> bool:
    """Whether a cookie was sealed with this secret and has not expired."""
    found = re.fullmatch(r"([A-Za-z0-9]{1,40})\.([0-9]{1,12})\.([0-9a-f]{64})", cookie)
    if found is None or int(found[2]) < (time.time() if now is None else now):
        return False
    return hmac.compare_digest(_seal(found[1], int(found[2]), secret), found[3])


def _seal(key_id: str, expires: int, secret: str) -> str:
    return hmac.new(secret.encode(), f"groundstone sign-in\n{key_id}\n{expires}".encode(), hashlib.sha256).hexdigest()
