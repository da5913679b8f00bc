"""Access keys: who may come in, on whose behalf, and what each key may spend. One SQLite file."""

from __future__ import annotations

import hmac
import json
import math
import secrets
import sqlite3
import string
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from groundstone.errors import Busy, InvalidInput, NotFound, StoreError
from groundstone.identity import LOCAL, Limits, Principal
from groundstone.stores._sqlite import file

PREFIX = "GS"
ID_LENGTH = 20  # with the prefix
SECRET_LENGTH = 40
BEARER = "gs-"
LONGEST_NAME = 100
MOST_GROUPS = 100
TOUCH_SECONDS = 60.0  # how exact ``last_used`` is
MOST = 2**53  # of tokens and requests
NO_LIMITS = Limits()

_meta = sa.MetaData()
_keys = sa.Table(
    "keys",
    _meta,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("secret", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("tenant", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("groups", sa.String, nullable=False),
    sa.Column("money_per_month", sa.Float),
    sa.Column("tokens_per_day", sa.Integer),
    sa.Column("requests_per_minute", sa.Integer),
    sa.Column("admin", sa.Boolean, nullable=False),
    sa.Column("created", sa.String, nullable=False),
    sa.Column("last_used", sa.String),
    sa.Column("disabled", sa.Boolean, nullable=False),
)


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key as everybody but its holder may see it: without its secret."""

    id: str
    name: str
    tenant: str
    user: str
    groups: frozenset[str]
    limits: Limits
    admin: bool  # may manage the keys of its tenant and see the tenant's usage
    created: datetime
    last_used: datetime | None = None  # exact to a minute
    disabled: bool = False

    @property
    def principal(self) -> Principal:
        """Whom the key stands for."""
        return Principal(self.user, self.tenant, self.groups, self.id)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key, or one with a new secret: the only time that the secret is shown."""

    key: AccessKey
    secret: str = field(repr=False)

    @property
    def bearer(self) -> str:
        """Id and secret in one word, for clients that send ``Authorization: Bearer``."""
        return f"{BEARER}{self.key.id}-{self.secret}"


class Keys:
    """All keys of an installation. Safe to share between threads and processes.

    Lookups are answered from memory; a change by any process is seen by the next lookup.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)  # before SQLite makes it, so that at no time others can read it
        path.chmod(0o600)  # SQLite gives the files beside it the same mode
        self._engine = file.opened(path, file.DURABLE, "secure_delete=ON", wait=10)
        self._lock = threading.Lock()
        self._known: Mapping[str, tuple[AccessKey, str]] = {}
        self._version = -1
        self._touched: dict[str, float] = {}
        with self._translated():
            _meta.create_all(self._engine)
            self._watch = self._engine.raw_connection()

    def close(self) -> None:
        self._watch.close()
        self._engine.dispose()

    def create(
        self,
        *,
        name: str = "",
        user: str = LOCAL.user,
        tenant: str = LOCAL.tenant,
        groups: Iterable[str] = (),
        limits: Limits = NO_LIMITS,
        admin: bool = False,
    ) -> IssuedKey:
        """A new key. Raises InvalidInput for names that are empty or too long and for limits below nothing."""
        _check_limits(limits)
        members = frozenset(_word(group, "a group") for group in groups)
        if len(members) > MOST_GROUPS:
            raise InvalidInput(f"a key has at most {MOST_GROUPS} groups")
        key_id, secret = PREFIX + _random(ID_LENGTH - len(PREFIX), string.ascii_uppercase + string.digits), _secret()
        row = {
            "id": key_id,
            "secret": secret,
            "name": _word(name, "a name") if name else "",
            "tenant": _word(tenant, "a tenant"),
            "user": _word(user, "a user"),
            "groups": json.dumps(sorted(members)),
            **_limit_columns(limits),
            "admin": admin,
            "created": _now(),
            "disabled": False,
        }
        with self._translated(), self._engine.begin() as connection:
            connection.execute(_keys.insert(), row)
        return IssuedKey(self.get(key_id), secret)

    def list(self, tenant: str | None = None) -> Sequence[AccessKey]:
        """Those of one tenant, or all; the oldest first."""
        found = [key for key, _ in self._current().values() if tenant in (None, key.tenant)]
        return sorted(found, key=lambda key: (key.created, key.id))

    def any(self) -> bool:
        """Whether there is a key at all, disabled ones included."""
        return bool(self._current())

    def find(self, key_id: str) -> AccessKey | None:
        found = self._current().get(key_id)
        return found[0] if found else None

    def get(self, key_id: str) -> AccessKey:
        """Raises NotFound."""
        found = self.find(key_id)
        if found is None:
            raise NotFound(f"no access key {key_id!r}")
        return found

    def limits(self, key_id: str) -> Limits | None:
        """What may be spent under a key; None when there is no such key."""
        found = self.find(key_id)
        return found.limits if found else None

    def secret(self, key_id: str) -> str | None:
        """To verify a signature with. Never show it."""
        found = self._current().get(key_id)
        return found[1] if found else None

    def by_bearer(self, token: str) -> AccessKey | None:
        """The key whose bearer form this is; None for anything else."""
        key_id, _, shown = token.removeprefix(BEARER).partition("-")
        found = self._current().get(key_id) if token.startswith(BEARER) else None
        if found is None or not hmac.compare_digest(found[1].encode(), shown.encode("utf-8", "replace")):
            return None
        return found[0]

    def rename(self, key_id: str, name: str) -> AccessKey:
        return self._change(key_id, name=_word(name, "a name"))

    def limit(self, key_id: str, limits: Limits) -> AccessKey:
        """Replace all limits of a key. Raises NotFound, InvalidInput."""
        _check_limits(limits)
        return self._change(key_id, **_limit_columns(limits))

    def disable(self, key_id: str) -> AccessKey:
        """Refused from the next request on, until it is enabled again. Raises NotFound."""
        return self._change(key_id, disabled=True)

    def enable(self, key_id: str) -> AccessKey:
        return self._change(key_id, disabled=False)

    def rotate(self, key_id: str) -> IssuedKey:
        """A new secret under the same id; the old one is worthless at once. Raises NotFound."""
        secret = _secret()
        return IssuedKey(self._change(key_id, secret=secret), secret)

    def delete(self, key_id: str) -> None:
        """Raises NotFound."""
        with self._translated(), self._engine.begin() as connection:
            gone = connection.execute(_keys.delete().where(_keys.c.id == key_id)).rowcount
        if not gone:
            raise NotFound(f"no access key {key_id!r}")

    def is_due(self, key_id: str) -> bool:
        """Whether ``touch`` would write: at most once a minute for each key."""
        return time.monotonic() - self._touched.get(key_id, -math.inf) >= TOUCH_SECONDS

    def touch(self, key_id: str) -> None:
        """Note that the key was used now."""
        self._touched[key_id] = time.monotonic()
        with self._translated(), self._engine.begin() as connection:
            connection.execute(_keys.update().where(_keys.c.id == key_id).values(last_used=_now()))

    def _change(self, key_id: str, **values: Any) -> AccessKey:
        with self._translated(), self._engine.begin() as connection:
            changed = connection.execute(_keys.update().where(_keys.c.id == key_id).values(**values)).rowcount
        if not changed:
            raise NotFound(f"no access key {key_id!r}")
        return self.get(key_id)

    def _current(self) -> Mapping[str, tuple[AccessKey, str]]:
        """All keys with their secrets, read again only after somebody wrote."""
        with self._lock, self._translated():
            version = self._data_version()
            if version != self._version:
                with self._engine.connect() as connection:
                    rows = connection.execute(sa.select(_keys)).all()
                # Read after the version: a write in between is seen twice, never missed.
                self._known = {row.id: (_key(row), row.secret) for row in rows}
                self._version = version
            return self._known

    def _data_version(self) -> int:
        """Changes whenever another connection has written; this one never writes."""
        cursor = self._watch.cursor()
        try:
            cursor.execute("PRAGMA data_version")
            (version,) = cursor.fetchone() or (-1,)
        finally:
            cursor.close()
        return int(version)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            cause = str(getattr(error, "orig", None) or error)
            if "locked" in cause:
                raise Busy(f"{self.path} is in use by another process; try again") from None
            # Not chained: the statement that failed may hold a secret.
            raise StoreError(f"the access keys cannot be read or written: {self.path}: {cause}") from None


def _key(row: Any) -> AccessKey:
    return AccessKey(
        id=row.id,
        name=row.name,
        tenant=row.tenant,
        user=row.user,
        groups=frozenset(json.loads(row.groups)),
        limits=Limits(row.money_per_month, row.tokens_per_day, row.requests_per_minute),
        admin=row.admin,
        created=datetime.fromisoformat(row.created),
        last_used=datetime.fromisoformat(row.last_used) if row.last_used else None,
        disabled=row.disabled,
    )


def _limit_columns(limits: Limits) -> dict[str, float | int | None]:
    return {
        "money_per_month": limits.money_per_month,
        "tokens_per_day": limits.tokens_per_day,
        "requests_per_minute": limits.requests_per_minute,
    }


def _check_limits(limits: Limits) -> None:
    for name, value in _limit_columns(limits).items():
        if value is not None and not (math.isfinite(value) and 0 <= value <= MOST):
            raise InvalidInput(f"{name} is a number from 0 to {MOST}, or left out for no limit")


def _word(text: str, what: str) -> str:
    clean = text.strip()
    if not 0 < len(clean) <= LONGEST_NAME or not clean.isprintable():
        raise InvalidInput(f"{what} has 1 to {LONGEST_NAME} printable characters")
    return clean


def _secret() -> str:
    return _random(SECRET_LENGTH, string.ascii_letters + string.digits)


def _random(length: int, alphabet: str) -> str:
    return "".join(secrets.choice(alphabet) for _ in range(length))


def _now() -> str:
    return datetime.now(UTC).isoformat()
