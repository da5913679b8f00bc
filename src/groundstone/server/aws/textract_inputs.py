"""textract: what the operations have in common in their input: features, queries, the document and its limits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.documents import ranges
from groundstone.documents.base import Query
from groundstone.errors import DocumentTooLarge, InvalidInput, SourceError, UnreadableDocument, UnsupportedDocument
from groundstone.knowledge.bucket import bucket_folder
from groundstone.server import auth
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.operations import AwsCall

if TYPE_CHECKING:
    from groundstone.documents.examine import Examined

MB = 2**20
PICTURES = ("image/png", "image/jpeg")
FORMATS = (*PICTURES, "application/pdf", "image/tiff")
PICTURE_BYTES = 10 * MB  # also of every document that is read at once
DOCUMENT_BYTES = 500 * MB
SIDE = 10_000  # pixels of a picture
QUERIES_AT_ONCE, QUERIES_IN_JOB = 15, 30  # for one page
MOST_RANGES = 100  # in the pages of a query
UNSUPPORTED_FEATURES = {
    "LAYOUT": "its blocks are not made here; lines, tables and forms are",
    "SIGNATURES": "signatures are not looked for",
}
UNSUPPORTED = {
    "HumanLoopConfig": "there are no human loops; the verification workflow has a review page",
    "AdaptersConfig": "there are no adapters; fields.toml teaches new words for fields",
    "KMSKeyId": "results lie on the disks of this server as they are",
}


def check_supported(call: AwsCall) -> None:
    """Raises InvalidInput for members that cannot be honoured."""
    for name, why in UNSUPPORTED.items():
        if name in call.params:
            refuse(call, name, why)


# -- features and queries ------------------------------------------------------------------------------


def features(call: AwsCall) -> list[str]:
    """Of FORMS, TABLES and QUERIES, in their order. Raises InvalidInput."""
    wanted: Sequence[str] = call.params["FeatureTypes"]
    if not wanted:
        raise InvalidInput("FeatureTypes is empty; name at least one of FORMS, TABLES, QUERIES")
    for name, why in UNSUPPORTED_FEATURES.items():
        if name in wanted:
            refuse(call, f"FeatureTypes {name}", why)
    if ("QUERIES" in wanted) != ("QueriesConfig" in call.params):
        raise InvalidInput("QueriesConfig and the feature type QUERIES belong together: send both or neither")
    return list(dict.fromkeys(wanted))


def queries(call: AwsCall, most: int) -> tuple[Query, ...]:
    """The queries, of which no page may be asked more than ``most``. Raises InvalidInput."""
    given = call.params.get("QueriesConfig", {}).get("Queries", ())
    found = tuple(_query(one, f"QueriesConfig.Queries[{place}]") for place, one in enumerate(given))
    for page in sorted({int(part.partition("-")[0]) for query in found for part in query.pages if part != "*"} | {1}):
        asked = sum(ranges.holds(query.pages, page) for query in found)
        if asked > most:
            raise InvalidInput(f"{asked} queries for page {page} are more than the {most} that this operation answers")
    return found


def _query(given: Mapping[str, Any], where: str) -> Query:
    text = given["Text"]
    if not text.strip():
        raise InvalidInput(f"{where}.Text is blank; ask for something that the document says")
    pages = tuple(given.get("Pages", ("1",)))
    if "*" in pages and len(pages) > 1:
        raise InvalidInput(f'{where}.Pages: "*" stands alone')
    if len(pages) > MOST_RANGES:
        raise InvalidInput(f"{where}.Pages has {len(pages)} parts; the most is {MOST_RANGES}")
    try:
        ranges.check(pages)
    except InvalidInput as error:
        raise InvalidInput(f"{where}.Pages: {error}") from None
    return Query(text, given.get("Alias", ""), pages)


def check_first_page(queries: Sequence[Query]) -> None:
    """For documents of one page. Raises InvalidInput."""
    for query in queries:
        if ranges.missing(query.pages, 1) or not ranges.holds(query.pages, 1):
            raise InvalidInput(f"the query {query.name!r} names pages that a document of one page does not have")


# -- the document --------------------------------------------------------------------------------------


def document(call: AwsCall) -> tuple[bytes, str]:
    """Bytes and name of the document that is read at once. Raises InvalidInput, SourceError, DocumentTooLarge."""
    given = call.params["Document"]
    if ("Bytes" in given) == ("S3Object" in given):
        raise InvalidInput("Document has either Bytes or S3Object")
    if "Bytes" not in given:
        return stored(call, given["S3Object"], "Document.S3Object", PICTURE_BYTES)
    if len(given["Bytes"]) > PICTURE_BYTES:
        raise _too_large(len(given["Bytes"]), PICTURE_BYTES)
    return given["Bytes"], ""


def stored(call: AwsCall, given: Mapping[str, Any], where: str, most: int) -> tuple[bytes, str]:
    """An object of a bucket and its key: from the folder that stands for the bucket, else from S3.

    Raises Forbidden, InvalidInput, SourceError, DocumentTooLarge.
    """
    auth.need_admin(call.platform, call.caller, "Reading buckets that the server can read")
    if "Version" in given:
        refuse(call, f"{where}.Version", "the newest version is read")
    if "Bucket" not in given or "Name" not in given:
        raise InvalidInput(f"{where} needs Bucket and Name")
    bucket, key = given["Bucket"], given["Name"]
    folder = bucket_folder(f"s3://{bucket}", call.platform.buckets)
    data = _fetched(call, bucket, key) if folder is None else _read(folder, bucket, key, most)
    if len(data) > most:
        raise _too_large(len(data), most)
    return data, key.rpartition("/")[2]


def _fetched(call: AwsCall, bucket: str, key: str) -> bytes:
    from groundstone.knowledge.s3 import fetch_object

    return fetch_object(f"s3://{bucket}/{key}", call.platform.settings.s3_endpoint)


def _read(folder: Path, bucket: str, key: str, most: int) -> bytes:
    path = folder / key
    try:
        if not path.resolve().is_relative_to(folder.resolve()) or not path.is_file():
            raise SourceError(f"there is no object {key!r} in the bucket {bucket}")
        with path.open("rb") as file:
            return file.read(most + 1)
    except (OSError, ValueError) as error:  # ValueError: a zero byte in the key
        raise SourceError(f"the object {key!r} of the bucket {bucket} cannot be read: {error}") from None


def check_now(examined: Examined) -> None:
    """The limits of what is read at once. Raises UnsupportedDocument, UnreadableDocument."""
    _check_format(examined)
    if examined.page_count > 1:
        raise UnsupportedDocument(
            f"the document has {examined.page_count} pages; this operation reads one page, StartDocumentAnalysis and "
            "StartDocumentTextDetection read more"
        )


def check_for_job(examined: Examined) -> None:
    """The limits of what a job reads. Raises UnsupportedDocument, UnreadableDocument, DocumentTooLarge."""
    _check_format(examined)
    if examined.media_type in PICTURES and examined.size > PICTURE_BYTES:
        raise _too_large(examined.size, PICTURE_BYTES)


def _check_format(examined: Examined) -> None:
    if examined.media_type not in FORMATS:
        raise UnsupportedDocument(f"{examined.media_type} is not read here; send PNG, JPEG, TIFF or PDF")
    if examined.media_type != "application/pdf" and max(examined.width, examined.height) > SIDE:
        raise UnreadableDocument(
            f"the picture has {examined.width} x {examined.height} pixels; {SIDE:,} are the most on either side"
        )


def _too_large(size: int, most: int) -> DocumentTooLarge:
    return DocumentTooLarge(f"the document has more bytes than are read here: {size:,} of {most:,} at most")
