"""From judged files to figures: by condition, kind of forgery, save and page; false alarms; calibration; pairs."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from benchmarks.judgement.forgery.figures import (
    auc,
    bootstrap,
    brier,
    calibration_error,
    mean,
    recall_at,
    reliability,
    wilson,
)
from benchmarks.judgement.forgery.judged import Judged
from benchmarks.judgement.forgery.plan import CONDITIONS, MAIN
from numpy.typing import NDArray

Figure = dict[str, Any]  # "value" and "interval"


def totals(rows: Sequence[Judged], seed: int = 0) -> dict[str, Any]:
    """All figures of a run."""
    paired = [row for row in rows if not row.condition.startswith(("genuine", "published"))]
    met = {row.condition for row in paired}
    conditions = [name for name in CONDITIONS if name in met]
    return {
        "files": len(rows),
        "errors": Counter(row.error for row in rows if row.error).most_common(),
        "conditions": {name: about([row for row in paired if row.condition == name], seed) for name in conditions},
        "parts": {name: _parts([row for row in paired if row.condition == name], seed) for name in conditions},
        "genuine": false_alarms([row for row in rows if not row.forged], seed),
        "calibration": calibration([row for row in paired if row.condition in MAIN]),
        "calibration by condition": {
            name: calibration([row for row in paired if row.condition == name]) for name in conditions
        },
        "published": pairs_of([row for row in rows if row.condition == "published"]),
    }


def about(rows: Sequence[Judged], seed: int) -> dict[str, Any]:
    """The figures of one group of pairs."""
    forged = [row for row in rows if row.forged]
    return {
        "sources": len({row.source for row in rows}),
        "genuine": len(rows) - len(forged),
        "forged": len(forged),
        "auc": _ranked(rows, auc, seed),
        "recall at 1 %": _ranked(rows, lambda one, other: recall_at(one, other, 0.01), seed),
        "recall at 5 %": _ranked(rows, lambda one, other: recall_at(one, other, 0.05), seed),
        "first box hits": _mean(forged, lambda row: row.hit, seed),
        "hottest cell hits": _mean(forged, lambda row: row.hot, seed),
        "no box": _share(row.boxes == 0 for row in forged),
        "cells auc": _mean(forged, lambda row: row.windows, seed),
        "written cells auc": _mean(forged, lambda row: row.inked, seed),
        "pairs right": _mean(forged, _beats(rows), seed),
        "forged called forged": _share(row.verdict == "forged" for row in forged),
        "genuine called forged": _share(row.verdict == "forged" for row in rows if not row.forged),
        "cannot tell": _share(row.verdict == "cannot tell" for row in rows),
        "changed share of a page": float(np.median([row.changed for row in forged])) if forged else None,
        "seconds": mean(np.array([row.seconds for row in rows])),
    }


def _parts(rows: Sequence[Judged], seed: int) -> dict[str, dict[str, Any]]:
    """The same for parts of a condition. Genuine files have no kind of forgery: all of the condition stand against."""
    genuine = [row for row in rows if not row.forged]
    kinds = sorted({row.kind for row in rows if row.forged})
    out = {
        "kind of forgery": {kind: about([*genuine, *(row for row in rows if row.kind == kind)], seed) for kind in kinds}
    }
    keys: dict[str, Callable[[Judged], str]] = {
        "last save": lambda row: row.last.removesuffix(" 4:4:4"),
        "first save": lambda row: row.before.partition(">")[0].strip() if "jpeg" in row.before else "none",
        "grid": lambda row: "aligned" if row.aligned else "off the grid",
        "pages": lambda row: row.page,
        "part": lambda row: row.part,
        "split": split_of,
    }
    for name, key in keys.items():
        groups: dict[str, list[Judged]] = defaultdict(list)
        for row in rows:
            groups[key(row)].append(row)
        out[name] = {group: about(members, seed) for group, members in sorted(groups.items())}
    return out


def false_alarms(rows: Sequence[Judged], seed: int) -> dict[str, Any]:
    """How many genuine files are called forged: those of the plan by family, then by part, by split, and all."""
    planned = [row for row in rows if row.condition.startswith("genuine")]
    groups: dict[str, list[Judged]] = defaultdict(list)
    for row in planned:
        for name in (
            row.condition,
            f"part: {row.part}",
            f"split: {split_of(row)}",
            f"chain: {row.after or row.last}",
            "all",
        ):
            groups[name].append(row)
    return {name: _alarms(members, seed) for name, members in sorted(groups.items())}


def calibration(rows: Sequence[Judged]) -> dict[str, Any]:
    """Of the files that got a probability; half of the files of pairs are forged."""
    told = [row for row in rows if row.probability is not None]
    said, truth = np.array([row.score for row in told]), np.array([float(row.forged) for row in told])
    table = reliability(said, truth)
    widths = np.array([row.high - row.low for row in told if row.high is not None and row.low is not None])
    return {
        "files": len(told),
        "without": len(rows) - len(told),
        "brier": brier(said, truth),
        "expected calibration error": calibration_error(table),
        "mean width of intervals": mean(widths),
        "reliability": table,
    }


def pairs_of(rows: Sequence[Judged]) -> list[dict[str, Any]]:
    """Published pairs, one by one: the scores of both, the order, and whether the first box is right."""
    by_key: dict[str, list[Judged]] = defaultdict(list)
    for row in rows:
        by_key[row.key].append(row)
    out = []
    for members in by_key.values():
        forged = next(row for row in members if row.forged)
        other = next(row for row in members if not row.forged)
        out.append(
            {
                "forged": forged.source,
                "score": forged.probability,
                "verdict": forged.verdict,
                "score of the original": other.probability,
                "verdict of the original": other.verdict,
                "right": forged.score > other.score,
                "first box hits": forged.hit,
                "hottest cell hits": forged.hot,
                "cells auc": forged.windows,
                "written cells auc": forged.inked,
            }
        )
    return out


def split_of(row: Judged) -> str:
    """``seen``, ``unseen``, or ``published`` of what everybody knows."""
    return "published" if row.part == "tampering" else "seen" if row.seen else "unseen"


def missed(rows: Sequence[Judged], seen_only: bool) -> list[Judged]:
    """Forged files that were not called forged and genuine ones that were, the surest errors first."""
    wrong = [row for row in rows if row.forged != (row.verdict == "forged") and not (seen_only and not row.seen)]
    return sorted(wrong, key=lambda row: (row.forged, row.score if row.forged else -row.score, row.key))


def _beats(rows: Sequence[Judged]) -> Callable[[Judged], float | None]:
    """1 where a forged file scores above the genuine one of its pair, a half where both score alike."""
    genuine = {row.key: row.score for row in rows if not row.forged}

    def beats(row: Judged) -> float | None:
        other = genuine.get(row.key)
        return None if other is None else float(row.score > other) + 0.5 * float(row.score == other)

    return beats


def _ranked(rows: Sequence[Judged], figure: Callable[[NDArray[Any], NDArray[Any]], float | None], seed: int) -> Figure:
    scores, forged = np.array([row.score for row in rows]), np.array([row.forged for row in rows], bool)

    def of(at: NDArray[np.intp]) -> float | None:
        return figure(scores[at][forged[at]], scores[at][~forged[at]])

    return {"value": of(np.arange(len(rows))), "interval": bootstrap([row.source for row in rows], of, seed)}


def _mean(rows: Sequence[Judged], value: Callable[[Judged], float | None], seed: int) -> Figure:
    known = [(row.source, found) for row in rows if (found := value(row)) is not None]
    values = np.array([found for _, found in known])
    interval = bootstrap([source for source, _ in known], lambda at: mean(values[at]), seed) if known else None
    return {"value": mean(values), "interval": interval}


def _share(items: Iterable[bool]) -> float | None:
    return mean(np.array(list(items), float))


def _alarms(rows: Sequence[Judged], seed: int) -> dict[str, Any]:
    count = sum(row.verdict == "forged" for row in rows)
    grouped = _mean(rows, lambda row: float(row.verdict == "forged"), seed)["interval"]
    return {
        "files": len(rows),
        "alarms": count,
        "share": count / len(rows),
        "interval": grouped if grouped and count else wilson(count, len(rows)),
        "cannot tell": _share(row.verdict == "cannot tell" for row in rows),
        "mean score": mean(np.array([row.score for row in rows])),
    }
