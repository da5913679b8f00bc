"""How well the theory of endpoints predicts measured curves: with no probe, with one, with three.

    python benchmarks/capacity.py --tables TABLES.json [--article ARTICLE.txt] [--fit]

TABLES.json holds published curves (concurrency, tokens a second) of Llama 2 7B served by Text Generation Inference on
three instances. The engine's losses are fitted on them alone. Each of these curves is predicted with losses fitted on
the others (no configuration of the same accelerator, degree and length among them), so that the figures are of
configurations not seen. ARTICLE.txt is the text of the article on benchmarking endpoints, whose further rows (another
model, instances with eight A10G, three replicas) nothing was fitted on: they are predicted with the shipped losses.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.measuring import table

from groundstone.endpoints.capacity.accelerators import Instance, instances
from groundstone.endpoints.capacity.architectures import catalogue
from groundstone.endpoints.capacity.engine import MEASURED_2024, Engine
from groundstone.endpoints.capacity.knee import knee
from groundstone.endpoints.capacity.predict import CONCURRENCIES, Deployment, curve
from groundstone.endpoints.capacity.probes import band, corrected, where_to_probe
from groundstone.endpoints.capacity.roofline import Workload

Floats = NDArray[np.float64]
# Where the fit begins, and how freely each number moves: what textbooks and data sheets lead one to expect.
START = Engine(0.8, 0.6, 4e-4, 0.1, 2e10, 1e-4, 0.4, 0.1, 1e-4)
FREE = np.array([0.2, 0.4, 0.6, 1.0, 1.5, 1.0, 0.4, 0.5, 1.0])
OUTLIER = 3.0  # deviations of 5 % beyond which a point weighs less (Huber)


@dataclass(frozen=True)
class Curve:
    name: str
    deployment: Deployment
    workload: Workload
    throughput: tuple[float, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        return CONCURRENCIES[: len(self.throughput)]

    @property
    def kind(self) -> tuple[str, str, int, int]:
        """Curves of the same kind are not predicted from each other."""
        one = self.deployment
        return one.model.name, one.instance.accelerator.name, one.degree, self.workload.total

    def latencies(self, throughput: Sequence[float]) -> list[float]:
        return [count / rate for count, rate in zip(self.counts, throughput, strict=True)]


def curves_of_tables(data: dict[str, Any]) -> Iterator[Curve]:
    for key, rows in data.items():
        if key.startswith("llama2_7b_"):
            total = int(key.split("_")[2])
            for name, row in rows.items():
                yield _curve(f"7b {name} {total}", "llama-2-7b", name, instances()[name].count, total, row["tok_s"])
    for degree, row in data["p4d_tensor_parallel"]["llama2_7b"].items():
        yield _curve(f"7b p4d {degree}", "llama-2-7b", "ml.p4d.24xlarge", int(degree[2:]), 512, row["tok_s"])
    for copies, row in data["g5_2xlarge_instances"].items():
        yield _curve(f"7b {copies} x g5.2xlarge", "llama-2-7b", "ml.g5.2xlarge", 1, 512, row["tok_s"], int(copies))


def _curve(
    name: str, model: str, instance: str, degree: int, total: int, rates: Sequence[float], copies: int = 1
) -> Curve:
    deployment = Deployment(catalogue()[model], _instance(instance), degree, copies, "random")
    return Curve(name, deployment, Workload(total - 256, 256), tuple(map(float, rates)))


def _instance(name: str) -> Instance:
    return instances()[name]


def curves_of_article(text: str, known: Sequence[Curve]) -> Iterator[Curve]:
    """The rows that the tables lack: those whose numbers none of the known curves has."""
    total, model, seen = 512, "llama-2-7b", {curve.throughput for curve in known}
    for line in text.splitlines():
        words = line.split()
        if "total tokens:" in line:
            total = int(line.split("total tokens:")[1].split(",")[0])
        elif "Llama 2" in line and len(words) < 8:
            model = "llama-2-13b" if "13B" in line else "llama-2-7b"
        copies = 1
        if len(words) > 2 and words[0].isdecimal() and words[1].startswith("ml."):
            copies, words = int(words[0]), words[1:]
        row = _row(words)
        if row is None or row[1] in seen:
            continue
        first, rates = row
        if copies > 1:
            yield _curve(f"7b {copies} x {first}", "llama-2-7b", first, 1, total, rates, copies)
        elif first.startswith("ml."):
            yield _curve(f"7b {first} {total}", "llama-2-7b", first, _instance(first).count, total, rates)
        else:
            yield _curve(f"{model} p4d tp{first}", model, "ml.p4d.24xlarge", int(first), 512, rates)


def _row(words: Sequence[str]) -> tuple[str, tuple[float, ...]] | None:
    """A row of a table: a name, then throughputs, then as many latencies."""
    if len(words) < 7 or not (words[0].startswith("ml.") or words[0].isdecimal()):
        return None
    if not all(word.replace(".", "", 1).isdecimal() for word in words[1:]):
        return None
    numbers = [float(word) for word in words[1:]]
    half = len(numbers) // 2
    if len(numbers) % 2 or numbers[0] < numbers[half] / 10 or numbers[: len(CONCURRENCIES)] == list(CONCURRENCIES):
        return None
    return words[0], tuple(numbers[:half])


def fitted(curves: Sequence[Curve]) -> Engine:
    """Losses by robust least squares on the logarithms of throughput (Levenberg-Marquardt)."""

    def away(moved: Floats) -> Floats:
        engine = START.scaled(list(np.exp(moved)))
        parts = [
            np.log([point.throughput for point in curve(one.deployment, one.workload, engine, one.counts)])
            - np.log(one.throughput)
            for one in curves
        ]
        return np.concatenate([np.concatenate(parts) / 0.05, moved / FREE])

    def cost(found: Floats) -> float:
        size = np.abs(found)
        return float(np.where(size < OUTLIER, size**2, 2 * OUTLIER * size - OUTLIER**2).sum())

    moved, damping = np.zeros(len(FREE)), 1.0
    now = away(moved)
    for _ in range(80):
        weight = np.sqrt(np.minimum(1.0, OUTLIER / np.maximum(np.abs(now), 1e-9)))
        slope = np.array([(away(moved + 1e-4 * row) - now) / 1e-4 for row in np.eye(len(FREE))]).T * weight[:, None]
        square = slope.T @ slope
        turn = np.linalg.solve(square + damping * np.diag(np.diag(square) + 1e-9), -slope.T @ (now * weight))
        tried = moved + np.clip(turn, -0.5, 0.5)
        then = away(tried)
        if cost(then) < cost(now):
            moved, now, damping = tried, then, damping * 0.4
        else:
            damping *= 3
    return START.scaled(list(np.exp(moved)))


def predictions(one: Curve, engine: Engine) -> dict[str, list[float]]:
    """Throughputs by the number of probes."""
    ways = probed(one, engine).items()
    return {name: [point.throughput for point in _points(one, measured, engine)] for name, measured in ways}


def probed(one: Curve, engine: Engine) -> dict[str, dict[int, float]]:
    """What is measured, by the number of probes."""
    rates = dict(zip(one.counts, one.throughput, strict=True))
    probes = where_to_probe(one.deployment, one.workload, one.counts[-1], rates[1], engine)
    return {"none": {}, "one": {1: rates[1]}, "three": {count: rates[count] for count in probes}}


def _points(one: Curve, measured: dict[int, float], engine: Engine) -> list[Any]:
    if not measured:
        return curve(one.deployment, one.workload, engine, one.counts)
    return corrected(one.deployment, one.workload, measured, one.counts, engine)


def judged(curves: Sequence[Curve], engines: Sequence[Engine], wordy: bool) -> None:
    errors: dict[str, list[float]] = {"none": [], "one": [], "three": []}
    knees = {name: [0, 0] for name in errors}
    inside = {name: [0, 0] for name in errors}
    for one, engine in zip(curves, engines, strict=True):
        found = predictions(one, engine)
        true = knee(one.counts, one.latencies(one.throughput))
        for name, rates in found.items():
            away = [abs(rate / real - 1) for rate, real in zip(rates, one.throughput, strict=True)]
            errors[name] += away
            guess = knee(one.counts, one.latencies(rates))
            knees[name][0] += guess == true
            knees[name][1] += 0.5 <= guess / true <= 2
            if wordy:
                shown = (100 * (rate / real - 1) for rate, real in zip(rates, one.throughput, strict=True))
                print(f"{one.name:24} {name:6}", *(f"{value:+4.0f}" for value in shown))
        for name, measured in probed(one, engine).items():
            limits = band(one.deployment, one.workload, one.counts, engine, measured)
            held = [low <= real <= high for (low, high), real in zip(limits, one.throughput, strict=True)]
            rest = [hit for count, hit in zip(one.counts, held, strict=True) if count not in measured]
            inside[name][0] += sum(rest)
            inside[name][1] += len(rest)
    rows = [
        [name, f"{100 * np.median(errors[name]):.1f} %", f"{100 * np.quantile(errors[name], 0.9):.1f} %",
         f"{knees[name][0]} of {len(curves)}", f"{knees[name][1]} of {len(curves)}"]
        for name in errors
    ]  # fmt: skip
    print(
        table(["probes", "median error of throughput", "90 % below", "knee exact", "knee within a factor of 2"], rows)
    )
    held = ", ".join(f"{name} {hits} of {points}" for name, (hits, points) in inside.items())
    print(f"\nPoints that no probe was at, in the band that should hold 90 % of them, by probes: {held}.")


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tables", type=Path, required=True)
    parser.add_argument("--article", type=Path)
    parser.add_argument("--fit", action="store_true", help="print the losses fitted on all of TABLES, for engine.py")
    parser.add_argument("--wordy", action="store_true", help="print the error of every point")
    options = parser.parse_args(argv)
    curves = list(curves_of_tables(json.loads(options.tables.read_text(encoding="utf-8"))))
    if options.fit:
        print(", ".join(f"{value:.3g}" for value in astuple(fitted(curves))))
        return 0
    left_out = [fitted([other for other in curves if other.kind != one.kind]) for one in curves]
    print(f"{len(curves)} curves of the tables, each predicted from the others\n")
    judged(curves, left_out, options.wordy)
    if options.article:
        text = options.article.read_text(encoding="utf-8")
        rest = list(curves_of_article(text, curves))
        print(f"\n{len(rest)} curves that only the article prints: {', '.join(one.name for one in rest)}\n")
        judged(rest, [MEASURED_2024] * len(rest), options.wordy)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
