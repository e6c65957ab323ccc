from collections import defaultdict
from decimal import Decimal

from odoo import models
from odoo.addons.logistics_connector_freight_audit.models.bill.logistics_freight_bill_book import (
    parts as divided,
)

from ..core.landed import less_disputed


class LogisticsFreightBill(models.Model):
    """What of a bill belongs to goods that came in, and what of that no landed cost has yet."""

    _inherit = "logistics.freight.bill"

    def _inbound_lines(self):
        """Billed shipments that brought goods, and of which of our shipments these were.

        :return: lines; shipment → its receipts
        """
        shipments = self.shipment_line_ids.shipment_id | self.shipment_line_ids.shared_shipment_ids
        inbound = {}
        for shipment in shipments.sudo():
            receipts = shipment._landed_receipts()
            if receipts:
                inbound[shipment.id] = receipts
        lines = self.shipment_line_ids.filtered(
            lambda line: any(
                one.id in inbound for one in line.shared_shipment_ids or line.shipment_id
            )
        )
        return lines, inbound

    def _landed_products(self, lines):
        """Class → product and method, of the classes that are added to goods."""
        known = self._kinds_in_books()
        kinds = {kind for line in lines for kind in line._landed_by_kind(known)}
        products = self.env["logistics.freight.product"]
        found = {kind: products._landed_product(self.company_id, kind) for kind in kinds}
        return {kind: one for kind, one in found.items() if one[0]}

    def _amounts_for_goods(self):
        """(line, shipment, class) → amount in the bill's currency, received or not; and shipment →
        receipts."""
        lines, inbound = self._inbound_lines()
        products = self._landed_products(lines)
        kinds, found = self._kinds_in_books(), {}
        for line in lines:
            shares = line._shares()
            for kind, amount in line._landed_by_kind(kinds).items():
                if kind not in products:
                    continue
                for shipment, part in zip(
                    shares, divided(amount, shares, self.currency_id), strict=True
                ):
                    if shipment in inbound:
                        found[line.id, shipment, kind] = part
        return found, inbound

    def _landed_parts(self):
        """What belongs to goods that were received: (line, shipment, class) → receipts, amount; and
        the receipts of those that were not."""
        amounts, inbound = self._amounts_for_goods()
        parts, waiting = {}, self.env["stock.picking"]
        for (line, shipment, kind), amount in amounts.items():
            done = inbound[shipment].filtered(lambda one: one.state == "done")
            if done:
                parts[line, shipment, kind] = (done, amount)
            else:
                waiting |= inbound[shipment]
        return parts, waiting

    def _still_to_add(self, parts):
        """Receipts → class → [(line, shipment, amount)], without what landed costs have already.
        What they have and should not is taken out again of the same goods."""
        there = self.env["logistics.freight.landed"].search(
            [("bill_id", "=", self.id), ("cost_id.state", "!=", "cancel")]
        )
        left = dict(parts)
        for one in there:
            key = (one.line_id.id, one.shipment_id.id, one.kind)
            receipts, amount = left.get(key, (one.cost_id.picking_ids, 0.0))
            left[key] = (receipts, amount - one.amount)
        groups = defaultdict(lambda: defaultdict(list))
        for (line, shipment, kind), (receipts, amount) in left.items():
            if not self.currency_id.is_zero(amount):
                groups[receipts][kind].append((line, shipment, amount))
        return groups


class LogisticsFreightBillShipment(models.Model):
    _inherit = "logistics.freight.bill.shipment"

    def _landed_by_kind(self, kinds):
        """Class → what of it belongs to goods: without what is disputed, given back or unknown.

        :param dict kinds: id of a charge → its class in the books, where that is not its own
        """
        landed = defaultdict(Decimal)
        for charge in self.charge_ids:
            kind = kinds.get(charge.id) or charge.kind or "base"
            if (
                charge.type_id.is_landed
                and kind != "disputed"
                and not charge.is_informational
                and charge.currency_id == self.bill_id.currency_id
            ):
                landed[kind] += Decimal(str(charge.net))
        disputed = self._disputed_by_kind(self._billed_by_kind(kinds))
        disputed = {kind: Decimal(str(amount)) for kind, amount in disputed.items()}
        return {kind: float(amount) for kind, amount in less_disputed(landed, disputed).items()}
