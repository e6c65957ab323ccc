from odoo import models


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _customer_shipments(self):
        """The shipments of an order as its page in the portal names them, newest first.

        Whoever may see the order's page may see them: each leads to the page of its link or, where
        the company has switched these off, into the portal.
        """
        self.ensure_one()
        order = self.sudo()
        shipments = order.shipment_ids.filtered(lambda s: s.company_id == order.company_id)
        audience = "public" if order.company_id.logistics_tracking_page else "portal"
        return shipments.sorted("id", reverse=True)._customer_links(audience)
