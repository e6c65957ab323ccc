from odoo import models

from ..charge.logistics_freight_charge_type import NOT_FREIGHT

CATEGORIES = {
    "base": "base",
    "fuel": "fuel",
    "accessorial": "accessorial",
    "adjustment": "accessorial",
}


class LogisticsFreightBillShipment(models.Model):
    """What was billed stands on the shipments, beside what was estimated and booked."""

    _inherit = "logistics.freight.bill.shipment"

    def _book_charges(self):
        """Write the charges of these lines on their shipments, in place of what stood there of
        them. Of a consolidation each shipment bears its part by weight."""
        charges = self.env["logistics.shipment.charge"].sudo()
        charges.search([("bill_charge_id.line_id", "in", self.ids)]).unlink()
        values = []
        for line in self:
            shares = line._shares()
            for charge in line.charge_ids:
                if charge.is_informational or not charge.net:
                    continue
                amounts = parts(charge.net, shares, line.currency_id)
                for shipment_id, amount in zip(shares, amounts, strict=True):
                    values.append(line._booked_values(charge, shipment_id, amount))
        charges.create(values)

    def _shares(self):
        """Shipment id → its share of what is billed, by weight; equal where weights are missing."""
        self.ensure_one()
        shipments = self.shared_shipment_ids or self.shipment_id
        weights = {one.id: sum(one.sudo().package_ids.mapped("weight")) for one in shipments}
        if not all(weights.values()):
            weights = dict.fromkeys(weights, 1.0)
        total = sum(weights.values())
        return {sid: weight / total for sid, weight in weights.items()}

    def _booked_values(self, charge, shipment_id, amount):
        category = "tax" if charge.kind in NOT_FREIGHT else CATEGORIES.get(charge.kind, "other")
        return {
            "shipment_id": shipment_id,
            "bill_charge_id": charge.id,
            "kind": "billed",
            "category": category,
            "type_id": charge.type_id.id,
            "code": charge.code,
            "name": charge.type_id.name or charge.description or charge.code or "?",
            "amount": amount,
            "currency_id": charge.currency_id.id,
        }


def parts(amount, shares, currency):
    """An amount in parts that make the whole to the cent: the last one takes what is left."""
    found = [currency.round(amount * share) for share in shares.values()]
    if found:
        found[-1] = currency.round(amount - sum(found[:-1]))
    return found
