"""A conversation as a Markdown file: questions, answers with numbered marks, and the words they rest on."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from groundstone.stores.conversations import Conversation, Exchange

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~])")
_LEADING = re.compile(r"^(\s*)([-+>]|\d+[.)])", re.MULTILINE)


def markdown(conversation: Conversation) -> str:
    lines = [f"# {plain(conversation.title or 'Conversation')}", ""]
    for turn in conversation.turns:
        lines += [f"## {plain(turn.question)}", "", *_refined(turn), *_answer(turn.answer)]
    return "\n".join(lines).rstrip() + "\n"


def plain(text: str) -> str:
    """Text that Markdown shows as it is: nothing in a question or a document becomes markup or a link."""
    line = _SPECIAL.sub(r"\\\1", " ".join(text.split()))
    return _LEADING.sub(r"\1\\\2", line)


def _refined(turn: Exchange) -> Iterator[str]:
    """The interpretation of a turn that its reader changed: the question alone does not explain the answer."""
    if turn.edited:
        labels = [plain(chip["label"]) for chip in turn.answer["query"]["chips"]]
        yield from (f"Refined, understood as: {'; '.join(labels) or 'no conditions'}", "")


def _answer(answer: Mapping[str, Any]) -> Iterator[str]:
    for sentence in answer["sentences"]:
        marks = "".join(f" \\[{index + 1}\\]" for index in sentence["citations"])
        yield plain(sentence["text"]) + marks
    if answer["cards"]:
        yield ""
        yield from (f"- {plain(card['title'])}{_year(card)}" for card in answer["cards"])
    if answer["citations"]:
        yield from ("", "Sources:", "")
        yield from (_source(index, item) for index, item in enumerate(answer["citations"], 1))
    yield ""


def _year(card: Mapping[str, Any]) -> str:
    year = card["fields"].get("year")
    return f" ({year})" if isinstance(year, int) else ""


def _source(index: int, citation: Mapping[str, Any]) -> str:
    page = f", {citation.get('page_noun', 'page')} {citation['page']}" if citation["page"] else ""
    return f"{index}. {plain(citation['title'])}{page}: “{plain(citation['quote'])}”"
