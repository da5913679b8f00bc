"""Documents as everything else sees them: read, understood, asked. Whatever asks, the answer is made here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from threading import Event
from typing import TYPE_CHECKING

from groundstone.documents.base import Finding, Layout, Page, Place, Query, Reading
from groundstone.documents.ranges import holds
from groundstone.documents.seeing import seen, weighed
from groundstone.errors import InvalidInput
from groundstone.identity import LOCAL, Principal
from groundstone.models.base import Chat

if TYPE_CHECKING:
    from groundstone.documents.examine import Examined
    from groundstone.documents.queries import Answers
    from groundstone.documents.reader import Reader

Progress = Callable[[int, int], None]  # pages read, pages in all
MAX_QUERIES = 100
MAX_QUERY = 500  # characters
SEEN_PAGES = 10  # of a long document, at which a model looks
FEW_WORDS = 5  # a page with fewer was hardly read
SEEN_WIDTH = 1400  # pixels of the picture that it gets


class Documents:
    """Reads documents and answers questions from them. Safe to share between threads.

    >>> from groundstone import Platform                                       # doctest: +SKIP
    >>> documents = Platform().documents                                       # doctest: +SKIP
    >>> reading = documents.read(open("card.jpg", "rb").read(), "card.jpg")    # doctest: +SKIP
    >>> [found] = documents.ask(reading, [Query("What is Date of Birth?")])    # doctest: +SKIP
    >>> found.answer.text, found.confidence                                    # doctest: +SKIP
    ('1980-12-11', 0.98)
    """

    def __init__(
        self, reader: Reader, answers: Callable[[], Answers], chat: Callable[[Principal], Chat | None] = lambda _: None
    ) -> None:
        self._reader = reader
        self._answers = answers
        self._chat = chat

    def examine(self, data: bytes, name: str = "") -> Examined:
        """What a file is, by its content. Raises UnreadableDocument, UnsupportedDocument, DocumentTooLarge."""
        return self._reader.examine(data, name)

    def read(
        self,
        data: bytes,
        name: str = "",
        *,
        pages: Sequence[str] = ("*",),
        progress: Progress | None = None,
        stop: Event | None = None,
        background: bool = False,
    ) -> Reading:
        """The words of a document with their places.

        ``pages``: "3", "2-4", "4-*" or "*". ``background``: nobody waits for it, so that others go first. Raises
        UnreadableDocument, UnsupportedDocument, DocumentTooLarge, and InvalidInput for pages that make no sense.
        """
        return self._reader.read(data, name, pages=pages, progress=progress, stop=stop, background=background)

    def understand(self, reading: Reading) -> Layout:
        """Label-value pairs, tables and check boxes of a reading."""
        from groundstone.documents.layout import understand

        return understand(reading)

    def ask(
        self,
        reading: Reading,
        queries: Sequence[Query],
        layout: Layout | None = None,
        *,
        data: bytes | None = None,
        caller: Principal = LOCAL,
    ) -> list[Finding]:
        """What the document says to each query, in their order.

        ``data`` is the document itself, at which a model that can see looks as well, on the caller's account, when one
        is configured. Raises InvalidInput for a query that cannot be asked, ModelError when that model fails.
        """
        if len(queries) > MAX_QUERIES:
            raise InvalidInput(f"{len(queries)} questions are more than the {MAX_QUERIES} that are answered at once")
        for query in queries:
            if not query.text.strip() or len(query.text) > MAX_QUERY:
                raise InvalidInput(f"a question has between 1 and {MAX_QUERY} characters, not {len(query.text)}")
        findings = [_heeding(found, reading) for found in self._answers().find(reading, queries, layout=layout)]
        chat = self._chat(caller) if data is not None and queries else None
        if chat is None:
            return findings
        for page in reading.pages[:SEEN_PAGES]:
            findings = self._seen_too(chat, page, findings, data or b"")
        return findings

    def _seen_too(self, chat: Chat, page: Page, findings: list[Finding], data: bytes) -> list[Finding]:
        """The model is asked what the query's pages may hold, and heard where the page holds what it says."""
        asked = [finding for finding in findings if holds(finding.query.pages, page.number)]
        if not asked:
            return findings
        picture = self._reader.picture(data, page.number, width=SEEN_WIDTH)
        said = dict(zip(map(id, asked), seen(chat, picture, [finding.query for finding in asked]), strict=True))
        return [weighed(finding, said.get(id(finding)), page, chat.name) for finding in findings]

    def picture(
        self,
        data: bytes,
        page: int = 1,
        *,
        width: int = 1200,
        marks: Sequence[tuple[Place, str, str]] = (),
        hide: Sequence[Place] = (),
    ) -> bytes:
        """A page as PNG, ``width`` pixels wide.

        ``marks`` are drawn as boxes: their place, a short label, and a kind ("answer", "word", ...). What ``hide``
        covers is painted over.
        """
        return self._reader.picture(data, page, width=width, marks=marks, hide=hide)

    def close(self) -> None:
        """End the child processes that read."""
        self._reader.close()


def _heeding(finding: Finding, reading: Reading) -> Finding:
    """That a page does not say something is only as sure as the page was readable."""
    if finding.answer is not None:
        return finding
    words = [
        word
        for page in reading.pages
        if holds(finding.query.pages, page.number)
        for line in page.lines
        for word in line.words
    ]
    if not words:
        return replace(finding, confidence=0.0, reasons=("nothing could be read there", *finding.reasons))
    legible = sum(word.confidence for word in words) / max(len(words), FEW_WORDS)
    return replace(finding, confidence=finding.confidence * legible)
