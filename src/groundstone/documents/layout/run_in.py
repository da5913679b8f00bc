"""Labels that run into their values without a colon or a gap: "4. Sex M", "DOB 09.05.55", "(E) W7SZH38".

One line alone may be a name of many words; a column of lines of which most read so tells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from groundstone.documents.layout import labels
from groundstone.documents.layout.segments import Segment

SAME = 0.4  # text heights between the left edges of one column
LEAST, SHARE = 3, 0.6  # lines of a column that read so, and their share
LABEL = 0.6  # the likeness from which the rest of a line is no value
CODE = re.compile(r"^(?:\(?\d{1,2}[a-z]?[.)]+|\(?[A-Z](?:\.\d){0,2}[.)]+|\d{1,2}[a-d]|[A-Z](?:\.\d){1,2})$")


def run_ins(segments: Sequence[Segment]) -> dict[int, int]:
    """By the id of a segment: how many of its first words are its label."""
    found: dict[int, int] = {}
    for column in _columns(segments):
        cuts = {id(segment): cut for segment in column if (cut := _cut(segment)) is not None}
        if len(cuts) >= max(LEAST, SHARE * len(column)):
            found |= cuts
    return found


def _columns(segments: Sequence[Segment]) -> list[list[Segment]]:
    """Segments without colons that start at the same place."""
    columns: list[list[Segment]] = []
    plain = [one for one in segments if not any(labels.ends_label(word.text) for word in one.words)]
    for segment in sorted(plain, key=lambda one: one.rect.left):
        if columns and segment.rect.left - columns[-1][0].rect.left < SAME:
            columns[-1].append(segment)
        else:
            columns.append([segment])
    return columns


def _cut(segment: Segment) -> int | None:
    """Behind a code, or behind words that name a field, or both; None where nothing that may be a value follows."""
    words = [word.text for word in segment.words]
    first = 1 if CODE.match(words[0]) else 0
    end = first
    if len(words) > first + 2 and not labels.names_field(words[first]) and labels.names_field(words[first + 1]):
        end += 1  # "Traveller name"
    while end < len(words) and (labels.names_field(words[end]) or labels.folded(words[end]) in labels.SMALL):
        end += 1
    while end > first and labels.folded(words[end - 1]) in labels.SMALL - labels.OPEN:
        end -= 1
    while first < end < len(words) and labels.is_format(words[end]):
        end += 1
    if not 0 < end < len(words) or end - first > labels.SHORT:
        return None
    rest = " ".join(words[end:])
    is_value = rest[0].isdigit() or rest[0].isupper()
    return end if is_value and labels.likeness(rest) < LABEL else None
