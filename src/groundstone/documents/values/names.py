"""Names of persons: "Dr. John A. Doe", "DOE, John", "van der Berg Maria", "jan kowalski" from a sloppy OCR."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from groundstone.documents.values.base import Spot, fold, listed, phrase, ranked, words
from groundstone.documents.values.companies import company_worth

TITLES = words(
    "mr mrs ms miss mx dr prof professor sir madam herr frau hr fr monsieur madame mademoiselle m mme mlle sr sra srta",
    "senor senora senorita don dona dhr mevr mw pan pani sig signor signora dott dottssa ing doutor doutora drs rev",
    "hon capt med dipl phd md mba jr tuan puan encik cik dato datuk datin haji hajjah",
)
PARTICLES = words(
    "van de der den von zu zum zur bin binti bint ibn al el la le da das do dos di del della dello du des ter ten te",
    "af av y e i ap san santa mac mc st d o",
)
NO_NAME = words(listed("no_names.txt"))  # words of forms, places and products that stand in no name
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’`](?=[^\W\d_])|[.](?=[^\W\d_]\.))*\.?(?:-[^\W\d_]+\.?)*")
_GAP = re.compile(r"[ \t]{1,3}")
_COMMA = re.compile(r"[ \t]{0,2},[ \t]{0,2}")
GIVEN_NAMES = words(listed("given_names.txt"))
_NOT = phrase("not applicable|not available|see above|as above|none|unknown|nil")
MOST = 6  # words of a name


def spot(text: str) -> list[Spot]:
    """Every stretch that may be a person's name; the value is given names first, without titles and shouting."""
    return ranked(_found(text))


def tidy(text: str) -> str:
    """ "DOE, JOHN" is "John Doe"; titles and double blanks go. Mixed case stays as it is."""
    family, comma, given = text.partition(",")
    if comma and given.strip() and fold(given).strip(" .") not in TITLES:
        text = f"{given.strip()} {family.strip()}"
    kept = [word for word in text.replace(",", " ").split() if fold(word).strip(".") not in TITLES or len(word) == 1]
    plain = " ".join(kept or text.split())
    return _unshout(plain) if plain.isupper() or plain.islower() else " ".join(map(_calm, plain.split()))


def _calm(word: str) -> str:
    return _unshout(word) if word.isupper() and len(word) > 2 and not re.fullmatch(r"[IVX]+|.*\..*", word) else word


def same(one: str, other: str) -> bool:
    """Whether two texts name the same person: the same words in any order, whatever case, accents and titles.

    Umlauts may be written out (Müller, Mueller) and parts joined (Anne-Marie, Anne Marie, Annemarie).
    """
    for spell in (fold, _written_out):
        left, right = _parts(one, spell), _parts(other, spell)
        if left and (left == right or "".join(left) == "".join(right)):
            return True
        if left and "".join(_in_order(one, spell)) == "".join(_in_order(other, spell)):
            return True
    return False


def likeness(one: str, other: str) -> float:
    """How likely two texts name one person, from 0 to 1: 1 the same words; 0.9 one lacks middle names; 0.8 initials
    in their place; below, how near the spelling is (0.5 is no match)."""
    if same(one, other):
        return 1.0
    left, right = _parts(one, _written_out), _parts(other, _written_out)
    if min(len(left), len(right)) >= 2:
        short, long = sorted((left, right), key=len)
        if set(short) <= set(long):
            return 0.9
        full = [word for word in short if len(word) > 1]
        if full and set(full) <= set(long) and all(any(word.startswith(part) for word in long) for part in short):
            return 0.8
    if not left or not right or abs(len(left) - len(right)) > 1:
        return 0.0
    slips = Levenshtein.distance("".join(left), "".join(right))
    return (
        0.85
        if slips == 1 and len("".join(left)) >= 8
        else round(fuzz.ratio(" ".join(left), " ".join(right)) / 100 * 0.75, 3)
    )


def name_worth(part: list[str], *, comma: bool = False) -> float:
    """How much words look like a person's name."""
    plain = [fold(word).strip(".") for word in part]
    core = [word for word in plain if word not in TITLES or len(word) == 1]
    full = [word for word in core if len(word) > 1 and word not in PARTICLES]
    if not full or len(core) > MOST or any(word in NO_NAME for word in core):
        return 0.0
    worth = {1: 0.35, 2: 0.7, 3: 0.7, 4: 0.6}.get(len(core), 0.45)
    if any(piece in GIVEN_NAMES for word in full for piece in word.split("-")):
        worth += 0.22
    if len(core) < len(plain):
        worth += 0.15
    if comma:
        worth += 0.05
    cased = [word for word in part if fold(word).strip(".") not in PARTICLES]
    if any(word[0].islower() for word in cased):
        worth *= 0.75 if all(word[0].islower() for word in cased) and worth > 0.8 else 0.35
    if any(len(word) > 3 and not re.search(r"[aeiouy]", word) for word in full):
        worth *= 0.5
    return min(0.97, worth)


def _found(text: str) -> Iterator[Spot]:
    for run in _runs(text):
        for first in range(len(run)):
            for last in range(first, min(first + MOST + 2, len(run))):
                yield from _candidate(text, run[first : last + 1], is_whole=(first, last) == (0, len(run) - 1))


def _candidate(text: str, tokens: list[tuple[int, int]], *, is_whole: bool) -> Iterator[Spot]:
    start, end = tokens[0][0], tokens[-1][1]
    part = [text[left:right] for left, right in tokens]
    commas = sum("," in text[left[1] : right[0]] for left, right in pairwise(tokens))
    worth = name_worth(part, comma=commas == 1) if commas <= 1 else 0.0
    if commas == 1 and len(part) < 2:
        return
    if worth and not is_whole:
        worth *= 0.6
    if worth >= 0.1 and company_worth(text) > 0.6:
        worth *= 0.3
    if worth >= 0.1 and not _NOT.search(fold(text[start:end])):
        if text[end - 1] == "." and len(part[-1]) > 2:
            end -= 1
        yield Spot(start, end, tidy(text[start:end]), round(worth, 3))


def _runs(text: str) -> Iterator[list[tuple[int, int]]]:
    """Words that stand side by side, cut where a word cannot be part of a name."""
    run: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        start, end = match.span()
        if fold(match[0]).strip(".") in NO_NAME or (end < len(text) and (text[end].isdigit() or text[end] == "_")):
            yield from [run] if run else []
            run = []
            continue
        gap = text[run[-1][1] : start] if run else ""
        if run and not (_GAP.fullmatch(gap) or _COMMA.fullmatch(gap)):
            yield run
            run = []
        if start and (text[start - 1].isdigit() or text[start - 1] in "_@"):
            continue
        run.append((start, end))
    if run:
        yield run


def _unshout(text: str) -> str:
    parts = []
    for at, word in enumerate(text.split()):
        small = word.lower()
        parts.append(
            small
            if at and fold(small) in PARTICLES
            else re.sub(r"(?:^|(?<=['’.-]))\w", lambda hit: hit[0].upper(), small)
        )
    return " ".join(parts)


def _written_out(text: str) -> str:
    plain = fold(text)
    for two, one in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a"), ("ij", "y")):
        plain = plain.replace(two, one)
    return plain


def _in_order(text: str, spell: Callable[[str], str]) -> list[str]:
    return re.findall(r"[^\W\d_]+", spell(tidy(text)).replace("'", ""))


def _parts(text: str, spell: Callable[[str], str]) -> list[str]:
    return sorted(_in_order(text, spell))
