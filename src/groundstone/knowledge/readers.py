"""Files whose words stand in pictures, and decks: read by what the platform hands in, page after page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Protocol

from groundstone.documents.decks.base import Deck, Drawing, Slide
from groundstone.documents.decks.told import Span, told
from groundstone.errors import LimitExceeded, ModelError, NotFound, UnreadableDocument
from groundstone.knowledge.parsed import Parsed, Placed, Sheet, Step, bound, spaced
from groundstone.knowledge.titles import heading_line
from groundstone.records import Box, is_deck

if TYPE_CHECKING:
    from groundstone.documents.base import Page, Reading
    from groundstone.documents.examine import Examined

VERSION = 1  # raise it when the same file would give another text than before
RUN = 16  # pages read together; what they hold is kept when one of them cannot be read
NAMED = 12  # pages named one by one in a note
LINED = 0.8  # share of a paragraph whose lines have to be found

# Ending -> media type.
DECKS = {
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".pptm": "application/vnd.ms-powerpoint.presentation.macroenabled.12",
    ".ppsx": "application/vnd.openxmlformats-officedocument.presentationml.slideshow",
    ".ppsm": "application/vnd.ms-powerpoint.slideshow.macroenabled.12",
    ".potx": "application/vnd.openxmlformats-officedocument.presentationml.template",
    ".potm": "application/vnd.ms-powerpoint.template.macroenabled.12",
    ".odp": "application/vnd.oasis.opendocument.presentation",
    ".otp": "application/vnd.oasis.opendocument.presentation-template",
}
PICTURES = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".heic": "image/heic",
    ".heif": "image/heic",
}


class ReadsPages(Protocol):
    """Of documents.service.Documents, or documents.reader.Reader, what is used here."""

    def examine(self, data: bytes, name: str = "") -> Examined: ...

    def read(
        self, data: bytes, name: str = "", *, pages: Sequence[str] = ("*",),
        progress: Step | None = None, background: bool = False,
    ) -> Reading: ...  # fmt: skip

    def picture(self, data: bytes, page: int = 1, *, width: int = 1200) -> bytes: ...


class ReadsDecks(Protocol):
    """Of documents.decks.reader.DeckReader, what is used here."""

    def read(self, data: bytes, name: str, *, progress: Step | None = None, background: bool = False) -> Deck: ...

    def picture(self, data: bytes, name: str, number: int, width: int = 1280) -> Drawing: ...


@dataclass(frozen=True, slots=True)
class Readers:
    """What reads such files, each made when the first one comes.

    Every read may raise UnreadableDocument with the reason, for people.
    """

    pages: Callable[[], ReadsPages]
    decks: Callable[[], ReadsDecks]

    def deck(self, name: str, data: bytes, step: Step | None = None) -> Parsed:
        """A deck, each slide a part of the text under its title."""
        deck = _reasoned(partial(self.decks().read, data, name, progress=step, background=True))
        text, parts, regions = bound(_slide_sheet(slide) for slide in deck.slides)
        return Parsed(text, _title(deck), parts, deck.media_type, tuple(_left_out(deck)), regions)

    def drawn(self, name: str, media_type: str, data: bytes, page: int, width: int) -> Drawing:
        """A page, or slide, as a picture. Raises InvalidInput for a page that there is not, NotFound for a text."""
        if is_deck(media_type):
            return self.decks().picture(data, name, page, width)
        if media_type != "application/pdf" and not media_type.startswith("image/"):
            raise NotFound(f"{name} has no pages that could be shown")
        png = self.pages().picture(data, page, width=width)
        return Drawing(png, *png_size(png), "pdf" if media_type == "application/pdf" else "picture")

    def picture(self, name: str, data: bytes, step: Step | None = None) -> Parsed:
        """The words in a picture; a TIFF may have several pages."""
        found = _reasoned(lambda: self.pages().examine(data, name))
        pages, notes = self.recognised(name, data, range(1, found.page_count + 1), step)
        if not pages:
            raise UnreadableDocument("; ".join(notes))
        text, parts, regions = bound(page_sheet(page) for page in pages)
        return Parsed(text, heading_line(text), parts, found.media_type, notes, regions)

    def recognised(
        self, name: str, data: bytes, numbers: Sequence[int], step: Step | None = None
    ) -> tuple[list[Page], tuple[str, ...]]:
        """Some pages of a file, and notes on those that cannot be read.

        When a whole run of pages fails for one reason, the others are not tried.
        """
        pages: list[Page] = []
        failed: dict[int, str] = {}
        for start in range(0, len(numbers), RUN):
            some = numbers[start : start + RUN]
            found, reasons = self._run(name, data, some, partial(_onward, step, start, len(numbers)))
            pages += found
            failed |= reasons
            if len(some) == RUN and not found and len(set(reasons.values())) == 1:
                failed |= dict.fromkeys(numbers[start + RUN :], reasons[some[0]])
                break
        return pages, tuple(_notes(failed))

    def _run(self, name: str, data: bytes, numbers: Sequence[int], progress: Step) -> tuple[list[Page], dict[int, str]]:
        """Pages read together; when one of them fails, each by itself, so that only this one is lost."""
        try:
            return self._read(name, data, numbers, progress), {}
        except UnreadableDocument as error:
            if len(numbers) == 1:
                return [], {numbers[0]: str(error)}
        pages: list[Page] = []
        failed: dict[int, str] = {}
        for done, number in enumerate(numbers):
            progress(done, len(numbers))
            try:
                pages += self._read(name, data, [number], None)
            except UnreadableDocument as error:
                failed[number] = str(error)
        return pages, failed

    def _read(self, name: str, data: bytes, numbers: Sequence[int], progress: Step | None) -> list[Page]:
        wanted = [str(number) for number in numbers]
        read = partial(self.pages().read, data, name, pages=wanted, progress=progress, background=True)
        return list(_reasoned(read).pages)


def png_size(png: bytes) -> tuple[int, int]:
    """Width and height stand in the header of every PNG."""
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")


def page_sheet(page: Page) -> Sheet:
    """A page that was recognised, told like a slide: tables as rows with their columns, then paragraphs.

    On an upright sheet, which is rather a letter or a form than a slide, lines stay lines: reading them as prose or as
    a list is left to whoever cuts the text into sentences.
    """
    from groundstone.documents.decks.recognised import elements_of

    slide = Slide(page.number, elements_of(page))
    said = told(slide)
    placed = [one for span in said.spans for one in _by_lines(said.text, span, page)]
    named = any(element.kind == "title" for element in slide.elements)
    text, placed_apart = spaced(said.text, placed)
    text = text if page.width > page.height else _lined(text, placed_apart)
    return Sheet(page.number, text, placed_apart, slide.title or None if named else None)


def _lined(text: str, placed: Sequence[Placed]) -> str:
    """With line breaks in place of the blanks between two lines of a paragraph."""
    letters = list(text)
    for (_, end, box), (start, _, following) in pairwise(placed):
        if start == end + 1 and letters[end] == " " and following.top > box.top + box.height / 2:
            letters[end] = "\n"
    return "".join(letters)


def _slide_sheet(slide: Slide) -> Sheet:
    said = told(slide)
    placed = ((span.start, span.end, box) for span in said.spans for box in span.boxes)
    return Sheet(slide.number, *spaced(said.text, placed), slide.title or None)


def _by_lines(text: str, span: Span, page: Page) -> list[Placed]:
    """The places of a paragraph line by line, or as a whole where its lines do not show in the text."""
    whole = [(span.start, span.end, box) for box in span.boxes]
    found: list[Placed] = []
    at = span.start
    for line in page.lines:
        if (
            any(_holds(box, line.place.box) for box in span.boxes)
            and (first := text.find(line.text, at, span.end)) >= 0
        ):
            at = first + len(line.text)
            found.append((first, at, line.place.box))
    known = sum(end - start for start, end, _ in found)
    return found if known >= LINED * (span.end - span.start) else whole


def _holds(box: Box, line: Box) -> bool:
    """Whether the middle of a line stands in a place."""
    x, y = line.left + line.width / 2, line.top + line.height / 2
    return box.left <= x <= box.left + box.width and box.top <= y <= box.top + box.height


def _title(deck: Deck) -> str:
    """Its title if it has one; words that happen to stand first are none, the name of the file says more."""
    titled = any(element.kind == "title" for slide in deck.slides for element in slide.elements)
    return deck.title if titled or dict(deck.properties).get("title") else ""


def _left_out(deck: Deck) -> Iterator[str]:
    yield from deck.problems
    for slide in deck.slides:
        yield from (f"slide {slide.number}: {problem}" for problem in slide.problems)


def _notes(failed: dict[int, str]) -> Iterator[str]:
    """Pages that failed, those with the same reason together."""
    for reason in dict.fromkeys(failed.values()):
        numbers = [number for number, why in failed.items() if why == reason]
        shown = ", ".join(map(str, numbers[:NAMED])) + (", …" if len(numbers) > NAMED else "")
        yield f"page {shown} is left out: {reason}" if len(numbers) == 1 else f"pages {shown} are left out: {reason}"


def _onward(step: Step | None, before: int, total: int, done: int, _: int) -> None:
    if step:
        step(before + done, total)


def _reasoned(read: Callable[[], Any]) -> Any:
    """What ``read`` gives; whatever keeps this one file from being read is a reason of its own."""
    try:
        return read()
    except (LimitExceeded, ModelError) as error:
        raise UnreadableDocument(str(error)) from error


def joined_pages(own: Iterable[Sheet], seen: Iterable[Page]) -> list[Sheet]:
    """The sheets of a file in order, those of recognised pages in place of their own where they say more."""
    sheets = {sheet.number: sheet for sheet in own}
    for page in seen:
        sheet = page_sheet(page)
        if page.number not in sheets or len(sheet.text) > len(sheets[page.number].text):
            sheets[page.number] = sheet
    return [sheets[number] for number in sorted(sheets)]
