"""The decks and questions of a set, for a seed, and as files in a folder.

python -m benchmarks.slides.decks FOLDER --set dev --seed 1
"""

from __future__ import annotations

import argparse
import json
import random
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from benchmarks.slides.canvas import HEIGHT, WIDTH, PdfPage, Pixels, pdf_file
from benchmarks.slides.paint import paint
from benchmarks.slides.plan import Asked, DeckPlan
from benchmarks.slides.topic import Topic

SETS = ("dev", "held")
ENDINGS = {"pptx": ".pptx", "pdf": ".pdf", "pictures": ""}
HERE = Path(__file__).parent
ABSENT = 0.22  # share of the questions that no deck answers


@dataclass(frozen=True, slots=True)
class Set:
    decks: tuple[DeckPlan, ...]
    questions: tuple[Asked, ...]


def made(kind: str, seed: int, decks: int = 0, questions: int = 0) -> Set:
    """A set: "dev" or "held". ``decks``: only so many; ``questions``: about so many, 14 a deck where it is 0."""
    if kind not in SETS:
        raise ValueError(f"there is no set {kind!r}: take one of {', '.join(SETS)}")
    words = tomllib.loads((HERE / "topics" / kind / "wording.toml").read_text("utf-8"))
    plans, pools = [], []
    for topic in _topics(kind, words, seed):
        plan, asked = topic.made()
        plans.append(plan)
        pools.append(asked)
    kept = plans[: decks or len(plans)]
    count = questions or 14 * len(kept)
    dice = random.Random(f"questions {kind} {seed}")
    chosen = _chosen(pools[: len(kept)], count - round(count * ABSENT), dice)
    absent = [one for pool in pools[: len(kept)] for one in pool if one.absent]
    off = [Asked("absent: off topic", text) for text in words["off"]]
    wanted = round(count * ABSENT)
    chosen += dice.sample(absent, min(len(absent), wanted - min(len(off), wanted // 5)))
    chosen += dice.sample(off, min(len(off), wanted // 5))
    return Set(tuple(kept), tuple(replace(one, id=_id(one)) for one in chosen))


def _topics(kind: str, words: dict[str, list[str]], seed: int) -> Iterator[Topic]:
    """One deck of every file, then the second ones: a part of the decks has all subjects too."""
    files = [tomllib.loads(path.read_text("utf-8")) for path in sorted((HERE / "topics" / kind).glob("*.toml"))]
    raws = [raw for raw in files if "deck" in raw]
    for turn in range(max(len(raw["deck"]) for raw in raws)):
        for raw in raws:
            if turn < len(raw["deck"]):
                yield Topic(raw, raw["deck"][turn], words, f"{kind} {seed}")


def _chosen(pools: Sequence[Sequence[Asked]], count: int, dice: random.Random) -> list[Asked]:
    """In turn from every deck, of a deck in turn from every kind, so that no kind and no deck has most."""
    queues = []
    for pool in pools:
        kinds: dict[str, list[Asked]] = defaultdict(list)
        for one in dice.sample([one for one in pool if not one.absent], sum(not one.absent for one in pool)):
            kinds[one.kind].append(one)
        order = list(kinds)
        dice.shuffle(order)
        longest = max(map(len, kinds.values()), default=0)
        queues.append([kinds[kind][at] for at in range(longest) for kind in order if at < len(kinds[kind])])
    found: list[Asked] = []
    for at in range(max(map(len, queues))):
        found += [queue[at] for queue in queues if at < len(queue)]
    return found[:count]


def _id(one: Asked) -> str:
    return sha256("\0".join((one.deck, *one.after, one.question)).encode()).hexdigest()[:12]


def written(folder: Path, plan: DeckPlan) -> Path:
    """The file of a deck, or the folder of its pictures."""
    if plan.format == "pptx":
        from benchmarks.slides.pptx_file import pptx_file

        path = folder / f"{plan.name}.pptx"
        path.write_bytes(pptx_file(plan))
        return path
    if plan.format == "pdf":
        path = folder / f"{plan.name}.pdf"
        pages = [PdfPage() for _ in plan.slides]
        for number, (page, slide) in enumerate(zip(pages, plan.slides, strict=True), 1):
            paint(page, plan, slide, number)
        path.write_bytes(pdf_file(pages, plan.title))
        return path
    path = folder / plan.name
    path.mkdir(exist_ok=True)
    for number, slide in enumerate(plan.slides, 1):
        canvas = Pixels(WIDTH, HEIGHT, plan.look)
        paint(canvas, plan, slide, number)
        (path / f"slide_{number:03}.jpg").write_bytes(canvas.jpeg(85))
    return path


def write(folder: Path, made_set: Set) -> dict[str, Path]:
    """All decks, and at last questions.jsonl; returns where each deck is. What was written before is left alone."""
    done = folder / "questions.jsonl"
    if done.exists():
        return {plan.name: folder / f"{plan.name}{ENDINGS[plan.format]}" for plan in made_set.decks}
    folder.mkdir(parents=True, exist_ok=True)
    paths = {plan.name: written(folder, plan) for plan in made_set.decks}
    lines = [json.dumps(one.line(), ensure_ascii=False) for one in made_set.questions]
    done.write_text("\n".join(lines) + "\n", "utf-8")
    return paths


def version() -> str:
    """Changes whenever what is made for a seed may change."""
    files = sorted(path for path in HERE.rglob("*") if path.suffix in (".py", ".toml"))
    return sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:8]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", choices=SETS, default="dev", dest="kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--decks", type=int, default=0)
    parser.add_argument("--questions", type=int, default=0)
    chosen = parser.parse_args()
    done = made(chosen.kind, chosen.seed, chosen.decks, chosen.questions)
    write(chosen.folder, done)
    print(
        len(done.decks),
        "decks,",
        sum(len(one.slides) for one in done.decks),
        "slides,",
        len(done.questions),
        "questions",
    )


if __name__ == "__main__":
    main()
