"""SageMaker's models and endpoints by boto3: made, described, asked and deleted, as the published notebooks do."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, WaiterError
from PIL import Image

from groundstone.server.app import create_app
from tests.endpoints.packed import adder, instances, network, package, tar
from tests.server.live import serving

from .custom_case import refused
from .sagemaker_case import ADDRESS, FAST, IMAGE, ROLE, SageMaker, platform_at, sagemaker_at


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SageMaker]:
    with sagemaker_at(tmp_path_factory.mktemp("sagemaker")) as case:
        yield case


def picture(kind: str = "JPEG") -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").convert("RGB").save(out, kind)
    return out.getvalue()


def test_the_sequence_of_the_article(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server_module = pytest.importorskip("moto.server", reason="moto[server] is not installed")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    server = server_module.ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    try:
        place = "http://{}:{}".format(*server.get_host_and_port())
        _article(place, tmp_path)
    finally:
        server.stop()


def _article(place: str, home: Path) -> None:
    s3, bucket, name = boto3.client("s3", endpoint_url=place), "tamperingdetection-01", "tamperingdetection-2024"
    s3.create_bucket(Bucket=bucket)
    (home / "model.tar.gz").write_bytes(package())
    s3.upload_file(str(home / "model.tar.gz"), bucket, "model.tar.gz")
    with sagemaker_at(home / "home", s3_endpoint=place) as aws:
        container = {"Image": IMAGE, "ModelDataUrl": f"s3://{bucket}/model.tar.gz", "Environment": {}}
        aws.control.create_model(ModelName=name, PrimaryContainer=container, ExecutionRoleArn=ROLE)
        aws.config(name, ("AllTraffic", name, 1.0))
        tags = [{"Key": "project", "Value": "forgeries"}]
        aws.control.create_endpoint(EndpointName=name, EndpointConfigName=name, Tags=tags)
        aws.control.get_waiter("endpoint_in_service").wait(EndpointName=name, WaiterConfig=FAST)
        body = instances().decode()
        reply = aws.runtime.invoke_endpoint(EndpointName=name, Body=body, ContentType="application/json")
        ((genuine, forged),) = json.loads(reply["Body"].read())["predictions"]
        assert genuine + forged == pytest.approx(1)
        reply = aws.runtime.invoke_endpoint(EndpointName=name, Body=picture(), ContentType="image/jpeg")
        assert len(json.loads(reply["Body"].read())["predictions"][0]) == 2
        aws.control.delete_endpoint(EndpointName=name)
        aws.control.get_waiter("endpoint_deleted").wait(EndpointName=name, WaiterConfig=FAST)
        assert aws.control.describe_model(ModelName=name)["PrimaryContainer"] == container  # it is left behind


def test_the_figures_of_a_benchmark_are_described(aws: SageMaker) -> None:
    """Its code asks for the configuration by the endpoint's name, then for the model that this names."""
    aws.model("described")
    endpoint = aws.endpoint("described")
    assert (endpoint["LastModifiedTime"] - endpoint["CreationTime"]).total_seconds() >= 0
    assert endpoint["EndpointConfigName"] == "described"
    (shown,) = endpoint["ProductionVariants"]
    assert (shown["VariantName"], shown["CurrentWeight"], shown["CurrentInstanceCount"]) == ("AllTraffic", 1.0, 1)
    assert shown["DeployedImages"][0]["SpecifiedImage"] == IMAGE
    config = aws.control.describe_endpoint_config(EndpointConfigName="described")
    (variant,) = config["ProductionVariants"]
    assert (variant["InstanceType"], variant["InitialInstanceCount"]) == ("ml.m5.xlarge", 1)
    model = aws.control.describe_model(ModelName=variant["ModelName"])
    assert model["PrimaryContainer"]["ModelDataUrl"] == ADDRESS
    assert model["ExecutionRoleArn"] == ROLE


def test_text_is_generated(aws: SageMaker) -> None:
    aws.model("llama", environment={"HF_MODEL_ID": "scripted"})
    aws.endpoint("llama")
    asked = {"inputs": "I believe the meaning of life is to ", "parameters": {"max_new_tokens": 9, "temperature": 99.0}}
    found = aws.asked("llama", asked, CustomAttributes="accept_eula=True", Accept="application/json")
    assert found == [{"generated_text": "Hello there."}]
    asked["parameters"] = {"details": True, "return_full_text": True}
    (found,) = aws.asked("llama", asked)
    assert found["generated_text"].endswith("to Hello there.")
    assert found["details"]["generated_tokens"] == 3
    turns = [[{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hi"}]]
    assert aws.asked("llama", {"inputs": turns}) == [{"generation": {"role": "assistant", "content": "Hello there."}}]


def test_text_is_streamed(aws: SageMaker) -> None:
    aws.model("streaming", environment={"GROUNDSTONE_MODEL": "scripted"})
    aws.endpoint("streaming")
    body = json.dumps({"inputs": "Hi", "parameters": {"max_new_tokens": 9}, "stream": True})
    reply = aws.runtime.invoke_endpoint_with_response_stream(EndpointName="streaming", Body=body)
    sent = b"".join(event["PayloadPart"]["Bytes"] for event in reply["Body"])
    events = [json.loads(line.removeprefix(b"data:")) for line in sent.split(b"\n\n") if line]
    assert [event["token"]["text"] for event in events] == ["Hello", " there.", ""]
    assert events[-1]["generated_text"] == "Hello there."
    assert (reply["InvokedProductionVariant"], reply["ContentType"]) == ("AllTraffic", "text/event-stream")


def test_vectors_are_made(aws: SageMaker) -> None:
    aws.model("vectors", environment={"GROUNDSTONE_MODEL": "words"})
    aws.endpoint("vectors")
    assert len(aws.asked("vectors", {"text_inputs": ["one", "two"]})["embedding"][1]) == 64
    assert len(aws.asked("vectors", {"inputs": "one"})) == 1


def test_two_versions_share_the_requests(aws: SageMaker) -> None:
    aws.model("old", package(adder(1.0)))
    aws.model("new", package(adder(2.0)))
    aws.endpoint("canary", ("old", "old", 9.0), ("new", "new", 1.0))
    given = [aws.asked("canary", {"instances": [[0, 0]]})["predictions"][0][0] for _ in range(20)]
    assert (given.count(1.0), given.count(2.0)) == (18, 2)
    assert aws.asked("canary", {"instances": [[0, 0]]}, TargetVariant="new")["predictions"] == [[2.0, 2.0]]
    wanted = [{"VariantName": "old", "DesiredWeight": 0.0}, {"VariantName": "new", "DesiredWeight": 1.0}]
    aws.control.update_endpoint_weights_and_capacities(EndpointName="canary", DesiredWeightsAndCapacities=wanted)
    weights = {one["VariantName"]: one["CurrentWeight"] for one in aws.ready("canary")["ProductionVariants"]}
    assert weights == {"old": 0.0, "new": 1.0}
    assert {aws.asked("canary", {"instances": [[0, 0]]})["predictions"][0][0] for _ in range(5)} == {2.0}


def test_an_endpoint_is_updated(aws: SageMaker) -> None:
    aws.model("first", package(adder(1.0)))
    aws.model("second", package(adder(5.0)))
    aws.endpoint("updated", ("AllTraffic", "first", 1.0))
    aws.config("updated-2", ("AllTraffic", "second", 1.0))
    aws.control.update_endpoint(EndpointName="updated", EndpointConfigName="updated-2")
    assert aws.ready("updated")["EndpointConfigName"] == "updated-2"
    assert aws.asked("updated", {"instances": [[0, 0]]})["predictions"] == [[5.0, 5.0]]


def test_an_update_that_fails_leaves_the_old_in_service(aws: SageMaker) -> None:
    aws.model("works", package(adder(1.0)))
    aws.model("broken", package(b"no graph"))
    aws.endpoint("kept", ("AllTraffic", "works", 1.0))
    aws.config("kept-2", ("AllTraffic", "broken", 1.0))
    aws.control.update_endpoint(EndpointName="kept", EndpointConfigName="kept-2")
    found = aws.ready("kept")
    assert found["EndpointConfigName"] == "kept"
    assert "update was not made" in found["FailureReason"]
    assert aws.asked("kept", {"instances": [[0, 0]]})["predictions"] == [[1.0, 1.0]]


def test_a_model_that_cannot_be_loaded_fails_with_the_reason(aws: SageMaker) -> None:
    aws.model("wrong", package(network()[:300]))
    with pytest.raises(WaiterError):
        aws.endpoint("wrong")
    found = aws.control.describe_endpoint(EndpointName="wrong")
    assert (found["EndpointStatus"], "ProductionVariants" in found) == ("Failed", False)
    assert "protobuf" in found["FailureReason"].lower()
    code, said = refused(aws.runtime.invoke_endpoint, EndpointName="wrong", Body=b"{}")
    assert (code, "Failed" in said) == ("ValidationError", True)


def test_what_is_not_there_is_told_in_the_words_that_clients_look_for(aws: SageMaker) -> None:
    account = "arn:aws:sagemaker:us-east-1:000000000000"
    for call, member, kind, word in (
        (aws.control.describe_model, "ModelName", "model", "model"),
        (aws.control.delete_model, "ModelName", "model", "model"),
        (aws.control.describe_endpoint_config, "EndpointConfigName", "endpoint-config", "endpoint configuration"),
        (aws.control.delete_endpoint_config, "EndpointConfigName", "endpoint-config", "endpoint configuration"),
        (aws.control.describe_endpoint, "EndpointName", "endpoint", "endpoint"),
        (aws.control.delete_endpoint, "EndpointName", "endpoint", "endpoint"),
    ):
        expected = f'Could not find {word} "{account}:{kind}/none".'
        assert refused(call, **{member: "none"}) == ("ValidationException", expected)
    said = refused(aws.runtime.invoke_endpoint, EndpointName="none", Body=b"{}")
    assert said == ("ValidationError", "Endpoint none of account 000000000000 not found.")


def test_names_are_given_once(aws: SageMaker) -> None:
    aws.model("once")
    aws.endpoint("once")
    again: list[tuple[Any, dict[str, Any]]] = [
        (aws.control.create_model, {"ModelName": "once", "PrimaryContainer": {"ModelDataUrl": ADDRESS}}),
        (aws.control.create_endpoint, {"EndpointName": "once", "EndpointConfigName": "once"}),
    ]
    for call, params in again:
        code, said = refused(call, **params)
        assert (code, said.startswith("Cannot create already existing")) == ("ValidationException", True)


SAVED_MODEL = tar({"model/1/saved_model.pb": b"x", "model/1/variables/variables.index": b"x"})


@pytest.mark.parametrize(
    ("container", "data", "says"),
    [
        ({"ModelDataUrl": "s3://models/none.tar.gz"}, None, "Could not find model data"),
        ({"ModelDataUrl": ADDRESS}, SAVED_MODEL, "tf2onnx"),
        ({"ModelDataUrl": ADDRESS}, b"no archive at all" * 100, "no tar file"),
        ({"ModelDataUrl": ADDRESS}, package()[:200], "cut off"),
        ({"ModelDataUrl": ADDRESS, "Mode": "MultiModel"}, None, "Mode"),
        ({"Image": IMAGE}, None, "names no model"),
        ({"ModelPackageName": "nothing/3"}, None, "Could not find ModelPackage"),
    ],
)
def test_models_that_cannot_be_served_are_refused(
    aws: SageMaker, container: dict[str, Any], data: bytes | None, says: str
) -> None:
    if data is not None:
        aws.put(data)
    code, said = refused(aws.control.create_model, ModelName="refused", PrimaryContainer=container)
    assert code == "ValidationException"
    assert says in said


@pytest.mark.parametrize(
    ("body", "content_type", "says"),
    [
        (b'{"instances": [[1, 2, 3]]}', "application/json", "shape"),
        (b'{"instances": "x"}', "application/json", "instances"),
        (b"{", "application/json", "JSON"),
        (b"no picture", "image/png", "no JPEG or PNG"),
        (b"a,b", "text/csv", "text/csv"),
    ],
)
def test_bodies_that_the_model_refuses_are_errors_of_the_model(
    aws: SageMaker, body: bytes, content_type: str, says: str
) -> None:
    if not aws.control.list_endpoints(NameContains="refusing")["Endpoints"]:
        aws.model("refusing")
        aws.endpoint("refusing")
    with pytest.raises(ClientError) as raised:
        aws.runtime.invoke_endpoint(EndpointName="refusing", Body=body, ContentType=content_type)
    told = raised.value.response
    assert told["Error"]["Code"] == "ModelError"
    assert (told["OriginalStatusCode"], told["ResponseMetadata"]["HTTPStatusCode"]) == (400, 424)
    assert says in told["OriginalMessage"]


def test_a_chat_model_that_fails_is_an_error_of_the_model(aws: SageMaker) -> None:
    aws.model("down", environment={"GROUNDSTONE_MODEL": "down"})
    aws.endpoint("down")
    with pytest.raises(ClientError) as raised:
        aws.asked("down", {"inputs": "Hi"})
    assert raised.value.response["Error"]["Code"] == "ModelError"
    assert raised.value.response["OriginalStatusCode"] == 500
    code, said = refused(
        aws.runtime.invoke_endpoint_with_response_stream, EndpointName="down", Body=b'{"inputs": "Hi"}'
    )
    assert (code, "does not answer" in said) == ("ModelError", True)


def test_large_bodies_and_unknown_variants_are_refused(aws: SageMaker) -> None:
    aws.model("limits")
    aws.endpoint("limits")
    code, _ = refused(aws.runtime.invoke_endpoint, EndpointName="limits", Body=b"x" * (6 * 2**20 + 1))
    assert code == "ValidationError"
    code, said = refused(aws.runtime.invoke_endpoint, EndpointName="limits", Body=b"{}", TargetVariant="none")
    assert (code, "AllTraffic" in said) == ("ValidationError", True)
    code, said = refused(aws.runtime.invoke_endpoint, EndpointName="limits", Body=b"{}", TargetModel="a.tar.gz")
    assert (code, "TargetModel" in said) == ("ValidationError", True)
    code, said = refused(aws.runtime.invoke_endpoint, EndpointName="limits", Body=b"{}", Accept="text/csv")
    assert (code, "Accept" in said) == ("ValidationError", True)


def test_lists_have_pages_filters_and_an_order(aws: SageMaker) -> None:
    for number in range(3):
        aws.model(f"listed-{number}", environment={"GROUNDSTONE_MODEL": "scripted"})
        aws.config(f"listed-{number}", ("AllTraffic", f"listed-{number}", 1.0))
    found = aws.control.get_paginator("list_models").paginate(NameContains="listed", PaginationConfig={"PageSize": 2})
    names = [model["ModelName"] for page in found for model in page["Models"]]
    assert names == ["listed-2", "listed-1", "listed-0"]
    found = aws.control.list_models(NameContains="listed", SortBy="Name", SortOrder="Ascending")["Models"]
    assert [model["ModelName"] for model in found] == names[::-1]
    found = aws.control.list_models(NameContains="listed", SortBy="Name")["Models"]
    assert [model["ModelName"] for model in found] == names
    configs = aws.control.list_endpoint_configs(NameContains="listed", MaxResults=1)
    assert [config["EndpointConfigName"] for config in configs["EndpointConfigs"]] == ["listed-2"]
    aws.control.create_endpoint(EndpointName="listed-0", EndpointConfigName="listed-0")
    aws.ready("listed-0")
    wanted = {"NameContains": "listed", "StatusEquals": "InService"}
    assert [one["EndpointName"] for one in aws.control.list_endpoints(**wanted)["Endpoints"]] == ["listed-0"]
    assert aws.control.list_endpoints(**wanted | {"StatusEquals": "Failed"})["Endpoints"] == []


def test_an_endpoint_goes_on_without_its_model_and_configuration(aws: SageMaker) -> None:
    aws.model("leaving", package(adder(3.0)))
    aws.endpoint("leaving")
    aws.control.delete_endpoint_config(EndpointConfigName="leaving")
    aws.control.delete_model(ModelName="leaving")
    assert aws.asked("leaving", {"instances": [[0, 0]]})["predictions"] == [[3.0, 3.0]]


def test_tags_are_kept(aws: SageMaker) -> None:
    arn = aws.model("tagged", environment={"GROUNDSTONE_MODEL": "scripted"})
    aws.control.add_tags(ResourceArn=arn, Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    aws.control.delete_tags(ResourceArn=arn, TagKeys=["a"])
    assert aws.control.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    code, _ = refused(aws.control.list_tags, ResourceArn=arn + "-none")
    assert code == "ValidationException"


def test_versions_are_registered_approved_and_deployed(aws: SageMaker) -> None:
    group = "forgeries"
    aws.control.create_model_package_group(ModelPackageGroupName=group, ModelPackageGroupDescription="Ours.")
    arns = []
    for value in (1.0, 2.0):
        where = aws.put(package(adder(value)), f"s3://models/{value}.tar.gz")
        specification = {
            "Containers": [{"Image": IMAGE, "ModelDataUrl": where}],
            "SupportedContentTypes": ["application/json"],
        }
        specification["SupportedResponseMIMETypes"] = ["application/json"]
        made = aws.control.create_model_package(
            ModelPackageGroupName=group, ModelPackageDescription=f"Adds {value}", InferenceSpecification=specification
        )
        arns.append(made["ModelPackageArn"])
    found = aws.control.list_model_packages(ModelPackageGroupName=group)["ModelPackageSummaryList"]
    assert [(one["ModelPackageVersion"], one["ModelApprovalStatus"]) for one in found] == [
        (2, "PendingManualApproval"),
        (1, "PendingManualApproval"),
    ]
    aws.control.update_model_package(ModelPackageArn=arns[1], ModelApprovalStatus="Approved")
    described = aws.control.describe_model_package(ModelPackageName=arns[1])
    assert (described["ModelPackageVersion"], described["ModelApprovalStatus"]) == (2, "Approved")
    assert len(described["InferenceSpecification"]["Containers"][0]["ModelDataETag"]) == 64
    aws.control.create_model(ModelName="registered", PrimaryContainer={"ModelPackageName": arns[1]})
    aws.endpoint("registered")
    assert aws.asked("registered", {"instances": [[0, 0]]})["predictions"] == [[2.0, 2.0]]
    aws.control.update_model_package(ModelPackageArn=arns[0], ModelApprovalStatus="Rejected")
    container = {"ModelPackageName": arns[0]}
    code, said = refused(aws.control.create_model, ModelName="rejected", PrimaryContainer=container)
    assert (code, "rejected" in said) == ("ValidationException", True)
    assert (
        aws.control.describe_model_package_group(ModelPackageGroupName=group)["ModelPackageGroupDescription"] == "Ours."
    )
    assert len(aws.control.list_model_package_groups()["ModelPackageGroupSummaryList"]) == 1
    code, _ = refused(aws.control.delete_model_package_group, ModelPackageGroupName=group)
    assert code == "ConflictException"
    for arn in arns:
        aws.control.delete_model_package(ModelPackageName=arn)
    aws.control.delete_model_package_group(ModelPackageGroupName=group)


def test_endpoints_survive_a_restart(tmp_path: Path) -> None:
    with sagemaker_at(tmp_path) as aws:
        aws.model("durable", package(adder(4.0)))
        aws.endpoint("durable")
    with sagemaker_at(tmp_path) as aws:
        assert aws.control.describe_endpoint(EndpointName="durable")["EndpointStatus"] == "InService"
        assert aws.asked("durable", {"instances": [[0, 0]]})["predictions"] == [[4.0, 4.0]]


def test_tenants_do_not_see_each_other(tmp_path: Path) -> None:
    with platform_at(tmp_path) as platform:
        keys = [platform.keys.create(tenant=name, admin=name == "one") for name in ("one", "two")]
        with serving(create_app(platform)) as address:
            first, second = (SageMaker(address, tmp_path, each.key.id, each.secret) for each in keys)
            first.model("mine", environment={"GROUNDSTONE_MODEL": "scripted"})
            first.endpoint("mine")
            assert second.control.list_endpoints()["Endpoints"] == []
            assert refused(second.runtime.invoke_endpoint, EndpointName="mine", Body=b"{}")[0] == "ValidationError"
            container = {"ModelDataUrl": first.put(package())}
            code, _ = refused(second.control.create_model, ModelName="other", PrimaryContainer=container)
            assert code == "AccessDeniedException"
