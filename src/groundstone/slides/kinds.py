"""Which questions are about the decks themselves, and which decks a question names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from groundstone.filters import fold
from groundstone.slides import lexis
from groundstone.slides.asks import Ask
from groundstone.slides.base import DeckInfo

Kind = Literal["decks", "count", "titles", "title", "made", "summary", "slide", "compare", "notes", "elements", "where"]

_DECK = r"(?:decks?|presentations?|slide ?shows?|files?|slides)"
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("decks", rf"^(?:which|what) {_DECK} (?:do you have|are (?:there|here|available|loaded)|can i ask|have you read)|"
              r"^how many (?:decks|presentations|files)\b(?! (?:say|mention|show|talk|cover))|"
              r"^(?:list|show)(?: me)?(?: all)?(?: (?:the|my|your))? (?:decks|presentations|files)$"),
    ("count", r"^how many (?:slides|pages)(?: (?:are|does|do|is|has|have|in|there)\b.*)?$|"
              r"^(?:what is the )?(?:number|count) of (?:slides|pages)\b"),
    ("titles", r"\b(?:list|show|what are|give)\b.*\b(?:titles|headings|headlines)\b|\b(?:table of contents|"
               r"slide titles)\b|"
               r"\b(?:agenda|outline|structure)\b(?=(?: (?:of|for|in))?(?: (?:the|this|that|your|today's|todays|"
               r"meeting|deck|presentation|talk))*$)|"
               r"^list (?:all )?(?:the )?slides$"),
    ("made", r"\bwho (?:gave|holds?|held|presented|presents|is giving) (?:the|this|that) (?:talk|presentation|"
             r"deck|lecture)\b|"
             rf"\bwho (?:made|wrote|created|authored|prepared|is the author of|is the creator of)\b.*\b{_DECK}\b|"
             rf"\b(?:author|creator|date) of (?:the|this|that) {_DECK}\b|"
             rf"\bwhen was (?:the|this|that) {_DECK} (?:made|written|created|prepared|last)"),
    ("title", r"\b(?:title|heading|headline|called|titled|name)\b"),
    ("compare", r"\bcompar\w*|\bdifferen\w*|\bversus\b|\bvs\b|\bin common\b|\bside by side\b"),
    ("summary", r"\bsummar\w*|\boverview\b|\bkey (?:takeaways?|messages?|points?)\b|\btl;?dr\b|"
                r"\bmain (?:points?|messages?|ideas?)\b|"
                rf"\bwhat is (?:the|this|that) (?:deck|presentation|slideshow) (?:all )?about\b|^what (?:is|"
                rf"are) (?:the|this|these) {_DECK} about"),
    ("notes", r"\b(?:speaker'?s?|presenter'?s?|slide) notes?\b|\bnotes? (?:say|said|mention|on|of|for|to|"
              r"about)\b|\bthe notes\b|"
              r"\b(?:speaker|presenter)s? (?:should|is|are|supposed|needs?|must|remind|told|asked|to)\b|"
              r"\bshould the (?:speaker|presenter)\b"),
    ("where", rf"\b(?:which|what) (?:slides?|pages?|decks?|presentations?|files?)\b|\bwhere (?:in|on) (?:the|"
              rf"this|these) {_DECK}\b|"
              r"\bwhere is (?:\w+ ){1,4}(?:mentioned|discussed|described|shown|explained)\b"),
    ("elements", r"\b(?:chart|graph|plot|table|diagram|picture|image|photo|photograph|screenshot|illustration|"
                 r"figure)s?\b"),
    ("slide", r"\bwhat(?:'s| is| does| do| are)?\b.{0,20}(?:\b(?:on|about|say|show|contain|cover|"
              r"there)\b.{0,10})$|^(?:show|open|read|describe|explain|go)\b"),
)  # fmt: skip
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _KINDS)

_TALK = (
    (re.compile(r"(?:many )?(?:thanks?\b|thank you\b|thx\b|cheers\b)(?! to)"), "You are welcome."),
    (re.compile(r"(?:good ?bye|bye)\b"), "Goodbye."),
    (re.compile(r"(?:hi|hello|hey|good (?:morning|evening|afternoon)|how are you)\b"),
     "Hello. Ask me what the slides say."),
    (re.compile(r"(?:what can you do|who are you|what are you|help$|how do you work)"),
     "I answer from the slides of your decks, show the words that I rest on, and calculate with their numbers."),
)  # fmt: skip


def kind_of(ask: Ask) -> Kind | None:
    """What a question asks about decks or slides as such; None for what stands on them."""
    text = ask.folded.strip(" ?.!")
    for kind, pattern in _COMPILED:
        if kind in ("title", "slide", "compare") and not ask.slides:
            continue
        if pattern.search(text):
            return kind
    return None


def small_talk(question: str) -> str:
    """A friendly sentence for thanks and greetings; empty for anything else."""
    words = fold(question).strip(" .!?")
    if len(words.split()) > 5:
        return ""
    return next((said for pattern, said in _TALK if pattern.match(words)), "")


def named_decks(text: str, infos: Sequence[DeckInfo]) -> tuple[str, ...]:
    """The decks that a question names: by file name or full title, or by words of it before "deck"."""
    if len(infos) < 2:
        return ()
    folded = fold(text)
    found = [info.id for info in infos if info.name and fold(info.name) in folded]
    found = found or [info.id for info in infos if _is_title(info.title) and _titled(info.title).search(text)]
    match = re.search(r"\b(?:the|in|our)\s+((?:[\w&.\-']+\s+){1,6})(?:deck|presentation|slide ?deck)\b", text, re.I)
    if match and not found:
        words = lexis.content(match[1])
        if words:
            scored = [(_named(words, info), info) for info in infos]
            best = max(score for score, _ in scored)
            found = [info.id for score, info in scored if score == best and score == len(words)]
    return tuple(found) if len(found) < len(infos) else ()


def without_decks(text: str, infos: Sequence[DeckInfo]) -> str:
    """The text without the names of decks, which are not looked for on slides."""
    for info in infos:
        if info.name and fold(info.name) in fold(text):
            text = re.sub(
                rf"\b(?:(?:of|in|from|on)\s+(?:the\s+)?)?{re.escape(info.name)}(?:\s+(?:deck|presentation))?",
                " the deck ",
                text,
                flags=re.I,
            )
        elif _is_title(info.title):
            text = _titled(info.title).sub(" ", text)
    return " ".join(text.split())


def _is_title(title: str) -> bool:
    """Whether a deck's title is telling enough to stand for it."""
    return len(lexis.content(title)) >= 2


def _titled(title: str) -> re.Pattern[str]:
    """The title where it says of which deck something is meant: "in the Harbour programme"."""
    words = r"\s+".join(map(re.escape, title.split()))
    return re.compile(rf"\b(?:of|in|from|on)\s+(?:the\s+)?[\"“']?{words}\b[\"”']?", re.I)


def _named(words: Sequence[str], info: DeckInfo) -> int:
    """How many of the words the names of a deck have."""
    names = lexis.bag(f"{info.title} {_stem(info.name)}")
    return sum(bool(lexis.meets(word, names)) for word in words)


def _stem(name: str) -> str:
    return name.rsplit("/", 1)[-1].rsplit(".", 1)[0].replace("_", " ").replace("-", " ")
