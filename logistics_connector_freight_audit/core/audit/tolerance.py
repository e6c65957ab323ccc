# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How much a bill may differ: by amount and by percent, over and under apart."""

from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Band:
    """One rule. What it leaves empty (issuer, service, key) holds for all. Amounts in the currency
    ``currency``; a band of another currency than the bill's says nothing about it but its percents.

    ``both``: a difference must lie within the amount and within the percent; else within either.
    None: that side of the band is not set.
    """

    sequence: int = 10
    issuer: str = ""
    service: str = ""
    key: str = ""
    currency: str = ""
    over_amount: Decimal | None = None
    over_percent: Decimal | None = None
    under_amount: Decimal | None = None
    under_percent: Decimal | None = None
    both: bool = True

    @property
    def weight(self):
        """The most specific rule goes first: charge, then carrier and service, then carrier."""
        return (bool(self.key), bool(self.issuer) + bool(self.service), -self.sequence)

    def fits(self, issuer, service, key):
        return (
            self.issuer in ("", issuer) and self.service in ("", service) and self.key in ("", key)
        )

    def is_foreign(self, currency):
        """Whether it says amounts in another currency, and no percents: it says nothing of this."""
        percents = (self.over_percent, self.under_percent)
        return bool(self.currency) and self.currency != currency and percents == (None, None)

    def holds(self, difference, expected, currency):
        """Whether a difference (billed less expected) is within it."""
        if not difference:
            return True
        over = difference > 0
        amount = self.over_amount if over else self.under_amount
        percent = self.over_percent if over else self.under_percent
        if self.currency and self.currency != currency:
            amount = None
        size = abs(difference)
        answers = []
        if amount is not None:
            answers.append(size <= amount)
        if percent is not None:
            answers.append(expected > 0 and size * 100 <= percent * expected)
        if not answers:
            return False
        return all(answers) if self.both else any(answers)


class Tolerances:
    """The bands of a company. Without any, nothing is tolerated."""

    def __init__(self, bands=()):
        self.bands = sorted(bands, key=lambda band: band.weight, reverse=True)

    def within(self, difference, expected, *, issuer="", service="", key="", currency=""):
        """Whether the first band that fits holds the difference."""
        for band in self.bands:
            if band.fits(issuer, service, key) and not band.is_foreign(currency):
                return band.holds(difference, expected, currency)
        return not difference
