from odoo import api, fields, models

from ...core.identity import normalise_number


class LogisticsShipmentPackage(models.Model):
    """A handling unit: what carries one label."""

    _name = "logistics.shipment.package"
    _description = "Shipment Package"
    _order = "shipment_id, sequence, id"
    _rec_name = "tracking_number"

    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="shipment_id.company_id", store=True, index=True)
    sequence = fields.Integer(default=10)
    tracking_number = fields.Char()
    sscc = fields.Char("SSCC", help="Serial Shipping Container Code of GS1, 18 digits.")
    weight = fields.Float(help="In the unit of the settings (kg or lb).")
    length = fields.Float()
    width = fields.Float()
    height = fields.Float()

    @api.model_create_multi
    def create(self, vals_list):
        packages = super().create(vals_list)
        packages._reflect_references()
        packages.shipment_id._refold_moved()
        return packages

    def write(self, vals):
        result = super().write(vals)
        if {"tracking_number", "sscc"} & set(vals):
            self._reflect_references()
            self.shipment_id._refold_moved()
        return result

    def unlink(self):
        shipments = self.shipment_id
        # Its numbers go with it by the database's own rule; through them, what waits is told.
        shipments.sudo().reference_ids.filtered(lambda ref: ref.package_id in self).unlink()
        result = super().unlink()
        shipments._refold_moved()
        return result

    def _reflect_references(self):
        """A package's numbers are references of its shipment: events find it by them."""
        reference_model = self.env["logistics.shipment.reference"]
        values = []
        for package in self:
            shipment = package.shipment_id
            known = {(ref.type, ref.value) for ref in shipment.reference_ids}
            for kind, value in (("tracking", package.tracking_number), ("sscc", package.sscc)):
                if value and (kind, value) not in known:
                    known.add((kind, value))
                    values.append(
                        {
                            "shipment_id": shipment.id,
                            "package_id": package.id,
                            "type": kind,
                            "value": value,
                            "issuer": shipment.issuer if kind == "tracking" else "",
                        }
                    )
        reference_model.create(values)

    @api.model
    def _by_number(self, shipment_ids):
        """The packages of shipments by what they carry.

        :return: ``(shipment id, normalised tracking number)`` → id of the first such package
        """
        found = {}
        for package in self.search([("shipment_id", "in", list(shipment_ids))]):
            key = normalise_number(package.tracking_number or "")
            if key:
                found.setdefault((package.shipment_id.id, key), package.id)
        return found
