"""Samples of form types (types/*.txt) in arrangements that chance decides: hundreds of kinds of paper with many looks.

    python -m benchmarks.forms.typed_forms sheet.png --folder benchmarks/forms/types   # some of them side by side

``type_samples`` gives them as benchmarks/forms/sample.py gives those of the generator. Values follow the nearest known
fields; they are nearer where GROUNDSTONE_HOME names a platform's home with the embedding model.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from benchmarks.forms.damage import LEVELS, Damage, plan
from benchmarks.forms.form import Form
from benchmarks.forms.form_types import FOLDER, FormType, TypeField, form_types
from benchmarks.forms.sample import Question, Sample
from benchmarks.forms.sheet import Sheet
from benchmarks.forms.typed_bank import FreshWorld, Nearest, engine
from benchmarks.forms.typed_kinds import asked_kinds, kind_of
from benchmarks.forms.typed_page import Entry, drawn_page
from benchmarks.forms.typed_values import Values

from groundstone.documents.values import looks_like

if TYPE_CHECKING:
    from groundstone.models.base import Embed

SIZES = (  # width, height, scale of letters, how often
    (1240, 1754, 1.0, 10), (1275, 1650, 1.0, 4), (1240, 900, 1.0, 4), (1000, 640, 1.25, 3), (1600, 1130, 0.8, 3),
    (760, 1400, 1.5, 2), (900, 1270, 1.15, 3), (1754, 1240, 0.8, 1),
)  # fmt: skip
BLANK = 0.1  # of fields
MISSING = 0.18  # of questions
TRIES = 6  # to draw a page on which nothing overlaps
DASHES = ("", "", "", "", "__________", "..............", "_____")


def type_samples(
    seed: int,
    count: int,
    levels: Sequence[int] = LEVELS,
    folder: Path = FOLDER,
    embed: Embed | None = None,
) -> Iterator[Sample]:
    """``count`` samples of the form types of a folder, which take turns in an order of chance; same seed, same samples.

    ``embed``: for values that suit; by default the engine of the home that GROUNDSTONE_HOME names, if it has one.
    Raises ValueError for a mistake in a file.
    """
    kinds = form_types(folder)
    values = _values(embed or engine())
    order = list(range(len(kinds)))
    for n in range(count if kinds else 0):
        if n % len(kinds) == 0:
            random.Random(f"types {seed} {n}").shuffle(order)
        yield type_sample(kinds[order[n % len(kinds)]], f"{seed}-{n}", values, levels)


_MADE: list[tuple[Embed | None, Values]] = []


def _values(embed: Embed | None) -> Values:
    """One for each engine in a process, for what it found is worth keeping."""
    made = next((values for known, values in _MADE if known is embed), None)
    if made is None:
        made = Values(Nearest(embed))
        _MADE.append((embed, made))
    return made


def type_sample(kind: FormType, seed: str, values: Values, levels: Sequence[int] = LEVELS) -> Sample:
    """A form type drawn with a seed, damaged and asked. The page is drawn again where letters overlap."""
    for attempt in range(TRIES):
        rng = random.Random(f"type {kind.name} {seed} {attempt}")
        form, entries = _filled(rng, kind, values, attempt)
        loose = drawn_page(form, kind, entries)
        _finish(form)
        if sound(form.sheet):
            break
    damage = plan(rng, rng.choice(list(levels)), form.sheet.width, form.sheet.height)
    asked = _questions(form, kind, entries, damage, loose)
    name = f"type-{kind.name}-{seed}"
    return Sample(name, kind.name, "form", kind.language, damage.level, "train", asked, form.sheet, damage)


def _filled(rng: random.Random, kind: FormType, values: Values, attempt: int) -> tuple[Form, list[Entry]]:
    """An empty form, and the fields to be drawn on it with their values."""
    width, height, scale, _ = rng.choices(SIZES, [size[3] for size in SIZES])[0]
    world = FreshWorld(rng, kind.language)
    family = rng.choice(("application", "form", "form"))  # applications may be written by hand
    form = Form(rng, family, world.language, width, height, scale=scale * (0.92 if attempt > 2 else 1.0))
    form.world, form.numbered = world, rng.random() < 0.07
    chosen = _chosen(rng, kind)
    dash = rng.choice(DASHES)
    entries = []
    fields = [kind.fields[n] for n in chosen]
    labels = _labels(rng, fields)
    made = values.of(world, kind, fields, [label for _, label in labels])
    for n, (section, label), valued in zip(chosen, labels, made, strict=True):
        blank = rng.random() < BLANK
        entries.append(Entry(str(n), section, label, valued, blank, value=dash if blank else valued.text))
    if any(entry.label[0].isdigit() for entry in entries):
        form.numbered = False
    return form, entries


def _chosen(rng: random.Random, kind: FormType) -> list[int]:
    """Which fields are drawn, in the file's order or in another; fields of sections rather together."""
    everything = list(range(len(kind.fields)))
    count = min(len(everything), round(rng.triangular(4, 14, 11)))
    sectioned = [n for n in everything if any(section for section, _ in kind.fields[n].labels)]
    kept = rng.sample(everything, count)
    if len(sectioned) > 3 and rng.random() < 0.5:
        kept = rng.sample(sectioned, min(len(sectioned), count))
        others = [n for n in everything if n not in sectioned]
        kept += rng.sample(others, min(len(others), count - len(kept)))
    return sorted(kept) if rng.random() < 0.7 else kept


def _labels(rng: random.Random, fields: Sequence[TypeField]) -> list[tuple[str, str]]:
    """One variant for each field; mostly those of sections that other fields have, and at times all of one place."""
    leader = rng.randrange(3) if rng.random() < 0.55 else None
    sections: set[str] = set()
    made = []
    for field in fields:
        variants = list(field.labels)
        known = [pair for pair in variants if pair[0] in sections]
        if known and rng.random() < 0.8:
            variants = known
        pair = variants[min(leader, len(variants) - 1)] if leader is not None else rng.choice(variants)
        if pair[0]:
            sections.add(pair[0])
        made.append((pair[0], pair[1].rstrip(" :")))
    return made


def _finish(form: Form) -> None:
    """The foot is cut away, or at times left empty."""
    lowest = max([form.y, *(word.rect[3] for word in form.sheet.words)])
    if lowest > form.sheet.height - form.unit or form.rng.random() < 0.85:
        form.crop()


def sound(sheet: Sheet) -> bool:
    """Whether all words stand on the sheet and none upon another."""
    rects = np.array([word.rect for word in sheet.words])
    if rects[:, :2].min() < 0 or rects[:, 2].max() > sheet.width or rects[:, 3].max() > sheet.height:
        return False
    low = np.maximum(rects[:, None, :2], rects[None, :, :2])
    high = np.minimum(rects[:, None, 2:], rects[None, :, 2:])
    shared = np.clip(high - low, 0, None).prod(2)
    areas = (rects[:, 2:] - rects[:, :2]).prod(1)
    np.fill_diagonal(shared, 0)
    return bool((shared <= 0.08 * np.minimum(areas[:, None], areas[None, :])).all())


# questions


def _questions(
    form: Form, kind: FormType, entries: Sequence[Entry], damage: Damage, loose: set[str]
) -> tuple[Question, ...]:
    """Five to twelve questions; about one in six asks for what is not there."""
    rng = form.rng
    plain = [entry for entry in entries if not entry.blank and _clear(entry, kind, entries)]
    rng.shuffle(plain)
    made = []
    for entry in plain[: rng.randint(5, 12)]:
        answer, rect = form.answers[entry.key]
        text = _typed(rng, rng.choice(kind.fields[int(entry.key)].questions))
        made.append(Question(text, f"{kind.name}/{entry.key}", looks_like(answer)[0], answer, damage.place(rect)))
    vain = _vain(rng, kind, entries, loose)
    share = len(made) * MISSING / (1 - MISSING)
    count = int(share) + (rng.random() < share % 1)
    for field, text in vain[:count]:
        made.append(Question(_typed(rng, text), field, "text", None, None))
    rng.shuffle(made)
    return tuple(made)


def _typed(rng: random.Random, text: str) -> str:
    """People leave out the question mark or the capitals now and then."""
    if rng.random() < 0.08:
        text = text.rstrip("? ").lstrip("¿")
    return text.lower() if rng.random() < 0.06 else text


def _clear(entry: Entry, kind: FormType, entries: Sequence[Entry]) -> bool:
    """Whether what is printed tells the field from all others: its section with it, or a label of its own."""
    if entry.shown:
        alike = [one for one in entries if (one.section, one.label.lower()) == (entry.section, entry.label.lower())]
        return len(alike) == 1
    others = [field for n, field in enumerate(kind.fields) if str(n) != entry.key]
    return not any(entry.label.lower() == label.lower() for field in others for _, label in field.labels)


def _vain(rng: random.Random, kind: FormType, entries: Sequence[Entry], loose: set[str]) -> list[tuple[str, str]]:
    """Questions without an answer, with what they ask for: absent ones, of fields not drawn, of blank fields."""
    drawn = {int(entry.key) for entry in entries}
    taken = {label.lower() for n in drawn for _, label in kind.fields[n].labels}
    made = [[("-", text) for text in kind.absent if not set(asked_kinds([text])) & loose and not _told(text, loose)]]
    made.append([])
    for n, field in enumerate(kind.fields):
        if n in drawn or taken & {label.lower() for _, label in field.labels} or kind_of(field) in loose:
            continue
        made[1].append((f"{kind.name}/{n}", rng.choice(field.questions)))
    blank = [entry for entry in entries if entry.blank and _clear(entry, kind, entries)]
    made.append([(f"{kind.name}/{one.key}", rng.choice(kind.fields[int(one.key)].questions)) for one in blank])
    for some in made:
        rng.shuffle(some)
    mixed = []
    while any(made):
        mixed.append(rng.choice([some for some in made if some]).pop())
    return mixed


TOLD = {
    "signature": re.compile(r"\bsign|unters|firma|podpis|assina|handteken|underskr", re.I),
    "issued": re.compile(
        r"issue|print|written|draw|ausgestellt|erstellt|établi|expedid|emess|afgegeven|wystaw|date of the", re.I
    ),
}


def _told(text: str, loose: set[str]) -> bool:
    """Whether something beside the fields may answer a question."""
    return any(what in loose and words.search(text) for what, words in TOLD.items())


def main(words: Sequence[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("out", type=Path, help="a picture file to write")
    options.add_argument("--folder", type=Path, default=FOLDER)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--count", type=int, default=12)
    options.add_argument("--levels", default="0")
    given = options.parse_args(words)
    from benchmarks.forms.contact_sheet import contact_sheet  # only needed here

    shown = list(type_samples(given.seed, given.count, [int(level) for level in given.levels.split(",")], given.folder))
    contact_sheet(shown, 620, 4).save(given.out)
    for sample in shown:
        print(f"{sample.id} {sample.language} level {sample.level}")
        for question in sample.questions:
            print(f"   {question.text}  [{question.field}] -> {question.answer}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
