"""Sessions of RetrieveAndGenerate: what one caller asked before, so that follow-up questions are understood."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from groundstone.errors import Conflict, InvalidInput, NotFound
from groundstone.schema import Schema
from groundstone.server import memory
from groundstone.server.aws.operations import AwsCall

if TYPE_CHECKING:
    from groundstone.knowledge.base import Turn

SESSION = "rag-session"
IDLE = timedelta(hours=24)
TRIES = 5


@dataclass(frozen=True, slots=True)
class Session:
    """One conversation of one user with one knowledge base. ``turns`` are the stored ones, oldest first."""

    call: AwsCall
    id: str
    turns: tuple[Mapping[str, Any], ...] = ()

    def history(self, schema: Schema) -> list[Turn]:
        turns = [memory.turn(one["question"], one["answer"], schema) for one in self.turns]
        return [turn for turn in turns if turn is not None]

    def keep(self, question: str, answer: Mapping[str, Any]) -> None:
        """Add a turn. Of an answer (``knowledge.answer.to_json``) only what a follow-up leans on is kept."""
        shown = {name: [{"document_id": one["document_id"]} for one in answer[name]] for name in ("cards", "citations")}
        turn = {"question": question, "answer": {"query": answer["query"], **shown}}
        resources, caller = self.call.platform.resources, self.call.caller
        for attempt in range(TRIES):
            now = resources.get(caller, SESSION, self.id)
            turns = [*now.body["turns"], turn][-memory.REMEMBERED :]
            try:
                resources.update(caller, SESSION, self.id, {**now.body, "turns": turns}, revision=now.revision)
                return
            except Conflict:
                if attempt == TRIES - 1:
                    raise


def opened(call: AwsCall, base_id: str) -> Session:
    """The session that the request names, or a new one. Raises InvalidInput for one that is not the caller's."""
    key = call.params.get("sessionConfiguration", {}).get("kmsKeyArn")
    wanted = call.params.get("sessionId")
    if not wanted:
        return _new(call, base_id, key)
    try:
        found = call.platform.resources.get(call.caller, SESSION, wanted)
    except NotFound:
        found = None
    valid = found is not None and (found.parent, found.body["base"]) == (call.caller.user, base_id)
    if found is None or not valid or found.updated < datetime.now(UTC) - IDLE:
        raise InvalidInput(f"Session with Id {wanted} is not valid. Please check and try again.")
    if key is not None and key != found.body["kmsKeyArn"]:
        raise InvalidInput(f"the session {wanted} was begun with another kmsKeyArn")
    return Session(call, found.id, tuple(found.body["turns"]))


def _new(call: AwsCall, base_id: str, key: str | None) -> Session:
    resources = call.platform.resources
    for old in resources.list(call.caller, SESSION, parent=call.caller.user, limit=20):
        if old.updated < datetime.now(UTC) - IDLE:
            _forget(call, old.id)
    body: dict[str, Any] = {"base": base_id, "turns": [], "kmsKeyArn": key}
    made = resources.put(call.caller, SESSION, str(uuid.uuid4()), body, parent=call.caller.user)
    return Session(call, made.id)


def _forget(call: AwsCall, id: str) -> None:
    try:
        call.platform.resources.delete(call.caller, SESSION, id)
    except NotFound:
        return  # another request was quicker
