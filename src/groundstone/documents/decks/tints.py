"""The colours of a page, small: what is drawn beside words, such as the key of a legend and the bar below a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from groundstone.errors import UnreadableDocument

WIDE = 960  # pixels of the small picture
_PAPER = 42  # how far apart a drawn colour and the paper are, of 441 (red, green and blue together)
_KEY = 0.05  # share of a place that the key in it covers
_SAME = 40  # ... and two shades of one colour at most; pictures are saved with losses
_MOST = 4000  # pixels of a side of a picture that is taken

Colour = tuple[int, int, int]
Frame = tuple[float, float, float, float]  # left, top, right, bottom as fractions of the page


@dataclass(frozen=True, slots=True, eq=False)
class Tints:
    """``pixels``: height x width x 3 bytes of red, green and blue."""

    pixels: Any

    def cut(self, frame: Frame) -> Any:
        """The pixels of a part of the page, at least one."""
        high, wide = self.pixels.shape[:2]
        left, right = _range(frame[0], frame[2], wide)
        top, bottom = _range(frame[1], frame[3], high)
        return self.pixels[top:bottom, left:right].astype(int)

    def share(self, frame: Frame, colour: Colour) -> float:
        """How much of a part of the page has a colour."""
        return float((_away(self.cut(frame), colour) < _SAME).mean())

    def key(self, frame: Frame) -> tuple[Colour, float, float] | None:
        """The even patch of colour or line in a part of the page that is nearest to its right edge.

        Gives its colour, and where it begins and ends across the part, as fractions; None where there is none.
        """
        import numpy as np

        part = self.cut(frame)
        paper = np.median(part.reshape(-1, 3), axis=0)
        apart = _away(part, paper)
        drawn = (apart > _PAPER).any(axis=0)
        run = _last_run(drawn.tolist())
        if run is None:
            return None
        inner = part[:, slice(*run)][apart[:, slice(*run)] > 0.8 * apart[:, slice(*run)].max()]
        colour = np.median(inner, axis=0)
        even = (_away(part[:, slice(*run)], colour) < _SAME).any(axis=0).mean()
        wide = len(drawn)
        red, green, blue = (int(value) for value in colour)
        return ((red, green, blue), run[0] / wide, run[1] / wide) if even > 0.8 else None

    def other(self, frame: Frame, words: Frame) -> Colour | None:
        """The colour of what is drawn in a part of the page in another colour than the paper and the words' ink."""
        import numpy as np

        letters = self.cut(words)
        paper = np.median(letters.reshape(-1, 3), axis=0)
        away = _away(letters, paper)
        ink = np.median(letters[away >= 0.8 * away.max()], axis=0)
        part = self.cut(frame)
        line = ink - paper
        along = np.clip(((part - paper) @ line) / max(float(line @ line), 1.0), 0, 1)
        strange = part[_away(part, paper + along[..., None] * line) > _PAPER]
        if len(strange) < _KEY * part.shape[0] * part.shape[1]:
            return None
        red, green, blue = (int(value) for value in np.median(strange, axis=0))
        return red, green, blue


def apart(one: Colour, other: Colour) -> float:
    """How far two colours are apart, from 0 to 441."""
    return float(sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5)


def small(pixels: Any) -> Tints:
    """The small picture of a page."""
    import cv2

    high, wide = pixels.shape[:2]
    scale = min(1.0, WIDE / wide)
    size = max(1, round(wide * scale)), max(1, round(high * scale))
    return Tints(pixels if scale == 1.0 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA))


def to_json(tints: Tints) -> dict[str, Any]:
    import base64

    high, wide = tints.pixels.shape[:2]
    return {"width": wide, "height": high, "rgb": base64.b64encode(tints.pixels.tobytes()).decode()}


def of_json(plain: Mapping[str, Any] | None) -> Tints | None:
    """What ``to_json`` wrote; None for none."""
    import base64

    import numpy as np

    if plain is None:
        return None
    wide, high = int(plain["width"]), int(plain["height"])
    data = base64.b64decode(plain["rgb"])
    if not (0 < wide <= _MOST and 0 < high <= _MOST) or len(data) != wide * high * 3:
        raise UnreadableDocument("the colours of a page do not fit its size; read the deck again")
    return Tints(np.frombuffer(data, np.uint8).reshape(high, wide, 3))


def _away(part: Any, colour: Any) -> Any:
    import numpy as np

    return np.sqrt(((part - np.asarray(colour)) ** 2).sum(axis=-1))


def _range(start: float, end: float, size: int) -> tuple[int, int]:
    first = min(max(int(start * size), 0), size - 1)
    return first, min(max(round(end * size), first + 1), size)


def _last_run(drawn: list[bool]) -> tuple[int, int] | None:
    """From and to of the last stretch that is drawn."""
    end = next((at for at in range(len(drawn), 0, -1) if drawn[at - 1]), None)
    if end is None:
        return None
    start = next((at for at in range(end, 0, -1) if not drawn[at - 1]), 0)
    return start, end
