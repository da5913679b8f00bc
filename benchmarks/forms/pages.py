"""Samples of the pages that people wrote as HTML (pages/): as many kinds of paper as there are files.

    python -m benchmarks.forms.pages --check             # fills and draws every file twice and tells what is amiss
    python -m benchmarks.forms.pages --sheet sheet.png   # some of them side by side, answers framed

``page_samples`` gives them as benchmarks/forms/sample.py gives those of the generator, so that the same readings and
questions are made of them. Chromium draws a page the first time; later its words come from a file.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.forms.damage import LEVELS, Damage, plan
from benchmarks.forms.drawn import CACHE, Drawn, drawn
from benchmarks.forms.page_file import FOLDER, Asking, PageFile, page_files
from benchmarks.forms.sample import Question, Sample, samples

from groundstone.documents.values import looks_like

AT_ONCE = 400  # pages drawn by one browser
ASKED_FOR = {  # first words of a question -> the kind of value that it asks for
    "name": ("who", "whose", "wer", "qui", "quién", "chi", "wie heißt", "kto", "quem"),
    "date": ("when", "wann", "quand", "cuándo", "¿cuándo", "quando", "wanneer", "kiedy", "date"),
    "money": ("how much", "wie viel", "combien", "cuánto", "¿cuánto", "quanto", "hoeveel", "ile"),
}


def page_samples(
    split: str,
    seed: int,
    count: int,
    levels: Sequence[int] = LEVELS,
    families: Sequence[str] = (),
    cache: Path = CACHE,
    folder: Path = FOLDER,
) -> Iterator[Sample]:
    """``count`` samples of the files of a split ("train", "dev" or "all"), which take turns; same seed, same samples.

    ``families``: "receipt", "page", or both for none. Raises ValueError where Chromium is needed and missing.
    """
    files = [file for file in page_files(split, folder) if not families or file.family in families]
    wanted = [(files[n % len(files)], f"{seed}-{n // len(files)}") for n in range(count)] if files else []
    for start in range(0, len(wanted), AT_ONCE):
        some = wanted[start : start + AT_ONCE]
        for (file, name), page in zip(some, drawn(some, cache), strict=True):
            yield page_sample(file, name, page, levels)


def mixed(
    split: str, seed: int, count: int, pages: int, families: Sequence[str] = (), cache: Path = CACHE
) -> Iterator[Sample]:
    """``count`` samples of the generator, and after them ``pages`` samples of pages."""
    yield from samples(split, seed, count, families=families)
    yield from page_samples(split, seed, pages, families=families, cache=cache)


def page_sample(file: PageFile, seed: str, page: Drawn, levels: Sequence[int] = LEVELS) -> Sample:
    """A page that was filled with a seed and drawn; damaged, and asked what its file says, each in one wording."""
    rng = random.Random(f"{file.name} {seed}")
    damage = plan(rng, rng.choice(list(levels)), page.width, page.height)
    made = (_question(rng, asking, page, damage) for asking in file.askings)
    asked = [question for question in made if question is not None]
    rng.shuffle(asked)
    name = f"page-{file.name}-{seed}"
    sheet = page.sheet(file, seed)
    return Sample(name, file.name, file.family, "en", damage.level, file.split, tuple(asked), sheet, damage)


def _question(rng: random.Random, asking: Asking, page: Drawn, damage: Damage) -> Question | None:
    """None where this filling of the page has no place for the field at all."""
    text = _typed(rng, rng.choice(asking.wordings))
    if asking.field == "-":
        return Question(text, "-", _kind(text), None, None)
    if asking.field not in page.answers:
        return None
    answer, rect = page.answers[asking.field]
    return Question(text, asking.field, looks_like(answer)[0], answer, damage.place(rect))


def _typed(rng: random.Random, text: str) -> str:
    """People leave out the question mark or the capitals now and then."""
    if rng.random() < 0.08:
        text = text.rstrip("? ").lstrip("¿")
    return text.lower() if rng.random() < 0.06 else text


def _kind(question: str) -> str:
    begun = question.casefold()
    return next((kind for kind, words in ASKED_FOR.items() if begun.startswith(words)), "text")


def main(words: Sequence[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--check", action="store_true")
    options.add_argument("--sheet", type=Path, help="a picture file to write")
    options.add_argument("--names", default="", help="only files whose names begin so")
    options.add_argument("--seed", default="check")
    options.add_argument("--cache", type=Path, default=CACHE)
    given = options.parse_args(words)
    from benchmarks.forms import page_check  # it draws pictures and needs this module

    files = [file for file in page_files() if file.name.startswith(given.names)]
    if given.sheet:
        page_check.contact_sheet(files, given.seed).save(given.sheet)
    return page_check.check(files, given.seed, given.cache) if given.check else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
