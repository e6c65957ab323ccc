"""What a shipment costs by its agreement. README.md tells every rule and its rounding.

All sums are Decimal. Money is rounded half up to the cent, and only where it is said.
"""

from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
# What is booked with the label. An address is corrected later.
LATER = ("address_correction",)


@dataclass(frozen=True)
class Charge:
    """``package`` counts from 0; ``listed`` is before discount, of carriage alone."""

    key: str
    net: Decimal
    package: int = 0
    listed: Decimal | None = None


@dataclass(frozen=True)
class Rating:
    """``weights``: what was rated, in kg, by package (or one, where all are rated as one)."""

    service: str
    zone: str
    weights: tuple
    charges: tuple

    def by_key(self):
        found = {}
        for one in self.charges:
            found[one.key] = found.get(one.key, Decimal(0)) + one.net
        return found


def cents(amount):
    """Half up to the cent."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def zone_of(agreement, shipment):
    """The zone of the far end: where an inbound shipment comes from, where any other goes. Of the
    entries of its country the longest ZIP prefix decides."""
    end = shipment["origin" if shipment["direction"] == "inbound" else "destination"]
    fitting = [
        one
        for one in agreement["zones"]
        if one["country"] == end["country"] and end["zip"].startswith(one["zip_prefix"])
    ]
    return max(fitting, key=lambda one: len(one["zip_prefix"]))["zone"]


def version_at(agreement, day):
    """The version that is valid on the day of shipping."""
    return max(
        (one for one in agreement["versions"] if one["valid_from"] <= day),
        key=lambda one: one["valid_from"],
    )


def fuel_at(agreement, day):
    """The percent of the week (from Monday) of the day of shipping."""
    weeks = agreement["fuel"]["weeks"]
    return max((one for one in weeks if one["from"] <= day), key=lambda one: one["from"])["percent"]


def weights(agreement, packages, divisor=None):
    """What is rated, in kg. Of a package the greater of its weight and L × W × H / divisor, each
    side first rounded half up to whole cm. ``rated_by`` package: each is rounded up to the next
    half kg. ``rated_by`` shipment: they are summed, then rounded up once."""
    divisor = divisor or agreement["dimensions"]["divisor"]
    single = []
    for package in packages:
        volume = Decimal(1)
        for side in package["cm"]:
            volume *= side.quantize(Decimal(1), ROUND_HALF_UP)
        single.append(max(package["kg"], volume / divisor))
    if agreement["rated_by"] == "shipment":
        single = [sum(single, Decimal(0))]
    step = agreement["dimensions"]["weight_step_kg"]
    return tuple((one / step).to_integral_value(ROUND_CEILING) * step for one in single)


def list_price(version, service, zone, kg):
    """The price of the first break that is not below the weight; above the last, its price and so
    much for each started kg more."""
    table = version["prices"][service][zone]
    for one in table["breaks"]:
        if kg <= one["up_to_kg"]:
            return one["price"]
    last = table["breaks"][-1]
    more = (kg - last["up_to_kg"]).to_integral_value(ROUND_CEILING)
    return last["price"] + more * table["per_kg_above"]


def carriage(version, service, zone, kg, *, off=None, minimum=None):
    """→ (list, net). Net is list less the discount, which is rounded half up; at least the
    minimum."""
    listed = list_price(version, service, zone, kg)
    percent = version["discount_percent"][service] if off is None else off
    least = version["minimum"][service] if minimum is None else minimum
    net = max(listed - cents(listed * percent / 100), least)
    return max(listed, net), net


def accessorials(agreement, shipment):
    """Key → amount, of the shipment once, whatever its packages."""
    due = set(shipment["requested"])
    end = shipment["destination"]
    if shipment["residential"]:
        due.add("residential")
    if any(end["zip"].startswith(one) for one in agreement["delivery_area_prefixes"]):
        due.add("delivery_area")
    if not shipment["address_valid"]:
        due.add("address_correction")
    found = {}
    for key in sorted(due):
        found[key] = accessorial(agreement, key, shipment["declared_value"])
    return found


def accessorial(agreement, key, declared=Decimal(0)):
    """A flat amount, or a percent of the declared value, half up, at least its minimum."""
    rule = agreement["accessorials"][key]
    if rule["kind"] == "flat":
        return rule["amount"]
    return max(cents(declared * rule["percent"] / 100), rule["minimum"])


def rate(agreement, shipment, **wrong):
    """What the shipment costs.

    Fuel is a percent of the week, of the net charges named in ``applies_to``, rounded half up for
    each rated package. What is charged once for the shipment belongs to its first package.

    :param wrong: what the carrier did otherwise: service, zone, divisor, kg (more for the first
        package), version, off, minimum, fuel
    :rtype: Rating
    """
    day = shipment["ship_date"]
    service = wrong.get("service", shipment["service"])
    zone = wrong.get("zone") or zone_of(agreement, shipment)
    version = wrong.get("version") or version_at(agreement, day)
    percent = wrong.get("fuel") or fuel_at(agreement, day)
    rated = list(weights(agreement, shipment["packages"], wrong.get("divisor")))
    rated[0] = rated[0] + wrong.get("kg", Decimal(0))
    extras = accessorials(agreement, shipment)
    fuelled = agreement["fuel"]["applies_to"]
    off, minimum = wrong.get("off"), wrong.get("minimum")
    charges = []
    for at, kg in enumerate(rated):
        listed, net = carriage(version, service, zone, kg, off=off, minimum=minimum)
        charges.append(Charge("base_freight", net, at, listed))
        basis = net
        if at == 0:
            charges += [Charge(key, amount) for key, amount in extras.items()]
            basis += sum((extras[key] for key in extras if key in fuelled), Decimal(0))
        charges.append(Charge("fuel", cents(basis * percent / 100), at))
    return Rating(service, zone, tuple(rated), tuple(charges))
