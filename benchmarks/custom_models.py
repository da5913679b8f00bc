"""Custom models: how often their labels are right, how long training takes, how long an answer takes.

    python benchmarks/custom_models.py [--home FOLDER] [--threads N] [--few-shot]

The examples are made here: messages to an electricity supplier, of six kinds. Each kind has twelve phrasings with
gaps that are filled at random, and an opening and a closing that say nothing. Eight phrasings of each kind are learned
from, the other four are tested, so that no tested phrasing was seen. Made examples are easier than real letters;
benchmarks/language_model.py has 180 that were written one by one. --few-shot also asks the embedded language model
about 60 messages. Weights are taken from the home folder.
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from pathlib import Path

from groundstone.config import load
from groundstone.models.base import Chat
from groundstone.models.custom import Classifier
from groundstone.models.custom_train import Wish, train
from groundstone.models.examples import Example
from groundstone.models.minilm import MiniLM
from groundstone.models.weights import WeightStore

SEED = 7
LEARNED = 8  # phrasings of each kind
SIZES = (60, 300, 1000, 3000)
GAPS = {
    "month": "January February March April May June July August September October November December".split(),
    "town": "Orford Kingsport Millbrook Harwell Easton Longford Ridgeway Ashby".split(),
    "room": "kitchen|cellar|garage|bedroom|hall|workshop|attic|bathroom".split("|"),
    "sum": [str(number) for number in range(40, 400, 7)],
    "count": [str(number) for number in range(10_000, 99_000, 613)],
    "day": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}
OPENINGS = (
    "",
    "Hello,",
    "Dear team,",
    "Good morning,",
    "Hi there,",
    "To whom it may concern,",
    "Sorry to write again.",
)
CLOSINGS = ("", "Thanks.", "Kind regards", "Please answer soon.", "Best wishes", "I look forward to hearing from you.")
KINDS: dict[str, tuple[str, ...]] = {
    "reading": (
        "my meter shows {count} now",
        "the counter in the {room} stood at {count} on {day}",
        "here is the figure from the meter: {count}",
        "I read {count} kilowatt hours in {month}",
        "please note the meter reading of {count}",
        "as you asked in your card, the counter says {count}",
        "end of {month} the display showed {count}",
        "I send you the state of the meter, {count}",
        "the number on the dial in the {room} is {count}",
        "you wanted to know what the counter says: {count}",
        "I went down to the {room} and wrote down {count}",
        "consumption so far according to the display: {count}",
    ),
    "moving": (
        "we move to {town} in {month}",
        "from {day} on our address is in {town}",
        "I leave my flat in {town} at the end of {month}",
        "please end the contract for the old house, we have a new one in {town}",
        "we take over a house in {town} and want power there",
        "the keys of the old flat are handed over on {day}",
        "I am going to live in {town} from {month}",
        "our household goes from here to {town}",
        "the removal van comes on {day}, where do I register the new place",
        "a new tenant moves in after me on {day}",
        "I bought a flat in {town} and will live there from {month}",
        "please write to me at my new home in {town}",
    ),
    "bill": (
        "the bill of {month} is {sum} too high",
        "why do I have to pay {sum} for {month}",
        "you took {sum} twice from my account",
        "I do not understand the invoice of {month}",
        "may I pay the {sum} in two parts",
        "the sum of {sum} on the invoice cannot be right",
        "when will the {sum} of credit be paid out",
        "please send the invoice of {month} again",
        "I was charged {sum} although I paid on {day}",
        "my monthly payment went up to {sum}, why",
        "a reminder came over {sum} that I paid long ago",
        "how was the amount of {sum} worked out",
    ),
    "outage": (
        "there has been no power in the {room} since {day}",
        "all lights went out in our street in {town}",
        "the electricity fails every {day} evening",
        "we sit in the dark, when does the power come back",
        "a blackout in {town} since this morning",
        "the fuse box is fine but nothing in the {room} works",
        "the whole block in {town} has no current",
        "the supply broke down on {day} and is still off",
        "the lights flicker and then everything is dead in the {room}",
        "nothing has worked here since the storm on {day}",
        "is there a fault in {town}, our sockets are without voltage",
        "the freezer thaws because there is no electricity",
    ),
    "tariff": (
        "do you have a cheaper tariff for a heat pump",
        "I would like green power from {month} on",
        "which of your plans has a fixed price for two years",
        "can I change to the night tariff",
        "please offer me a contract with solar power",
        "what does a kilowatt hour cost in the basic plan",
        "I want to switch to the dynamic price in {month}",
        "is there a plan for charging a car at night",
        "my neighbour pays less for each unit, what can you offer",
        "tell me the conditions of your eco rate",
        "I am looking for a rate with a price guarantee",
        "what plan suits a family that uses little",
    ),
    "praise or complaint": (
        "your service on the phone was rude on {day}",
        "I have waited for an answer since {month}, this is a disgrace",
        "thank you, the fitter who came on {day} was excellent",
        "nobody keeps a promise in your company",
        "the lady on the phone was patient and kind",
        "I am very unhappy with how I was treated",
        "three letters and no reply, shame on you",
        "I want to praise your colleague in {town}",
        "your man left the {room} dirty and was late",
        "what a friendly and quick help I got on {day}",
        "I will tell everybody how badly you treat people",
        "your hotline keeps people waiting for an hour, that is unacceptable",
    ),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--home", type=Path, default=None)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--few-shot", action="store_true")
    chosen = parser.parse_args()
    weights = WeightStore((chosen.home or load().home) / "models")
    embed = MiniLM(weights.path("all-minilm-l6-v2"), threads=chosen.threads)
    embed.embed(["the graph is made at the first call"])
    tests = made(600, tested=True)
    with tempfile.TemporaryDirectory() as folder:
        for size in SIZES:
            classifier = trained("head", made(size, tested=False), tests, embed, None, Path(folder))
        latency(classifier, tests[:300])
        if chosen.few_shot:
            few_shot(weights, embed, tests[:60], Path(folder))


def made(count: int, *, tested: bool) -> list[Example]:
    """As many of each kind; those that are tested have phrasings of their own."""
    dice = random.Random(f"{SEED} {tested}")
    found: dict[str, Example] = {}
    while len(found) < count:
        kind = list(KINDS)[len(found) % len(KINDS)]
        phrasing = dice.choice(KINDS[kind][LEARNED:] if tested else KINDS[kind][:LEARNED])
        core = phrasing.format(**{gap: dice.choice(words) for gap, words in GAPS.items()})
        text = " ".join(part for part in (dice.choice(OPENINGS), core + ".", dice.choice(CLOSINGS)) if part)
        found.setdefault(text, Example(text, kind))
    return list(found.values())


def trained(
    method: Wish, examples: list[Example], tests: list[Example], embed: MiniLM, chat: Chat | None, folder: Path
) -> Classifier:
    name = f"{method}-{len(examples)}"
    wall, processor = time.perf_counter(), time.process_time()
    model = train(examples, embed, chat, method=method, test=tests, name=name, tenant="bench", folder=folder)
    wall, processor = time.perf_counter() - wall, time.process_time() - processor
    report = model.report()
    low, high = report.interval
    print(
        f"{method:9} {len(examples):5} examples: {report.accuracy:6.1%} of {report.tested_on} right "
        f"(95 % {low:.1%} to {high:.1%}), macro F1 {report.macro_f1:.3f}, always one label {report.baseline:.1%}; "
        f"{wall:.1f} s, {processor:.1f} s of processor",
        flush=True,
    )
    return Classifier(model, embed, chat)


def latency(classifier: Classifier, tests: list[Example]) -> None:
    taken = []
    for example in tests:
        begun = time.perf_counter()
        classifier.classify([example.text])
        taken.append((time.perf_counter() - begun) * 1000)
    half, most = statistics.median(taken), statistics.quantiles(taken, n=20)[-1]
    begun = time.perf_counter()
    classifier.classify([example.text for example in tests])
    rate = len(tests) / (time.perf_counter() - begun)
    print(
        f"answers   {half:.1f} ms for one text, 95 of 100 within {most:.1f} ms; {rate:.0f} a second together",
        flush=True,
    )


def few_shot(weights: WeightStore, embed: MiniLM, tests: list[Example], folder: Path) -> None:
    from groundstone.models.llamacpp import LlamaCpp

    (gguf,) = weights.path("smollm2-135m-instruct").glob("*.gguf")
    chat = LlamaCpp(gguf, "smollm2-135m-instruct")
    latency(trained("few-shot", made(300, tested=False), tests, embed, chat, folder), tests[:10])
    chat.close()


if __name__ == "__main__":
    main()
