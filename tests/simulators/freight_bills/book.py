"""Parcels and what they cost, with errors that an audit should find."""

import random
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal

CENT = Decimal("0.01")
# Our own prices: carriage of a zone and half kilo, percent of fuel, extras.
BASE, PER_ZONE, PER_KG = Decimal("4.10"), Decimal("0.85"), Decimal("0.62")
FUEL, DISCOUNT, TAX = Decimal("0.1450"), Decimal("0.30"), Decimal("0.19")
EXTRAS = {
    "residential": Decimal("3.95"),
    "delivery_area": Decimal("4.60"),
    "signature": Decimal("5.25"),
    "address_correction": Decimal("12.80"),
    "weight_correction": Decimal("2.40"),
    "unheard_of": Decimal("7.77"),
}
# What an audit should find. Reading does not stumble over it.
AUDIT_ERRORS = (
    "duplicate",
    "weight_up",
    "residential_wrong",
    "zone_wrong",
    "fuel_wrong",
    "discount_missing",
    "unknown_shipment",
    "voided_billed",
    "address_correction",
    "unmapped",
)


@dataclass(frozen=True)
class Item:
    """One charge of a parcel. ``what``: base, fuel, one of EXTRAS, discount or credit."""

    what: str
    net: Decimal
    discount: Decimal = Decimal(0)

    @property
    def tax(self):
        return (self.net * TAX).quantize(CENT)


@dataclass(frozen=True)
class Parcel:
    order: str
    tracking: str
    master: str
    shipped: date
    delivered: date
    service: int
    zone: int
    weight: Decimal  # kg, as we entered it
    billed: Decimal
    sides: tuple
    items: tuple = ()
    is_copy: bool = False

    @property
    def net(self):
        return sum((item.net for item in self.items), Decimal(0))


@dataclass(frozen=True)
class Planted:
    """An error: of which kind, at which parcel, and what it costs (None: no money, or unknown)."""

    kind: str
    tracking: str
    amount: Decimal | None = None


@dataclass
class Book:
    """Parcels of a seed. ``errors``: kind → how many."""

    seed: int
    size: int
    errors: dict = field(default_factory=dict)
    since: date = date(2026, 3, 2)

    def __post_init__(self):
        self.rng = random.Random(self.seed)
        self.planted = []
        self.parcels = [self._parcel(n) for n in range(self.size)]
        for kind, count in self.errors.items():
            for _ in range(count):
                self._plant(kind)

    def _parcel(self, n):
        rng = self.rng
        weight = Decimal(rng.randint(1, 60)) / 2
        tracking = f"SIM{self.seed % 1000:03}{n:08}"
        shipped = self.since + timedelta(days=rng.randint(0, 26))
        first = tracking if n % 7 else f"SIM{self.seed % 1000:03}{max(n - 1, 0):08}"
        parcel = Parcel(
            order=f"WH/OUT/{n:05}",
            tracking=tracking,
            master=first,
            shipped=shipped,
            delivered=shipped + timedelta(days=rng.randint(1, 5)),
            service=rng.randrange(3),
            zone=rng.randint(2, 8),
            weight=weight,
            billed=weight,
            sides=tuple(Decimal(rng.randint(10, 60)) for _ in range(3)),
        )
        items = priced(parcel)
        if rng.random() < 0.3:
            items += (Item("residential", EXTRAS["residential"]),)
        if rng.random() < 0.1:
            items += (Item("delivery_area", EXTRAS["delivery_area"]),)
        if rng.random() < 0.05:
            items += (Item("credit", -items[0].net),)
        return replace(parcel, items=items)

    def _plant(self, kind):
        at = self.rng.randrange(self.size)
        before = self.parcels[at]
        after = _ERRORS[kind](before, self)
        if kind in ("duplicate", "unknown_shipment"):
            self.parcels.append(after)
            self.planted.append(Planted(kind, after.tracking, after.net))
        else:
            self.parcels[at] = after
            self.planted.append(Planted(kind, after.tracking, after.net - before.net))


def priced(parcel, fuel=FUEL, off=DISCOUNT):
    """Carriage and fuel of a parcel."""
    told = (BASE + PER_ZONE * parcel.zone + PER_KG * parcel.billed).quantize(CENT)
    discount = (told * off).quantize(CENT)
    net = told - discount
    return (Item("base", net, discount), Item("fuel", (net * fuel).quantize(CENT)))


def _again(parcel, **changes):
    changed = replace(parcel, **changes)
    return replace(changed, items=priced(changed) + parcel.items[2:])


def _extra(what):
    return lambda parcel, book: replace(parcel, items=(*parcel.items, Item(what, EXTRAS[what])))


_ERRORS = {
    "duplicate": lambda parcel, book: replace(parcel, is_copy=True),
    "weight_up": lambda parcel, book: _again(parcel, billed=parcel.billed + 3),
    "residential_wrong": _extra("residential"),
    "zone_wrong": lambda parcel, book: _again(parcel, zone=parcel.zone + 1),
    "fuel_wrong": lambda parcel, book: replace(
        parcel, items=priced(parcel, fuel=FUEL + Decimal("0.02")) + parcel.items[2:]
    ),
    "discount_missing": lambda parcel, book: replace(
        parcel, items=priced(parcel, off=Decimal(0)) + parcel.items[2:]
    ),
    "unknown_shipment": lambda parcel, book: replace(
        parcel, order=f"X-{len(book.parcels)}", tracking=f"ALIEN{len(book.parcels):08}", master=""
    ),
    "voided_billed": lambda parcel, book: parcel,
    "address_correction": _extra("address_correction"),
    "unmapped": _extra("unheard_of"),
}
