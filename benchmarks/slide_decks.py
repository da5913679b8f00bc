"""Decks of slides: is the right slide found, does the answer say it, is what no deck says declined, and how fast.

    python benchmarks/slide_decks.py                        # 27 decks, 378 questions, both ways; goes on after a stop
    python benchmarks/slide_decks.py --seed 11 --decks 8 --wrong
    python benchmarks/slide_decks.py --speed                # reading, memory, time to an answer
    python benchmarks/slide_decks.py --real FOLDER          # pictures of slides with questions.json, and PPTX files

Decks and questions come from benchmarks/slides, in PPTX, PDF and JPEG pictures of 960 by 540 pixels. The set "held" is
for judging: what it asks is not to be looked at while anything is improved; "dev" is. All decks lie on one shelf, and
questions are asked of all of them. Outcomes are kept in the home folder (``--home``), so that a run that was stopped
goes on; ``--fresh`` asks again and ``--reread`` reads the decks again. In brackets stand 95 % intervals by the
percentile bootstrap over decks.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.slides import decks

from groundstone import Platform, config
from groundstone.errors import GroundstoneError
from groundstone.identity import LOCAL
from groundstone.slides.base import WAYS, Shelf, SlideAnswer, Turn
from groundstone.slides.evaluate import Report, SlideQuestion, evaluate, load_questions
from groundstone.slides.service import Slides

PATIENCE = 3600.0  # seconds for one deck


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--set", choices=decks.SETS, default="held", dest="kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--decks", type=int, default=0, help="only so many decks")
    parser.add_argument("--questions", type=int, default=0, help="about so many questions; default: 14 a deck")
    parser.add_argument("--way", choices=WAYS, action="append", help="only this way")
    parser.add_argument("--real", type=Path, help="a folder with images/, pptx/ and questions.json instead")
    parser.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / "groundstone-slide-decks")
    parser.add_argument("--fresh", action="store_true", help="ask again what was asked before")
    parser.add_argument("--reread", action="store_true", help="read the decks again, and ask again")
    parser.add_argument("--wrong", action="store_true", help="list what went wrong")
    parser.add_argument("--speed", action="store_true", help="measure times and memory instead")
    parser.add_argument("--json", type=Path, help="also write the report to this file")
    chosen = parser.parse_args()
    if chosen.speed:
        from benchmarks.slides import speed

        speed.main(chosen.home, chosen.json)
        return
    folder, paths = _files(chosen)
    with opened(folder, fresh=chosen.reread) as platform:
        put(platform.slides, paths)
        questions = real_questions(chosen.real) if chosen.real else load_questions(folder / "questions.jsonl")
        report = judged(platform.slides, questions, chosen.way or list(WAYS), folder, fresh=chosen.fresh)
    print(report.table())
    if chosen.wrong:
        _wrong(report, questions)
    if chosen.json:
        chosen.json.write_text(json.dumps(report.json(), ensure_ascii=False, indent=1), "utf-8")


def _files(chosen: argparse.Namespace) -> tuple[Path, Mapping[str, Path]]:
    """The folder of a run, and where each deck is: drawn before, or drawn now."""
    if chosen.real:
        found = {"pictures": chosen.real / "images"} if (chosen.real / "images").is_dir() else {}
        found |= {path.stem: path for path in sorted((chosen.real / "pptx").glob("*.pptx"))}
        folder = chosen.home / "real"
        folder.mkdir(parents=True, exist_ok=True)
        return folder, found
    folder = chosen.home / f"{chosen.kind}-{chosen.seed}-{chosen.decks}-{chosen.questions}-{decks.version()}"
    if chosen.reread and folder.exists():
        shutil.rmtree(folder)
    made = decks.made(chosen.kind, chosen.seed, chosen.decks, chosen.questions)
    return folder, decks.write(folder, made)


@contextmanager
def opened(folder: Path, *, fresh: bool = False) -> Iterator[Platform]:
    """An installation of its own in a folder, with the weights of the installed one."""
    installed, home = config.load(), folder / "home"
    if fresh and home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, exist_ok=True)
    if not (home / "models").exists() and (installed.home / "models").is_dir():
        (home / "models").symlink_to(installed.home / "models", target_is_directory=True)
    with Platform(replace(installed, home=home, buckets="")) as platform:
        platform.slides.start(watch=False)
        yield platform


def put(slides: Slides, paths: Mapping[str, Path]) -> None:
    """Every deck on the shelf, read; one that was read before is there at once."""
    began, ids = time.perf_counter(), []
    for name, path in paths.items():
        data = pictures_of(path) if path.is_dir() else path.read_bytes()
        ids.append(slides.add(LOCAL, name if path.is_dir() else path.name, data).id)
    for number, id in enumerate(ids, 1):
        info = slides.wait(LOCAL, id, PATIENCE)
        if info.state == "failed":
            print(f"{info.name} could not be read: {'; '.join(info.problems)}", file=sys.stderr)
        _told(f"{number} of {len(ids)} decks read", last=number == len(ids))
    print(f"{len(ids)} decks on the shelf after {time.perf_counter() - began:.0f} s", file=sys.stderr)


def pictures_of(folder: Path) -> list[tuple[str, bytes]]:
    files = (path for path in sorted(folder.iterdir()) if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
    return [(path.name, path.read_bytes()) for path in files]


def judged(
    slides: Slides, questions: Sequence[SlideQuestion], ways: Sequence[str], folder: Path, *, fresh: bool
) -> Report:
    """Asks everything in each of the ways; each way has its own shelf, by which ``ask`` knows it."""
    kept = folder / "outcomes.jsonl"
    if fresh:
        kept.unlink(missing_ok=True)
    shelves = {way: slides.shelf(LOCAL, way) for way in ways}

    def ask(shelf: Shelf, question: str, history: Sequence[Turn]) -> SlideAnswer:
        way = next(name for name, one in shelves.items() if one is shelf)
        return slides.ask(LOCAL, question, history, way=way)

    return evaluate(shelves, ask, questions, kept=kept, progress=lambda done, all: _told(f"{done} of {all} asked"))


def real_questions(folder: Path) -> list[SlideQuestion]:
    """The published questions of a folder: [{"q", "must_contain" or "must_refuse", "slide_text"}]."""
    found = []
    files = [path.name for path in sorted((folder / "images").glob("*.jpg"))]
    for number, one in enumerate(json.loads((folder / "questions.json").read_text("utf-8"))):
        absent = bool(one.get("must_refuse"))
        wanted = tuple((text,) for text in one.get("must_contain", []))
        name = f"slide_{one['slide']:02}.jpg" if one.get("slide") else ""
        slides = (files.index(name) + 1,) if name in files else ()
        found.append(SlideQuestion(str(number), one["q"], "" if absent else "pictures", slides, wanted, absent))
    return found


def _wrong(report: Report, questions: Sequence[SlideQuestion]) -> None:
    asked = {one.id: one for one in questions}
    for one in report.outcomes:
        question = asked[one.id]
        if one.error or (not one.declined if one.absent else not one.contained):
            what = "is not in the decks" if one.absent else f"is {question.wanted} on {one.deck} {question.slides}"
            said = one.error or f"{'declined: ' if one.declined else ''}{one.said!r}"
            print(f"\n{one.way}, {one.kind}, slide at {one.rank}: {question.question}\n  {said}\n  {what}")


def _told(text: str, *, last: bool = False) -> None:
    if sys.stderr.isatty():
        print(f"\r{text} ", end="\n" if last else "", file=sys.stderr, flush=True)


if __name__ == "__main__":
    began = time.perf_counter()
    try:
        main()
    except GroundstoneError as error:
        sys.exit(f"{error.code}: {error}")
    print(f"\n{time.perf_counter() - began:.0f} s")
