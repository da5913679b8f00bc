"""bedrock-agent-runtime: RetrieveAndGenerate, whole and as a stream. Every answer has its citations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from groundstone.errors import InvalidInput, NotFound, WrongModel
from groundstone.knowledge.answer import Answer, citation_of, to_json
from groundstone.models.base import Chat, ChatOptions
from groundstone.records import Citation, Sentence
from groundstone.server.aws import knowledge_bases as bases
from groundstone.server.aws import knowledge_external as external
from groundstone.server.aws import knowledge_sessions as sessions
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.knowledge_results import Cited, Describer
from groundstone.server.aws.knowledge_retrieve import FILTERS, RESULTS, filter_of, vector_search
from groundstone.server.aws.knowledge_sessions import Session
from groundstone.server.aws.operations import AwsCall, operation

if TYPE_CHECKING:
    from groundstone.knowledge.base import How

DIFFERENCES = (
    "A model words the answer only if the catalogue says that it is grounded, and only what its sources bear out is "
    "kept; otherwise, and for what is computed from fields, the answer is exact, with promptTemplate and "
    "inferenceConfig having no part in it.",
    "Every sentence has a citation of its own; of a declined question it has no references.",
    "Orchestration, guardrails, reranking and SEMANTIC search are refused.",
    *FILTERS,
)
MAX_TOKENS = 2048  # of a reply, where the request does not say


@dataclass(frozen=True, slots=True)
class Asked:
    """A request, read. ``until`` ends what was made for it alone."""

    describer: Describer
    session: Session
    question: str
    how: How
    until: ExitStack

    def answered(self) -> Answer:
        kb = self.describer.kb
        return kb.ask(self.question, history=self.session.history(kb.schema), **self.how)


@operation("bedrock-agent-runtime", "RetrieveAndGenerate", differences=DIFFERENCES)
def retrieve_and_generate(call: AwsCall) -> Mapping[str, Any]:
    asked = _asked(call)
    with asked.until:
        answer = asked.answered()
        asked.session.keep(asked.question, to_json(answer))
        cited = Cited(asked.describer)
        citations = [cited.next(sentence, answer.citations)[1] for sentence in answer.sentences]
    return {"sessionId": asked.session.id, "output": {"text": answer.text}, "citations": citations}


@operation("bedrock-agent-runtime", "RetrieveAndGenerateStream", differences=DIFFERENCES)
def retrieve_and_generate_stream(call: AwsCall) -> Mapping[str, Any]:
    asked = _asked(call)
    return {"sessionId": asked.session.id, "stream": _stream(asked)}


def _stream(asked: Asked) -> Iterator[dict[str, Any]]:
    with asked.until:
        yield from _events(asked)


def _events(asked: Asked) -> Iterator[dict[str, Any]]:
    """Each sentence as soon as it is known to stay: its text, then its citation."""
    kb = asked.describer.kb
    cited, sent, waiting = Cited(asked.describer), 0, list[Sentence]()
    citations: list[Citation] = []
    for event in kb.stream(asked.question, history=asked.session.history(kb.schema), **asked.how):
        match event.kind:
            case "citations":
                citations = [citation_of(one) for one in event.data["citations"]]
            case "sentence" if event.data["citations"]:
                waiting.append(_sentence(event.data))
                if any(one.supported for one in waiting) or sent:
                    for sentence in waiting:
                        yield from _sent(cited.next(sentence, citations))
                    sent, waiting = sent + len(waiting), []
            case "done":
                last = event.data["answer"]
    yield from _rest(cited, last, sent)
    asked.session.keep(asked.question, last)


def _rest(cited: Cited, answer: Mapping[str, Any], sent: int) -> Iterator[dict[str, Any]]:
    """What of the finished answer was not sent yet: all of it when no sentence of a model could be kept."""
    citations = [citation_of(one) for one in answer["citations"]]
    for data in answer["sentences"][sent:]:
        yield from _sent(cited.next(_sentence(data), citations))


def _sentence(data: Mapping[str, Any]) -> Sentence:
    return Sentence(data["text"], tuple(data["citations"]), data["supported"])


def _sent(made: tuple[str, dict[str, Any]]) -> Iterator[dict[str, Any]]:
    text, citation = made
    yield {"output": {"text": text}}
    yield {"citation": {"citation": citation, **citation}}


def _asked(call: AwsCall) -> Asked:
    configuration = call.params.get("retrieveAndGenerateConfiguration")
    if configuration is None:
        raise InvalidInput("retrieveAndGenerateConfiguration is missing: it names the knowledge base")
    if "userContext" in call.params:
        refuse(call, "userContext", "who asks is decided by the credentials")
    with ExitStack() as until:
        if configuration["type"] == "EXTERNAL_SOURCES":
            described, base_id, how = _of_file(call, configuration, until)
        else:
            described, base_id, how = _of_base(call, configuration)
        session = sessions.opened(call, base_id)
        return Asked(described, session, call.params["input"]["text"], how, until.pop_all())


def _of_base(call: AwsCall, configuration: Mapping[str, Any]) -> tuple[Describer, str, How]:
    if "knowledgeBaseConfiguration" not in configuration:
        raise InvalidInput("retrieveAndGenerateConfiguration.knowledgeBaseConfiguration is missing")
    given = configuration["knowledgeBaseConfiguration"]
    if "orchestrationConfiguration" in given:
        refuse(call, "orchestrationConfiguration", "questions are understood by rules, not by a prompt; leave it out")
    base = bases.find(call, given["knowledgeBaseId"])
    describer = Describer.of(base)
    return describer, base.id, _how(call, given, describer)


def _of_file(call: AwsCall, configuration: Mapping[str, Any], until: ExitStack) -> tuple[Describer, str, How]:
    """A knowledge base of the one document that the request brings, there for as long as it is answered."""
    if "externalSourcesConfiguration" not in configuration:
        raise InvalidInput("retrieveAndGenerateConfiguration.externalSourcesConfiguration is missing")
    given = configuration["externalSourcesConfiguration"]
    kb = until.enter_context(external.opened(call, given["sources"]))
    return Describer(kb, {}), external.NAME, _generation(call, given)


def _how(call: AwsCall, given: Mapping[str, Any], describer: Describer) -> How:
    found = vector_search(call, given.get("retrievalConfiguration", {}))
    if found.get("overrideSearchType", "HYBRID") != "HYBRID":
        refuse(call, "overrideSearchType SEMANTIC", "answers are searched by meaning and words; use Retrieve")
    if "rerankingConfiguration" in found:
        refuse(call, "rerankingConfiguration", "the sentences of an answer are ranked on their own; use Retrieve")
    how: How = {**_generation(call, given), "limit": found.get("numberOfResults", RESULTS)}
    where = filter_of(found, describer.kb.schema)
    return how if where is None else {**how, "where": where}


def _generation(call: AwsCall, given: Mapping[str, Any]) -> How:
    """Who words the answer, and how."""
    generation = given.get("generationConfiguration", {})
    for name, why in _UNSUPPORTED.items():
        if generation.get(name):
            refuse(call, f"generationConfiguration.{name}", why)
    if generation.get("performanceConfig", {}).get("latency", "standard") != "standard":
        refuse(call, "generationConfiguration.performanceConfig.latency", "there is standard latency only")
    return {
        "chat": _chat(call, given["modelArn"]),
        "options": _options(generation.get("inferenceConfig", {}).get("textInferenceConfig", {})),
        "template": generation.get("promptTemplate", {}).get("textPromptTemplate", ""),
    }


_UNSUPPORTED = {
    "guardrailConfiguration": "there are no guardrails here",
    "additionalModelRequestFields": "models take the settings of inferenceConfig",
}


def _chat(call: AwsCall, arn: str) -> Chat | None:
    """The model that words the answer; None where it cannot be trusted to: then the answer is exact quotes."""
    try:
        info = call.platform.models.info(call.caller, arn)
    except NotFound as error:
        raise InvalidInput(f"modelArn: {error}") from None
    if info.task != "chat":
        raise WrongModel(f"modelArn: {info.name} cannot word answers; it is a model for: {info.task}")
    return call.platform.models.bound(call.caller, info.name) if "grounded" in info.abilities else None


def _options(given: Mapping[str, Any]) -> ChatOptions:
    return ChatOptions(
        max_tokens=given.get("maxTokens") or MAX_TOKENS,
        temperature=given.get("temperature", 0.0),
        top_p=given.get("topP"),
        stop=tuple(given.get("stopSequences", ())),
    )
