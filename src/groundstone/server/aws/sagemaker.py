"""sagemaker: what its operations have in common: names, addresses, lists, and errors as the original words them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from groundstone.errors import Conflict, InvalidInput, NotFound
from groundstone.server.aws.custom_models import ACCOUNT
from groundstone.server.aws.operations import AwsCall
from groundstone.server.aws.paging import Place, page

if TYPE_CHECKING:
    from groundstone.endpoints.service import Endpoints
    from groundstone.stores.resources import Resource

WORDS = {  # kind in an ARN -> what the original calls it in messages
    "model": "model",
    "endpoint-config": "endpoint configuration",
    "endpoint": "endpoint",
    "model-package-group": "ModelPackageGroup",
    "model-package": "ModelPackage",
}
PAGING = ("MaxResults", "NextToken")  # these may change from page to page


def endpoints(call: AwsCall) -> Endpoints:
    return call.platform.endpoints


def arn(call: AwsCall, kind: str, name: str) -> str:
    return f"arn:aws:sagemaker:{call.region}:{ACCOUNT}:{kind}/{name}"


@contextmanager
def found(call: AwsCall, kind: str, name: str) -> Iterator[None]:
    """What is not there is a ValidationException at the original, in these words, which clients look for."""
    try:
        yield
    except NotFound:
        raise InvalidInput(f'Could not find {WORDS[kind]} "{arn(call, kind, name)}".') from None


@contextmanager
def new(call: AwsCall, kind: str, name: str) -> Iterator[None]:
    """So is a name that is taken."""
    try:
        yield
    except Conflict as error:
        known = f'Cannot create already existing {WORDS[kind]} "{arn(call, kind, name)}".'
        raise InvalidInput(known if "there is already" in str(error) else str(error)) from None


def tags(params: Mapping[str, Any]) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in params.get("Tags", ())}


def listed(
    call: AwsCall,
    member: str,
    things: Sequence[Resource],
    shown: Callable[[Resource], dict[str, Any]],
) -> dict[str, Any]:
    """The page that a call asks for, newest first unless it says otherwise."""
    params = call.params
    kept = sorted(
        ((_place(params, thing), thing) for thing in things if _is_wanted(params, thing)), key=lambda entry: entry[0]
    )
    kind = f"{member} {sorted((name, str(value)) for name, value in params.items() if name not in PAGING)}"
    asked = {"maxResults": params.get("MaxResults"), "nextToken": params.get("NextToken")}
    some, token = page(kind, kept, asked)
    return {member: [shown(thing) for thing in some], **({"NextToken": token} if token else {})}


def _place(params: Mapping[str, Any], thing: Resource) -> Place:
    down = params.get("SortOrder", "Descending") == "Descending"
    if params.get("SortBy") in ("Name", "Status"):
        first = 0 if params["SortBy"] == "Name" else sum(map(ord, thing.body.get("status", "")))
        return (-first if down else first), _reversed(thing.name) if down else thing.name
    return (-thing.number if down else thing.number), thing.id


def _reversed(name: str) -> str:
    """A text that sorts the other way round. Names are ASCII."""
    return "".join(chr(255 - min(ord(sign), 254)) for sign in name) + "\xff"


def _is_wanted(params: Mapping[str, Any], thing: Resource) -> bool:
    """Of the filters that lists of all kinds have."""
    times = (("CreationTime", thing.created), ("LastModifiedTime", thing.updated))
    for name, time in times:
        after, before = params.get(f"{name}After"), params.get(f"{name}Before")
        if (after and time <= _aware(after)) or (before and time >= _aware(before)):
            return False
    part = params.get("NameContains", "").lower()
    return part in str(thing.body.get("group") or thing.name).lower()


def _aware(time: datetime) -> datetime:
    return time if time.tzinfo else time.replace(tzinfo=UTC)
