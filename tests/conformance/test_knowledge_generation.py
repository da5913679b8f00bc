"""RetrieveAndGenerate with a chat model that words the answer, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from groundstone.errors import EngineUnavailable
from groundstone.models.catalog import Catalog
from groundstone.models.fakes import FakeChat
from groundstone.models.service import Models

from .knowledge_case import CLAUDE, Clients, clients_of, platform_at, write_films

OWN = """
[engines.wise]
kind = "openai"
url = "http://127.0.0.1:9/v1"

[models.wise-model]
engine = "wise"
task = "chat"
abilities = ["stream", "grounded"]
"""
WISE = "arn:aws:bedrock:us-east-1::foundation-model/wise-model"


class Setting:
    """A server whose one grounded model says what a test tells it to."""

    def __init__(self, aws: Clients, base: str, models: Models) -> None:
        self.aws, self.base, self._models = aws, base, models
        self.chat = FakeChat()

    def says(self, *replies: str, **how: Any) -> FakeChat:
        self.chat = FakeChat(replies, **how)
        return self.chat

    def answer(self, text: str, **more: Any) -> dict[str, Any]:
        return self.aws.answer(self.base, text, model=WISE, **more)


@pytest.fixture(scope="module")
def setting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Setting]:
    home = tmp_path_factory.mktemp("generation")
    write_films(home / "buckets" / "films")
    (home / "catalog.toml").write_text(OWN, encoding="utf-8")
    with platform_at(home) as platform, clients_of(platform) as aws:
        made: list[Setting] = []
        shipped = platform.models
        platform.models = Models(Catalog.load(home / "catalog.toml"), lambda info: made[0].chat)
        base = aws.base()
        aws.synced(base, aws.bucket_source(base, "films"))
        made.append(Setting(aws, base, platform.models))
        yield made[0]
        shipped.close()


def template(text: str) -> dict[str, Any]:
    return {"generationConfiguration": {"promptTemplate": {"textPromptTemplate": text}}}


QUESTION = "who hunts the great white shark of amity island"


def test_a_grounded_model_words_the_answer_and_each_sentence_is_cited(setting: Setting) -> None:
    chat = setting.says(
        "A police chief, a scientist and a fisherman hunt the shark [1]. The moon is made of cheese [1]."
    )
    reply = setting.answer(QUESTION)
    (first, *_) = reply["citations"]
    part = first["generatedResponsePart"]["textResponsePart"]
    assert part["text"] == "A police chief, a scientist and a fisherman hunt the shark."
    assert reply["output"]["text"][part["span"]["start"] : part["span"]["end"] + 1] == part["text"]
    assert first["retrievedReferences"][0]["location"]["s3Location"]["uri"] == "s3://films/jaws.txt"
    assert "hunt the shark" in chat.calls[0][1].content


def test_settings_of_generation_reach_the_model(setting: Setting) -> None:
    chat = setting.says("They hunt the shark [1].")
    inference = {"temperature": 0.3, "topP": 0.8, "maxTokens": 77, "stopSequences": ["END"]}
    setting.answer(QUESTION, generationConfiguration={"inferenceConfig": {"textInferenceConfig": inference}})
    options = chat.options[0]
    assert (options.temperature, options.top_p, options.max_tokens, options.stop) == (0.3, 0.8, 77, ("END",))


def test_a_prompt_template_is_filled(setting: Setting) -> None:
    chat = setting.says("A police chief hunts the shark.")
    reply = setting.answer(QUESTION, **template("Context: $search_results$ -- Asked: $query$ -- Shout!"))
    prompt = chat.calls[0][-1].content
    assert prompt.startswith("Context: [1]")
    assert prompt.endswith(f"-- Asked: {QUESTION} -- Shout!")
    assert "great white shark attacks the beach" in prompt  # whole passages, not only the best sentences
    assert reply["output"]["text"] == "A police chief hunts the shark."
    assert reply["citations"][0]["retrievedReferences"]  # found, though the prompt asked for no marks


def test_the_question_is_added_to_a_template_without_a_place_for_it(setting: Setting) -> None:
    chat = setting.says("A police chief hunts the shark [1].")
    setting.answer(QUESTION, **template("Use only this. $search_results$ $output_format_instructions$"))
    (message,) = chat.calls[0]
    assert message.content.endswith(f"Question: {QUESTION}")
    assert "End every sentence" in message.content


def test_a_template_without_a_place_for_the_sources_is_refused(setting: Setting) -> None:
    for model in (WISE, CLAUDE):
        with pytest.raises(setting.aws.runtime.exceptions.ValidationException, match=r"\$search_results\$"):
            setting.aws.answer(setting.base, QUESTION, model=model, **template("Just answer."))


def test_how_many_passages_the_model_reads_is_the_callers_choice(setting: Setting) -> None:
    counts = []
    for number in (1, 3):
        chat = setting.says("A police chief hunts the shark [1].")
        search = {"vectorSearchConfiguration": {"numberOfResults": number}}
        setting.answer("shark city christmas directed hunt workers", retrievalConfiguration=search)
        counts.append(chat.calls[0][1].content.count("\n["))
    assert counts == [1, 3]


def test_a_model_that_invents_is_not_believed(setting: Setting) -> None:
    setting.says("Quint wins the Nobel Prize in 1812 [1].")
    reply = setting.answer(QUESTION)
    assert "1812" not in reply["output"]["text"]
    assert all(citation["retrievedReferences"] for citation in reply["citations"])


def test_a_model_that_fails_leaves_the_quotes(setting: Setting) -> None:
    setting.says("A police", error=EngineUnavailable("the engine is down"), fail_after=1)
    reply = setting.answer(QUESTION)
    assert reply["output"]["text"]
    assert all(citation["retrievedReferences"] for citation in reply["citations"])


@pytest.mark.parametrize(
    "said", ["They hunt the shark [1]. A police chief hunts it too [1].", "Nothing of it is known."]
)
def test_a_stream_is_its_own_text_with_exact_spans(setting: Setting, said: str) -> None:
    setting.says(said)
    reply = setting.aws.runtime.retrieve_and_generate_stream(
        input={"text": QUESTION},
        retrieveAndGenerateConfiguration={
            "type": "KNOWLEDGE_BASE",
            "knowledgeBaseConfiguration": {"knowledgeBaseId": setting.base, "modelArn": WISE},
        },
    )
    text, parts = "", []
    for event in reply["stream"]:
        text += event.get("output", {}).get("text", "")
        if "citation" in event:
            parts.append(event["citation"]["generatedResponsePart"]["textResponsePart"])
            assert event["citation"]["citation"]["retrievedReferences"] == event["citation"]["retrievedReferences"]
    assert parts
    assert [text[part["span"]["start"] : part["span"]["end"] + 1] for part in parts] == [part["text"] for part in parts]
    assert " ".join(part["text"] for part in parts) == text


@pytest.mark.parametrize(
    "more",
    [
        {"orchestrationConfiguration": {"queryTransformationConfiguration": {"type": "QUERY_DECOMPOSITION"}}},
        {"generationConfiguration": {"guardrailConfiguration": {"guardrailId": "g", "guardrailVersion": "1"}}},
        {"generationConfiguration": {"performanceConfig": {"latency": "optimized"}}},
        {"generationConfiguration": {"additionalModelRequestFields": {"top_k": 3}}},
        {"retrievalConfiguration": {"vectorSearchConfiguration": {"overrideSearchType": "SEMANTIC"}}},
        {"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v1"},
        {"modelArn": "arn:aws:bedrock:us-east-1::foundation-model/no.such-model"},
    ],
)
def test_what_cannot_be_honoured_is_refused(setting: Setting, more: dict[str, Any]) -> None:
    model = more.pop("modelArn", WISE)
    with pytest.raises(setting.aws.runtime.exceptions.ValidationException):
        setting.aws.answer(setting.base, QUESTION, model=model, **more)


def test_an_operation_that_is_not_there_says_so(setting: Setting) -> None:
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError, match="does not support") as caught:
        setting.aws.runtime.generate_query(
            queryGenerationInput={"type": "TEXT", "text": "x"},
            transformationConfiguration={
                "mode": "TEXT_TO_SQL",
                "textToSqlConfiguration": {
                    "type": "KNOWLEDGE_BASE",
                    "knowledgeBaseConfiguration": {
                        "knowledgeBaseArn": "arn:aws:bedrock:us-east-1:123456789012:knowledge-base/ABCDEFGHIJ"
                    },
                },
            },
        )
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
