"""Whole processes of Groundstone against the times and the memory that are promised.

    python benchmarks/end_to_end.py CATALOGUE.jsonl [--limit 1000] [--json FILE]

CATALOGUE holds films for the importer ``joined``. The weights must be there (`groundstone models pull`); the
knowledge base is made in a folder that is thrown away. Times of processes count from their start until the
answer is there, with their files in the page cache. Questions are of some twenty kinds: facts, filters, counts,
averages, comparisons, themes, likeness and free words; they are asked over HTTP, one after the other.

The last part shows how the cost of a search with its reasons grows. Its films are made by joining the first half
of one film's text to the second half of another's; their vectors are the sums of both, at length one, so that a
hundred thousand of them need no embedding.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import measuring
from film_texts import queries, texts

STARTS = 5
PATIENCE = 30  # seconds until a server that does not answer is given up
PER_KIND = 12
JOINED_AT_ONCE = 500
MB = 1e6


@dataclass(frozen=True)
class Target:
    name: str
    limit: float
    unit: str
    measured: float
    films: int = 0  # the catalogue must hold as many, or the target is not judged

    def verdict(self, films: int) -> str:
        if films < self.films:
            return "not judged"
        return "pass" if self.measured <= self.limit else "MISS"


def main() -> None:
    options = _options()
    if options.measure:
        print(json.dumps(_measure(options.measure, options.size)))
        return
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="groundstone-end-to-end-") as folder:
        result = run(options, Path(folder))
    result["minutes"] = round((time.monotonic() - began) / 60, 1)
    report(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue", type=Path, help="films for the importer 'joined'")
    parser.add_argument("--limit", type=int, default=10_000, help="films")
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000], help="joined films of the last part")
    parser.add_argument("--models", type=Path, help="folder of the weights; default: those of the installation")
    parser.add_argument("--json", type=Path, help="also write all figures here")
    parser.add_argument("--measure", choices=["search", "grown"], help=argparse.SUPPRESS)
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    return parser.parse_args()


def run(options: argparse.Namespace, folder: Path) -> dict[str, Any]:
    before = measuring.machine()
    home = _home(folder, options.models)
    # First of all, while this process is small: a child's peak counts what its parent held when it started.
    synced = _sync(options.catalogue, options.limit, home)
    films = texts(options.catalogue, options.limit, folder / "films.jsonl")
    questions = _questions(home, films)
    asked = folder / "searches.jsonl"
    asked.write_text(json.dumps([each["text"] for each in queries(films, 300, 3)]), encoding="utf-8")
    figures = {"sync": synced, "first answer": _first_answer(home, questions)}
    figures |= {"served": _served(home, questions, asked), "search": _own_process("search", home, 0)}
    figures["grown"] = {size: _own_process("grown", home, size) for size in options.sizes}
    judged = _targets(figures)
    return {
        "machine": before,
        "machine at the end": measuring.machine(),
        "films": len(films),
        "questions": len(questions),
        "figures": figures,
        "targets": [vars(target) | {"verdict": target.verdict(len(films))} for target in judged],
    }


def _home(folder: Path, models: Path | None) -> Path:
    from groundstone import config

    source = models or config.load().home / "models"
    if not source.is_dir():
        sys.exit(f"there are no weights in {source}; run: groundstone models pull")
    shutil.copytree(source, folder / "home" / "models")
    return folder / "home"


def _command(*words: str) -> list[str]:
    return [sys.executable, "-m", "groundstone", *words]


def _environ(home: Path) -> dict[str, str]:
    return {**os.environ, "GROUNDSTONE_HOME": str(home)}


def _sync(catalogue: Path, limit: int, home: Path) -> dict[str, float]:
    """The whole import: reading, embedding, store and indices. Seconds with the start of the process."""
    started = time.perf_counter()
    command = _command(
        "movies", "import", str(catalogue), "--into", "films", "--format", "joined", "--limit", str(limit)
    )
    subprocess.run(command, env=_environ(home), check=True, stdout=subprocess.DEVNULL)
    seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss  # KiB on Linux, bytes on macOS
    return {"seconds": seconds, "peak MB": peak * (1 if sys.platform == "darwin" else 1024) / MB}


def _questions(home: Path, films: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """(kind, question), in an order in which kinds mix."""
    from groundstone import Platform
    from groundstone.knowledge.oracle import Oracle
    from movie_questions import generate

    records = [json.loads(line) for line in (home / "imports" / "films.jsonl").read_text(encoding="utf-8").splitlines()]
    oracle = Oracle.of(records, Platform().app("movies").spec.schema)
    made = [(question.kind, question.question) for question in generate(oracle, 5, PER_KIND)]
    for number, each in enumerate(queries(list(films), 4 * PER_KIND, 6)):
        made.append(("free words", each["text"]) if number % 2 else ("theme", f"films about {each['text']}"))
    draw = random.Random(7)
    made += [("similar", f"films like {film['title']}") for film in draw.sample(list(films), PER_KIND)]
    draw.shuffle(made)
    return made


def _first_answer(home: Path, questions: Sequence[tuple[str, str]]) -> list[float]:
    """Seconds of whole processes of ``groundstone kb ask``; the first run only warms the page cache."""
    facts = [question for kind, question in questions if kind == "fact directors"][: STARTS + 1]
    times = []
    for question in facts:
        started = time.perf_counter()
        command = _command("kb", "ask", "films", question, "--json")
        done = subprocess.run(command, env=_environ(home), check=True, capture_output=True)
        times.append(time.perf_counter() - started)
        if not json.loads(done.stdout)["citations"]:
            sys.exit(f"{question!r} was answered without a citation; the time would mean nothing")
    return times[1:]


@contextmanager
def _server(home: Path) -> Iterator[tuple[subprocess.Popen[bytes], http.client.HTTPConnection, float]]:
    """A running ``groundstone serve``, a connection to it, and the seconds until /healthz answered."""
    started = time.perf_counter()
    process = subprocess.Popen(_command("serve", "--port", "0"), env=_environ(home), stdout=subprocess.PIPE)
    try:
        assert process.stdout  # a pipe
        line = process.stdout.readline().decode()
        if "http://" not in line:
            sys.exit(f"groundstone serve did not start: {line}")
        address = line.partition("http://")[2].partition("/")[0]
        connection = http.client.HTTPConnection(address, timeout=60)
        _wait_for(connection)
        yield process, connection, time.perf_counter() - started
        connection.close()
    finally:
        process.terminate()
        process.wait()


def _wait_for(connection: http.client.HTTPConnection) -> None:
    """Return when /healthz answers; the address is printed a moment before connections are taken."""
    for _ in range(PATIENCE * 100):
        try:
            connection.request("GET", "/healthz")
        except ConnectionRefusedError:
            connection.close()
            time.sleep(0.01)
            continue
        connection.getresponse().read()
        return
    sys.exit(f"/healthz did not answer within {PATIENCE} s")


def _served(home: Path, questions: Sequence[tuple[str, str]], searches: Path) -> dict[str, Any]:
    healthy = []
    for _ in range(STARTS):
        with _server(home) as (_, _, seconds):
            healthy.append(seconds)
    with _server(home) as (process, connection, _):
        first = _post(connection, "ask", {"question": questions[0][1]})
        answers = [(kind, _post(connection, "ask", {"question": question})) for kind, question in questions[1:]]
        found = [_post(connection, "search", {"text": text}) for text in json.loads(searches.read_text())]
        memory = _peak_of(process.pid)
    by_kind: dict[str, list[float]] = {}
    for kind, ms in answers:
        by_kind.setdefault(kind, []).append(ms)
    return {
        "healthy after s": healthy,
        "first ms": first,
        "ms": [ms for _, ms in answers],
        "median ms by kind": {kind: statistics.median(times) for kind, times in sorted(by_kind.items())},
        "search ms": found[1:],
        "peak MB": memory,
    }


def _post(connection: http.client.HTTPConnection, what: str, body: dict[str, Any]) -> float:
    """Milliseconds until the whole answer was read."""
    started = time.perf_counter()
    headers = {"content-type": "application/json", "accept": "application/json"}
    connection.request("POST", f"/api/knowledge-bases/films/{what}", json.dumps(body), headers)
    response = connection.getresponse()
    said = response.read()
    if response.status != 200:
        sys.exit(f"{what} {body} was answered with {response.status}: {said[:300]!r}")
    return (time.perf_counter() - started) * 1000


def _peak_of(pid: int) -> float:
    """Largest resident memory of another process so far, in MB; NaN where the system does not tell."""
    status = Path(f"/proc/{pid}/status")
    if not status.exists():
        return float("nan")
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024 / MB


def _own_process(what: str, home: Path, size: int) -> dict[str, Any]:
    command = [sys.executable, __file__, "-", "--measure", what, "--size", str(size)]
    done = subprocess.run(command, env=_environ(home), check=True, stdout=subprocess.PIPE)
    return {**json.loads(done.stdout)}


def _measure(what: str, size: int) -> dict[str, Any]:
    """In a process of its own: searches of the imported films, or of ``size`` joined ones."""
    from groundstone import Platform

    with Platform() as platform:
        made = {}
        if what == "grown":
            started = time.perf_counter()
            _grow(platform, size)
            made = {"writing s": time.perf_counter() - started}
        kb = platform.kb(f"joined-{size}" if what == "grown" else "films")
        asked = json.loads((platform.settings.home.parent / "searches.jsonl").read_text())
        for text in asked[:3]:
            kb.search(f"{text} again", explain=True)
        reasons = [_timed(kb, text, True) for text in asked[: len(asked) // 2]]
        plain = [_timed(kb, text, False) for text in asked[len(asked) // 2 :]]
        return {**made, "ms": plain, "with reasons ms": reasons, "peak MB": _peak_of(os.getpid())}


def _timed(kb: Any, text: str, explain: bool) -> float:
    started = time.perf_counter()
    kb.search(text, limit=10, explain=explain)
    return (time.perf_counter() - started) * 1000


def _grow(platform: Any, size: int) -> None:
    """A knowledge base of ``size`` films joined from those of "films"."""
    from dataclasses import replace

    kb = platform.kb("films")
    made = platform.create(replace(kb.spec, name=f"joined-{size}"))
    every = kb.collection.ids(kb.principal)
    chunks = {chunk.document_id: chunk for chunk in kb.collection.chunks_of(kb.principal, every)}
    vectors = kb.collection.vectors(kb.principal, [chunks[id_].id for id_ in every])
    draw = random.Random(8)
    with made.collection.writer(made.principal) as writer:
        for start in range(0, size, JOINED_AT_ONCE):
            pairs = [draw.sample(range(len(every)), 2) for _ in range(min(JOINED_AT_ONCE, size - start))]
            documents = kb.collection.documents(kb.principal, [every[first] for first, _ in pairs])
            writer.put(
                [
                    _joined(start + number, documents[every[first]], chunks[every[first]], chunks[every[second]],
                            vectors[first] + vectors[second])
                    for number, (first, second) in enumerate(pairs)
                ]
            )  # fmt: skip
        writer.finish()


def _joined(number: int, document: Any, first: Any, second: Any, vector: Any) -> Any:
    from dataclasses import replace

    import numpy as np

    from groundstone.stores.base import Entry

    text = f"{first.embedded[: len(first.embedded) // 2]} {second.embedded[len(second.embedded) // 2 :]}"
    id_ = f"joined-{number}"
    chunk = replace(first, id=f"{id_}#0", document_id=id_, embedded=text)
    return Entry(replace(document, id=id_), id_, (chunk,), (vector / np.linalg.norm(vector))[np.newaxis])


def _targets(figures: dict[str, Any]) -> list[Target]:
    served, search = figures["served"], figures["search"]
    return [
        Target("cold process to the first cited answer, median", 3, "s", statistics.median(figures["first answer"])),
        Target("serve: /healthz answers, median", 2, "s", statistics.median(served["healthy after s"])),
        Target("search, p50", 8, "ms", statistics.median(search["ms"]), 10_000),
        Target("whole answered question, p50", 60, "ms", statistics.median(served["ms"]), 10_000),
        Target("whole answered question, p99", 250, "ms", measuring.percentile(served["ms"], 0.99), 10_000),
        Target("peak memory of the process that syncs", 700, "MB", figures["sync"]["peak MB"], 10_000),
        Target("peak memory of the process that serves", 700, "MB", served["peak MB"], 10_000),
    ]


def report(result: dict[str, Any]) -> None:
    figures = result["figures"]
    print(f"{result['films']} films, {result['minutes']} minutes, {result['machine']}\n")
    rows = [
        (each["name"], f"{each['limit']:g} {each['unit']}", f"{each['measured']:.2f} {each['unit']}", each["verdict"])
        for each in result["targets"]
    ]
    print(measuring.table(["", "at most", "measured", ""], rows))
    times = figures["served"]["median ms by kind"]
    print(f"\n{result['questions']} questions over HTTP; median ms by kind:")
    print(", ".join(f"{kind} {ms:.0f}" for kind, ms in times.items()))
    print(f"\nthe first question to a new server: {figures['served']['first ms']:.0f} ms")
    print(f"ingestion, from the command to its end: {figures['sync']['seconds']:.1f} s\n")
    print(
        measuring.table(["search", "ms p50 (p99)", "with reasons", "memory MB", "written in s"], _search_rows(result))
    )


def _search_rows(result: dict[str, Any]) -> Iterator[list[str]]:
    figures = result["figures"]
    served = figures["served"]
    yield [f"{result['films']} films", *_search_figures(figures["search"])]
    yield [f"{result['films']} films, over HTTP", _spread(served["search ms"]), "", f"{served['peak MB']:.0f}", ""]
    for size, grown in figures["grown"].items():
        yield [f"{size} joined films", *_search_figures(grown)]


def _search_figures(measured: dict[str, Any]) -> list[str]:
    written = f"{measured['writing s']:.0f}" if "writing s" in measured else ""
    return [_spread(measured["ms"]), _spread(measured["with reasons ms"]), f"{measured['peak MB']:.0f}", written]


def _spread(times: Sequence[float]) -> str:
    return f"{statistics.median(times):.1f} ({measuring.percentile(times, 0.99):.1f})"


if __name__ == "__main__":
    main()
