"""The theory of endpoints against worked numbers, and what must hold for every model and machine."""

from __future__ import annotations

import json
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from groundstone.endpoints.capacity.accelerators import accelerators, instance, instances, read_prices
from groundstone.endpoints.capacity.advise import Limits, advise
from groundstone.endpoints.capacity.architectures import architecture, catalogue, from_config, read_config
from groundstone.endpoints.capacity.engine import MEASURED_2024
from groundstone.endpoints.capacity.knee import cost_per_million, knee
from groundstone.endpoints.capacity.predict import Deployment, curve
from groundstone.endpoints.capacity.probes import band, calibrated, corrected, familiar, where_to_probe
from groundstone.endpoints.capacity.roofline import (
    Workload,
    arithmetic_intensity,
    cache_room,
    critical_batch,
    ideal_step,
    largest_batch,
    least_degree,
)
from groundstone.endpoints.capacity.settings import settings
from groundstone.errors import ConfigError, InvalidInput, NotFound

SEVEN = catalogue()["llama-2-7b"]
A10G, A100 = accelerators()["a10g"], accelerators()["a100-40gb"]
PRICES = {"ml.g5.2xlarge": 1.5, "ml.g5.12xlarge": 7.0, "ml.p4d.24xlarge": 37.0}


@pytest.mark.parametrize(
    ("name", "billions"),
    [
        ("llama-2-7b", 6.74), ("llama-2-13b", 13.0), ("llama-2-70b", 69.0), ("mistral-7b", 7.24),
        ("mixtral-8x7b", 46.7), ("falcon-7b", 6.9), ("falcon-40b", 41.3), ("falcon-180b", 179),
        ("llama-3.1-8b", 8.03), ("smollm2-135m", 0.135), ("llama-3.1-405b", 405.9), ("llama-3.2-1b", 1.236),
        ("llama-3.2-3b", 3.21), ("llama-3.3-70b", 70.6), ("mistral-nemo-12b", 12.25), ("mistral-small-24b", 23.6),
        ("mixtral-8x22b", 140.6), ("qwen2.5-0.5b", 0.494), ("qwen2.5-1.5b", 1.54), ("qwen2.5-3b", 3.09),
        ("qwen2.5-7b", 7.62), ("qwen2.5-14b", 14.77), ("qwen2.5-32b", 32.8), ("qwen2.5-72b", 72.7),
        ("qwen3-0.6b", 0.596), ("qwen3-1.7b", 1.72), ("qwen3-4b", 4.02), ("qwen3-8b", 8.19), ("qwen3-14b", 14.77),
        ("qwen3-32b", 32.8), ("qwen3-30b-a3b", 30.5), ("qwen3-235b-a22b", 235.1), ("gemma-2-2b", 2.61),
        ("gemma-2-9b", 9.24), ("gemma-2-27b", 27.2), ("gemma-3-1b", 1.0), ("gemma-3-4b", 3.88), ("gemma-3-12b", 11.77),
        ("gemma-3-27b", 27.0), ("phi-2", 2.78), ("phi-3-mini", 3.82), ("phi-3-medium", 13.96), ("phi-4", 14.66),
        ("gpt-j-6b", 6.05), ("smollm2-360m", 0.362), ("smollm2-1.7b", 1.71), ("smollm3-3b", 3.08),
    ],
)  # fmt: skip
def test_dimensions_give_the_published_number_of_parameters(name: str, billions: float) -> None:
    assert catalogue()[name].parameters / 1e9 == pytest.approx(billions, rel=0.01)


def test_the_worked_example_of_a_7b_model_on_24_gb() -> None:
    assert SEVEN.cache_per_token == 524_288
    assert cache_room(SEVEN, A10G, 1) == pytest.approx(10.5e9, rel=0.01)
    assert largest_batch(SEVEN, A10G, 1, 4096) == 4


def test_critical_batches_are_operations_per_byte() -> None:
    assert critical_batch(A10G) == pytest.approx(117, abs=1)
    assert critical_batch(A100) == pytest.approx(201, abs=1)
    assert critical_batch(A10G, weight_bytes=1.0) == pytest.approx(58, abs=1)


def test_decoding_one_request_does_about_one_operation_a_byte() -> None:
    assert arithmetic_intensity(SEVEN, 1, 512) == pytest.approx(1.0, abs=0.03)
    assert arithmetic_intensity(SEVEN, 64, 512) < critical_batch(A10G)


def test_the_roofline_is_memory_first_and_arithmetic_later() -> None:
    assert ideal_step(SEVEN, A10G, 1, 1, 0) == pytest.approx(SEVEN.weights / A10G.bandwidth)
    assert ideal_step(SEVEN, A10G, 1, 1000, 0) == pytest.approx(2000 * SEVEN.parameters / A10G.flops)


def test_a_mixture_reads_more_experts_as_the_batch_grows() -> None:
    mixture = catalogue()["mixtral-8x7b"]
    assert mixture.active_parameters / 1e9 == pytest.approx(12.9, rel=0.01)
    few, many = mixture.weights_read(1), mixture.weights_read(64)
    assert few == pytest.approx(mixture.active_parameters * 2)
    assert few < many < mixture.weights * 1.0001


def test_experts_have_a_width_of_their_own() -> None:
    active = catalogue()["qwen3-30b-a3b"].active_parameters / 1e9
    assert active == pytest.approx(3.3, rel=0.03)


def test_every_instance_and_accelerator_says_where_its_figures_come_from() -> None:
    assert all(one.source for one in accelerators().values())
    assert all(one.flops / one.bandwidth < 1000 for one in accelerators().values())  # operations a byte
    assert {one.accelerator.name for one in instances().values()} <= set(accelerators())


def test_the_least_degree_holds_weights_and_a_request() -> None:
    assert least_degree(SEVEN, A10G, 512) == 1
    assert least_degree(catalogue()["llama-2-70b"], A10G, 512) == 8


@given(
    st.sampled_from(sorted(catalogue())), st.sampled_from(sorted(instances())),
    st.integers(16, 4000), st.integers(1, 1000), st.integers(1, 4),
)  # fmt: skip
def test_more_concurrency_never_lowers_throughput_nor_latency(
    model: str, place: str, read: int, written: int, copies: int
) -> None:
    chosen = instance(place)
    deployment = Deployment(catalogue()[model], chosen, chosen.count, copies)
    try:
        points = curve(deployment, Workload(read, written))
    except InvalidInput:  # it does not fit
        return
    for one, other in pairwise(points):
        assert other.throughput >= one.throughput * (1 - 1e-9)
        assert other.latency >= one.latency * (1 - 1e-9)


@pytest.mark.parametrize("copies", [2, 3, 5])
def test_requests_dealt_by_chance_flow_as_the_product_form_says(copies: int) -> None:
    """Against the exact sum over all ways in which the requests can stand at the copies."""
    alone = Deployment(SEVEN, instance("ml.g5.2xlarge"))
    rates = [point.throughput for point in curve(alone, Workload(), concurrencies=range(1, 49))]
    weights = [1.0]  # one over the product of the rates, scaled so that it stays a float
    for rate in rates:
        weights.append(weights[-1] * rates[11] / rate)
    sums = weights
    for _ in range(copies - 1):
        sums = [sum(sums[one] * weights[total - one] for one in range(total + 1)) for total in range(len(weights))]
    several = Deployment(SEVEN, instance("ml.g5.2xlarge"), 1, copies, "random")
    for total in (1, 2, 7, 24, 48):
        exact = copies * rates[11] * sums[total - 1] / sums[total]
        (point,) = curve(several, Workload(), concurrencies=(total,))
        assert point.throughput == pytest.approx(exact, rel=0.006)
    with pytest.raises(InvalidInput, match="routed"):
        Deployment(SEVEN, instance("ml.g5.2xlarge"), 1, 2, "nowhere")  # type: ignore[arg-type]


def test_chance_gives_less_than_a_balancer_that_knows() -> None:
    by_chance, knowing = (
        curve(Deployment(SEVEN, instance("ml.g5.2xlarge"), 1, 3, way), Workload()) for way in ("random", "fewest")
    )
    assert all(one.throughput <= other.throughput * 1.001 for one, other in zip(by_chance, knowing, strict=True))


def test_the_band_is_wider_where_nothing_of_the_like_was_measured() -> None:
    known, other = Deployment(SEVEN, instance("ml.g5.2xlarge")), Deployment(SEVEN, instance("1 x l4"))
    assert (familiar(known), familiar(other)) == (True, False)
    assert not familiar(Deployment(SEVEN, instance("ml.g5.48xlarge"), 8))
    assert not familiar(Deployment(catalogue()["mixtral-8x7b"], instance("ml.p4d.24xlarge"), 8))
    widths = [high / low for low, high in (band(one, Workload(), (16,))[0] for one in (known, other))]
    assert widths[0] < widths[1]


@pytest.mark.parametrize("measured", [{1: 30.0}, {1: 30.0, 16: 351.0, 64: 492.0}])
def test_the_band_lies_around_the_corrected_curve(measured: dict[int, float]) -> None:
    deployment = Deployment(SEVEN, instance("ml.g5.2xlarge"))
    points = corrected(deployment, Workload(), measured)
    for point, (low, high) in zip(points, band(deployment, Workload(), measured=measured), strict=True):
        assert low * high == pytest.approx(point.throughput**2, rel=1e-6)


def test_one_probe_moves_the_whole_curve_towards_it() -> None:
    deployment, workload = Deployment(SEVEN, instance("ml.g5.2xlarge")), Workload()
    plain = curve(deployment, workload)
    slow = corrected(deployment, workload, {1: plain[0].throughput * 0.7})
    assert slow[0].throughput == pytest.approx(plain[0].throughput * 0.7, rel=0.03)
    assert all(one.throughput < other.throughput for one, other in zip(slow, plain, strict=True))


def test_the_curve_goes_through_three_probes() -> None:
    deployment, workload = Deployment(SEVEN, instance("ml.g5.12xlarge"), 4), Workload()
    measured = {1: 59.0, 16: 616.0, 128: 1214.0}
    found = {point.concurrency: point.throughput for point in corrected(deployment, workload, measured)}
    for count, rate in measured.items():
        assert found[count] == pytest.approx(rate, rel=1e-6)


def test_probes_narrow_the_band() -> None:
    deployment, workload = Deployment(SEVEN, instance("ml.g5.2xlarge")), Workload()
    wide = band(deployment, workload, (1, 16))
    narrow = band(deployment, workload, (1, 16), measured={1: 30.0})
    for (low, high), (least, most) in zip(wide, narrow, strict=True):
        assert most / least < high / low
    assert narrow[0][0] < 30 < narrow[0][1]


def test_what_is_measured_on_the_model_itself_leaves_it_as_it_is() -> None:
    deployment, workload = Deployment(SEVEN, instance("ml.p4d.24xlarge"), 8), Workload()
    exact = {point.concurrency: point.throughput for point in curve(deployment, workload, concurrencies=(1, 32, 512))}
    fitted = calibrated(deployment, workload, exact)
    assert fitted.memory_use == pytest.approx(MEASURED_2024.memory_use, rel=1e-3)


def test_probes_are_advised_at_one_near_the_knee_and_at_the_end() -> None:
    first, middle, last = where_to_probe(Deployment(SEVEN, instance("ml.g5.2xlarge")), Workload(), 64, 30.0)
    assert (first, last) == (1, 64)
    assert 8 <= middle <= 32


def test_the_knee_is_where_latency_has_doubled() -> None:
    assert knee([1, 2, 4, 8, 16], [10, 11, 14, 20, 41]) == 8
    assert knee([1], [10]) == 1
    with pytest.raises(InvalidInput):
        knee([2, 1], [1, 1])


def test_cost_follows_from_price_and_throughput() -> None:
    assert cost_per_million(3.6, 1000) == pytest.approx(1.0)


def test_a_config_of_another_family_is_read(tmp_path: Path) -> None:
    config = {
        "model_type": "gpt2",
        "n_embd": 768,
        "n_layer": 12,
        "n_head": 12,
        "vocab_size": 50257,
        "n_positions": 1024,
    }
    (tmp_path / "config.json").write_text(json.dumps(config))
    found = read_config(tmp_path)
    assert found.parameters / 1e6 == pytest.approx(124, rel=0.02)
    assert architecture(str(tmp_path)) == found


def test_quantised_weights_are_smaller_and_their_cache_is_not() -> None:
    base = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4, "vocab_size": 100}
    four = from_config({**base, "quantization_config": {"bits": 4}})
    assert four.weights == from_config(base).weights / 4
    assert four.cache_per_token == from_config(base).cache_per_token


@given(st.dictionaries(st.sampled_from(["hidden_size", "n_layer", "n_head", "vocab_size", "bits", "text_config"]),
                       st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.floats()))  # fmt: skip
def test_any_configuration_is_read_or_refused_by_name(config: dict[str, object]) -> None:
    with suppress(InvalidInput):
        assert from_config(config).parameters > 0


def test_unknown_names_say_what_there_is() -> None:
    with pytest.raises(NotFound, match="llama-2-7b"):
        architecture("nothing-1b")
    with pytest.raises(NotFound, match=r"ml\.g5\.2xlarge"):
        instance("ml.none")
    with pytest.raises(InvalidInput):
        instance("900 x l4")


def test_a_copy_cannot_take_more_accelerators_than_there_are() -> None:
    with pytest.raises(InvalidInput, match="spread over 2"):
        Deployment(SEVEN, instance("ml.g5.2xlarge"), 2)


def test_advice_keeps_the_limits_at_the_least_price() -> None:
    limits = Limits(latency=0.030, throughput=2000)
    found = advise(SEVEN, Workload(), limits, PRICES)
    assert found.best.point.throughput >= 2000
    assert found.best.point.per_token(256) <= 0.030
    assert all(found.best.per_hour <= one.per_hour for one in found.considered)
    assert found.second is not None
    engines = {one.engine: one for one in settings(found.best, SEVEN, Workload())}
    assert dict(engines["tgi"].environment)["SM_NUM_GPUS"] == str(found.best.degree)
    assert f"--tensor-parallel-size {found.best.degree}" in engines["vllm"].command


@pytest.mark.parametrize(
    ("limits", "said"),
    [
        (Limits(latency=0.0001), "no instance writes a token"),
        (Limits(per_million=0.0001), "price of a million tokens"),
        (Limits(throughput=1e9), "machines would be needed"),
    ],
)
def test_impossible_limits_are_told_with_how_near_one_comes(limits: Limits, said: str) -> None:
    with pytest.raises(InvalidInput, match=said):
        advise(SEVEN, Workload(), limits, PRICES)


def test_a_model_that_fits_nowhere_is_told() -> None:
    with pytest.raises(InvalidInput, match="fits on none"):
        advise(catalogue()["falcon-180b"], Workload(), Limits(), {"ml.g5.2xlarge": 1.5})


def test_prices_are_read_and_checked(tmp_path: Path) -> None:
    file = tmp_path / "prices.toml"
    file.write_text('"ml.g5.2xlarge" = 1.5\n')
    assert read_prices(file) == {"ml.g5.2xlarge": 1.5}
    file.write_text('"ml.g5.2xlarge" = "cheap"\n')
    with pytest.raises(ConfigError, match="cheap"):
        read_prices(file)
