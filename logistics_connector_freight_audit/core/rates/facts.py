# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What is known of a shipment, what it should cost, and which agreement says so."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from .agreement import ZERO

# Without these a sum is no price; the others leave out one charge, or may raise it.
GRAVE = ("no_agreement", "two_agreements", "no_weight", "no_zone", "two_zones", "no_price")


@dataclass(frozen=True, slots=True)
class Package:
    """``weight`` in kg, ``sides`` in cm; None: not known."""

    weight: Decimal | None = None
    sides: tuple[Decimal, Decimal, Decimal] | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a shipment. ``zone`` is told by the carrier, or empty. ``asked``: keys of
    surcharges that were ordered. ``residential`` None: not known."""

    carrier: str
    service: str
    ship_date: date
    origin: tuple[str, str] = ("", "")
    destination: tuple[str, str] = ("", "")
    packages: tuple[Package, ...] = ()
    zone: str = ""
    residential: bool | None = None
    asked: frozenset = frozenset()
    declared_value: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an explanation, for the shell to put into words."""

    code: str
    values: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """An expected charge, by the key of its charge type."""

    key: str
    amount: Decimal
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Missing:
    """What is not known: ``code``, and of what."""

    code: str
    about: str = ""


@dataclass(frozen=True, slots=True)
class Expected:
    """What a shipment should cost. ``weight`` is the billable one in kg; ``fuel`` and ``discount``
    are percents, the latter where all packages have the same."""

    charges: tuple[Line, ...] = ()
    missing: tuple[Missing, ...] = ()
    agreement_id: int = 0
    currency: str = ""
    zone: str = ""
    weight: Decimal | None = None
    fuel: Decimal | None = None
    discount: Decimal | None = None
    is_refundable: bool = False
    exclusions: tuple[str, ...] = ()

    @property
    def is_priced(self):
        """Whether there is a price for the carriage."""
        return bool(self.charges) and not any(one.code in GRAVE for one in self.missing)

    @property
    def total(self):
        return sum((one.amount for one in self.charges), ZERO)

    def by_key(self):
        """Key → amount."""
        found = {}
        for one in self.charges:
            found[one.key] = found.get(one.key, ZERO) + one.amount
        return found


def choose(agreements, facts):
    """The agreements in force on the day: of the carrier, those that name the service before those
    for all, and the newest of them. One, none, or several of the same day.

    :rtype: list[Agreement]
    """
    fitting = [
        one
        for one in agreements
        if one.carrier == facts.carrier
        and one.covers(facts.service)
        and one.is_in_force(facts.ship_date)
    ]
    if not fitting:
        return []
    best = max((bool(one.services), one.valid_from) for one in fitting)
    return [one for one in fitting if (bool(one.services), one.valid_from) == best]


def replaced(facts, **values):
    """The same shipment, but for some of its :class:`Facts`."""
    return replace(facts, **values)
