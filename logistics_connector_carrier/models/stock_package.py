from odoo import models


class StockPackage(models.Model):
    _inherit = "stock.package"

    def _shipment_measures(self, picking):
        """What a carrier's parcel has of this package."""
        self.ensure_one()
        package = self.with_context(picking_id=picking.id)
        kind = package.package_type_id
        return {
            "weight": package.shipping_weight or package.weight,
            "length": kind.packaging_length,
            "width": kind.width,
            "height": kind.height,
            "sscc": package.name if package.valid_sscc else False,
        }
