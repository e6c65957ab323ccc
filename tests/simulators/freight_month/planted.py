"""The entries of the ledger: what is wrong on a bill, and the line that a carrier writes."""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

# Charges that take the place of another are counted under its name.
FAMILY = {
    "minimum_charge": "base_freight",
    "weight_correction": "base_freight",
    "residential_adjustment": "residential",
}


def family(key):
    return FAMILY.get(key, key)


@dataclass(frozen=True)
class Planted:
    """One error.

    ``invoice``: the number on which it stands (for a missing credit: on which the shipment was
    billed). ``tracking`` is empty where the whole invoice or the account is meant. ``charges``:
    family of the charge → what it is over (negative: under), without tax, in ``currency``;
    ``amount`` is their sum, ``charge_key`` the one that is wrong, the others follow from it; empty:
    all of them. ``deliveries``: the deliveries of ours that are concerned.
    """

    kind: str
    carrier: str
    invoice: str
    tracking: str
    charge_key: str
    amount: Decimal
    currency: str
    verdict: str
    why: str
    charges: dict = field(default_factory=dict)
    deliveries: tuple = ()
    file: str = ""


@dataclass
class Line:
    """A charge as it stands on a bill. ``slot`` is the invoice, known by its number later.
    ``listed``: before discount, None: it has none. ``told``: the name, where it is not the usual
    one. ``entered`` and ``billed`` in kg. ``mark``: the kind of error that it is part of."""

    carrier: str
    slot: str
    tracking: str
    key: str
    net: Decimal
    currency: str
    tax: Decimal = Decimal(0)
    listed: Decimal | None = None
    master: str = ""
    references: tuple = ()
    service: str = ""
    zone: str = ""
    entered: Decimal | None = None
    billed: Decimal | None = None
    sides: tuple = ()
    ship_date: date | None = None
    delivered: datetime | None = None
    payer: str = "shipper"
    told: str = ""
    is_informational: bool = False
    mark: str = ""

    @property
    def discount(self):
        return Decimal(0) if self.listed is None else self.listed - self.net
