"""Whether the words on a slide bear out what a model said of it: every number, every name, and most of the words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations

from groundstone.slides import amounts, lexis
from groundstone.slides.amounts import divided

COVERED = 0.5  # share of a sentence's words that the slide must hold, as in knowledge/generate.py
NEAR = Decimal("0.006")  # by how much a rounded result may differ, relative to itself
OPERANDS = 8  # numbers of a reply that are tried as operands


def borne_out(sentence: str, words: str, question: str, reply: str = "") -> bool:
    """Whether a sentence holds only what stands in ``words``, or was asked, or follows from numbers of the reply.

    Every number stands there, in whatever scale it is written, or is the sum, difference, quotient or percentage of two
    numbers that the reply names and the slide has. Every name stands there or in the question.
    """
    return (
        numbers_stand(sentence, words, question, reply)
        and names_stand(sentence, f"{words}\n{question}")
        and _covered(sentence, f"{words}\n{question}") >= COVERED
    )


def numbers_stand(sentence: str, words: str, question: str = "", reply: str = "") -> bool:
    there = _values(words)
    tokens = set(lexis.tokens(words)) | set(lexis.tokens(question))
    operands = [value for value in dict.fromkeys(_ordered(reply or sentence)) if value in there][:OPERANDS]
    made = _made(operands)
    for amount in amounts.of_text(sentence):
        value, bare = amount.value.normalize(), amount.number.normalize()
        if value in there or bare in there or amounts.plain(abs(amount.number)) in tokens:
            continue
        if not any(_near(value, other) or _near(bare, other) for other in made):
            return False
    return all(token in lexis.bag(f"{words} {question}") for token in _mixed(sentence))


def _mixed(sentence: str) -> list[str]:
    """Words of letters and digits, such as gpt3 and q3, which must stand there as they are."""
    found = []
    for token in lexis.tokens(sentence):
        if token[:1].isalpha() and any(map(str.isdigit, token)):
            found.append(token)
    return found


def _ordered(text: str) -> list[Decimal]:
    return [amount.value.normalize() for amount in amounts.of_text(text)]


def _values(text: str) -> set[Decimal]:
    """Every number of a text, with its scale and without."""
    found = set()
    for amount in amounts.of_text(text):
        found |= {amount.value.normalize(), amount.number.normalize(), (amount.number * amount.factor).normalize()}
    return found


def _made(operands: Sequence[Decimal]) -> set[Decimal]:
    made: set[Decimal] = set()
    for one, other in permutations(operands, 2):
        made |= {one - other, one + other, abs(one - other)}
        if other:
            made |= {divided(one, other), divided(one * 100, other), divided((one - other) * 100, other)}
            made.add(abs(divided((one - other) * 100, other)))
    if operands:
        made |= {sum(operands, Decimal(0)), divided(sum(operands, Decimal(0)), Decimal(len(operands)))}
    return made


def _near(value: Decimal, other: Decimal) -> bool:
    return abs(value - other) <= abs(other) * NEAR


def names_stand(sentence: str, words: str) -> bool:
    """Whether every word with a capital letter inside a sentence stands in the words."""
    held = lexis.bag(words)
    for place, word in enumerate(re.findall(r"[^\W_]+(?:['’.\-][^\W_]+)*", sentence)):
        if word[0].isupper() and (place or any(map(str.isupper, word[1:]))):
            for token in lexis.tokens(word):
                if (
                    token not in lexis.STOP
                    and not any(map(str.isdigit, token))
                    and not lexis.meets(lexis.root(token), held)
                ):
                    return False
    return True


def _covered(sentence: str, words: str) -> float:
    held = lexis.bag(words)
    said = [word for word in lexis.content(sentence) if not any(map(str.isdigit, word))]
    return sum(lexis.meets(word, held) > 0 for word in said) / len(said) if said else 1.0
