"""From questions to findings: every claim of every asked page is weighed, the best is said if it can be trusted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from groundstone.documents.base import Candidate, Finding, Layout, Query, Reading
from groundstone.documents.layout import understand
from groundstone.documents.queries import reasons, weigh
from groundstone.documents.queries.asked import Wanted
from groundstone.documents.queries.desk import Desk, Seen
from groundstone.documents.queries.features import NAMES
from groundstone.documents.queries.meaning import Meanings
from groundstone.documents.queries.sheet import region
from groundstone.documents.queries.typed import worth
from groundstone.documents.queries.vocabulary import Words
from groundstone.documents.ranges import holds
from groundstone.models.base import Embed, ReadPage

if TYPE_CHECKING:
    from groundstone.documents.fields import Fields

SHOWN = 5  # candidates of a finding
MOST_PAGES = 24  # that a question weighs; of more, those whose labels fit best
_FIELD, _COVERS = NAMES.index("label_field"), NAMES.index("label_covers_asked")

Floats = weigh.Floats


class Answers:
    """Finds what a document says to questions. Safe to share between threads.

    ``embed`` gives the embedding model and ``reader`` the page reader, or None to do without, at less accuracy.
    ``weights`` and ``words`` are for measurements with others than those that are shipped.
    """

    def __init__(
        self,
        fields: Fields,
        embed: Callable[[], Embed | None],
        reader: Callable[[], ReadPage | None] = lambda: None,
        *,
        weights: weigh.Weights | None = None,
        words: Words | None = None,
    ) -> None:
        self._words = words or Words(fields)
        self._meanings, self._reader = Meanings(embed), reader
        self._weights = weights

    def find(self, reading: Reading, queries: Sequence[Query], *, layout: Layout | None = None) -> list[Finding]:
        """What the document says to each query, in their order.

        ``layout`` is that of the same reading, worked out here when it is not given. Raises InvalidInput for pages of
        a query that make no sense.
        """
        asked = [page for page in reading.pages if any(holds(query.pages, page.number) for query in queries)]
        desks = self.desks(replace(reading, pages=tuple(asked)), layout)
        meant = [self._meant(query, desks) for query in queries]
        for desk in desks:
            desk.ask([query.text for query, some in zip(queries, meant, strict=True) if desk in some])
        return [self._finding(query, self.seen(query, some)) for query, some in zip(queries, meant, strict=True)]

    def desks(self, reading: Reading, layout: Layout | None = None) -> list[Desk]:
        """The pages, each laid out to be asked."""
        layout = understand(reading) if layout is None else layout
        return [Desk(page, layout, self._words, self._meanings, self._reader) for page in reading.pages if page.lines]

    def seen(self, query: Query, desks: Sequence[Desk]) -> list[Seen]:
        """Every claim of the pages meant by a query, with its features."""
        wanted = self._words.wanted(query.text)
        return [claim for desk in self._meant(query, desks) for claim in desk.claims(wanted)]

    def _meant(self, query: Query, desks: Sequence[Desk]) -> list[Desk]:
        """The pages that a query asks; of many, those whose labels fit best."""
        meant = [desk for desk in desks if holds(query.pages, desk.page)]
        if len(meant) <= MOST_PAGES:
            return meant
        wanted = self._words.wanted(query.text)
        return sorted(meant, key=lambda desk: -desk.best_match(wanted))[:MOST_PAGES]

    def _finding(self, query: Query, seen: Sequence[Seen]) -> Finding:
        wanted = self._words.wanted(query.text)
        if not seen:
            return Finding(query, None, 1.0, (), wanted.field, (reasons.NOTHING,))
        weights = self._weights or weigh.shipped()
        rows = np.stack([claim.row for claim in seen])
        chosen = Chosen(rows, [claim.key for claim in seen], [claim.source for claim in seen], weights.rank(rows))
        trust = weights.trust(chosen.row)
        candidates = tuple(self._candidates(wanted, seen, chosen, trust))
        if trust < weights.threshold(wanted.prefer in weigh.UNLABELLED):
            why = (reasons.unsure(trust, candidates[0]), *reasons.asked(wanted))
            return Finding(query, None, 1.0 - trust, candidates, wanted.field, why)
        return Finding(query, candidates[0], trust, candidates, wanted.field, reasons.asked(wanted))

    def _candidates(self, wanted: Wanted, claims: Sequence[Seen], chosen: Chosen, trust: float) -> list[Candidate]:
        rest = 1.0 - chosen.shares[0]
        found = []
        for k, (place, share) in enumerate(zip(chosen.best[:SHOWN], chosen.shares, strict=False)):
            sure = trust if k == 0 else min((1.0 - trust) * share / max(rest, 1e-9), trust)
            found.append(_candidate(wanted, claims[place], min(max(sure, 0.0), 1.0)))
        return found


def _candidate(wanted: Wanted, seen: Seen, sure: float) -> Candidate:
    value = seen.claim.value
    meant = worth(wanted.kind, value.text, wanted.purpose, seen.order)
    why = reasons.of(wanted, seen)
    return Candidate(value.text, sure, region(value.words, value.text), meant, wanted.kind, seen.label, reasons=why)


class Chosen:
    """Claims grouped by their text, the likeliest text first.

    ``best`` are the places of the best claim of each text and ``shares`` what the texts have of the softmax; ``row``
    describes the first one for the judge, in the order of ``weigh.EXTRAS`` and the features.
    """

    def __init__(self, rows: Floats, keys: Sequence[str], sources: Sequence[object], scores: Floats) -> None:
        summed = weigh.shares(scores, keys)
        order = sorted(summed, key=lambda key: (-summed[key], key))
        best: dict[str, int] = {}
        for k in np.argsort(-scores, kind="stable"):
            best.setdefault(keys[int(k)], int(k))
        self.best = [best[key] for key in order]
        self.shares = [summed[key] for key in order]
        ways = len({source for source, key in zip(sources, keys, strict=True) if key == order[0]})
        second = self.shares[1] if len(order) > 1 else 0.0
        lead = float(np.log(max(self.shares[0], 1e-9) / max(second, 1e-9)))
        extras = (self.shares[0], second, min(lead, 10.0), min(len(order), 60) / 60,
                  min(len(keys), 200) / 200, min(ways, 8) / 8, rows[:, _FIELD].max(),
                  rows[:, _FIELD].max() - rows[self.best[0], _FIELD], rows[:, _COVERS].max())  # fmt: skip
        self.row: Floats = np.concatenate([np.asarray(extras), rows[self.best[0]]])
