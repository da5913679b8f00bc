"""Three load clients on one simulated server, in turn and in the same run: do they agree, and what does each cost?

    python benchmarks/load_peers.py [--guidellm PYTHON] [--vllm PYTHON] [--clients 16] [--rounds 2]

PYTHON is an interpreter with guidellm, or with what `vllm.benchmarks.serve` imports; a tool that is not there is passed
over, with the reason. All send the same number of requests of the same lengths to /v1/chat/completions of the
simulator, whose tokens are words. The others get a tokenizer whose tokens are words too. The cost is processor time of
the client with its children, by the difference of a long run and a short one, so that starting does not count.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.measuring import table

from groundstone.endpoints.load.vocabulary import WORDS

READ, WRITE = 64, 64
SHORT, LONG = 4, 24  # requests of each client
MODEL = "llama-2-7b"
Found = dict[str, float]
FORM = {"good": 0, "read": 0, "first": 1, "between": 2, "rate": 0}  # digits after the point
HEADS = [
    "client", "good requests", "tokens read of each", "first token ms, mean", "per token after it ms, mean", "tokens/s",
    "ms of processor for 1,000 tokens",
]  # fmt: skip
_TOKENIZER = """
import sys, json
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast
words = json.loads(sys.argv[2])  # whatever else a tool writes counts as the first of them
made = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, unk_token=words[0]))
made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
PreTrainedTokenizerFast(tokenizer_object=made).save_pretrained(sys.argv[1])
"""
_VLLM = "import argparse\nfrom vllm.benchmarks.serve import add_cli_args, main\n" \
        "p = argparse.ArgumentParser(); add_cli_args(p); main(p.parse_args())\n"  # fmt: skip


def ours(url: str, folder: Path, clients: int, requests: int) -> tuple[list[str], Callable[[], Found]]:
    out = folder / "ours.json"
    command = [
        sys.executable, "-m", "groundstone", "load", url, "--no-keep", "--model", MODEL, "--input", str(READ),
        "--output",
        str(WRITE), "-c", str(clients), "--requests", str(requests), "--json", str(out),
    ]  # fmt: skip

    def read() -> Found:
        figures = json.loads(out.read_text())["levels"][0]["figures"]
        return {
            "first": 1000 * figures["first_token"]["mean"], "between": 1000 * figures["per_token"]["mean"],
            "rate": figures["tokens_per_second"], "good": figures["good"],
            "read": figures["tokens_in"] / max(figures["good"], 1),
        }  # fmt: skip

    return command, read


def guidellm(
    python: str, tokenizer: Path, url: str, folder: Path, clients: int, requests: int
) -> tuple[list[str], Callable[[], Found]]:
    out = folder / "guidellm.json"
    command = [
        str(Path(python).with_name("guidellm")), "run", "--backend", f"kind=openai_http,target={url},model={MODEL}",
        "--profile", f"kind=concurrent,streams={clients}", "--constraint", f"kind=max_requests,count={requests}",
        "--data", f"kind=synthetic_text,prompt_tokens={READ},output_tokens={WRITE}",
        "--tokenizer", f"kind=hf_auto,model={tokenizer}", "--output", f"kind=json,path={out}", "--disable-console",
    ]  # fmt: skip

    def read() -> Found:
        told = json.loads(out.read_text())["benchmarks"][0]["metrics"]
        good = told["request_totals"]["successful"]
        return {
            "first": told["time_to_first_token_ms"]["successful"]["mean"],
            "between": told["inter_token_latency_ms"]["successful"]["mean"],
            "rate": told["output_tokens_per_second"]["successful"]["mean"], "good": good,
            "read": told["prompt_token_count"]["successful"]["mean"],
        }  # fmt: skip

    return command, read


def vllm(
    python: str, tokenizer: Path, url: str, folder: Path, clients: int, requests: int
) -> tuple[list[str], Callable[[], Found]]:
    command = [
        python, "-c", _VLLM, "--backend", "openai-chat", "--base-url", url, "--endpoint", "/v1/chat/completions",
        "--model", MODEL, "--tokenizer", str(tokenizer), "--dataset-name", "random", "--random-input-len",
        str(READ),
        "--random-output-len", str(WRITE), "--num-prompts", str(requests), "--max-concurrency", str(clients),
        "--ignore-eos", "--disable-tqdm", "--save-result", "--result-dir", str(folder),
        "--result-filename", "vllm.json",
    ]  # fmt: skip

    def read() -> Found:
        told = json.loads((folder / "vllm.json").read_text())
        return {
            "first": told["mean_ttft_ms"], "between": told["mean_tpot_ms"], "rate": told["output_throughput"],
            "good": told["completed"], "read": told["total_input_tokens"] / max(told["completed"], 1),
        }  # fmt: skip

    return command, read


def timed(command: list[str]) -> float:
    """Processor seconds of a command and its children."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    before = os.times()
    done = subprocess.run(command, env=environment, capture_output=True, timeout=300, check=False)
    if done.returncode:
        raise RuntimeError((done.stderr or done.stdout).decode("utf-8", "replace").strip()[-300:])
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def missing(python: str, module: str) -> str:
    """Why a tool cannot run; "" when it can."""
    if not python:
        return "no interpreter was named for it"
    done = subprocess.run([python, "-c", f"import {module}"], capture_output=True, text=True, check=False, timeout=120)
    return done.stderr.strip().splitlines()[-1] if done.returncode else ""


def row(name: str, runs: list[tuple[Found, float]]) -> list[str]:
    def middle(key: str) -> float:
        return statistics.median(found[key] for found, _ in runs)

    cost = statistics.median(cost for _, cost in runs)
    shown = [f"{middle(key):.{digits}f}" for key, digits in FORM.items()]
    return [name, *shown, f"{1000 * cost:.0f}"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guidellm", default="")
    parser.add_argument("--vllm", default="")
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    server = [sys.executable, "-m", "groundstone", "simulate", "--port", "0", "--speed", "2"]
    with tempfile.TemporaryDirectory() as place, subprocess.Popen(server, stdout=subprocess.PIPE) as child:
        try:
            assert child.stdout  # a pipe
            url = child.stdout.readline().decode().split(" is at ")[1].split()[0]
            compare(options, url, Path(place))
        finally:
            child.kill()
    return 0


def compare(options: argparse.Namespace, url: str, folder: Path) -> None:
    tokenizer, tools = folder / "tokenizer", {"groundstone load": lambda *order: ours(url, folder, *order)}
    for name, python, module, tool in (
        ("guidellm", options.guidellm, "guidellm", guidellm),
        ("vllm bench serve", options.vllm, "vllm.benchmarks.serve", vllm),
    ):
        if why := missing(python, module):
            print(f"{name} is passed over: {why}")
            continue
        subprocess.run([python, "-c", _TOKENIZER, str(tokenizer), json.dumps(WORDS)], check=True, capture_output=True)
        tools[name] = lambda *order, tool=tool, python=python: tool(python, tokenizer, url, folder, *order)
    runs: dict[str, list[tuple[Found, float]]] = {name: [] for name in tools}
    tokens = (LONG - SHORT) * options.clients * WRITE
    for _ in range(options.rounds):
        for name, tool in tools.items():
            short = timed(tool(options.clients, SHORT * options.clients)[0])
            command, read = tool(options.clients, LONG * options.clients)
            spent = timed(command) - short
            runs[name].append((read(), 1000 * spent / tokens))
    print(table(HEADS, [row(name, found) for name, found in runs.items()]))


if __name__ == "__main__":
    raise SystemExit(main())
