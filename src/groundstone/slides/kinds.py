"""Which questions are about the decks themselves, and which decks a question names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from groundstone.filters import fold
from groundstone.slides import lexis
from groundstone.slides.asks import Ask
from groundstone.slides.base import DeckInfo

Kind = Literal[
    "decks", "count", "titles", "title", "made", "summary", "slide", "compare", "notes", "elements", "where", "having"
]

_DECK = r"(?:decks?|presentations?|slide ?shows?|files?|slides)"
_PAGE = r"(?:slides?|pages?|decks?|presentations?|files?|slide ?shows?|pictures?(?= (?:of|says?|shows?)))"
_ABOUT = r"(?:about|on|with|that|which|where|of|showing|for|covering|dealing|explaining|describing)"
_FIND = r"(?:find|read|see|look|look up|look for|learn|discuss|mention|talk|describe|say|show|explain|get to see)"
_TOLD = (
    r"(?:mentioned|discussed|described|shown|explained|covered|talked about|listed|found|presented|introduced|come up|"
    r"comes up|appear|appears|written|documented|spoken of|dealt with|addressed)"
)
_SAYS = r"(?:say|mention|talk|show|cover|discuss|describe|deal|explain|contain)s?"
_WHERE = "|".join(
    (
        rf"\b(?:which|what) (?:of (?:the|these|my|our) )?(?:[\w'’&.\-]+ ){{0,3}}?{_PAGE}\b(?! (?:do you have|"
        rf"are there))",
        rf"\b{_PAGE} numbers?\b",
        r"\bwhere (?:in|on) (?:the|this|these|my|our|any|all)\b",
        rf"\b(?:in|on|of) (?:the|this|my|our|your) (?:[\w'’&.\-]+ ){{0,5}}?{_PAGE}\W+where\b",
        r"\bat (?:which|what) (?:point|place) (?:of|in)\b",
        rf"\bwhere (?:\w+ )?(?:do|can|could|did|will|should|would) (?:i|we|one|you|they) {_FIND}\b",
        rf"\bwhere (?:is|are|was|were|does|do|did)\b.{{1,80}}\b{_TOLD}\b",
        r"\bwhere does (?:it|the \w+) (?:say|talk|mention|explain|show)\b",
        rf"\b(?:is|are) there (?:any |a |an |some ){_PAGE} {_ABOUT}\b",
        rf"\b(?:do|does) any (?:of the |of these )?{_PAGE} (?:\w+ ){{0,2}}{_SAYS}\b",
        rf"\b(?:show|take|bring|go|jump|find|open|give|point|direct|need|want|see|locate|"
        rf"looking)\b.{{0,20}}\b(?:the|a) {_PAGE} {_ABOUT}\b",
    )
)
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("decks", rf"^(?:which|what) {_DECK} (?:do you have|are (?:there|here|available|loaded)|can i ask|have you read)|"
              r"^how many (?:decks|presentations|files)\b(?! (?:say|mention|show|talk|cover))|"
              r"^(?:list|show)(?: me)?(?: all)?(?: (?:the|my|your))? (?:decks|presentations|files)$"),
    ("count", r"^how many (?:slides|pages)(?: (?:are|does|do|is|has|have|in|there)\b.*)?$|"
              r"^(?:what is the )?(?:number|count) of (?:slides|pages)\b"),
    ("having", r"^how many (?:charts?|graphs?|tables?|pictures?|images?|photos?|diagrams?|figures?)(?: (?:are|does|"
               r"do|is|has|have|in|"
               rf"there)\b.*\b{_DECK}\b.*| are there)?$|^(?:which|what) (?:slides|pages) (?:have|has|contain|hold|"
               rf"show|carry|come with) "
               r"(?:a |an |any |some |the )?(?:charts?|graphs?|tables?|pictures?|images?|photos?|diagrams?|"
               r"(?:speaker )?notes?)$"),
    ("titles", r"\b(?:list|show|what are|give)\b.*\b(?:titles|headings|headlines)\b|\b(?:table of contents|"
               r"slide titles)\b|"
               r"\b(?:agenda|outline|structure)\b(?=(?: (?:of|for|in))?(?: (?:the|this|that|your|today's|todays|"
               r"meeting|deck|presentation|talk))*$)|"
               r"^list (?:all )?(?:the )?slides$"),
    ("made", r"\bwho (?:gave|gives|holds?|held|presented|presents|is giving) (?:the|this|"
             r"that) (?:[\w'’&.\-]+ ){0,4}?(?:talk|"
             r"presentation|deck|lecture)\b|"
             rf"\bwho (?:made|wrote|created|authored|prepared|is the author of|is the creator of)\b.*\b{_DECK}\b|"
             rf"\b(?:author|creator|date) of (?:the|this|that) {_DECK}\b|"
             rf"\bwhen was (?:the|this|that) {_DECK} (?:made|written|created|prepared|last)"),
    ("title", r"\b(?:title|heading|headline|called|titled|name)\b"),
    ("compare", r"\bcompar\w*|\bdifferen\w*|\bversus\b|\bvs\b|\bin common\b|\bside by side\b"),
    ("summary", r"\bsummar\w*|\boverview\b|\bkey (?:takeaways?|messages?|points?)\b|\btl;?dr\b|"
                r"\bmain (?:points?|messages?|ideas?)\b|"
                rf"\bwhat(?:'?s| is| are) (?:the|this|that|these|our) (?:[\w'’&.\-]+ ){{0,5}}?(?:{_DECK}|talk|"
                rf"report|review|handbook) (?:all )?about\b|"
                rf"\bwhat does (?:the|this|that) (?:[\w'’&.\-]+ ){{0,5}}?{_DECK} (?:cover|say|contain|deal with)$|"
                rf"\b(?:tell me about|"
                rf"walk me through|gist of) (?:the|this|that) (?:[\w'’&.\-]+ ){{0,5}}?{_DECK}$|^what (?:is|"
                rf"are) (?:the|this|these) {_DECK} about"),
    ("notes", r"\b(?:speaker'?s?|presenter'?s?|slide) notes?\b|\bnotes? (?:say|said|mention|on|of|for|to|"
              r"about)\b|\bthe notes\b|"
              r"\b(?:speaker|presenter)s? (?:should|is|are|supposed|needs?|must|remind|told|asked|to)\b|"
              r"\bshould the (?:speaker|presenter)\b"),
    ("where", _WHERE),
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


def named_beside(text: str, infos: Sequence[DeckInfo]) -> list[DeckInfo]:
    """The decks that a comparison is between: each named by words that no other deck named has, in their order."""
    words = lexis.roots(text)
    called = {info.id: lexis.bag(f"{info.title} {_stem(info.name)}") for info in infos}
    counts = {word: sum(word in own for own in called.values()) for word in words}
    found = []
    for info in infos:
        own = [word for word in words if counts.get(word) == 1 and word in called[info.id] and word not in lexis.SOFT]
        if own and (_is_called(own, text) or _shares(info, words, called)):
            found.append((words.index(own[0]), info))
    return [info for _, info in sorted(found, key=lambda item: item[0])]


def _is_called(own: Sequence[str], text: str) -> bool:
    """Whether one of the words is written as a name."""
    named = {root for word in text.split()[1:] if word[:1].isupper() for root in lexis.roots(word)}
    return any(word in named and word.isalpha() for word in own)


def _shares(info: DeckInfo, words: Sequence[str], called: dict[str, frozenset[str]]) -> bool:
    """Whether a text also has what decks of one name share: "the 2021 and the 2022 review"."""
    kin = [other for id, other in called.items() if id != info.id and len(other & called[info.id]) >= 2]
    return any(word in called[info.id] and any(word in other for other in kin) and word.isalpha() for word in words)
