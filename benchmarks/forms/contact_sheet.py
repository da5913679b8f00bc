"""Draws samples side by side to be looked at: ``python -m benchmarks.forms.contact_sheet --split dev sheet.png``.

Green frames are right answers. ``--simulated`` prints what an engine would have read.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from benchmarks.forms.sample import Sample, samples
from benchmarks.forms.simulate import simulated
from PIL import Image, ImageDraw


def main() -> None:
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("out", type=Path)
    made.add_argument("--split", default="all")
    made.add_argument("--seed", type=int, default=1)
    made.add_argument("--count", type=int, default=12)
    made.add_argument("--levels", default="0,1,2,3,4")
    made.add_argument("--families", default="")
    made.add_argument("--width", type=int, default=480, help="pixels of each picture in the sheet")
    made.add_argument("--across", type=int, default=4)
    made.add_argument("--simulated", action="store_true")
    asked = made.parse_args()
    levels = [int(level) for level in asked.levels.split(",")]
    shown = list(
        samples(asked.split, asked.seed, asked.count, levels, asked.families.split(",") if asked.families else ())
    )
    contact_sheet(shown, asked.width, asked.across).save(asked.out)
    for sample in shown:
        print(f"{sample.id} {sample.layout} {sample.language} level {sample.level}")
        for question in sample.questions:
            print(f"   {question.text}  [{question.field}] -> {question.answer}")
        if asked.simulated:
            print(simulated(sample, random.Random(asked.seed)).text, "\n")


def contact_sheet(shown: list[Sample], width: int, across: int) -> Image.Image:
    """All pictures, ``width`` pixels wide each, ``across`` in a row."""
    thumbs = [_thumb(sample, width) for sample in shown]
    rows = [thumbs[n : n + across] for n in range(0, len(thumbs), across)]
    heights = [max(thumb.height for thumb in row) + 8 for row in rows]
    made = Image.new("RGB", ((width + 8) * min(across, len(thumbs)), sum(heights)), (90, 90, 90))
    y = 0
    for row, height in zip(rows, heights, strict=True):
        for n, thumb in enumerate(row):
            made.paste(thumb, (n * (width + 8), y))
        y += height
    return made


def _thumb(sample: Sample, width: int) -> Image.Image:
    picture = sample.picture.copy()
    draw = ImageDraw.Draw(picture)
    for question in sample.questions:
        if question.place is not None:
            corners = [(x * picture.width, y * picture.height) for x, y in question.place.points]
            draw.polygon(corners, None, (0, 170, 60), 3)
    return picture.resize((width, round(picture.height * width / picture.width)), Image.Resampling.LANCZOS)


if __name__ == "__main__":
    main()
