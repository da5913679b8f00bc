"""What starts engines elsewhere: scripts, Compose files and manifests that can be read, with the right settings."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from groundstone.endpoints.capacity.advise import Limits, advise, placed
from groundstone.endpoints.capacity.architectures import catalogue
from groundstone.endpoints.capacity.manifests import IMAGES, Form, Plan, written
from groundstone.endpoints.capacity.roofline import Workload
from groundstone.endpoints.capacity.settings import ENGINES, settings
from groundstone.errors import InvalidInput, NotFound

SEVEN = catalogue()["llama-2-7b"]
yaml = pytest.importorskip("yaml")


def plan(engine: str, place: str = "ml.g5.12xlarge", degree: int = 2, machines: int = 1, weights: str = "") -> Plan:
    choice = placed(SEVEN, Workload(), Limits(), place, degree, machines)
    return Plan(choice, next(one for one in settings(choice, SEVEN, Workload(), weights) if one.engine == engine))


@pytest.mark.parametrize("engine", ENGINES)
def test_kubernetes_gets_every_copy_its_accelerators(engine: str) -> None:
    deployment, service = yaml.safe_load_all(written(plan(engine, machines=3), "kubernetes"))
    assert deployment["spec"]["replicas"] == 6
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert container["resources"]["limits"] == {"nvidia.com/gpu": 2}
    assert container["image"] == IMAGES[engine]
    assert container["readinessProbe"]["httpGet"] == {"path": "/health", "port": 8080}
    assert service["spec"]["selector"] == deployment["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["ports"] == [{"port": 80, "targetPort": 8080}]


@pytest.mark.parametrize("engine", ENGINES)
def test_compose_has_a_service_for_each_copy_of_a_machine(engine: str) -> None:
    services = yaml.safe_load(written(plan(engine), "compose"))["services"]
    assert list(services) == ["copy-0", "copy-1"]
    devices = [devices_of(one)["device_ids"] for one in services.values()]
    assert devices == [["0", "1"], ["2", "3"]]
    assert services["copy-1"]["ports"] == ["127.0.0.1:8082:8080"]


def devices_of(service: dict[str, Any]) -> dict[str, Any]:
    (found,) = service["deploy"]["resources"]["reservations"]["devices"]
    return dict(found)


def test_a_script_starts_every_copy_and_one_address_before_them() -> None:
    lines = written(plan("vllm", weights="meta/Llama 2"), "command").splitlines()
    first, second = (shlex.split(line) for line in lines if line.startswith("CUDA"))
    assert first[:4] == ["CUDA_VISIBLE_DEVICES=0,1", "vllm", "serve", "meta/Llama 2"]
    assert second[second.index("--port") + 1] == "8082"
    assert lines[-1] == "groundstone balance http://127.0.0.1:8081 http://127.0.0.1:8082"


def test_settings_follow_from_the_choice() -> None:
    tgi, vllm, llamacpp = settings(plan("tgi").choice, SEVEN, Workload(300, 200), "me/mine.gguf")
    assert dict(tgi.environment)["MAX_TOTAL_TOKENS"] == "500"
    each = dict(tgi.environment)["MAX_CONCURRENT_REQUESTS"]
    assert vllm.arguments[vllm.arguments.index("--max-num-seqs") + 1] == each
    assert llamacpp.arguments[llamacpp.arguments.index("--ctx-size") + 1] == str(500 * int(each))
    assert "--split-mode" in llamacpp.arguments
    assert llamacpp.command.startswith("llama-server --model me/mine.gguf ")


def test_other_makers_have_other_names_for_accelerators() -> None:
    amd = plan("vllm", "8 x mi300x", 1)
    (deployment, _) = yaml.safe_load_all(written(amd, "kubernetes"))
    limits = deployment["spec"]["template"]["spec"]["containers"][0]["resources"]["limits"]
    assert limits == {"amd.com/gpu": 1}
    assert yaml.safe_load(written(amd, "compose"))["services"]["copy-7"]["environment"] == {"HIP_VISIBLE_DEVICES": "7"}
    with pytest.raises(InvalidInput, match="inferentia2"):
        written(plan("vllm", "ml.inf2.24xlarge", 2), "kubernetes")


@pytest.mark.parametrize("form", ["command", "compose", "kubernetes"])
def test_every_file_says_what_it_is_for(form: Form) -> None:
    assert written(plan("tgi"), form).startswith("# tgi on 1 x ml.g5.12xlarge: 2 copies on each")


def test_a_place_that_is_given_is_taken() -> None:
    chosen = placed(SEVEN, Workload(), Limits(), "ml.p4d.24xlarge", machines=2, price=37.0)
    assert (chosen.machines, chosen.per_hour) == (2, 74.0)
    assert chosen.degree in (1, 2, 4, 8)
    with pytest.raises(InvalidInput, match="fits on none"):
        placed(catalogue()["falcon-180b"], Workload(), Limits(), "ml.g5.2xlarge")
    with pytest.raises(InvalidInput, match="quickest"):
        placed(SEVEN, Workload(), Limits(latency=0.001), "ml.g5.2xlarge")
    with pytest.raises(NotFound):
        placed(SEVEN, Workload(), Limits(), "ml.none")


def test_advice_names_the_choice_the_reasons_and_the_second_best() -> None:
    prices = {"ml.g5.2xlarge": 1.5, "ml.g5.12xlarge": 7.0, "ml.p4d.24xlarge": 37.0}
    lines = advise(SEVEN, Workload(), Limits(latency=0.03, throughput=2000), prices).lines()
    assert "tokens a second for" in lines[0]
    assert any("waits mostly for" in line for line in lines)
    assert any(line.startswith("The next best, ") and "more an hour" in line for line in lines)
    with pytest.raises(InvalidInput, match=r"the limit 3 \(\d+ x ml\.") as raised:
        advise(SEVEN, Workload(), Limits(latency=0.03, throughput=2000, per_hour=3), prices)
    assert "least price of an hour" in str(raised.value)
    with pytest.raises(InvalidInput, match=r"64 x ml\.p4d\.24xlarge give about \d+"):
        advise(SEVEN, Workload(), Limits(throughput=1e9), prices)
