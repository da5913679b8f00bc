"""What starts a choice on machines of yours: a script, a Compose file, or a manifest for Kubernetes.

Each copy of the model gets accelerators of its own; the copies of one machine stand on neighbouring ports.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from groundstone.endpoints.capacity.advise import Choice
from groundstone.endpoints.capacity.settings import Settings
from groundstone.errors import InvalidInput

Form = Literal["command", "compose", "kubernetes"]
FIRST_PORT = 8081  # of the copies on a machine; the balancer stands in front
INSIDE = 8080  # of a container
IMAGES = {
    "tgi": "ghcr.io/huggingface/text-generation-inference:latest",
    "vllm": "vllm/vllm-openai:latest",
    "llama.cpp": "ghcr.io/ggml-org/llama.cpp:server-cuda",
}
PORTED = {"tgi": ("--port",), "vllm": ("--host", "0.0.0.0", "--port"), "llama.cpp": ("--host", "0.0.0.0", "--port")}
PROGRAM = {"tgi": ("text-generation-launcher",), "vllm": ("vllm", "serve"), "llama.cpp": ("llama-server",)}
RESOURCE = {"nvidia": "nvidia.com/gpu", "amd": "amd.com/gpu"}
VISIBLE = {"nvidia": "CUDA_VISIBLE_DEVICES", "amd": "HIP_VISIBLE_DEVICES"}


@dataclass(frozen=True, slots=True)
class Plan:
    """A choice with the settings of one engine. ``image``: of its container; empty for the maker's own."""

    choice: Choice
    settings: Settings
    image: str = ""

    @property
    def container(self) -> str:
        return self.image or IMAGES[self.settings.engine]

    def arguments(self, port: int) -> list[str]:
        """Of the engine's program."""
        return [*self.settings.arguments, *PORTED[self.settings.engine], str(port)]


def written(plan: Plan, form: Form) -> str:
    """The text of a file. Raises InvalidInput for accelerators that these engines do not run on."""
    maker = plan.choice.instance.accelerator.maker
    if maker not in RESOURCE:
        raise InvalidInput(
            f"{plan.settings.engine} is not started on {plan.choice.instance.accelerator.name} by such a file; "
            "take the tools of its maker with the settings of the advice"
        )
    makers = {"command": _script, "compose": _compose, "kubernetes": _kubernetes}
    return "\n".join([*(f"# {line}" for line in _about(plan)), *makers[form](plan, maker), ""])


def _about(plan: Plan) -> Iterator[str]:
    one = plan.choice
    yield f"{plan.settings.engine} on {one.machines} x {one.instance.name}: {one.copies} copies on each, every copy"
    several = "s" if one.degree > 1 else ""
    yield f"over {one.degree} accelerator{several}; about {one.point.throughput:.0f} tokens a second by all together."


def _script(plan: Plan, maker: str) -> Iterator[str]:
    """A shell script for one machine: every copy in the background, and one address before them."""
    yield "# On each machine:"
    for copy in range(plan.choice.copies):
        program = shlex.join([*PROGRAM[plan.settings.engine], *plan.arguments(FIRST_PORT + copy)])
        yield f"{VISIBLE[maker]}={_devices(plan, copy)} {program} &"
    yield "# One address for all of them; name the other machines here as well:"
    yield f"groundstone balance {' '.join(_addresses(plan.choice))}"


def _addresses(choice: Choice) -> list[str]:
    return [f"http://127.0.0.1:{FIRST_PORT + copy}" for copy in range(choice.copies)]


def _devices(plan: Plan, copy: int) -> str:
    first = copy * plan.choice.degree
    return ",".join(map(str, range(first, first + plan.choice.degree)))


def _compose(plan: Plan, maker: str) -> Sequence[str]:
    """Services of one machine; ``groundstone balance`` puts one address before their ports."""
    services = {f"copy-{copy}": _service(plan, maker, copy) for copy in range(plan.choice.copies)}
    after = f"# One address for all of them: groundstone balance {' '.join(_addresses(plan.choice))}"
    return [*_yaml({"services": services}), after]


def _service(plan: Plan, maker: str, copy: int) -> dict[str, Any]:
    made: dict[str, Any] = {"image": plan.container, "command": plan.arguments(INSIDE), "ipc": "host"}
    made |= {"ports": [f"127.0.0.1:{FIRST_PORT + copy}:{INSIDE}"], "restart": "unless-stopped"}
    if maker == "amd":
        return {**made, "devices": ["/dev/kfd", "/dev/dri"], "environment": {VISIBLE[maker]: _devices(plan, copy)}}
    given = {"driver": "nvidia", "device_ids": _devices(plan, copy).split(","), "capabilities": ["gpu"]}
    return {**made, "deploy": {"resources": {"reservations": {"devices": [given]}}}}


def _kubernetes(plan: Plan, maker: str) -> Sequence[str]:
    """A Deployment of all copies of all machines, and the Service before it."""
    name = re.sub(r"[^a-z0-9]+", "-", plan.settings.served.lower()).strip("-")[:50] or "model"
    labels = {"app": name}
    health = {"httpGet": {"path": "/health", "port": INSIDE}}
    container = {
        "name": "engine",
        "image": plan.container,
        "args": plan.arguments(INSIDE),
        "ports": [{"containerPort": INSIDE}],
        "resources": {"limits": {RESOURCE[maker]: plan.choice.degree}},
        "startupProbe": {**health, "periodSeconds": 10, "failureThreshold": 180},
        "readinessProbe": {**health, "periodSeconds": 5},
        "livenessProbe": {**health, "periodSeconds": 10, "failureThreshold": 6},
        "volumeMounts": [{"name": "shm", "mountPath": "/dev/shm"}],
    }
    pod = {"containers": [container], "volumes": [{"name": "shm", "emptyDir": {"medium": "Memory"}}]}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": plan.choice.machines * plan.choice.copies,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"selector": labels, "ports": [{"port": 80, "targetPort": INSIDE}]},
    }
    return [*_yaml(deployment), "---", *_yaml(service)]


def _yaml(value: Mapping[str, Any], indent: int = 0) -> Iterator[str]:
    """Mappings and lists of mappings as YAML, a line each; single values as JSON, which YAML takes as well."""
    for key, one in value.items():
        start = f"{'  ' * indent}{_key(key)}:"
        if isinstance(one, Mapping) and one:
            yield start
            yield from _yaml(one, indent + 1)
        elif isinstance(one, list) and one:
            yield start
            for entry in one:
                yield from _entry(entry, indent + 1)
        else:
            yield f"{start} {json.dumps(one, ensure_ascii=False)}"


def _entry(entry: Any, indent: int) -> Iterator[str]:
    dash = f"{'  ' * indent}- "
    if not isinstance(entry, Mapping):
        yield dash + json.dumps(entry, ensure_ascii=False)
        return
    first, *rest = _yaml(entry, indent + 1)
    yield dash + first.lstrip()
    yield from rest


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z_][\w./-]*", key) else json.dumps(key)
