"""What a layout is, where layouts are listed, and the pieces that many share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.forms.form import Form
from benchmarks.forms.sheet import Colour
from PIL import Image, ImageDraw, ImageFont

LANGUAGES = "en en en en en de fr es it pt nl pl"


@dataclass(frozen=True)
class Layout:
    """``fill`` writes on a form of ``width`` x ``height`` pixels; ``languages``: a list to choose from.

    ``split`` is "train" or "dev": layouts to develop with are kept apart from those that weights are made of.
    ``kind`` of letter as in fonts.KINDS; "" any. ``scale``: letters larger than on a page, since cards are small.
    """

    name: str
    family: str
    split: str
    width: int
    height: int
    languages: tuple[str, ...]
    kind: str
    scale: float
    fill: Callable[[Form], None]


LAYOUTS: list[Layout] = []


def layout(
    family: str,
    size: tuple[int, int],
    split: str = "train",
    languages: str = LANGUAGES,
    kind: str = "",
    scale: float = 1.0,
) -> Callable[[Callable[[Form], None]], Callable[[Form], None]]:
    """Lists a function as a layout, named as the function is."""

    def listed(fill: Callable[[Form], None]) -> Callable[[Form], None]:
        LAYOUTS.append(Layout(fill.__name__, family, split, *size, tuple(languages.split()), kind, scale, fill))
        return fill

    return listed


def logo(form: Form, x: float, y: float, size: float) -> None:
    """A simple figure in the colour of the form."""
    box = (x, y, x + size, y + size)
    if form.rng.random() < 0.5:
        form.sheet.disc(box, form.style.accent)
        form.sheet.fill((x + size * 0.42, y + size * 0.2, x + size * 0.58, y + size * 0.8), (255, 255, 255))
        form.sheet.fill((x + size * 0.2, y + size * 0.42, x + size * 0.8, y + size * 0.58), (255, 255, 255))
    else:
        form.sheet.fill(box, form.style.accent)
        form.sheet.disc((x + size * 0.2, y + size * 0.2, x + size * 0.8, y + size * 0.8), (255, 255, 255))


def photo(form: Form, x: float, y: float, width: float, height: float) -> None:
    """A grey portrait."""
    form.sheet.fill((x, y, x + width, y + height), (205, 208, 212))
    form.sheet.disc((x + width * 0.28, y + height * 0.18, x + width * 0.72, y + height * 0.58), (150, 140, 132))
    form.sheet.fill((x + width * 0.15, y + height * 0.66, x + width * 0.85, y + height), (96, 104, 120))


def code(form: Form, x: float, y: float, size: float) -> None:
    """A square of black and white modules that looks like a matrix code."""
    rng, cells = form.rng, 21
    dots = [(c, r) for c in range(cells) for r in range(cells) if rng.random() < 0.5]
    step = size / cells
    form.sheet.fill((x, y, x + size, y + size), (255, 255, 255))

    def paint(picture: Image.Image) -> None:
        draw = ImageDraw.Draw(picture)
        for c, r in dots:
            draw.rectangle((x + c * step, y + r * step, x + (c + 1) * step, y + (r + 1) * step), (0, 0, 0))

    form.sheet.paint(paint)


def watermark(form: Form, text: str) -> None:
    """Large pale letters across the sheet, under what is written later. Too faint to be read as text."""
    paper = form.sheet.paper
    tone: Colour = (paper[0] - 12, paper[1] - 10, paper[2] - 8)

    def paint(picture: Image.Image) -> None:
        layer = Image.new("L", picture.size, 0)
        middle, letters = (picture.width / 2, picture.height / 2), ImageFont.load_default(picture.width // 6)
        ImageDraw.Draw(layer).text(middle, text, 255, letters, "mm")
        picture.paste(Image.new("RGB", picture.size, tone), (0, 0), layer.rotate(25))

    form.sheet.paint(paint)


def stamp(form: Form, x: float, y: float, size: float) -> None:
    """A round stamp of rings; it may lie over other things."""
    colour = form.rng.choice(((70, 80, 170), (170, 60, 70), (60, 120, 90)))

    def paint(picture: Image.Image) -> None:
        draw = ImageDraw.Draw(picture)
        for inset, width in ((0.0, 3), (0.12, 2), (0.3, 2)):
            gap = size * inset
            draw.ellipse((x + gap, y + gap, x + size - gap, y + size - gap), None, colour, width)

    form.sheet.paint(paint)


def signature(form: Form, x: float, y: float, width: float) -> None:
    """A scribble; what follows stands below it."""
    form.y = max(form.y, y + form.unit * 1.5)
    points, rng = [(x, y)], form.rng
    for n in range(14):
        points.append((x + width * (n + 1) / 14, y + rng.uniform(-0.5, 0.5) * form.unit * 1.2))
    form.sheet.paint(lambda picture: ImageDraw.Draw(picture).line(points, (30, 40, 110), 2, "curve"))


def footer(form: Form, contact: bool = True) -> None:
    """Small print at the bottom of the sheet, with the address and telephone of whoever issued it."""
    rng = form.rng
    form.y = (
        max(form.y, form.sheet.height - form.unit * 4.5)
        if rng.random() < 0.4
        else form.y + form.unit * rng.uniform(0, 3)
    )
    form.sheet.rule(form.left, form.y - form.unit * 0.4, form.right, form.y - form.unit * 0.4, (180, 180, 180))
    lines = [
        "This document was printed by a machine and is valid without signature.",
        "Please keep this page for your records.",
    ]
    text = rng.choice(lines)
    if contact and rng.random() < 0.7:
        mail = rng.choice(("north", "office", "desk"))
        text = f"{form.world.street()}, {form.world.town()} - Tel. {form.world.make_phone()} - info@{mail}.example"
        form.mentioned |= {"company_phone", "company_address", "phone", "address", "email"}
    form.text(text, align=rng.choice(("left", "middle")))
