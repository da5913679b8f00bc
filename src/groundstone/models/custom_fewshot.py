"""A chat model as a classifier: it is shown the nearest examples and may answer with a label only."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from groundstone.errors import ModelError
from groundstone.models.base import Chat, ChatOptions, Message, Vectors

SHOTS = 8  # examples in the prompt
TEXT_SHOWN, SHOT_SHOWN = 2000, 400  # characters
CANDIDATES = 20  # labels that are offered; with more, those of the nearest examples


@dataclass(frozen=True, slots=True)
class FewShot:
    """The examples with their vectors (len(texts), dimensions), and which label each has."""

    chat: Chat
    labels: tuple[str, ...]
    texts: tuple[str, ...]
    targets: tuple[int, ...]
    vectors: Vectors

    def choose(self, text: str, vector: Vectors) -> int:
        """The number of the label that the chat model gives. Raises ModelError when it gives none."""
        nearest = np.argsort(-(self.vectors @ vector), kind="stable")
        offered = self._offered(nearest.tolist())
        schema = {
            "type": "object",
            "properties": {"label": {"type": "string", "enum": offered}},
            "required": ["label"],
            "additionalProperties": False,
        }
        shots = nearest[:SHOTS][::-1].tolist()  # the nearest last, where it weighs most
        reply = "".join(
            piece.text
            for piece in self.chat.chat(self._prompt(text, shots, offered), ChatOptions(max_tokens=128, schema=schema))
        )
        return self.labels.index(_label(reply, offered, self.chat.name))

    def _offered(self, nearest: Sequence[int]) -> list[str]:
        if len(self.labels) <= CANDIDATES:
            return list(self.labels)
        found = dict.fromkeys(self.targets[row] for row in nearest)
        return [self.labels[number] for number in list(found)[:CANDIDATES]]

    def _prompt(self, text: str, shots: Sequence[int], offered: Sequence[str]) -> list[Message]:
        about = f"You sort texts. Reply with the one label that fits best. Labels: {json.dumps(list(offered))}"
        turns = [Message("system", about)]
        for row in shots:
            turns.append(Message("user", self.texts[row][:SHOT_SHOWN]))
            turns.append(Message("assistant", json.dumps({"label": self.labels[self.targets[row]]})))
        return [*turns, Message("user", text[:TEXT_SHOWN])]


def _label(reply: str, offered: Sequence[str], name: str) -> str:
    try:
        answer: Any = json.loads(reply)
    except ValueError:
        answer = None
    label = answer.get("label") if isinstance(answer, dict) else None
    if label not in offered:
        raise ModelError(f"{name} answered with none of the labels: {reply[:80]!r}; use the method head")
    return str(label)
