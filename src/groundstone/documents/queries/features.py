"""What speaks for and against each claim, as numbers: of its label, its place, its words, its type and its rivals."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from groundstone.documents.layout import labels as looks
from groundstone.documents.queries import amounts, bound, located, match
from groundstone.documents.queries.asked import Wanted
from groundstone.documents.queries.bound import Bound
from groundstone.documents.queries.labels import Label, words_of
from groundstone.documents.queries.located import Located
from groundstone.documents.queries.match import Match
from groundstone.documents.queries.propose import Claim, Value
from groundstone.documents.queries.sheet import Sheet
from groundstone.documents.queries.typed import fits, meanings
from groundstone.documents.queries.vocabulary import Words
from groundstone.documents.queries.wording import covered, joined, tokens, weight

Floats = NDArray[np.float64]
WAYS = ("inline", "right", "left", "below", "above", "option", "free")
SHAPES = ("whole", "cut", "spot", "lines", "row", "read")
KINDS = (
    "date", "time", "number", "money", "percent", "name", "company", "identifier", "phone", "email", "url", "address",
    "country", "sex", "yes_no", "status", "text",
)  # fmt: skip
_LABEL = ("has_label", "label_colon", "label_whole", "label_inside", "label_words", "label_two_lines", "label_digits")
_PLACE = (
    *(f"way_{way}" for way in WAYS), "rank", "gap", "shift", "same_left", "ticked", "unticked", "any_ticks", "vote",
    "vote_rival", "vote_lead", "votes", "label_left", "inline_other", "left_other", "above_other", "left_other_words",
    "above_other_words",
    "row_says_asked", "above_says_asked", "row_turn", "row_turn_wrong", "row_turn_other", "no_rule", "one_rule",
    "more_rules",
    "any_rules",
)  # fmt: skip
_VALUE = (
    *(f"made_{shape}" for shape in SHAPES), "fits", "like_label", "ends_colon", "inner_colon", "words", "letters",
    "digits", "capitals", "lines", "starts_piece", "ends_piece", "sure_least", "sure_mean", "left", "top", "right",
    "bottom", "height", "again", "asked_words", "other_kind", "chevrons", "company_end", "company_index", "page_centre",
    "letter_share", "starts_sign", "next_gap", "next_label", "next_fits", "inner_gap", "row_goes_on", "typical",
)  # fmt: skip
_PURPOSES = ("birth", "issue", "event", "expiry")
_GROUPS = (
    "bank", "company", "contact", "form", "identity", "insurance", "invoice", "medical", "person", "receipt", "travel",
    "utility", "vaccination", "vehicle", "work",
)  # fmt: skip
_PREFERS = ("largest", "smallest", "latest", "earliest", "first", "last", "top", "bottom")
_RANK = ("typed_count", "typed_first", "typed_last", "date_earliest", "date_latest", *amounts.NAMES)
_ASKED = (
    *(f"kind_{kind}" for kind in KINDS), *(f"purpose_{name}" for name in _PURPOSES),
    *(f"prefer_{name}" for name in _PREFERS),
    *(f"group_{name}" for name in _GROUPS), "has_field", "field_sure", "has_ordinal", "asked_weight", "page_group",
    "page_amounts", "page_known", "page_pieces",
)  # fmt: skip
NAMES = (*match.NAMES, *_LABEL, *_PLACE, *bound.NAMES, *_VALUE, *_RANK, *located.NAMES, *_ASKED)
_NO_MATCH, _NO_AMOUNT = (0.0,) * len(match.NAMES), (0.0,) * len(amounts.NAMES)
_ONE_WAY = {way: tuple(float(way == other) for other in WAYS) for way in WAYS}
_ONE_SHAPE = {shape: tuple(float(shape == other) for other in SHAPES) for shape in SHAPES}
_REACH = {"right": 15.0, "below": 1.5, "above": 1.5}  # heights of text, for the vote
_DIGITS, _LETTERS = re.compile(r"\d"), re.compile(r"[^\W\d_]")
_COMPANY = re.compile(
    r"(?i)\b(?:sdn\.? ?bhd|s/b|bhd|ltd|limited|inc|llc|llp|plc|corp|corporation|company|co|gmbh|ag|kg|ohg|ug|e\.? ?k"
    r"|s\.?a\.?r\.?l|s\.?a\.?s?|s\.?p\.?a|s\.?r\.?l|s\.?l\.?u?|b\.?v|n\.?v|a/s|aps|oy|ab|pty|pte|enterprise|trading|restaurant|cafe|hotel|store"
    r"|stores|shop|market|mart|supermarket|pharmacy|bakery|clinic|hospital|group|holdings|services|industries|bank|insurance"
    r"|airlines|lda|ltda|sp\.? ?z ?o\.? ?o|spolka|marketing|hardware|bookshop|station|foods?)\b\.?"
)


class Describer:
    """Features of claims on one page. What does not hang on the question is worked out once."""

    def __init__(self, sheet: Sheet, labels: Sequence[Label], words: Words, bound: Bound, located: Located) -> None:
        self._sheet, self._labels, self._words, self._bound = sheet, labels, words, bound
        self._located = located
        self._values: dict[tuple[str, tuple[int, ...], int, str, str], tuple[float, ...]] = {}
        self._context: dict[tuple[int, int], tuple[float, ...]] = {}
        self._among: dict[tuple[str, str, tuple[int, ...]], tuple[float, ...]] = {}
        self._likenesses: dict[str, float] = {}
        self._texts = Counter(piece.text.casefold() for piece in sheet.pieces)

    def rows(self, wanted: Wanted, claims: Sequence[Claim], found: dict[int, Match]) -> Floats:
        """One row of features for each claim, in the order of ``NAMES``."""
        asked = (*_asked(wanted), *self._page(wanted))
        read = self._located.features(wanted.text, claims).tolist()
        rows = [(*self._row(wanted, claim, found), *seen, *asked) for claim, seen in zip(claims, read, strict=True)]
        return np.array(rows, dtype=np.float64).reshape(len(claims), len(NAMES))

    def _row(self, wanted: Wanted, claim: Claim, found: dict[int, Match]) -> tuple[float, ...]:
        match_row = found[claim.label].features if claim.label is not None else _NO_MATCH
        return (*match_row, *self._label(claim), *self._place(wanted, claim, found), *self._tied(claim),
                *self._value(wanted, claim.value), *self._typed_among(wanted.kind, claim.value))  # fmt: skip

    def _page(self, wanted: Wanted) -> tuple[float, ...]:
        """What kind of page it is: labels of the asked group among those known, amounts, known labels, pieces."""
        known = sum(self._groups.values())
        return (
            self._groups[wanted.group] / max(known, 1), min(self.amounts.count, 20) / 20, min(known, 20) / 20,
            min(len(self._sheet.pieces), 100) / 100,
        )  # fmt: skip

    @cached_property
    def _groups(self) -> Counter[str]:
        """How many labels of the page belong to each group of fields."""
        heads = [piece.text.split(":")[0] for piece in self._sheet.pieces]
        return Counter(group for group in map(self._words.group, heads) if group)

    # -- the label, and how the value lies to it

    def _label(self, claim: Claim) -> tuple[float, ...]:
        if claim.label is None:
            return (0.0,) * len(_LABEL)
        label = self._labels[claim.label]
        piece = self._sheet.pieces[label.piece]
        return (
            1.0, float(label.has_colon), float(label.end == len(piece.words)), float(label.start > 0),
            min(label.end - label.start, 6) / 6, float(label.below is not None),
            float(bool(_DIGITS.search(label.text))),
        )  # fmt: skip

    def _place(self, wanted: Wanted, claim: Claim, found: dict[int, Match]) -> tuple[float, ...]:
        votes, counted = self.votes
        tick = self._sheet.ticks.get(claim.value.pieces[0])
        mine = votes.get(claim.way, 0.0)
        rival = max((vote for name, vote in votes.items() if name != claim.way), default=0.0)
        left = self._sheet.pieces[self._labels[claim.label].piece].left if claim.label is not None else 0.0
        return (
            *_ONE_WAY[claim.way], min(claim.rank, 6) / 6, math.log1p(claim.gap), max(-10.0, min(claim.shift,
            10.0)) / 10,
            float(abs(claim.shift) < 0.5), float(tick is True), float(tick is False), float(bool(self._sheet.options)),
            
            mine, rival, mine - rival, counted, left / 40, *self._others(claim), *self._row_says(wanted, claim, found),
            float(claim.rules == 0), float(claim.rules == 1), float(claim.rules > 1),
            float(bool(self._sheet.flat.rules)),
        )  # fmt: skip

    def _tied(self, claim: Claim) -> tuple[float, ...]:
        label = words_of(self._sheet, self._labels[claim.label]) if claim.label is not None else ()
        return self._bound.features(label, claim.value.words)

    def _others(self, claim: Claim) -> tuple[float, ...]:
        """How much the words before, left of and above the value look like the label of something else."""
        at, start = claim.value.pieces[0], claim.value.start
        inline, left, above, left_at, above_at = self._contexts(at, start)
        own = self._labels[claim.label] if claim.label is not None else None
        mine = {own.piece, own.below} if own is not None else set()
        if own is not None and own.piece == at:
            inline = 0.0
        left = 0.0 if left_at in mine else left
        above = 0.0 if above_at in mine else above
        return (
            inline,
            left,
            above,
            float(left_at >= 0 and left_at not in mine),
            float(above_at >= 0 and above_at not in mine),
        )

    def _contexts(self, at: int, start: int) -> tuple[float, float, float, int, int]:
        held = self._context.get((at, start))
        if held is None:
            words = self._sheet.pieces[at].words[:start]
            before = self.likeness(" ".join(word.text for word in words)) if words else 0.0
            left, above = self._sheet.near(at, "left")[:1], self._sheet.near(at, "above")[:1]
            held = self._context[at, start] = (
                before, self._like_label(left), self._like_label(above), left[0] if left else -1,
                above[0] if above else -1
            )  # fmt: skip
        return held  # type: ignore[return-value]

    def _like_label(self, near: Sequence[int]) -> float:
        return self.likeness(self._sheet.pieces[near[0]].text) if near else 0.0

    def likeness(self, text: str) -> float:
        """How much a piece of text looks like a label, whatever it names."""
        held = self._likenesses.get(text)
        if held is None:
            known = self._words.known(text)
            held = self._likenesses[text] = max(looks.likeness(text), known if known > 0.85 else 0.0)
        return held

    def _row_says(self, wanted: Wanted, claim: Claim, found: dict[int, Match]) -> tuple[float, ...]:
        """Whether what the label leaves unsaid of the question stands at the head of the value's row, or above."""
        beside, above, other = self._around(wanted, claim) if wanted.extra else (0.0, 0.0, 0.0)
        place = self._bound.row_of(claim.value.words) or (claim.rank + 1 if claim.way == "below" else 0)
        turn = float(place > 0 and wanted.ordinal == place)
        wrong = float(place > 0 and wanted.ordinal is not None and wanted.ordinal != place)
        return beside, above, turn, wrong, other

    def _around(self, wanted: Wanted, claim: Claim) -> tuple[float, float, float]:
        """How much of what is missing stands at the head of the value's row or column, and above the label.

        Last, whether a head names another one than the asked "second".
        """
        at = claim.value.pieces[0]
        label = self._labels[claim.label] if claim.label is not None else None
        said = tokens(label.text) if label is not None else ()
        missing = [word for word in wanted.extra if covered((word,), said) < 0.7]
        if not missing:
            return 0.0, 0.0, 0.0
        anchor = label.piece if label is not None else at
        row = [k for k in self._sheet.near(at, "left")[:4] if k != anchor]
        heads = [*self._bound.heads(claim.value.words), *(self._sheet.pieces[k].text for k in row[:3])]
        over = [covered(missing, tokens(self._sheet.pieces[k].text)) for k in self._sheet.near(anchor, "above")[:5]]
        said_there = tokens(" ".join(heads))
        above = max((share / (1 + 0.2 * k) for k, share in enumerate(over)), default=0.0)
        return covered(missing, said_there), above, float(match.other_turn(wanted, said_there))

    @cached_property
    def votes(self) -> tuple[dict[str, float], float]:
        """How well what stands inline, right, below and above suits the labels of the page that the vocabulary knows.

        The shares of labels by way, and how many labels voted, in tenths.
        """
        found: defaultdict[str, float] = defaultdict(float)
        labels = [piece for piece in self._sheet.pieces if self.likeness(piece.text) > 0.8]
        inline = [piece for piece in self._sheet.pieces if any(w.text.endswith((":", "：")) for w in piece.words[:-1])]
        for piece in labels:
            kind = self._words.kind(piece.text)
            for way, reach in _REACH.items():
                near = self._sheet.near(piece.index, way)[:1]
                if near and self._gap(piece.index, near[0], way) < reach:
                    found[way] += self._suits(kind, self._sheet.pieces[near[0]].text)
        whole = len(labels) + len(inline)
        shares = {way: found[way] / max(whole, 1) for way in _REACH} | {"inline": len(inline) / max(whole, 1)}
        return shares, min(whole, 20) / 10

    def _suits(self, kind: str, text: str) -> float:
        if self.likeness(text) > 0.8:
            return 0.0
        return 0.5 if kind in ("text", "status", "identifier", "company") else fits(kind, text)

    def _gap(self, one: int, other: int, way: str) -> float:
        here, there = self._sheet.pieces[one], self._sheet.pieces[other]
        gaps = {"right": there.left - here.right, "below": there.top - here.bottom, "above": here.top - there.bottom}
        return gaps[way]

    # -- the words themselves

    def _value(self, wanted: Wanted, value: Value) -> tuple[float, ...]:
        key = (value.text, value.pieces, value.start, value.made, wanted.kind)
        held = self._values.get(key)
        if held is None:
            held = self._values[key] = self._describe(wanted.kind, value)
        asked = covered(wanted.words, tokens(value.text)) if wanted.words else 0.0
        return (*held[:_SPLIT], asked, *held[_SPLIT:], float(joined(value.text) in wanted.typical))

    def _describe(self, kind: str, value: Value) -> tuple[float, ...]:
        text, sheet = value.text, self._sheet
        pieces = [sheet.pieces[k] for k in value.pieces]
        sure = [word.confidence for word in value.words]
        left, top, right, bottom = sheet.frame
        wide, high = max(right - left, 1.0), max(bottom - top, 1.0)
        first, last = pieces[0], pieces[-1]
        letters = len(_LETTERS.findall(text))
        return (
            *_ONE_SHAPE[value.made], fits(kind, text), self.likeness(text),
            float(text.endswith(":")), float(": " in text), min(len(value.words), 10) / 10, min(len(text), 60) / 60,
            min(len(_DIGITS.findall(text)), 12) / 12, sum(c.isupper() for c in text) / max(letters, 1),
            (len(pieces) - 1) / 3,
            float(value.start == 0), float(last.words[-1] == value.words[-1]), min(sure), sum(sure) / len(sure),
            (first.left - left) / wide, (first.top - top) / high, (first.right - left) / wide,
            (last.bottom - top) / high,
            min(first.height, 4.0) / 2, min(self._texts[text.casefold()], 4) / 4,
            _other_kind(kind, text), float("<<" in text), float(bool(_COMPANY.search(text))),
            self._from_top(first.index),
            abs((first.left + first.right) / 2 - (left + right) / 2) / wide, letters / len(text),
            float(not text[0].isalnum()), *self._next(kind, value),
        )  # fmt: skip

    def _next(self, kind: str, value: Value) -> tuple[float, ...]:
        """Whether the value may go on: what stands below its last line, how far, and right of it; its own wide gaps."""
        pieces = [self._sheet.pieces[k] for k in value.pieces]
        last = pieces[-1]
        gaps = [max(b.top - a.bottom, 0.0) for a, b in itertools.pairwise(pieces)]
        inner = min(max(gaps, default=0.0), 2.0)
        right = [self._sheet.pieces[k] for k in self._sheet.near(last.index, "right")[:1]]
        on = float(bool(right) and right[0].left - last.right < 3 and self.likeness(right[0].text) < 0.8)
        below = [self._sheet.pieces[k] for k in self._sheet.near(last.index, "below")[:1]]
        if not below or abs(below[0].left - pieces[0].left) > 0.8:
            return 1.0, 0.0, 0.0, inner, on
        gap = min(max(below[0].top - last.bottom, 0.0), 2.0) / 2
        return gap, self.likeness(below[0].text), fits(kind, below[0].text), inner, on

    def _from_top(self, index: int) -> float:
        return min(self._heights.get(index, 12), 12) / 12

    @cached_property
    def _heights(self) -> dict[int, int]:
        return {piece.index: k for k, piece in enumerate(sorted(self._sheet.pieces, key=lambda piece: piece.top))}

    # -- what the asked kind tells

    def _typed_among(self, kind: str, value: Value) -> tuple[float, ...]:
        key = kind, value.text, value.pieces
        held = self._among.get(key)
        if held is None:
            held = self._among[key] = self._rank(kind, value)
        return held

    def _rank(self, kind: str, value: Value) -> tuple[float, ...]:
        typed = self._typed(kind)
        at = value.pieces[0]
        days = sorted({day for _, day in typed if isinstance(day, date)})
        mine = next((day for _, day in meanings(kind, value.text)), None) if days else None
        return (
            min(len(typed), 6) / 6, float(bool(typed) and at == typed[0][0]), float(bool(typed) and at == typed[-1][0]),
            float(len(days) > 1 and mine == days[0]), float(len(days) > 1 and mine == days[-1]),
            *(self.amounts.features(value) if kind == "money" else _NO_AMOUNT),
        )  # fmt: skip

    def _typed(self, kind: str) -> list[tuple[int, object]]:
        """Pieces that hold a value of this kind, with its meaning; in reading order."""
        if kind not in self._by_kind:
            self._by_kind[kind] = [
                (piece.index, meaning) for piece in self._sheet.pieces for _, meaning in meanings(kind, piece.text)[:1]
            ]
        return self._by_kind[kind]

    @cached_property
    def _by_kind(self) -> dict[str, list[tuple[int, object]]]:
        return {}

    @cached_property
    def amounts(self) -> amounts.Amounts:
        return amounts.Amounts(self._sheet)


_SPLIT = _VALUE.index("asked_words")


def _asked(wanted: Wanted) -> tuple[float, ...]:
    """What is the same for all claims of a question."""
    return (
        *(float(wanted.kind == kind) for kind in KINDS), *(float(wanted.purpose == name) for name in _PURPOSES),
        *(float(wanted.prefer == name) for name in _PREFERS), *(float(wanted.group == name) for name in _GROUPS),
        float(wanted.field is not None), wanted.sure, float(wanted.ordinal is not None),
        min(sum(weight(word) for word in wanted.words), 4.0) / 4,
    )  # fmt: skip


def _other_kind(kind: str, text: str) -> float:
    """How much a text that should be of no certain form looks like a date or an amount."""
    if kind in ("date", "money", "number", "time", "percent"):
        return 0.0
    return max(fits("date", text), fits("money", text) if kind != "identifier" else 0.0)
