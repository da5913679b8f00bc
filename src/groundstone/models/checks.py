"""Whether a model can do what is asked of it, found out before its engine is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from groundstone.errors import ContextTooLong, WrongModel
from groundstone.models.base import Ability, ChatOptions, Message, ModelInfo, Task

WORDS: dict[Ability, str] = {
    "tools": "use tools",
    "schema": "hold to a JSON Schema",
    "images": "see pictures",
    "count": "count tokens",
}
TURN = 16  # tokens at most that a chat template puts around a message
LONGEST_TOKEN = 256  # characters; the longest tokens of known vocabularies are runs of half as many blanks
VERBS: dict[Task, str] = {"chat": "chat", "embed": "embed", "rerank": "rerank", "draw": "draw"}


def needed(messages: Sequence[Message], options: ChatOptions) -> frozenset[Ability]:
    """The abilities that a conversation asks for."""
    found: set[Ability] = set()
    if options.tools:
        found.add("tools")
    if options.schema is not None:
        found.add("schema")
    if any(message.pictures for message in messages):
        found.add("images")
    return frozenset(found)


def check_task(info: ModelInfo, task: Task, others: Callable[[], Iterable[ModelInfo]]) -> None:
    """Raises WrongModel, which names models that can."""
    if info.task != task:
        able = _listed(other.name for other in others() if other.task == task)
        raise WrongModel(f"{info.name} cannot {VERBS[task]}; it is a model for: {info.task}. {able}")


def check_abilities(info: ModelInfo, abilities: frozenset[Ability], others: Callable[[], Iterable[ModelInfo]]) -> None:
    """Raises WrongModel, which names models that can."""
    missing = abilities - info.abilities
    if missing:
        able = _listed(other.name for other in others() if other.task == info.task and abilities <= other.abilities)
        what = " and ".join(WORDS.get(ability, ability) for ability in sorted(missing))
        raise WrongModel(f"{info.name} cannot {what}. {able}")


def surely_fits(info: ModelInfo, messages: Sequence[Message], options: ChatOptions) -> bool:
    """Whether no counting is needed: every token holds a byte at least. Pictures and tools may be any size."""
    if info.context is None or options.tools or any(message.pictures for message in messages):
        return True
    most = sum(len(message.content.encode("utf-8", "replace")) + TURN for message in messages)
    return most + options.max_tokens <= info.context


def check_length(info: ModelInfo, messages: Sequence[Message]) -> None:
    """Refuses what is far too long before anybody counts its tokens, which takes time. Raises ContextTooLong."""
    assert info.context is not None  # surely_fits() would have said yes
    characters = sum(len(message.content) for message in messages)
    if characters > info.context * LONGEST_TOKEN:
        raise ContextTooLong(
            f"the conversation has {characters:,} characters; {info.name} has room for {info.context} tokens"
        )


def check_context(info: ModelInfo, prompt: int, options: ChatOptions) -> None:
    """``prompt`` in tokens. Raises ContextTooLong."""
    assert info.context is not None  # surely_fits() would have said yes
    if prompt + options.max_tokens > info.context:
        raise ContextTooLong(
            f"the conversation takes {prompt} tokens and the reply up to {options.max_tokens}; "
            f"{info.name} has room for {info.context} together. Shorten it, or lower max_tokens"
        )


def _listed(names: Iterable[str]) -> str:
    found = sorted(names)
    if not found:
        return "No model of the catalogue can; docs/models.md says how to add one."
    return f"These can: {', '.join(found[:8])}{' and others' if len(found) > 8 else ''}."
