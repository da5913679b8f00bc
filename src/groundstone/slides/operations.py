"""Which calculation a question asks for, by the words that people use for it."""

from __future__ import annotations

import re
from typing import Literal

Operation = Literal[
    "difference", "ratio", "percent", "sum", "average", "most", "least", "grew", "fell", "share", "count", "which",
]  # fmt: skip

# The first whose pattern is found is meant.
_OPERATIONS: tuple[tuple[Operation, str], ...] = (
    (
        "ratio",
        r"\bproportion of\b.*\bto\b(?! (?:the )?(?:total|whole|overall|all))|\bin units of\b|"
        r"\bhow (?:much|many) times\b|"
        r"^(?!.*(?:per ?cent|%|chang|grow|grew|rose|risen|fell|fall|increas|decreas|shift)).*\brelative to\b|"
        r"\bhow often\b.*\bcontain(?:s|ed)?\b|\bin times\b|^\W*if\b.*\bis (?:1|one)\b.*\bhow\b",
    ),
    (
        "share",
        r"\b(?:what|which|how (?:big|large|great|high)) (?:is |was )?(?:an? |the )?(?:percent(?:age)?|per cent|%|"
        r"proportion|fraction|part|share) of\b(?!.*\b(?:more|less|from .* to)\b)|\bhow many percent of\b",
    ),
    (
        "percent",
        r"\b(?:in|by) relative terms\b|\bpercentage[- ]wise\b|\b(?:rate|pace) of (?:growth|increase|decline)\b|"
        r"\bin per ?cent\b|\b(?:what|which) percentage (?:lies|is there)|percentage (?:move|shift)|"
        r"\bpercentage\b.*\b(?:from|between)\b.*\b(?:to|and)\b|\brelative to\b|\b(?:from|between)\b.*\b(?:to|"
        r"and)\b.*\bby (?:which|what) percentage|percent(?:age)? (?:change|increase|decrease|growth|difference|"
        r"drop|decline|rise|reduction)|(?:by|in) (?:what|how many|which) (?:percent|%|per cent)|how (?:much|"
        r"many) (?:percent|%)|(?:what|which) percent(?:age)? (?:did|has|have|was|were)\b.*\b(?:grow|gr[eo]wn?|"
        r"increase|decrease|fall|rise|drop|change|shrink)|growth rate|relative (?:change|growth|increase|"
        r"difference)|(?:growth|change|increase|decrease|drop|rise|decline) (?:in|as) (?:percent|%)|"
        r"year.over.year (?:growth|change)|what percent(?:age)? (?:more|less|higher|lower|larger|smaller|bigger|"
        r"faster)|% (?:change|increase|growth)",
    ),
    (
        "share",
        r"\bshare of (?:the )?(?:total|overall|whole|all)|(?:percent(?:age)?|proportion|fraction|share|"
        r"part) of (?:the |all )?(?:total|overall|whole|sum|entire|combined)|what (?:share|proportion|fraction|"
        r"part)\b",
    ),
    (
        "ratio",
        r"\bmultipl(?:e|es|y|ied|ying)\b|\bhow (?:many|often)\b.*\bfit(?:s|ted)?\b.*\bin(?:to)?\b|\btimes over\b|"
        r"\w [/÷] \w|\bin relation to\b|\b(?:relation|relationship) (?:of|between)\b.*\b(?:to|and)\b|"
        r"\bfactor\b|\bmultiples? of\b|\bdivided? by\b|\bdivide\b|how (?:often|many times)\b.*\b(?:go(?:es)?|"
        r"fits?) in(?:to)?\b|\b(?:two|three|four|five|ten|n)?-?fold\b|\bin proportion to\b|\bquotient\b|"
        r"how many times|times (?:as|more|larger|bigger|higher|faster|greater|smaller|less|lower)|\bratio\b|"
        r"\btwice\b|\bdouble[ds]?\b|\btriple[ds]?\b|by (?:what|which) factor|\bfactor of\b|\bhalf as\b|"
        r"how much (?:faster|slower) (?:is|are|was).* than\b.*\bfactor",
    ),
    (
        "grew",
        r"(?:went|go|goes|gone|going|moved|jumped|shot) up (?:by )?(?:the )?most|(?:gr[eo]w(?:n|s|ing)?|increas\w*|"
        r"ris[ei]\w*|rose|improv\w*|climb\w*|gain\w*) (?:the )?(?:most|fastest|strongest|quickest)|(?:fastest|"
        r"strongest|biggest|largest|highest|greatest|most|quickest)[ -](?:\w+ )?(?:growth|growing|increase|rise|"
        r"gain|improvement|jump)",
    ),
    (
        "fell",
        r"(?:went|go|goes|gone|going|came|come) down (?:by )?(?:the )?most|\b(?:which|who)\b.*\b(?:fell|shrank|"
        r"declined|dropped|decreased|lost)\b|(?:fell|fall\w*|declin\w*|dropp?\w*|decreas\w*|shr[aiu]nk\w*|lost|"
        r"los[et]\w*|gr[eo]wn?|increas\w*) (?:the )?(?:most|fastest|least)|(?:biggest|largest|steepest|greatest|"
        r"highest|lowest|smallest|slowest)[ -](?:\w+ )?(?:decline|drop|decrease|fall|loss|growth|growing|increase)",
    ),
    (
        "difference",
        r"\bhow (?:many|much)\b.{0,50}\b(?:more|less|fewer|\w+er) (?:[\w'’-]+ ){0,8}than\b|\b(?:save|saves|saved|"
        r"saving|gain)\b.*\b(?:instead of|rather than|over|compared|versus|vs)\b|\b(?:saves?|"
        r"saved) (?:\w+ ){1,8}against\b|\bhow far (?:is|are|was|were|has|have)\b.*\b(?:behind|ahead|above|below|"
        r"over|under|short)\b|\bstill (?:missing|to go|to come|open|outstanding)\b|\bhow (?:much|"
        r"many)\b.*\b(?:taken out|cut|removed|trimmed|shaved|knocked off|overtook|overtake)\b|\bhow far over\b|"
        r"\bdelta\b|\bwhat(?:'s| is| was) the (?:increase|decrease|drop|rise|growth|decline|change|gain|loss)\b(?!-)|"
        r"\b(?:more|less|fewer)\b.*\bhow (?:many|much) (?:more|less|fewer)\b|"
        r"^(?!\W*(?:which|what|who) (?!lies|stands|is|are)\w+ (?:\w+ )?(?:lies?|stands?|is|are) between)"
        r".*\b(?:lies?|stands?|is|are) between\b|"
        r"\bpoints? between\b|\bfrom the larger\b|how far apart\b|how (?:wide|big|large|great) is the (?:gap|"
        r"distance|spread|margin|lead)\b|\bdistance between\b|\bspread between\b|\bmargin\b|what separates\b|"
        r"\bapart from each other\b|\b(?:take|taken|taking)\b.*\baway\b|^\W*take\b.*\bfrom\b|\bdeduct\w*|"
        r"\bdiverge\w*|\bdeviat\w+|\b(?:by|at) (?:what|which) (?:amount|margin|distance)\b|\bahead of\b|"
        r"\blags? behind\b|\b(?:outnumber|surpass|outstrip|overtake|outdo|outperform)\w*|\bwhat is left\b|"
        r"\bless than\b.*\bby\b|how (?:did|has|have|does)\b.*\b(?:chang\w+|develop\w*|evolv\w+|mov\w+)\b|"
        r"\bdifference\b|\bdiffers?\b|how (?:many|much|far) (?:more|less|fewer|higher|lower|larger|bigger|smaller|"
        r"greater|faster|slower|longer|shorter|cheaper|better|worse|above|below|older|\w+er)\b|by how (?:much|"
        r"many)|\bgap\b|\bexceeds?\b|how (?:much|many)\b.*\b(?:gr[eo]wn?|increased?|decreased?|rise|risen|rose|"
        r"fall|fell|fallen|drop(?:ped)?|declined?|change[ds]?|shr[aiu]nk|improved?|added|gain(?:ed)?|los[et]|"
        r"reduced?)\b|\bminus\b|\bsubtract\w*|\b(?:change|increase|decrease|growth|drop|rise|decline|"
        r"reduction) (?:in|of)\b.*\b(?:from|between)\b|\b(?:change|increase|decrease|growth|drop|rise|decline|"
        r"reduction) from\b.*\bto\b",
    ),
    (
        "average",
        r"\baverage\b|\bmean\b(?! by)(?=\W+\w)|\b(?:the|arithmetic) mean\b|\bavg\b",
    ),
    (
        "sum",
        r"\b(?:of|across|over) all (?:kinds|types|sorts|sources|routes|regions|groups|segments|categories)\b|"
        r"\badds? up to\b|\b(?:taken|put|counted|lumped) together\b|\bbetween (?:them|the two|the three)\b|"
        r"\bin the hands of\b|\bas one\b|\blump\w*|\s\+\s|\bcount(?:ed|ing)\b.*\band\b|\b(?:sum|total|combined?|"
        r"altogether|in all|all together|add(?:ed|ing|s)?|overall|together|aggregate|cumulative|plus|jointly|"
        r"pooled?|tally|taken as one|come to|comes to|amounts? to|makes? up)\b",
    ),
    (
        "most",
        r"\bmain (?:reason|source|subject|cause|topic|channel|driver|use|market|concern|theme)\b|\b(?:number one|"
        r"no\.? ?1|runner[- ]up|(?:second|third) place)\b|\b(?:comes?|came|ranks?|ranked|stands?) first\b|"
        r"\btops the\b|\bleads? (?:in|the (?:field|list|table|ranking))\b|\b(?:highest|largest|biggest|most|"
        r"greatest|maximum|max|best|peak(?:ed)?|top|longest|fastest|leading|strongest|oldest|heaviest|widest|"
        r"priciest|dominant|\w+iest)\b(?! of (?:the|our))",
    ),
    (
        "least",
        r"\b(?:comes?|came|ranks?|ranked|stands?) last\b|\btrails?\b|\bbrings? up the rear\b|\b(?:lowest|smallest|"
        r"least|fewest|minimum|min|worst|bottom|shortest|slowest|cheapest|weakest|youngest)\b",
    ),
    (
        "count",
        r"\bhow many\b|\bnumber of\b|\bcount\b",
    ),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern, re.I)) for name, pattern in _OPERATIONS)
_WHICH_OF = re.compile(
    r"\b(?:which|what|who)\b.*\b(?:higher|larger|bigger|more|greater|better|faster|longer|lower|smaller|less|fewer|"
    r"cheaper|worse|slower|shorter|older|stronger)\b(?!.*\bthan\b)", re.I
)  # fmt: skip
_WHICH_THAN = re.compile(
    r"\b(?:which|what|who)\b.*\b(?:higher|larger|bigger|more|greater|better|lower|smaller|less|fewer|"
    r"worse)\b.*\bthan\b(?!\s*[$€£]?\d+(?![\d]*\b(?<=\d{4}))\b)", re.I
)  # fmt: skip
_MOST_OF = re.compile(
    r"\b(?:which|what|who|where)\b.*\b(?:most|least|strongest|fastest|biggest|highest|largest|lowest|smallest)\b", re.I
)  # fmt: skip
# the noun of what is ranked or counted: "which of our sites has", "top three sites", "how many sites"
_KIND = re.compile(
    r"\b(?:(?:which|what)(?: (?:of|one|ones|single))?(?: (?:the|our|their|these))?|(?:top|bottom)(?: \w+)?|"
    r"how many|name the) ((?:[\w'’&-]+ ){0,2}[\w'’&-]+?)(?= (?:has|have|had|is|are|was|were|does|do|did|gets?|got|"
    r"with|by|of|in|shows?|costs?|needs?|takes?|grew|rose|fell|lost|gained|pays?|sells?|sold|makes?|made|brings?|"
    r"brought|went|that|who|reach(?:ed|es)?|comes?|came|ranks?|\w+ed)\b)"
)  # fmt: skip


# "What does churn mean?" asks for no mean.
_DEFINES = re.compile(
    r"\b(?:do|does|did)\b.*\bmean\b|\b(?:is|are|was|were) (?:\w+ )*meant by\b|\bstands? for\b|"
    r"^\W*(?:define|definition)\b",
    re.I,
)


# "How many suppliers were dropped?" counts them.
_COUNTED = re.compile(
    r"\bhow many\b[^?]*\b(?:is|are|was|were|been|got|get) (?:\w+ly )?"
    r"(?:lost|dropped|added|removed|cut|gained|changed)\b",
    re.I,
)
_TWO = re.compile(r"\bthan\b|\bbetween\b|\bcompared\b|\bversus\b|\bfrom\b.*\bto\b|\bsince\b", re.I)


def operation_of(text: str) -> Operation | None:
    """The calculation that a question asks for, "which" for a choice of two; None for none."""
    if _DEFINES.search(text):
        return None
    if _WHICH_OF.search(text) and re.search(r"\bor\b|,|:", text):
        return "which"
    found = next((name for name, pattern in _COMPILED if pattern.search(text)), None)
    if found == "difference" and _COUNTED.search(text) and not _TWO.search(text):
        return "count"
    if found == "percent" and _MOST_OF.search(text):
        found = next((name for name, pattern in _COMPILED if name in ("grew", "fell") and pattern.search(text)), found)
    return "which" if found is None and _WHICH_THAN.search(text) else found


def kinds(folded: str) -> list[str]:
    """The nouns of what is ranked or counted, each the last word of its phrase."""
    return [group.split()[-1] for group in _KIND.findall(folded)]
