"""A run as a report: JSON that holds everything, CSV and Markdown of its levels, one page of HTML with curves."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from html import escape
from typing import Any

from groundstone.endpoints.capacity.joined import Joined, Theory
from groundstone.endpoints.capacity.joined import Table as JoinedTable
from groundstone.endpoints.capacity.knee import cost_per_million, knee
from groundstone.endpoints.load.curves import Line, plot
from groundstone.endpoints.load.figures import Figures, Promise, figures
from groundstone.endpoints.load.runner import Level

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;color:#222;"
    "background:#fff}table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}"
    "td,th{padding:.25rem .9rem .25rem 0;text-align:right;border-bottom:1px solid #ddd}th:first-child{text-align:left}"
    ".wide{overflow-x:auto}.pictures{display:flex;flex-wrap:wrap;gap:1rem}figure{margin:0}"
    "[role=note]{border-left:4px solid #963d0f;padding-left:.8rem}pre{background:#f4f4f4;padding:.8rem;overflow-x:auto}"
)
HEADS = (
    "level", "requests", "good", "tokens/s", "requests/s", "goodput/s", "first token p50 ms", "p90 ms", "p99 ms",
    "between tokens p50 ms", "p99 ms", "end to end p50 ms", "p99 ms", "ms/token", "cost of a million",
)  # fmt: skip
HEALTH_HEADS = ("level", "woke up late p99 ms", "at most ms", "processor %", "kept up")


@dataclass(frozen=True, slots=True)
class Row:
    """One level: what it was, its figures, whether the client kept up. ``concurrency`` 0 for an open schedule."""

    name: str
    concurrency: int
    figures: Figures
    health: dict[str, float]
    problem: str
    stopped: bool
    why: tuple[str, ...] = ()  # the first words of its problems
    told: str = ""  # how well it is known, where it ran until it was stable

    @property
    def per_token(self) -> float:
        """Seconds of latency for each token written: a request's whole time by its tokens, in the mean."""
        found = self.figures
        return found.end_to_end.mean * found.good / found.tokens_out if found.tokens_out else 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """``setting``: everything that is needed to repeat the run. ``price``: of an hour; 0 when unknown.

    ``predicted``: tokens a second by concurrency, from the theory, where the model and the machine were named.
    ``theory``: that model and machine, whose curves, tables and advice then stand beside the measured ones.
    """

    title: str
    setting: dict[str, Any]
    rows: tuple[Row, ...]
    price: float = 0.0
    predicted: dict[int, float] = field(default_factory=dict)
    theory: Theory | None = None

    @property
    def joined(self) -> Joined | None:
        """The theory beside the levels of clients; None where it was not asked for, or they wrote nothing."""
        rates = {one.concurrency: one.figures.tokens_per_second for one in self.rows if one.concurrency}
        rates = {count: rate for count, rate in rates.items() if rate > 0}
        return self.theory.beside(rates, self.price) if self.theory is not None and rates else None

    @property
    def knee(self) -> int | None:
        """Of levels of clients that rise, by the half-latency rule."""
        rows = [row for row in self.rows if row.concurrency and row.figures.good]
        counts = [row.concurrency for row in rows]
        if len(rows) < 2 or counts != sorted(set(counts)):
            return None
        return knee(counts, [row.per_token for row in rows])

    @property
    def is_valid(self) -> bool:
        """Whether the client kept up at every level."""
        return not any(row.problem for row in self.rows)


def row(level: Level, concurrency: int = 0, promise: Promise | None = None) -> Row:
    found = figures(level.outcomes, level.seconds, promise, level.window)
    words = {one.problem: one.why for one in reversed(level.outcomes) if one.problem}
    said = tuple(f"{kind}: {why}" for kind, why in sorted(words.items()))
    waited = found.good or "timeout" in words  # a server that answers nothing at once keeps any client busy
    problem = level.health.problem if waited else ""
    return Row(level.name, concurrency, found, asdict(level.health), problem, level.stopped, said, level.told)


def as_json(report: Report) -> dict[str, Any]:
    beside = report.joined
    told = {"joined": {**beside.figures, "advice": beside.advice}} if beside else {}
    return {
        "title": report.title,
        "setting": report.setting,
        "price": report.price,
        "knee": report.knee,
        "valid": report.is_valid,
        "predicted": {str(count): rate for count, rate in report.predicted.items()},
        "levels": [asdict(one) for one in report.rows],
        **told,
    }


def table(report: Report) -> Iterator[list[str]]:
    """A line for each level, under HEADS."""
    for one in report.rows:
        found = one.figures
        rates = [f"{found.tokens_per_second:.1f}", f"{found.requests_per_second:.2f}", f"{found.goodput:.2f}"]
        first = [_ms(found.first_token.at(rank)) for rank in (50.0, 90.0, 99.0)]
        between = [_ms(found.between_tokens.at(rank)) for rank in (50.0, 99.0)]
        whole = [_ms(found.end_to_end.at(rank)) for rank in (50.0, 99.0)]
        cost = cost_per_million(report.price, found.tokens_per_second) if report.price and found.tokens_out else 0.0
        yield [
            one.name, str(found.requests), str(found.good), *rates, *first, *between, *whole, _ms(one.per_token),
            f"{cost:.2f}" if cost else "",
        ]  # fmt: skip


def health_table(report: Report) -> JoinedTable:
    """Whether the client kept up, level by level; empty cells where an older report does not tell."""
    rows = []
    for one in report.rows:
        seen = one.health
        late = [f"{1000 * seen[name]:.1f}" if name in seen else "" for name in ("lag", "worst")]
        share = f"{100 * seen['processor']:.0f}" if "processor" in seen else ""
        rows.append((one.name, *late, share, "no" if one.problem else "yes" if seen else ""))
    return JoinedTable("Client health", HEALTH_HEADS, tuple(rows))


def as_csv(report: Report) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADS)
    writer.writerows(table(report))
    return out.getvalue()


def as_markdown(report: Report) -> str:
    lines = [f"# {report.title}", "", *(f"- {note}" for note in notes(report)), ""]
    lines += [f"| {' | '.join(HEADS)} |", f"|{' --- |' * len(HEADS)}"]
    lines += [f"| {' | '.join(cells)} |" for cells in table(report)]
    lines += _markdown_table(health_table(report), "##")
    if beside := report.joined:
        lines += ["", "## Measured and predicted", "", *(f"- {said}" for said in (*beside.sentences, *beside.advice))]
        for one in beside.tables:
            lines += _markdown_table(one, "###")
    return "\n".join(lines) + "\n"


def _markdown_table(shown: JoinedTable, mark: str) -> list[str]:
    head = ["", f"{mark} {shown.title}", "", f"| {' | '.join(shown.head)} |", f"|{' --- |' * len(shown.head)}"]
    return [*head, *(f"| {' | '.join(cells)} |" for cells in shown.rows)]


def notes(report: Report) -> Iterator[str]:
    """What one has to know before one reads the figures."""
    for one in report.rows:
        if one.problem:
            yield f"Invalid at {one.name}: {one.problem}."
        if one.stopped:
            yield f"Stopped at {one.name}; what had ended by then is counted."
        if one.told:
            yield f"{one.name} was {one.told}."
        if one.figures.retry_after.count:
            wait = one.figures.retry_after
            yield f"At {one.name} the server asked {wait.count} times to wait, up to {wait.greatest:g} s (Retry-After)."
        for doubt, count in one.figures.doubts:
            yield f"At {one.name}, {count} replies: {doubt}."
        for why in one.why:
            count = dict(one.figures.problems).get(why.partition(":")[0], 0)
            yield f"At {one.name}, {count} without a reply, {' '.join(why.split())}"
    counted = sorted({way for one in report.rows for way in one.figures.counted_by})
    if counted:
        yield f"Tokens are counted by: {', '.join(counted)}."
    if report.knee is not None:
        yield f"The knee is at {report.knee} requests at once."


def as_html(report: Report) -> str:
    """One page without scripts and without anything from elsewhere."""
    mind = "".join(f'<p role="note">{escape(note)}</p>' for note in notes(report))
    pictures = "".join(f"<figure>{picture}</figure>" for picture in _pictures(report))
    setting = "\n".join(f"{name}: {value}" for name, value in report.setting.items())
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(report.title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n<body><main>\n'
        f"<h1>{escape(report.title)}</h1>\n{mind}\n"
        f'<div class="pictures">{pictures}</div>\n<h2>Levels</h2>\n{_levels_table(report)}\n'
        f"<h2>Client health</h2>\n{_html_table(health_table(report))}\n"
        f"{_beside(report.joined)}<h2>To repeat</h2>\n<pre>{escape(setting)}</pre>\n</main></body></html>\n"
    )


def _levels_table(report: Report) -> str:
    return _html_table(JoinedTable("Levels", HEADS, tuple(tuple(cells) for cells in table(report))))


def _html_table(shown: JoinedTable) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in shown.head)
    rows = "".join(
        f'<tr><th scope="row">{escape(cells[0])}</th>{"".join(f"<td>{escape(cell)}</td>" for cell in cells[1:])}</tr>'
        for cells in shown.rows
    )
    return (
        f'<div class="wide" tabindex="0" role="region" aria-label="{escape(shown.title)}"><table>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _beside(joined: Joined | None) -> str:
    """The part of the page that lays the theory beside what was measured; nothing without it."""
    if joined is None:
        return ""
    pictures = "".join(
        f"<figure>{plot(one.title, one.across, one.up, lines, marked=one.marked, logarithmic=one.logarithmic)}</figure>"
        for one in joined.pictures
        if len(one.lines[0].points) > 1
        for lines in [[Line(line.name, line.points, line.dashed) for line in one.lines]]
    )
    said = "".join(f"<p>{escape(sentence)}</p>" for sentence in joined.sentences)
    tables = "".join(f"<h3>{escape(one.title)}</h3>{_html_table(one)}" for one in joined.tables)
    advice = "".join(f"<li>{escape(line)}</li>" for line in joined.advice)
    deploy = f"<h2>What to deploy</h2><ul>{advice}</ul>" if advice else ""
    return f'<h2>Measured and predicted</h2>\n{said}<div class="pictures">{pictures}</div>\n{tables}\n{deploy}\n'


def _pictures(report: Report) -> Iterator[str]:
    rows = [one for one in report.rows if one.concurrency and one.figures.tokens_out]
    if len(rows) < 2:
        return
    counts = [float(one.concurrency) for one in rows]
    rates = [one.figures.tokens_per_second for one in rows]
    lines = [Line("measured", tuple(zip(counts, rates, strict=True)))]
    if report.predicted:
        known = tuple((float(count), rate) for count, rate in sorted(report.predicted.items()) if count <= counts[-1])
        lines.append(Line("predicted", known, dashed=True))
    yield plot("Throughput", "requests at once", "tokens a second", lines, marked=report.knee, logarithmic=True)
    pace = [1000 * one.per_token for one in rows]
    yield plot(
        "Latency against throughput", "tokens a second", "milliseconds a token",
        [Line("measured", tuple(zip(rates, pace, strict=True)))],
    )  # fmt: skip
    first: Sequence[Line] = [
        Line(
            f"p{rank:g}",
            tuple((count, 1000 * one.figures.first_token.at(rank)) for count, one in zip(counts, rows, strict=True)),
        )
        for rank in (50.0, 99.0)
    ]
    yield plot("First token", "requests at once", "milliseconds", first, logarithmic=True)


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.1f}" if seconds else ""
