"""The published benchmark of endpoints, call by call with boto3: deployed, priced, loaded, measured, deleted.

Concurrency doubles until a request is refused; each level sends three requests for each client; throughput, latency a
token and the cost of a million tokens follow, and CloudWatch tells what the model and the way to it took.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from .custom_case import refused
from .sagemaker_case import FAST, IMAGE, ROLE, SageMaker, sagemaker_at

PLACE, PRICE = "ml.g5.2xlarge", 1.5
NEW_TOKENS = 32
SPEED = 20.0  # times life, so that the test is quick
PAYLOAD = {
    "inputs": "I believe the meaning of life is to ",
    "parameters": {"max_new_tokens": NEW_TOKENS, "details": True},
}
STATISTICS, EXTENDED = ["SampleCount", "Average", "Minimum", "Maximum"], ["p50", "p90", "p95"]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SageMaker]:
    home = tmp_path_factory.mktemp("benchmark")
    (home / "prices.toml").write_text(f'"{PLACE}" = {PRICE}\n"ml.g5.12xlarge" = 7.0\n')
    with sagemaker_at(home) as case:
        yield case


def client(aws: SageMaker, service: str) -> Any:
    session = boto3.Session(aws_access_key_id="any", aws_secret_access_key="any", region_name="us-east-1")
    return session.client(service, endpoint_url=aws.address, config=Config(retries={"total_max_attempts": 1}))


def deployed(aws: SageMaker, name: str, instances: int = 1, **environment: str) -> None:
    """Model, configuration and endpoint of one name, as the SDK makes them."""
    told = {"GROUNDSTONE_MODEL": f"simulated:llama-2-7b?speed={SPEED:g}", **environment}
    container = {"Image": IMAGE, "Environment": told}
    aws.control.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
    variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": PLACE}
    aws.control.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[{**variant, "InitialInstanceCount": instances}]
    )
    aws.control.create_endpoint(EndpointName=name, EndpointConfigName=name)
    aws.control.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig=FAST)


def level(aws: SageMaker, name: str, concurrency: int, payload: dict[str, Any]) -> dict[str, float]:
    """Three requests for each client, all at once; seconds a token and tokens a second."""
    latencies: list[float] = []

    def predicted(_: int) -> int:
        began = time.perf_counter()
        (answer,) = aws.asked(name, payload)
        latencies.append((time.perf_counter() - began) / answer["details"]["generated_tokens"])
        return int(answer["details"]["generated_tokens"])

    began = time.perf_counter()
    with ThreadPoolExecutor(concurrency) as pool:
        tokens = sum(pool.map(predicted, range(3 * concurrency)))
    seconds = time.perf_counter() - began
    return {"throughput": tokens / seconds, "latency": sorted(latencies)[len(latencies) // 2], "tokens": tokens}


def test_concurrency_doubles_until_the_first_exception_and_costs_follow(aws: SageMaker) -> None:
    deployed(aws, "llama", MAX_CONCURRENT_REQUESTS="8", MAX_INPUT_TOKENS="256", MAX_TOTAL_TOKENS="512")
    price = price_of(aws, described(aws, "llama")["InstanceType"])
    began = datetime.now(UTC)
    rows: dict[int, dict[str, float]] = {}
    concurrency, code, answered = 1, "", 3 * (1 + 2 + 4 + 8)
    while concurrency <= 64:
        try:
            rows[concurrency] = level(aws, "llama", concurrency, PAYLOAD)
        except ClientError as error:
            code = error.response["Error"]["Code"]
            break
        concurrency *= 2
    assert (list(rows), code) == ([1, 2, 4, 8], "ThrottlingException")
    assert rows[8]["throughput"] > 2 * rows[1]["throughput"]
    assert {count: row["tokens"] for count, row in rows.items()} == {n: 3 * n * NEW_TOKENS for n in rows}
    costs = [1e6 / row["throughput"] / 3600 * price for row in rows.values()]
    assert costs[-1] < costs[0]
    for metric in ("ModelLatency", "OverheadLatency"):
        point = statistics(aws, "llama", metric, began)
        # The level that was refused sent up to three requests a client, of which the engine answered some.
        assert answered <= point["SampleCount"] < answered + 3 * concurrency
        assert 0 < point["Minimum"] <= point["Average"] <= point["Maximum"]
        assert point["ExtendedStatistics"]["p50"] <= point["ExtendedStatistics"]["p95"] <= point["Maximum"]
        assert point["Unit"] == "Microseconds"
    model = statistics(aws, "llama", "ModelLatency", began)
    assert model["Average"] / 1e6 > 0.5 * NEW_TOKENS * 0.03 / SPEED  # about 30 ms a token, in simulated time
    deleted(aws, "llama")


def described(aws: SageMaker, name: str) -> dict[str, Any]:
    """As the notebook does: the configuration is asked for by the name of the endpoint, the model by the variant's."""
    endpoint = aws.control.describe_endpoint(EndpointName=name)
    assert endpoint["EndpointStatus"] == "InService"
    assert (endpoint["LastModifiedTime"] - endpoint["CreationTime"]).total_seconds() >= 0
    config = aws.control.describe_endpoint_config(EndpointConfigName=name)
    (variant,) = config["ProductionVariants"]
    assert (variant["InitialInstanceCount"], variant["VariantName"]) == (1, "AllTraffic")
    model = aws.control.describe_model(ModelName=variant["ModelName"])
    assert model["PrimaryContainer"]["Environment"]["MAX_CONCURRENT_REQUESTS"] == "8"
    return dict(variant)


def price_of(aws: SageMaker, place: str) -> float:
    wanted = {
        "productFamily": "ML Instance",
        "regionCode": "us-east-1",
        "instanceName": place,
        "platoinstancetype": "Hosting",
    }
    filters = [{"Type": "TERM_MATCH", "Field": field, "Value": value} for field, value in wanted.items()]
    found = client(aws, "pricing").get_products(ServiceCode="AmazonSageMaker", Filters=filters)
    (only,) = found["PriceList"]
    (term,) = json.loads(only)["terms"]["OnDemand"].values()
    (dimension,) = term["priceDimensions"].values()
    assert float(dimension["pricePerUnit"]["USD"]) == PRICE
    return float(dimension["pricePerUnit"]["USD"])


def statistics(aws: SageMaker, name: str, metric: str, began: datetime) -> dict[str, Any]:
    """One point over the whole test, as the notebook asks for it."""
    end = datetime.now(UTC)
    period = 60 * (int((end - began).total_seconds()) // 60 + 2)
    found = client(aws, "cloudwatch").get_metric_statistics(
        Namespace="AWS/SageMaker",
        MetricName=metric,
        Dimensions=[{"Name": "EndpointName", "Value": name}, {"Name": "VariantName", "Value": "AllTraffic"}],
        StartTime=began,
        EndTime=end,
        Period=period,
        Statistics=STATISTICS,
        ExtendedStatistics=EXTENDED,
    )
    assert found["Label"] == metric
    return dict(found["Datapoints"][0])


def deleted(aws: SageMaker, name: str) -> None:
    model = aws.control.describe_endpoint_config(EndpointConfigName=name)["ProductionVariants"][0]["ModelName"]
    aws.control.delete_model(ModelName=model)
    aws.control.delete_endpoint(EndpointName=name)
    aws.control.delete_endpoint_config(EndpointConfigName=name)
    with pytest.raises(ClientError, match="not found"):
        aws.asked(name, PAYLOAD)


def test_more_instances_carry_more(aws: SageMaker) -> None:
    deployed(aws, "one", MAX_CONCURRENT_REQUESTS="2")
    deployed(aws, "three", instances=3, MAX_CONCURRENT_REQUESTS="2")
    assert level(aws, "three", 6, PAYLOAD)["tokens"] == 18 * NEW_TOKENS
    with pytest.raises(ClientError, match="overloaded"):
        level(aws, "one", 6, PAYLOAD)


def test_a_reply_is_streamed_token_by_token(aws: SageMaker) -> None:
    deployed(aws, "streamed")
    reply = aws.runtime.invoke_endpoint_with_response_stream(
        EndpointName="streamed", Body=json.dumps(PAYLOAD), ContentType="application/json"
    )
    data = b"".join(event["PayloadPart"]["Bytes"] for event in reply["Body"])
    events = [json.loads(line.removeprefix(b"data:")) for line in data.split(b"\n\n") if line]
    assert len(events) == NEW_TOKENS + 1
    assert events[-1]["generated_text"] == "".join(event["token"]["text"] for event in events[:-1])
    assert events[-1]["details"]["generated_tokens"] == NEW_TOKENS


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("simulated:nothing-1b", "no model 'nothing-1b'"),
        ("simulated:llama-2-7b@ml.nowhere", "no instance 'ml.nowhere'"),
        ("simulated:llama-2-7b?colour=red", "no setting 'colour'"),
        ("simulated:llama-2-7b?speed=fast", "no number"),
        ("simulated:falcon-180b", "does not fit"),
    ],
)
def test_an_engine_that_cannot_be_simulated_makes_its_endpoint_fail(aws: SageMaker, named: str, said: str) -> None:
    name = f"failed-{abs(hash(named)) % 10**8}"
    aws.control.create_model(
        ModelName=name, PrimaryContainer={"Environment": {"GROUNDSTONE_MODEL": named}}, ExecutionRoleArn=ROLE
    )
    variant = {"VariantName": "AllTraffic", "ModelName": name, "InstanceType": PLACE, "InitialInstanceCount": 1}
    aws.control.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    aws.control.create_endpoint(EndpointName=name, EndpointConfigName=name)
    while (found := aws.control.describe_endpoint(EndpointName=name))["EndpointStatus"] == "Creating":
        time.sleep(0.02)
    assert said in found["FailureReason"]


def test_prices_are_listed_filtered_and_paged(aws: SageMaker) -> None:
    pricing = client(aws, "pricing")
    (service,) = pricing.describe_services(ServiceCode="AmazonSageMaker")["Services"]
    assert "instanceName" in service["AttributeNames"]
    named = pricing.get_attribute_values(ServiceCode="AmazonSageMaker", AttributeName="instanceName")
    assert [one["Value"] for one in named["AttributeValues"]] == ["ml.g5.12xlarge", PLACE]
    pages = pricing.get_paginator("get_products").paginate(
        ServiceCode="AmazonSageMaker", PaginationConfig={"PageSize": 1}
    )
    found = [json.loads(text)["product"]["attributes"] for page in pages for text in page["PriceList"]]
    assert [(one["instanceName"], one["gpu"]) for one in found] == [(PLACE, "1"), ("ml.g5.12xlarge", "4")]
    for kind, value, many in (
        ("EQUALS", "ML.G5.2XLARGE", 0),
        ("CONTAINS", "G5", 2),
        ("ANY_OF", f"{PLACE},ml.x", 1),
        ("NONE_OF", f"{PLACE}, ml.g5.12xlarge", 0),
        ("TERM_MATCH", "ML.G5.2XLARGE", 1),
    ):
        filters = [{"Type": kind, "Field": "instanceName", "Value": value}]
        assert len(pricing.get_products(ServiceCode="AmazonSageMaker", Filters=filters)["PriceList"]) == many
    assert refused(pricing.get_products, ServiceCode="AmazonEC2")[0] == "NotFoundException"


def test_without_a_file_of_prices_it_says_so(tmp_path: Path) -> None:
    with sagemaker_at(tmp_path) as aws, pytest.raises(ClientError, match=r"prices\.toml"):
        client(aws, "pricing").get_products(ServiceCode="AmazonSageMaker")


def test_statistics_that_make_no_sense_are_refused(aws: SageMaker) -> None:
    now, cloudwatch = datetime.now(UTC), client(aws, "cloudwatch")
    asked = {"Namespace": "AWS/SageMaker", "MetricName": "ModelLatency", "Period": 60, "Statistics": ["Average"]}
    asked |= {"StartTime": now - timedelta(hours=1), "EndTime": now}
    for wrong, said in (
        ({"Period": 90}, "multiple of 60"),
        ({"EndTime": now - timedelta(hours=2)}, "less than"),
        ({"StartTime": now - timedelta(days=10)}, "1440"),
        ({"Statistics": [], "ExtendedStatistics": ["tm90"]}, "percentile"),
    ):
        params = {name: value for name, value in (asked | wrong).items() if value}
        code, message = refused(cloudwatch.get_metric_statistics, **params)
        assert code == "InvalidParameterValue"
        assert said in message
    for nothing in ({"MetricName": "CPUUtilization"}, {"Namespace": "AWS/EC2"}, {"Unit": "Count"},
                    {"Dimensions": [{"Name": "EndpointName", "Value": "../../.."}]}):  # fmt: skip
        assert cloudwatch.get_metric_statistics(**{**asked, **nothing})["Datapoints"] == []


def test_failed_requests_are_counted_apart(aws: SageMaker) -> None:
    deployed(aws, "counted")
    began = datetime.now(UTC)
    aws.asked("counted", PAYLOAD)
    with pytest.raises(ClientError):
        aws.asked("counted", {"inputs": ""})
    asked = {"Namespace": "AWS/SageMaker", "Period": 600, "StartTime": began, "EndTime": datetime.now(UTC)}
    asked |= {"Dimensions": [{"Name": "EndpointName", "Value": "counted"}], "ExtendedStatistics": ["p50", "p100"]}
    found = {}
    for metric in ("Invocations", "Invocation4XXErrors", "Invocation5XXErrors"):
        reply = client(aws, "cloudwatch").get_metric_statistics(MetricName=metric, Statistics=["Sum"], **asked)
        found[metric] = reply["Datapoints"][0]["Sum"]
        assert reply["Datapoints"][0]["Unit"] == "Count"
    assert found == {"Invocations": 2.0, "Invocation4XXErrors": 1.0, "Invocation5XXErrors": 0.0}
