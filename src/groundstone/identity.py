"""Who asks. A principal is set once, at the door, from credentials; nothing later can change it."""

from __future__ import annotations

from dataclasses import dataclass, field

EVERYONE = "*"  # in Document.readers: everybody of the tenant


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller: a user of one tenant, member of groups."""

    user: str
    tenant: str
    groups: frozenset[str] = field(default_factory=frozenset)
    key: str = field(default="", compare=False)  # id of the access key that was shown; budgets hang on it

    def reader_names(self) -> tuple[str, ...]:
        """The names under which documents may list this principal as a reader, sorted."""
        return (EVERYONE, *sorted(f"group:{group}" for group in self.groups), f"user:{self.user}")


LOCAL = Principal(user="local", tenant="local")  # the one user of a machine without accounts


@dataclass(frozen=True, slots=True)
class Limits:
    """What may be spent under one access key; None is no limit. Months and days are those of UTC."""

    money_per_month: float | None = None  # in the catalogue's currency
    tokens_per_day: int | None = None  # prompt and reply together
    requests_per_minute: int | None = None
