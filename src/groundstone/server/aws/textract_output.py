"""textract: results of a job as numbered files, in the folder that stands for a bucket."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from groundstone.errors import SourceError
from groundstone.knowledge.bucket import bucket_folder
from groundstone.server import auth
from groundstone.server.aws.operations import AwsCall

if TYPE_CHECKING:
    from groundstone.platform import Platform

PREFIX = "textract_output"
CHECK = ".s3_access_check"  # an empty file that says that the results can be written
Target = Mapping[str, str]


def target(call: AwsCall) -> dict[str, str] | None:
    """Where the caller wants the results. Raises Forbidden, and SourceError when no folder stands for the bucket."""
    given = call.params.get("OutputConfig")
    if given is None:
        return None
    auth.need_admin(call.platform, call.caller, "Writing to buckets")
    found = {"bucket": given["S3Bucket"], "prefix": given.get("S3Prefix", PREFIX).strip("/")}
    _folder(call.platform, found)
    return found


def prepare(platform: Platform, target: Target, job: str) -> None:
    """The folder of a job with the empty file in it. Raises SourceError."""
    replace_file(_folder(platform, target) / job / CHECK, "")


def write(platform: Platform, target: Target, job: str, parts: Iterable[Mapping[str, Any]]) -> None:
    """One file for each part, named 1, 2, 3 and so on. Raises SourceError."""
    folder = _folder(platform, target) / job
    for number, part in enumerate(parts, 1):
        replace_file(folder / str(number), json.dumps(part))


def _folder(platform: Platform, target: Target) -> Path:
    bucket = target["bucket"]
    root = bucket_folder(f"s3://{bucket}", platform.buckets)
    if root is None:
        raise SourceError(f"OutputConfig: make the folder {bucket!r} in the folder of buckets, which stands for it")
    folder = root / target["prefix"]
    try:
        inside = folder.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError) as error:
        raise SourceError(f"OutputConfig.S3Prefix cannot be used: {error}") from None
    if not inside:
        raise SourceError(f"OutputConfig.S3Prefix {target['prefix']!r} leads out of the bucket")
    return folder


def replace_file(path: Path, text: str) -> None:
    """Write a file as a whole, so that who waits for it finds no half of it. Raises SourceError."""
    draft = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(text, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise SourceError(f"the results cannot be written to {path.parent.name}: {error.strerror}") from None
