"""What fields are called on documents and in questions; the words are in wording.toml."""

from __future__ import annotations

import random
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.forms.free import free

ASKED = {  # questions in the language of the document; {} is the field's name
    "de": "Wie lautet: {}?|{}?|Was steht bei {}?|Welche Angabe steht unter „{}“?",
    "fr": "Quel est : {} ?|{} ?|Que dit le champ « {} » ?",
    "es": "¿Cuál es: {}?|¿{}?|¿Qué pone en {}?",
    "it": "Qual è: {}?|{}?|Cosa c'è scritto in {}?",
    "pt": "Qual é: {}?|{}?|O que diz em {}?",
    "nl": "Wat is: {}?|{}?|Wat staat er bij {}?",
    "pl": "Jaka jest wartość: {}?|{}?|Co jest w polu {}?",
}
ENGLISH = "What is the {}?|What is the {}?|What is {}?|Find the {}.|{}|What {} is given?|Please give the {}"


@cache
def wording() -> dict[str, dict[str, Any]]:
    """All fields: kind, labels by language, names and questions."""
    return {**_words("wording.toml"), **_words("more.toml"), **free()}


@cache
def questions() -> dict[str, dict[str, list[str]]]:
    """Whole questions and search words by field and language; see questions.toml."""
    return _words("questions.toml")


def _words(file: str) -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / file).read_text("utf-8"))


@cache
def asking() -> dict[str, dict[str, str]]:
    """Fields that are asked for in vain, by family, and fields that answer for others; see asking.toml."""
    return tomllib.loads((Path(__file__).parent / "asking.toml").read_text("utf-8"))


def kind(field: str) -> str:
    return str(wording()[field]["kind"])


def labels(field: str, language: str, family: str) -> list[str]:
    """What a document of this family calls a field; English words where a language has none of its own."""
    words = wording()[field]
    return list(words.get(f"{language}-{family}") or words.get(language) or words.get(f"en-{family}") or words["en"])


def question(rng: random.Random, field: str, language: str, family: str) -> str:
    """A question for a field: English mostly, for documents of other languages sometimes in their own."""
    words = wording()[field]
    whole = _whole(rng, field, language, family)
    if whole:
        return whole
    if language in ASKED and language in words and rng.random() < 0.4:
        return rng.choice(ASKED[language].split("|")).format(rng.choice(labels(field, language, family)))
    asked = words.get(f"ask-{family}", []) + words["ask"]
    if rng.random() < 0.5:
        return str(rng.choice(asked))
    if rng.random() < 0.2:
        return f"What is {rng.choice(labels(field, 'en', family)).rstrip('.')}?"
    made = rng.choice(ENGLISH.split("|")).format(rng.choice(words.get(f"call-{family}", words["call"])))
    return made if made[0].isupper() else made.capitalize() + "?"


def _whole(rng: random.Random, field: str, language: str, family: str) -> str:
    """A question as people put it or search words; any language, the form's and English more often. "" for none."""
    draw, words = rng.random(), questions().get(field, {})
    if draw < 0.08 or not words:
        return rng.choice(words["key"]) if "key" in words else ""
    if draw < 0.5:
        tongue = (
            "en" if draw < 0.25 else language if draw < 0.37 else rng.choice(("de", "fr", "es", "it", "pt", "nl", "pl"))
        )
        return rng.choice([*words.get(tongue, []), *words.get(f"{tongue}-{family}", []), ""])
    if draw < 0.54:
        other = rng.choice([tongue for tongue in ASKED if tongue in wording()[field]] or [""])
        return rng.choice(ASKED[other].split("|")).format(rng.choice(labels(field, other, family))) if other else ""
    return ""
