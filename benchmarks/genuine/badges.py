"""What is printed beside the words: marks of firms, square codes, large pale words across a page."""

from __future__ import annotations

import random

from benchmarks.forms.fonts import Face
from benchmarks.genuine.leaf import Colour, Leaf, Run

PALE = "COPY|PAID|SAMPLE|DUPLICATE|DRAFT|VOID|ORIGINAL|CONFIDENTIAL"


def badge(rng: random.Random, leaf: Leaf, face: Face, x: float, y: float, size: float, colour: Colour) -> None:
    """A firm's mark in a square of ``size`` whose top left corner is (x, y): letters on a ground, bars or steps."""
    kind = rng.choice(("letters", "letters", "bars", "steps"))
    if kind == "letters":
        leaf.fill((x, y, x + size, y + size), colour)
        text = rng.choice(("A", "BK", "N", "SX", "G1", "M", "TR", "Q", "VB"))
        wide = size * (1.0 if len(text) == 1 else 0.7)
        leaf.write(Run(x + size / 2, y + size * 0.78, text, face.bold, wide * 0.8, (255, 255, 255), "middle", True))
        return
    for n in range(count := rng.randint(3, 6)):
        low, step = n / count, size / count
        if kind == "bars":
            leaf.fill((x, y + low * size, x + size * rng.uniform(0.4, 1), y + low * size + step * 0.6), colour)
        else:
            pale = (*(round(value + (255 - value) * low * 0.7) for value in colour),)
            leaf.fill(
                (x + low * size, y + (1 - low) * size - step, x + low * size + step, y + size),
                (pale[0], pale[1], pale[2]),
            )


def square_code(rng: random.Random, leaf: Leaf, x: float, y: float, size: float) -> None:
    """What looks like a QR code: modules by chance, and a framed square in three corners."""
    count = rng.choice((21, 25, 29))
    unit = size / count
    for row in range(count):
        column = 0
        while column < count:
            run = rng.randint(1, 4)
            if rng.random() < 0.5:
                end = min(count, column + run)
                leaf.fill((x + column * unit, y + row * unit, x + end * unit, y + (row + 1) * unit), (0, 0, 0))
            column += run
    for left, top in ((0, 0), (count - 7, 0), (0, count - 7)):
        for inset, colour in ((-1, 255), (0, 0), (1, 255), (2, 0)):
            start, end = inset, 7 - inset
            rect = (
                x + (left + start) * unit,
                y + (top + start) * unit,
                x + (left + end) * unit,
                y + (top + end) * unit,
            )
            leaf.fill(rect, (colour, colour, colour))


def pale_word(rng: random.Random, leaf: Leaf, face: Face) -> None:
    """A large word in light grey or a light colour, below what is written later."""
    tone = rng.randint(205, 240)
    text, size = rng.choice(PALE.split("|")), leaf.width * rng.uniform(0.07, 0.13)
    colour = rng.choice(((tone, tone, tone), (tone, tone, 255), (255, tone, tone)))
    run = Run(leaf.width / 2, leaf.height * rng.uniform(0.3, 0.8), text, face.bold, size, colour, "middle", True)
    leaf.runs.insert(0, run)
