"""The commands that repeat a kept run in a terminal."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from typing import Any

USUAL = {"wire": "openai-chat", "timeout": 60.0, "processes": 1, "most": 512, "speed": 1.0, "tokenizer": "auto"}
NAMES = {"read": "input", "write": "output", "on": "on-seconds", "off": "off-seconds"}  # of options, where they differ
MILLISECONDS = ("latency", "first_token", "per_token", "end_to_end")
PORT = 8088  # where ``groundstone simulate`` listens


def commands(order: Mapping[str, Any] | None) -> list[str]:
    """For a terminal, one after the other; none where the order is unknown, or an engine of the catalogue is asked."""
    if not order or order.get("engine") or not isinstance(order.get("plan"), Mapping):
        return []
    simulation = order.get("simulation")
    url = f"http://127.0.0.1:{PORT}" if simulation else str(order["plan"].get("url", ""))
    load = ["groundstone", "load", url, *_options(order["plan"])]
    if order.get("price"):
        load += ["--price", f"{order['price']:g}"]
    place = (simulation or {}).get("place") or order.get("theory")
    if place:
        load += ["--on", f"{place['model']}@{place['instance']}"]
    return [*([_simulate(simulation)] if simulation else []), shlex.join(load)]


def _options(plan: Mapping[str, Any]) -> Iterator[str]:
    swept = not any(plan.get(name) for name in ("concurrency", "rate", "burst", "trace"))
    for name, value in plan.items():
        if name == "url" or not value or value == USUAL.get(name) or (name == "most" and not swept):
            continue
        option = f"--{NAMES.get(name, name).replace('_', '-')}"
        if name == "concurrency":
            yield from (word for count in value for word in ("-c", str(count)))
        elif value is True:
            yield option
        else:
            shown = 1000 * value if name in MILLISECONDS else value
            yield from (option, f"{shown:g}" if isinstance(shown, float) else str(shown))


def _simulate(simulation: Mapping[str, Any]) -> str:
    place = simulation["place"]
    words = ["groundstone", "simulate", "--model", place["model"], "--instance", place["instance"]]
    for option, value, usual in (
        ("--degree", place["degree"], 0),
        ("--replicas", place["replicas"], 1),
        ("--speed", simulation["speed"], 1),
        ("--max-concurrent-requests", simulation["most"], 128),
    ):
        if value != usual:
            words += [option, f"{value:g}"]
    return shlex.join(words) + " &"
