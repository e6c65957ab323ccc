from odoo import models


class LogisticsAdvice(models.Model):
    """Packages that left: those of the goods, and those of the shipment."""

    _inherit = "logistics.advice"

    def _package(self, line):
        told = self.package_ids.filtered(lambda one: one.key == line.package_key)[:1]
        if not told:
            return self.env["stock.package"]
        if not told.package_id:
            kinds = self.env["stock.package.type"]
            if told.packaging:
                kinds = kinds.search([("name", "=", told.packaging)], limit=1)
            told.package_id = self.env["stock.package"].create(
                {
                    "name": told.sscc or told.tracking or told.key,
                    "package_type_id": kinds.id,
                    "shipping_weight": told.weight,
                }
            )
        return told.package_id

    def _describe_shipments(self, pickings):
        """The packages that left are those of the shipment: what the carrier tells finds it."""
        for picking in pickings.filtered(lambda one: one._is_last_leg()):
            shipment = picking._ensure_shipment()
            keys = picking.move_line_ids.logistics_advice_line_id.mapped("package_key")
            told = self.package_ids.filtered(lambda one, keys=keys: one.key in keys)
            if not told and len(pickings) == 1:
                told = self.package_ids
            carrier = told.filtered("carrier")[:1].carrier
            if carrier and not shipment.issuer:
                shipment.issuer = carrier
            known = shipment.package_ids
            for one in told:
                if any(
                    (one.tracking and one.tracking == two.tracking_number)
                    or (one.sscc and one.sscc == two.sscc)
                    for two in known
                ):
                    continue
                known.create(
                    {
                        "shipment_id": shipment.id,
                        "tracking_number": one.tracking,
                        "sscc": one.sscc,
                        "weight": one.weight,
                        "length": one.length,
                        "width": one.width,
                        "height": one.height,
                    }
                )
