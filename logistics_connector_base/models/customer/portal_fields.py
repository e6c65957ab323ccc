"""Odoo lets customers read their own orders and deliveries, and our companies, by calls, field by
field. What ours say there is for the staff (why an order is blocked, from which value on a shipment
is looked after); customers have pages."""

from odoo import models
from odoo.exceptions import AccessError

OURS = "logistics_connector"


def _is_customer(env):
    return not env.su and (env.user._is_portal() or env.user._is_public())


def _is_for_staff(record, field):
    # Whichever addon of ours brings the field, today or later.
    return bool(_is_customer(record.env) and field._modules and field._modules[0].startswith(OURS))


def _check_staff(env):
    """Odoo asks for the right to read a field, but not to search by one that is not stored; who
    may search could guess it letter by letter."""
    if _is_customer(env):
        raise AccessError(env._("This is for the staff."))


class BusinessStateMixin(models.AbstractModel):
    _inherit = "logistics.business.state.mixin"

    def _search_business(self, column, operator, value):
        _check_staff(self.env)
        return super()._search_business(column, operator, value)


class SaleOrder(models.Model):
    _inherit = "sale.order"

    def _search_billing_hold_reason(self, operator, value):
        _check_staff(self.env)
        return super()._search_billing_hold_reason(operator, value)

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


class ResCompany(models.Model):
    _inherit = "res.company"

    def _has_field_access(self, field, operation):
        return super()._has_field_access(field, operation) and not _is_for_staff(self, field)
