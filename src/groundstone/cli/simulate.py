"""``groundstone simulate``: a serving engine without a model, timed as if it had one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from groundstone.endpoints.simulate.batching import SimulatedEngine


@click.command()
@click.option("--model", default="llama-2-7b", show_default=True, help="A model of the catalogue, or a config.json.")
@click.option("--accelerator", help="Such as a10g or h100; with --count how many stand in the machine.")
@click.option("--count", type=click.IntRange(1, 64), default=1, show_default=True, help="Accelerators of a machine.")
@click.option("--instance", "instance_", help="Such as ml.g5.12xlarge, in place of --accelerator.")
@click.option("--degree", type=click.IntRange(1, 64), help="Accelerators that share a copy; all of them unless told.")
@click.option("--replicas", type=click.IntRange(1, 1000), default=1, show_default=True, help="Copies of the model.")
@click.option("--max-concurrent-requests", default=128, show_default=True, help="More are refused at once.")
@click.option("--max-input-tokens", default=4095, show_default=True, help="Of a prompt.")
@click.option("--max-total-tokens", default=4096, show_default=True, help="Of a prompt and its reply.")
@click.option("--max-batch-prefill-tokens", default=4096, show_default=True, help="Read in one pass.")
@click.option("--max-batch-total-tokens", default=0, help="In a batch; as memory allows unless told.")
@click.option("--speed", type=click.FloatRange(0.001, 1e6), default=1.0, show_default=True, help="Times life.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8088, show_default=True, help="Port; 0 takes a free one."
)
def simulate(
    model: str, accelerator: str | None, count: int, instance_: str | None, degree: int | None, replicas: int,
    max_concurrent_requests: int, max_input_tokens: int, max_total_tokens: int, max_batch_prefill_tokens: int,
    max_batch_total_tokens: int, speed: float, host: str, port: int,
) -> None:  # fmt: skip
    """Serve a simulated engine: OpenAI's and Text Generation Inference's interfaces, no model, no accelerator.

    It batches, waits and refuses as a real engine does, in the time that the model would take on the accelerator.
    """
    from groundstone.endpoints.capacity.accelerators import instance
    from groundstone.endpoints.capacity.architectures import architecture
    from groundstone.endpoints.capacity.predict import Deployment
    from groundstone.endpoints.simulate.batching import Settings, SimulatedEngine

    place = instance(instance_ or f"{count} x {accelerator or 'a10g'}")
    deployment = Deployment(architecture(model), place, degree or place.count, replicas)
    settings = Settings(
        max_concurrent_requests, max_input_tokens, max_total_tokens, max_batch_prefill_tokens, max_batch_total_tokens,
        speed,
    )  # fmt: skip
    _serve(SimulatedEngine(deployment, settings), host, port)


def _serve(engine: SimulatedEngine, host: str, port: int) -> None:
    from groundstone.cli.listen import listening, serve_until_stopped
    from groundstone.server.simulated import create_simulation

    listener, address = listening(host, port)
    one = engine.deployment
    click.echo(
        f"{one.model.name}, {one.replicas} x {one.degree} {one.instance.accelerator.name} (simulated) is at {address}  "
        "(Ctrl-C stops it)"
    )
    serve_until_stopped(create_simulation(engine), listener)
