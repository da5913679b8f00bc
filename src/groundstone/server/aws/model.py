"""botocore's service models, read when a request first needs them. No other file of the server sees botocore."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property
from threading import Lock
from typing import Any

from groundstone.server.aws.shapes import Clock, Failure, Member, Operation, Shape

# The first part of a path tells which models have to be read; a test compares this with botocore's.
BEDROCK = (
    "advanced-prompt-optimization-job advanced-prompt-optimization-jobs automated-reasoning-policies "
    "create-foundation-model-agreement custom-models data-retention delete-foundation-model-agreement "
    "enforcedGuardrailsConfiguration evaluation-job evaluation-jobs foundation-model-availability foundation-models "
    "guardrails imported-models inference-profiles list-foundation-model-agreement-offers listTagsForResource logging "
    "marketplace-model model-copy-jobs model-customization model-customization-jobs model-import-jobs "
    "model-invocation-job model-invocation-jobs prompt-routers provisioned-model-throughput "
    "provisioned-model-throughputs resource-policy tagResource untagResource use-case-for-model-access"
)
FIRST: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(BEDROCK.split(), ("bedrock",)),
    **dict.fromkeys(("async-invoke", "guardrail", "guardrail-checks", "model"), ("bedrock-runtime",)),
    **dict.fromkeys(("prompts", "resourcepolicy", "retrievalinstructions"), ("bedrock-agent",)),
    **dict.fromkeys(("agents", "flows", "knowledgebases", "tags"), ("bedrock-agent", "bedrock-agent-runtime")),
    **dict.fromkeys(
        (
            *("agenticRetrieveStream", "generateQuery", "optimize-prompt", "rerank", "retrieveAndGenerate"),
            *("retrieveAndGenerateStream", "sessions"),
        ),
        ("bedrock-agent-runtime",),
    ),
    **dict.fromkeys(("applications", "pluginTypeMetadata", "pluginTypes", "v1"), ("qbusiness",)),
    "endpoints": ("sagemaker-runtime",),
}
TARGETS = {  # prefixes of X-Amz-Target
    "Textract": "textract",
    "SageMaker": "sagemaker",
    "GraniteServiceVersion20100801": "cloudwatch",
    "AWSPriceListService": "pricing",
}
SERVICES = tuple(dict.fromkeys([name for names in FIRST.values() for name in names] + list(TARGETS.values())))
UNBOUNDED = ("ImageBlob",)  # too many bytes of a document have an error of their own, which handlers raise
MODEL_ID = re.compile(r"Model\w*(Id|Identifier|Arn)$")
SAFE = re.compile(r"\((?:-|\[-_\])\*\[(?:a-z|A-Z|0-9)+\]\)")  # (-*[a-z0-9]): a text fits it in one way only
NOTHING = Shape("Nothing", "structure")


class Service:
    """One service. Its shapes are made when an operation first needs them."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._model = _raw(name)
        self._shapes: dict[str, Shape] = {}
        self._operations: dict[str, Operation] = {}
        self._lock = Lock()

    @cached_property
    def rest(self) -> bool:
        return "rest-json" in self._protocols

    @property
    def _protocols(self) -> tuple[str, ...]:
        about = self._model["metadata"]
        return tuple(about.get("protocols") or (about["protocol"],))

    @cached_property
    def paths(self) -> tuple[tuple[str, str, str], ...]:
        """Name, method and path template of each operation."""
        found = self._model["operations"].items()
        return tuple((name, raw["http"]["method"], raw["http"]["requestUri"]) for name, raw in found)

    def names(self) -> tuple[str, ...]:
        return tuple(self._model["operations"])

    def operation(self, name: str) -> Operation | None:
        """The operation of that name, or None."""
        with self._lock:  # a shape is in the table before it is complete
            if name not in self._operations and name in self._model["operations"]:
                self._operations[name] = self._made(self._model["operations"][name])
            return self._operations.get(name)

    def _made(self, raw: Mapping[str, Any]) -> Operation:
        path, _, query = raw["http"]["requestUri"].partition("?")
        prefix = self._model["metadata"].get("targetPrefix")
        given, made = self._structure(raw.get("input")), self._structure(raw.get("output"))
        return Operation(
            self.name,
            raw["name"],
            raw["http"]["method"],
            path,
            frozenset(query.split("&")) if query else frozenset(),
            raw["http"].get("responseCode", 200),
            self._model["metadata"].get("jsonVersion", "1.1"),
            "" if self.rest else f"{prefix}.{raw['name']}",
            given,
            made,
            tuple(self._failure(error["shape"]) for error in raw.get("errors", ())),
            self._stream(raw.get("output")),
            bool(self._stream(raw.get("input"))),
        )

    def _structure(self, reference: Mapping[str, Any] | None) -> Shape:
        return self.shape(reference["shape"]) if reference else NOTHING

    def _stream(self, reference: Mapping[str, Any] | None) -> str:
        shapes = self._model["shapes"]
        members = shapes[reference["shape"]]["members"] if reference else {}
        return next((name for name, member in members.items() if shapes[member["shape"]].get("eventstream")), "")

    def failure(self, name: str) -> Failure | None:
        """The exception of that name, or None when the service has none."""
        with self._lock:
            return self._failure(name) if self._model["shapes"].get(name, {}).get("exception") else None

    @property
    def namespace(self) -> str:
        """Of replies in XML."""
        return str(self._model["metadata"].get("xmlNamespace", ""))

    def query_code(self, name: str) -> str:
        """What an exception was called in the query form, where clients of other forms still want to know it."""
        if "awsQueryCompatible" not in self._model["metadata"]:
            return ""
        return str(self._model["shapes"].get(name, {}).get("error", {}).get("code", name))

    def _failure(self, name: str) -> Failure:
        raw = self._model["shapes"][name]
        status = raw.get("error", {}).get("httpStatusCode") or (500 if raw.get("fault") else 400)
        return Failure(name, status, self.shape(name))

    def shape(self, name: str) -> Shape:
        """The shape of that name; each is made once, so that one that holds itself is found again."""
        if name in self._shapes:
            return self._shapes[name]
        raw = self._model["shapes"][name]
        made = self._shapes[name] = Shape(
            name,
            {"character": "string"}.get(raw["type"], raw["type"]),
            raw.get("min"),
            None if name in UNBOUNDED else raw.get("max"),
            _pattern(name, raw.get("pattern", "")),
            frozenset(raw.get("enum", ())),
            raw.get("timestampFormat"),
            required=tuple(raw.get("required", ())),
            union=raw.get("union", False),
            document=raw.get("document", False),
            exception=raw.get("exception", False),
            payload=raw.get("payload", ""),
        )
        self._fill(made, raw)
        return made

    def _fill(self, made: Shape, raw: Mapping[str, Any]) -> None:
        for part, attribute in (("member", "item"), ("key", "key"), ("value", "value")):
            if part in raw:
                setattr(made, attribute, self.shape(raw[part]["shape"]))
        for name, member in raw.get("members", {}).items():
            made.members[name] = self._member(name, member)
        made.body.update((member.wire, member) for member in made.members.values() if not member.place)
        made.placed = tuple(member for member in made.members.values() if member.place)

    def _member(self, name: str, raw: Mapping[str, Any]) -> Member:
        clock: Clock | None = raw.get("timestampFormat")
        return Member(
            name,
            raw.get("locationName", name),
            self.shape(raw["shape"]),
            raw.get("location", ""),
            clock,
            raw.get("eventpayload", False),
        )


def _pattern(shape: str, text: str) -> re.Pattern[str] | None:
    """None for patterns that are not enforced.

    Those that describe ARNs and ids of models would refuse the names that things have here; some use classes of
    characters that Python does not know; some could keep a hostile text busy for hours.
    """
    unknown = any(part in text for part in ("arn:", "\\p", "\\P", "\\u"))
    return None if not text or unknown or MODEL_ID.search(shape) or _backtracks(text) else re.compile(text)


def _backtracks(text: str) -> bool:
    """Whether a repeated group repeats something without limit inside, (-*[a-])*, or .* comes again and again."""
    if text.count(".*") > 1:
        return True
    text = SAFE.sub("x", text)
    text = re.sub(r"\[\^?\]?[^\]]*\]", "x", re.sub(r"\\.", "x", text))
    while group := re.search(r"\((?:\?[:=!])?([^()]*)\)([*+]|\{[^}]*\})?", text):
        endless = re.search(r"[*+]|\{\d*,\}", group[1]) is not None
        if endless and group[2]:
            return True
        text = f"{text[: group.start()]}x{'*' if endless or group[2] in ('*', '+') else ''}{text[group.end() :]}"
    return False


def _raw(name: str) -> Mapping[str, Any]:
    from botocore.loaders import Loader

    found: Mapping[str, Any] = Loader().load_service_model(name, "service-2")
    return found


@cache
def service(name: str) -> Service:
    """A service by botocore's name for it. Takes some milliseconds the first time."""
    return Service(name)
