"""How well the builder reads narratives and maps schemas, by the rules and by models.

    python benchmarks/builder.py [--home FOLDER] [--small] [--model NAME]

prints precision and recall on the narratives of tests/builder: those on which the rules were written, and those that
they never saw; the recorded replies of a capable model on the latter; with --small the embedded language model, with
--model any chat model of the catalogue. Then the same for mappings between schemas, with and without the embedding
model. --home is the home folder with the weights; they are used where they are.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.builder import gold, pairs  # noqa: E402

from groundstone.builder import generate, narrative  # noqa: E402
from groundstone.builder.domain import DomainModel  # noqa: E402
from groundstone.builder.propose import propose  # noqa: E402
from groundstone.config import load  # noqa: E402
from groundstone.errors import GroundstoneError  # noqa: E402
from groundstone.identity import LOCAL  # noqa: E402
from groundstone.models.base import Chat, Embed  # noqa: E402
from groundstone.platform import Platform  # noqa: E402

SMALL = "smollm2-135m-instruct"


def main() -> None:
    wanted = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    wanted.add_argument("--home", type=Path)
    wanted.add_argument("--small", action="store_true")
    wanted.add_argument("--model", default="")
    asked = wanted.parse_args()
    settings = load()
    with Platform(replace(settings, home=asked.home) if asked.home else settings) as platform:
        narratives(platform, [*([SMALL] if asked.small else []), *([asked.model] if asked.model else [])])
        mappings(platform.embed_if_there)


def narratives(platform: Platform, models: list[str]) -> None:
    print("| read by | narratives | " + " | ".join(gold.PARTS) + " | seconds each |")
    print("|---" * (len(gold.PARTS) + 3) + "|")
    row("the rules", "6, on which they were written", gold.DEVELOP, lambda name: narrative.read(gold.load(name)[0])[0])
    row("the rules", "6, never seen", gold.JUDGE, lambda name: narrative.read(gold.load(name)[0])[0])
    row("a capable model, recorded", "6, never seen", gold.JUDGE, recorded)
    for model in models:
        row(model, "6, never seen", gold.JUDGE, partial(drafted, platform.writer(LOCAL, model)))
    print("\nEach cell: precision / recall.\n")


def row(reader: str, which: str, names: tuple[str, ...], read: Callable[[str], DomainModel]) -> None:
    scores, failed, begun = [], 0, time.perf_counter()
    for name in names:
        wanted = gold.load(name)[1]
        try:
            scores.append(gold.score(read(name), wanted))
        except GroundstoneError as error:
            print(f"{reader}, {name}: {error}", file=sys.stderr)
            failed += 1
            scores.append({part: gold.Score(0, 0, one.wanted) for part, one in gold.score(wanted, wanted).items()})
    seconds = (time.perf_counter() - begun) / len(names)
    cells = [f"{one.precision:.2f} / {one.recall:.2f}" for one in gold.total(scores).values()]
    print(f"| {reader}{f' ({failed} failed)' if failed else ''} | {which} | {' | '.join(cells)} | {seconds:.2f} |")


def drafted(writer: tuple[Chat, int], name: str) -> DomainModel:
    return generate.draft(gold.load(name)[0], *writer).model


def recorded(name: str) -> DomainModel:
    reply = (ROOT / "tests" / "builder" / "replies" / f"{name}.json").read_text(encoding="utf-8")
    return generate.mended(json.loads(reply))[0]


def mappings(embed: Embed | None) -> None:
    print("| mapped by | pairs of schemas | precision | recall | right links of all wanted |\n|---|---|---|---|---|")
    for which, listed in (("3, on which the rules were written", pairs.DEVELOP), ("3, never seen", pairs.JUDGE)):
        print(f"| words alone | {which} | {mapped(listed, None)} |")
        if embed is not None:
            print(f"| words and {embed.name} | {which} | {mapped(listed, embed)} |")


def mapped(listed: Mapping[str, pairs.Pair], embed: Embed | None) -> str:
    right = given = wanted = 0
    for pair in listed.values():
        links = {link.target: (link.sources, link.transform) for link in propose(pair.source, pair.target, embed).links}
        right += sum(pair.gold.get(target) == link for target, link in links.items())
        given, wanted = given + len(links), wanted + len(pair.gold)
    return f"{right / given:.2f} | {right / wanted:.2f} | {right} of {wanted}"


if __name__ == "__main__":
    main()
