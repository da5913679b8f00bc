"""AWS Signature Version 4: whether a request was signed with the secret of one of our access keys.

Works on what really came over the wire: the path and query before decoding, headers as sent, the body's bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from groundstone.errors import Unauthenticated

ALGORITHM = "AWS4-HMAC-SHA256"
# Names that requests are signed for; "monitoring" is CloudWatch.
SERVICES = frozenset({"bedrock", "textract", "sagemaker", "qbusiness", "monitoring", "pricing"})
SKEW = timedelta(minutes=15)
LONGEST_PRESIGNED = 7 * 24 * 3600  # seconds
TIME = "%Y%m%dT%H%M%SZ"

# The exception that AWS names for each reason of errors.Unauthenticated, all with status 403.
EXCEPTIONS: Mapping[str, str] = {
    "missing": "MissingAuthenticationTokenException",
    "unknown": "UnrecognizedClientException",
    "disabled": "UnrecognizedClientException",
    "secret": "AccessDeniedException",
    "incomplete": "IncompleteSignatureException",
    "unsupported": "IncompleteSignatureException",
    "signature": "InvalidSignatureException",
    "expired": "InvalidSignatureException",
    "session_token": "UnrecognizedClientException",
}

Headers = Sequence[tuple[str, str]]  # names in lower case, in the order sent


@dataclass(frozen=True, slots=True)
class Wire:
    """A request as it came: ``path`` and ``query`` are percent-encoded still, ``query`` without its question mark."""

    method: str
    path: bytes
    query: bytes
    headers: Headers
    body: bytes = b""

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]


@dataclass(frozen=True, slots=True)
class Claim:
    """What a request says about its own signature."""

    key: str
    date: str
    region: str
    service: str
    signed: tuple[str, ...]
    signature: str
    time: datetime
    lifetime: timedelta | None = None  # of a presigned address

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


def is_signed(headers: Headers, query: bytes) -> bool:
    """Whether a request carries a signature of AWS, in a header or in its address."""
    shown = any(name == "authorization" and value.startswith("AWS4-") for name, value in headers)
    return shown or b"X-Amz-Algorithm=" in query or b"X-Amz-Signature=" in query


def verify(wire: Wire, secret_of: Callable[[str], str | None], now: datetime | None = None) -> str:
    """The id of the key that signed the request. Raises Unauthenticated, its reason one of ``EXCEPTIONS``."""
    claim = _claim(wire)
    _check_scope(claim)
    _check_time(claim, now or datetime.now(UTC))
    _check_session_token(wire)
    _check_headers(wire, claim)
    secret = secret_of(claim.key)
    if secret is None:
        raise Unauthenticated(f"There is no access key {claim.key!r} on this server.", "unknown")
    text = "\n".join((ALGORITHM, claim.time.strftime(TIME), claim.scope, _sha256(canonical(wire, claim).encode())))
    wanted = hmac.new(signing_key(secret, claim.date, claim.region, claim.service), text.encode(), hashlib.sha256)
    if not hmac.compare_digest(wanted.hexdigest(), claim.signature):
        raise Unauthenticated(
            "The signature does not fit the request: check the secret access key, and that no proxy between client "
            "and server changes the path, the query, the Host header or the body.",
            "signature",
        )
    return claim.key


def canonical(wire: Wire, claim: Claim) -> str:
    """The canonical request: the one text that both sides build and sign."""
    headers = "".join(f"{name}:{_joined(wire.values(name))}\n" for name in claim.signed)
    parts = (
        wire.method,
        _canonical_path(wire.path),
        _canonical_query(wire.query),
        headers,
        ";".join(claim.signed),
        _payload_hash(wire),
    )
    return "\n".join(parts)


@lru_cache(maxsize=256)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key of one day, region and service."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _claim(wire: Wire) -> Claim:
    shown, presigned = wire.values("authorization"), _query(wire.query)
    in_query = "X-Amz-Algorithm" in presigned or "X-Amz-Signature" in presigned
    if shown and in_query:
        raise Unauthenticated("The request is signed twice: in a header and in its address.", "incomplete")
    if len(shown) > 1:
        raise Unauthenticated("The request has more than one Authorization header.", "incomplete")
    return _claim_of_query(presigned) if in_query else _claim_of_header(wire, shown)


def _claim_of_header(wire: Wire, shown: Sequence[str]) -> Claim:
    algorithm, _, rest = (shown[0] if shown else "").partition(" ")
    _check_algorithm(algorithm)
    pairs = [part.strip().partition("=") for part in rest.split(",")]
    fields = {name: value for name, _, value in pairs}
    if len(pairs) != len(fields) or set(fields) != {"Credential", "SignedHeaders", "Signature"}:
        raise Unauthenticated("Authorization has Credential, SignedHeaders and Signature, each once.", "incomplete")
    dates = wire.values("x-amz-date") or wire.values("date")
    if len(dates) != 1:
        raise Unauthenticated("The request needs one X-Amz-Date header.", "incomplete")
    return _made(fields["Credential"], fields["SignedHeaders"], fields["Signature"], dates[0])


def _claim_of_query(query: Mapping[str, list[str]]) -> Claim:
    names = ("Algorithm", "Credential", "Date", "Expires", "SignedHeaders", "Signature")
    found = [query.get(f"X-Amz-{name}", []) for name in names]
    if any(len(values) != 1 for values in found):
        raise Unauthenticated(f"A presigned address has each of X-Amz-{', X-Amz-'.join(names)} once.", "incomplete")
    algorithm, credential, date, expires, signed, signature = (values[0] for values in found)
    _check_algorithm(algorithm)
    if not re.fullmatch(r"[0-9]{1,6}", expires) or not 0 < int(expires) <= LONGEST_PRESIGNED:
        raise Unauthenticated(f"X-Amz-Expires is 1 to {LONGEST_PRESIGNED} seconds.", "incomplete")
    return _made(credential, signed, signature, date, timedelta(seconds=int(expires)))


def _made(credential: str, signed: str, signature: str, date: str, lifetime: timedelta | None = None) -> Claim:
    parts = credential.split("/")
    if len(parts) != 5 or parts[4] != "aws4_request" or not all(parts):
        raise Unauthenticated("Credential has the form KEY/DATE/REGION/SERVICE/aws4_request.", "incomplete")
    if not re.fullmatch(r"[0-9a-f]{64}", signature):
        raise Unauthenticated("Signature has 64 hexadecimal digits in lower case.", "incomplete")
    if not re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", date):
        raise Unauthenticated("X-Amz-Date has the form 20250131T235959Z.", "incomplete")
    try:
        time = datetime.strptime(date, TIME).replace(tzinfo=UTC)
    except ValueError:
        raise Unauthenticated(f"X-Amz-Date {date!r} is no time.", "incomplete") from None
    return Claim(parts[0], parts[1], parts[2], parts[3], tuple(signed.split(";")), signature, time, lifetime)


def _check_algorithm(algorithm: str) -> None:
    if algorithm != ALGORITHM:
        raise Unauthenticated(f"Requests are signed with {ALGORITHM} here, not with {algorithm!r}.", "unsupported")


def _check_scope(claim: Claim) -> None:
    if claim.date != claim.time.strftime("%Y%m%d"):
        raise Unauthenticated("The date in Credential is another one than that of the request.", "signature")
    if claim.service not in SERVICES:
        known = ", ".join(sorted(SERVICES))
        raise Unauthenticated(f"Credential is scoped to {claim.service!r}; known here: {known}.", "signature")


def _check_time(claim: Claim, now: datetime) -> None:
    last = claim.time + (claim.lifetime if claim.lifetime is not None else SKEW)
    if not claim.time - SKEW <= now <= last:
        late = "Signature expired" if now > last else "Signature not yet current"
        shown, here = claim.time.strftime(TIME), now.strftime(TIME)
        raise Unauthenticated(f"{late}: signed at {shown}, the clock of this server says {here}.", "expired")


def _check_session_token(wire: Wire) -> None:
    if wire.values("x-amz-security-token") or "X-Amz-Security-Token" in _query(wire.query):
        raise Unauthenticated(
            "Access keys of this server have no session token; leave AWS_SESSION_TOKEN unset.", "session_token"
        )


def _check_headers(wire: Wire, claim: Claim) -> None:
    """A header that decides what a request means must not be open to change."""
    present = {name for name, _ in wire.headers}
    needed = {name for name in present if name.startswith("x-amz-")} | {"host"}
    if not any(name == "x-amz-date" for name in present) and claim.lifetime is None:
        needed.add("date")
    unsigned = sorted(needed - set(claim.signed))
    if unsigned:
        raise Unauthenticated(f"These headers have to be signed: {', '.join(unsigned)}.", "signature")
    if list(claim.signed) != sorted(set(claim.signed)) or not set(claim.signed) <= present:
        raise Unauthenticated("SignedHeaders lists headers that were sent, each once, in order.", "signature")


def _payload_hash(wire: Wire) -> str:
    """Of the body that came. A stated hash must be true: nothing else protects the body."""
    actual, stated = _sha256(wire.body), wire.values("x-amz-content-sha256")
    if not stated or stated == [actual]:
        return actual
    if stated[0].startswith(("UNSIGNED-", "STREAMING-")):
        raise Unauthenticated(f"The body has to be signed as a whole here, not as {stated[0]}.", "unsupported")
    raise Unauthenticated("X-Amz-Content-Sha256 is not the hash of the body that came.", "signature")


def _canonical_path(path: bytes) -> str:
    """Encoded once more over the encoding of the wire, as every service but S3 wants it."""
    segments = path.split(b"/")
    if path[:1] != b"/" or b"" in segments[1:-1] or b"." in segments or b".." in segments:
        raise Unauthenticated("A signed path holds no empty, '.' or '..' segments.", "signature")
    return quote(path, safe="/~")


def _canonical_query(query: bytes) -> str:
    pairs = [(_again(name), _again(value)) for name, value in _pairs(query) if name != b"X-Amz-Signature"]
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _again(text: bytes) -> str:
    return quote(unquote_to_bytes(text), safe="-_.~")


def _pairs(query: bytes) -> list[tuple[bytes, bytes]]:
    split = [pair.partition(b"=") for pair in query.split(b"&")] if query else []
    return [(name, value) for name, _, value in split]


def _query(query: bytes) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in _pairs(query):
        found.setdefault(name.decode("latin-1"), []).append(unquote_to_bytes(value).decode("latin-1"))
    return found


def _joined(values: Sequence[str]) -> str:
    return ",".join(re.sub(r"[ \t]+", " ", value.strip(" \t")) for value in values)


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
