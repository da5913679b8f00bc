"""How well forged documents are told from genuine ones: forgeries by another hand, on pages of other origin.

    python benchmarks/forensics.py --receipts FOLDER --tampering FOLDER     # everything; beside it the plain baseline
    python benchmarks/forensics.py --part own --limit 12 --no-words         # a quick look
    python benchmarks/forensics.py --scorer ela --receipts FOLDER           # the baseline alone
    python benchmarks/forensics.py --speed --processes 1 2                  # milliseconds a page of 1700 x 2200

Pages: scanned receipts (img/*.jpg, box/*.csv), office documents of this judgement's own (benchmarks/judgement/forgery,
drawn by Chromium, half of them through a scanner by program), published documents with tampered copies. Forgeries:
copy-move, splice, digits typed anew, removal, insertion, one or two places on a page; nothing is shared with the
generator that the detection is trained with. Every genuine file has a forged one that lived through the same saves.

The rule of the split: receipts with an odd number and pages of our own with an even number are seen; the others are
unseen, and only totals are told of them, unless --wrong is given. Once --wrong was used, they are seen as well.

The same seed makes the same files (on a machine with the same fonts). Files and answers are kept in --scratch: a run
that was ended goes on where it stopped, and answers are asked for again when the code of the detection has changed.
Weights that do not lie in the package are not noticed: use --fresh after changing them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import gettempdir
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.judgement.forgery import speed
from benchmarks.judgement.forgery.judged import Judged
from benchmarks.judgement.forgery.own import NoBrowser
from benchmarks.judgement.forgery.plan import CONDITIONS
from benchmarks.judgement.forgery.scorers import SCORERS
from benchmarks.judgement.forgery.tables import PARTS, told, wrong
from benchmarks.judgement.forgery.totals import missed, totals
from benchmarks.judgement.forgery.work import Setup, Task, pages_of, tasks, worked
from benchmarks.measuring import machine, table

ALL = ("receipts", "own", "tampering")


def main(argv: Sequence[str] | None = None) -> int:
    options = _options().parse_args(argv)
    if options.speed:
        return _speed(options)
    setup = Setup(options.scratch, "ela", options.words, options.receipts, options.tampering)
    try:
        pages = pages_of(setup, options.part or ALL, options.limit)
    except NoBrowser as missing:
        print(f"error: {missing}", file=sys.stderr)
        return 1
    if not pages:
        print("error: no pages: give --receipts or --tampering a folder, or take --part own", file=sys.stderr)
        return 1
    setup = replace(setup, donors=tuple(page for page in pages if page[0] != "tampering"))
    todo = list(tasks(setup, pages, options.seed, options.condition or list(CONDITIONS), options.rounds, options.each))
    scorers = options.scorer or list(SCORERS)
    found = {name: _run(replace(setup, scorer=name), todo, options) for name in scorers}
    if options.json:
        text = json.dumps({"machine": machine(), "seed": options.seed, "scorers": found}, indent=1)
        options.json.write_text(text, "utf-8")
    return 0


def _run(setup: Setup, todo: list[Task], options: argparse.Namespace) -> dict[str, Any]:
    print(f"\n# {setup.scorer}{'' if setup.words or setup.scorer == 'ela' else ', without words'}\n", flush=True)
    rows = worked(setup, todo, options.jobs, options.fresh)
    figures = totals(rows, options.seed)
    print(told(figures, PARTS if options.parts else ("kind of forgery", "split")), flush=True)
    _print_wrong(rows, setup, options)
    seen = [row.json() for row in rows if row.seen or options.wrong]
    return {**figures, "rows": seen}


def _print_wrong(rows: list[Judged], setup: Setup, options: argparse.Namespace) -> None:
    """Single files: those of the seen half on demand, those of the unseen half only with --wrong."""
    if options.failures or options.wrong:
        count = options.failures or 40
        print(f"\nwrong, in {setup.cases}:\n\n{wrong(missed(rows, not options.wrong), count)}", flush=True)


def _speed(options: argparse.Namespace) -> int:
    path = speed.page(options.scratch)
    for name in options.scorer or list(SCORERS):
        rows = speed.measured(path, name, options.words, options.processes, options.pages)
        lines = [
            [f"{value:,.1f}" if isinstance(value, float) else str(value) for value in row.values()] for row in rows
        ]
        print(f"\n# {name}, {machine()}\n\n{table(list(rows[0]), lines)}", flush=True)
    return 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--receipts", type=Path, help="folder of img/*.jpg and box/*.csv")
    add("--tampering", type=Path, help="folder of published pairs with localisation_boxes.csv")
    add("--part", action="append", choices=ALL, help="only these pages (may be repeated)")
    add("--condition", action="append", choices=list(CONDITIONS), help="only these pairs (may be repeated)")
    add("--scorer", action="append", choices=list(SCORERS), help="all, the baseline first, if not given")
    add("--words", action=argparse.BooleanOptionalAction, default=True, help="with what the words of a page tell")
    add("--limit", type=int, help="pages of a part, spread over all")
    add("--rounds", type=int, default=1, help="pairs of every page in every condition")
    add("--each", type=int, default=6, help="genuine files of every page for the rate of false alarms")
    add("--seed", type=int, default=0)
    add("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    add("--scratch", type=Path, default=Path(gettempdir()) / "groundstone-forgery", help="folder for files and answers")
    add("--fresh", action="store_true", help="ask again for answers that are kept")
    add("--parts", action="store_true", help="also by saves, grid and pages")
    add("--failures", type=int, default=0, help="print so many wrongly judged files, of the seen half")
    add("--wrong", action="store_true", help="also those of the unseen half, which is seen from then on")
    add("--json", type=Path, help="write all figures here")
    add("--speed", action="store_true", help="only milliseconds a page, by number of processes")
    add("--processes", type=int, nargs="+", default=[1, 2])
    add("--pages", type=int, default=8, help="pages for each process with --speed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
