# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What is known when a billed shipment is judged."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

# Charges that are compared together, under the first name: what corrects a weight or a zone is
# carriage, however the carrier calls it.
FAMILIES = {
    "base_freight": (
        "minimum_charge",
        "weight_correction",
        "zone_adjustment",
        "reweigh",
        "reclass",
        "discount",
        "earned_discount",
        "late_billed",
    ),
    "fuel": ("baf",),
    "residential": ("residential_adjustment",),
}
FAMILY_OF = {key: family for family, keys in FAMILIES.items() for key in (family, *keys)}
# Paid for somebody, or on top: nobody booked it with the carriage.
PASSED_ON = ("government", "tax", "brokerage")
CREDITS = ("credit",)


def family(key):
    """The name under which a charge is compared."""
    return FAMILY_OF.get(key, key)


@dataclass(frozen=True, slots=True)
class Billed:
    """A charge of this bill. ``key`` is its charge type, empty where it is unmapped; ``adjusts`` is
    the carrier's word for a correction. ``other_currency``: it is not in the bill's."""

    id: int
    key: str
    kind: str
    net: Decimal
    tracking: str = ""
    adjusts: str = ""
    list_amount: Decimal | None = None
    is_informational: bool = False
    other_currency: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """A charge for the same shipment on an earlier bill (``bill``: its number)."""

    id: int
    bill: str
    key: str
    net: Decimal
    tracking: str = ""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What should have been billed for the whole shipment, by key of a charge type.

    ``source``: booked (what the carrier said at booking), rated (of an agreement), or quoted.
    ``is_refundable``: a late delivery is paid back, unless one of the ``exclusions`` caused it.
    ``is_total``: it was told as one amount, with fuel and surcharges in it. ``discount`` is a share
    of 1 where one was agreed. ``older`` is what the version before would have come to.
    """

    charges: dict[str, Decimal]
    source: str
    is_total: bool = False
    zone: str = ""
    weight: Decimal | None = None
    fuel_share: Decimal | None = None
    discount: Decimal | None = None
    older: Decimal | None = None
    is_refundable: bool = False
    exclusions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What we know of the shipment, and what the bill tells of it. None: not known.

    Weights in kg. ``asked``: charge types that we ordered, or that what happened justifies.
    ``account_fees``: charge type → what was agreed for each bill, for charges of the account.
    ``refundable``: the agreement grants the money back where it came late, and nothing excludes it.
    """

    is_matched: bool = True
    is_account: bool = False
    is_voided: bool = False
    was_moved: bool | None = None
    is_ours: bool = True  # the account that is billed
    service: str = ""
    billed_service: str = ""
    billed_zone: str = ""
    weight: Decimal | None = None
    billed_weight: Decimal | None = None
    is_residential: bool | None = None
    is_address_right: bool | None = None
    asked: frozenset = frozenset()
    is_domestic: bool | None = None
    promised_on: date | None = None
    delivered_on: date | None = None
    refundable: bool = False
    account_fees: dict[str, Decimal] = field(default_factory=dict)
