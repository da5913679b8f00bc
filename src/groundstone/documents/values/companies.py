"""Names of companies, shops and authorities, by their legal form and the words such names have."""

from __future__ import annotations

import re
from functools import lru_cache

from groundstone.documents.values.base import Spot, fold, phrase, trimmed

_LEGAL = phrase("""
sdn bhd|sdn. bhd|sdn. bhd.|sdn.bhd|sdn bhd.|s/b|bhd|berhad|gmbh|ggmbh|ag|kg|ohg|ug|e.k.|e.v.|gbr|ltd|ltd.
limited|llc|l.l.c.|llp|inc|inc.|incorporated|corp|corp.|corporation|co.|company|plc|pte|pte ltd|pte. ltd.|pvt
pvt. ltd.|pty|s.a.|sa|s.a.s.|sas|sarl|s.a.r.l.|sasu|eurl|s.l.|s.l.u.|sl|s.p.a.|spa|s.r.l.|srl|s.n.c.|snc|lda
lda.|ltda|b.v.|bv|n.v.|nv|v.o.f.|sp. z o.o.|sp. z o. o.|sp z oo|s.c.|a.s.|a/s|aps|as|asa|ab|oy|oyj|hf|ehf
s.r.o.|a.s|d.o.o.|d.d.|kft|zrt|s.a. de c.v.|pt|tbk
""")
_BUSINESS = phrase("""
trading|enterprise|enterprises|store|stores|shop|restaurant|restoran|restaurante|ristorante|cafe|kopitiam
bakery|market|supermarket|hypermarket|mart|minimarket|pharmacy|farmacia|apotheke|pharmacie|apteka|hardware
machinery|stationery|supplies|services|holdings|group|industries|industry|international|electrical|electronics
motors|auto|garage|hotel|resort|inn|clinic|klinik|hospital|laboratory|laboratories|labs|pharma|pharmaceuticals
biotech|university|bank|insurance|assurance|versicherung|airlines|airways|airline|logistics|transport
construction|consulting|solutions|systems|technologies|technology|software|media|books|book shop|bookstore
petrol|station|shell|petronas|fashion|boutique|salon|gallery|furniture|seafood|kitchen|bistro|bar|grill|pizza
burger|deli|foods|food|catering|marketing|retail|wholesale|distributors|agency|foundation|institute
ministry of health|department of health|kedai|pasar mini|pasar raya|syarikat|perniagaan|kitchenette|bakerei
metzgerei|gasthaus|buchhandlung|boulangerie|librairie|tienda|supermercado|panaderia|libreria|negozio|winkel
sklep|cuisine|centre|center|house|corner|express|outlet|works|workshop|realties|realty|properties|handicraft
tailoring|optical
""")
_NOT = phrase("""
invoice|receipt|total|cash|change|date|tel|fax|gst|thank you|tax invoice|welcome|page|table|please|goods|qty
amount|price|vaccine name|name|number|address|email|signature|customer|cashier|item|description|bank account
insurance number|www
""")
_LABEL = re.compile(r"^[^\W\d][^:\d]{0,30}:\s*")


def spot(text: str) -> list[Spot]:
    """The text as one company's name where it looks like one; a label before a colon stays out."""
    label = _LABEL.match(text)
    start, end = trimmed(text, label.end() if label else 0, len(text), around=" \t\r\n;:|*_-–—=,")
    worth = company_worth(text[start:end])
    return [Spot(start, end, " ".join(text[start:end].split()), worth)] if end > start and worth >= 0.1 else []


@lru_cache(maxsize=4096)
def company_worth(text: str) -> float:
    """How much a text looks like the name of a company."""
    count = len(text.split())
    letters = sum(char.isalpha() for char in text)
    if not 1 <= count <= 12 or letters < 3 or len(text) > 120 or letters * 2 < len(text.replace(" ", "")):
        return 0.0
    plain = fold(text)
    worth = 0.25 if text[:1].isupper() or text[:1].isdigit() else 0.12
    if text.isupper() and count <= 6:
        worth += 0.1
    if _BUSINESS.search(plain):
        worth = max(worth, 0.75)
    if any(count > 1 and (hit.end() == len(plain) or hit.start() > 0) for hit in _LEGAL.finditer(plain)):
        worth = 0.95 if not _short_legal(plain) else max(worth, 0.8)
    if _NOT.search(plain):
        worth *= 0.3
    if sum(char.isdigit() for char in text) * 3 > letters:
        worth *= 0.5
    return round(worth, 3)


def _short_legal(plain: str) -> bool:
    """Only a form of two letters (ag, sa, as, pt), which may be a plain word."""
    return all(len(hit[0]) <= 2 for hit in _LEGAL.finditer(plain))


def same(one: str, other: str) -> bool:
    """Equal but for case, accents, punctuation and blanks; the legal form may be missing on one side."""
    left, right = _bare(one), _bare(other)
    if left == right:
        return bool(left)
    left, right = (_bare(_LEGAL.sub(" ", fold(text))) for text in (one, other))
    return bool(left) and left == right


def _bare(text: str) -> str:
    return re.sub(r"[\W_]", "", fold(text).replace("&", "and"))
