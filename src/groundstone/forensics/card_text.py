"""A model card as words: the tables that its HTML and Markdown share, and the Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from groundstone.forensics.card import VERDICTS, Card, Row
from groundstone.forensics.rates import DRAWS, Figure

INTERVALS = (
    f"All intervals are 95 %. Those of areas under the ROC curve (AUC) come from drawing whole source documents again, "
    f"{DRAWS} times; those of shares are Wilson's. Files that could not be judged are left out of the AUC and count as "
    "not found in the recalls."
)
_HEADS = (
    "files", "genuine", "forged", "not judged", "AUC", "recall at 1 % false alarms", "recall at 5 % false alarms",
    "genuine called forged", "forged called forged", "hottest window on the forgery", "AUC of windows",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(card: Card) -> list[Table]:
    """Those that the card has rows for, in order."""
    found = [Table("Figures", _HEADS, (_cells(card.whole),))]
    if card.trials:
        found.append(_trials(card))
    if card.conditions:
        found.append(Table("By condition", _HEADS, tuple(map(_cells, card.conditions))))
    if card.kinds:
        found.append(Table("By kind of forgery, against all genuine files", _HEADS, tuple(map(_cells, card.kinds))))
    rows = tuple((name, *map(str, row)) for name, row in zip(("genuine", "forged"), card.confusion, strict=True))
    found.append(Table("Verdicts", ("true", *VERDICTS), rows))
    if card.bins:
        bins = tuple((f"{one.said:.0%}", str(one.count), said(one.forged)) for one in card.bins)
        found.append(Table("Calibration", ("probability said", "files", "share that is forged"), bins))
    found.append(Table("Model", ("", ""), card.told.model))
    found.append(Table("Data", ("", ""), card.told.data))
    return found


def _trials(card: Card) -> Table:
    rows = tuple(
        (one.title, str(one.trained_on), str(one.tested_on), said(one.accuracy), said(one.area), " ".join(one.leaks))
        for one in card.trials
    )
    return Table(
        "Ways to split", ("split", "trained on", "tested on", "accuracy", "AUC", "what the leak check says"), rows
    )


def calibration(card: Card) -> str:
    """In one line, "" where nothing was judged."""
    if card.brier is None or card.calibration_error is None:
        return ""
    return (
        f"Brier score {card.brier:.3f} (0 is perfect, always saying 50 % gives 0.25); expected calibration error "
        f"{card.calibration_error:.3f}."
    )


def said(figure: Figure | None) -> str:
    """A figure with its interval; "–" where there is none."""
    return "–" if figure is None else f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"


def markdown(card: Card) -> str:
    told = card.told
    parts = [f"# {_plain(told.title)}"]
    parts += [f"> **Mind:** {_plain(each)}" for each in told.warnings]
    parts += ["## Intended use", *(_plain(each) for each in told.use)]
    shown = tables(card)
    for table in shown[:1]:
        parts += [f"## {table.title}", _table(table), INTERVALS, calibration(card)]
    for table in shown[1:]:
        parts += [f"## {table.title}", _table(table)]
    parts += ["## Limits", "\n".join(f"- {_plain(each)}" for each in told.limits)]
    parts += ["## To repeat", f"```\n{told.repeat}\n```"]
    return "\n\n".join(part for part in parts if part) + "\n"


def _table(table: Table) -> str:
    lines = [table.heads, ("---",) * len(table.heads), *table.rows]
    return "\n".join("| " + " | ".join(map(_plain, line)) + " |" for line in lines)


def _plain(text: str) -> str:
    """Names of files may hold signs that mean something in Markdown and HTML."""
    for sign in "\\`*_|<>[]":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())


def _cells(row: Row) -> tuple[str, ...]:
    figures: Sequence[Figure | None] = (
        row.area, row.recall1, row.recall5, row.alarms, row.found, row.hits, row.windows
    )  # fmt: skip
    return (row.name, str(row.genuine), str(row.forged), str(row.unjudged), *map(said, figures))
