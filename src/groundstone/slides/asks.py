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

Operation = Literal[
    "difference", "ratio", "percent", "sum", "average", "most", "least", "grew", "fell", "share", "count", "which",
]  # fmt: skip
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

_OPERATIONS: tuple[tuple[Operation, str], ...] = (
    ("percent", r"\bin per ?cent\b|\b(?:what|which) percentage (?:lies|is there)|percentage (?:move|shift)|"
                r"\bpercentage\b.*\b(?:from|between)\b.*\b(?:to|and)\b|\brelative to\b|"
                r"\b(?:from|between)\b.*\b(?:to|and)\b.*\bby (?:which|what) percentage|percent(?:age)? (?:change|"
                r"increase|decrease|growth|difference|drop|decline|rise|reduction)|"
                r"(?:by|in) (?:what|how many|which) (?:percent|%|per cent)|how (?:much|many) (?:percent|%)|"
                r"(?:what|which) percent(?:age)? (?:did|has|have|was|were)\b.*\b(?:grow|gr[eo]wn?|increase|"
                r"decrease|fall|rise|"
                r"drop|change|shrink)|growth rate|relative (?:change|growth|increase|difference)|"
                r"(?:growth|change|increase|decrease|drop|rise|decline) (?:in|as) (?:percent|%)|"
                r"year.over.year (?:growth|change)"
                r"|what percent(?:age)? (?:more|less|higher|lower|larger|smaller|bigger|faster)|% (?:change|"
                r"increase|growth)"),
    ("share", r"\bshare of (?:the )?(?:total|overall|whole|all)|(?:percent(?:age)?|proportion|fraction|share|"
              r"part) of "
              r"(?:the |all )?(?:total|overall|whole|sum|entire|combined)|what (?:share|proportion|fraction|part)\b"),
    ("ratio", r"\bfactor\b|"
              r"\bmultiples? of\b|\bdivided? by\b|\bdivide\b|how (?:often|many times)\b.*\b(?:go(?:es)?|"
              r"fits?) in(?:to)?\b|"
              r"\b(?:two|three|four|five|ten|n)?-?fold\b|\bin proportion to\b|\bquotient\b|how many times|"
              r"times (?:as|more|larger|bigger|higher|faster|greater|smaller|less|lower)|\bratio\b|"
              r"\btwice\b|\bdouble[ds]?\b|\btriple[ds]?\b|by (?:what|which) factor|\bfactor of\b|\bhalf as\b|"
              r"how much (?:faster|slower) (?:is|are|was).* than\b.*\bfactor"),
    ("grew", r"(?:gr[eo]w(?:n|s|ing)?|increas\w*|ris[ei]\w*|rose|improv\w*|climb\w*|gain\w*) (?:the )?(?:most|"
             r"fastest|strongest|quickest)|"
             r"(?:fastest|strongest|biggest|largest|highest|greatest|most|quickest)[ -](?:\w+ )?(?:growth|"
             r"growing|increase|rise|gain|improvement|jump)"),
    ("fell", r"\b(?:which|who)\b.*\b(?:fell|shrank|declined|dropped|decreased|lost)\b|" r"(?:fell|fall\w*|"
                                                                                        r"declin\w*|dropp?\w*|"
                                                                                        r"decreas\w*|"
                                                                                        r"shr[aiu]nk\w*|lost|"
                                                                                        r"los[et]\w*|gr[eo]wn?|"
             r"increas\w*) (?:the )?(?:most|fastest|least)|"
             r"(?:biggest|largest|steepest|greatest|highest|lowest|smallest|slowest)[ -](?:\w+ )?(?:decline|"
             r"drop|decrease|fall|loss|growth|growing|increase)"),
    ("difference", r"\b(?:lies?|stands?|is|are) between\b|\bpoints? between\b|\bfrom the larger\b|"
                   r"how far apart\b|how (?:wide|big|large|great) is the (?:gap|distance|spread|margin|lead)\b|"
                   r"\bdistance between\b|\bspread between\b|\bmargin\b|what separates\b|\bapart from each other\b|"
                   r"\b(?:take|taken|taking)\b.*\baway\b|^\W*take\b.*\bfrom\b|\bdeduct\w*|\bdiverge\w*|\bdeviat\w+|"
                   r"\b(?:by|at) (?:what|which) (?:amount|margin|distance)\b|\bahead of\b|\blags? behind\b|"
                   r"\b(?:outnumber|surpass|outstrip|overtake|outdo|outperform)\w*|\bwhat is left\b|"
                   r"\bless than\b.*\bby\b|"
                   r"how (?:did|has|have|does)\b.*\b(?:chang\w+|develop\w*|evolv\w+|mov\w+)\b|\bdifference\b|"
                   r"\bdiffers?\b|how (?:many|much|far) (?:more|less|fewer|higher|lower|larger|bigger|smaller|"
                   r"greater|faster|slower|"
                   r"longer|shorter|cheaper|better|worse|above|below|older|\w+er)\b|by how (?:much|many)|"
                   r"\bgap\b|\bexceeds?\b|"
                   r"how (?:much|many)\b.*\b(?:gr[eo]wn?|increased?|decreased?|rise|risen|rose|fall|fell|fallen|"
                   r"drop(?:ped)?|declined?|change[ds]?|shr[aiu]nk|"
                   r"improved?|added|gain(?:ed)?|los[et]|reduced?)\b|\bminus\b|\bsubtract\w*|"
                   r"\b(?:change|increase|decrease|growth|drop|rise|decline|reduction) (?:in|of)\b.*\b(?:from|"
                   r"between)\b"),
    ("average", r"\baverage\b|\bmean\b(?! by)|\bon average\b|\bavg\b"),
    ("sum", r"\bas one\b|\blump\w*|\s\+\s|\bcount(?:ed|ing)\b.*\band\b|"
            r"\b(?:sum|total|combined?|altogether|in all|all together|add(?:ed|ing|s)?|overall|together|aggregate|"
            r"cumulative|plus|jointly|pooled?|tally|taken as one|come to|comes to|amounts? to|makes? up)\b"),
    ("most", r"\b(?:comes?|came|ranks?|ranked|stands?) first\b|\btops the\b|\bleads? (?:in|the (?:field|list|table|"
             r"ranking))\b|"
             r"\b(?:highest|largest|biggest|most|greatest|maximum|max|best|peak(?:ed)?|top|longest|fastest|"
             r"leading|strongest|"
             r"oldest|heaviest|widest|priciest|dominant|\w+iest)\b(?! of (?:the|our))"),
    ("least", r"\b(?:comes?|came|ranks?|ranked|stands?) last\b|\btrails?\b|\bbrings? up the rear\b|"
              r"\b(?:lowest|smallest|least|fewest|minimum|min|worst|bottom|shortest|slowest|cheapest|weakest|"
              r"youngest)\b"),
    ("count", r"\bhow many\b|\bnumber of\b|\bcount\b"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern, re.I)) for name, pattern in _OPERATIONS)
_WHICH_OF = re.compile(
    r"\b(?:which|what|who)\b.*\b(?:higher|larger|bigger|more|greater|better|faster|longer|lower|smaller|less|"
    r"fewer|cheaper|"
    r"worse|slower|shorter|older|stronger)\b(?!.*\bthan\b)",
    re.I,
)
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
        if _WHICH_OF.search(self.text) and re.search(r"\bor\b|,|:", self.text):
            return "which"
        return next((name for name, pattern in _COMPILED if pattern.search(self.text)), None)

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
        match = re.search(r"\b(second|third|fourth|fifth|2nd|3rd|4th|5th)[ -](?:\w+[ -])?\w+est\b", self.folded)
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
