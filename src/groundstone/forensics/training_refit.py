"""The recipe "refit": measures of the network on the user's files, a calibration learned from them, its card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from groundstone.errors import InvalidInput, LimitExceeded
from groundstone.forensics import model_folder
from groundstone.forensics.base import Verdict
from groundstone.forensics.calibration import PAST, Calibration
from groundstone.forensics.card import Outcome, Told, card_of, doubts
from groundstone.forensics.collection import Item
from groundstone.forensics.evaluation import LIMITS, USE, data_facts, write
from groundstone.forensics.lines import Lines
from groundstone.forensics.model_folder import CALIBRATION
from groundstone.forensics.refit import Known, Refitted, judged, refit
from groundstone.forensics.samples import processors, side_by_side
from groundstone.forensics.splits import Split
from groundstone.forensics.training_job import Job, Made, Network, Sources, split_of

MEASURES = "measures.jsonl"


def trained(job: Job, network: Network) -> Made:
    sources = Sources.of(job)
    split = split_of(job, sources)
    known, left = _measured(split.train, job, network, sources)
    held, also_left = _measured(split.held, job, network, sources)
    found = refit(
        _known(known),
        _known(held),
        network.calibration,
        job.alarms,
        lambda done, total: job.tick("learning", done, total),
    )
    outcomes = _outcomes(found.calibration, held)
    told = Told(
        title=f"{job.out.name}: trust in the network, learned from {job.collection.place.name}",
        use=USE,
        limits=LIMITS,
        model=_facts(found, job, network),
        data=(*data_facts(job.collection, sources.groups), ("split", _split_words(split))),
        repeat=job.repeat,
        warnings=(*doubts(outcomes), *found.notes, *_left_words((*left, *also_left))),
    )
    card = card_of(told, outcomes, curve=found.curve)
    folder = model_folder.fresh(job.part / "model")
    (folder / CALIBRATION).write_text(found.calibration.to_json(), "utf-8")
    write(card, folder)
    return Made(model_folder.publish(folder, job.out, model_folder.REFIT, network.digest), card, (*left, *also_left))


@dataclass(frozen=True, slots=True)
class _Measured:
    item: Item
    source: str
    measures: Mapping[str, float]


def _measured(items: Sequence[Item], job: Job, network: Network, sources: Sources) -> tuple[list[_Measured], list[str]]:
    """What the network measures on each file, kept in ``job.part``; and which files tell nothing, and why."""
    lines = Lines(job.part / MEASURES)
    keys = {item.digest: f"{network.digest} {item.digest}" for item in items}
    new = list({item.digest: item for item in items if keys[item.digest] not in lines}.values())

    def one(item: Item) -> None:
        note, found = "", dict[str, float]()
        try:
            found = dict(network.measure(item.data(), item.name))
        except (InvalidInput, LimitExceeded) as error:  # of this file
            note = str(error)
        note = note or ("" if found else "it gives nothing to judge by")
        lines.add(keys[item.digest], {"measures": found, "note": note})

    done_before = len(items) - len(new)
    side_by_side(one, new, processors(), lambda done: job.tick("measuring", done_before + done, len(items)))
    told = {digest: lines[key] for digest, key in keys.items()}
    usable = [item for item in items if told[item.digest]["measures"]]
    left = [f"{item.name}: {told[item.digest]['note']}" for item in items if not told[item.digest]["measures"]]
    if {item.forged for item in usable} != {False, True}:
        raise InvalidInput(f"of {len(items)} files not one of each class can be judged, such as {left[0]}")
    return [_Measured(one, sources.by_path[one.path], told[one.digest]["measures"]) for one in usable], left


def _known(measured: Sequence[_Measured]) -> Known:
    return Known(
        [one.measures for one in measured],
        np.array([int(one.item.forged) for one in measured]),
        [one.source for one in measured],
        [" ".join(filter(None, (one.item.history, one.item.last))) for one in measured],
    )


def _outcomes(calibration: Calibration, held: Sequence[_Measured]) -> list[Outcome]:
    chances = judged(calibration, [one.measures for one in held])
    return [
        Outcome(one.item, one.source, float(chance), _verdict(float(chance), one.measures, calibration))
        for one, chance in zip(held, chances, strict=True)
    ]


def _verdict(chance: float, measures: Mapping[str, float], calibration: Calibration) -> Verdict:
    if chance >= calibration.forged:
        return "forged"
    return "genuine" if measures.get(PAST, 0.0) > 0 and chance <= calibration.genuine else "cannot tell"


def _facts(found: Refitted, job: Job, network: Network) -> tuple[tuple[str, str], ...]:
    made = found.calibration
    penalties = " and ".join("kept as shipped" if one is None else f"{one:g}" for one in found.penalties)
    return (
        ("recipe", "refit: the network as it ships; a logistic function of what it measures on a page, learned anew"),
        ("network, SHA-256", network.digest),
        ("measures", ", ".join(made.measures)),
        ("penalty with and without a history of compression", penalties),
        ("wanted false alarms", f"{job.alarms:.1%}"),
        ("called forged from, genuine up to", f"{made.forged:.3f}, {made.genuine:.3f}"),
    )


def _split_words(split: Split) -> str:
    return f"{split.title}: {len(split.train)} files learned from, {len(split.held)} tested; no document on both sides"


def _left_words(left: Sequence[str]) -> list[str]:
    return [f"{len(left)} files were left out, such as {left[0]}."] if left else []
