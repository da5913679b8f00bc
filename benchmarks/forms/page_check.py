"""What is amiss with the files of pages/, and pictures of them side by side."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path

import jinja2
from benchmarks.forms.drawn import Drawn, browser_page, drawn, drawn_of, taken
from benchmarks.forms.page_file import Asking, Filled, PageFile
from benchmarks.forms.sheet import Rect, Written
from PIL import Image, ImageDraw

MOST_WORDS, LONGEST_ANSWER = 600, 20  # words
CELL = (620, 620)  # pixels of one page of a contact sheet


def check(files: Sequence[PageFile], seed: str, cache: Path) -> int:
    """Prints a line for everything amiss; 1 if there was something, else 0."""
    amiss = 0
    for file, troubles in _found(files, (f"{seed}-1", f"{seed}-2"), cache):
        amiss += len(troubles)
        for trouble in dict.fromkeys(troubles):
            print(f"{file.name}: {trouble}")
    asked = sum(asking.field != "-" for file in files for asking in _askings(file))
    vain = sum(asking.field == "-" for file in files for asking in _askings(file))
    dev = sum(file.split == "dev" for file in files)
    print(f"{len(files)} files, {dev} of them dev; {asked} fields asked, {vain} questions in vain; {amiss} amiss")
    return 1 if amiss else 0


def _found(files: Sequence[PageFile], seeds: Sequence[str], cache: Path) -> Iterator[tuple[PageFile, list[str]]]:
    filled: list[tuple[PageFile, str, Filled]] = []
    for file in files:
        try:
            yield file, list(_head(file))
            filled += [(file, seed, file.filled(seed)) for seed in seeds]
        except (ValueError, TypeError, jinja2.TemplateError) as error:
            yield file, [f"cannot be filled: {type(error).__name__}: {error}"]
    pages = drawn([(file, seed) for file, seed, _ in filled], cache)
    for (file, _, one), page in zip(filled, pages, strict=True):
        yield file, [*_body(file, one), *_page(one, page)]


def _askings(file: PageFile) -> tuple[Asking, ...]:
    """None of them where the head is broken, which is told elsewhere."""
    try:
        return file.askings
    except ValueError:
        return ()


def _head(file: PageFile) -> Iterator[str]:
    texts = [text for asking in file.askings for text in asking.wordings]
    yield from (f"asks twice: {text}" for text in dict.fromkeys(texts) if texts.count(text) > 1)
    if not any(asking.field == "-" for asking in file.askings):
        yield "asks nothing in vain"


def _body(file: PageFile, filled: Filled) -> Iterator[str]:
    for asking in file.askings:
        count = filled.markup.count(f'data-f="{asking.field}"')
        if asking.field != "-" and count != 1:
            yield f"{asking.field} stands on the page {count} times"
    fields = [asking.field for asking in file.askings if asking.field != "-"]
    yield from (f"{name} is asked in two lines" for name in dict.fromkeys(fields) if fields.count(name) > 1)
    yield from (f"{name} is on the page and never asked" for name in filled.truth if name not in fields)


def _page(filled: Filled, page: Drawn) -> Iterator[str]:
    for name, truth in filled.truth.items():
        said = page.answers.get(name, ("", None))[0]
        if not said:
            yield f"{name} has no words to be seen, but the value {truth!r}"
        elif _bare(said) != _bare(truth):
            yield f"{name} is {truth!r}, but the page says {said!r}"
        if len(said.split()) > LONGEST_ANSWER:
            yield f"{name} has {len(said.split())} words"
    if page.outside:
        yield f"words outside the page: {' '.join(page.outside[:6])}"
    if not 8 <= len(page.words) <= MOST_WORDS:
        yield f"{len(page.words)} words"
    crossed = [f"{one.text}/{other.text}" for one, other in _crossing(page.words)]
    if crossed:
        yield f"words on each other: {' '.join(crossed[:4])}"


def _bare(text: str) -> str:
    return "".join(text.casefold().split())


def _crossing(words: Sequence[Written]) -> Iterator[tuple[Written, Written]]:
    for n, one in enumerate(words):
        yield from ((one, other) for other in words[n + 1 :] if _share(one.rect, other.rect) > 0.25)


def _share(one: Rect, other: Rect) -> float:
    """Of the smaller rectangle, how much lies in the other."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    least = min((rect[2] - rect[0]) * (rect[3] - rect[1]) for rect in (one, other))
    return across * down / max(least, 1e-6) if across > 0 and down > 0 else 0.0


def contact_sheet(files: Sequence[PageFile], seed: str, across: int = 4) -> Image.Image:
    """One filling of each file: answers framed red, words blue, marks green, rulings orange."""
    down = -(-len(files) // across)
    made = Image.new("RGB", (across * CELL[0], down * CELL[1]), "#777")
    with browser_page() as page:
        for n, file in enumerate(files):
            filled = file.filled(f"{seed}-1")
            data = taken(page, filled) | {"scale": 1.0}
            picture = Image.open(io.BytesIO(page.locator("body").screenshot())).convert("RGB")
            _framed(picture, drawn_of(data))
            picture.thumbnail((CELL[0] - 8, CELL[1] - 8))
            made.paste(picture, (n % across * CELL[0] + 4, n // across * CELL[1] + 4))
    return made


def _framed(picture: Image.Image, page: Drawn) -> None:
    draw = ImageDraw.Draw(picture)
    for word in page.words:
        draw.rectangle(word.rect, None, "#8af")
    for line in page.rulings:
        draw.line(line, "#f90", 2)
    for tick in page.ticks:
        draw.rectangle(tick.rect, "#0a0" if tick.checked else None, "#0a0")
    for _, rect in page.answers.values():
        draw.rectangle(rect, None, "#f00", 2)
