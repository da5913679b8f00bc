"""A model card as one page of HTML: no scripts, nothing from elsewhere."""

from __future__ import annotations

from html import escape

from groundstone.forensics.card import Card, Example
from groundstone.forensics.card_pictures import pictures
from groundstone.forensics.card_text import INTERVALS, Table, calibration, tables

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#222;"
    "background:#fff}table{border-collapse:collapse;font-size:.9rem}td,th{padding:.25rem .8rem .25rem 0;"
    "text-align:left;vertical-align:top;border-bottom:1px solid #ddd}.wide{overflow-x:auto}"
    ".pictures,.examples{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}figcaption{max-width:22rem;"
    "font-size:.9rem}.page{position:relative;display:inline-block;border:1px solid #ccc}"
    ".page img+img{position:absolute;inset:0}img{display:block}[role=note]{border-left:4px solid #963d0f;"
    "padding-left:.8rem}pre{background:#f4f4f4;padding:.8rem;overflow-x:auto}"
)


def page(card: Card) -> str:
    told = card.told
    body = [f"<h1>{escape(told.title)}</h1>"]
    body += [f'<p role="note"><strong>Mind:</strong> {escape(each)}</p>' for each in told.warnings]
    body += ["<h2>Intended use</h2>", *(f"<p>{escape(each)}</p>" for each in told.use)]
    shown = tables(card)
    body += [_table(shown[0]), f"<p>{escape(INTERVALS)} {escape(calibration(card))}</p>"]
    body.append('<div class="pictures">' + "".join(f"<figure>{one}</figure>" for one in pictures(card)) + "</div>")
    body += [_table(table) for table in shown[1:]]
    if card.examples:
        body.append('<h2>Examples</h2><div class="examples">' + "".join(map(_example, card.examples)) + "</div>")
    body.append("<h2>Limits</h2><ul>" + "".join(f"<li>{escape(each)}</li>" for each in told.limits) + "</ul>")
    body.append(f"<h2>To repeat</h2><pre>{escape(told.repeat)}</pre>")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(told.title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body><main>\n'
        + "\n".join(body)
        + "\n</main></body></html>\n"
    )


def _table(table: Table) -> str:
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in table.heads) if any(table.heads) else ""
    rows = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>' + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:]) + "</tr>"
        for row in table.rows
    )
    opening = f"<thead><tr>{head}</tr></thead>" if head else ""
    return (
        f"<h2>{escape(table.title)}</h2>"
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(table.title)}">'
        f"<table>{opening}<tbody>{rows}</tbody></table></div>"
    )


def _example(one: Example) -> str:
    size = f'width="{one.width}" height="{one.height}"'
    heat = f'<img alt="" {size} src="data:image/png;base64,{one.heat}">' if one.heat else ""
    picture = f'<img alt="{escape(one.title)}" {size} src="data:image/jpeg;base64,{one.jpeg}">{heat}'
    return f'<figure><div class="page">{picture}</div><figcaption>{escape(one.title)}</figcaption></figure>'
