"""A record as a document: its canonical text, the spans of its fields, and what is embedded of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from groundstone.records import Document, Scalar, Span, Value
from groundstone.schema import FieldSpec, Schema


def record_document(document_id: str, record: Mapping[str, Any], schema: Schema, source: str = "") -> Document:
    """One record as a document. Raises InvalidInput when a value does not fit its field.

    The text has a line ``Heading: value, value`` for each field that is ``in_text``, in the order of the
    schema, then a blank line and the body field. ``parts`` are the spans of the values without headings.
    """
    fields = coerced(record, schema)
    text, parts = _rendered(fields, schema)
    title = str(fields.get(schema.title_field or "") or document_id)
    return Document(document_id, title, text, fields, parts, source)


def coerced(record: Mapping[str, Any], schema: Schema) -> dict[str, Value]:
    """The fields that have a value, in the types and the order of the schema."""
    typed = ((spec.name, spec.coerce(record.get(spec.name))) for spec in schema.fields)
    return {name: value for name, value in typed if value is not None and value != ""}


def embedded_text(document: Document, schema: Schema) -> str:
    """What search sees of a record: title, body, then ``Heading: values`` of the other embedded fields.

    The title and the body come first because embedding models weigh, and may cut, what comes last.
    """
    first = [name for name in (schema.title_field, schema.body_field) if name]
    lead = [render(document.fields[name], spec) for name in first if (spec := _embedded(name, document, schema))]
    shown = set(lead)
    sentences = [_sentence(text) for text in lead]
    for spec in schema.fields:
        if spec.name not in first and _embedded(spec.name, document, schema):
            value = render(document.fields[spec.name], spec)
            if value not in shown:  # an original title that equals the title says nothing new
                sentences.append(_sentence(f"{spec.heading}: {value}"))
    return " ".join(sentences) or document.title


def render(value: Value, spec: FieldSpec | None = None) -> str:
    """A field's value as people read it: "Drama, Crime", "142 min", "yes"."""
    if isinstance(value, tuple):
        return ", ".join(render(item, spec) for item in value)
    text = _plain(value)
    return f"{text} {spec.unit}" if spec and spec.unit else text


def _plain(value: Scalar) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _rendered(fields: Mapping[str, Value], schema: Schema) -> tuple[str, tuple[Span, ...]]:
    text, parts = "", []
    for spec in schema.fields:
        if spec.in_text and spec.name in fields and spec.name != schema.body_field:
            text += f"{spec.heading}: "
            value = " ".join(render(fields[spec.name], spec).split())
            parts.append(Span(len(text), len(text) + len(value), spec.name, label=spec.heading))
            text += value + "\n"
    body = schema.get(schema.body_field or "")
    if body and body.in_text and body.name in fields:
        text += "\n" if text else ""
        prose = render(fields[body.name], body).replace("\r\n", "\n")
        parts.append(Span(len(text), len(text) + len(prose), body.name, label=body.heading))
        text += prose
    return text.removesuffix("\n"), tuple(parts)


def _embedded(name: str, document: Document, schema: Schema) -> FieldSpec | None:
    spec = schema.get(name)
    return spec if spec and spec.embedded and name in document.fields else None


def _sentence(text: str) -> str:
    text = " ".join(text.split())
    return text if text.endswith((".", "!", "?", "…")) else text + "."
