"""What the file of a PDF tells: who wrote it and when, what later saves changed, what was covered.

Imported only in limited child processes. Nothing here proves a forgery: forms are filled in, comments made and files
signed after their first save. So odds are modest, except where content was replaced or changed under a signature.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from groundstone.forensics.base import Evidence
from groundstone.forensics.metadata import LATER, sentences
from groundstone.forensics.pdf_covered import of_page
from groundstone.forensics.pdf_file import saves
from groundstone.forensics.pdf_objects import File
from groundstone.forensics.pdf_saves import of_saves
from groundstone.forensics.programs import Program, known

MAX_PAGES = 60  # pages whose objects are looked at
_DATE = re.compile(r"D:(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(?:(\d\d))?)?(?:([+-])(\d\d)'?(\d\d)?)?")
_XMP_DATE = re.compile(rb"xmp:(CreateDate|ModifyDate)(?:=[\"']|>)(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)?)")
_XMP_PRODUCER = re.compile(rb"pdf:Producer(?:=[\"']|>)([^\"'<]{1,200})")
_XMP_MOST = 2**18  # bytes


def of_file(data: bytes) -> tuple[Evidence, ...]:
    """Evidence from a PDF. Raises UnreadableDocument (damaged) and UnsupportedDocument (a password)."""
    file = File(data)
    try:
        facts, count = file.facts(), len(file)
        found = [*_of_writers(facts), *_of_dates(facts, data)]
        for number in range(1, min(count, MAX_PAGES) + 1):
            found += of_page(file.page(number), number)
    finally:
        file.close()
    found += of_saves(data, saves(data))
    if count > MAX_PAGES:
        found.append(Evidence("pdf", f"only the first {MAX_PAGES} pages were searched for covered text"))
    return sentences(found)


def _of_writers(facts: dict[str, str]) -> Iterator[Evidence]:
    named = {program.name.lower(): program for program in map(known, _writers(facts)) if program}
    for program in named.values():
        yield Evidence(
            "metadata", f"the PDF was written by {program.name}{_SAYS.get(program.kind, '')}", _odds(program)
        )


def _writers(facts: dict[str, str]) -> list[str]:
    return [facts.get("Creator", ""), facts.get("Producer", "")]


_SAYS = {
    "editor": ", a program for changing pictures",
    "pdf editor": ", a program for changing PDF files",
    "generator": ", which makes pictures from words",
    "scanner": ", a program for scanning",
    "office": ", an office program",
}


def _odds(program: Program) -> float:
    """An office program or a converter wrote most honest PDF files; a picture editor wrote few."""
    return 0.0 if program.kind in ("office", "converter", "camera", "web", "screen") else program.odds


def _of_dates(facts: dict[str, str], data: bytes) -> Iterator[Evidence]:
    made, changed = (_date(facts.get(key, "")) for key in ("CreationDate", "ModDate"))
    if made and changed and changed < made - timedelta(days=1):
        yield Evidence("metadata", "it says it was changed before it was made", 0.4)
    elif made and changed and (changed - made).total_seconds() > LATER:
        days = f"made on {made:%Y-%m-%d} and changed later, on {changed:%Y-%m-%d}"
        yield Evidence("metadata", f"the PDF was {days}", 0.3)
    yield from _of_both(facts, made, changed, _xmp(data))


def _of_both(facts: dict[str, str], made: datetime | None, changed: datetime | None, xmp: bytes) -> Iterator[Evidence]:
    """PDF keeps such facts twice; programs that change a file often forget one of them."""
    other = {key: _iso(value) for key, value in _XMP_DATE.findall(xmp)[:20]}
    for one, key in ((made, b"CreateDate"), (changed, b"ModifyDate")):
        second = other.get(key)
        if one and second and abs(one - second) > timedelta(days=1):
            yield Evidence("metadata", "the two places where a PDF keeps its dates do not agree", 0.4)
            break
    producer = _XMP_PRODUCER.search(xmp)
    first = facts.get("Producer", "").strip()
    if producer and first and _plain(producer.group(1).decode("utf-8", "replace")) != _plain(first):
        yield Evidence("metadata", "the two places where a PDF names its producer do not agree", 0.3)


def _plain(name: str) -> str:
    return "".join(letter for letter in name.lower() if letter.isalnum())[:40]


def _xmp(data: bytes) -> bytes:
    """The last packet of metadata that stands in the file unpacked."""
    start = data.rfind(b"<x:xmpmeta")
    return data[start : start + _XMP_MOST] if start >= 0 else b""


def _date(text: str) -> datetime | None:
    """A date of a PDF, as in universal time."""
    match = _DATE.match(text)
    if not match:
        return None
    year, month, day, hour, minute, second, sign, hours, minutes = match.groups()
    shift = timedelta(hours=int(hours or 0), minutes=int(minutes or 0)) * (-1 if sign == "+" else 1)
    try:
        local = datetime(int(year), int(month), int(day), int(hour or 0), int(minute or 0), int(second or 0))
        return local + (shift if sign else timedelta())
    except (ValueError, OverflowError):
        return None


def _iso(value: bytes) -> datetime | None:
    try:
        found = datetime.fromisoformat(value.decode())
        return (found - (found.utcoffset() or timedelta())).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
