"""sagemaker-runtime: requests to endpoints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from groundstone.endpoints.base import JSON, Call
from groundstone.errors import Conflict, EngineTimeout, GroundstoneError, InvalidInput, ModelError, NotFound
from groundstone.server.aws.custom_models import ACCOUNT
from groundstone.server.aws.errors import Detailed, refuse
from groundstone.server.aws.operations import AwsCall, operation
from groundstone.server.aws.sagemaker import endpoints

SERVICE = "sagemaker-runtime"
T = TypeVar("T")
UNSUPPORTED = {
    "TargetModel": "an endpoint serves one model for each variant",
    "TargetContainerHostname": "a model has one container",
    "InferenceComponentName": "variants name models; there are no inference components",
    "EnableExplanations": "nothing explains answers",
    "SessionId": "requests stand alone; send the whole conversation",
}
ANY = ("*/*", "application/*", "")
STREAMED = "text/event-stream"
DIFFERENCES = (
    "CustomAttributes are taken and change nothing.",
    "Bodies have at most 6 MB, answers as much as there is.",
)


@operation(SERVICE, "InvokeEndpoint", differences=DIFFERENCES)
def invoke(call: AwsCall) -> Mapping[str, Any]:
    asked = _call(call, JSON)
    made = _asked(call, lambda: endpoints(call).invoke(call.caller, _name(call), asked, _variant(call)))
    answer = made.answer
    return {"Body": answer.body, "ContentType": answer.content_type, "InvokedProductionVariant": made.variant}


@operation(
    SERVICE,
    "InvokeEndpointWithResponseStream",
    differences=("Chat models only, as server-sent events in the form of text-generation-inference.", *DIFFERENCES[:1]),
)
def invoke_stream(call: AwsCall) -> Mapping[str, Any]:
    asked = _call(call, STREAMED)
    pieces, variant = _asked(call, lambda: endpoints(call).stream(call.caller, _name(call), asked, _variant(call)))
    return {"Body": _parts(pieces), "ContentType": STREAMED, "InvokedProductionVariant": variant}


def _asked(call: AwsCall, ask: Callable[[], T]) -> T:
    """What the model refuses or breaks at is its error, as that of a container would be. Raises Detailed."""
    try:
        return ask()
    except NotFound:
        raise InvalidInput(f"Endpoint {_name(call)} of account {ACCOUNT} not found.") from None
    except Conflict as error:
        raise InvalidInput(str(error)) from None
    except EngineTimeout as error:
        raise _failed(call, error, 504) from None
    except ModelError as error:
        raise _failed(call, error, 500) from None
    except InvalidInput as error:
        raise _failed(call, error, 400) from None


def _failed(call: AwsCall, error: GroundstoneError, status: int) -> Detailed:
    whose = "client" if status < 500 else "server"
    said = f'Received {whose} error ({status}) from primary with message "{error}"'
    return Detailed(said, {"OriginalStatusCode": status, "OriginalMessage": str(error)})


def _call(call: AwsCall, gives: str) -> Call:
    """Raises InvalidInput for members that nothing here can honour, and for an answer that is not made here."""
    params = call.params
    for name, why in UNSUPPORTED.items():
        if params.get(name):
            refuse(call, name, why)
    accepted = [one.partition(";")[0].strip().lower() for one in params.get("Accept", "").split(",")]
    if not {*accepted} & {*ANY, gives, JSON}:
        raise InvalidInput(f"Accept: {params['Accept'][:100]!r} is not made here; answers are {gives}")
    return Call(call.caller, params["Body"], params.get("ContentType", JSON), params.get("Accept", ""))


def _name(call: AwsCall) -> str:
    return str(call.params["EndpointName"])


def _variant(call: AwsCall) -> str:
    """The variant that is asked for by name. Raises NotFound, and Conflict when the endpoint has none of that name."""
    wanted = str(call.params.get("TargetVariant", ""))
    if wanted:
        known = [one["name"] for one in endpoints(call).find(call.caller, _name(call)).body["variants"]]
        if known and wanted not in known:
            raise Conflict(f"Variant {wanted} is not one of endpoint {_name(call)}; there are: {', '.join(known)}")
    return wanted


def _parts(pieces: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    try:
        for piece in pieces:
            yield {"PayloadPart": {"Bytes": piece}}
    finally:
        close = getattr(pieces, "close", None)
        if close is not None:
            close()
