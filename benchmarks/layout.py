"""How much of generated forms the layout gets right: answers that are exactly a value or a cell, and how sure.

    python -m benchmarks.layout --samples 1000            # what truly stands on the forms
    python -m benchmarks.layout --samples 1000 --engine   # the same with the slips of simulated OCR
    python -m benchmarks.layout --missed booklet          # also shows the answers that were missed, of one layout
    python -m benchmarks.layout --pictures 40             # also looks for check boxes in that many pictures

An answer is "exact" where it is the whole value of a pair or the whole content of a cell, and "labelled" where that
pair or the headers of that cell bear a name of the field that is asked for.
A pair is judged where its value stands on the
answer to a question: it is right when it says just that, under a name of its field. Pairs whose label no field of the
generator bears are "strange": headings, prose and lines of letterheads, some of them rightly labels.
"""

from __future__ import annotations

import argparse
import random
import re
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise

import numpy as np
from benchmarks.forms.sample import Question, Sample, samples
from benchmarks.forms.simulate import simulated
from benchmarks.forms.wording import labels, wording

from groundstone.documents.base import Layout, Mark, Pair, Place, Region, Table
from groundstone.documents.layout import understand
from groundstone.documents.layout.drawn import find_drawn
from groundstone.records import Box

BANDS = (0.0, 0.3, 0.5, 0.7, 0.8, 0.9, 1.01)


@dataclass
class Score:
    """Counts of one group of samples."""

    asked: int = 0
    pairs: int = 0
    cells: int = 0
    labelled: int = 0
    partly: int = 0

    @property
    def exact(self) -> int:
        return self.pairs + self.cells


@dataclass
class Scores:
    """Counts of all samples: by group, by confidence (judged, right), pairs and strange ones, seconds a page."""

    groups: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    bands: dict[float, list[int]] = field(default_factory=lambda: defaultdict(lambda: [0, 0]))
    ways: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    words: list[int] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=510)
    parser.add_argument("--split", choices=("train", "dev", "all"), default="all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--engine", action="store_true", help="with slips as OCR makes them")
    parser.add_argument("--layouts", action="store_true", help="by layout, worst first")
    parser.add_argument("--missed", default="", help="shows what was missed of this layout, or of all")
    parser.add_argument("--pictures", type=int, default=0)
    asked = parser.parse_args()
    scores = Scores()
    for sample in samples(asked.split, asked.seed, asked.samples):
        _measure(sample, scores, asked.engine, asked.missed)
    _report(scores, asked.layouts)
    if asked.pictures:
        _report_marks(_pictured(samples(asked.split, asked.seed, 100 * asked.pictures), asked.pictures))


def _measure(sample: Sample, scores: Scores, engine: bool, missed: str) -> None:
    reading = simulated(sample, random.Random(sample.id)) if engine else sample.truth
    start = time.perf_counter()
    layout = understand(reading)
    scores.seconds.append(time.perf_counter() - start)
    scores.words.append(len(reading.text.split()))
    known = _names(sample.language, sample.family) | _names("en", sample.family)
    scores.ways["pairs"] += len(layout.pairs)
    scores.ways["strange"] += sum(_bare(pair.key.text) not in known for pair in layout.pairs)
    scores.ways["pages"] += 1
    for question in sample.questions:
        if question.answer is None:
            scores.ways["blank"] += 1
            scores.ways["blank filled"] += _filled(layout, question, sample)
            continue
        how = _how(layout, question, sample)
        for group in ("all", f"family {sample.family}", f"level {sample.level}", f"layout {sample.layout}"):
            _count(scores.groups[group], how)
        if missed in ("all", sample.layout) and how not in ("pair labelled", "cell labelled"):
            _show(sample, question, layout, how)
        for pair in layout.pairs:
            if pair.value is not None and _overlap(pair.value.place.box, _box(question.place)) > 0.3:
                _judge(scores, pair, question, sample)


def _how(layout: Layout, question: Question, sample: Sample) -> str:
    """Where the answer stands: "pair" or "cell", "labelled" or not; "partly" or "nowhere"."""
    answer, names = _plain(question.answer or ""), _field_names(question.field, sample.language, sample.family)
    pairs = [pair for pair in layout.pairs if pair.value is not None and _plain(pair.value.text) == answer]
    if pairs:
        return "pair labelled" if any(_bare(pair.key.text) in names for pair in pairs) else "pair"
    cells = [(t, c) for t in layout.tables for c in t.cells if _plain(c.content.text) == answer]
    if cells:
        heads = {_bare(head.text) for table, cell in cells for head in _heads(table, cell.row, cell.column)}
        return "cell labelled" if heads & names or _by_dose(question, heads) else "cell"
    whole = [_plain(region.text) for region in _regions(layout)]
    return "partly" if any(answer in text or (text and text in answer) for text in whole) else "nowhere"


def _count(score: Score, how: str) -> None:
    score.asked += 1
    score.pairs += how.startswith("pair")
    score.cells += how.startswith("cell")
    score.labelled += how.endswith("labelled")
    score.partly += how == "partly"


def _judge(scores: Scores, pair: Pair, question: Question, sample: Sample) -> None:
    right = pair.value is not None and _plain(pair.value.text) == _plain(question.answer or "")
    right = right and _bare(pair.key.text) in _field_names(question.field, sample.language, sample.family)
    band = max(low for low in BANDS if low <= pair.confidence)
    scores.bands[band][0] += 1
    scores.bands[band][1] += right


def _filled(layout: Layout, question: Question, sample: Sample) -> bool:
    """The label of a field that is blank was given a value."""
    names = _field_names(question.field, sample.language, sample.family)
    return any(pair.value is not None and _bare(pair.key.text) in names for pair in layout.pairs)


def _heads(table: Table, row: int, column: int) -> Iterator[Region]:
    for cell in table.cells:
        if cell.is_header and (
            cell.row <= row < cell.row + cell.rows or cell.column <= column < cell.column + cell.columns
        ):
            yield cell.content


def _by_dose(question: Question, heads: set[str]) -> bool:
    """The date of a numbered dose: its row has the number, its column the name of any date of a dose."""
    return question.field.endswith("dose_date") and len(heads) > 0


def _regions(layout: Layout) -> Iterable[Region]:
    yield from (pair.value for pair in layout.pairs if pair.value is not None)
    yield from (cell.content for table in layout.tables for cell in table.cells)


@cache
def _field_names(name: str, language: str, family: str) -> frozenset[str]:
    plain = re.sub("^(first|second|third)_", "", name)
    fields = [one for one in (name, plain, f"last_{plain}") if one in wording()]
    return frozenset(
        _bare(text) for one in fields for tongue in (language, "en") for text in labels(one, tongue, family)
    )


@cache
def _names(language: str, family: str) -> frozenset[str]:
    return frozenset(name for field in wording() for name in _field_names(field, language, family))


def _bare(label: str) -> str:
    """The label without its number, its second language and what is said in brackets."""
    first = re.sub(r"\([^)]*\)", "", label).split(" / ")[0]
    return _plain(re.sub(r"^\s*(\d{1,2}[a-z]?[.)]|\(?\d{1,2}\))\s", "", first))


def _plain(text: str) -> str:
    return "".join(letter for letter in text.casefold() if letter.isalnum() or letter in "#°")


def _overlap(first: Box, second: Box) -> float:
    """The shared part of the smaller one."""
    across = min(first.left + first.width, second.left + second.width) - max(first.left, second.left)
    down = min(first.top + first.height, second.top + second.height) - max(first.top, second.top)
    return max(across, 0) * max(down, 0) / max(min(first.width * first.height, second.width * second.height), 1e-12)


def _box(place: Place | None) -> Box:
    return Box(0, 0, 0, 0, 1) if place is None else place.box


def _show(sample: Sample, question: Question, layout: Layout, how: str) -> None:
    words = set((question.answer or "").split())
    near = [
        (pair.key.text, pair.value.text)
        for pair in layout.pairs
        if pair.value is not None and words & set(pair.value.text.split())
    ]
    print(f"{sample.layout:20s} {sample.id} {how:9s} {question.field}: {question.answer!r} {near[:2]}")


def _report(scores: Scores, layouts: bool) -> None:
    print(f"{'':28s} asked   exact  labelled   pairs   cells  partly")
    groups = [(name, score) for name, score in scores.groups.items() if layouts or not name.startswith("layout")]
    for name, score in sorted(groups, key=lambda one: (one[0].split()[0], one[1].labelled / one[1].asked)):
        shares = (score.exact, score.labelled, score.pairs, score.cells, score.partly)
        print(f"{name:28s} {score.asked:5d}" + "".join(f"{share / score.asked:8.1%}" for share in shares))
    for low, high in pairwise(BANDS):
        judged, right = scores.bands[low]
        if judged:
            print(f"confidence {low:.1f} to {min(high, 1.0):.1f}: {judged:5d} judged, {right / judged:6.1%} right")
    ways, pages = scores.ways, scores.ways["pages"]
    print(f"{ways['pairs'] / pages:.1f} pairs a page, {ways['strange'] / pages:.1f} of them strange;", end=" ")
    print(f"{ways['blank filled']} of {ways['blank']} fields that are not there were given a value")
    seconds = sorted(scores.seconds)
    print(
        f"{1000 * sum(seconds) / pages:.1f} ms a page of {sum(scores.words) // pages} words, "
        f"{1000 * seconds[len(seconds) * 95 // 100]:.1f} ms at most for 95 of 100"
    )


@dataclass
class _Seen:
    """Check boxes that are there, that were found, found by mistake, and found with their tick."""

    there: int = 0
    found: int = 0
    false: int = 0
    told: int = 0
    seconds: list[float] = field(default_factory=list)


def _pictured(made: Iterable[Sample], count: int) -> dict[str, _Seen]:
    """Half of the pictures have check boxes, half have none."""
    found: dict[str, _Seen] = defaultdict(_Seen)
    left = {True: count // 2, False: count - count // 2}
    for sample in made:
        boxed = bool(sample.truth.pages[0].marks)
        if left[boxed] > 0:
            left[boxed] -= 1
            image = np.asarray(sample.picture.convert("RGB"))
            start = time.perf_counter()
            marks, _ = find_drawn(image)
            seen = found[f"level {sample.level}"]
            seen.seconds.append(time.perf_counter() - start)
            _compare(seen, marks, sample.truth.pages[0].marks)
        if not any(left.values()):
            break
    return found


def _compare(seen: _Seen, found: Sequence[Mark], there: Sequence[Mark]) -> None:
    used: set[int] = set()
    for mark in there:
        hit = next((n for n, o in enumerate(found) if _overlap(o.place.box, mark.place.box) > 0.5), None)
        seen.there += 1
        if hit is not None and hit not in used:
            used.add(hit)
            seen.found += 1
            seen.told += found[hit].checked == mark.checked
    seen.false += len(found) - len(used)


def _report_marks(levels: dict[str, _Seen]) -> None:
    for name, seen in sorted(levels.items()):
        print(
            f"{name}: {len(seen.seconds)} pictures, {seen.there} boxes, {seen.found} found, {seen.told} with their "
            f"tick told, {seen.false} by mistake, {1000 * sum(seen.seconds) / len(seen.seconds):.0f} ms a picture"
        )


if __name__ == "__main__":
    main()
