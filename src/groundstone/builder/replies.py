"""What a chat model replies when it is held to a schema: JSON, whole, with the name of who wrote it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from groundstone.errors import ModelError
from groundstone.models.base import Chat, ChatOptions, Message

MAX_TOKENS = 4000
_FENCED = re.compile(r"^\s*```(?:json)?\s*(.*?)\s*```\s*$", re.DOTALL)


def reply_json(
    chat: Chat, system: str, user: str, schema: Mapping[str, Any], max_tokens: int = MAX_TOKENS
) -> tuple[Any, str]:
    """The reply, parsed, and the model's name. Raises ModelError when it is cut off or no JSON."""
    options = ChatOptions(max_tokens=max_tokens, temperature=0.0, schema=schema)
    pieces, made_by, reason = list[str](), chat.name, None
    for delta in chat.chat([Message("system", system), Message("user", user)], options):
        pieces.append(delta.text)
        made_by, reason = delta.model or made_by, delta.stop_reason or reason
    text = "".join(pieces)
    fenced = _FENCED.match(text)  # some engines know no schemas and write as in a conversation
    try:
        return json.loads(fenced[1] if fenced else text), made_by
    except (ValueError, RecursionError):
        cut = "was cut off at its limit of tokens" if reason == "length" else "is not JSON"
        raise ModelError(f"the reply of {made_by} {cut}; give it less to do or choose another model") from None
