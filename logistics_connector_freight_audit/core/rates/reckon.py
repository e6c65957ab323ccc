# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The reckoning. Money is rounded half up to the currency's smallest unit, at these places and no
others: the list price of a rated weight, its discount, each surcharge (before and after its own
discount), the fuel of a rated weight (or of the shipment). What is not known is named, never
guessed."""

from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from .agreement import ZERO
from .facts import GRAVE, Expected, Line, Missing, Step, choose

POUND = Decimal("0.45359237")
INCH = Decimal("2.54")
# Of a weight that was converted, what lies below this is nobody's gram: it must start no new step.
FINEST = Decimal("0.0001")


def expected_of(agreements, facts):
    """:func:`expected` by the agreement that is in force."""
    found = choose(agreements, facts)
    if len(found) != 1:
        code = "two_agreements" if found else "no_agreement"
        return Expected(missing=(Missing(code, facts.carrier),))
    return expected(found[0], facts)


def expected(agreement, facts):
    """What a shipment should cost by an agreement, whatever its dates.

    :param agreement: :class:`~.agreement.Agreement`
    :param facts: :class:`~.facts.Facts`
    :rtype: Expected
    """
    return _Reckoner(agreement, facts).reckon()


class _Reckoner:
    def __init__(self, agreement, facts):
        self.agreement, self.facts = agreement, facts
        self.unit = Decimal(1).scaleb(-agreement.digits)
        self.lines, self.missing = [], []

    def reckon(self):
        agreement, facts = self.agreement, self.facts
        zone = self._zone()
        rated = self._weights()
        if not agreement.covers(facts.service):
            self._lack("no_agreement", facts.service)
        guarantee = agreement.guarantee_of(facts.service)
        told = {
            "agreement_id": agreement.id,
            "currency": agreement.currency,
            "zone": zone or "",
            "weight": self._in_kg(sum((one[0] for one in rated), ZERO)) if rated else None,
            "is_refundable": bool(guarantee and guarantee.is_refundable),
            "exclusions": guarantee.exclusions if guarantee else (),
        }
        if zone is None or not rated or self.missing_gravely():
            return Expected(missing=self._missing(), **told)
        bases = [self._carriage(zone, weight, steps) for weight, steps in rated]
        if None in bases:
            return Expected(missing=self._missing(), **told)
        nets = [net for net, _percent in bases]
        self._least_of_shipment(nets)
        extras = self._accessorials(sum(nets, ZERO), sum((one[0] for one in rated), ZERO))
        told["fuel"] = self._fuel(nets, extras)
        percents = {percent for _net, percent in bases}
        told["discount"] = percents.pop() if len(percents) == 1 else None
        return Expected(tuple(self.lines), self._missing(), **told)

    def _lack(self, code, about=""):
        self.missing.append(Missing(code, about))

    def _missing(self):
        return tuple(dict.fromkeys(self.missing))

    def missing_gravely(self):
        return any(one.code in GRAVE for one in self.missing)

    def _round(self, amount):
        return amount.quantize(self.unit, ROUND_HALF_UP)

    # -- zone and weight -----------------------------------------------------------------------

    def _zone(self):
        facts = self.facts
        if facts.zone:
            return facts.zone
        if not self.agreement.zones:
            return ""  # one table for everywhere
        found = self.agreement.zones_of(facts.service, facts.origin, facts.destination)
        if len(found) == 1:
            return next(iter(found))
        where = " ".join(filter(None, facts.destination))
        self._lack("two_zones" if found else "no_zone", where)
        return None

    def _own(self, kg):
        agreement = self.agreement
        weight = kg / POUND if agreement.weight_unit == "lb" else kg
        return weight.quantize(FINEST, ROUND_HALF_UP)

    def _in_kg(self, weight):
        return (weight * POUND if self.agreement.weight_unit == "lb" else weight).normalize()

    def _sides(self, package):
        """A package's sides in the agreement's unit as they are measured, longest first."""
        agreement = self.agreement
        if not package.sides or not all(package.sides):
            return None
        sides = []
        for side in package.sides:
            side = side / INCH if agreement.length_unit == "in" else side
            side = side.quantize(FINEST, ROUND_HALF_UP)
            rounding = ROUND_CEILING if agreement.side_rounding == "up" else ROUND_HALF_UP
            sides.append(_stepped(side, agreement.side_step, rounding))
        return tuple(sorted(sides, reverse=True))

    def _weights(self):
        """What is rated: [(billable weight, steps)], heaviest first, so that no order decides."""
        agreement, found = self.agreement, []
        for package in self.facts.packages:
            found.append(self._billable(package))
        if not found or None in found:
            if not self.missing_gravely():
                self._lack("no_weight")
            return []
        if agreement.rated_by == "shipment" and len(found) > 1:
            whole = sum((weight for weight, _steps in found), ZERO)
            step = Step("together", (("packages", len(found)), ("weight", whole)))
            found = [(whole, (step,))]
        rounded = []
        for weight, steps in found:
            up = _stepped(weight, agreement.weight_step, ROUND_CEILING)
            rounded.append((up, (*steps, self._weight_step("billable", up))))
        return sorted(rounded, key=lambda one: (one[0], str(one[1])), reverse=True)

    def _billable(self, package):
        agreement = self.agreement
        if not package.weight or package.weight < 0:
            self._lack("no_weight")
            return None
        actual = self._own(package.weight)
        if not agreement.divisor:
            return actual, ()
        sides = self._sides(package)
        if sides is None:
            self._lack("no_dimensions")
            return actual, ()
        volume = sides[0] * sides[1] * sides[2]
        by_volume = (volume / agreement.divisor).quantize(FINEST, ROUND_HALF_UP)
        if volume < agreement.dim_from or by_volume <= actual:
            return actual, ()
        values = (
            ("sides", sides),
            ("length_unit", agreement.length_unit),
            ("divisor", agreement.divisor),
            ("actual", actual),
        )
        return by_volume, (Step("dimensional", values),)

    def _weight_step(self, code, weight):
        return Step(code, (("weight", weight), ("weight_unit", self.agreement.weight_unit)))

    # -- carriage ------------------------------------------------------------------------------

    def _carriage(self, zone, weight, steps):
        """A rated weight's carriage: (net, percent off), or None."""
        agreement, service = self.agreement, self.facts.service
        row = agreement.price_of(service, zone, weight)
        if row is None:
            self._lack("no_price", zone)
            return None
        units = _stepped(max(weight - row.over, ZERO) / row.per, row.step, ROUND_CEILING)
        listed = net = self._round(row.amount + units * row.rate)
        where = [Step("zone", (("zone", zone),))] if zone else []
        steps = [*where, *steps, Step("list", (("amount", listed),))]
        discount = agreement.discount_of(service, zone, weight)
        percent = discount.percent if discount else ZERO
        if percent:
            net = listed - self._round(listed * percent / 100)
            steps.append(Step("discount", (("percent", percent),)))
        # A minimum of the service is told more closely than the one for every package.
        least = (discount.minimum if discount else ZERO) or agreement.minimum_package
        if net < least:
            net = self._round(least)
            steps.append(Step("minimum", (("amount", net),)))
        self.lines.append(Line("base_freight", net, tuple(steps)))
        return net, percent

    def _least_of_shipment(self, nets):
        """What lacks to the minimum of the shipment goes upon its heaviest package."""
        least = self._round(self.agreement.minimum_shipment)
        lacking = least - sum(nets, ZERO)
        if lacking > 0:
            nets[0] += lacking
            step = Step("minimum_shipment", (("amount", least),))
            self.lines.append(Line("minimum_charge", lacking, (step,)))

    # -- surcharges ----------------------------------------------------------------------------

    def _accessorials(self, base, weight):
        """Key → amount of what is due."""
        facts, found = self.facts, {}
        agreed = self.agreement.accessorials_of(facts.service)
        areas = self.agreement.areas_of(facts.destination)
        for key in sorted(set(facts.asked) - set(agreed)):
            self._lack("no_accessorial", key)
        for key in sorted(agreed):
            one = agreed[key]
            times, why = self._due(one, areas)
            if not times:
                continue
            amount, steps = self._surcharge(one, base, weight)
            if amount is None:
                continue
            if times > 1:
                amount *= times
                steps = (*steps, Step("times", (("times", times),)))
            found[key] = amount
            self.lines.append(Line(key, amount, (Step(why), *steps)))
        return found

    def _due(self, one, areas):
        """(How often a surcharge is due, by what)."""
        facts = self.facts
        many = len(facts.packages) if one.each else 1
        if one.key in facts.asked:
            return many, "asked"
        if one.when == "always":
            return many, "always"
        if one.when == "residential":
            if facts.residential is None:
                self._lack("residential_unknown", one.key)
            return (many if facts.residential else 0), "residential"
        if one.when == "area":
            return (many if one.key in areas else 0), "area"
        if one.when in ("weight", "longest", "girth"):
            concerned = sum(self._exceeds(one, package) for package in facts.packages)
            return (concerned if one.each else min(concerned, 1)), one.when
        return 0, ""

    def _exceeds(self, one, package):
        if one.when == "weight":
            return self._own(package.weight) > one.limit
        sides = self._sides(package)
        if sides is None:
            self._lack("no_dimensions", one.key)
            return False
        girth = sides[0] + 2 * (sides[1] + sides[2])
        return (sides[0] if one.when == "longest" else girth) > one.limit

    def _surcharge(self, one, base, weight):
        """(Its amount, steps); None where it cannot be known."""
        steps = []
        if one.kind == "flat":
            amount = one.amount
        elif one.kind == "per_weight":
            amount = one.amount * weight
            steps.append(Step("per_weight", (("amount", one.amount), ("weight", weight))))
        else:
            of = base if one.kind == "percent_base" else self.facts.declared_value
            if of is None:
                self._lack("no_value", one.key)
                return None, ()
            amount = of * one.amount / 100
            steps.append(Step(one.kind, (("percent", one.amount), ("of", of))))
        amount = self._round(amount)
        steps.append(Step("list", (("amount", amount),)))
        if one.discount:
            amount -= self._round(amount * one.discount / 100)
            steps.append(Step("discount", (("percent", one.discount),)))
        if amount < one.minimum:
            amount = self._round(one.minimum)
            steps.append(Step("minimum", (("amount", amount),)))
        return amount, tuple(steps)

    # -- fuel ----------------------------------------------------------------------------------

    def _fuel(self, nets, extras):
        """The percent; its charge is of what the agreement names."""
        agreement = self.agreement
        on = agreement.fuel_on
        if not on:
            return None
        found = agreement.fuel_of(self.facts.service, self.facts.ship_date)
        if found is None:
            self._lack("no_fuel", self.facts.ship_date.isoformat())
            return None
        bases = list(nets) if "base_freight" in on else [ZERO] * len(nets)
        bases[0] += sum((amount for key, amount in extras.items() if key in on), ZERO)
        whole = sum(bases, ZERO)
        if agreement.fuel_rounded_by == "shipment":
            bases = [whole]
        percent = found.percent * (100 - agreement.fuel_discount) / 100
        amount = sum((self._round(base * percent / 100) for base in bases), ZERO)
        values = (("percent", percent), ("of", whole), ("since", found.since))
        self.lines.append(Line("fuel", amount, (Step("fuel", values),)))
        return percent


def _stepped(value, step, rounding):
    """A value to whole steps; a step of 0 leaves it."""
    if not step:
        return value
    # Where a conversion or a division left a trace, it starts no new step.
    return (value / step).quantize(FINEST, ROUND_HALF_UP).to_integral_value(rounding) * step
