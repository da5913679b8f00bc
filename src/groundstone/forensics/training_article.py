"""The article's recipe: trained and tested with both ways to split, whichever model is kept; its card."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from groundstone.forensics import model_folder
from groundstone.forensics.article import Recipe
from groundstone.forensics.article_train import ArticleTraining
from groundstone.forensics.article_train import Trial as Trained
from groundstone.forensics.card import Outcome, Told, Trial, card_of, doubts
from groundstone.forensics.evaluation import LIMITS, data_facts, write
from groundstone.forensics.rates import area_figure, share
from groundstone.forensics.splits import Split, at_random, each_in_turn
from groundstone.forensics.training_job import Job, Made, Sources, split_of


def trained(job: Job, recipe: Recipe, threads: int) -> Made:
    """Both splits are tried, whichever the model that is kept was trained on."""
    work = ArticleTraining(job.part / "work", recipe, job.tick, threads=threads)
    sources = Sources.of(job)
    apart = _apart(job, sources)
    work.prepare([*job.collection.items, *(job.test.items if job.test else ())])
    trials = [work.trial(at_random(job.collection.items, recipe.held, recipe.random_state), "random")]
    trials += [work.trial(one, f"apart{number}") for number, one in enumerate(apart, 1)]
    is_random = job.split == "random"
    kept = trials[0 if is_random else 1]
    outcomes = [one for trial in (trials[:1] if is_random else trials[1:]) for one in _outcomes(trial, sources)]
    told = Told(
        title=f"{job.out.name}: the article's recipe, learned from {job.collection.place.name}",
        use=("To compare with what the article shows. For real documents take the model that ships, or refit it.",),
        limits=(
            "The page is shrunk to a square of 128 pixels before the network sees it: a changed digit is smaller than "
            "one of them. What it learns is mostly which document it looks at.",
            *LIMITS,
        ),
        model=(("recipe", "article"), *recipe.facts(), ("kept model", kept.split.title)),
        data=data_facts(job.collection, sources.groups),
        repeat=job.repeat,
        warnings=_warnings(job, apart, outcomes),
    )
    card = card_of(told, outcomes, curve=kept.curve, trials=[_trial(one, sources) for one in trials])
    folder = model_folder.fresh(job.part / "model")
    work.publish("random" if is_random else "apart1", folder)
    write(card, folder)
    return Made(model_folder.publish(folder, job.out, model_folder.ARTICLE), card)


def _outcomes(trial: Trained, sources: Sources) -> list[Outcome]:
    return [
        Outcome(item, sources.by_path[item.path], chance, "forged" if chance > 0.5 else "genuine")
        for item, chance in zip(trial.split.held, trial.probabilities, strict=True)
    ]


def _trial(trial: Trained, sources: Sources) -> Trial:
    outcomes = _outcomes(trial, sources)
    labels = np.array(trial.labels)
    right = sum((one.verdict == "forged") == one.item.forged for one in outcomes)
    return Trial(
        trial.split.title,
        len(trial.split.train),
        len(trial.split.held),
        share(right, len(outcomes)),
        area_figure(np.array(trial.probabilities), labels, [one.source for one in outcomes]),
        tuple(_leak_words(trial.split, sources)),
    )


def _leak_words(split: Split, sources: Sources) -> list[str]:
    """How many of the tested files are known from training, by their bytes and by their document."""
    files = {item.digest for item in split.train}
    documents = {sources.by_path[item.path] for item in split.train}
    copies = [item for item in split.held if item.digest in files]
    known = [item for item in split.held if sources.by_path[item.path] in documents]
    if not known:
        return ["none"]
    count = len(split.held)
    return [
        f"{len(copies)} of {count} tested files are byte for byte in training; {len(known)} of {count} show a document "
        f"that is learned from, such as {known[0].name}."
    ]


def _warnings(job: Job, apart: Sequence[Split], outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    found = list(doubts(outcomes))
    if not apart:
        found.insert(0, "All files come from one document: no test on documents that are not in training is possible.")
    if job.split == "random":
        found.insert(0, "The figures and the model that is kept are those of the random split, which shares documents.")
    elif len(apart) > 1:
        found.insert(0, f"The figures are those of {len(apart)} trainings together; the model kept is the first one's.")
    return tuple(found)


def _apart(job: Job, sources: Sources) -> list[Split]:
    """Splits that share no document. For a model of the random split none may be possible; its card then says so."""
    if job.split == "random" and len(set(sources.groups)) == 1:
        return []
    return [split_of(job, sources)] if job.test else each_in_turn(job.collection.items, sources.groups)
