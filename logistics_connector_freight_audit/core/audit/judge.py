# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The judgement of one billed shipment: what is compared with what, and why it differs."""

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from functools import partial

from .duplicates import ANY_CHARGE, discounts_again, doubles, standing
from .facts import CREDITS, PASSED_ON, family
from .findings import VERDICTS, ZERO, Audit, Compared, Finding
from .reasons import why
from .tolerance import Tolerances


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
            reason = partial(
                why, name, charges, self._freight(), base_over, self.facts, self.expectation
            )
            self._settle(side, charges, reason)
        for name, amount in sorted(expected.items()):
            if name not in billed and amount:
                self.compared.append(Compared(name, amount, before[name], ZERO))

    def _settle(self, side, charges, reason):
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
            code, values = reason()
            self._find(code, side.key, difference, charges, **values)

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
