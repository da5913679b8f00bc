"""The calls that published code makes on knowledge bases, with boto3 as it is, against the whole server."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from groundstone.models.minilm import MiniLM

from .knowledge_case import CLAUDE, MODEL, ROLE, STORAGE, Clients, clients_of, platform_at, write_films


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory, minilm_folder: Path) -> Iterator[Clients]:
    home = tmp_path_factory.mktemp("articles")
    write_films(home / "buckets" / "movie-files")
    with platform_at(home, MiniLM(minilm_folder, threads=1)) as platform, clients_of(platform) as clients:
        yield clients


def test_the_sequence_of_the_movie_chatbot(aws: Clients) -> None:
    agent, runtime = aws.agent, aws.runtime
    made = agent.create_knowledge_base(
        name="movie-chatbot",
        description="Answers from film files",
        roleArn=ROLE,
        knowledgeBaseConfiguration=MODEL,
        storageConfiguration=STORAGE,
    )["knowledgeBase"]
    base = made["knowledgeBaseId"]
    assert (made["status"], made["storageConfiguration"]) == ("ACTIVE", STORAGE)
    with pytest.raises(agent.exceptions.ConflictException):
        aws.base("movie-chatbot")
    known = agent.list_knowledge_bases(maxResults=100)["knowledgeBaseSummaries"]
    assert next(one["knowledgeBaseId"] for one in known if one["name"] == "movie-chatbot") == base
    assert agent.get_knowledge_base(knowledgeBaseId=base)["knowledgeBase"]["roleArn"] == ROLE
    source = aws.bucket_source(
        base,
        "movie-files",
        vectorIngestionConfiguration={
            "chunkingConfiguration": {
                "chunkingStrategy": "FIXED_SIZE",
                "fixedSizeChunkingConfiguration": {"maxTokens": 300, "overlapPercentage": 20},
            }
        },
    )
    listed = agent.list_data_sources(knowledgeBaseId=base)["dataSourceSummaries"]
    assert [(one["dataSourceId"], one["status"]) for one in listed] == [(source, "AVAILABLE")]
    job = aws.synced(base, source)
    assert job["status"] == "COMPLETE", job
    assert job["statistics"]["numberOfNewDocumentsIndexed"] == 3
    assert job["statistics"]["numberOfMetadataDocumentsScanned"] == 3
    assert job["statistics"]["numberOfDocumentsFailed"] == 0
    assert aws.synced(base, source)["statistics"]["numberOfNewDocumentsIndexed"] == 0
    question = "Who directed The Nightmare Before Christmas?"
    reply = aws.answer(base, question)
    assert "Henry Selick" in reply["output"]["text"]
    reference = reply["citations"][0]["retrievedReferences"][0]
    assert reference["location"] == {"type": "S3", "s3Location": {"uri": "s3://movie-files/nightmare.txt"}}
    assert reference["metadata"]["year"] == 1993
    found = runtime.retrieve(
        knowledgeBaseId=base,
        retrievalQuery={"text": "a shark attacks people"},
        retrievalConfiguration={"vectorSearchConfiguration": {"numberOfResults": 2}},
    )["retrievalResults"]
    assert len(found) == 2
    assert found[0]["location"]["s3Location"]["uri"] == "s3://movie-files/jaws.txt"
    assert "great white shark" in found[0]["content"]["text"]
    assert 1 >= found[0]["score"] >= found[1]["score"] >= 0
    assert found[0]["metadata"]["x-amz-bedrock-kb-source-uri"] == "s3://movie-files/jaws.txt"
    assert found[0]["metadata"]["x-amz-bedrock-kb-data-source-id"] == source
    agent.delete_data_source(knowledgeBaseId=base, dataSourceId=source)
    assert aws.found(base, "a shark") == []
    agent.delete_knowledge_base(knowledgeBaseId=base)
    with pytest.raises(agent.exceptions.ResourceNotFoundException):
        agent.get_knowledge_base(knowledgeBaseId=base)


def spans_are_exact(reply: dict[str, Any]) -> bool:
    """Whether the parts are the words of the output at their places, in order, with nothing but blanks between."""
    text, at = reply["output"]["text"], 0
    for citation in reply["citations"]:
        part = citation["generatedResponsePart"]["textResponsePart"]
        start, end = part["span"]["start"], part["span"]["end"]
        if text[start : end + 1] != part["text"] or text[at:start].strip():
            return False
        at = end + 1
    return at == len(text)


@pytest.fixture(scope="module")
def films(aws: Clients) -> str:
    base = aws.base("films")
    assert aws.synced(base, aws.bucket_source(base, "movie-files"))["status"] == "COMPLETE"
    return base


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"equals": {"key": "genres", "value": "Animation"}}, {"nightmare"}),
        ({"notEquals": {"key": "director", "value": "Fritz Lang"}}, {"nightmare", "jaws"}),
        ({"greaterThan": {"key": "year", "value": 1975}}, {"nightmare"}),
        ({"greaterThanOrEquals": {"key": "year", "value": 1975}}, {"nightmare", "jaws"}),
        ({"lessThan": {"key": "year", "value": 1975}}, {"metropolis"}),
        ({"lessThanOrEquals": {"key": "year", "value": 1975.0}}, {"metropolis", "jaws"}),
        ({"in": {"key": "year", "value": [1927, 1993]}}, {"metropolis", "nightmare"}),
        ({"notIn": {"key": "year", "value": [1927, 1993]}}, {"jaws"}),
        ({"startsWith": {"key": "director", "value": "Ste"}}, {"jaws"}),
        ({"stringContains": {"key": "director", "value": "Selick"}}, {"nightmare"}),
        ({"listContains": {"key": "genres", "value": "Family"}}, {"nightmare"}),
        ({"equals": {"key": "colour", "value": False}}, {"metropolis"}),
        (
            {
                "andAll": [
                    {"greaterThan": {"key": "year", "value": 1950}},
                    {"orAll": [{"equals": {"key": "year", "value": 1975}}, {"equals": {"key": "year", "value": 1927}}]},
                ]
            },
            {"jaws"},
        ),
        ({"equals": {"key": "no-such-attribute", "value": 1}}, set()),
        ({"notEquals": {"key": "no-such-attribute", "value": 1}}, {"nightmare", "jaws", "metropolis"}),
        ({"equals": {"key": "year", "value": "1975"}}, {"jaws"}),
        ({"greaterThan": {"key": "director", "value": 5}}, set()),
    ],
)
def test_every_filter_of_the_api(aws: Clients, films: str, where: dict[str, Any], expected: set[str]) -> None:
    found = aws.found(films, "film directed by", filter=where, numberOfResults=10)
    assert {one["location"]["s3Location"]["uri"].split("/")[-1].removesuffix(".txt") for one in found} == expected


@pytest.mark.parametrize(
    "where",
    [
        {"in": {"key": "year", "value": 1927}},
        {"startsWith": {"key": "year", "value": 1}},
        {"equals": {"key": "year", "value": {"a": 1}}},
        {"equals": {"key": "x-amz-bedrock-kb-source-uri", "value": "s3://movie-files/jaws.txt"}},
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(aws: Clients, films: str, where: dict[str, Any]) -> None:
    with pytest.raises(aws.runtime.exceptions.ValidationException):
        aws.found(films, "film", filter=where)


def test_a_filter_holds_for_answers_however_they_are_found(aws: Clients, films: str) -> None:
    old = {"lessThan": {"key": "year", "value": 1950}}
    search: dict[str, Any] = {"retrievalConfiguration": {"vectorSearchConfiguration": {"filter": old}}}
    for question in ("Who directed Jaws?", "How many documents are there?", "What documents are there?", "Spielberg"):
        reply = aws.answer(films, question, **search)
        cited = [
            one["location"]["s3Location"]["uri"] for part in reply["citations"] for one in part["retrievedReferences"]
        ]
        assert set(cited) <= {"s3://movie-files/metropolis.txt"}, (question, reply["output"])
        assert spans_are_exact(reply)


def test_follow_ups_are_understood_and_a_change_of_topic_keeps_its_citations(aws: Clients, films: str) -> None:
    first = aws.answer(films, "What attacks the beach of Amity Island?")
    assert "shark" in first["output"]["text"]
    for question, word in (
        ("Who directed The Nightmare Before Christmas?", "Selick"),
        ("Where do the workers of the city of the future toil?", "ground"),
        ("Who hunts the shark?", "fisherman"),
    ):
        reply = aws.answer(films, question, session=first["sessionId"])
        assert reply["sessionId"] == first["sessionId"]
        assert word in reply["output"]["text"]
        assert spans_are_exact(reply)
        assert all(citation["retrievedReferences"] for citation in reply["citations"])
        reference = reply["citations"][0]["retrievedReferences"][0]
        quotes = reference["metadata"]["groundstone-quotes"]
        assert quotes
        assert all(quote in reference["content"]["text"] for quote in quotes)


def test_a_session_that_is_unknown_is_refused(aws: Clients, films: str) -> None:
    with pytest.raises(ClientError, match=r"Session with Id .* is not valid"):
        aws.answer(films, "Who directed Jaws?", session="0b5f7f0e-0000-0000-0000-000000000000")


def test_a_declined_question_says_so_without_references(aws: Clients, films: str) -> None:
    reply = aws.answer(films, "What is the boiling point of tungsten hexafluoride?")
    assert spans_are_exact(reply)
    assert [one["retrievedReferences"] for one in reply["citations"]] == [[]]


def test_the_stream_says_the_same_as_the_whole(aws: Clients, films: str) -> None:
    question = "Who directed Metropolis, and where do the workers toil?"
    whole = aws.answer(films, question)
    reply = aws.runtime.retrieve_and_generate_stream(
        input={"text": question},
        retrieveAndGenerateConfiguration={
            "type": "KNOWLEDGE_BASE",
            "knowledgeBaseConfiguration": {"knowledgeBaseId": films, "modelArn": CLAUDE},
        },
    )
    events = list(reply["stream"])
    assert "".join(event["output"]["text"] for event in events if "output" in event) == whole["output"]["text"]
    citations = [event["citation"] for event in events if "citation" in event]
    assert [one["generatedResponsePart"] for one in citations] == [
        one["generatedResponsePart"] for one in whole["citations"]
    ]
    assert [one["retrievedReferences"] for one in citations] == [
        one["retrievedReferences"] for one in whole["citations"]
    ]
    assert reply["sessionId"]


def test_pages_of_results_go_on_where_the_last_one_ended(aws: Clients, films: str) -> None:
    paginator = aws.runtime.get_paginator("retrieve")
    pages = paginator.paginate(
        knowledgeBaseId=films,
        retrievalQuery={"text": "film directed by"},
        retrievalConfiguration={"vectorSearchConfiguration": {"numberOfResults": 2}},
    )
    found = [one["location"]["s3Location"]["uri"] for page in pages for one in page["retrievalResults"]]
    assert len(found) == len(set(found)) == 3


def test_results_are_reranked_by_a_model_of_the_catalogue(aws: Clients, films: str) -> None:
    model = "arn:aws:bedrock:us-east-1::foundation-model/amazon.rerank-v1:0"
    found = aws.found(
        films,
        "a king discovers Christmas",
        numberOfResults=3,
        rerankingConfiguration={
            "type": "BEDROCK_RERANKING_MODEL",
            "bedrockRerankingConfiguration": {
                "modelConfiguration": {"modelArn": model},
                "numberOfRerankedResults": 2,
                "metadataConfiguration": {"selectionMode": "ALL"},
            },
        },
    )
    assert len(found) == 2
    assert found[0]["location"]["s3Location"]["uri"].endswith("nightmare.txt")
    assert found[0]["score"] >= found[1]["score"]


def test_search_by_meaning_alone_scores_by_meaning_alone(aws: Clients, films: str) -> None:
    found = aws.found(films, "a dangerous fish", overrideSearchType="SEMANTIC")
    assert found[0]["location"]["s3Location"]["uri"].endswith("jaws.txt")


def test_rerank_orders_texts_and_json(aws: Clients) -> None:
    def source(text: str) -> dict[str, Any]:
        document = {"type": "TEXT", "textDocument": {"text": text}}
        return {"type": "INLINE", "inlineDocumentSource": document}

    json_source = {
        "type": "INLINE",
        "inlineDocumentSource": {"type": "JSON", "jsonDocument": {"home": "kids crib and toys", "rooms": 3}},
    }
    reply = aws.runtime.rerank(
        queries=[{"type": "TEXT", "textQuery": {"text": "a flat for a family with a baby's crib"}}],
        sources=[source("loft for parties"), json_source, source("a boat trip")],
        rerankingConfiguration={
            "type": "BEDROCK_RERANKING_MODEL",
            "bedrockRerankingConfiguration": {
                "numberOfResults": 2,
                "modelConfiguration": {"modelArn": "arn:aws:bedrock:us-west-2::foundation-model/cohere.rerank-v3-5:0"},
            },
        },
    )
    assert reply["results"][0]["index"] == 1
    assert len(reply["results"]) == 2
    assert reply["results"][0]["relevanceScore"] > reply["results"][1]["relevanceScore"]


def test_langchain_retrieves_from_it(aws: Clients, films: str, monkeypatch: pytest.MonkeyPatch) -> None:
    langchain_aws = pytest.importorskip("langchain_aws", reason="langchain-aws is not installed")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "any")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "any")
    retriever = langchain_aws.AmazonKnowledgeBasesRetriever(
        knowledge_base_id=films,
        region_name="us-east-1",
        endpoint_url=aws.address,
        retrieval_config={"vectorSearchConfiguration": {"numberOfResults": 1}},
    )
    (document,) = retriever.invoke("Who hunts the shark?")
    assert "shark" in document.page_content
    assert document.metadata["location"]["s3Location"]["uri"] == "s3://movie-files/jaws.txt"
    assert document.metadata["score"] > 0


@pytest.mark.parametrize("kind", ["BYTE_CONTENT", "S3"])
def test_a_document_that_the_request_brings_is_answered_from(aws: Clients, kind: str) -> None:
    lease = b"# Lease\n\nThe rent is 900 euros a month. The notice period is three months.\n"
    content: dict[str, Any] = {
        "BYTE_CONTENT": {"byteContent": {"identifier": "lease", "contentType": "text/markdown", "data": lease}},
        "S3": {"s3Location": {"uri": "s3://movie-files/jaws.txt"}},
    }[kind]
    question = {"BYTE_CONTENT": "How long is the notice period?", "S3": "Who hunts the shark?"}[kind]
    reply = aws.runtime.retrieve_and_generate(
        input={"text": question},
        retrieveAndGenerateConfiguration={
            "type": "EXTERNAL_SOURCES",
            "externalSourcesConfiguration": {"modelArn": CLAUDE, "sources": [{"sourceType": kind, **content}]},
        },
    )
    assert {"BYTE_CONTENT": "three months", "S3": "fisherman"}[kind] in reply["output"]["text"]
    location = reply["citations"][0]["retrievedReferences"][0]["location"]
    assert location["type"] == {"BYTE_CONTENT": "CUSTOM", "S3": "S3"}[kind]
    assert spans_are_exact(reply)
    listed = aws.agent.list_knowledge_bases()["knowledgeBaseSummaries"]
    assert "external" not in {one["name"] for one in listed}
