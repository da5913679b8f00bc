"""How many questions to unseen forms and receipts are answered exactly right, and what the confidence is worth.

    python benchmarks/documents.py                       # forms drawn by Chromium, six conditions each
    python benchmarks/documents.py --set seen            # the layouts that were looked at while answering was made
    python benchmarks/documents.py --receipts FOLDER     # img/*.jpg and key/*.json with company, date and total

The layouts lie in benchmarks/judgement; nothing is trained or tuned on those of the unseen set. "exact" compares text
but for case, blanks, punctuation at the ends and the kind of dash or apostrophe, and with --receipts also takes the
same day or amount in other words; "as printed" takes neither missing blanks nor other words. A false answer is one to a
question that the page does not answer. In brackets stand 95 % intervals by the percentile bootstrap over layouts (over
receipts with --receipts): the sheets of one layout and the pictures of one sheet err alike, so they are drawn together.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import time
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from tempfile import gettempdir

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks import reliability

from groundstone import Platform
from groundstone.documents.base import Finding, Query, Reading, reading_json, reading_of
from groundstone.documents.values import same

CACHE = Path(gettempdir()) / "groundstone-judgement"
DRAWS = 2000
ALIKE = {**dict.fromkeys(map(ord, "‐‑‒–—−"), "-"), **dict.fromkeys(map(ord, "’‘`´"), "'")}
ENDS = ".,;:!|*'\"“”()_ \t\n\N{NO-BREAK SPACE}"
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.01)
RECEIPTS = {
    "company": "Which company issued the receipt?",
    "date": "What is the date of the receipt?",
    "total": "What is the total?",
}


@dataclass(frozen=True, slots=True)
class Asked:
    """``layout`` is what is drawn together in the bootstrap: a layout, or a receipt."""

    group: str
    layout: str
    condition: str
    sheet: str
    question: str
    truth: str | None
    said: str | None
    confidence: float

    meant: bool = False  # the same amount or day in other words, which --receipts takes as right

    @property
    def right(self) -> bool:
        return self.meant or exact(self.said) == exact(self.truth)

    @property
    def printed(self) -> bool:
        return _spaced(self.said) == _spaced(self.truth)


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``count``, with the 95 % interval of their share."""

    hits: int
    count: int
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.hits / self.count:6.1%} [{self.low:4.0%},{self.high:5.0%}]" if self.count else f"{'-':>19}"

    def plain(self) -> dict[str, float | None]:
        share = self.hits / self.count if self.count else None
        return {"hits": self.hits, "count": self.count, "share": share, "low": self.low, "high": self.high}


@dataclass(frozen=True, slots=True)
class Row:
    exact: Share
    printed: Share
    false: Share


@dataclass(frozen=True, slots=True)
class Bin:
    low: float
    high: float
    right: Share
    confidence: float


def exact(text: str | None) -> str | None:
    """Two answers are the same if these are."""
    return None if text is None else "".join((_spaced(text) or "").split())


def _spaced(text: str | None) -> str | None:
    """Without case and punctuation at the ends; a minus before a figure is none."""
    if text is None:
        return None
    bare = unicodedata.normalize("NFC", text).translate(ALIKE).casefold().strip(ENDS).rstrip(ENDS + "-")
    after = bare.lstrip(ENDS + "-")
    minus = "-" if bare.startswith("-") and after[:1].isdigit() else ""
    return " ".join(f"{minus}{after}".split())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=("seen", "unseen"), default="unseen", dest="kind", help="of layouts")
    parser.add_argument("--count", type=int, default=2, help="sheets of every layout under every condition")
    parser.add_argument("--seed", default="judgement")
    parser.add_argument("--receipts", type=Path, help="a folder of scanned receipts instead")
    parser.add_argument("--layout", action="append", default=[], help="only this layout; can be repeated")
    parser.add_argument("--wrong", action="store_true", help="list what went wrong")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--curve", type=Path, help="draw the reliability curve into this SVG file")
    parser.add_argument("--fresh", action="store_true", help="read again what was read before")
    chosen = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    with Platform() as platform:
        asked = list(_receipts(platform, chosen) if chosen.receipts else _forms(platform, chosen))
    rows = {name: _row(members) for name, members in sorted(_groups(asked).items())}
    bins = list(_bins([one for one in asked if one.said is not None]))
    _report(rows, bins)
    if chosen.json:
        chosen.json.write_text(json.dumps(_plain(rows, bins), indent=1), encoding="utf-8")
    if chosen.curve:
        chosen.curve.write_text(reliability.curve(bins), encoding="utf-8")
    if chosen.wrong:
        for one in asked:
            if not one.right:
                said = f"{one.said!r} ({one.confidence:.2f})"
                print(f"{one.sheet} {one.condition}: {one.question} -> {said}, is {one.truth!r}")


def _forms(platform: Platform, chosen: argparse.Namespace) -> Iterator[Asked]:
    from benchmarks.judgement.camera import CONDITIONS, taken
    from benchmarks.judgement.sheets import sheets

    for number, sheet in enumerate(sheets(chosen.kind, chosen.count, chosen.seed, chosen.layout)):
        for condition in CONDITIONS:
            reading = _read(platform, taken(sheet.picture, condition, number), chosen.fresh)
            findings = platform.documents.ask(reading, [Query(text) for text, _ in sheet.questions])
            for (text, truth), found in zip(sheet.questions, findings, strict=True):
                yield _asked((sheet.family, sheet.layout, condition, sheet.name), text, truth, found)
        print(f"\r{number + 1} sheets", end="", file=sys.stderr)


def _receipts(platform: Platform, chosen: argparse.Namespace) -> Iterator[Asked]:
    for number, path in enumerate(sorted((chosen.receipts / "img").glob("*.jpg"))):
        truths = json.loads((chosen.receipts / "key" / f"{path.stem}.json").read_text(encoding="utf-8"))
        reading = _read(platform, path.read_bytes(), chosen.fresh)
        findings = platform.documents.ask(reading, [Query(text) for text in RECEIPTS.values()])
        for (field, text), found in zip(RECEIPTS.items(), findings, strict=True):
            one = _asked((field, path.stem, "scan", path.stem), text, truths[field], found)
            kind = {"date": "date", "total": "money"}.get(field)
            if kind and one.said and same(kind, one.said, one.truth or ""):  # RM 9.00 for 9.00
                one = replace(one, meant=True)
            yield one
        print(f"\r{number + 1} receipts", end="", file=sys.stderr)


def _asked(place: tuple[str, str, str, str], text: str, truth: str | None, found: Finding) -> Asked:
    """``place``: group, layout, condition and sheet."""
    return Asked(*place, text, truth, found.answer.text if found.answer else None, found.confidence)


def _read(platform: Platform, data: bytes, fresh: bool) -> Reading:
    kept = CACHE / f"{hashlib.sha256(data).hexdigest()}.json"
    if kept.is_file() and not fresh:
        return reading_of(json.loads(kept.read_text(encoding="utf-8")))
    reading = platform.documents.read(data)
    kept.write_text(json.dumps(reading_json(reading)), encoding="utf-8")
    return reading


def _groups(asked: Iterable[Asked]) -> dict[str, list[Asked]]:
    groups: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        groups[f"{one.group}, {one.condition}"].append(one)
        if one.condition not in ("clean", "scan"):
            groups[f"{one.group}, all photographs"].append(one)
            groups["everything, all photographs"].append(one)
        elif one.condition == "clean":
            groups["everything, clean"].append(one)
        groups["everything"].append(one)
    return groups


def _row(members: list[Asked]) -> Row:
    there, absent = [one for one in members if one.truth is not None], [one for one in members if one.truth is None]
    return Row(
        _share(there, lambda one: one.right),
        _share(there, lambda one: one.printed),
        _share(absent, lambda one: one.said is not None),
    )


def _bins(answers: list[Asked]) -> Iterator[Bin]:
    for low, high in pairwise(BINS):
        inside = [one for one in answers if low <= one.confidence < high]
        if inside:
            mean = sum(one.confidence for one in inside) / len(inside)
            yield Bin(low, min(high, 1.0), _share(inside, lambda one: one.right), mean)


def _share(members: list[Asked], hit: Callable[[Asked], bool]) -> Share:
    """With the 2.5th and the 97.5th percentile of the share in ``DRAWS`` samples of the layouts with replacement."""
    tally: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for one in members:
        tally[one.layout][0] += hit(one)
        tally[one.layout][1] += 1
    layouts, dice, shares = list(tally.values()), random.Random(0), []
    if not layouts:
        return Share(0, 0, 0.0, 0.0)
    for _ in range(DRAWS):
        drawn = dice.choices(layouts, k=len(layouts))
        shares.append(sum(hits for hits, _ in drawn) / sum(count for _, count in drawn))
    shares.sort()
    hits = sum(hits for hits, _ in layouts)
    return Share(hits, len(members), shares[int(DRAWS * 0.025)], shares[int(DRAWS * 0.975)])


def _report(rows: dict[str, Row], bins: list[Bin]) -> None:
    print(f"\n{'':28} {'fields':>7} {'exact':>19} {'as printed':>19} {'absent':>7} {'false answers':>19}")
    for name, row in rows.items():
        print(
            f"{name:28} {row.exact.count:7} {row.exact!s:>19} {row.printed!s:>19} {row.false.count:7} {row.false!s:>19}"
        )
    print("\nconfidence of answers   answers               right   mean confidence")
    for one in bins:
        print(f"{one.low:.2f} to {one.high:.2f}{'':10} {one.right.count:7} {one.right!s:>19} {one.confidence:17.1%}")


def _plain(rows: dict[str, Row], bins: list[Bin]) -> dict[str, object]:
    return {
        "rows": {
            name: {"exact": row.exact.plain(), "as printed": row.printed.plain(), "false answers": row.false.plain()}
            for name, row in rows.items()
        },
        "reliability": [
            {"from": one.low, "to": one.high, "right": one.right.plain(), "mean confidence": one.confidence}
            for one in bins
        ],
    }


if __name__ == "__main__":
    began = time.perf_counter()
    main()
    print(f"\n{time.perf_counter() - began:.0f} s")
