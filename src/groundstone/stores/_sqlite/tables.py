"""The tables of a collection's database.

Documents and chunks each have a slim table, which filters and joins read, and one with their texts.
A document row lives from version ``born`` until before ``died`` (null: still alive).
"""

from __future__ import annotations

from sqlalchemy import DDL, Column, ForeignKey, Index, Integer, MetaData, Table, Text, event
from sqlalchemy.types import UserDefinedType

FORMAT = 1  # raised when the tables change


class Anything(UserDefinedType[object]):
    """A column that keeps text, integers and floats as they are."""

    cache_ok = True

    def get_col_spec(self, **_: object) -> str:
        return "BLOB"  # in SQLite: no conversion of what is stored


metadata = MetaData()

state = Table(
    "state",
    metadata,
    Column("id", Integer, primary_key=True),  # always 1
    Column("format", Integer, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("settings", Text, nullable=False),
    Column("created", Text, nullable=False),
    Column("head", Integer, nullable=False),  # the newest finished version
    Column("slots", Integer, nullable=False),  # rows of the vector file in use, staged ones included
    Column("published", Integer, nullable=False),  # rows of the vector file that readers may look at
    Column("epoch", Integer, nullable=False),  # number of the vector file; a new one when it is compacted
)

versions = Table(
    "versions",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("created", Text, nullable=False),
    Column("documents", Integer, nullable=False),
    Column("chunks", Integer, nullable=False),
    Column("note", Text, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("id", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Column("restricted", Integer, nullable=False),  # 0: everyone of the tenant may read it
    Column("born", Integer, nullable=False, index=True),
    Column("died", Integer),
    Column("copy_of", Integer),  # the row that a rollback copied
)
Index("documents_died", documents.c.died, sqlite_where=documents.c.died.is_not(None))
Index("documents_alive", documents.c.id, unique=True, sqlite_where=documents.c.died.is_(None))
Index("documents_id", documents.c.id)

contents = Table(
    "contents",
    metadata,
    Column("row", Integer, ForeignKey("documents.row"), primary_key=True),
    Column("title", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("fields", Text, nullable=False),
    Column("parts", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("readers", Text, nullable=False),
)

readers = Table(
    "readers",
    metadata,
    Column("doc", Integer, ForeignKey("documents.row"), primary_key=True),
    Column("name", Text, primary_key=True),
    sqlite_with_rowid=False,
)
Index("readers_name", readers.c.name)

field_names = Table(
    "field_names",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
)

field_values = Table(
    "field_values",
    metadata,
    Column("doc", Integer, ForeignKey("documents.row"), primary_key=True),
    Column("field", Integer, ForeignKey("field_names.id"), primary_key=True),
    Column("position", Integer, primary_key=True),  # in a list
    Column("kind", Integer, nullable=False),
    Column("value", Anything, nullable=False),  # folded text, number, day number
    Column("original", Text),  # text before folding, null when the same
    sqlite_with_rowid=False,
)
Index("field_values_value", field_values.c.field, field_values.c.kind, field_values.c.value)

chunks = Table(
    "chunks",
    metadata,
    Column("row", Integer, primary_key=True),
    Column("id", Text, nullable=False, index=True),
    Column("doc", Integer, ForeignKey("documents.row"), nullable=False, index=True),
    Column("slot", Integer, nullable=False, index=True),  # row of the vector file
    Column("start", Integer, nullable=False),
    Column("stop", Integer, nullable=False),
    Column("page", Integer),
)

chunk_contents = Table(
    "chunk_contents",
    metadata,
    Column("row", Integer, ForeignKey("chunks.row"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("embedded", Text, nullable=False),
    Column("heading", Text),
    Column("parent", Text),
)

segments = Table(
    "segments",
    metadata,
    Column("first", Integer, primary_key=True),  # rows [first, first + count) of the vector file
    Column("count", Integer, nullable=False),
    Column("crc", Integer, nullable=False),
)

# Holds exactly the chunks that are alive in the newest version, so that BM25 counts nothing else.
words = Table(
    "words",
    MetaData(),  # a virtual table: created below, not by SQLAlchemy
    Column("rowid", Integer, primary_key=True),
    Column("embedded", Text),
    Column("words", Text),  # FTS5 matches against a column of the table's own name
    Column("rank", Integer),
)
WORDS_DDL = DDL(  # type: ignore[no-untyped-call]
    "CREATE VIRTUAL TABLE words USING fts5("
    "embedded, content='chunk_contents', content_rowid='row', "
    "tokenize='porter unicode61 remove_diacritics 2')"
)
event.listen(metadata, "after_create", WORDS_DDL)
