# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The judgement of one billed shipment: what is compared with what, and why it differs."""

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from .duplicates import ANY_CHARGE, discounts_again, doubles, standing
from .facts import CREDITS, PASSED_ON, family
from .tolerance import Tolerances

ZERO = Decimal(0)
# From the gravest down: what is worst about a billed shipment names it.
VERDICTS = (
    "unknown",
    "duplicate",
    "not_shipped",
    "unmapped",
    "missing_rate",
    "over",
    "refund",
    "under",
    "tolerance",
    "clean",
)
# What can be found, and which verdict it makes.
FINDINGS = {
    "unknown_shipment": "unknown",
    "wrong_account": "over",
    "duplicate": "duplicate",
    "voided": "not_shipped",
    "never_moved": "not_shipped",
    "unmapped": "unmapped",
    "other_currency": "over",
    "no_rate": "missing_rate",
    "account_fee": "over",
    "account_charge": "missing_rate",
    "weight": "over",
    "service": "over",
    "zone": "over",
    "discount": "over",
    "old_rate": "over",
    "rate": "over",
    "fuel": "over",
    "fuel_follows": "over",
    "residential": "over",
    "address": "over",
    "not_asked": "over",
    "duty": "over",
    "total": "over",
    "late": "refund",
    "under": "under",
    "tolerance": "tolerance",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to be explained. ``key``: the family of charges it is about. ``amount``: what is at
    stake, over positive and under negative. ``charges``: ids of the charges. ``values``: what the
    explanation names."""

    code: str
    key: str
    amount: Decimal
    charges: tuple[int, ...] = ()
    values: tuple[tuple[str, object], ...] = ()

    @property
    def verdict(self):
        return FINDINGS[self.code]


@dataclass(frozen=True, slots=True)
class Compared:
    """A family of charges side by side; ``expected`` None: nothing was expected of it."""

    key: str
    expected: Decimal | None
    before: Decimal
    billed: Decimal

    @property
    def difference(self):
        return self.before + self.billed - (self.expected or ZERO)


@dataclass(frozen=True, slots=True)
class Audit:
    """The judgement. ``billed`` is what this bill asks for carriage, ``passed_on`` duties, taxes
    and brokerage, ``expected`` what was still to be billed of what was expected. ``over``: what
    is at stake in our favour, without what is tolerated."""

    verdict: str
    findings: tuple[Finding, ...]
    compared: tuple[Compared, ...]
    billed: Decimal
    passed_on: Decimal
    expected: Decimal | None

    @property
    def over(self):
        counted = (one.amount for one in self.findings if one.code != "tolerance")
        return sum((amount for amount in counted if amount > 0), ZERO)


def audit(billed, before, expectation, facts, tolerances=None, *, later=(), **names):
    """Judge what a bill charges for one shipment.

    :param billed: :class:`~.facts.Billed` of this bill
    :param before: :class:`~.facts.Before` of earlier bills for the same shipment
    :param later: the same of later bills: what they credit settles what is over here, and what they
        bill settles what is under; what they bill too much is judged there
    :param expectation: :class:`~.facts.Expectation`, or None where nothing is known
    :param facts: :class:`~.facts.Facts`
    :param tolerances: :class:`~.tolerance.Tolerances`; None: nothing is tolerated
    :param names: ``issuer`` and ``currency``, by which tolerances are chosen
    :rtype: Audit
    """
    return _Judge(billed, before, expectation, facts, tolerances, later, **names).judge()


class _Judge:
    def __init__(
        self, billed, before, expectation, facts, tolerances, later=(), issuer="", currency=""
    ):
        self.charges = [one for one in billed if not one.is_informational]
        self.before = standing(before)
        self.credited = [one for one in later if one.net < 0]
        self.billed_later = [one for one in later if one.net > 0]
        self.expectation = expectation
        self.facts = facts
        self.tolerances = tolerances or Tolerances()
        self.issuer, self.currency = issuer, currency
        self.findings = []
        self.compared = []
        self.done = set()  # ids of charges that a finding has taken as a whole

    # -- the order of the questions -------------------------------------------------------------

    def judge(self):
        facts = self.facts
        self._strangers()
        if facts.is_account:
            self._account()
        elif not facts.is_matched:
            self._whole("unknown_shipment")
        elif not facts.is_ours:
            self._whole("wrong_account")
        else:
            self._shipment()
        self.findings = list(self._not_settled_later())
        open_ = [one for one in self.findings if one.code != "tolerance"]
        verdicts = {one.verdict for one in self.findings}
        verdict = next((v for v in VERDICTS if v in verdicts), "clean")
        freight = [one for one in self.charges if one.kind not in PASSED_ON]
        expected = None
        if self.expectation is not None and not facts.is_account:
            spent = sum((one.net for one in self.before), ZERO)
            expected = sum(self.expectation.charges.values(), ZERO) - spent
        return Audit(
            verdict if open_ or verdict == "tolerance" else "clean",
            tuple(self.findings),
            tuple(self.compared),
            sum((one.net for one in freight), ZERO),
            sum((one.net for one in self.charges if one.kind in PASSED_ON), ZERO),
            expected,
        )

    def _not_settled_later(self):
        """The findings, less what later bills have put right: each credit counts once."""
        credits = {one.id: -one.net for one in self.credited}
        more = defaultdict(Decimal)
        for one in self.billed_later:
            more[family(one.key)] += one.net
        for found in self.findings:
            left = found.amount
            if left > 0:
                for one in self.credited:
                    if one.key in ANY_CHARGE or not found.key or family(one.key) == found.key:
                        used = min(left, credits[one.id])
                        credits[one.id] -= used
                        left -= used
            elif left < 0:
                used = min(-left, max(ZERO, more[found.key]))
                more[found.key] -= used
                left += used
            if left or not found.amount:
                yield replace(found, amount=left)

    def _strangers(self):
        """Charges that cannot be compared whatever we know of the shipment."""
        for one in self.charges:
            if one.other_currency:
                self._take("other_currency", one)
            elif not one.key and one.net:
                self._take("unmapped", one)

    def _shipment(self):
        facts = self.facts
        total = self._sum(self._open()) + self._sum([*self.before, *self.credited])
        if facts.is_voided and total > 0:
            self._whole("voided")
            return
        self._doubles()
        if facts.was_moved is False and total > 0 and self._sum(self._open()) > 0:
            self._whole("never_moved")
            return
        self._duties()
        if self.expectation is None:
            rest = [one for one in self._open() if one.kind not in PASSED_ON]
            if any(one.net for one in rest):
                self._find("no_rate", "", self._sum(rest), rest)
        elif self.expectation.is_total:
            self._compare_total()
        else:
            self._compare_families()
        self._late()

    # -- what is taken as a whole ----------------------------------------------------------------

    def _open(self):
        return [one for one in self.charges if one.id not in self.done]

    def _sum(self, charges):
        return sum((one.net for one in charges), ZERO)

    def _find(self, code, key, amount, charges=(), **values):
        ids = tuple(one.id for one in charges)
        self.findings.append(Finding(code, key, amount, ids, tuple(sorted(values.items()))))

    def _take(self, code, one, **values):
        self.done.add(one.id)
        self._find(code, family(one.key), one.net, [one], **values)

    def _whole(self, code):
        rest = self._open()
        if rest:
            self._find(code, "", self._sum(rest), rest)
            self.done |= {one.id for one in rest}

    def _account(self):
        """Charges of the account: what was agreed for each bill, or a question."""
        for one in self._open():
            agreed = self.facts.account_fees.get(one.key)
            if one.kind in PASSED_ON or one.net < 0:
                continue
            if agreed is None:
                self._take("account_charge", one)
            elif one.net != agreed:
                over = one.net - agreed
                self._find("account_fee", one.key, over, [one], agreed=agreed, billed=one.net)

    def _doubles(self):
        """Billed before: only what is more than was expected of its family, where that is known:
        two parcels may well cost the same."""
        expected = self._expected_by_family()
        charges = sorted(self._open(), key=lambda one: one.id)
        twice = doubles(charges, self.before)
        taken_off = discounts_again(charges, self.before, twice)
        totals = self._totals_by_family()
        for one in charges:
            if one.id not in twice:
                continue
            name, together = family(one.key), [one, *taken_off.get(one.id, ())]
            net = self._sum(together)
            if expected is not None and totals[name] - net < expected.get(name, ZERO):
                continue
            totals[name] -= net
            self.done |= {each.id for each in together}
            self._find("duplicate", name, net, together, bill=twice[one.id])

    def _expected_by_family(self):
        """None where nothing is known by family."""
        if self.expectation is None or self.expectation.is_total:
            return None
        found = defaultdict(Decimal)
        for key, amount in self.expectation.charges.items():
            found[family(key)] += amount
        return found

    def _totals_by_family(self):
        found = defaultdict(Decimal)
        for one in (*self.before, *self._open()):
            found[family(one.key)] += one.net
        return found

    def _duties(self):
        """Duties are no freight. Within a country there are none."""
        if self.facts.is_domestic:
            for one in self._open():
                if one.kind in ("government", "brokerage") and one.net > 0:
                    self._take("duty", one)

    # -- billed against expected ------------------------------------------------------------------

    def _freight(self):
        return [one for one in self._open() if one.kind not in PASSED_ON]

    def _before(self, keys=None):
        """What stands of earlier bills for the freight: duties are compared with nothing."""
        return sum((one.net for one in self.before if keys is None or one.key in keys), ZERO)

    def _compare_total(self):
        """Told as one amount: carriage, fuel and what was ordered are in it."""
        charges = self._freight()
        if not charges:
            return
        expected = sum(self.expectation.charges.values(), ZERO)
        side = Compared("", expected, self._before(), self._sum(charges))
        self.compared.append(side)
        self._settle(side, charges, lambda: ("total", {}))

    def _compare_families(self):
        expected = self._expected_by_family()
        billed, before = defaultdict(list), defaultdict(Decimal)
        for one in self._freight():
            billed[family(one.key)].append(one)
        for one in self.before:
            before[family(one.key)] += one.net
        # A credit of the whole takes from carriage first: it is told in one amount.
        base_over = ZERO
        for name in sorted(billed, key=lambda n: (n != "base_freight", n != "fuel", n)):
            charges = billed[name]
            side = Compared(name, expected.get(name), before[name], self._sum(charges))
            self.compared.append(side)
            if charges[0].kind in CREDITS:
                continue
            if name == "base_freight":
                base_over = side.difference
            why = partial(self._why, name, charges, base_over)
            self._settle(side, charges, why)
        for name, amount in sorted(expected.items()):
            if name not in billed and amount:
                self.compared.append(Compared(name, amount, before[name], ZERO))

    def _settle(self, side, charges, why):
        """Judge one comparison: nothing, tolerated, under, or over with a reason."""
        difference = side.difference
        if difference <= 0 and side.billed <= 0:
            return
        if difference > 0 >= side.billed:
            return  # a credit that does not go far enough: what is over was said before
        # What earlier bills had too much was found there; here only this bill's part counts.
        difference = min(difference, side.billed) if difference > 0 else difference
        if not difference:
            return
        within = self.tolerances.within(
            difference,
            side.expected or ZERO,
            issuer=self.issuer,
            service=self.facts.service,
            key=side.key,
            currency=self.currency,
        )
        if within and side.expected is not None:
            self._find("tolerance", side.key, difference, charges)
        elif difference < 0:
            self._find("under", side.key, difference, charges)
        else:
            code, values = why()
            self._find(code, side.key, difference, charges, **values)

    def _why(self, name, charges, base_over):
        """Why a family is over: (code, values)."""
        facts, expectation = self.facts, self.expectation
        if name == "base_freight":
            return self._why_base(charges)
        if name == "fuel":
            share = expectation.fuel_share
            billed = self._sum(charges)
            base = self._sum([o for o in self._freight() if family(o.key) == "base_freight"])
            values = {"billed_share": _share(billed, base), "agreed_share": share}
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

    def _why_base(self, charges):
        facts, expectation = self.facts, self.expectation
        corrected = [one for one in charges if one.key in ("weight_correction", "reweigh")]
        ours = expectation.weight or facts.weight
        heavier = ours and facts.billed_weight and facts.billed_weight > ours
        if facts.service and facts.billed_service and facts.service != facts.billed_service:
            return "service", {"ours": facts.service, "billed": facts.billed_service}
        if corrected or heavier:
            return "weight", {"ours": ours, "billed": facts.billed_weight}
        if expectation.zone and facts.billed_zone and expectation.zone != facts.billed_zone:
            return "zone", {"ours": expectation.zone, "billed": facts.billed_zone}
        billed = self._sum(charges)
        if expectation.older is not None and abs(billed - expectation.older) <= Decimal("0.02"):
            return "old_rate", {"older": expectation.older}
        listed = sum((one.list_amount or one.net for one in charges), ZERO)
        if expectation.discount and listed:
            given = 1 - billed / listed
            if given < expectation.discount - Decimal("0.005"):
                return "discount", {"given": given, "agreed": expectation.discount}
        return "rate", {}

    def _late(self):
        """The service was bought with a promise, and the agreement grants the money back."""
        facts = self.facts
        if not (facts.refundable and facts.promised_on and facts.delivered_on):
            return
        days = (facts.delivered_on - facts.promised_on).days
        charges = [o for o in self._freight() if family(o.key) in ("base_freight", "fuel")]
        given = [o for o in (*self.charges, *self.before) if o.key in ANY_CHARGE]
        amount = self._sum(charges) + self._sum(given)
        if days > 0 and self._sum(charges) > 0 and amount > 0:
            self._find("late", "", amount, charges, days=days)


def _share(fuel, base):
    return fuel / base if base else None


def _alike(fuel, base, share):
    """Whether the fuel is the agreed share of what was billed as carriage, to half a point."""
    return bool(share and base and abs(fuel / base - share) <= Decimal("0.005"))
