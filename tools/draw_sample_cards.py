"""Draws the sample cards of the application "vaccination", with travellers.csv and expected.json beside them.

    python -m tools.draw_sample_cards [FOLDER]

writes src/groundstone/apps/vaccination/samples/ by default. Persons, authorities and numbers are invented. The
pictures that are committed were drawn with DejaVu Sans, DejaVu Serif, Liberation Sans and Liberation Mono; where these
are missing Pillow's own font is used, and the pictures look different. What is expected of each card stays the same.
"""

from __future__ import annotations

import csv
import io
import json
import random
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from benchmarks.forms import arrange
from benchmarks.forms.damage import plan
from benchmarks.forms.fonts import named
from benchmarks.forms.form import Fact, Form, Style
from benchmarks.forms.layouts.base import code, photo, stamp
from benchmarks.forms.sheet import Colour, Ink
from PIL import Image

SAMPLES = Path(__file__).parents[1] / "src/groundstone/apps/vaccination/samples"
FACES = {
    "sans": ("DejaVuSans", "DejaVuSans-Bold"),
    "serif": ("DejaVuSerif", "DejaVuSerif-Bold"),
    "narrow": ("LiberationSans-Regular", "LiberationSans-Bold"),
    "mono": ("LiberationMono-Regular", "LiberationMono-Bold"),
}
Text = tuple[float, float, int, str]  # x, y from the top, size, all in points; the words
ALIASES = ("CERT_VAC_STATUS", "CERT_BENF_NAME", "CERT_DOB", "CERT_PASS_NO")
CARDS = Path(__file__).with_name("sample_cards.toml")


@dataclass(frozen=True)
class Card:
    """A sample as sample_cards.toml describes it."""

    file: str
    title: str
    traveller: tuple[str, str, str]
    answers: tuple[str, str, str, str]
    decision: str
    reason: str
    doses: tuple[str, ...] = ()  # ISO days
    issuer: str = ""
    size: tuple[int, int] = (1240, 1000)
    face: str = "sans"
    accent: Colour = (0, 70, 140)
    extras: str = ""  # photo, code, stamp
    level: int = 0
    turn: int = 0
    blur: float = 0.0
    seed: int = 1
    block: tuple[dict[str, Any], ...] = ()


def cards() -> list[Card]:
    """The cards of sample_cards.toml."""
    entries: list[dict[str, Any]] = tomllib.loads(CARDS.read_text("utf-8"))["card"]
    return [Card(**{key: _fixed(value) for key, value in entry.items()}) for entry in entries]


def _fixed(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def main(folder: Path) -> None:
    made = cards()
    folder.mkdir(parents=True, exist_ok=True)
    for card in made:
        (folder / card.file).write_bytes(drawn(card))
    with (folder / "travellers.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("file", "name", "date_of_birth", "travel_date"))
        rows.writerows((card.file, *card.traveller) for card in made)
    expected = json.dumps([expectation(card) for card in made], ensure_ascii=False, indent=1)
    (folder / "expected.json").write_text(expected + "\n", "utf-8")


def expectation(card: Card) -> dict[str, Any]:
    """What should be found on a card, as expected.json says it."""
    return {
        "file": card.file,
        "answers": {alias: answer or None for alias, answer in zip(ALIASES, card.answers, strict=True)},
        "doses": [date.fromisoformat(day).isoformat() for day in card.doses],
        "decision": card.decision,
        "reason": card.reason,
    }


def drawn(card: Card) -> bytes:
    """The bytes of a card's file, in the format of its name."""
    if card.file.endswith(".pdf"):
        return pdf(pages(card))
    form = blank(card)
    fill(form, card)
    sheet = form.sheet
    damage = plan(random.Random(card.seed), card.level, sheet.width, sheet.height, card.turn)
    picture = damage.apply(sheet.picture())
    if card.blur:
        picture = Image.fromarray(cv2.GaussianBlur(np.asarray(picture), (0, 0), card.blur))
    return saved(picture, card.file)


def pages(card: Card) -> list[list[Text]]:
    """The pages of a PDF: a letter, then a certificate."""
    letter, certificate = card.block
    first = [(64.0, 90.0 + 34 * n, 11, text) for n, text in enumerate(letter["pairs"])]
    second = [(64.0, 90.0, 18, card.title)]
    for n, pair in enumerate(certificate["pairs"]):
        label, value = pair.split("=")
        second += [(64.0, 140.0 + 26 * n, 11, label), (240.0, 140.0 + 26 * n, 11, value)]
    return [first, second]


def saved(picture: Image.Image, name: str) -> bytes:
    file = io.BytesIO()
    if name.endswith(".png"):
        picture.quantize(64).save(file, "PNG", optimize=True)
    else:
        picture.save(file, "JPEG", quality=72)
    return file.getvalue()


def blank(card: Card) -> Form:
    """An empty form in the fixed style of a card."""
    form = Form(random.Random(card.seed), "vaccination", "en", *card.size)
    regular, bold = (named(*FACES[card.face]).regular, named(*FACES[card.face]).bold)
    size = round(card.size[0] * (0.022 if card.size[0] > 800 else 0.034))
    grey: Colour = (75, 80, 90)
    form.style = Style(
        title=Ink(bold, round(size * 1.5), card.accent),
        label=Ink(regular, size, grey),
        value=Ink(bold if card.face == "narrow" else regular, size),
        small=Ink(regular, round(size * 0.75), grey),
        accent=card.accent,
        colon=":",
        upper=False,
    )
    form.sheet.paper = (255, 255, 255)
    form.left, form.right, form.y = form.unit * 2.5, card.size[0] - form.unit * 2.5, form.unit * 2
    return form


def fill(form: Form, card: Card) -> None:
    """Prints a card: head, blocks, and its pictures."""
    if card.issuer:
        form.sheet.fill((0, 0, form.sheet.width, form.unit * 0.6), card.accent)
        form.text(card.issuer, form.style.small)
    if card.title:
        form.text(card.title, form.style.title, gap=1.0)
    top, inset = form.y, 0.0
    if "photo" in card.extras:
        photo(form, form.left, top, form.unit * 8, form.unit * 10)
        inset = form.unit * 9.5
    for n, block in enumerate(card.block):
        _block(form, block, form.left + (inset if n == 0 else 0))
        if inset and n == 0:
            form.y = max(form.y, top + form.unit * 11.5)
    if "code" in card.extras:
        side = form.unit * (12 if card.size[0] < 800 else 5.2)
        code(form, form.right - side, form.y if card.size[0] < 800 else form.unit * 1.4, side)
    if "stamp" in card.extras:
        stamp(form, form.right - form.unit * 7, form.y - form.unit * 6, form.unit * 5.5)


def _block(form: Form, block: dict[str, Any], left: float) -> None:
    how = block["how"]
    if how == "plain":
        for text in block["pairs"]:
            form.text(text, form.style.value, "middle", 0.2)
        form.y += form.unit
        return
    if how == "table":
        arrange.header_row(form, [_facts(row) for row in block["rows"]])
        return
    ways: dict[str, Callable[[list[Fact]], None]] = {
        "columns": lambda facts: arrange.columns(form, facts, left),
        "inline": lambda facts: arrange.inline(form, facts, left),
        "above": lambda facts: arrange.above(form, facts, 2, left),
        "single": lambda facts: arrange.above(form, facts, 1, left),
        "grid": lambda facts: arrange.grid(form, facts, 2, left),
        "ruled": lambda facts: arrange.ruled(form, facts, left),
        "dotted": lambda facts: arrange.dotted(form, facts, left),
        "opposite": lambda facts: arrange.opposite(form, facts, left),
    }
    ways[how](_facts(block["pairs"]))


def _facts(pairs: list[str]) -> list[Fact]:
    return [Fact(label, label, value) for label, value in (pair.split("=") for pair in pairs)]


def pdf(pages: list[list[Text]]) -> bytes:
    """A PDF of A4 pages with text in Helvetica, written by hand (PDF 1.4)."""
    count = len(pages)
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {count} >>".encode(),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for n, page in enumerate(pages):
        shown = "\n".join(f"BT /F {size} Tf {x:g} {842 - y:g} Td ({text}) Tj ET" for x, y, size, text in page).encode(
            "cp1252"
        )
        font = "/Resources << /Font << /F 3 0 R >> >>"
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {font} /Contents {5 + 2 * n} 0 R >>".encode()
        )
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(shown), shown))
    made, places = b"%PDF-1.4\n", []
    for n, body in enumerate(objects):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (n + 1, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (size, len(made))
    return made + b"xref\n0 %d\n0000000000 65535 f \n%s%s" % (size, table, end)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)
