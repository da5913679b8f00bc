"""What labels of figures say: total, net, tax, gross. In the languages of Western Europe, folded to plain letters."""

from __future__ import annotations

import re
from functools import lru_cache

from groundstone.documents.values import fold
from groundstone.documents.values.base import phrase

_NAMES = {
    "total": "total | totals | grand total | total due | total amount | amount due | sum | gesamt"
    " | gesamtbetrag | summe | gesamtsumme | endbetrag | totale | total ttc | total general"
    " | importe total | totaal | razem | suma | montant total | total a pagar | total a payer"
    " | rechnungsbetrag | balance due | net total | gross total",
    "subtotal": "subtotal | sub total | sub-total | zwischensumme | sous-total | sous total | subtotale"
    " | subtotaal | nettobetrag | total ht | imponibile | base imponible | net amount | summe netto"
    " | netto | total net",
    "tax": "vat | tax | gst | hst | pst | qst | sst | sales tax | mwst | ust | umsatzsteuer | mehrwertsteuer"
    " | tva | iva | btw | ptu | moms | impuesto | imposta",
    "minus": "discount | less | rabatt | skonto | nachlass | remise | sconto | descuento | korting"
    " | deposit paid | paid | prepayment | advance | anzahlung | acompte | credit | voucher | refund"
    " | coupon | deducted",
    "gross": "gross | gross pay | gross wages | gross earnings | total gross | brutto | bruttolohn"
    " | total earnings | total pay | gross salary | total payments",
    "deductions": "total deductions | deductions | total withholdings | abzuge | total deducted",
    "net": "net pay | net wages | net salary | take home pay | take-home pay | netto | auszahlung"
    " | nettolohn | net amount",
    "opening": "opening balance | previous balance | beginning balance | starting balance | balance forward"
    " | balance brought forward | brought forward | anfangssaldo | alter saldo | ancien solde"
    " | saldo anterior",
    "closing": "closing balance | ending balance | new balance | final balance | balance carried forward"
    " | endsaldo | neuer saldo | nouveau solde | saldo final",
    "current": "current | this period | this month | this pay | amount this period | current amount",
    "ytd": "ytd | year to date | year-to-date | y.t.d. | jahr kumuliert",
    "other": "cash | change | tendered | paid by | card | visa | mastercard | rounding | rounded | items | qty"
    " | quantity | hours | points | you saved | savings | pages | page | per | each | average"
    " | weight | minutes | incl | including | included | inkl | of which | davon | exchange | rate"
    " | count | units | limit | minimum | available | bar | gegeben | ruckgeld",
}  # fmt: skip
_PHRASES = {name: phrase(texts) for name, texts in _NAMES.items()}


@lru_cache(maxsize=4096)
def names(text: str) -> frozenset[str]:
    """Which of ``_NAMES`` a label is called by.

    >>> sorted(names("Sub-Total:")), sorted(names("TOTAL DUE"))
    (['subtotal'], ['total'])
    """
    plain = re.sub(r"\s+", " ", fold(text[:200]))
    found = {name for name, pattern in _PHRASES.items() if pattern.search(plain)}
    if "subtotal" in found:
        found.discard("total")
    return frozenset(found)
