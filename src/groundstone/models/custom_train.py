"""Trains a custom model: examples in, a tested classifier out, put in place whole or not at all."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from groundstone.errors import Conflict, InvalidInput
from groundstone.models.base import Chat, Embed, Vectors
from groundstone.models.custom import FewShotJudge, HeadJudge, Judge, spread, vectors_of
from groundstone.models.custom_fewshot import FewShot
from groundstone.models.custom_files import REPORT, CustomFiles, CustomModel, Method
from groundstone.models.custom_head import Numbers, log_loss, train_head
from groundstone.models.custom_report import Report, doubts, evaluated
from groundstone.models.examples import Example, Examples, digest, prepared, split

MOST_TESTED = 200  # held-out examples that a chat model is asked about
ABOUT: dict[Method, tuple[str, ...]] = {
    "head": (),
    "few-shot": ("Probabilities come from these same tests, so log loss and calibration error look too good.",),
}
Progress = Callable[[str, int, int], None]  # what is being done, steps done, steps in all
Wish = Literal["auto", "head", "few-shot"]


def train(
    examples: Iterable[Example],
    embed: Embed,
    chat: Chat | None = None,
    *,
    method: Wish = "auto",
    name: str,
    tenant: str,
    folder: Path,
    test: Iterable[Example] | None = None,
    replace_old: bool = False,
    progress: Progress | None = None,
    stop: threading.Event | None = None,
) -> CustomModel:
    """Train, test on held-out examples, and keep the model below ``folder`` (usually ``<home>/custom``).

    Args:
        chat: needed for "few-shot"; "auto" tries it too when there is one, and keeps the better method.
        test: examples to test on; without them one in five of each label is held out. The model that is kept is
            then trained on all of them, so it is at least as good as the report says, as a rule.
        stop: when it is set, training ends soon with Conflict and leaves nothing behind.

    Raises InvalidInput for unusable examples or names, Conflict for a name that is taken, ModelError.
    """
    files = CustomFiles(folder)
    if method not in get_args(Wish):
        raise InvalidInput(f"the method is one of {', '.join(get_args(Wish))}, not {method!r}")
    if method == "few-shot" and chat is None:
        raise InvalidInput("the method few-shot needs a chat model; name one, or use the method head")
    if method == "head" and chat is not None:
        raise InvalidInput("the method head needs no chat model; leave it out, or use auto or few-shot")
    if not replace_old:
        files.check_free(name, tenant)
    work = _Work(prepared(examples), embed, chat, _ticker(progress, stop))
    judged = work.run(method, None if test is None else list(test))
    made = CustomModel(
        name=name,
        tenant=tenant,
        method=judged.method,
        labels=work.labels,
        embed=embed.name,
        chat=chat.name if chat and judged.method == "few-shot" else "",
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        examples=len(work.examples.items),
        folder=folder,
    )
    return files.publish(_with_settings(made, judged.judge), judged.write, replace_old)


@dataclass(frozen=True, slots=True)
class _Judged:
    method: Method
    judge: Judge
    report: Report

    def write(self, folder: Path) -> None:
        self.judge.write(folder)
        (folder / REPORT).write_text(json.dumps(self.report.to_json(), ensure_ascii=False, indent=1), "utf-8")


class _Work:
    """One training: the examples with their vectors, which every method shares."""

    def __init__(self, examples: Examples, embed: Embed, chat: Chat | None, tick: Progress) -> None:
        self.examples, self.embed, self.chat, self.tick = examples, embed, chat, tick
        self.labels = examples.labels
        self._vectors: dict[str, Vectors] = {}

    def run(self, wish: Wish, test: list[Example] | None) -> _Judged:
        train, held = split(self.examples) if test is None else self._apart(test)
        self._embed([*train, *held])
        tried = [self._try(method, train, held) for method in self._methods(wish)]
        best = max(tried, key=lambda each: (each.report.macro_f1, each.report.accuracy))
        compared = tuple((each.method, each.report.accuracy, each.report.macro_f1) for each in tried)
        warnings = (*doubts(best.report, [*train, *held]), *_about(self.examples), *ABOUT[best.method])
        report = replace(best.report, warnings=warnings, compared=compared if len(tried) > 1 else ())
        whole = list(self.examples.items) if test is None else train
        return _Judged(best.method, self._final(best, whole), report)

    def _methods(self, wish: Wish) -> list[Method]:
        if wish != "auto":
            return [wish]
        return ["head"] if self.chat is None else ["head", "few-shot"]

    def _apart(self, test: list[Example]) -> tuple[list[Example], list[Example]]:
        """No text to train on is one to test on."""
        known = set(self.labels)
        held = {digest(item.text): item for item in test}
        strange = sorted({item.label for item in held.values()} - known)
        if strange or not held:
            raise InvalidInput(
                f"the test file has labels without examples to learn from: {', '.join(strange) or 'none'}"
            )
        train = [item for item in self.examples.items if digest(item.text) not in held]
        if {item.label for item in train} != known:
            raise InvalidInput("without the texts that are also in the test file, a label has no examples left")
        return train, list(held.values())

    def _embed(self, items: Sequence[Example]) -> None:
        rows = vectors_of(
            self.embed, [item.text for item in items], lambda done, total: self.tick("reading", done, total)
        )
        self._vectors = {item.text: row for item, row in zip(items, rows, strict=True)}

    def _rows(self, items: Sequence[Example]) -> tuple[Vectors, list[int]]:
        return np.stack([self._vectors[item.text] for item in items]), [self.labels.index(item.label) for item in items]

    def _try(self, method: Method, train: list[Example], held: list[Example]) -> _Judged:
        if method == "few-shot":
            held = sorted(held, key=lambda item: digest(item.text))[:MOST_TESTED]
        judge, found = self._head(train, held) if method == "head" else self._few_shot(train, held)
        report = evaluated(method, self.labels, train, held, found)
        return _Judged(method, judge, replace(report, training_loss=self._training_loss(judge, train)))

    def _training_loss(self, judge: Judge, train: list[Example]) -> float | None:
        if not isinstance(judge, HeadJudge):
            return None
        vectors, true = self._rows(train)
        return log_loss(judge.head.probabilities(vectors), np.array(true))

    def _head(self, train: list[Example], held: list[Example]) -> tuple[Judge, Numbers]:
        judge = self._trained_head(train)
        return judge, judge.judge([item.text for item in held], self._rows(held)[0])

    def _trained_head(self, items: list[Example]) -> HeadJudge:
        vectors, targets = self._rows(items)
        return HeadJudge(
            train_head(vectors, targets, len(self.labels), lambda done, total: self.tick("training", done, total))
        )

    def _few_shot(self, train: list[Example], held: list[Example]) -> tuple[Judge, Numbers]:
        """Asks about every held-out text; how often each label was right becomes the probability it is given with."""
        shots = self._shots(train)
        vectors, true = self._rows(held)
        given = []
        for number, item in enumerate(held):
            self.tick("asking the chat model", number, len(held))
            given.append(shots.choose(item.text, vectors[number]))
        trust = _trust(given, true, len(self.labels))
        found = np.stack([spread(label, trust) for label in given])
        return FewShotJudge(shots, trust), found

    def _shots(self, items: list[Example]) -> FewShot:
        assert self.chat is not None  # train() has checked
        vectors, targets = self._rows(items)
        return FewShot(self.chat, self.labels, tuple(item.text for item in items), tuple(targets), vectors)

    def _final(self, best: _Judged, items: list[Example]) -> Judge:
        if isinstance(best.judge, FewShotJudge):
            return FewShotJudge(self._shots(items), best.judge.trust)
        return self._trained_head(items)


def _trust(given: Sequence[int], true: Sequence[int], count: int) -> tuple[float, ...]:
    """How often each label was right when it was given, drawn towards the mean where it was given seldom."""
    right = [label == real for label, real in zip(given, true, strict=True)]
    mean = (sum(right) + 1) / (len(right) + 2)
    shares = []
    for label in range(count):
        own = [hit for each, hit in zip(given, right, strict=True) if each == label]
        shares.append((sum(own) + 4 * mean) / (len(own) + 4))
    return tuple(max(share, 1 / count + 1e-6) for share in shares)


def _about(examples: Examples) -> list[str]:
    """What was left out of the examples."""
    found = []
    if examples.duplicates:
        found.append(f"{examples.duplicates} examples repeated another one and were left out.")
    if examples.contradictions:
        text, labels = examples.contradictions[0]
        found.append(
            f"{len(examples.contradictions)} texts came with several labels and were left out, such as "
            f"{text[:80]!r}: {', '.join(labels)}."
        )
    return found


def _with_settings(model: CustomModel, judge: Judge) -> CustomModel:
    if isinstance(judge, HeadJudge):
        return replace(model, temperature=judge.head.temperature, penalty=judge.head.penalty)
    return replace(model, trust=judge.trust) if isinstance(judge, FewShotJudge) else model


def _ticker(progress: Progress | None, stop: threading.Event | None) -> Progress:
    def tick(what: str, done: int, total: int) -> None:
        if stop is not None and stop.is_set():
            raise Conflict("the training was stopped; nothing of it was kept")
        if progress is not None:
            progress(what, done, total)

    return tick
