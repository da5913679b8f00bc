"""bedrock by boto3: jobs that make custom models, the models, their further names, and calls of them on every wire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI

from groundstone.identity import LOCAL
from groundstone.models.custom_models import CustomModels
from groundstone.models.fakes import FakeChat
from groundstone.platform import Platform
from groundstone.records import Window
from groundstone.server.app import create_app
from tests.held import HeldEmbed
from tests.server.live import serving

from .custom_case import KINDS, ROLE, TITAN, Bedrock, jsonl, refused
from .knowledge_case import platform_at


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("custom")
    data = home / "buckets" / "data"
    data.mkdir(parents=True)
    (data / "kinds.jsonl").write_text(jsonl(KINDS), encoding="utf-8")
    (data / "slow.jsonl").write_text(jsonl([(f"slow {text}", label) for text, label in KINDS]), encoding="utf-8")
    (data / "tests.jsonl").write_text(jsonl([("this animal eats grass", "animal"), ("a steel tool", "tool")]))
    return home


@pytest.fixture(scope="module")
def platform(home: Path) -> Iterator[Platform]:
    with platform_at(home, HeldEmbed("slow")) as platform:
        yield platform


@pytest.fixture(scope="module")
def address(platform: Platform) -> Iterator[str]:
    with serving(create_app(platform)) as address:
        yield address


@pytest.fixture(scope="module")
def aws(address: str) -> Bedrock:
    return Bedrock(address)


@pytest.fixture(scope="module")
def kinds(aws: Bedrock) -> dict[str, Any]:
    """The job that made the model "kinds"."""
    return aws.made("kinds", jobTags=[{"key": "team", "value": "zoo"}])


@pytest.fixture
def embed(platform: Platform) -> Iterator[HeldEmbed]:
    """The embedding model, which waits with slow texts during the test."""
    made = platform.embed
    assert isinstance(made, HeldEmbed)
    made.reached.clear()
    made.go.clear()
    yield made
    made.go.set()


# -- jobs -------------------------------------------------------------------------------------------------


def test_a_job_trains_a_model_and_tells_how_good_it_is(aws: Bedrock, kinds: dict[str, Any], home: Path) -> None:
    assert (kinds["jobName"], kinds["outputModelName"]) == ("make-kinds", "kinds")
    assert kinds["jobArn"].startswith("arn:aws:bedrock:eu-west-1:000000000000:model-customization-job/")
    assert kinds["outputModelArn"].startswith("arn:aws:bedrock:eu-west-1:000000000000:custom-model/")
    assert kinds["baseModelArn"].endswith(f"foundation-model/{TITAN}")
    assert (kinds["roleArn"], kinds["customizationType"]) == (ROLE, "FINE_TUNING")
    assert kinds["hyperParameters"] == {"method": "head"}
    assert 0 < kinds["trainingMetrics"]["trainingLoss"] < 1
    assert 0 < kinds["validationMetrics"][0]["validationLoss"] < 1
    assert kinds["creationTime"] <= kinds["endTime"]
    assert {part["status"] for part in kinds["statusDetails"].values()} == {"Completed"}
    assert aws.control.get_model_customization_job(jobIdentifier="make-kinds")["jobArn"] == kinds["jobArn"]
    (out,) = (home / "buckets" / "data" / "out").iterdir()
    assert out.name == f"model-customization-job-{kinds['jobArn'][-12:]}"
    report = json.loads((out / "training_artifacts" / "report.json").read_text())
    assert (report["accuracy"], report["tested_on"]) == (1.0, 4)
    assert (out / "training_artifacts" / "confusion.svg").read_text().startswith("<svg")
    assert json.loads((out / "validation_artifacts" / "metrics.json").read_text())["accuracy"] == 1.0


def test_a_validation_file_is_what_is_tested_on(aws: Bedrock) -> None:
    tests = {"validators": [{"s3Uri": "s3://data/tests.jsonl"}]}
    found = aws.made("validated", validationDataConfig=tests)
    assert found["validationDataConfig"] == tests
    told = aws.control.get_custom_model(modelIdentifier="validated")
    assert (told["jobName"], told["validationDataConfig"]) == ("make-validated", tests)


def test_a_bucket_that_no_folder_stands_for_keeps_the_report_with_the_model(aws: Bedrock, platform: Platform) -> None:
    aws.made("elsewhere", outputDataConfig={"s3Uri": "s3://other-bucket/x"})
    (note,) = platform.training.find(LOCAL, "make-elsewhere").body["notes"]
    assert "no folder stands for" in note


def test_a_token_starts_one_job_however_often_it_is_sent(aws: Bedrock) -> None:
    token = "t" * 30
    first = aws.start("once", clientRequestToken=token)
    aws.ended(first)
    assert aws.start("once", clientRequestToken=token) == first
    code, _ = refused(aws.start, model="other", clientRequestToken=token)
    assert code == "ConflictException"


def test_jobs_are_filtered_sorted_and_paged(aws: Bedrock) -> None:
    jobs = [aws.made(f"page-{number}") for number in range(3)]
    arns = [job["jobArn"] for job in jobs]
    listing = aws.control.list_model_customization_jobs

    def shown(**wanted: Any) -> list[str]:
        return [job["jobArn"] for job in listing(nameContains="page-", **wanted)["modelCustomizationJobSummaries"]]

    assert shown(sortOrder="Ascending", sortBy="CreationTime") == arns
    assert shown() == arns[::-1]
    assert shown(statusEquals="Failed") == []
    day = timedelta(days=1)
    for wanted, found in ((day, []), (-day, arns[::-1])):
        assert shown(creationTimeAfter=datetime.now(UTC) + wanted) == found
        assert shown(creationTimeBefore=datetime.now(UTC) - wanted) == found
    pages = aws.control.get_paginator("list_model_customization_jobs").paginate(
        nameContains="page-", PaginationConfig={"PageSize": 2}
    )
    found = [[job["jobArn"] for job in page["modelCustomizationJobSummaries"]] for page in pages]
    assert found == [arns[:0:-1], arns[:1]]
    assert refused(listing, nextToken="nonsense")[0] == "ValidationException"


def test_a_job_is_stopped_in_the_middle_and_leaves_nothing(aws: Bedrock, embed: HeldEmbed) -> None:
    job = aws.start("halted", trainingDataConfig={"s3Uri": "s3://data/slow.jsonl"})
    waiting = aws.start("behind")
    assert embed.reached.wait(10)
    shown = aws.control.get_model_customization_job(jobIdentifier=job)
    assert (shown["status"], shown["statusDetails"]["dataProcessingDetails"]["status"]) == ("InProgress", "InProgress")
    behind = aws.control.get_model_customization_job(jobIdentifier=waiting)["statusDetails"]
    assert {part["status"] for part in behind.values()} == {"NotStarted"}
    for each in (waiting, job):
        aws.control.stop_model_customization_job(jobIdentifier=each)
    assert aws.ended(waiting)["status"] == "Stopped"  # though the one before it is still at work
    assert aws.control.get_model_customization_job(jobIdentifier=job)["status"] == "Stopping"
    embed.go.set()
    assert aws.ended(job)["status"] == "Stopped"
    for name in ("halted", "behind"):
        assert refused(aws.control.get_custom_model, modelIdentifier=name)[0] == "ResourceNotFoundException"
    assert refused(aws.control.stop_model_customization_job, jobIdentifier=job)[0] == "ConflictException"


def test_models_are_used_while_another_one_is_trained(aws: Bedrock, kinds: dict[str, Any], embed: HeldEmbed) -> None:
    job = aws.start("meanwhile", trainingDataConfig={"s3Uri": "s3://data/slow.jsonl"})
    assert embed.reached.wait(10)
    assert aws.says("kinds") == "animal"
    assert refused(aws.start, model="meanwhile", name="second")[0] == "ConflictException"
    embed.go.set()
    assert aws.ended(job)["status"] == "Completed"
    assert aws.says("meanwhile", "slow animal eats") == "animal"


BAD: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "at least 2 labels"),
    "one-label": (jsonl([("a b", "x"), ("c d", "x")]).encode(), "at least 2 labels"),
    "contradictory": (jsonl([("a b", "x"), ("A  b", "y"), ("c d", "x"), ("e", "x")]).encode(), "at least 2 labels"),
    "too-few": (jsonl([("a", "x"), ("b", "x"), ("c", "y")]).encode(), "too few of: y"),
    "no-jsonl": (b"text,label\na,b\n", "line 1: this is no JSON"),
    "no-labels": (b'{"prompt": "a"}\n', "line 1: an example is an object"),
    "other-encoding": ("é\n".encode("latin-1"), "cannot be read as UTF-8"),
    "utf-16": (jsonl(KINDS).encode("utf-16"), "cannot be read as UTF-8"),
    "numbers": (b'{"prompt": 3, "completion": "x"}', "the text must be words"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_examples_fail_the_job_with_a_reason(aws: Bedrock, home: Path, case: str) -> None:
    data, reason = BAD[case]
    (home / "buckets" / "data" / f"{case}.jsonl").write_bytes(data)
    found = aws.ended(aws.start(f"bad-{case}", trainingDataConfig={"s3Uri": f"s3://data/{case}.jsonl"}))
    assert found["status"] == "Failed"
    assert reason in found["failureMessage"]
    assert str(home) not in found["failureMessage"]
    assert "outputModelArn" not in found


def test_absent_and_huge_files_fail_the_job(aws: Bedrock, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = aws.ended(aws.start("absent", trainingDataConfig={"s3Uri": "s3://data/absent.jsonl"}))
    assert "there is no object 'absent.jsonl'" in found["failureMessage"]
    monkeypatch.setattr("groundstone.models.examples.MOST_EXAMPLES", 10)
    found = aws.ended(aws.start("huge"))
    assert "more than 10 examples" in found["failureMessage"]


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"customizationType": "DISTILLATION"}, "ValidationException", "FINE_TUNING only"),
        ({"hyperParameters": {"epochCount": "2"}}, "ValidationException", "epochCount"),
        ({"hyperParameters": {"method": "magic"}}, "ValidationException", "auto, head, few-shot"),
        ({"hyperParameters": {"method": "few-shot"}}, "ValidationException", "chatModel"),
        ({"hyperParameters": {"replace": "perhaps"}}, "ValidationException", "true or false"),
        ({"baseModelIdentifier": "nobody.nothing-v1"}, "ResourceNotFoundException", "no model"),
        ({"baseModelIdentifier": "minilm-rerank"}, "ValidationException", "stand on"),
        ({"baseModelIdentifier": "kinds"}, "ValidationException", "stand on"),
        ({"vpcConfig": {"subnetIds": ["subnet-1"], "securityGroupIds": ["sg-1"]}}, "ValidationException", "vpcConfig"),
        ({"customModelKmsKeyId": "alias/x"}, "ValidationException", "customModelKmsKeyId"),
        ({"trainingDataConfig": {}}, "ValidationException", "s3Uri"),
        ({"customModelName": "kinds"}, "ConflictException", "already"),
        ({"customModelName": "default"}, "ConflictException", "another model"),
        ({"jobName": "make-kinds"}, "ConflictException", "already"),
        ({"customModelName": "a b"}, "ValidationException", "pattern"),
    ],
)
def test_what_cannot_be_done_is_refused(
    aws: Bedrock, kinds: dict[str, Any], changes: dict[str, Any], code: str, words: str
) -> None:
    found, message = refused(aws.start, model="refused", **changes)
    assert found == code
    assert words in message


def test_a_model_is_replaced_only_when_that_is_asked_for(aws: Bedrock, home: Path) -> None:
    before = aws.made("again")
    swapped = [(text, {"animal": "tool", "tool": "animal"}[label]) for text, label in KINDS]
    (home / "buckets" / "data" / "swapped.jsonl").write_text(jsonl(swapped))
    source = {"s3Uri": "s3://data/swapped.jsonl"}
    after = aws.made("again", name="again-2", trainingDataConfig=source, hyperParameters={"replace": "true"})
    assert after["outputModelArn"] == before["outputModelArn"]
    assert aws.says("again") == "tool"


def test_a_chat_model_as_base_is_shown_examples(aws: Bedrock, platform: Platform) -> None:
    asked: list[str] = []

    def chat(caller: Any, name: str) -> FakeChat:
        asked.append(f"{caller.user} {name}")
        return FakeChat(['{"label": "tool"}'], name=name)

    old = platform.custom
    platform.custom = platform.training.custom = CustomModels(
        platform.settings.home / "custom", lambda: platform.embed, chat, lambda name: False
    )
    try:
        found = aws.made("shown", baseModelIdentifier="smollm2-135m-instruct")
        assert found["hyperParameters"]["method"] == "few-shot"
        assert "trainingMetrics" not in found
        assert aws.says("shown") == "tool"
        assert set(asked) == {"local smollm2-135m-instruct"}
        both = {"method": "auto", "chatModel": "smollm2-135m-instruct"}
        aws.made("both", hyperParameters=both)
        assert aws.control.get_custom_model(modelIdentifier="both")["hyperParameters"] == both
    finally:
        platform.custom = platform.training.custom = old


# -- models -----------------------------------------------------------------------------------------------


def test_models_are_listed_shown_and_deleted(aws: Bedrock) -> None:
    arn = aws.made("passing")["outputModelArn"]
    listed = aws.control.list_custom_models(nameContains="passing")["modelSummaries"]
    assert [(one["modelArn"], one["modelStatus"]) for one in listed] == [(arn, "Active")]
    for empty in ({"isOwned": False}, {"modelStatus": "Creating"}, {"baseModelArnEquals": arn}):
        assert aws.control.list_custom_models(**empty)["modelSummaries"] == []
    pages = aws.control.get_paginator("list_custom_models").paginate(PaginationConfig={"PageSize": 1})
    names = [one["modelName"] for page in pages for one in page["modelSummaries"]]
    assert "passing" in names
    assert len(names) == len(set(names))
    foundation = [one["modelId"] for one in aws.control.list_foundation_models()["modelSummaries"]]
    assert "passing" not in foundation
    for name in ("passing", arn):
        told = aws.control.get_custom_model(modelIdentifier=name)
        assert (told["modelArn"], told["trainingDataConfig"]) == (arn, {"s3Uri": "s3://data/kinds.jsonl"})
    aws.control.delete_custom_model(modelIdentifier=arn)
    assert refused(aws.control.get_custom_model, modelIdentifier="passing")[0] == "ResourceNotFoundException"
    assert "outputModelArn" not in aws.control.get_model_customization_job(jobIdentifier="make-passing")


def test_bases_of_custom_models_are_marked(aws: Bedrock) -> None:
    found = aws.control.list_foundation_models(byCustomizationType="FINE_TUNING")["modelSummaries"]
    ids = {one["modelId"] for one in found}
    assert TITAN in ids
    assert "minilm-rerank" not in ids


def test_every_wire_calls_a_model_by_name_and_arn(
    aws: Bedrock, kinds: dict[str, Any], address: str, platform: Platform
) -> None:
    arn = kinds["outputModelArn"]
    used = sum(total.calls for total in platform.ledger.totals(_ever(), "model") if total.name == "kinds")
    for model in ("kinds", arn):
        assert aws.says(model) == "animal"
        said = aws.runtime.converse(modelId=model, messages=[{"role": "user", "content": [{"text": "a steel tool"}]}])
        assert said["output"]["message"]["content"] == [{"text": "tool"}]
        assert said["stopReason"] == "end_turn"
        assert said["usage"]["outputTokens"] == 1
        stream = aws.runtime.converse_stream(
            modelId=model, messages=[{"role": "user", "content": [{"text": "a steel tool"}]}]
        )
        pieces = [
            event["contentBlockDelta"]["delta"]["text"] for event in stream["stream"] if "contentBlockDelta" in event
        ]
        assert "".join(pieces) == "tool"
    body = json.dumps({"inputText": "User: a steel tool\nBot:"})
    chunks = aws.runtime.invoke_model_with_response_stream(modelId="kinds", body=body)["body"]
    texts = [json.loads(event["chunk"]["bytes"])["outputText"] for event in chunks]
    assert "".join(texts) == "tool"
    native = json.dumps({"messages": [{"role": "user", "content": "an animal that eats"}]})
    reply = json.loads(aws.runtime.invoke_model(modelId="kinds", body=native)["body"].read())
    assert reply["choices"][0]["message"]["content"] == "animal"
    openai = OpenAI(base_url=f"{address}/v1", api_key="any")
    assert "kinds" in [model.id for model in openai.models.list()]
    said = openai.chat.completions.create(model="kinds", messages=[{"role": "user", "content": "a steel tool"}])
    assert said.choices[0].message.content == "tool"
    after = sum(total.calls for total in platform.ledger.totals(_ever(), "model") if total.name == "kinds")
    assert after == used + 9


def test_a_classifier_refuses_what_it_cannot_do(aws: Bedrock, kinds: dict[str, Any]) -> None:
    said = [{"role": "user", "content": [{"text": "a steel tool"}]}]
    tool = {"toolSpec": {"name": "look", "inputSchema": {"json": {"type": "object"}}}}
    code, _ = refused(aws.runtime.converse, modelId="kinds", messages=said, toolConfig={"tools": [tool]})
    assert code == "ValidationException"
    code, _ = refused(aws.runtime.invoke_model, modelId="kinds", body=json.dumps({"inputText": " "}))
    assert code == "ValidationException"


def test_a_provisioned_model_is_a_name_for_it(aws: Bedrock, kinds: dict[str, Any]) -> None:
    control, token = aws.control, "p" * 20
    given = {"provisionedModelName": "zoo", "modelId": kinds["outputModelArn"], "modelUnits": 1}
    arn = control.create_provisioned_model_throughput(**given, clientRequestToken=token)["provisionedModelArn"]
    assert control.create_provisioned_model_throughput(**given, clientRequestToken=token)["provisionedModelArn"] == arn
    for name in ("zoo", arn):
        assert aws.says(name) == "animal"
        found = control.get_provisioned_model_throughput(provisionedModelId=name)
        assert (found["status"], found["modelArn"]) == ("InService", kinds["outputModelArn"])
    listing = control.list_provisioned_model_throughputs
    assert [one["provisionedModelName"] for one in listing(nameContains="z")["provisionedModelSummaries"]] == ["zoo"]
    assert listing(statusEquals="Creating")["provisionedModelSummaries"] == []
    found = control.list_provisioned_model_throughputs(modelArnEquals=kinds["outputModelArn"])
    assert len(found["provisionedModelSummaries"]) == 1
    for wrong, code in (
        ({**given, "provisionedModelName": "default"}, "ConflictException"),
        ({**given, "provisionedModelName": "kinds"}, "ConflictException"),
        (given, "ConflictException"),
        ({**given, "provisionedModelName": "none", "modelId": "no-model"}, "ResourceNotFoundException"),
    ):
        assert refused(control.create_provisioned_model_throughput, **wrong)[0] == code
    assert refused(aws.start, model="zoo")[0] == "ConflictException"
    code, message = refused(control.delete_custom_model, modelIdentifier="kinds")
    assert (code, "zoo" in message) == ("ConflictException", True)
    control.delete_provisioned_model_throughput(provisionedModelId="zoo")
    assert refused(control.get_provisioned_model_throughput, provisionedModelId=arn)[0] == "ResourceNotFoundException"
    assert refused(aws.runtime.invoke_model, modelId="zoo", body='{"inputText": "x"}')[0] == "ResourceNotFoundException"


def _ever() -> Window:
    return Window("local", datetime(2020, 1, 1, tzinfo=UTC), datetime.now(UTC) + timedelta(days=1))
