# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Why a family of charges is over what was expected."""

from decimal import Decimal

from .facts import family
from .findings import ZERO

# Two cents are no other rate; half a point is no other discount, nor another fuel share.
CENTS, POINT = Decimal("0.02"), Decimal("0.005")


def why(name, charges, freight, base_over, facts, expectation):
    """The reason that explains best why a family is over.

    :param str name: of the family
    :param charges: :class:`~.facts.Billed` of the family
    :param freight: all charges for the freight of the shipment on this bill
    :param Decimal base_over: by how much the carriage is over
    :param facts: :class:`~.facts.Facts`
    :param expectation: :class:`~.facts.Expectation`
    :return: (code of a finding, what its explanation names)
    """
    if name == "base_freight":
        return _why_base(charges, facts, expectation)
    if name == "fuel":
        share, billed = expectation.fuel_share, _sum(charges)
        base = _sum([one for one in freight if family(one.key) == "base_freight"])
        values = {"billed_share": billed / base if base else None, "agreed_share": share}
        follows = base_over > 0 and _alike(billed, base, share)
        return ("fuel_follows" if follows else "fuel"), values
    if name == "residential" and facts.is_residential is False:
        return "residential", {}
    if name == "address_correction" and facts.is_address_right:
        return "address", {}
    if expectation.charges.get(name):
        return "rate", {}
    if name in facts.asked:
        return "no_rate", {}  # it is due, and nobody knows at which price
    return "not_asked", {}


def _why_base(charges, facts, expectation):
    corrected = [one for one in charges if one.key in ("weight_correction", "reweigh")]
    ours = expectation.weight or facts.weight
    heavier = ours and facts.billed_weight and facts.billed_weight > ours
    if facts.service and facts.billed_service and facts.service != facts.billed_service:
        return "service", {"ours": facts.service, "billed": facts.billed_service}
    if corrected or heavier:
        return "weight", {"ours": ours, "billed": facts.billed_weight}
    if expectation.zone and facts.billed_zone and expectation.zone != facts.billed_zone:
        return "zone", {"ours": expectation.zone, "billed": facts.billed_zone}
    billed = _sum(charges)
    if expectation.older is not None and abs(billed - expectation.older) <= CENTS:
        return "old_rate", {"older": expectation.older}
    listed = sum((one.list_amount or one.net for one in charges), ZERO)
    if expectation.discount and listed:
        given = 1 - billed / listed
        if given < expectation.discount - POINT:
            return "discount", {"given": given, "agreed": expectation.discount}
    return "rate", {}


def _sum(charges):
    return sum((one.net for one in charges), ZERO)


def _alike(fuel, base, share):
    """Whether the fuel is the agreed share of what was billed as carriage."""
    return bool(share and base and abs(fuel / base - share) <= POINT)
