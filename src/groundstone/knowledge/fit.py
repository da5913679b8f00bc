"""How well passages fit a free question: near enough to be shown, and sure enough to be shown as the answer."""

from __future__ import annotations

from collections.abc import Sequence

from groundstone.knowledge.answer import Strength
from groundstone.knowledge.quotes import Ranked, Weights, quote, root
from groundstone.questions.words import STOP, keys, tokenize
from groundstone.records import Hit
from groundstone.text import is_row

HIGH, MEDIUM, LOW = 0.75, 0.5, 0.2  # of the score of a passage, see ``quotes.ranked``
NEAR_ENOUGH = 0.5  # of a chunk's cosine plus the share of the question's words that it covers
NEAR_SENTENCE = 0.36  # of the cosine of a single sentence of plain documents
SURE_SCORE, SURE_COSINE = 0.68, 0.64  # measured with the questions of benchmarks/squad.py
SURE_COSINE_COVERED = 0.6  # is enough where the passage has every word of the question


def near_enough(text: str, hits: Sequence[Hit]) -> bool:
    """Whether a chunk has to do with a free question, by meaning and by words together."""
    weights = Weights(text, [(hit.document, hit.chunk.start, hit.chunk.end, hit.document.title) for hit in hits])
    return any(
        hit.reasons["cosine"] + weights.coverage(index, unseen=2) >= NEAR_ENOUGH for index, hit in enumerate(hits)
    )


def near_sentence(found: Sequence[Ranked]) -> bool:
    """Whether one sentence has to do with a free question, though its chunk speaks of other things besides."""
    return max((item.cosine for item in found), default=0.0) >= NEAR_SENTENCE


def strength(question: str, best: Ranked) -> Strength:
    """``high`` only for a passage that is sure to answer."""
    if best.score >= HIGH and sure(question, best):
        return "high"
    return "medium" if best.score >= MEDIUM else "low"


def sure(question: str, best: Ranked) -> bool:
    """Whether a passage may be called the answer and not just the closest passage.

    It has every name and number of the question, and means much the same; the row of a table only has to
    have every word that carries meaning. Almost-answers mostly fail by a name or a number that is not there.
    """
    words = quote(best.passage)
    if not named(question) <= {root(word) for word in keys(words)}:
        return False
    if best.covered > 0.999:
        return is_row(words) or best.cosine >= SURE_COSINE_COVERED
    return best.score >= SURE_SCORE and best.cosine >= SURE_COSINE


def named(question: str) -> set[str]:
    """The names and numbers of a question: words with a capital after the first, words with a digit in front."""
    tokens = tokenize(question) if keys(question) else ()
    return {
        root(token.base)
        for place, token in enumerate(tokens)
        if token.folded[:1].isdigit() or (place and token.capital and token.folded not in STOP)
    }
