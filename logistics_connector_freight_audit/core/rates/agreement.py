# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What was agreed with a carrier. Percents are of 100; weights and sizes are in the agreement's
own units; an empty service, zone or country stands for all of them."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property, lru_cache

ZERO = Decimal(0)
# When a surcharge is due by itself, and what its limit means.
WHEN = ("asked", "always", "residential", "area", "weight", "longest", "girth")
KINDS = ("flat", "percent_base", "percent_value", "per_weight")


@dataclass(frozen=True, slots=True)
class Zone:
    """Postcodes from ``first`` to ``last`` (as many letters of a postcode as they have) of a
    country lie in ``zone``, for what leaves from a country and a postcode of a beginning."""

    zone: str
    country: str = ""
    first: str = ""
    last: str = ""
    origin_country: str = ""
    origin_first: str = ""
    origin_last: str = ""
    service: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """Postcodes where a surcharge of the key is due, such as a remote area."""

    key: str
    country: str = ""
    first: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Price:
    """What weighs up to ``up_to`` (None: anything) costs ``amount`` + ``rate`` for each ``per``
    above ``over``, counted by ``step`` (0: exactly). So a flat price, a price by the kg, one by
    100 lb, and “each kg above 70”."""

    zone: str
    up_to: Decimal | None
    amount: Decimal = ZERO
    rate: Decimal = ZERO
    per: Decimal = Decimal(1)
    step: Decimal = ZERO
    over: Decimal = ZERO
    service: str = ""


@dataclass(frozen=True, slots=True)
class Discount:
    """Off the carriage of what weighs more than ``over``; of it at least ``minimum`` stays."""

    percent: Decimal
    minimum: Decimal = ZERO
    over: Decimal = ZERO
    service: str = ""
    zone: str = ""


@dataclass(frozen=True, slots=True)
class Fuel:
    """The percent from a day on."""

    since: date
    percent: Decimal
    service: str = ""


@dataclass(frozen=True, slots=True)
class Accessorial:
    """A surcharge. ``amount`` is money, percent or money for each unit of weight, by ``kind``.

    ``when`` says what makes it due by itself (:data:`WHEN`), ``limit`` above what. Ordered, it is
    due whatever ``when`` says. ``each``: for every package that it concerns, else once.
    """

    key: str
    kind: str = "flat"
    amount: Decimal = ZERO
    minimum: Decimal = ZERO
    discount: Decimal = ZERO
    when: str = "asked"
    limit: Decimal = ZERO
    each: bool = False
    service: str = ""


@dataclass(frozen=True, slots=True)
class Guarantee:
    """Whether a late delivery is paid back, of which charges, and what excuses the carrier."""

    service: str = ""
    is_refundable: bool = False
    charges: tuple[str, ...] = ("base_freight", "fuel")
    exclusions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Agreement:
    """One version of what was agreed with a carrier.

    ``divisor``: ``length_unit``³ for one ``weight_unit``, 0: volume does not count. It counts from
    a volume of ``dim_from`` (of ``length_unit``³) on. Sides are rounded to ``side_step`` as
    ``side_rounding`` says (half_up, up), billable weights up to ``weight_step``; 0: not at all.
    ``rated_by``: each package by itself, or all of a shipment as one. ``fuel_days``: so many days a
    percent holds, 7 for a table of weeks; 0: until the next one.
    """

    carrier: str
    currency: str
    valid_from: date
    valid_until: date | None = None
    id: int = 0
    name: str = ""
    digits: int = 2
    services: tuple[str, ...] = ()
    zones: tuple[Zone, ...] = ()
    areas: tuple[Area, ...] = ()
    prices: tuple[Price, ...] = ()
    discounts: tuple[Discount, ...] = ()
    fuels: tuple[Fuel, ...] = ()
    accessorials: tuple[Accessorial, ...] = ()
    guarantees: tuple[Guarantee, ...] = ()
    weight_unit: str = "kg"
    length_unit: str = "cm"
    divisor: Decimal = ZERO
    dim_from: Decimal = ZERO
    side_step: Decimal = Decimal(1)
    side_rounding: str = "half_up"
    weight_step: Decimal = ZERO
    rated_by: str = "package"
    minimum_package: Decimal = ZERO
    minimum_shipment: Decimal = ZERO
    fuel_on: frozenset = frozenset()
    fuel_days: int = 7
    fuel_discount: Decimal = ZERO
    fuel_rounded_by: str = "package"

    def covers(self, service):
        """Whether it says something about a service."""
        return not self.services or same(service) in {same(one) for one in self.services}

    def is_in_force(self, day):
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)

    # -- lookups: what is told for the service goes before what is told for all ----------------

    def zones_of(self, service, origin, destination):
        """The zones that fit (country, postcode) best: one, or several where it contradicts
        itself.

        :rtype: set[str]
        """
        fitting = {}
        for one in self.zones:
            if (
                (not one.service or same(one.service) == same(service))
                and lies(destination, one.country, one.first, one.last)
                and lies(origin, one.origin_country, one.origin_first, one.origin_last)
            ):
                told = (
                    bool(one.country),
                    len(one.first),
                    bool(one.origin_country),
                    len(one.origin_first),
                    bool(one.service),
                )
                fitting.setdefault(told, set()).add(one.zone)
        return fitting[max(fitting)] if fitting else set()

    @cached_property
    def _prices(self):
        found = {}
        for one in self.prices:
            found.setdefault((same(one.service), one.zone), []).append(one)
        for rows in found.values():
            rows.sort(key=lambda one: (one.up_to is None, one.up_to or ZERO))
        return found

    def price_of(self, service, zone, weight):
        """The :class:`Price` of a billable weight, or None."""
        for key in ((same(service), zone), ("", zone), (same(service), ""), ("", "")):
            rows = self._prices.get(key)
            if rows:
                return next((one for one in rows if one.up_to is None or weight <= one.up_to), None)
        return None

    def discount_of(self, service, zone, weight):
        """The :class:`Discount` told most closely, or None."""
        fitting = [
            one
            for one in self.discounts
            if (not one.service or same(one.service) == same(service))
            and (not one.zone or one.zone == zone)
            and (weight > one.over or not one.over)
        ]
        told = [(bool(one.service), bool(one.zone), one.over) for one in fitting]
        return fitting[told.index(max(told))] if fitting else None

    def fuel_of(self, service, day):
        """The :class:`Fuel` of a day, or None where none is known."""
        own = [one for one in self.fuels if one.service and same(one.service) == same(service)]
        rows = own or [one for one in self.fuels if not one.service]
        begun = [one for one in rows if one.since <= day]
        found = max(begun, key=lambda one: one.since, default=None)
        if found is None or not self.fuel_days:
            return found
        return found if day < found.since + timedelta(days=self.fuel_days) else None

    def accessorials_of(self, service):
        """Key → the :class:`Accessorial` for a service."""
        found = {}
        for one in sorted(self.accessorials, key=lambda one: bool(one.service)):
            if not one.service or same(one.service) == same(service):
                found[one.key] = one
        return found

    def guarantee_of(self, service):
        """The :class:`Guarantee` of a service, or None."""
        own = [one for one in self.guarantees if same(one.service) == same(service)]
        return next(iter(own), None) or next(
            (one for one in self.guarantees if not one.service), None
        )

    def areas_of(self, destination):
        """Keys of surcharges that are due for where it goes."""
        return {
            one.key for one in self.areas if lies(destination, one.country, one.first, one.last)
        }


def same(service):
    """A service's code as it is compared."""
    return (service or "").strip().casefold()


def lies(place, country, first, last):
    """Whether a (country, postcode) lies in a range of a country; empty stands for all."""
    where, postcode = place
    if country and country.upper() != where.upper():
        return False
    if not first:
        return True
    # Blanks and dashes are written or not.
    postcode, first = _plain(postcode), _plain(first)
    last = _plain(last) or first
    return bool(postcode) and first <= postcode[: len(first)] and postcode[: len(last)] <= last


# The ranges of an agreement are asked for every shipment.
@lru_cache(maxsize=16_384)
def _plain(postcode):
    return "".join(one for one in (postcode or "").upper() if one.isalnum())
