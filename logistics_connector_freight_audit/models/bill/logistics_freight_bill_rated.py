from dataclasses import replace
from decimal import Decimal

from odoo import models

from ...core import rates
from ...core.audit import Expectation
from ...core.audit.facts import family
from .logistics_freight_bill_facts import NOTHING


class LogisticsFreightBillShipment(models.Model):
    """What should have been billed by the rate agreement: for all that was not booked, and for
    charges that nobody could book, such as the correction of an address."""

    _inherit = "logistics.freight.bill.shipment"

    def _expectations(self):
        booked = super()._expectations()
        rated, older = self._rated()
        found = {}
        for line in self:
            agreed, mine = rated.get(line), booked.get(line)
            if agreed is None:
                if mine:
                    found[line] = mine
                continue
            priced = line._expectation_rated(agreed, older.get(line))
            if mine is None or mine.source == "quoted":
                found[line] = priced
                continue
            charges = dict(mine.charges)
            if not mine.is_total:
                # Due by what happened on the way, at the price that was agreed.
                there = {family(key) for key in charges}
                happened = line._happened()
                for key, amount in priced.charges.items():
                    if family(key) not in there and key in happened:
                        charges[key] = amount
            found[line] = replace(priced, charges=charges, source="booked", is_total=mine.is_total)
        return found

    def _rated(self):
        """(line → core.rates.Expected, line → the same by the version before), of lines that an
        approved agreement prices."""
        shipments = (self.shipment_id | self.shared_shipment_ids).sudo()
        agreement = self.env["logistics.rate.agreement"]
        agreements = agreement._in_core(self.bill_id.company_id, self.bill_id.issuer)
        if not agreements or not shipments:
            return {}, {}
        facts = agreement._facts_of(shipments)
        found, older = {}, {}
        for line in self:
            mine = line._rating_facts(facts)
            if mine is None:
                continue
            expected = rates.expected_of(agreements, mine)
            if not expected.is_priced or expected.currency != line.currency_id.name:
                expected = line._in_currency(expected)
            if expected is None:
                continue
            found[line] = expected
            since = next(o.valid_from for o in agreements if o.id == expected.agreement_id)
            before = [one for one in agreements if one.valid_from < since]
            if before:
                last = max(before, key=lambda one: one.valid_from)
                older[line] = rates.expected(replace(last, valid_until=None), mine)
        return found, older

    def _rating_facts(self, facts):
        """What is known of it; of a consolidation all packages together."""
        shipments = (self.shared_shipment_ids or self.shipment_id).sudo()
        told = [facts.get(one.id) for one in shipments]
        if not told or not all(told):
            return None
        asked = frozenset().union(*(one.asked for one in told), self._happened())
        packages = tuple(package for one in told for package in one.packages)
        return replace(told[0], packages=packages, asked=asked)

    def _happened(self):
        """Surcharges that are due by what happened, whoever ordered them: the keys."""
        shipment = self.shipment_id.sudo()
        told = self._events_told(shipment).get(shipment.id, NOTHING)
        wrong_address, attempts, returned, _reasons = told
        happened = {
            "address_correction": wrong_address,
            "redelivery": attempts > 1,
            "return_to_sender": returned,
        }
        return frozenset(key for key, is_so in happened.items() if is_so)

    def _in_currency(self, expected):
        """What was agreed in another currency, in the bill's; None where there is no price."""
        if not expected.is_priced:
            return None
        currency = self.env["res.currency"].search([("name", "=", expected.currency)], limit=1)
        if not currency:
            return None
        bill = self.bill_id

        def told(amount):
            here = currency._convert(float(amount), bill.currency_id, bill.company_id, bill.date)
            return Decimal(str(here))

        charges = tuple(replace(one, amount=told(one.amount)) for one in expected.charges)
        return replace(expected, charges=charges, currency=bill.currency_id.name)

    def _expectation_rated(self, expected, older):
        before = None
        if older is not None and older.is_priced:
            before = sum(
                (a for key, a in older.by_key().items() if family(key) == "base_freight"),
                Decimal(0),
            )
        return Expectation(
            charges=expected.by_key(),
            source="rated",
            zone=expected.zone,
            weight=expected.weight,
            fuel_share=expected.fuel / 100 if expected.fuel is not None else None,
            discount=expected.discount / 100 if expected.discount else None,
            older=before,
            is_refundable=expected.is_refundable,
            exclusions=expected.exclusions,
        )
