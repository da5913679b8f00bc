"""Which labels of a table name a total of the others."""

from __future__ import annotations

from groundstone.slides import lexis

TOTAL = frozenset(lexis.root(word) for word in "total sum overall all gesamt subtotal average mean grand".split())


def is_total(label: str) -> bool:
    return bool(set(lexis.roots(label)) & TOTAL)
