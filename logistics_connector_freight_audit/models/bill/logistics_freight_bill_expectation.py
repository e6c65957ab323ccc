from collections import defaultdict
from decimal import Decimal

from odoo import models

from ...core.audit import Expectation
from ...core.bill import Charge

# Of a booked charge that no mapping knows.
BY_CATEGORY = {"base": "base_freight", "fuel": "fuel"}


class LogisticsFreightBillShipment(models.Model):
    """What should have been billed: what was booked, else what was quoted."""

    _inherit = "logistics.freight.bill.shipment"

    def _expectations(self):
        """Line → core.audit.Expectation, for lines of which something is known."""
        return self._booked_expectations()

    def _booked_expectations(self):
        shipments = (self.shipment_id | self.shared_shipment_ids).sudo()
        catalogue = self.env["logistics.freight.charge.map"]._catalogue()
        charges = defaultdict(list)
        for charge in shipments.charge_ids:
            if charge.category != "tax" and charge.kind in ("booked", "estimated"):
                charges[charge.shipment_id.id].append(charge)
        found = {}
        for line in self:
            mine = [one for sid in line._shipment_ids() for one in charges.get(sid, ())]
            booked = [one for one in mine if one.kind == "booked"]
            chosen = booked or mine
            if chosen:
                source = "booked" if booked else "quoted"
                found[line] = line._expectation_of(chosen, source, catalogue)
        return found

    def _expectation_of(self, charges, source, catalogue):
        bill = self.bill_id
        amounts, is_known = defaultdict(Decimal), True
        for charge in charges:
            key = charge.type_id.key
            if not key:
                told = Charge(0, Decimal(0), code=charge.code or "", description=charge.name or "")
                entry = catalogue.find(bill.issuer, told).entry
                key = entry.key if entry else BY_CATEGORY.get(charge.category)
            is_known = is_known and bool(key)
            amount = charge.currency_id._convert(
                charge.amount, bill.currency_id, bill.company_id, bill.date
            )
            amounts[key or "other_accessorial"] += Decimal(str(amount))
        # One price for all of it has fuel and what was ordered in it.
        is_total = not is_known or set(amounts) == {"base_freight"}
        return Expectation(dict(amounts), source, is_total=is_total)
