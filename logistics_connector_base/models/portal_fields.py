"""Odoo lets customers read their own orders and deliveries by calls, field by field. What ours say
there is for the staff (why an order is blocked, that goods are lost); customers have pages."""

from odoo import models

OURS = "logistics_connector"


def _is_for_staff(record, field):
    if record.env.su or not (record.env.user._is_portal() or record.env.user._is_public()):
        return False
    # Whichever addon of ours brings the field, today or later.
    return bool(field._modules) and field._modules[0].startswith(OURS)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and not _is_for_staff(self, field)


class SaleOrderLine(models.Model):
    _inherit = "sale.order.line"

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and not _is_for_staff(self, field)


class StockPicking(models.Model):
    _inherit = "stock.picking"

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and not _is_for_staff(self, field)
