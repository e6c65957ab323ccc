# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What an audit tells: findings, comparisons, the verdict."""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)
# From the gravest down: what is worst about a billed shipment names it.
VERDICTS = (
    "unknown",
    "duplicate",
    "not_shipped",
    "unmapped",
    "missing_rate",
    "over",
    "refund",
    "under",
    "tolerance",
    "clean",
)
# What can be found, and which verdict it makes.
FINDINGS = {
    "unknown_shipment": "unknown",
    "wrong_account": "over",
    "duplicate": "duplicate",
    "voided": "not_shipped",
    "never_moved": "not_shipped",
    "unmapped": "unmapped",
    "other_currency": "over",
    "no_rate": "missing_rate",
    "account_fee": "over",
    "account_charge": "missing_rate",
    "weight": "over",
    "service": "over",
    "zone": "over",
    "discount": "over",
    "old_rate": "over",
    "rate": "over",
    "fuel": "over",
    "fuel_follows": "over",
    "residential": "over",
    "address": "over",
    "not_asked": "over",
    "duty": "over",
    "total": "over",
    "late": "refund",
    "under": "under",
    "tolerance": "tolerance",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be explained. ``key``: the family of charges it is about. ``amount``: what is at
    stake, over positive and under negative. ``charges``: ids of the charges. ``values``: what the
    explanation names."""

    code: str
    key: str
    amount: Decimal
    charges: tuple[int, ...] = ()
    values: tuple[tuple[str, object], ...] = ()

    @property
    def verdict(self):
        return FINDINGS[self.code]


@dataclass(frozen=True, slots=True)
class Compared:
    """A family of charges side by side; ``expected`` None: nothing was expected of it."""

    key: str
    expected: Decimal | None
    before: Decimal
    billed: Decimal

    @property
    def difference(self):
        return self.before + self.billed - (self.expected or ZERO)


@dataclass(frozen=True, slots=True)
class Audit:
    """The judgement. ``billed`` is what this bill asks for carriage, ``passed_on`` duties, taxes
    and brokerage, ``expected`` what was still to be billed of what was expected. ``over``: what
    is at stake in our favour, without what is tolerated."""

    verdict: str
    findings: tuple[Finding, ...]
    compared: tuple[Compared, ...]
    billed: Decimal
    passed_on: Decimal
    expected: Decimal | None

    @property
    def over(self):
        counted = (one.amount for one in self.findings if one.code != "tolerance")
        return sum((amount for amount in counted if amount > 0), ZERO)
