"""A request for a chat completion: read, checked, and turned into messages and options."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from groundstone.models.base import ChatOptions, Message, ToolCall
from groundstone.server.openai import parts, tools
from groundstone.server.openai.errors import Refused
from groundstone.server.openai.members import Members

MOST_TOKENS = 2**31 - 1
MOST_STOPS = 4
MOST_MESSAGES = 2048
DEFAULT_TOKENS = 4096  # of a reply whose caller does not say how long it may be; never more than half of the context
SEEDS = 2**63
ROLES = ("system", "developer", "user", "assistant", "tool")

# Accepted as long as they ask for what happens anyway.
ONLY: dict[str, tuple[Any, ...]] = {
    "n": (1,),
    "logprobs": (False,),
    "top_logprobs": (0,),
    "logit_bias": ({},),
    "frequency_penalty": (0, 0.0),
    "presence_penalty": (0, 0.0),
    "store": (False,),
    "service_tier": ("auto", "default"),
    "modalities": (["text"],),
    "verbosity": ("medium",),
}
# Accepted without effect: they label a request and do not change its reply.
LABELS = ("user", "metadata", "safety_identifier", "prompt_cache_key", "prompt_cache_retention")


@dataclass(frozen=True, slots=True)
class Asked:
    """A chat request in our own terms. ``given`` are the sampling members that the caller set."""

    model: str
    messages: tuple[Message, ...]
    options: ChatOptions
    limit: int | None = None  # tokens of the reply, when the caller said so
    one_call: bool = False  # at most one tool call in the reply
    stream: bool = False
    usage_chunk: bool = False
    given: tuple[str, ...] = ()


def read(data: dict[str, Any]) -> Asked:
    """Raises Refused, naming the member."""
    members = Members(data)
    model = members.name("model")
    messages = read_messages(members)
    members.only(ONLY)
    members.drop(*LABELS)
    _no_functions(members)
    limit = _limit(members)
    known = tools.tools(members, flat=False)
    given = tuple(name for name in ("temperature", "top_p", "stop", "seed") if data.get(name) is not None)
    stream = members.flag("stream")
    asked = Asked(
        model,
        messages,
        ChatOptions(
            limit or DEFAULT_TOKENS,
            members.number("temperature", 0, 2),
            members.number("top_p", 0, 1),
            stop_words(members),
            members.whole("seed", -SEEDS, SEEDS - 1),
            tools.reply_format(members, "response_format", flat=False),
            known,
            tools.choice(members, known, flat=False),
            stream,
        ),
        limit,
        not members.flag("parallel_tool_calls", True),
        stream,
        usage_chunk(members, stream),
        given + (("max_tokens",) if limit else ()),
    )
    members.finish()
    return asked


def _limit(members: Members) -> int | None:
    old = members.whole("max_tokens", 1, MOST_TOKENS)
    new = members.whole("max_completion_tokens", 1, MOST_TOKENS)
    if old is not None and new is not None and old != new:
        members.refuse("max_tokens", "max_completion_tokens says something else; send one of them")
    return new if new is not None else old


def stop_words(members: Members) -> tuple[str, ...]:
    found = members.strings("stop", MOST_STOPS)
    if "" in found:
        members.refuse("stop", "a stop sequence must not be empty")
    return found


def usage_chunk(members: Members, stream: bool) -> bool:
    """Whether the stream ends with a chunk of usage."""
    given = members.take("stream_options")
    if given is None:
        return False
    if not stream:
        members.refuse("stream_options", "allowed only when stream is true")
    options = Members(given, "stream_options")
    wanted = options.flag("include_usage")
    options.drop("include_obfuscation")
    options.finish()
    return wanted


def _no_functions(members: Members) -> None:
    for name, instead in (("functions", "tools"), ("function_call", "tool_choice")):
        if members.take(name) is not None:
            members.refuse(name, f"replaced by {instead}", "unsupported_parameter")


def read_messages(members: Members) -> tuple[Message, ...]:
    given = members.needed("messages")
    if not isinstance(given, list) or not 0 < len(given) <= MOST_MESSAGES:
        members.refuse("messages", f"must be a list of 1 to {MOST_MESSAGES} messages", "invalid_type")
    messages: list[Message] = []
    calls: set[str] = set()
    for number, item in enumerate(given):
        message = _message(Members(item, f"messages[{number}]"))
        calls.update(call.id for call in message.tool_calls)
        if message.role == "tool" and message.tool_call_id not in calls:
            where = f"messages[{number}].tool_call_id"
            raise Refused(f"{where}: no earlier message of the assistant made this call", where)
        messages.append(message)
    return tuple(messages)


def _message(item: Members) -> Message:
    role = item.choice("role", ROLES, "")
    item.text("name")  # who of several speaks: models here see one user
    if role == "assistant":
        made = _assistant(item)
    else:
        text, pictures = parts.content(item.needed("content"), item.path("content"))
        if pictures and role != "user":
            item.refuse("content", "only messages of the user hold pictures", "unsupported_value")
        if role == "tool":
            made = Message("tool", text, tool_call_id=item.name("tool_call_id"))
        else:
            made = Message("user" if role == "user" else "system", text, pictures)
    item.finish()
    return made


def _assistant(item: Members) -> Message:
    calls = tuple(
        _call(Members(call, item.path(f"tool_calls[{number}]"))) for number, call in enumerate(item.items("tool_calls"))
    )
    content, refusal = item.take("content"), item.text("refusal")
    if content is None and not calls and not refusal:
        item.refuse("content", "an assistant's message holds content or tool_calls", "missing_required_parameter")
    text, pictures = parts.content(content, item.path("content")) if content else ("", ())
    if pictures:
        item.refuse("content", "only messages of the user hold pictures", "unsupported_value")
    # What replies carry beside their text comes back with the history; it is no part of what was said.
    item.drop("annotations", "groundstone", "reasoning", "reasoning_content")
    if item.take("function_call") is not None:
        item.refuse("function_call", "replaced by tool_calls", "unsupported_parameter")
    if item.take("audio") is not None:
        item.refuse("audio", "audio is not supported", "unsupported_value")
    return Message("assistant", text or refusal, tool_calls=calls)


def _call(item: Members) -> ToolCall:
    id = item.name("id")
    item.choice("type", ("function",), "function")
    item.drop("index")
    function = item.inner("function")
    made = ToolCall(id, function.name("name"), function.text("arguments"))
    function.finish()
    item.finish()
    return made
