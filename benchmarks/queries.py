"""How often questions to forms are answered exactly right, by family and damage, and whether confidence is true.

    python -m benchmarks.queries --samples 300            # generated forms, read by simulated OCR
    python -m benchmarks.queries --samples 40 --ocr       # the same, drawn, damaged and read by the OCR engine
    python -m benchmarks.queries --errors 30              # also shows what went wrong

The layouts are those that the generator keeps apart (split "dev"). The shipped weights have seen them too: for figures
of layouts never seen, train with ``--split train`` and give the file as ``--weights``.
"""

from __future__ import annotations

import argparse
import io
import itertools
import random
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from benchmarks.forms.pages import page_samples
from benchmarks.forms.sample import Question, Sample, samples
from benchmarks.forms.simulate import simulated
from benchmarks.queries_data import same

from groundstone.documents.base import Finding, Query, Reading
from groundstone.documents.fields import Fields
from groundstone.documents.queries import Answers, weigh
from groundstone.platform import Platform

BANDS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 1.001)


@dataclass(frozen=True)
class Outcome:
    """One question and what was found; ``seconds`` is its share of the page's time."""

    sample: Sample
    question: Question
    finding: Finding
    seconds: float

    @property
    def answered(self) -> bool:
        return self.finding.answer is not None

    @property
    def ranked(self) -> bool:
        """Whether the likeliest candidate is right, said or not."""
        truth, best = self.question.answer, self.finding.candidates[:1]
        return truth is not None and bool(best) and same(best[0].text, truth)

    @property
    def right(self) -> bool:
        """Exactly right, or rightly without an answer."""
        found, truth = self.finding.answer, self.question.answer
        return found is None if truth is None else found is not None and same(found.text, truth)


def outcomes(made: Iterable[Sample], answers: Answers, read: Callable[[Sample], Reading]) -> list[Outcome]:
    found = []
    for sample in made:
        reading, asked = read(sample), [Query(question.text) for question in sample.questions]
        began = time.perf_counter()
        findings = answers.find(reading, asked)
        seconds = (time.perf_counter() - began) / max(len(asked), 1)
        found += [Outcome(sample, *pair, seconds) for pair in zip(sample.questions, findings, strict=True)]
    return found


def report(found: Sequence[Outcome]) -> None:
    for title, group in (("family", lambda one: one.sample.family), ("level", lambda one: str(one.sample.level)),
                         ("kind", lambda one: one.question.kind)):  # fmt: skip
        print(f"\n{title:14} questions  right  wrong  silent  ranked | without answer  answered")
        for name, some in [*sorted(_grouped(found, group).items()), ("all", list(found))]:
            print(_line(name, some))
    _reliability(found)
    mean = sum(one.seconds for one in found) / len(found)
    print(f"\n{1000 * mean:.1f} ms for a question, its share of the page's layout among them")


def _grouped(found: Iterable[Outcome], group: Callable[[Outcome], str]) -> dict[str, list[Outcome]]:
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in found:
        groups[group(one)].append(one)
    return groups


def _line(name: str, some: Sequence[Outcome]) -> str:
    there = [one for one in some if one.question.answer is not None]
    absent = [one for one in some if one.question.answer is None]
    right, given = sum(one.right for one in there), sum(one.answered for one in there)
    count, false = max(len(there), 1), sum(one.answered for one in absent)
    ranked = sum(one.ranked for one in there)
    shares = f"{right / count:6.1%} {(given - right) / count:6.1%} {1 - given / count:7.1%} {ranked / count:7.1%}"
    return f"{name:14} {len(there):9} {shares} | {len(absent):14} {false / max(len(absent), 1):9.1%}"


def _reliability(found: Sequence[Outcome]) -> None:
    print("\nconfidence   answers  mean said  exactly right")
    given = [one for one in found if one.answered]
    for low, high in itertools.pairwise(BANDS):
        inside = [one for one in given if low <= one.finding.confidence < high]
        if inside:
            said = sum(one.finding.confidence for one in inside) / len(inside)
            true = sum(one.right for one in inside) / len(inside)
            print(f"{low:.2f}-{min(high, 1):.2f} {len(inside):11} {said:10.3f} {true:14.3f}")


def errors(found: Sequence[Outcome], most: int) -> None:
    wrong = [one for one in found if not (one.right or (not one.answered and one.ranked))]
    for one in random.Random(1).sample(wrong, min(most, len(wrong))):
        sample, question, finding = one.sample, one.question, one.finding
        print(f"\n{sample.id} {sample.layout} {sample.language} level {sample.level}: {question.text}")
        print(f"  should be {question.answer!r}, field {finding.field}, {'answered' if one.answered else 'silent'}")
        for candidate in finding.candidates[:4]:
            print(f"    {candidate.confidence:.2f} {candidate.text!r}: {', '.join(candidate.reasons)}")


def main(words: Sequence[str]) -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--samples", type=int, default=300)
    options.add_argument("--seed", type=int, default=11)
    options.add_argument("--split", default="dev")
    options.add_argument("--errors", type=int, default=0, help="how many mistakes to show")
    options.add_argument(
        "--weights", help="a file of tools/train_queries.py --split train; by default the shipped ones"
    )
    options.add_argument("--pages", action="store_true", help="pages of benchmarks/forms/pages instead; needs Chromium")
    options.add_argument("--ocr", action="store_true", help="draw, damage and read the pictures")
    options.add_argument("--without-model", action="store_true", help="without the embedding model and the page reader")
    given = options.parse_args(words)
    platform, rng = Platform(), random.Random(given.seed)
    weights = None
    if given.weights:
        with open(given.weights, "rb") as file:
            weights = weigh.loaded(file)
    embed = None if given.without_model else platform.embed_if_there
    reader = None if given.without_model else platform.page_reader_if_there
    answers = Answers(Fields.load(), lambda: embed, lambda: reader, weights=weights)
    read = (lambda sample: _read(platform, sample)) if given.ocr else (lambda sample: simulated(sample, rng))
    source = page_samples if given.pages else samples
    found = outcomes(source(given.split, given.seed, given.samples), answers, read)
    errors(found, given.errors)
    report(found)


def _read(platform: Platform, sample: Sample) -> Reading:
    held = io.BytesIO()
    sample.picture.save(held, "PNG")
    return platform.documents.read(held.getvalue(), f"{sample.id}.png")


if __name__ == "__main__":
    main(sys.argv[1:])
