"""What a question to slides asks for: its words, the slides it names, and the calculation it wants."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from groundstone import text as texts
from groundstone.filters import fold
from groundstone.slides import amounts, lexis
from groundstone.slides.amounts import Amount
from groundstone.slides.operations import Operation, kinds, operation_of

Wants = Literal["number", "list", "who", "when", "where", "yesno", "text"]

_SLIDE = r"(?:slides?|pages?|folien?)"
_NUMBERED = re.compile(
    rf"\b(?:(?:on|in|of|from|at|to)\s+)?(?:the\s+)?{_SLIDE}\s*(?:number|no\.?|nr\.?|#)?\s*"
    r"(\d{1,4}(?:\s*(?:,|and|&|or|to|with|vs\.?|versus|against)\s*(?:(?:on|"
    r"of)\s+)?(?:slide\s*)?#?\d{1,4})*)\b(?!\s*%)",
    re.I,
)
_PLACED = re.compile(
    rf"\b(?:(?:on|in|of|from|at)\s+)?(?:the\s+)?(first|second|third|fourth|fifth|last|final|next|previous|"
    rf"current|\d+(?:st|nd|rd|th))\s+"
    rf"{_SLIDE}\b",
    re.I,
)
_PLACES = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "last": -1, "final": -1}

_YESNO = re.compile(
    r"^(?:and |so |but )?(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|should)\b(?! (?:there|"
    r"you|we) (?:a |an )?list)",
    re.I,
)
_THRESHOLD = re.compile(
    r"\b(more than|over|above|greater than|higher than|exceed(?:s|ed|ing)?|at least|less than|under|below|"
    r"fewer than|lower than|"
    r"at most|up to)\s+(?=[$€£¥]?\d)",
    re.I,
)
_LIST = re.compile(
    r"\b(?:list|name|enumerate|who are|who were|what are|which are|what were|which (?:\w+ )?(?:are|were)|"
    r"what (?:\w+ ){1,3}(?:are|were|do|does|did)|"
    r"give me (?:all|the))\b",
    re.I,
)
_SEVERAL = re.compile(
    r"\b(?:in (?:which|what) order|one by one|day by day|step by step|all the|programme of|"
    r"(?:which|what) (?!(?:does|is|was|has|this|status|process|address|business|class|loss|access)\b)"
    r"(?:\w+ )?(?!(?:does|is|was|has|this|status|process|address|business|class|loss|access)\b)\w{3,}s\b(?! of\b)|"
    r"who (?:is|sits|works|are) (?:on|in)\b|what(?:'s| is) (?:on|in|planned|coming|offered|included|next)\b)",
    re.I,
)
_NUMBER = re.compile(r"\bhow (?:many|much|high|large|big|long|far|fast|old|often)\b|\bnumbers?\b|"
                     r"\bpercent(?:age)?\b|\brate\b|\bprice\b|"
                     r"\bcosts?\b|\brevenue\b|\bbudget\b|\bfigures?\b|\bvalue\b", re.I)  # fmt: skip
_WHO = re.compile(r"\bwho(?:m|se)?\b|\bwhich person\b|\bowner\b|\bresponsible\b|\bcontact\b", re.I)
_WHEN = re.compile(
    r"\bwhen\b|\b(?:what|which) (?:date|day|month|year|quarter|week|time)\b|\bdeadline\b|\bdue\b|\bby what date\b", re.I
)
_POLITE = re.compile(
    r"^\s*(?:hi|hello|please|so|ok|okay)?[\s,]*(?:(?:could|can|would|will) you (?:please |kindly )?"
    r"(?:\w+ up|tell me|tell us|find(?: out)?|say|give me|show me|check|state|name)\s+|"
    r"(?:i|we)(?:'d| would)? (?:need|want|like)(?: to (?:know|find out|see))?\s+|"
    r"(?:do|does) (?:you|anyone|anybody) know\s+|i am looking for\s+|please (?=\w))",
    re.I,
)
_ASIDES = re.compile(r"[\s,]*\b(?:for (?:me|us)|please|by the way)\b(?=\s*[?.!]|\s*$)", re.I)
_WHERE = re.compile(r"\bwhere\b", re.I)


@dataclass(frozen=True)
class Ask:
    """One question. ``text`` has no mention of slide numbers any more; ``slides`` has them, negative from the end."""

    asked: str
    text: str
    slides: tuple[int, ...] = ()
    compares: bool = True  # False: "under 12" is a label and no comparison
    labels: frozenset[str] = frozenset()  # roots that stand in a label: "ratio" of "loss ratio" asks for no calculation

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def order(self) -> tuple[str, ...]:
        return lexis.roots(self.text)

    @cached_property
    def bag(self) -> frozenset[str]:
        return lexis.bag(self.text)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The roots that carry meaning, without those that only name the calculation or the kind of answer."""
        words = lexis.content(_without_thresholds(self.text) if self.compares else self.text)
        aside = _ASKING | _COMPARING if self.operation else _ASKING
        return tuple(word for word in words if word not in aside) or words

    @cached_property
    def hard(self) -> frozenset[str]:
        """The words that an answer has to go with; the others are often said otherwise."""
        strong = [word for word in self.words if word not in lexis.SOFT]
        hard = frozenset(word for word in strong if word not in self.heads)
        if not any(word.isalpha() for word in hard):
            hard = frozenset(strong)
        return hard or frozenset(self.words)

    @cached_property
    def heads(self) -> frozenset[str]:
        """The noun of "which command" and the adjective of "how loud", which a slide need not say."""
        found = re.findall(r"\b(?:which|how)\s+([a-z]+)\b", self.folded)
        found += kinds(self.folded) if self.operation else []
        return frozenset(lexis.root(word) for word in found if word not in ("many", "much"))

    @cached_property
    def names(self) -> frozenset[str]:
        """Names and numbers that must stand on the slides: with a digit or a capital letter."""
        found = set()
        for place, raw in enumerate(re.findall(r"[^\W_]+(?:['’.\-][^\W_]+)*", _without_thresholds(self.text))):
            for token in lexis.tokens(raw):
                digit = any(map(str.isdigit, token))
                capital = raw[0].isupper() and (place > 0 or (raw.isupper() and len(raw) > 1))
                capital = capital and token not in lexis.STOP
                if (digit or capital) and lexis.root(token) not in _ASKING:
                    found.add(lexis.root(token))
        found |= {root for root in lexis.roots(self.text) if re.fullmatch(r"[qh][1-4]", root)}
        return frozenset(found - {"i", "ai"}) if not _shouting(self.text) else frozenset(
            word for word in found if any(map(str.isdigit, word))
        )  # fmt: skip

    @cached_property
    def operation(self) -> Operation | None:
        return operation_of(self.bare)

    @cached_property
    def bare(self) -> str:
        """The text without the words of labels."""
        text = _without_thresholds(self.text) if self.threshold else self.text
        if not self.labels:
            return text
        return re.sub(r"[^\W\d_]+", lambda match: "it" if lexis.root(fold(match[0])) in self.labels else match[0], text)

    @cached_property
    def wants(self) -> Wants:
        if _WHO.search(self.text):
            return "who"
        if _WHEN.search(self.text):
            return "when"
        if _WHERE.search(self.text):
            return "where"
        if _YESNO.search(self.text):
            return "yesno"
        if _NUMBER.search(self.text):
            return "number"
        return "list" if _LIST.search(self.text) else "text"

    @cached_property
    def listing(self) -> bool:
        return bool(_LIST.search(self.text))

    @cached_property
    def several(self) -> bool:
        """Whether more than one thing may be asked for: "which steps ...", "in which order ...", "what is planned"."""
        return self.listing or bool(_SEVERAL.search(self.text))

    @cached_property
    def threshold(self) -> tuple[str, Amount] | None:
        """A comparison with a number: ("more than", 10%)."""
        match = _THRESHOLD.search(self.text) if self.compares else None
        found = amounts.of_text(self.text[match.end() :]) if match else []
        return (match[1].lower(), found[0]) if match and found else None

    @cached_property
    def amounts(self) -> tuple[Amount, ...]:
        return tuple(amount for amount in amounts.of_text(self.text) if not amount.is_year)

    @cached_property
    def rank(self) -> int:
        """1 for the highest, 2 for "second highest" ..."""
        match = re.search(
            r"\b(second|third|fourth|fifth|2nd|3rd|4th|5th)[ -](?:\w+[ -])?"
            r"(?:\w+est|most|least|worst|best|place|rank)\b",
            self.folded,
        )
        if "runner up" in self.folded or "runner-up" in self.folded:
            return 2
        names = {"second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
        return names[match[1]] if match else 1

    @cached_property
    def top(self) -> int:
        """How many are asked for: "top 3", "three largest"; 1 without."""
        match = re.search(
            r"\b(?:top|bottom|best|largest|highest|lowest|biggest|smallest)\s+(\d{1,2}|two|three|four|five|ten)\b",
            self.folded,
        )
        match = match or re.search(
            r"\b(\d{1,2}|two|three|four|five|ten)\s+(?:\w+\s+)?(?:top|best|largest|highest|lowest|biggest|"
            r"smallest|most)\b",
            self.folded,
        )
        small = {"two": 2, "three": 3, "four": 4, "five": 5, "ten": 10}
        return max(1, small.get(match[1]) or int(match[1])) if match else 1


# Words of questions that name a calculation or a kind of answer, and are not looked for on the slide.
_ASKING = frozenset(
    lexis.root(word)
    for word in """most least few fewest best worst highest lowest largest smallest biggest greatest higher lower larger
    smaller bigger
    greater fewer less more much many average mean total sum combined altogether percent percentage ratio times twice
    factor gap change
    changed changes difference differ differs maximum minimum max min best worst top bottom rank ranked
    second third exceed exceeds grew grow grown fastest strongest share proportion fraction part count term
    terms name names kind kinds type types way ways thing things detail details info information tell give explain
    describe summary summarize summarise exactly approximately roughly about current currently main major key full
    reason reasons note notes list longest shortest subtract minus plus add adding added divide divided
    multiply multiple
    save saves saved saving instead rather quicker quickest compared delta percentage-wise relative runner
    place overall money extra pp exact worth half one two three four five top
    apart separates separate distance spread margin take taken taking away deduct diverge diverges deviate
    left lead ahead
    lags behind outnumber outnumbers surpass surpasses outstrip outstrips trails trail others rear lie lies
    between counting counted figure get points relative shift shifted
    move moved strongly against lump lumped single jointly went up down
    look
    looking need want know please like given state stated together jointly pool pooled tally come comes
    amount amounts go goes fit fits put fold quotient versus vs""".split()
)


_COMPARING = frozenset(
    lexis.root(word)
    for word in """cheaper cheapest expensive faster fastest slower slowest longer longest shorter shortest older oldest
    younger youngest taller tallest heavier heaviest lighter lightest better worse stronger strongest weaker weakest
    priciest leading dominant grew grow decline declined increase increased rise rose drop dropped fell fall reduced
    reduction rank first last leads tops
    combined overall growth shrank shrunk lost gained improved declining rising falling""".split()
)


CALLED = _ASKING | _COMPARING  # what a calculation, or its result, is called


def _without_thresholds(text: str) -> str:
    """The text without numbers that a threshold names, which need not stand anywhere."""
    return re.sub(
        r"("
        + _THRESHOLD.pattern
        + r")[$€£¥]?[\d.,]+(?:\s?(?:%|[kmb]n?\b|(?:eur|usd|gbp|million|billion|thousand|percent|euros?|"
        r"dollars?)\b))*",
        " ",
        text,
        flags=re.I,
    )


def _shouting(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return sum(map(str.isupper, letters)) * 2 > len(letters)


def read(question: str) -> Ask:
    """A question with the slides that it names taken out."""
    slides: list[int] = []
    for match in _NUMBERED.finditer(question):
        slides.extend(int(number) for number in re.findall(r"\d+", match[1]))
    for match in _PLACED.finditer(question):
        word = match[1].lower()
        if word in _PLACES or word[:1].isdigit():
            slides.append(_PLACES.get(word) or int(re.sub(r"\D", "", word)))
    text = _PLACED.sub(" ", _NUMBERED.sub(" ", question)) if slides else question
    plain = _ASIDES.sub("", _POLITE.sub("", text))
    text = plain if any(map(str.isalnum, plain)) else text
    return Ask(question, " ".join(text.split()), tuple(dict.fromkeys(slides)))


def parts(question: str) -> list[str]:
    """The questions of one message: "How many A? And how many B?" are two; what is no question goes with the next."""
    spans = [question[start:end].strip() for start, end in texts.sentences(question)]
    found: list[str] = []
    lead = ""
    for span in spans:
        if span.endswith("?") or re.match(r"(?:list|name|compare|summari[sz]e|show|tell|give)\b", span, re.I):
            found.append(f"{lead} {span}".strip())
            lead = ""
        elif found:
            found[-1] = f"{found[-1]} {span}"
        else:
            lead = f"{lead} {span}".strip()
    return found[:4] if found else [question]
