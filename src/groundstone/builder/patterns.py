"""Texts that match a simple regular expression: letters, classes, groups, alternatives and counts."""

from __future__ import annotations

import random
import re
import string
from typing import Any

from groundstone.errors import InvalidInput

_CLASSES = {"d": string.digits, "w": string.ascii_letters + string.digits + "_", "s": " "}
_LOTS = 3  # how often more than the least a "*" or "+" repeats at most
_PRINTABLE = string.ascii_letters + string.digits + " -_"
MOST = 200  # repetitions of one piece
LONGEST = 500  # characters of a pattern
_ENDLESS = re.compile(r"\([^()]*[*+|{][^()]*\)(?:[*+]|\{\d*,\d*\})")  # may take for ever on an unlucky text
_NESTED = re.compile(r"\[[^\]]*(?:\[|--|&&|~~|\|\|)")  # sets within sets mean something else some day


def check_all(schema: Any) -> None:
    """Raises InvalidInput for a pattern anywhere in a schema that could keep the machine busy for ever."""
    waiting = [schema]
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            named = node.get("patternProperties")
            found = [node.get("pattern"), *(named if isinstance(named, dict) else ())]
            for pattern in (one for one in found if isinstance(one, str)):
                if len(pattern) > LONGEST or _ENDLESS.search(pattern):
                    raise InvalidInput(
                        f"the pattern {pattern[:80]!r} repeats what repeats, or is too long; simplify it"
                    )
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node


def matching(pattern: str, chance: random.Random) -> str:
    """A text in which the pattern is found. Raises InvalidInput for what is not simple: look-around, references."""
    if _NESTED.search(pattern):
        raise InvalidInput(f"the pattern {pattern!r} is not simple enough: it has sets within sets")
    try:
        wanted = re.compile(pattern)
    except (re.error, RecursionError, OverflowError) as error:
        raise InvalidInput(f"the pattern {pattern!r} is not a regular expression: {error}") from None
    made = _Maker(pattern, chance).made()
    if not wanted.search(made):
        raise InvalidInput(f"no text was found for the pattern {pattern!r}; use a simpler one, or an enum")
    return made


class _Maker:
    """Reads the pattern once, from left to right."""

    def __init__(self, pattern: str, chance: random.Random) -> None:
        self.pattern, self.chance, self.at = pattern, chance, 0

    def made(self) -> str:
        text = self._alternatives()
        if self.at < len(self.pattern):
            raise self._refusal()
        return text

    def _refusal(self) -> InvalidInput:
        return InvalidInput(f"the pattern {self.pattern!r} is not simple enough at character {self.at + 1}")

    def _next(self) -> str:
        return self.pattern[self.at] if self.at < len(self.pattern) else ""

    def _take(self) -> str:
        char = self._next()
        if not char:
            raise self._refusal()
        self.at += 1
        return char

    def _alternatives(self) -> str:
        found = [self._sequence()]
        while self._next() == "|":
            self.at += 1
            found.append(self._sequence())
        return self.chance.choice(found)

    def _sequence(self) -> str:
        text = ""
        while self._next() not in ("", "|", ")"):
            start = self.at
            piece = self._atom()
            least, most = self._count()
            times = self.chance.randint(least, max(least, min(most, least + _LOTS)))
            after = self.at
            pieces = [piece] if times else []
            for _ in range(times - 1):  # each repetition is made anew
                self.at = start
                pieces.append(self._atom())
            self.at = after
            text += "".join(pieces)
        return text

    def _count(self) -> tuple[int, int]:
        sign = self._next()
        counts = {"?": (0, 1), "*": (0, _LOTS), "+": (1, 1 + _LOTS)}
        if sign in counts and sign:
            self.at += 1
            found = counts[sign]
        else:
            braces = re.compile(r"\{(\d+)(,(\d*))?\}").match(self.pattern, self.at)
            if not braces:
                return 1, 1
            self.at = braces.end()
            least = int(braces[1])
            found = (least, least if not braces[2] else int(braces[3] or least + _LOTS))
        if found[0] > MOST:
            raise self._refusal()
        if self._next() == "?":  # lazy or greedy is the same here
            self.at += 1
        return found

    def _atom(self) -> str:
        char = self._take()
        if char in "^$":
            return ""
        if char == ".":
            return self.chance.choice(string.ascii_lowercase)
        if char == "[":
            return self.chance.choice(self._set())
        if char == "\\":
            return self._escaped()
        if char == "(":
            return self._group()
        if char in "*+?{":
            raise self._refusal()
        return char

    def _group(self) -> str:
        if self._next() == "?":
            if not self.pattern.startswith(("?:", "?P<"), self.at):
                raise self._refusal()
            self.at = self.pattern.index(":" if self.pattern[self.at + 1] == ":" else ">", self.at) + 1
        text = self._alternatives()
        if self._next() != ")":
            raise self._refusal()
        self.at += 1
        return text

    def _escaped(self) -> str:
        char = self._take()
        if char in _CLASSES:
            return self.chance.choice(_CLASSES[char])
        if char in "AZzb":
            return ""
        if char.isalnum():
            raise self._refusal()
        return char

    def _set(self) -> str:
        """The characters of [a-z_], or printable ones that [^...] leaves."""
        found, negative = "", self._next() == "^"
        self.at += negative
        while self._next() != "]" or not found:
            char = self._take()
            if char == "\\":
                char = self._take()
                if char in _CLASSES:
                    found += _CLASSES[char]
                    continue
                if char.isalnum():
                    raise self._refusal()
            if self._next() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                last = self._take()
                found += "".join(map(chr, range(ord(char), min(ord(last), ord(char) + 200) + 1)))
            else:
                found += char
        self.at += 1
        chosen = "".join(char for char in _PRINTABLE if char not in found) if negative else found
        if not chosen:
            raise self._refusal()
        return chosen
