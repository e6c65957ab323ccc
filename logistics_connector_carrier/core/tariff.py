# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier's price list says a shipment costs: zones, weight breaks, surcharges and fuel, as
plain values and functions of them. Kilograms, centimetres and money are decimals.

The same lists price a delivery of a carrier without an interface, and say what an invoice of any
carrier should have been.
"""

import itertools
import re
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from .booking import Charge, Rate

GRAM = Decimal("0.001")
NIL = Decimal()
# When a surcharge is due; "over": more than so many kilograms or centimetres.
CONDITIONS = ("always", "weight", "length", "girth", "residential", "remote")
KINDS = ("accessorial", "tax", "other")


@dataclass(frozen=True, slots=True)
class Area:
    """Where a zone is. ``country``: ISO 3166-1 alpha-2, "" for wherever no other line fits.
    ``first`` alone: what postal codes begin with, "" for the whole country; with ``last``: a range
    of such beginnings, both of one length and both included."""

    zone: str
    country: str = ""
    first: str = ""
    last: str = ""
    is_remote: bool = False


@dataclass(frozen=True, slots=True)
class Break:
    """A line of prices: up to and including ``up_to`` kilograms (None: without end) a parcel costs
    ``price``, and ``per_kg`` for each of its kilograms, and ``per_further_kg`` for each beyond the
    line before; ``minimum`` at least."""

    zone: str
    up_to: Decimal | None
    price: Decimal = NIL
    per_kg: Decimal = NIL
    per_further_kg: Decimal = NIL
    minimum: Decimal = NIL


@dataclass(frozen=True, slots=True)
class Surcharge:
    """Beside the freight: ``amount``, and ``percent`` of it (of a tax: of all that stands before
    it). ``zones``: only there; empty: everywhere. ``has_fuel``: fuel is taken on it as well."""

    code: str
    name: str
    amount: Decimal = NIL
    percent: Decimal = NIL
    when: str = "always"
    over: Decimal = NIL
    zones: frozenset[str] = frozenset()
    per_parcel: bool = True
    kind: str = "accessorial"
    has_fuel: bool = False


@dataclass(frozen=True, slots=True)
class Fuel:
    """Both days included."""

    first: date
    last: date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """One version of a price list. ``fuels``: None where it knows no fuel surcharge. ``rounding``:
    the least amount of its currency. ``divisor``: cubic centimetres that count as a kilogram, 0
    where volume does not count. ``step``: kilograms in which prices by weight are counted, 0 for
    exactly. ``per_parcel``: each parcel has its price, or all together have one."""

    service: str
    name: str
    currency: str
    areas: tuple[Area, ...]
    breaks: tuple[Break, ...]
    surcharges: tuple[Surcharge, ...] = ()
    fuels: tuple[Fuel, ...] | None = None
    rounding: Decimal = Decimal("0.01")
    divisor: Decimal = NIL
    step: Decimal = Decimal(1)
    per_parcel: bool = True


@dataclass(frozen=True, slots=True)
class Weighed:
    """A parcel, or all together, as it is priced: ``charged`` kilograms are those of its scales or
    of its volume, whichever is more."""

    actual: Decimal
    charged: Decimal
    length: Decimal = NIL
    girth: Decimal = NIL


class NoPrice(Exception):
    """The list has no price for it. ``kind``: what is missing, of :data:`WORDS`."""

    def __init__(self, kind, **values):
        self.kind, self.values = kind, values
        super().__init__(self.in_words(lambda text: text))

    def in_words(self, translate):
        """The sentence in another language.

        :param translate: a text of this module → the same in that language
        """
        return translate(WORDS[self.kind]) % self.values


def _lt(text):
    """Marks what translators get: the models look it up in the user's language."""
    return text


WORDS = {
    "no_parcel": _lt("There is nothing to price: no package has a weight."),
    "no_zone": _lt("“%(tariff)s” has no zone for %(place)s."),
    "no_break": _lt("“%(tariff)s” has no prices for zone %(zone)s."),
    "heavy": _lt(
        "“%(tariff)s” goes up to %(most)s kg in zone %(zone)s; this weighs %(weight)s kg."
        " Make smaller packages, or choose another delivery method."
    ),
    "no_fuel": _lt("“%(tariff)s” has no fuel percentage for %(day)s. It is to be entered first."),
    "two_fuels": _lt("“%(tariff)s” has more than one fuel percentage for %(day)s."),
    "country_only": _lt("“%(tariff)s” has no zone for %(place)s, as the postal code is missing."),
}
FREIGHT, FUEL = _lt("Freight"), _lt("Fuel surcharge")


# -- zones ---------------------------------------------------------------------------------------


def bare_zip(text):
    """A postal code as it is compared: without blanks and hyphens, in capitals."""
    return re.sub(r"[\s\-]", "", text or "").upper()


def area_of(areas, country, zip_code):
    """The most telling line for a place: its own country before "", the longest beginning first,
    and a single beginning before a range of them. None where there is none."""
    code = bare_zip(zip_code)
    fitting = [one for one in areas if one.country in ("", country) and _fits(one, code)]
    return max(fitting, key=_weight_of, default=None)


def _fits(area, code):
    first, last = bare_zip(area.first), bare_zip(area.last)
    if not last:
        return code.startswith(first)
    return len(code) >= len(first) and first <= code[: len(first)] <= last


def _weight_of(area):
    return (bool(area.country), len(bare_zip(area.first)), not bare_zip(area.last))


def area_faults(areas):
    """Lines that cannot be told apart, or say nothing: tuple of (kind, area, other area or None).
    Kinds: "lengths" (the two ends of a range are not of one length), "order" (its end lies before
    its beginning), "twice" (two lines are equally telling for one place).
    """
    faults, groups = [], {}
    for area in areas:
        first, last = bare_zip(area.first), bare_zip(area.last)
        if last and len(first) != len(last):
            faults.append(("lengths", area, None))
        elif last and last < first:
            faults.append(("order", area, None))
        else:
            key = (area.country, len(first), bool(last))
            groups.setdefault(key, []).append((first, last or first, area))
    for group in groups.values():
        group.sort(key=lambda one: one[:2])
        for (_first, last, area), (following, _last, other) in itertools.pairwise(group):
            if following <= last:
                faults.append(("twice", area, other))
    return tuple(faults)


# -- weights -------------------------------------------------------------------------------------


def kilograms(number):
    """A weight as it is compared: to the gram, so that no bit of a sum decides about a break."""
    return Decimal(repr(float(number))).quantize(GRAM, ROUND_HALF_UP)


def weigh(parcel, divisor):
    """A parcel as it is priced.

    :param core.booking.Parcel parcel:
    :param Decimal divisor: see :class:`Tariff`
    :rtype: Weighed
    """
    sides = sorted(
        Decimal(repr(float(one))) for one in (parcel.length, parcel.width, parcel.height)
    )
    actual = kilograms(parcel.weight)
    volume = sides[0] * sides[1] * sides[2]
    by_volume = (volume / divisor).quantize(GRAM, ROUND_HALF_UP) if divisor else NIL
    girth = sides[2] + 2 * (sides[0] + sides[1])
    return Weighed(actual, max(actual, by_volume), sides[2], girth)


def together(weighed):
    """Several parcels as one: their weights added, the longest side of all."""
    return Weighed(
        sum((one.actual for one in weighed), NIL),
        sum((one.charged for one in weighed), NIL),
        max(one.length for one in weighed),
        max(one.girth for one in weighed),
    )


def freight(tariff, zone, weight):
    """What a weight costs in a zone, before surcharges; not rounded.

    :param Decimal weight: kilograms charged
    :raises NoPrice: no line for it
    """
    lines = sorted(
        (one for one in tariff.breaks if one.zone == zone),
        key=lambda one: (one.up_to is None, one.up_to or NIL),
    )
    if not lines:
        raise NoPrice("no_break", tariff=tariff.name, zone=zone)
    before = NIL
    for line in lines:
        if line.up_to is None or weight <= line.up_to:
            further = _in_steps(weight - before, tariff.step)
            whole = _in_steps(weight, tariff.step)
            price = line.price + line.per_kg * whole + line.per_further_kg * further
            return max(price, line.minimum)
        before = line.up_to
    raise NoPrice(
        "heavy", tariff=tariff.name, zone=zone, most=_plain(before), weight=_plain(weight)
    )


def _in_steps(weight, step):
    return (weight / step).to_integral_value(ROUND_CEILING) * step if step else weight


def _plain(number):
    return f"{number.normalize():f}"


# -- fuel ----------------------------------------------------------------------------------------


def fuel_on(tariff, day):
    """The percentage of a day: exactly one, or it cannot be priced.

    :raises NoPrice:
    """
    found = [one.percent for one in tariff.fuels if one.first <= day <= one.last]
    if len(found) != 1:
        kind = "two_fuels" if found else "no_fuel"
        raise NoPrice(kind, tariff=tariff.name, day=day.isoformat())
    return found[0]


# -- the price -----------------------------------------------------------------------------------


def price(tariff, request, day):
    """What a shipment costs by this list.

    :param Tariff tariff: the version that is valid on that day
    :param core.booking.BookingRequest request:
    :param date day: on which it is shipped
    :rtype: core.booking.Rate
    :raises NoPrice: with a sentence for whoever packs
    """
    if not request.parcels or not any(one.weight > 0 for one in request.parcels):
        raise NoPrice("no_parcel")
    area = _area_for(tariff, request.recipient)
    each = tuple(weigh(one, tariff.divisor) for one in request.parcels)
    units = each if tariff.per_parcel else (together(each),)
    bases = [freight(tariff, area.zone, one.charged) for one in units]
    maker = _Maker(tariff)
    base = maker.charge("", FREIGHT, sum(bases, NIL), "base")
    taxed_by_fuel = Decimal(base.amount)
    for one in tariff.surcharges:
        if one.kind == "tax":
            continue
        amount = _surcharge(one, area, each, units, bases, request.recipient)
        if amount is not None and (charge := maker.charge(one.code, one.name, amount, one.kind)):
            taxed_by_fuel += Decimal(charge.amount) if one.has_fuel else NIL
    if tariff.fuels is not None:
        percent = fuel_on(tariff, day)
        maker.charge("FUEL", FUEL, taxed_by_fuel * percent / 100, "fuel")
    before_tax = maker.total()
    for one in tariff.surcharges:
        if one.kind == "tax" and (not one.zones or area.zone in one.zones):
            maker.charge(one.code, one.name, one.amount + before_tax * one.percent / 100, "tax")
    return Rate(
        service=tariff.service,
        name=tariff.name,
        total=maker.text(maker.total()),
        currency=tariff.currency,
        charges=tuple(maker.charges),
    )


def _area_for(tariff, recipient):
    area = area_of(tariff.areas, recipient.country, recipient.zip)
    if area is None:
        place = f"{recipient.country} {recipient.zip}".strip() or "-"
        kind = "no_zone" if recipient.zip else "country_only"
        raise NoPrice(kind, tariff=tariff.name, place=place)
    return area


def _surcharge(one, area, each, units, bases, recipient):
    """Its amount before rounding; None where it is not due. What goes by the size of a parcel is
    due for those that are so large, whatever is priced together."""
    if one.zones and area.zone not in one.zones:
        return None
    if one.when in ("residential", "remote"):
        is_due = recipient.is_residential if one.when == "residential" else area.is_remote
        if not is_due:
            return None
    measure = {"weight": "actual", "length": "length", "girth": "girth"}.get(one.when)
    due = [not measure or getattr(parcel, measure) > one.over for parcel in each]
    if not any(due):
        return None
    count = sum(due) if one.per_parcel else 1
    if len(units) == len(each) and one.per_parcel:
        percent_of = sum((base for base, is_due in zip(bases, due, strict=True) if is_due), NIL)
    else:
        percent_of = sum(bases, NIL)
    return one.amount * count + percent_of * one.percent / 100


class _Maker:
    """Collects charges, each rounded by itself: so they add up to the total."""

    def __init__(self, tariff):
        self.tariff, self.charges = tariff, []

    def charge(self, code, name, amount, kind):
        amount = rounded(amount, self.tariff.rounding)
        if not amount and kind != "base":
            return None
        text = self.text(amount)
        self.charges.append(Charge(code, name, text, self.tariff.currency, kind))
        return self.charges[-1]

    def total(self):
        return sum((Decimal(one.amount) for one in self.charges), NIL)

    def text(self, amount):
        """With the decimals of the currency."""
        return f"{amount.quantize(self.tariff.rounding):f}"


def rounded(amount, rounding):
    """To the least amount of a currency, half of it up: 0.01, 0.05 (Swiss francs) or 1 (yen)."""
    return (amount / rounding).to_integral_value(ROUND_HALF_UP) * rounding
