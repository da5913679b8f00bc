"""The pictures of a model card as SVG: plain text, no outside files, said in words for those who cannot see them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from groundstone.forensics.card import VERDICTS, Card
from groundstone.forensics.curve import Epoch
from groundstone.forensics.rates import Bin

WIDE, HIGH, EDGE = 320, 240, 48
INK, FAINT, FIRST, SECOND = "#333333", "#dddddd", "#145a8c", "#963d0f"
Points = Sequence[tuple[float, float]]


def roc_svg(points: Points, area: float | None) -> str:
    """False alarms to the right, recall upwards."""
    words = (
        "How many forged files are found (upwards) against how many genuine files give a false alarm (to the right)."
    )
    told = f" The area under the curve is {area:.3f}." if area is not None else ""
    chance = _line([(0, 0), (1, 1)], FAINT, dashed=True)
    return _plot("ROC curve", words + told, chance + _line(points, FIRST), "false alarms", "recall")


def reliability_svg(bins: Sequence[Bin]) -> str:
    """Said probability to the right, share that is forged upwards, with 95 % intervals; dots grow with their files."""
    most = max((one.count for one in bins), default=1)
    said = "; ".join(f"said {one.said:.0%}, forged {one.forged.value:.0%} of {one.count}" for one in bins)
    dots = "".join(
        f'<line x1="{_x(one.said)}" y1="{_y(one.forged.low)}" x2="{_x(one.said)}" y2="{_y(one.forged.high)}" '
        f'stroke="{SECOND}" stroke-opacity=".5" stroke-width="2"/>'
        f'<circle cx="{_x(one.said)}" cy="{_y(one.forged.value)}" r="{2 + 5 * (one.count / most) ** 0.5:.1f}" '
        f'fill="{SECOND}"/>'
        for one in bins
    )
    chance = _line([(0, 0), (1, 1)], FAINT, dashed=True)
    return _plot(
        "Reliability", f"How often files are forged that are said to be. {said}.", chance + dots, "said", "true"
    )


def curve_svg(epochs: Sequence[Epoch], what: str) -> str:
    """``what``: "loss" or "accuracy", of the files learned from (first colour) and the held-out ones (second)."""
    pairs = [(one.loss, one.held_loss) if what == "loss" else (one.accuracy, one.held_accuracy) for one in epochs]
    top = 1.0 if what == "accuracy" else max(1e-9, *(max(pair) for pair in pairs))
    across = [number / max(len(pairs) - 1, 1) for number in range(len(pairs))]
    lines = "".join(
        _line([(x, pair[side] / top) for x, pair in zip(across, pairs, strict=True)], colour)
        for side, colour in ((0, FIRST), (1, SECOND))
    )
    legend = "".join(
        f'<text x="{EDGE + 8 + 90 * side}" y="{EDGE - 10}" fill="{colour}">{name}</text>'
        for side, (name, colour) in enumerate((("learned from", FIRST), ("held out", SECOND)))
    )
    told = "; ".join(
        f"step {one.number}: {pair[0]:.3f} and {pair[1]:.3f}" for one, pair in zip(epochs, pairs, strict=True)
    )
    title = "Loss curve" if what == "loss" else "Accuracy curve"
    words = f"{what} on the files learned from and on held-out files. {told}."
    return _plot(title, words, lines + legend, f"step, 1 to {len(pairs)}", what, top)


def confusion_svg(table: Sequence[Sequence[int]]) -> str:
    """Rows: what is true, genuine and forged. Columns: verdicts."""
    cell, left, top = 96, 90, 60
    parts = [
        f'<text x="{left + cell * column + cell / 2:g}" y="{top - 10}" text-anchor="middle">{escape(name)}</text>'
        for column, name in enumerate(VERDICTS)
    ]
    for row, (name, counts) in enumerate(zip(("genuine", "forged"), table, strict=True)):
        y = top + row * cell / 2
        parts.append(f'<text x="{left - 8}" y="{y + 29:g}" text-anchor="end">{name}</text>')
        for column, count in enumerate(counts):
            parts.append(_cell(left + cell * column, y, cell, count, count / max(sum(counts), 1)))
    said = "; ".join(
        f"of {sum(counts)} {name} files "
        + ", ".join(f"{count} {verdict}" for count, verdict in zip(counts, VERDICTS, strict=True))
        for name, counts in zip(("genuine", "forged"), table, strict=True)
    )
    body = "".join(parts) + f'<text x="{left + 1.5 * cell:g}" y="24" text-anchor="middle">verdict</text>'
    return _svg("Confusion matrix", f"{said}.", body, left + 3 * cell + 20, top + cell + 20)


def pictures(card: Card) -> list[str]:
    """All that the card has numbers for."""
    found = [roc_svg(card.roc, card.whole.area.value if card.whole.area else None)] if card.roc else []
    found += [reliability_svg(card.bins)] if card.bins else []
    found.append(confusion_svg(card.confusion))
    return found + ([curve_svg(card.curve, "loss"), curve_svg(card.curve, "accuracy")] if card.curve else [])


def _cell(x: float, y: float, wide: float, count: int, part: float) -> str:
    fill = "#" + "".join(f"{round(255 + (tone - 255) * part):02x}" for tone in (20, 90, 140))
    return (
        f'<rect x="{x:g}" y="{y:g}" width="{wide:g}" height="{wide / 2:g}" fill="{fill}" stroke="#cccccc"/>'
        f'<text x="{x + wide / 2:g}" y="{y + 29:g}" text-anchor="middle" fill="{"#ffffff" if part > 0.55 else INK}">'
        f"{count}</text>"
    )


def _plot(title: str, words: str, body: str, across: str, upwards: str, top: float = 1.0) -> str:
    ticks = "".join(_tick(fifth / 5, top, across.startswith("step")) for fifth in range(6))
    middle = EDGE + HIGH / 2
    axes = (
        f'<text x="{EDGE + WIDE / 2:g}" y="{HIGH + 2 * EDGE - 6}" text-anchor="middle">{escape(across)}</text>'
        f'<text transform="translate(12 {middle:g}) rotate(-90)" text-anchor="middle">{escape(upwards)}</text>'
        f'<text x="{EDGE + WIDE / 2:g}" y="18" text-anchor="middle" font-weight="bold">{escape(title)}</text>'
    )
    return _svg(title, words, ticks + body + axes, WIDE + 2 * EDGE, HIGH + 2 * EDGE)


def _tick(value: float, top: float, bare: bool) -> str:
    below = f'<text x="{_x(value)}" y="{_y(0) + 18}" text-anchor="middle">{value:.1f}</text>'
    return (
        f'<line x1="{_x(0)}" y1="{_y(value)}" x2="{_x(1)}" y2="{_y(value)}" stroke="#eeeeee"/>'
        f'<text x="{_x(0) - 6}" y="{_y(value) + 4}" text-anchor="end">{value * top:.3g}</text>'
        + ("" if bare else below)
    )


def _line(points: Points, colour: str, dashed: bool = False) -> str:
    if len(points) == 1:
        return f'<circle cx="{_x(points[0][0])}" cy="{_y(points[0][1])}" r="3" fill="{colour}"/>'
    drawn = " ".join(f"{_x(x)},{_y(y)}" for x, y in points)
    dashes = ' stroke-dasharray="5 5"' if dashed else ""
    return f'<polyline points="{drawn}" fill="none" stroke="{colour}" stroke-width="2"{dashes}/>'


def _svg(title: str, words: str, body: str, width: float, height: float) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'height="{height:g}" font-family="system-ui, sans-serif" font-size="12" fill="{INK}">'
        f"<title>{escape(title)}</title><desc>{escape(words)}</desc>"
        f'<rect width="100%" height="100%" fill="#ffffff"/>{body}</svg>'
    )


def _x(value: float) -> float:
    return round(EDGE + value * WIDE, 1)


def _y(value: float) -> float:
    return round(EDGE + (1 - value) * HIGH, 1)
