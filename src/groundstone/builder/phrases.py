"""Parts of a clause: the items of a list, how many of a thing are meant, and an attribute out of its words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from groundstone.builder import names
from groundstone.builder.clauses import values
from groundstone.builder.domain import Attribute

# "many" and "one" are said in so many words; "few" is a bare plural, "some" an article, "each" turns the look around.
Quantity = Literal["many", "few", "one", "some", "each", "bare"]
MANY = (
    r"(?:zero or more|one or more|one or several|at least one|at least \w+|any number of|a number of|a list of|"
    r"lists? of|"
    r"a set of|a collection of|multiple|several|many|various|different|two or more|up to \w+|a few|numerous|all "
    r"the|all)"
)
ONE = (
    r"(?:exactly one|only one|at most one|zero or one|a single|one single|one|the same|the|its|their|his or her|"
    r"another)"
)
OPTIONAL = re.compile(r"\b(?:optional(?:ly)?|at most|zero or|may|can|might|if known|where known)\b", re.I)
_LEAD = re.compile(
    r"^(?:and|or|also|optionally|an optional|optional|a unique|unique|its own|its|their|his|her|my|our|the|an?|"
    r"some|own|"
    r"exactly one|one|mandatory|required|a (?:flag|marker|note|remark) (?=(?:whether|if)))\s+",
    re.I,
)
_WHETHER = re.compile(
    r"^(?:(?:an? )?(?:flag|indication|indicator|note|information|field) )?(?:that says |saying )?(?:whether|"
    r"if)(?: or not)? "
    r"(?:it|he|she|they|the [\w-]+|an? [\w-]+)? ?(?:is|are|was|were|has been|have been|has|have|can be|must "
    r"be)?\s*(.+)$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its plain words, what the brackets behind it say, and the flags that were named."""

    words: str
    quantity: Quantity = "bare"
    values: tuple[str, ...] = ()
    required: bool = False
    unique: bool = False
    optional: bool = False


def items(listed: str) -> Iterator[Item]:
    """The items of "a name, an optional comment and a status (open, paid)"."""
    hidden: list[str] = []

    def hide(found: re.Match[str]) -> str:
        hidden.append(found[0])
        return f"\x00{len(hidden) - 1}\x00"

    shielded = re.sub(r"\([^()]*\)", hide, listed)
    shielded = re.sub(r"\b(date|day|city|name) and (time|hour|country|surname)\b", "\\1 \x01 \\2", shielded)
    for piece in re.split(r",\s*(?:and|as well as|plus)\s+|[,;]\s*|\s+and\s+|\s+as well as\s+|\s+plus\s+", shielded):
        shown = re.sub(r"\x00(\d+)\x00", lambda found: hidden[int(found[1])], piece).replace("\x01", "and")
        if shown.strip(" ,;:.-"):
            yield _item(shown.strip(" ,;:"))


def _item(piece: str) -> Item:
    aside = " ".join(re.findall(r"\(([^()]*)\)", piece))
    plain = re.sub(r"\([^()]*\)", " ", piece)
    said = f" {piece.lower()} "
    flags = {
        "required": bool(re.search(r"\b(?:required|mandatory|compulsory)\b", said)),
        "unique": bool(re.search(r"\bunique\b", said)),
        "optional": bool(re.search(r"\b(?:optional(?:ly)?|if any|if known|where known|may be empty)\b", said)),
    }
    spoken = re.fullmatch(
        r"\s*(?:which |that )?(?:is|must be|has to be|always)?\s*(?:unique|optional|required|mandatory)?\s*", aside
    )
    return Item(bare(plain), quantity(plain), () if spoken else values(aside), **flags)


def quantity(phrase: str) -> Quantity:
    """How many are meant: "several orders" many, "orders" few, "one order" one, "an order" some, "every order" each."""
    phrase = re.sub(r"^(?:also|then|only|either|up to)\s+", "", phrase.strip())
    if re.match(rf"{MANY}\b", phrase, re.I):
        return "many"
    if re.match(r"(?:each|every)\b", phrase, re.I):
        return "each"
    if re.match(rf"{ONE}\b", phrase, re.I):
        return "one" if not names.is_plural(phrase.split()[-1]) else "few"
    if re.match(r"an?\b", phrase, re.I):
        return "some"
    last = re.search(r"([A-Za-z]+)[^A-Za-z]*$", phrase)
    return "few" if last and names.is_plural(last[1]) else "bare"


def bare(phrase: str) -> str:
    """Without articles, counts and words such as "optional"; "whether it is active" is "active"."""
    phrase = re.sub(r"\s+", " ", phrase).strip(" ,;:.-")
    whether = _WHETHER.match(_article(phrase))
    if whether:
        return f"is {whether[1]}"
    phrase = re.sub(r"^a number of (?=\w+$)", "number of ", phrase)
    phrase = re.sub(rf"^{MANY}\s+", "", phrase, flags=re.I)
    while (shorter := _LEAD.sub("", phrase)) != phrase:
        phrase = shorter
    phrase = re.sub(
        r"\s+(?:from \d.*|between \d.*|as well|too|if any|where known|if known|once an? \w+|in the (?:system|app))$",
        "",
        phrase,
    )
    return phrase.strip(" ,;:.-")


def _article(phrase: str) -> str:
    return re.sub(r"^(?:an?|the) (?=flag|indication|indicator|note|information|field)", "", phrase)


def attribute(item: Item, *, required: bool = False, unique: bool = False) -> Attribute | None:
    """None when the words are too many or none for a name."""
    words = item.words
    if words.startswith("is ") and len(words.split()) <= 5:
        said = [word for word in words.split()[1:] if word not in ("a", "an", "the", "been", "it")]
        return Attribute(names.camel(" ".join(said)), "boolean", required) if said else None
    head = re.match(r"^([\w-]+ [\w-]+) of (?:the|an?|its|their) ", words)
    words = (
        head[1]
        if head
        else re.sub(r"\b(?:of|in|per|for) (?:the|an?|its|their) ", lambda found: found[0].split()[0] + " ", words)
    )
    name = names.camel(words)
    if not name or len(words.split()) > 5 or not name[0].isalpha():
        return None
    needed = (item.required or item.unique or required or unique) and not item.optional
    return Attribute(name[:63], names.type_of(words), needed, item.unique or unique)
