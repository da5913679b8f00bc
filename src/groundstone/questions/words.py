"""A question as tokens: what was typed, its folded form, and where it stood."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from groundstone.errors import InvalidQuestion
from groundstone.filters import fold

MAX_CHARACTERS = 2000
_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|[^\W_]+(?:['’ʼ.](?=\w)[^\W_]+)*|[<>=]=?|[≥≤+/,]")
_QUOTED = re.compile(r"[\"“”«»]([^\"“”«»]{1,200})[\"“”«»]|(?<!\w)['‘]([^'‘’]{2,200})['’](?!\w)")

STOP = frozenset(
    """a an the of in on at to for from with by and or but is are was were be been being am do does did done has have
    had having it its this that these those there here i me my we us our you your he him his she her they them their
    what which who whom whose when where why how all any some can could would should will shall may might must please
    just also too very really so then than as if about into over under again more most other such only own same not no
    s t d ll ve re m want wanted wants like need give get got tell show find list know let see look looking watch
    recommend suggest suggestions recommendation recommendations name display search fetch bring anything something
    everything one ones set movie film themed theme themes style kind sort type good nice great tonight today now well
    hi hello hey thanks thank okay ok yes yeah out up off am pm whats whos hows lets im id ive dont id wanna gonna
    got make made take come go going think feel feels feeling mood fancy either both neither each every many much
    people person someone somebody involving featuring containing related suitable available ever lot lots bit different
    distinct unique various else pls plz thats gimme sth alexa siri maybe kinda still but than thx
    btw actually overall really hmm hm oh um uh lol mean means basically simply exactly definitely sorry bother dear
    evening
    lovely wonderful hope hoping youre havent hey gotcha wondering wonder wondered question friend kindly perhaps
    quite rather
    wasnt isnt didnt doesnt arent werent hasnt wed ill weve theyre n u ur ya cool dude mate folks guys sir madam
    buddy catalogue catalog collection database library""".split()
)

_SINGULAR = {"movies": "movie", "cookies": "cookie", "series": "series", "species": "species"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word or sign. ``folded`` has no apostrophes; ``base`` lacks a possessive s."""

    text: str
    folded: str
    base: str
    start: int
    end: int
    quoted: bool = False

    @property
    def capital(self) -> bool:
        return self.text[:1].isupper()

    @property
    def possessive(self) -> bool:
        return self.base != self.folded


def tokenize(question: str) -> tuple[Token, ...]:
    """The tokens of a question. Raises InvalidQuestion when it is empty or too long."""
    if len(question) > MAX_CHARACTERS:
        raise InvalidQuestion(f"the question has {len(question)} characters; at most {MAX_CHARACTERS} are read")
    quoted = [match.span() for match in _QUOTED.finditer(question)]
    tokens = tuple(_token(match, quoted) for match in _TOKEN.finditer(question) if fold(match.group()))
    if not tokens:
        raise InvalidQuestion("the question is empty")
    return tokens


def _token(match: re.Match[str], quoted: list[tuple[int, int]]) -> Token:
    text = match.group()
    folded = re.sub(r"['’ʼ]", "", fold(text))
    if "," in folded:  # 300,000
        folded = folded.replace(",", "")
    if not re.fullmatch(r"\d+\.\d+", folded):
        folded = folded.replace(".", "")
    owner = re.fullmatch(r"(.+)['’ʼ]s", fold(text)) or re.fullmatch(r"(.+s)['’ʼ]", fold(text))
    base = re.sub(r"['’ʼ.]", "", owner.group(1)) if owner else folded
    inside = any(start < match.start() < end for start, end in quoted)
    return Token(text, folded, base, match.start(), match.end(), inside)


def keys(text: str) -> tuple[str, ...]:
    """The folded words of a phrase, as they are compared with tokens."""
    return tuple(
        re.sub(r"['’ʼ]", "", word if re.fullmatch(r"\d+\.\d+", word) else word.replace(".", ""))
        for word in _TOKEN.findall(fold(text))
        if word not in ",/"
    )


def key(text: str) -> str:
    return " ".join(keys(text))


def joined(tokens: Sequence[Token], start: int, end: int, *, owner: bool = False) -> str:
    """Folded text of tokens[start:end]; with ``owner`` the last one without its possessive s."""
    words = [token.folded for token in tokens[start:end]]
    if owner:
        words[-1] = tokens[end - 1].base
    return " ".join(words)


def content(words: Iterable[str]) -> list[str]:
    """The words that carry meaning."""
    return [word for word in words if word not in STOP and len(word) > 1]


def stem(word: str) -> str:
    """A crude singular: enough to see that "robots" and "robot" are one theme."""
    if word in _SINGULAR:
        return _SINGULAR[word]
    for ending, put in (("ies", "y"), ("sses", "ss"), ("shes", "sh"), ("ches", "ch"), ("xes", "x")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + put
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word
