"""A process of its own that puts decks on a shelf and reads them slowly: ``python -m tests.slides.process_shelf HOME``.

It prints "ready" once the decks are taken, and "done" when all are read.
"""

from __future__ import annotations

import sys
from pathlib import Path

from groundstone.identity import LOCAL

from .shelved import StandInReader, shelf, text_deck, until

DECKS = {f"deck{number}.pptx": text_deck(f"Deck {number}", *[f"Slide {n}\nword{n}" for n in range(8)]) for number in
         range(4)}  # fmt: skip


def main(home: Path, seconds: float) -> None:
    with shelf(home, StandInReader(seconds, home / "read.log")) as slides:
        for name, data in DECKS.items():
            slides.add(LOCAL, name, data)
        print("ready", flush=True)
        until(lambda: all(info.state == "ready" for info in slides.decks(LOCAL)), 60)
        print("done", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), float(sys.argv[2]))
