"""The one place where tenant and document access enter a query."""

from __future__ import annotations

from groundstone.filters import And, Compare, Filter
from groundstone.identity import Principal

READERS = "_readers"  # reserved field: the names in Document.readers
TENANT = "_tenant"  # reserved field: for engines that keep several tenants in one index


def guarded(principal: Principal, where: Filter | None) -> And:
    """``where``, restricted to what the principal may read. A document without readers is invisible."""
    rights = (
        Compare(TENANT, "eq", principal.tenant),
        Compare(READERS, "in", principal.reader_names()),
    )
    return And(rights if where is None else (*rights, where))
