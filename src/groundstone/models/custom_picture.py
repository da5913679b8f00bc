"""The report of a custom model for people: the confusion matrix as an SVG picture, and one page that holds all."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from groundstone.models.custom_report import Report

CELL, LEFT, TOP, SHOWN = 44, 190, 190, 24  # pixels, and characters of a label
ACCENT = (20, 90, 140)


def confusion_svg(report: Report) -> str:
    """A picture that stands alone: rows are true labels, columns given ones; said in words for screen readers."""
    names = [each.label for each in report.labels]
    side = CELL * len(names)
    width, height = LEFT + side + 24, TOP + side + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="cm-title cm-desc" '
        f'viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="system-ui, sans-serif" font-size="13">',
        '<title id="cm-title">Confusion matrix</title>',
        f'<desc id="cm-desc">{escape(_in_words(report))}</desc>',
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{LEFT + side / 2:g}" y="20" text-anchor="middle" fill="#333333">given label</text>',
        f'<text transform="translate(16 {TOP + side / 2:g}) rotate(-90)" text-anchor="middle" fill="#333333">'
        "true label</text>",
    ]
    for number, name in enumerate(names):
        parts += _axis(number, name)
    for number, row in enumerate(report.confusion):
        parts += [_cell(number, column, count, sum(row), names) for column, count in enumerate(row)]
    return "\n".join([*parts, "</svg>"]) + "\n"


def report_page(name: str, report: Report) -> str:
    """A page of HTML without scripts or outside files."""
    low, high = report.interval
    facts = [
        ("Method", report.method),
        ("Accuracy", f"{report.accuracy:.1%} (95 % interval {low:.1%} to {high:.1%})"),
        (f"Always answering “{report.baseline_label}”", f"{report.baseline:.1%}"),
        ("Macro F1", f"{report.macro_f1:.3f}"),
        ("Log loss", f"{report.log_loss:.3f}"),
        ("Calibration error", f"{report.calibration_error:.3f}"),
        ("Examples", f"{report.trained_on} trained on, {report.tested_on} tested"),
    ]
    body = [f"<h1>Custom model {escape(name)}</h1>"]
    body += [f'<p role="note"><strong>Mind:</strong> {escape(each)}</p>' for each in report.warnings]
    body.append(_table("Figures on examples that it had not seen", ("", ""), facts))
    if report.compared:
        tried = [(method, f"{right:.1%}", f"{f1:.3f}") for method, right, f1 in report.compared]
        body.append(_table("Methods tried", ("method", "accuracy", "macro F1"), tried))
    rows = [
        (each.label, f"{each.precision:.3f}", f"{each.recall:.3f}", f"{each.f1:.3f}", str(each.support))
        for each in report.labels
    ]
    body.append(_table("Labels", ("label", "precision", "recall", "F1", "tested"), rows))
    body.append(f"<h2>Confusion</h2><figure>{confusion_svg(report)}</figure>")
    mistakes = [(each.text, each.label, each.said, f"{each.probability:.0%}") for each in report.mistakes]
    if mistakes:
        body.append(_table("Hardest mistakes", ("text", "true", "given", "sure"), mistakes))
    style = (
        "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#222;"
        "background:#fff}table{border-collapse:collapse}td,th{padding:.2rem .8rem .2rem 0;text-align:left;"
        "vertical-align:top;border-bottom:1px solid #ddd}figure{margin:0;overflow-x:auto}"
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(name)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{style}</style></head>\n<body><main>\n'
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def _in_words(report: Report) -> str:
    rows = []
    for figures, row in zip(report.labels, report.confusion, strict=True):
        wrong = [f"{count} as {other.label}" for other, count in zip(report.labels, row, strict=True) if count]
        rows.append(f"{figures.label}: {', '.join(wrong) or 'none tested'}")
    return "Of each true label, how many were given which label. " + "; ".join(rows) + "."


def _axis(number: int, name: str) -> list[str]:
    middle = CELL * number + CELL / 2
    short = escape(name if len(name) <= SHOWN else name[: SHOWN - 1] + "…")
    whole = f"<title>{escape(name)}</title>"
    turned = f"translate({LEFT + middle + 4:g} {TOP - 8}) rotate(-90)"
    return [
        f'<text x="{LEFT - 8}" y="{TOP + middle + 4:g}" text-anchor="end" fill="#222222">{whole}{short}</text>',
        f'<text transform="{turned}" fill="#222222">{whole}{short}</text>',
    ]


def _cell(row: int, column: int, count: int, total: int, names: list[str]) -> str:
    share = count / total if total else 0.0
    fill = "#" + "".join(f"{round(255 + (part - 255) * share):02x}" for part in ACCENT)
    ink = "#ffffff" if share > 0.55 else "#222222"
    x, y = LEFT + CELL * column, TOP + CELL * row
    said = escape(f"{names[row]} given as {names[column]}: {count} of {total}")
    return (
        f'<g><title>{said}</title><rect x="{x}" y="{y}" width="{CELL}" height="{CELL}" fill="{fill}" '
        f'stroke="#cccccc"/><text x="{x + CELL / 2:g}" y="{y + CELL / 2 + 5:g}" text-anchor="middle" '
        f'fill="{ink}">{count}</text></g>'
    )


def _table(caption: str, head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    top = "".join(f'<th scope="col">{escape(each)}</th>' for each in head) if any(head) else ""
    lines = [
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in rows
    ]
    opening = f"<thead><tr>{top}</tr></thead>" if top else ""
    return f"<h2>{escape(caption)}</h2><table>{opening}<tbody>{''.join(lines)}</tbody></table>"
