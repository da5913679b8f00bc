"""A domain model as tables: SQL for a database of your choice, written by SQLAlchemy's compiler."""

from __future__ import annotations

import importlib
import re
from typing import TYPE_CHECKING, Any

from groundstone.builder.domain import Association, Attribute, DomainModel, Entity
from groundstone.errors import InvalidInput

if TYPE_CHECKING:
    import sqlalchemy as sa

DIALECTS = ("postgresql", "sqlite", "mysql", "mssql", "oracle")
TEXT_LENGTH = 200  # MySQL and others need one for columns with an index


def ddl(model: DomainModel, dialect: str = "postgresql") -> str:
    """CREATE TABLE statements in an order that works. Raises InvalidInput for an unknown dialect.

    Each entity gets a whole number ``id`` as its key. "one-to-many" is a foreign key at the many, "one-to-one" the
    same with a unique constraint, "many-to-many" a table of its own. Enumerations become CHECK constraints.
    """
    from sqlalchemy.schema import AddConstraint, CreateTable

    if dialect not in DIALECTS:
        raise InvalidInput(f"no dialect {dialect!r}; there are: {', '.join(DIALECTS)}")
    chosen = importlib.import_module(f"sqlalchemy.dialects.{dialect}").dialect()
    made = metadata(model)
    # SQLite cannot add keys later, but lets a key name a table that comes later.
    tables = list(made.tables.values()) if dialect == "sqlite" else made.sorted_tables
    statements: list[Any] = [CreateTable(table) for table in tables]
    if dialect == "sqlite":
        statements = [
            CreateTable(table, include_foreign_key_constraints=list(table.foreign_key_constraints)) for table in tables
        ]
    else:
        keys = [key for table in tables for key in table.foreign_key_constraints if key.use_alter]
        statements += [AddConstraint(key) for key in keys]
    return "\n".join(str(statement.compile(dialect=chosen)).strip() + ";\n" for statement in statements)


def metadata(model: DomainModel) -> sa.MetaData:
    """The tables as SQLAlchemy knows them. Foreign keys that form a circle may be empty."""
    import sqlalchemy as sa

    made = sa.MetaData()
    values = {one.name: one.values for one in model.enumerations}
    tables = {entity.name: _table(entity, values, made) for entity in model.entities}
    for one in model.associations:
        if one.kind == "many-to-many":
            _join_table(one, tables, made)
        else:
            _foreign_key(one, tables)
    return made


def snake(name: str) -> str:
    """``orderLine`` and ``OrderLine`` become ``order_line``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def _table(entity: Entity, values: dict[str, tuple[str, ...]], made: sa.MetaData) -> sa.Table:
    import sqlalchemy as sa

    columns: list[Any] = [sa.Column("id", sa.Integer, primary_key=True)]
    taken = {"id"}
    for attribute in entity.attributes:
        name = snake(attribute.name)
        if name in taken:
            name = f"{snake(entity.name)}_{name}"
        while name in taken:
            name += "_2"
        taken.add(name)
        columns.append(_column(snake(entity.name), name, attribute, values))
    return sa.Table(snake(entity.name), made, *columns)


def _column(table: str, name: str, attribute: Attribute, values: dict[str, tuple[str, ...]]) -> sa.Column[Any]:
    import sqlalchemy as sa

    kinds: dict[str, Any] = {
        "text": sa.String(TEXT_LENGTH),
        "integer": sa.Integer(),
        "decimal": sa.Numeric(18, 4),
        "boolean": sa.Boolean(),
        "date": sa.Date(),
        "datetime": sa.DateTime(),
        "binary": sa.LargeBinary(),
    }
    kind = kinds.get(attribute.type)
    if kind is None:
        wanted, label = values[attribute.enumeration], f"{table}_{name}"
        kind = sa.Enum(*wanted, name=label, native_enum=False, create_constraint=True)
    return sa.Column(name, kind, nullable=not attribute.required, unique=attribute.unique or None)


def _foreign_key(one: Association, tables: dict[str, sa.Table]) -> None:
    import sqlalchemy as sa

    source, target = tables[one.source], tables[one.target]
    name = f"{source.name}_id"
    if one.source == one.target or name in target.columns:
        name = f"{snake(one.name)}_{name}"
    while name in target.columns:
        name += "_2"
    circle = source is not target and _depends(source, target)
    label = f"{target.name}_{name}_key" if circle else None  # a key that is added later needs a name
    key = sa.ForeignKey(source.columns["id"], use_alter=circle, name=label)
    nullable = circle or one.source == one.target or not one.required
    target.append_column(sa.Column(name, sa.Integer, key, nullable=nullable, unique=one.kind == "one-to-one" or None))


def _depends(table: sa.Table, on: sa.Table) -> bool:
    """Whether the table refers to the other, directly or through others."""
    seen, waiting = set(), [table]
    while waiting:
        current = waiting.pop()
        if current is on:
            return True
        if current.name not in seen:
            seen.add(current.name)
            waiting += [key.column.table for key in current.foreign_keys if key.column.table is not current]
    return False


def _join_table(one: Association, tables: dict[str, sa.Table], made: sa.MetaData) -> None:
    import sqlalchemy as sa

    source, target = tables[one.source], tables[one.target]
    ends = (f"{source.name}_id", f"{target.name}_id" if source is not target else f"other_{target.name}_id")
    name = f"{source.name}_{target.name}"
    if name in made.tables:
        name = f"{name}_{snake(one.name)}"
    while name in made.tables:
        name += "_2"
    sa.Table(
        name,
        made,
        sa.Column(ends[0], sa.Integer, sa.ForeignKey(source.columns["id"]), primary_key=True),
        sa.Column(ends[1], sa.Integer, sa.ForeignKey(target.columns["id"]), primary_key=True),
    )
