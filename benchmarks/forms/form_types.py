"""Form types as text: the labels that forms of the world print, and what people ask of them; see types/*.txt.

    # hotel registration card | en
    Guest > Surname ; Family name => What is the guest's last name? | family name of the guest
    Arrival ; Check-in => When does the guest arrive? | check-in date
    ! What is the guest's passport number?

A form type begins with its name and the language of its labels. A line with ``=>`` is a field: its labels, then its
questions. A section (``Guest >``) written on one label holds for the later labels of that field. A line with ``!``
has questions that the form does not answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

FOLDER = Path(__file__).parent / "types"


@dataclass(frozen=True)
class TypeField:
    """One field: pairs of section ("" for none) and label, and questions that ask for it."""

    labels: tuple[tuple[str, str], ...]
    questions: tuple[str, ...]


@dataclass(frozen=True)
class FormType:
    """A kind of form; ``absent`` are questions that it does not answer."""

    name: str
    language: str
    fields: tuple[TypeField, ...]
    absent: tuple[str, ...]


@dataclass
class _Draft:
    name: str
    language: str
    line: int
    fields: list[TypeField] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)


def form_types(folder: Path = FOLDER) -> tuple[FormType, ...]:
    """The form types of all text files of a folder, by file name. ValueError: a mistake, with its file and line.

    Two files may have types of one name: two authors thought of the same paper.
    """
    return tuple(made for path in sorted(folder.glob("*.txt")) for made in parsed(path))


def parsed(path: Path) -> tuple[FormType, ...]:
    """The form types of one file. ValueError: a mistake, with the file and the line."""
    made: list[FormType] = []
    for draft in _drafts(path):
        place = f"{path}:{draft.line}"
        if not draft.fields:
            raise ValueError(f"{place}: form type {draft.name!r} has no field: add lines with =>")
        if draft.name in {one.name for one in made}:
            raise ValueError(f"{place}: form type {draft.name!r} stands above already: rename it")
        made.append(FormType(draft.name, draft.language, tuple(draft.fields), tuple(draft.absent)))
    return tuple(made)


def _drafts(path: Path) -> list[_Draft]:
    drafts: list[_Draft] = []
    for number, text in enumerate(path.read_text("utf-8").splitlines(), 1):
        line = text.strip()
        if not line:
            continue
        place = f"{path}:{number}"
        if line.startswith("# "):
            drafts.append(_begun(line, number, place))
        elif not drafts:
            raise ValueError(f"{place}: before the first form type; begin it with # name | language")
        elif line.startswith("!"):
            drafts[-1].absent += [part.strip() for part in line[1:].split("|") if part.strip()]
        elif "=>" in line:
            drafts[-1].fields.append(_field(line, place))
        else:
            raise ValueError(f"{place}: {line[:60]!r} begins with neither # nor ! and has no =>")
    return drafts


def _begun(line: str, number: int, place: str) -> _Draft:
    name, _, language = (part.strip() for part in line[2:].partition("|"))
    if not name or not re.fullmatch("[a-z]{2}", language):
        raise ValueError(f"{place}: {line[:60]!r} is not of the form: # name | language, such as en")
    return _Draft(name, language, number)


def _field(line: str, place: str) -> TypeField:
    left, _, right = line.partition("=>")
    labels = _labels([part.strip() for part in left.split(" ; ") if part.strip()])
    questions = tuple(part.strip() for part in right.split(" | ") if part.strip())
    if not labels or not all(label for _, label in labels):
        raise ValueError(f"{place}: there is no label before => (or none after >)")
    if not questions:
        raise ValueError(f"{place}: there is no question after =>")
    return TypeField(labels, questions)


def _labels(parts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    made: list[tuple[str, str]] = []
    section = ""
    for part in parts:
        before, found, after = part.partition(" > ")
        if found:
            section = before.strip()
        made.append((section, (after if found else part).strip()))
    return tuple(made)
