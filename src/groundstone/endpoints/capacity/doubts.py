"""Measurements that the named machine cannot have given: faster than it reads the weights, or computes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from groundstone.endpoints.capacity.predict import Deployment
from groundstone.endpoints.capacity.roofline import Workload, ideal_step

MARGIN = 1.05  # what a measurement and a data sheet may be off


def fastest(deployment: Deployment, workload: Workload, concurrency: int) -> float:
    """Tokens a second of all copies if nothing were lost (the roofline), with prompts read in no time."""
    copies = min(deployment.replicas, concurrency)
    batch = concurrency / copies
    accelerator = deployment.instance.accelerator
    return concurrency / ideal_step(deployment.model, accelerator, deployment.degree, batch, workload.context)


def doubts(deployment: Deployment, workload: Workload, measured: Mapping[int, float]) -> Iterator[str]:
    """A sentence where levels are too fast for the machine. ``measured``: tokens a second by concurrency."""
    most = {count: fastest(deployment, workload, count) for count in measured if count > 0}
    wrong = [count for count in sorted(most) if measured[count] > MARGIN * most[count]]
    if not wrong:
        return
    first, accelerator = wrong[0], deployment.instance.accelerator.name
    levels = "1 level" if len(wrong) == 1 else f"{len(wrong)} levels"
    yield (
        f"{measured[first]:.0f} tokens a second at {first} at once is faster than reading the weights allows: "
        f"{deployment.model.name} over {deployment.degree} x {accelerator} writes at most {most[first]:.0f} "
        f"({levels} of {len(measured)} too fast). Is the instance right, and the model, its bits and the number of "
        "copies? What is predicted from such a measurement is not to be trusted."
    )
