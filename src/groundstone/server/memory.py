"""The thread of a conversation: its turns as history for the next question, and where the answer is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from groundstone.errors import InvalidInput, NotFound
from groundstone.identity import Principal
from groundstone.questions import query as queries
from groundstone.schema import Schema

if TYPE_CHECKING:
    from groundstone.knowledge.base import KnowledgeBase, Turn
    from groundstone.platform import Platform
    from groundstone.stores.conversations import Conversations

REMEMBERED = 20  # turns; a follow-up leans on the last few


@dataclass(frozen=True, slots=True)
class Thread:
    """One conversation, or none: then there is no history and nothing is kept."""

    principal: Principal
    conversations: Conversations
    id: str | None = None
    history: list[Turn] = field(default_factory=list)

    def keep(self, question: str, answer: dict[str, Any], edited: bool) -> dict[str, Any]:
        """The answer with the number of its turn, after it was stored."""
        if self.id is None:
            return answer
        number = self.conversations.append(self.principal, self.id, question, answer, edited=edited)
        return answer | {"turn": number}


def thread(platform: Platform, principal: Principal, conversation: str | None, kb: KnowledgeBase) -> Thread:
    """Raises NotFound, also when the conversation is about another knowledge base."""
    if conversation is None:
        return Thread(principal, platform.conversations)
    found = platform.conversations.get(principal, conversation)
    if found.knowledge_base != kb.name:
        raise NotFound(f"no conversation {conversation!r} about {kb.name}")
    turns = [turn(item.question, item.answer, kb.schema) for item in found.turns[-REMEMBERED:]]
    return Thread(principal, platform.conversations, found.id, [item for item in turns if item is not None])


def turn(question: str, answer: Mapping[str, Any], schema: Schema) -> Turn | None:
    """A stored answer as history; None when its filters no longer fit the schema, which may have changed since."""
    from groundstone.knowledge.base import Turn

    try:
        query = queries.from_json(answer["query"], schema)
    except InvalidInput:
        return None
    return Turn(question, query, shown(answer))


def shown(answer: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of the documents an answer showed, in order: those of its cards, else those it cites."""
    items = answer["cards"] or answer["citations"]
    return tuple(dict.fromkeys(item["document_id"] for item in items))
