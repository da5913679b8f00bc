"""Knowledge bases as models: sentences, annotations, evidence, follow-ups."""

from __future__ import annotations

from typing import Any

import httpx
import openai
import pytest

from groundstone.errors import EngineUnavailable
from groundstone.identity import LOCAL
from groundstone.knowledge.base import KnowledgeBase
from groundstone.models.base import ChatOptions, Message
from groundstone.models.fakes import FakeChat
from groundstone.records import Usage
from groundstone.server.openai import grounded
from groundstone.server.openai.chat_request import Asked
from groundstone.server.openai.grounded import Evidence

TOWN = "Which town is Harbour Loft in?"


def ask(client: openai.OpenAI, *questions: str, **options: Any) -> Any:
    messages: Any = [{"role": "user", "content": question} for question in questions]
    return client.chat.completions.create(model="kb/houses", messages=messages, **options)


def test_every_sentence_has_its_documents_as_annotations(client: openai.OpenAI) -> None:
    reply = ask(client, TOWN)
    message = reply.choices[0].message
    (note,) = message.annotations
    cited = note.url_citation
    assert "Kingsport" in message.content[cited.start_index : cited.end_index]
    assert (note.type, cited.title, reply.model) == ("url_citation", "Harbour Loft", "kb/houses")
    document = httpx.get(cited.url).json()
    for citation in message.groundstone["citations"]:
        assert document["text"][citation["start"] : citation["end"]] == citation["quote"]


def test_the_evidence_lies_beside_the_text(client: openai.OpenAI) -> None:
    evidence = ask(client, TOWN, temperature=0.3, max_tokens=10).choices[0].message.groundstone
    assert (evidence["mode"], evidence["strength"]) == ("extractive", "exact")
    assert evidence["query"]["kind"] == "fact"
    assert evidence["cards"][0]["title"] == "Harbour Loft"
    assert evidence["unused"] == ["temperature", "max_tokens"]


def test_annotations_name_the_sentence_they_belong_to(client: openai.OpenAI) -> None:
    message = ask(client, "houses in Orford").choices[0].message
    titles = {
        message.content[item.url_citation.start_index : item.url_citation.end_index]: item.url_citation.title
        for item in message.annotations
    }
    assert any(text.startswith("Mill Cottage") and title == "Mill Cottage" for text, title in titles.items())
    assert len(message.annotations) == len({str(item) for item in message.annotations})


def test_a_follow_up_leans_on_the_questions_before(client: openai.OpenAI) -> None:
    content = ask(client, "houses in Kingsport", "only those with a garden").choices[0].message.content
    assert "Ridge Bungalow" in content
    assert "Mill Cottage" not in content
    assert "Mill Cottage" in ask(client, "only those with a garden").choices[0].message.content


def test_a_stream_comes_sentence_by_sentence_with_the_evidence_at_its_end(client: openai.OpenAI) -> None:
    whole = ask(client, "houses in Orford").choices[0].message
    chunks = list(ask(client, "houses in Orford", stream=True, stream_options={"include_usage": True}))
    texts = [chunk.choices[0].delta.content for chunk in chunks if chunk.choices and chunk.choices[0].delta.content]
    assert len(texts) > 1
    assert "".join(texts) == whole.content
    last = chunks[-3].choices[0].delta
    assert last.annotations == [note.model_dump() for note in whole.annotations]
    assert last.groundstone == whole.groundstone
    assert chunks[-2].choices[0].finish_reason == "stop"
    assert chunks[-1].usage.total_tokens == 0


def test_responses_carry_the_same(client: openai.OpenAI) -> None:
    first = client.responses.create(model="kb/houses", input="houses in Kingsport")
    content: Any = first.output[0].content[0]  # type: ignore[union-attr]
    assert content.annotations[0].type == "url_citation"
    assert content.annotations[0].url.endswith("/api/knowledge-bases/houses/documents/h2")
    second = client.responses.create(
        model="kb/houses", input="only those with a garden", previous_response_id=first.id, stream=True
    )
    events = list(second)
    assert "response.output_text.annotation.added" in [event.type for event in events]
    assert "Ridge Bungalow" in events[-1].response.output_text  # type: ignore[union-attr]
    assert events[-1].response.groundstone["mode"] == "extractive"  # type: ignore[union-attr]


@pytest.mark.parametrize("name", ["kb/nowhere", "kb/", "kb/..", "kb/houses/..", "kb/%00", "kb/HOUSES", "KB/houses"])
def test_a_base_that_does_not_exist_is_an_unknown_model(client: openai.OpenAI, name: str) -> None:
    with pytest.raises(openai.NotFoundError) as caught:
        client.chat.completions.create(model=name, messages=[{"role": "user", "content": "hi"}])
    assert (caught.value.code, caught.value.param) == ("model_not_found", "model")
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve(name or "kb/")


@pytest.mark.parametrize(
    ("options", "param"),
    [
        ({"tools": [{"type": "function", "function": {"name": "x"}}]}, "tools"),
        ({"response_format": {"type": "json_object"}}, "response_format"),
    ],
)
def test_what_a_base_cannot_do_is_refused(client: openai.OpenAI, options: dict[str, Any], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, TOWN, **options)
    assert caught.value.param == param


def test_the_last_message_is_the_question(client: openai.OpenAI) -> None:
    messages: Any = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y"}]
    with pytest.raises(openai.BadRequestError, match="question of the user"):
        client.chat.completions.create(model="kb/houses", messages=messages)
    with pytest.raises(openai.BadRequestError) as caught:
        ask(client, "   ")
    assert caught.value.code == "invalid_question"


class Shelf:
    """A platform with one knowledge base whose answers a model words."""

    def __init__(self, kb: KnowledgeBase, chat: FakeChat) -> None:
        self.base = KnowledgeBase(kb.principal, kb.collection, kb.spec, kb.embed, chat)

    def kb(self, name: str, principal: Any) -> KnowledgeBase:
        return self.base


def replied(kb: KnowledgeBase, chat: FakeChat) -> tuple[str, Evidence, Usage | None]:
    question = "When are receipts handed in?"
    asked = Asked("kb/handbook", (Message("user", question),), ChatOptions())
    platform: Any = Shelf(kb, chat)
    pieces = list(grounded.replies(platform, LOCAL, asked, "http://here"))
    (evidence,) = [piece for piece in pieces if isinstance(piece, Evidence)]
    texts = [piece for piece in pieces if not isinstance(piece, Evidence)]
    return "".join(piece.text for piece in texts), evidence, texts[-1].usage


GOOD = "Receipts are handed in within thirty days [1]."
BAD = "Receipts are burned by elephants at midnight [1]."


def test_written_sentences_are_shown_once_one_is_borne_out(handbook: KnowledgeBase) -> None:
    text, evidence, usage = replied(handbook, FakeChat([f"I think so. {BAD} {GOOD} Good luck!"]))
    assert text == "Receipts are burned by elephants at midnight. Receipts are handed in within thirty days."
    assert evidence.details["mode"] == "generative"
    assert [text[note.start : note.end] for note in evidence.notes][-1].startswith("Receipts are handed in")
    assert usage is not None
    assert usage.output_tokens > 0


def test_what_is_taken_back_was_never_shown(handbook: KnowledgeBase) -> None:
    text, evidence, _ = replied(handbook, FakeChat([f"{BAD} Elephants like it."]))
    assert "elephants" not in text
    assert evidence.details["mode"] == "extractive"
    assert evidence.notes
    assert all(text[note.start : note.end].strip() == text[note.start : note.end] for note in evidence.notes)


@pytest.mark.parametrize("words", [3, 10, 14])
def test_after_a_model_broke_off_the_passages_follow(handbook: KnowledgeBase, words: int) -> None:
    chat = FakeChat([f"{GOOD} {GOOD} {GOOD}"], error=EngineUnavailable("gone"), fail_after=words)
    text, evidence, _ = replied(handbook, chat)
    assert evidence.details["mode"] == "extractive"
    for note in evidence.notes:
        assert text[note.start : note.end] in text
    whole = [text[note.start : note.end] for note in evidence.notes]
    assert any("Receipts are handed in within thirty days." in part for part in whole)
