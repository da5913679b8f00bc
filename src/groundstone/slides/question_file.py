"""A file of questions about decks with their right answers, one JSON object a line, in two forms.

    {"question": "How many people work in Lyon?", "deck": "plan.pptx", "slide": 7, "answers": ["214"]}
    {"question": "And in Nantes?", "after": ["How many people work in Lyon?"], "slides": [7, 8],
     "must_contain": ["96", ["Nantes", "the west"]], "kind": "follow-up"}
    {"question": "What does the plan say about dividends?", "absent": true}
    {"question": "In which year ...?", "answer": "2003", "evidence_pages": [7], "deck_name": "roadshow"}

``answers``: any of them is right. ``must_contain``: each of them must be said; a list in it holds alternatives.
``after``: questions asked first in the same conversation. ``slides``: any of them is right. The last line is the form
of SlideVQA (arXiv 2301.04883), whose other keys are left alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from groundstone.errors import InvalidInput

MOST = 100_000
_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class SlideQuestion:
    """A question and what is right. ``wanted``: of each group one must be said; empty when that is not known.

    ``deck``: name, title or id of the deck that holds the answer, "" when that is not known or nowhere.
    """

    id: str
    question: str
    deck: str = ""
    slides: tuple[int, ...] = ()
    wanted: tuple[tuple[str, ...], ...] = ()
    absent: bool = False
    after: tuple[str, ...] = ()
    kind: str = ""


def load_questions(path: Path) -> list[SlideQuestion]:
    """The questions of a file. Raises InvalidInput, with the number of the line, for what cannot be used."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"cannot read the questions in {path}: {error}; give a UTF-8 file of JSON lines") from error
    found = list(_questions(text, path.name))
    if not found:
        raise InvalidInput(f"{path.name} holds no questions: write one JSON object a line, each with a 'question'")
    ids = [one.id for one in found]
    if len(set(ids)) < len(ids):
        twice = next(id for at, id in enumerate(ids) if id in ids[:at])
        raise InvalidInput(f"{path.name} has two questions with the id {twice!r}: give each its own, or leave one out")
    return found


def _questions(text: str, name: str) -> Iterator[SlideQuestion]:
    lines = [(at, line) for at, line in enumerate(text.split("\n"), 1) if line.strip()]
    if len(lines) > MOST:
        raise InvalidInput(f"{name} has {len(lines)} lines; at most {MOST} are taken: split the file")
    for at, line in lines:
        try:
            raw = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InvalidInput(f"{name}, line {at} is no JSON object: {error}; write one object a line") from error
        try:
            yield question_of(raw)
        except InvalidInput as error:
            raise InvalidInput(f"{name}, line {at}: {error}") from error


def question_of(raw: object) -> SlideQuestion:
    """One question out of its JSON object, in either form. Raises InvalidInput."""
    if not isinstance(raw, Mapping):
        raise InvalidInput('expected a JSON object such as {"question": "...", "slide": 3}')
    asked = raw.get("question")
    if not isinstance(asked, str) or not asked.strip() or len(asked) > _LONGEST:
        raise InvalidInput(f"'question' must be a text of 1 to {_LONGEST} characters")
    absent = raw.get("absent", False)
    if not isinstance(absent, bool):
        raise InvalidInput("'absent' must be true or false")
    wanted, slides = _wanted(raw), _slides(raw)
    if absent and (wanted or slides):
        raise InvalidInput("an absent question has neither answers nor slides: drop one of the two")
    if not (absent or wanted or slides):
        raise InvalidInput("nothing to judge by: give 'answers', 'must_contain', 'slide' or 'absent'")
    after, deck = _texts(raw, "after"), _text(raw, "deck") or _text(raw, "deck_name")
    id = _id(raw) or sha256("\0".join((deck, *after, asked)).encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return SlideQuestion(id, asked, deck, slides, wanted, absent, after, _text(raw, "kind"))


def _wanted(raw: Mapping[str, Any]) -> tuple[tuple[str, ...], ...]:
    groups: list[tuple[str, ...]] = []
    if any(raw.get(key) is not None for key in ("answers", "answer")):
        groups.append(_texts(raw, "answers") + _texts(raw, "answer"))
    each = raw.get("must_contain")
    for one in [] if each is None else each if isinstance(each, list) else [each]:
        groups.append(_texts({"must_contain": one}, "must_contain"))
    return tuple(group for group in groups if group)


def _texts(raw: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """A text or number, or a list of them, as texts."""
    value = raw.get(key)
    found = [] if value is None else value if isinstance(value, list) else [value]
    if not all(isinstance(one, (str, int, float)) and not isinstance(one, bool) and str(one).strip() for one in found):
        raise InvalidInput(f"{key!r} must be a text or a list of texts, none of them empty")
    return tuple(str(one) for one in found)


def _slides(raw: Mapping[str, Any]) -> tuple[int, ...]:
    found: list[int] = []
    for key in ("slide", "slides", "evidence_pages"):
        value = raw.get(key)
        for one in [] if value is None else value if isinstance(value, list) else [value]:
            if not isinstance(one, int) or isinstance(one, bool) or one < 1:
                raise InvalidInput(f"{key!r} must be numbers of slides, the first one is 1")
            found.append(one)
    return tuple(dict.fromkeys(found))


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key, "")
    if not isinstance(value, str):
        raise InvalidInput(f"{key!r} must be a text")
    return value.strip()


def _id(raw: Mapping[str, Any]) -> str:
    value = raw.get("id", raw.get("qa_id", ""))
    if not isinstance(value, (str, int)) or isinstance(value, bool):
        raise InvalidInput("'id' must be a text or a whole number")
    return str(value)
