"""Words of questions and slides as they are compared: folded, without endings, with what means the same made alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise

from groundstone.filters import fold
from groundstone.questions.words import STOP as _USUAL_STOP
from groundstone.questions.words import stem

_RAW = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|[^\W_]+(?:['’.\-‐‑–][^\W_]+)*|[%$€£]")
ROOT = 8  # letters by which longer words are compared
LIKE = 0.8  # what a word counts that only means the same
FUZZY = 5  # letters that a word needs to be recognised despite a slip

# Words that say nothing about what a slide question is about, beside the usual ones.
STOP = (_USUAL_STOP - {"up", "down", "over", "under", "set", "collection", "library", "database", "movie", "film"}) | {
    *"""slide slides deck decks presentation presentations page pages according says said say saying stated states state
    mention mentioned mentions mentioning shown shows showing describe described describes tell told given gives
    listed lists explain explained between per answer question exactly compare compares compared comparison
    difference numerical numerically number numbers value values figure figures amount using use used based one
    during within across among via versus vs already reported report there's talk talks speak speaks above below
    there following called whats also numerically altogether together combined sum calculate compute
    please regarding concerning respectively point points bullet bullets item items show""".split()
}

# Words of questions that are often said otherwise on a slide: they count little, and may be missing there.
_SOFT = """
provide provides provided offer offers offered take takes took taken taking go goes went gone going come comes came
get gets got give gave given make makes made do have had hold holds held put puts keep keeps kept use uses used using
need needs needed want wants work works working worked run runs running happen happens happened call calls called name
named know known think bring brings brought reach reaches reached achieve achieves achieved hit become became remain
remains turn turned look looks looked stand stands stood find found add added allow allows let lets help helps expect
expects expected plan plans planned involve involves involved include includes included contain contains require
requires required must should begin last lasts lasted place part parts member members participate participated spend
spent pay paid earn earned receive received raise raised cost money amount quantity size level rate degree extent
share portion long short big large small high low fast slow old new often frequent frequently common commonly soon
late early quick quickly exact exactly approximate roughly nearly current currently today now recent latest overall
general generally typical typically specific particular certain important main key major primary different same
similar available possible source sources kind type category step steps stage stages process thing item topic subject
matter aspect element entry case example person people individual someone man woman boss company firm organisation
organization business team group department question problem issue reason purpose goal result results outcome way
method approach idea concept role job task world global entire whole full complete each every single separate charge
charges quarter month year week loud bright hot cold heavy thick side hand end point time times moment period date day
occur occurs occurred mean means refer refers define defined definition meaning describe description explain state
speak say claim claims suggest suggests present presented presentation publish published release released announce
announced introduce introduced create created develop developed build built produce produced deliver delivered set
choose chosen select selected consist consists consisting comprise belong belongs relate related affect affects effect
depend depends compare comparing compared comparable figure column row chart table graph diagram picture cell axis
line bar note notes speaker presenter audience listener reader author whose behind around
""".split()

_MONTHS = "january february march april may june july august september october november december".split()
_ORDINALS = {"first": "1", "second": "2", "third": "3", "fourth": "4", "1st": "1", "2nd": "2", "3rd": "3", "4th": "4"}
_PERIODS = {"quarter": "q", "half": "h"}
_SMALL = dict(
    zip("one two three four five six seven eight nine ten eleven twelve".split(), map(str, range(1, 13)), strict=True)
)

# Each line: words that are used for one another on slides. Compared by their roots.
_ALIKE = """
revenue sales turnover income
headcount employees employee staff workforce fte ftes
profit earnings
cost costs expense expenses spend spending expenditure investment
price pricing fee fees charge charges
customer customers client clients
owner responsible accountable lead leads leader
deadline due
begin begins start starts started launch launches launched kickoff
finish finishes finished complete completes completed completion end ends
objective objectives goal goals aim aims target targets
benefit benefits advantage advantages upside
drawback drawbacks disadvantage disadvantages downside limitation limitations
risk risks threat threats
faster speedup quicker
lower reduce reduces reduced reduction decrease decreased decreases cut cuts
increase increases increased growth grow grows grew grown rise rose
parameters parameter params param
latency delay
site sites location locations
area areas region regions territory
team teams group groups
supplier suppliers vendor vendors provider providers
allocate allocated budget budgeted
conclusion conclusions takeaway takeaways
next upcoming
phone telephone
email mail
ceo chief
mitigation mitigations mitigate mitigated mitigating countermeasure
buy purchase purchased acquire acquired
ai artificial
yearly annual annually year years
monthly month months
"""


def root(word: str) -> str:
    """What words are compared by: the first letters of the singular; words with a digit as they are."""
    if any(map(str.isdigit, word)):
        return word
    return stem(word)[:ROOT]


_GROUP = {root(word): line.split()[0] for line in _ALIKE.strip().splitlines() for word in line.split()}

SOFT = frozenset(root(word) for word in _SOFT)


@lru_cache(maxsize=20000)
def tokens(text: str) -> tuple[str, ...]:
    """The compared words of a text in order, with stop words; "GPT-3" is one, "third quarter" is q3."""
    found: list[str] = []
    for raw in _RAW.findall(fold(text)):
        found.extend(_parts(raw))
    return tuple(_periods(found))


def _parts(raw: str) -> list[str]:
    if "," in raw:
        return [raw.replace(",", "")]
    word = re.sub(r"['’]s$", "", raw).replace("'", "").replace("’", "")
    pieces = re.split(r"[\-‐‑–]", word)
    if len(pieces) > 1:
        mixed = any(map(str.isdigit, word)) and any(map(str.isalpha, word))
        if mixed and len(word) <= 14 and len(pieces) == 2 and not pieces[0].isdigit():
            return ["".join(pieces).replace(".", "") if pieces[1].isalpha() else "".join(pieces)]
        return [part for piece in pieces for part in _parts(piece) if part]
    if re.fullmatch(r"\d+(?:\.\d+)?", word):
        return [word.rstrip("0").rstrip(".") if "." in word else word]
    fiscal = re.fullmatch(r"(?:fy|cy)(?:20)?(\d\d)", word)
    if fiscal:
        return ["20" + fiscal[1]]
    if re.fullmatch(r"(?:19|20)\d\d[aefp]", word):  # 2024E, an expected value
        return [word[:4]]
    if "." in word:
        dotted = word.split(".")
        return [word.replace(".", "")] if all(len(part) <= 2 for part in dotted) else [p for p in dotted if p]
    return [word]


def _periods(words: Sequence[str]) -> Iterable[str]:
    """Quarters and halves in one form, months written out, small number words left as they are."""
    skip = False
    for place, word in enumerate(words):
        if skip:
            skip = False
            continue
        following = words[place + 1] if place + 1 < len(words) else ""
        if word in _ORDINALS and following in _PERIODS:
            skip = True
            yield _PERIODS[following] + _ORDINALS[word]
        elif word in _PERIODS and following in ("1", "2", "3", "4"):
            skip = True
            yield _PERIODS[word] + following
        elif word in ("fy", "cy") and re.fullmatch(r"20\d\d", following):
            continue
        elif word in ("fy", "cy") and re.fullmatch(r"\d\d", following):
            skip = True
            yield "20" + following
        elif len(word) == 3 or word == "sept":
            yield next((month for month in _MONTHS if month.startswith(word) and word != "may"), word)
        else:
            yield word


@lru_cache(maxsize=20000)
def roots(text: str) -> tuple[str, ...]:
    """The roots of all words of a text, stop words too."""
    return tuple(root(word) for word in tokens(text))


@lru_cache(maxsize=20000)
def content(text: str) -> tuple[str, ...]:
    """The roots of the words that carry meaning, each once, in order."""
    return tuple(dict.fromkeys(root(word) for word in tokens(text) if word not in STOP and not _is_sign(word)))


def _is_sign(word: str) -> bool:
    return not word[0].isalnum() or (len(word) == 1 and not word.isdigit())


@lru_cache(maxsize=20000)
def bag(text: str) -> frozenset[str]:
    """Everything that a word of a question may meet in a text: roots, and neighbours such as "gpt 3" as one."""
    words = roots(text)
    pairs = {
        one + other
        for one, other in pairwise(words)
        if one.isalpha() != other.isalpha() and (one.isalpha() or other.isalpha()) and len(one + other) <= 12
    }
    return frozenset(words) | pairs | {_SMALL[word] for word in words if word in _SMALL}


def meets(word: str, words: frozenset[str]) -> float:
    """How far a root is among others: 1 as it is, ``LIKE`` as another word for it or with a slip, otherwise 0."""
    if word in words:
        return 1.0
    group = _GROUP.get(word)
    if group is not None and any(_GROUP.get(other) == group for other in words):
        return LIKE
    if len(word) >= FUZZY and word.isalpha() and any(_slip(word, other) for other in words):
        return LIKE
    if len(word) >= 4 and word.isalpha() and any(_same_family(word, other) for other in words):
        return LIKE
    return 0.0


def is_there(name: str, words: frozenset[str]) -> bool:
    """Whether a name or number is among words: as it is, or a name of letters with a slip."""
    if name in words:
        return True
    near = len(name) >= FUZZY and name.isalpha()
    return near and any(_slip(name, other) or _same_family(name, other, 2) for other in words)


def _same_family(one: str, other: str, ending: int = 3) -> bool:
    """Whether one word is the other with an ending: "deploy" and "deployed", "train" and "training"."""
    short, long = sorted((one, other), key=len)
    return len(short) >= 4 and long.startswith(short) and other.isalpha() and len(long) - len(short) <= ending


@lru_cache(maxsize=50000)
def _slip(one: str, other: str) -> bool:
    """Whether two words of letters differ by one letter left out, added, changed or swapped with its neighbour."""
    if abs(len(one) - len(other)) > 1 or len(other) < FUZZY or one[0] != other[0] or not other.isalpha():
        return False
    if len(one) == len(other):
        differ = [place for place in range(len(one)) if one[place] != other[place]]
        swapped = len(differ) == 2 and differ[1] == differ[0] + 1
        if swapped:
            return one[differ[0]] == other[differ[1]] and one[differ[1]] == other[differ[0]]
        return (len(differ) == 1 and differ[0] >= 2) or (
            len(one) == ROOT and (_shorter(one, other) or _shorter(other, one))
        )
    short, long = sorted((one, other), key=len)
    place = next((place for place in range(len(short)) if short[place] != long[place]), len(short))
    return place >= 2 and short[place:] == long[place + 1 :]


def _shorter(one: str, other: str) -> bool:
    """Whether a word that was cut to its root lacks one letter of the other: "latncy" and "latenc"."""
    return any(one[: ROOT - 1] == other[:place] + other[place + 1 :] for place in range(2, ROOT))


def _in_a_row(found: list[tuple[int, float]], labels: Sequence[str], order: Sequence[str]) -> list[tuple[int, float]]:
    """Of labels with numbers, such as "Phase 2", those whose words follow each other in the question, if any do."""
    text = f" {' '.join(order)} "
    whole = [item for item in found if len(content(bare(labels[item[0]]))) > 1 and _numbered(labels[item[0]])]
    straight = [item for item in whole if f" {' '.join(roots(bare(labels[item[0]])))} " in text]
    return [item for item in found if item not in whole or item in straight] if straight else found


def _numbered(label: str) -> bool:
    return any(map(str.isdigit, label))


def bare(label: str) -> str:
    """A label without the unit in brackets behind it: "Cloud (kEUR)"."""
    return re.sub(r"\s*[(\[][^()\[\]]{1,25}[)\]]\s*$", "", label) or label


def mentioned(labels: Sequence[str], words: frozenset[str], order: Sequence[str] = ()) -> list[tuple[int, float]]:
    """Which labels a question names, with how sure: index and share of the label's telling words that are in it.

    A word counts the more, the fewer labels have it. A label whose words all stand in a longer one that is named too is
    left out ("America" beside "North America"). ``order``: the question's words, which put them in order.
    """
    bags = [frozenset(content(bare(label))) or frozenset(roots(label)) for label in labels]
    counts: dict[str, int] = {}
    for one in bags:
        for word in one:
            counts[word] = counts.get(word, 0) + 1
    scored: list[tuple[int, float, frozenset[str]]] = []
    for index, one in enumerate(bags):
        total = sum(1 / counts[word] for word in one)
        hit = {word: meets(word, words) for word in one}
        score = sum(value / counts[word] for word, value in hit.items()) / total if total else 0.0
        if score > 0:
            scored.append((index, score, frozenset(word for word, value in hit.items() if value)))
    kept = [
        (index, score)
        for index, score, held in scored
        if not any(other != index and held < more and high >= score - 0.2 for other, high, more in scored)
    ]
    kept = _in_a_row(kept, labels, order)
    places = {word: place for place, word in reversed(list(enumerate(order)))}
    return sorted(kept, key=lambda item: (min((places.get(word, 999) for word in bags[item[0]]), default=999), item[0]))
