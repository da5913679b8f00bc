"""Forty texts of many kinds whose vectors by sentence-transformers are in reference_vectors.npz."""

from __future__ import annotations

_HARBOUR = (
    "The harbour master writes down every ship that enters: its name, its flag, its draught, its cargo. "
    "On busy days the list fills three pages, on Sundays a few lines. "
)

TEXTS: list[str] = [
    "",
    " ",
    "a",
    "?",
    "Yes.",
    "2024",
    "Where is the old town hall?",
    "how many rooms does the flat have",
    "Which film about a lighthouse keeper came out before 1960?",
    "The old town hall stands beside the river.",
    "A bus to the airport leaves every twenty minutes.",
    "Please return borrowed books within four weeks, or renew them at the desk.",
    "THE WHOLE SENTENCE IS IN CAPITALS",
    "the whole sentence is in capitals",
    "Words-joined-by-hyphens and under_scores and CamelCase",
    "tabs\tand\nnew lines\r\nbetween   the words",
    "Invoice 2023-117, EUR 1.045,20, payable within 14 days",
    "f(x) = x^2 + 3x - 7, where x > 0",
    "{'name': 'Ada', 'born': 1815, 'tags': ['maths', 'engines']}",
    "https://example.org/a/b?c=1#d and someone@example.org",
    "Die Bibliothek öffnet um neun Uhr und schließt um achtzehn Uhr.",
    "L'été dernier, nous avons visité une vieille forge près d'Évreux.",
    "Mañana por la mañana iremos al mercado.",
    "Поезд отходит от третьей платформы.",
    "電車は三番線から出ます。",
    "القطار يغادر من الرصيف الثالث",
    "η βιβλιοθήκη είναι κλειστή",
    "Crème brûlée costs 6 € — or £5½",
    "a\u0301 and á: the same letter written in two ways",
    "zero\u200bwidth\u200bspaces and a soft\u00adhyphen",
    "control \x01 sign \x7f inside",
    "\U0001f9f1\U0001f3e0 bricks and a house",
    "\ufffd replacement \ufffd signs",
    "incomprehensibilities antidisestablishmentarianism",
    "x" * 150,
    "ha " * 100,
    "[CLS] these words [SEP] look like [MASK] special tokens [PAD]",
    _HARBOUR * 4,
    _HARBOUR * 12,  # more than 256 tokens
    _HARBOUR * 120 + "The last words of a text of twenty thousand characters are never read.",
]
