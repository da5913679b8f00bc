"""What becomes of pictures and answers once a document is decided: kept, redacted or dropped.

What always stays, until the retention time is over: the id, the times, the steps, the outcome, the names of the rules
with whether each held, and who decided.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.documents.base import Finding, Place
from groundstone.documents.findings import finding_of
from groundstone.errors import StoreError
from groundstone.verification.arrivals import stamp_of
from groundstone.verification.files import DOCUMENT, READING, Files
from groundstone.verification.spec import Spec
from groundstone.verification.travellers import SIDE, forget_traveller

if TYPE_CHECKING:
    from groundstone.stores.queue import Item
    from groundstone.verification.steps import Parts

Body = dict[str, Any]
MASK = "[redacted]"
MOST_PICTURES = 50  # pages that are redacted; of longer documents the pictures are dropped
FOLDER = "folder:"  # how the source of a file in the watched folder begins


def protect(item: Item, spec: Spec, files: Files, parts: Parts) -> Body:
    """The body as it may stay, with the files made so. It may be done again after it was interrupted."""
    body, privacy = dict(item.body), spec.privacy
    if privacy.images == "redact":
        _redact_pictures(item, files, parts)
    if privacy.images != "keep":
        files.forget(item.id, DOCUMENT)
        forget_source(item.source, item.stamp, parts.watched)
    if privacy.images != "keep" or privacy.answers != "keep":
        files.forget(item.id, READING)
    if privacy.answers != "keep":
        body |= _silenced(body, item.id, privacy.answers == "drop")
    body["protected"] = {"images": privacy.images, "answers": privacy.answers}
    return body


def forget_source(source: str, stamp: str, watched: Path | None) -> None:
    """Delete a file of the watched folder with what was told beside it, unless another one took its place meanwhile.

    Raises StoreError.
    """
    if watched is None or not source.startswith(FOLDER):
        return
    path = watched / source.removeprefix(FOLDER)
    try:
        if path.is_file() and stamp_of(path) != stamp.rpartition(":")[0]:
            return
        for each in (path, path.with_name(path.name + SIDE)):
            each.unlink(missing_ok=True)
        forget_traveller(path, watched)
    except OSError as error:
        raise StoreError(f"{path} cannot be deleted: {error.strerror}") from None


def _redact_pictures(item: Item, files: Files, parts: Parts) -> None:
    if not (files.home / item.id / DOCUMENT).is_file() or item.body["page_count"] > MOST_PICTURES:
        return  # done before, and interrupted; or too long
    data = files.document(item.id)
    findings = [finding_of(one) for one in item.body["findings"]]
    for page in range(1, item.body["page_count"] + 1):
        hide = _places(findings, page)
        files.keep_picture(item.id, page, parts.documents().picture(data, page, hide=hide))


def _places(findings: Sequence[Finding], page: int) -> list[Place]:
    """Where answers stand on a page; every candidate counts, for it may repeat the answer."""
    regions = [one.region for finding in findings for one in (*finding.candidates, finding.answer) if one is not None]
    return [region.place for region in regions if region.place.page == page]


def _silenced(body: Mapping[str, Any], id: str, drop: bool) -> Body:
    """Without what the document, the traveller or a person said."""
    reasons = [{**reason, "text": "", "evidence": []} for reason in body["decision"]["reasons"]]
    suffix = Path(body["name"]).suffix[:8]
    corrections = [{"alias": one["alias"], "by": one["by"], "at": one["at"]} for one in body.get("corrections", ())]
    return {
        "name": f"{id}{suffix}",
        "place": body["place"].partition(":")[0],
        "traveller": {} if drop else dict.fromkeys(body["traveller"], MASK),
        "findings": [] if drop else [_masked(one) for one in body["findings"]],
        "decision": {**body["decision"], "reasons": reasons},
        "corrections": corrections,
        "note": "",
    }


def _masked(finding: Mapping[str, Any]) -> Body:
    answer = finding["answer"]
    if answer is not None:
        region = {**answer["region"], "text": MASK, "words": []}
        answer = {**answer, "text": MASK, "value": None, "region": region, "label": None, "reasons": []}
    return {**finding, "answer": answer, "candidates": [], "reasons": []}
