"""Draws the two sample payslips of the application that finds forgeries: one as it was scanned, one changed.

    python tools/draw_sample_payslips.py [FOLDER]

writes src/groundstone/apps/forgery/samples/ by default. Company, person and figures are invented. Both begin as the
same scan, saved as JPEG once; both are opened and saved again the same way. Between the two saves one of them got
another salary, typed over the old one.
"""

from __future__ import annotations

import sys
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SAMPLES = Path(__file__).parents[1] / "src/groundstone/apps/forgery/samples"
SIZE = (1240, 1160)
FIRST, LAST = 70, 90  # qualities of the scanner, and of whoever saved it again
INK, PAPER = (44, 44, 52), (247, 245, 240)
LEFT, AMOUNT, YEAR = 110, 860, 1120  # columns: words, and the right edges of the figures
EARNED = (("Salary", "2,850.00", "19,950.00"), ("Overtime, 16.5 hours", "312.40", "1,104.20"))
TAKEN = (
    ("Income tax", "421.87", "2,910.33"),
    ("Health insurance", "231.42", "1,619.94"),
    ("Pension fund", "142.50", "997.50"),
)
GROSS = ("Gross pay", "3,162.40", "21,054.20")
LESS = ("Total deductions", "795.79", "5,527.77")
NET = ("Net pay", "2,366.61", "15,526.43")
OTHER = "4,366.61"  # what the forger wants it to be


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    page, place = payslip()
    scan = saved(scanned(page), FIRST)
    (folder / "payslip.jpg").write_bytes(saved_bytes(scan, LAST))
    (folder / "payslip-changed.jpg").write_bytes(saved_bytes(retyped(scan, place), LAST))


def payslip() -> tuple[Image.Image, tuple[int, int]]:
    """The page, and where the net pay ends: the right top corner of its figure."""
    page = Image.new("RGB", SIZE, PAPER)
    pen = ImageDraw.Draw(page)
    pen.text((LEFT, 90), "HALDEN & STROM TIMBER", fill=INK, font=font(40))
    pen.text((LEFT, 142), "14 Mill Quay, Larvenport", fill=INK, font=font(22))
    pen.text((YEAR, 96), "Payslip", fill=INK, font=font(32), anchor="ra")
    pen.text((YEAR, 142), "July 2026", fill=INK, font=font(22), anchor="ra")
    pen.line((LEFT, 190, YEAR, 190), fill=INK, width=3)
    for row, (label, value) in enumerate(
        (("Employee", "Ines Okafor-Lund"), ("Personnel number", "004417"), ("Account", "LV18 4420 0091 7735"))
    ):
        pen.text((LEFT, 222 + 38 * row), label, fill=INK, font=font(24))
        pen.text((LEFT + 290, 222 + 38 * row), value, fill=INK, font=font(24))
    pen.text((AMOUNT, 374), "This month", fill=INK, font=font(22), anchor="ra")
    pen.text((YEAR, 374), "This year", fill=INK, font=font(22), anchor="ra")
    place = (0, 0)
    top = 420
    for group in (EARNED, (GROSS,), TAKEN, (LESS,), (NET,)):
        pen.line((LEFT, top - 12, YEAR, top - 12), fill=(120, 120, 126), width=2)
        for words, month, year in group:
            size = 30 if len(group) == 1 else 26
            pen.text((LEFT, top), words, fill=INK, font=font(size))
            pen.text((AMOUNT, top), month, fill=INK, font=font(size), anchor="ra")
            pen.text((YEAR, top), year, fill=INK, font=font(size), anchor="ra")
            place = (AMOUNT, top)
            top += 48
        top += 22
    pen.text((LEFT, top + 40), "Paid by transfer on 28 July 2026. Keep this payslip.", fill=INK, font=font(22))
    return page, place


def scanned(page: Image.Image) -> Image.Image:
    """As a scanner sees it: a little soft, a little askew, with grain."""
    askew = page.rotate(0.25, Image.Resampling.BICUBIC, fillcolor=PAPER).filter(ImageFilter.GaussianBlur(0.7))
    grain = np.random.default_rng(7).normal(0, 2.4, (SIZE[1], SIZE[0], 1))
    return Image.fromarray(np.clip(np.asarray(askew, np.float64) + grain, 0, 255).astype(np.uint8))


def retyped(scan: Image.Image, place: tuple[int, int]) -> Image.Image:
    """With another net pay: the old figure covered in the colour of the paper, the new one typed over it."""
    changed = scan.copy()
    pen = ImageDraw.Draw(changed)
    right, top = place[0], place[1] + 2  # it stands a little lower there, since the scan is askew
    pen.rectangle((right - 140, top - 2, right + 6, top + 36), fill=PAPER)
    pen.text((right, top), OTHER, fill=(52, 52, 58), font=font(30), anchor="ra")
    return changed


def saved(image: Image.Image, quality: int) -> Image.Image:
    with Image.open(BytesIO(saved_bytes(image, quality))) as again:
        return again.convert("RGB")


def saved_bytes(image: Image.Image, quality: int) -> bytes:
    out = BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)
