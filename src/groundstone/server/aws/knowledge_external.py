"""RetrieveAndGenerate over a document that the request brings along, without any knowledge base."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from groundstone.errors import InvalidInput, UnreadableDocument
from groundstone.knowledge.direct import Direct, DirectSource, ending
from groundstone.knowledge.spec import KnowledgeSpec, SourceSpec
from groundstone.server import auth
from groundstone.server.aws.operations import AwsCall

if TYPE_CHECKING:
    from groundstone.knowledge.base import KnowledgeBase

NAME = "external"


@contextmanager
def opened(call: AwsCall, sources: Sequence[Mapping[str, Any]]) -> Iterator[KnowledgeBase]:
    """A knowledge base of these sources until the block ends. Raises InvalidInput, UnreadableDocument."""
    with TemporaryDirectory(prefix="groundstone-") as folder:
        spec = KnowledgeSpec(NAME, "the document", source=SourceSpec("direct", folder))
        with call.platform.scratch(spec, call.caller) as kb:
            for source in sources:
                DirectSource(Path(folder)).put(_document(call, kb, source))
            report = kb.sync()
            if report.failed:
                raise UnreadableDocument(f"{report.failed[0].name}: {report.failed[0].reason}")
            yield kb


def _document(call: AwsCall, kb: KnowledgeBase, source: Mapping[str, Any]) -> Direct:
    match source:
        case {"sourceType": "BYTE_CONTENT", "byteContent": content}:
            return Direct(content["identifier"], content["data"], "document" + ending(content["contentType"]))
        case {"sourceType": "S3", "s3Location": {"uri": uri}}:
            auth.need_admin(call.platform, call.caller, "Reading buckets that the server can read")
            return Direct(uri, kb.object(uri), uri)
    raise InvalidInput("externalSourcesConfiguration.sources: sourceType and content do not belong together")
