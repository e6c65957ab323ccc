# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What was billed before: the same charge, for the same parcel, at the same amount (domain.md 2.4
c, d). A correction at another amount is none (e), and what was credited counts no more (f)."""

from collections import Counter

# A credit of these takes back whatever charge has its amount.
ANY_CHARGE = ("void_credit", "guarantee_credit", "credit_adjustment")
# Where a carrier tells the list price and what it takes off it as two charges.
LISTED, DISCOUNTS = "base_freight", ("discount", "earned_discount")


def standing(before):
    """The earlier charges that still stand, and credits that met no charge: a charge and the credit
    of its amount are gone together.

    :param before: :class:`~.facts.Before`, in any order
    :return: list of them, by their ids
    """
    before = sorted(before, key=lambda one: one.id)
    charges = [one for one in before if one.net > 0]
    left = []
    for credit in (one for one in before if one.net < 0):
        met = [one for one in charges if _meets(credit, one)]
        if met:
            charges.remove(met[0])
        else:
            left.append(credit)
    return sorted(charges + left, key=lambda one: one.id)


def _meets(credit, charge):
    if credit.net != -charge.net:
        return False
    if credit.tracking and charge.tracking and credit.tracking != charge.tracking:
        return False
    return credit.key == charge.key or credit.key in ANY_CHARGE


def doubles(billed, before):
    """Charges that were billed before, on an earlier bill or on this one.

    :param billed: :class:`~.facts.Billed` of this bill
    :param before: what :func:`standing` left
    :return: id of a charge → number of the bill that had it first, empty: this one
    """
    there = {}
    for one in before:
        if one.net > 0:
            there.setdefault((one.key, one.net, one.tracking), []).append(one.bill)
    found, mine = {}, Counter()
    for one in standing([one for one in billed if one.key and not one.is_informational]):
        same = (one.key, one.net, one.tracking)
        if one.net <= 0:
            continue
        if there.get(same):
            found[one.id] = there[same].pop(0)
        elif mine[same]:
            found[one.id] = ""
        mine[same] += 1
    return found


def discounts_again(billed, before, twice):
    """Discounts that were billed again together with their list price. A discount alone is never a
    double: it is in our favour.

    :param billed: :class:`~.facts.Billed` of this bill
    :param before: what :func:`standing` left
    :param twice: what :func:`doubles` found
    :return: id of a list price that was billed before → its discounts on this bill
    """
    taken_off = [one for one in billed if one.net < 0 and one.key in DISCOUNTS]
    there = Counter(
        (one.bill, one.key, one.net, one.tracking) for one in before if one.key in DISCOUNTS
    )
    mine = Counter((one.key, one.net, one.tracking) for one in taken_off)
    found, used = {}, set()
    for price in sorted(billed, key=lambda one: one.id):
        if price.id not in twice or price.key != LISTED:
            continue
        bill, kinds = twice[price.id], set()
        # On this bill alone the first of two is no double: taken from the end.
        for one in sorted(taken_off, key=lambda each: each.id, reverse=not bill):
            same = (one.key, one.net, one.tracking)
            if one.id in used or one.key in kinds or one.tracking != price.tracking:
                continue
            if there[(bill, *same)] if bill else mine[same] > 1:
                there[(bill, *same)] -= 1
                mine[same] -= 1
                used.add(one.id)
                kinds.add(one.key)
                found.setdefault(price.id, []).append(one)
    return found
