"""textract: the message that a job has ended, as a file in the folder that stands for a topic."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from groundstone.server import auth
from groundstone.server.aws.errors import refuse
from groundstone.server.aws.operations import AwsCall
from groundstone.server.aws.textract_output import replace_file

if TYPE_CHECKING:
    from groundstone.documents.job import Job
    from groundstone.platform import Platform

TOPIC = re.compile(r"[A-Za-z0-9_-]{1,256}")


def topic(call: AwsCall) -> str:
    """Name of the topic that the caller wants the message in, or "". Raises Forbidden, and InvalidInput without one."""
    given = call.params.get("NotificationChannel")
    if given is None:
        return ""
    auth.need_admin(call.platform, call.caller, "Writing to topics")
    name: str = given["SNSTopicArn"].rpartition(":")[2]
    if not TOPIC.fullmatch(name) or not _folder(call.platform, name).is_dir():
        refuse(call, "NotificationChannel", f"make the folder topics/{name} in the home folder, or poll for the end")
    return name


def publish(platform: Platform, name: str, job: Job, status: str) -> None:
    """Write the message as the service words it; once more after a kill. Raises SourceError."""
    details = job.order.details
    message = {
        "JobId": job.id,
        "Status": status,
        "API": details["api"],
        "JobTag": details["tag"],
        "Timestamp": round(datetime.now(UTC).timestamp() * 1000),
        "DocumentLocation": {"S3ObjectName": details["object"]["Name"], "S3Bucket": details["object"]["Bucket"]},
    }
    replace_file(_folder(platform, name) / f"{job.id}.json", json.dumps(message))


def _folder(platform: Platform, name: str) -> Path:
    return platform.settings.home / "topics" / name
