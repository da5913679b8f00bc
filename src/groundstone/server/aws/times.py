"""Timestamps in the three forms that the services use. What has no zone is UTC."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from groundstone.server.aws.shapes import Clock


def read(sent: object, clock: Clock) -> datetime:
    """Raises ValueError when ``sent`` is no timestamp of that form."""
    try:
        return _read(sent, clock)
    except (OverflowError, OSError, TypeError) as error:
        raise ValueError(str(error)) from None


def _read(sent: object, clock: Clock) -> datetime:
    if clock == "unixTimestamp":
        if isinstance(sent, bool) or not isinstance(sent, int | float):
            raise ValueError("not a number of seconds")
        return datetime.fromtimestamp(sent, UTC)
    if not isinstance(sent, str):
        raise ValueError("not a text")
    made = parsedate_to_datetime(sent) if clock == "rfc822" else datetime.fromisoformat(sent)
    return (made if made.tzinfo else made.replace(tzinfo=UTC)).astimezone(UTC)


def write(moment: datetime, clock: Clock) -> str | float:
    moment = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    if clock == "unixTimestamp":
        return round(moment.timestamp(), 3)
    if clock == "rfc822":
        return format_datetime(moment, usegmt=True)
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")
