from odoo import api, fields, models
from odoo.addons.logistics_connector_base.models.selections import BUSINESS_STATES
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

# Of orders that have transfers; the same rule as ``together``, for many at once.
STATES = """
SELECT l.order_id, CASE
    WHEN bool_or(s.state = 'blocked') THEN 'blocked'
    WHEN bool_and(s.state = 'cancelled') THEN 'cancelled'
    WHEN bool_and(s.state IN ('fulfilled', 'closed', 'cancelled')) THEN
        CASE WHEN min(o.invoice_status) = 'invoiced' THEN 'closed' ELSE 'fulfilled' END
    WHEN bool_or(s.state IN ('partial', 'fulfilled', 'closed')) THEN 'partial'
    WHEN bool_or(s.state = 'in_progress') THEN 'in_progress'
    ELSE 'pending' END AS state
FROM purchase_order_line l
JOIN purchase_order o ON o.id = l.order_id
JOIN stock_move m ON m.purchase_line_id = l.id
JOIN logistics_business_state s ON s.picking_id = m.picking_id
GROUP BY l.order_id
"""
ENDED = {"fulfilled", "closed", "cancelled"}


def together(states, is_billed):
    """The state of a purchase order, from those of its transfers.

    :param states: of its receipts, drop shipments and returns
    :param bool is_billed: nothing is left to bill
    :return: one of the business states; False where there is no transfer
    """
    found = set(states) - {False}
    if not found:
        return False
    if "blocked" in found:
        return "blocked"
    if found == {"cancelled"}:
        return "cancelled"
    if found <= ENDED:
        return "closed" if is_billed else "fulfilled"
    if found & {"partial", "fulfilled", "closed"}:
        return "partial"
    return "in_progress" if "in_progress" in found else "pending"


class PurchaseOrder(models.Model):
    """Where the goods of a purchase order stand: what its receipts and drop shipments say together.
    What is read is right at once; what is searched and grouped by is seconds old."""

    _inherit = "purchase.order"

    logistics_state = fields.Selection(
        BUSINESS_STATES,
        "Logistics",
        compute="_compute_logistics_state",
        search="_search_logistics_state",
        help="Where the goods stand, from its receipts, drop shipments and their shipments.\n"
        "Pending: nothing is under way. In progress: a shipment is. Partial: some of it is here, "
        "or goes back. Blocked: somebody has to act first. Fulfilled: all is here, or at the "
        "customer, but for what was called off. Closed: billed, too.",
    )
    logistics_reasons = fields.Json("What blocks", compute="_compute_logistics_state")
    logistics_blocked_reason = fields.Char("Why blocked", compute="_compute_logistics_state")

    @api.depends("invoice_status", "order_line.move_ids.picking_id.state")
    @api.depends_context("lang")
    def _compute_logistics_state(self):
        for order in self:
            pickings = order.sudo().order_line.move_ids.picking_id
            reasons = [reason for picking in pickings for reason in picking.logistics_reasons or ()]
            order.logistics_state = together(
                pickings.mapped("logistics_state"), order.invoice_status == "invoiced"
            )
            order.logistics_reasons = reasons
            order.logistics_blocked_reason = ", ".join(
                dict.fromkeys(reason["text"] for reason in reasons)
            )

    def _search_logistics_state(self, operator, value):
        if not self.env.su and not self.env.user._is_internal():
            # Odoo does not ask who may search by a field that is not stored.
            raise AccessError(self.env._("This is for the staff."))
        if operator != "in":
            return NotImplemented
        states = SQL(STATES)
        wanted = [state for state in value if state]
        found = Domain(
            "id",
            "in",
            SQL("(SELECT order_id FROM (%s) of_order WHERE state = ANY(%s))", states, wanted),
        )
        if False in value:
            found |= Domain("id", "not in", SQL("(SELECT order_id FROM (%s) of_order)", states))
        return found

    def _field_to_sql(self, alias, field_expr, query=None):
        if field_expr != "logistics_state" or query is None:
            return super()._field_to_sql(alias, field_expr, query)
        self._check_field_access(self._fields[field_expr], "read")
        states = query.make_alias(alias, "logistics_states")
        query.add_join(
            "LEFT JOIN",
            states,
            SQL("(%s)", SQL(STATES)),
            SQL("%s = %s", SQL.identifier(states, "order_id"), SQL.identifier(alias, "id")),
        )
        return SQL.identifier(states, "state")

    def _has_field_access(self, field, operation):
        is_ours = field.name.startswith("logistics_")
        if is_ours and not self.env.su and not self.env.user._is_internal():
            return False  # vendors see their orders in the portal
        return super()._has_field_access(field, operation)
