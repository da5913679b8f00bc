"""How many questions to unseen forms and receipts are answered exactly right, and what the confidence is worth.

    python benchmarks/documents.py                       # forms drawn by Chromium, six conditions each
    python benchmarks/documents.py --receipts FOLDER     # img/*.jpg and key/*.json with company, date and total

The layouts lie in benchmarks/judgement; nothing is trained or tuned on them. "exact" compares text but for case, blanks
and punctuation at the ends. A false answer is one to a question that the page does not answer.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir

sys.path.insert(0, str(Path(__file__).parents[1]))

from groundstone import Platform
from groundstone.documents.base import Finding, Query, Reading, reading_json, reading_of
from groundstone.documents.values import same

CACHE = Path(gettempdir()) / "groundstone-judgement"
RECEIPTS = {
    "company": "Which company issued the receipt?",
    "date": "What is the date of the receipt?",
    "total": "What is the total?",
}


@dataclass(frozen=True, slots=True)
class Asked:
    group: str
    condition: str
    sheet: str
    question: str
    truth: str | None
    said: str | None
    confidence: float

    @property
    def right(self) -> bool:
        return exact(self.said) == exact(self.truth)


def exact(text: str | None) -> str | None:
    return None if text is None else "".join(text.casefold().split()).strip(".,;:!|*'\"()-_ ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=2, help="sheets of every layout under every condition")
    parser.add_argument("--seed", default="judgement")
    parser.add_argument("--receipts", type=Path, help="a folder of scanned receipts instead")
    parser.add_argument("--layout", action="append", default=[], help="only this layout; can be repeated")
    parser.add_argument("--wrong", action="store_true", help="list what went wrong")
    parser.add_argument("--fresh", action="store_true", help="read again what was read before")
    chosen = parser.parse_args()
    CACHE.mkdir(exist_ok=True)
    with Platform() as platform:
        asked = list(_receipts(platform, chosen) if chosen.receipts else _forms(platform, chosen))
    _report(asked)
    if chosen.wrong:
        for one in asked:
            if not one.right:
                said = f"{one.said!r} ({one.confidence:.2f})"
                print(f"{one.sheet} {one.condition}: {one.question} -> {said}, is {one.truth!r}")


def _forms(platform: Platform, chosen: argparse.Namespace) -> Iterator[Asked]:
    from benchmarks.judgement.camera import CONDITIONS, taken
    from benchmarks.judgement.sheets import sheets

    for number, sheet in enumerate(sheets(chosen.count, chosen.seed, chosen.layout)):
        for condition in CONDITIONS:
            reading = _read(platform, taken(sheet.picture, condition, number), chosen.fresh)
            findings = platform.documents.ask(reading, [Query(text) for text, _ in sheet.questions])
            for (text, truth), found in zip(sheet.questions, findings, strict=True):
                yield _asked(sheet.family, condition, sheet.name, text, truth, found)
        print(f"\r{number + 1} sheets", end="", file=sys.stderr)


def _receipts(platform: Platform, chosen: argparse.Namespace) -> Iterator[Asked]:
    for number, path in enumerate(sorted((chosen.receipts / "img").glob("*.jpg"))):
        truths = json.loads((chosen.receipts / "key" / f"{path.stem}.json").read_text(encoding="utf-8"))
        reading = _read(platform, path.read_bytes(), chosen.fresh)
        findings = platform.documents.ask(reading, [Query(text) for text in RECEIPTS.values()])
        for (field, text), found in zip(RECEIPTS.items(), findings, strict=True):
            one = _asked(field, "scan", path.stem, text, truths[field], found)
            kind = {"date": "date", "total": "money"}.get(field)
            if kind and one.said and same(kind, one.said, one.truth or ""):  # RM 9.00 for 9.00
                one = _asked(field, "scan", path.stem, text, one.said, found)
            yield one
        print(f"\r{number + 1} receipts", end="", file=sys.stderr)


def _asked(group: str, condition: str, sheet: str, text: str, truth: str | None, found: Finding) -> Asked:
    return Asked(group, condition, sheet, text, truth, found.answer.text if found.answer else None, found.confidence)


def _read(platform: Platform, data: bytes, fresh: bool) -> Reading:
    kept = CACHE / f"{hashlib.sha256(data).hexdigest()}.json"
    if kept.is_file() and not fresh:
        return reading_of(json.loads(kept.read_text(encoding="utf-8")))
    reading = platform.documents.read(data)
    kept.write_text(json.dumps(reading_json(reading)), encoding="utf-8")
    return reading


def _report(asked: Iterable[Asked]) -> None:
    groups: dict[str, list[Asked]] = defaultdict(list)
    for one in asked:
        groups[f"{one.group}, {one.condition}"].append(one)
        if one.condition not in ("clean", "scan"):
            groups[f"{one.group}, all photographs"].append(one)
        groups["everything"].append(one)
    print(f"\n{'':28} {'fields':>7} {'exact':>7} {'false answers':>20}")
    for name, members in sorted(groups.items()):
        there, absent = [one for one in members if one.truth is not None], [one for one in members if one.truth is None]
        false = sum(one.said is not None for one in absent)
        share = f"{false} of {len(absent)} = {false / len(absent):.1%}" if absent else "-"
        right = sum(one.right for one in there) / max(1, len(there))
        print(f"{name:28} {len(there):7} {right:7.1%} {share:>20}")
    _reliability([one for one in groups["everything"] if one.said is not None])


def _reliability(answers: list[Asked]) -> None:
    print("\nconfidence of answers   answers   right   mean confidence")
    for low, high in ((0.0, 0.5), (0.5, 0.7), (0.7, 0.8), (0.8, 0.9), (0.9, 0.95), (0.95, 0.98), (0.98, 1.01)):
        inside = [one for one in answers if low <= one.confidence < high]
        if inside:
            mean = sum(one.confidence for one in inside) / len(inside)
            right = sum(one.right for one in inside) / len(inside)
            print(f"{low:.2f} to {min(high, 1):.2f}{'':10} {len(inside):7} {right:7.1%} {mean:17.1%}")


if __name__ == "__main__":
    began = time.perf_counter()
    main()
    print(f"\n{time.perf_counter() - began:.0f} s")
