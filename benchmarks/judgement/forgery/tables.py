"""The figures as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from benchmarks.judgement.forgery.judged import Judged
from benchmarks.measuring import table

HEAD = (
    "pairs of", "n", "AUC", "recall at 1 %", "at 5 %", "first box", "hottest cell", "cells AUC", "written cells",
    "pairs right", "called forged", "false alarms", "cannot tell",
)  # fmt: skip
PARTS = ("kind of forgery", "last save", "first save", "grid", "part", "split", "pages")
ALARMS = ("genuine files", "n", "called forged", "95 % interval", "cannot tell")


def told(figures: Mapping[str, Any], parts: Sequence[str] = PARTS) -> str:
    """Everything that is printed, but for single files."""
    return "\n\n".join(_sections(figures, parts))


def _sections(figures: Mapping[str, Any], parts: Sequence[str]) -> Iterator[str]:
    if figures["errors"]:
        yield "Refused:\n" + "\n".join(f"{count} x {text}" for text, count in figures["errors"])
    if figures["conditions"]:
        yield table(HEAD, [_row(name, group) for name, group in figures["conditions"].items()])
        for condition, found in figures["parts"].items():
            rows = [_row(f"{part}: {name}", group) for part in parts for name, group in found[part].items()]
            yield f"{condition}\n\n{table(HEAD, rows)}"
        yield _calibrated(figures["calibration"])
    if figures["genuine"]:
        rows = [_alarms(name, group) for name, group in figures["genuine"].items() if not name.startswith("chain")]
        yield table(ALARMS, rows)
    if figures["published"]:
        yield _published(figures["published"])


def wrong(rows: Sequence[Judged], limit: int = 40) -> str:
    """Files that were judged wrongly, by their keys under the scratch folder."""
    lines = [
        (row.key, "forged" if row.forged else "genuine", row.kind, f"{row.before} | {row.after}", row.verdict,
         number(row.probability), "; ".join(row.evidence)[:120])
        for row in rows[:limit]
    ]  # fmt: skip
    return table(("case", "truth", "kind", "before and after", "verdict", "probability", "evidence"), lines)


def number(value: float | None, digits: int = 3) -> str:
    return "-" if value is None else f"{value:.{digits}f}"


def percent(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"


def _row(name: str, group: Mapping[str, Any]) -> list[str]:
    return [
        name,
        f"{group['forged']}",
        _figure(group["auc"]),
        _percents(group["recall at 1 %"]),
        _percents(group["recall at 5 %"]),
        _percents(group["first box hits"]),
        _percents(group["hottest cell hits"]),
        number(group["cells auc"]["value"]),
        number(group["written cells auc"]["value"]),
        _percents(group["pairs right"]),
        percent(group["forged called forged"]),
        percent(group["genuine called forged"]),
        percent(group["cannot tell"]),
    ]


def _figure(figure: Mapping[str, Any]) -> str:
    if not figure["interval"]:
        return number(figure["value"])
    return f"{number(figure['value'])} [{figure['interval'][0]:.2f}, {figure['interval'][1]:.2f}]"


def _percents(figure: Mapping[str, Any]) -> str:
    if not figure["interval"]:
        return percent(figure["value"])
    return f"{percent(figure['value'])} [{100 * figure['interval'][0]:.0f}, {100 * figure['interval'][1]:.0f}]"


def _alarms(name: str, group: Mapping[str, Any]) -> list[str]:
    low, high = group["interval"]
    share = f"{group['alarms']} ({100 * group['share']:.1f} %)"
    return [name, str(group["files"]), share, f"{100 * low:.1f} to {100 * high:.1f} %", percent(group["cannot tell"])]


def _calibrated(found: Mapping[str, Any]) -> str:
    rows = [
        (f"{row['low']:.1f} to {row['high']:.1f}", row["count"], number(row["said"], 2), number(row["forged"], 2))
        for row in found["reliability"]
    ]
    head = (
        f"Calibration of {found['files']} files ({found['without']} without a probability): "
        f"Brier {number(found['brier'])}, expected calibration error {number(found['expected calibration error'])}, "
        f"mean width of intervals {number(found['mean width of intervals'])}"
    )
    return f"{head}\n\n{table(('said', 'files', 'mean', 'forged'), rows)}"


def _published(pairs: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        (pair["forged"], number(pair["score"]), pair["verdict"], number(pair["score of the original"]),
         pair["verdict of the original"], "yes" if pair["right"] else "NO", percent(pair["first box hits"]),
         percent(pair["hottest cell hits"]), number(pair["cells auc"]))
        for pair in pairs
    ]  # fmt: skip
    right = sum(pair["right"] for pair in pairs)
    head = (
        "published pair",
        "forged",
        "verdict",
        "original",
        "verdict",
        "in order",
        "first box",
        "hottest",
        "cells AUC",
    )
    return f"{table(head, rows)}\n\n{right} of {len(pairs)} pairs in order"
