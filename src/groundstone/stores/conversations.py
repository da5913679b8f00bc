"""Conversations: what each person asked and was answered, kept in one SQLite file."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import sqlalchemy as sa

from groundstone.errors import InvalidInput, NotFound
from groundstone.identity import Principal
from groundstone.stores._sqlite import file

Rating = Literal["up", "down"]
MAX_COMMENT = 2000
MAX_TITLE = 200
SHORT_TITLE = 60

_meta = sa.MetaData()
_conversations = sa.Table(
    "conversations",
    _meta,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("tenant", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("knowledge_base", sa.String, nullable=False),
    sa.Column("title", sa.String, nullable=False, default=""),
    sa.Column("created", sa.String, nullable=False),
    sa.Column("updated", sa.String, nullable=False),
    sa.Index("conversations_of", "tenant", "user", "updated"),
)
_turns = sa.Table(
    "turns",
    _meta,
    sa.Column("conversation", sa.ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("question", sa.String, nullable=False),
    sa.Column("answer", sa.String, nullable=False),
    sa.Column("edited", sa.Boolean, nullable=False, default=False),
    sa.Column("created", sa.String, nullable=False),
    sa.Column("rating", sa.String),
    sa.Column("comment", sa.String, nullable=False, default=""),
)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question with its answer (``knowledge.answer.to_json``) and what the reader thought of it.

    ``edited`` is true when the reader changed the interpretation and asked again.
    """

    number: int  # from 1
    question: str
    answer: Mapping[str, Any]
    created: datetime
    edited: bool = False
    rating: Rating | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Conversation:
    """``title`` is the first question, shortened, until somebody renames it. A listing leaves ``turns`` empty."""

    id: str
    knowledge_base: str
    title: str
    created: datetime
    updated: datetime
    turns: tuple[Exchange, ...] = ()


@dataclass(frozen=True, slots=True)
class Feedback:
    """One rated answer, as ``feedback`` lists them."""

    conversation: str
    knowledge_base: str
    turn: Exchange


class Conversations:
    """All conversations of an installation. Safe to share between threads and processes."""

    def __init__(self, path: Path) -> None:
        self._engine = file.opened(path, "foreign_keys=ON")
        self._writing = file.writing(self._engine)
        _meta.create_all(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    def create(self, principal: Principal, knowledge_base: str) -> Conversation:
        now = _now()
        row = {
            "id": secrets.token_urlsafe(12),
            "tenant": principal.tenant,
            "user": principal.user,
            "knowledge_base": knowledge_base,
            "title": "",
            "created": now,
            "updated": now,
        }
        with self._writing.begin() as connection:
            connection.execute(_conversations.insert(), row)
        return Conversation(row["id"], knowledge_base, "", _time(now), _time(now))

    def list(
        self, principal: Principal, knowledge_base: str | None = None, *, limit: int = 200
    ) -> Sequence[Conversation]:
        """Those of this principal, the one used last first, without their turns."""
        wanted = sa.select(_conversations).where(_of(principal))
        if knowledge_base is not None:
            wanted = wanted.where(_conversations.c.knowledge_base == knowledge_base)
        wanted = wanted.order_by(_conversations.c.updated.desc(), _conversations.c.id).limit(limit)
        with self._engine.connect() as connection:
            return [_conversation(row) for row in connection.execute(wanted)]

    def get(self, principal: Principal, conversation: str) -> Conversation:
        """With its turns, oldest first. Raises NotFound."""
        turns = sa.select(_turns).where(_turns.c.conversation == conversation).order_by(_turns.c.number)
        with self._engine.connect() as connection:
            row = _owned(connection, principal, conversation)
            return _conversation(row, tuple(_exchange(turn) for turn in connection.execute(turns)))

    def append(
        self,
        principal: Principal,
        conversation: str,
        question: str,
        answer: Mapping[str, Any],
        *,
        edited: bool = False,
    ) -> int:
        """Add a turn and return its number; the first one names the conversation. Raises NotFound."""
        now = _now()
        row = {"conversation": conversation, "question": question, "edited": edited, "created": now}
        with self._writing.begin() as connection:
            found = _owned(connection, principal, conversation)
            number = _next_number(connection, conversation)
            connection.execute(_turns.insert(), row | {"number": number, "answer": json.dumps(answer)})
            changes = {"updated": now} | ({} if found.title else {"title": shortened(question)})
            connection.execute(_one(conversation).values(**changes))
        return number

    def rename(self, principal: Principal, conversation: str, title: str) -> Conversation:
        """Raises NotFound, and InvalidInput for a title that is empty or longer than 200 characters."""
        clean = " ".join(title.split())
        if not 0 < len(clean) <= MAX_TITLE:
            raise InvalidInput(f"a title has 1 to {MAX_TITLE} characters")
        with self._writing.begin() as connection:
            _owned(connection, principal, conversation)
            connection.execute(_one(conversation).values(title=clean))
        return self.get(principal, conversation)

    def delete(self, principal: Principal, conversation: str) -> None:
        """With all its turns and feedback. Raises NotFound."""
        with self._writing.begin() as connection:
            _owned(connection, principal, conversation)
            connection.execute(_conversations.delete().where(_conversations.c.id == conversation))

    def rate(
        self, principal: Principal, conversation: str, number: int, rating: Rating | None, comment: str = ""
    ) -> None:
        """Note what the reader thought of a turn; None takes it back. Raises NotFound, InvalidInput."""
        if len(comment) > MAX_COMMENT:
            raise InvalidInput(f"a comment has at most {MAX_COMMENT} characters")
        change = (
            _turns.update()
            .where(_turns.c.conversation == conversation, _turns.c.number == number)
            .values(rating=rating, comment=comment if rating else "")
        )
        with self._writing.begin() as connection:
            _owned(connection, principal, conversation)
            if connection.execute(change).rowcount == 0:
                raise NotFound(f"no turn {number} in this conversation")

    def feedback(
        self, principal: Principal, knowledge_base: str | None = None, *, limit: int = 500
    ) -> Sequence[Feedback]:
        """Rated turns of this principal, newest first."""
        joined = sa.select(_turns, _conversations.c.knowledge_base).join(_conversations)
        wanted = joined.where(_of(principal), _turns.c.rating.is_not(None))
        if knowledge_base is not None:
            wanted = wanted.where(_conversations.c.knowledge_base == knowledge_base)
        wanted = wanted.order_by(_turns.c.created.desc(), _turns.c.number.desc()).limit(limit)
        with self._engine.connect() as connection:
            rows = connection.execute(wanted)
            return [Feedback(row.conversation, row.knowledge_base, _exchange(row)) for row in rows]


def shortened(question: str) -> str:
    """A question as a title: one line, cut at a word.

    >>> shortened("Who directed  The Nightmare Before Christmas?")
    'Who directed The Nightmare Before Christmas?'
    """
    line = " ".join(question.split())
    if len(line) <= SHORT_TITLE:
        return line
    cut = line[: SHORT_TITLE - 1]
    return (cut.rsplit(" ", 1)[0] if " " in cut[SHORT_TITLE // 2 :] else cut).rstrip(" ,;:.") + "…"


def _of(principal: Principal) -> sa.ColumnElement[bool]:
    columns = _conversations.c
    return sa.and_(columns.tenant == principal.tenant, columns.user == principal.user)


def _owned(connection: sa.Connection, principal: Principal, conversation: str) -> Any:
    wanted = sa.select(_conversations).where(_of(principal), _conversations.c.id == conversation)
    row = connection.execute(wanted).first()
    if row is None:
        raise NotFound(f"no conversation {conversation!r}")
    return row


def _one(conversation: str) -> sa.Update:
    return _conversations.update().where(_conversations.c.id == conversation)


def _next_number(connection: sa.Connection, conversation: str) -> int:
    last = sa.select(sa.func.max(_turns.c.number)).where(_turns.c.conversation == conversation)
    return (connection.execute(last).scalar() or 0) + 1


def _conversation(row: Any, turns: tuple[Exchange, ...] = ()) -> Conversation:
    return Conversation(row.id, row.knowledge_base, row.title, _time(row.created), _time(row.updated), turns)


def _exchange(row: Any) -> Exchange:
    return Exchange(
        row.number,
        row.question,
        json.loads(row.answer),
        _time(row.created),
        row.edited,
        row.rating,
        row.comment,
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="microseconds")


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)
