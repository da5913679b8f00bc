"""The embedded language model: speed with and without a schema, form of its replies, and labels from examples.

    python benchmarks/language_model.py [--home FOLDER] [--threads N] [--few-shot]

prints tokens a second for reading a prompt and for writing, free and under a schema; how many of a set of hot
replies satisfy their schema; and the accuracy of the methods of custom models on the shipped test messages
(--few-shot also asks the language model, which takes a minute or two). Weights are taken from the home folder.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from groundstone.config import load
from groundstone.models.base import ChatOptions, Message
from groundstone.models.custom_train import train
from groundstone.models.examples import read_examples
from groundstone.models.llamacpp import LlamaCpp
from groundstone.models.minilm import MiniLM
from groundstone.models.weights import WeightStore

MESSAGES = Path(__file__).parents[1] / "tests" / "models" / "insurance_messages.jsonl"
WORD = {"type": "string", "pattern": "^[A-Z][a-z]{1,12}$"}
ATTRIBUTE = {
    "type": "object",
    "properties": {"name": WORD, "type": {"enum": ["text", "number", "date"]}, "required": {"type": "boolean"}},
    "required": ["name", "type"],
}
ENTITY = {
    "type": "object",
    "properties": {"name": WORD, "attributes": {"type": "array", "minItems": 1, "maxItems": 4, "items": ATTRIBUTE}},
    "required": ["name", "attributes"],
}
DOMAIN = {
    "type": "object",
    "properties": {"entities": {"type": "array", "minItems": 2, "maxItems": 5, "items": ENTITY}},
    "required": ["entities"],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--threads", type=int, default=None)
    parser.add_argument("--few-shot", action="store_true")
    chosen = parser.parse_args()
    weights = WeightStore((chosen.home or load().home) / "models")
    (gguf,) = weights.path("smollm2-135m-instruct").glob("*.gguf")
    model = LlamaCpp(gguf, "smollm2-135m-instruct", threads=chosen.threads)
    begun = time.perf_counter()
    model.load()
    print(f"loaded in {time.perf_counter() - begun:.2f} s, {model.threads} thread(s)")
    speed(model)
    form(model)
    labels(MiniLM(weights.path("all-minilm-l6-v2"), threads=1), model if chosen.few_shot else None)
    model.close()


def speed(model: LlamaCpp) -> None:
    long = [Message("user", "The committee met on Tuesday and spoke about carpets. " * 80)]
    count = model.count_chat(long)
    seconds = timed(model, long, ChatOptions(max_tokens=1, seed=1))[0]
    print(f"reading  {count / seconds:6.0f} tokens a second ({count} tokens)")
    story = [Message("user", "Tell a long story about a lighthouse.")]
    for name, schema in (("free", None), ("schema", DOMAIN)):
        first = timed(model, story, ChatOptions(max_tokens=1, seed=1, schema=schema))[0]
        seconds, written, _, _ = timed(
            model, story, ChatOptions(max_tokens=200, seed=1, schema=schema, temperature=1.0)
        )
        print(f"writing  {written / (seconds - first):6.0f} tokens a second, {name} ({written} tokens)")


def form(model: LlamaCpp, count: int = 25) -> None:
    import jsonschema

    whole = sound = 0
    for seed in range(count):
        options = ChatOptions(max_tokens=700, seed=seed, schema=DOMAIN, temperature=1.0)
        _, _, reason, text = timed(model, [Message("user", "The domain model of a bicycle shop.")], options)
        if reason == "stop":
            whole += 1
            sound += jsonschema.Draft202012Validator(DOMAIN).is_valid(json.loads(text))
    print(f"schema   {sound} of {whole} whole replies satisfy it; {count - whole} of {count} were cut, and said so")


def labels(embed: MiniLM, chat: LlamaCpp | None) -> None:
    with tempfile.TemporaryDirectory() as folder:
        examples = read_examples(MESSAGES)
        begun = time.perf_counter()
        made = train(examples, embed, chat, name="messages", tenant="bench", folder=Path(folder))
        report = made.report()
        tried: Mapping[str, Any] = {method: share for method, share, _ in report.compared} or {"head": report.accuracy}
        for method, share in tried.items():
            print(f"labels   {method}: {share:.1%} of {report.tested_on} held-out messages")
        print(f"labels   always the most frequent: {report.baseline:.1%}")
        low, high = report.interval
        print(
            f"labels   kept {made.method}: 95 % interval {low:.1%} to {high:.1%}, {time.perf_counter() - begun:.1f} s"
        )


def timed(model: LlamaCpp, messages: list[Message], options: ChatOptions) -> tuple[float, int, str, str]:
    """Seconds, tokens written, stop reason, text."""
    begun = time.perf_counter()
    pieces = list(model.chat(messages, options))
    last = pieces[-1]
    assert last.usage is not None
    text = "".join(piece.text for piece in pieces)
    return time.perf_counter() - begun, last.usage.output_tokens, str(last.stop_reason), text


if __name__ == "__main__":
    main()
