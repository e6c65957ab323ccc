from odoo import api, fields, models

from ..core.order_state import OrderFacts, order_state
from .selections import SHIPMENT_STATES


class SaleOrder(models.Model):
    _inherit = "sale.order"

    shipment_ids = fields.Many2many(
        "logistics.shipment",
        "logistics_shipment_sale_order_rel",
        "sale_order_id",
        "shipment_id",
        string="Shipments",
        copy=False,
        groups="logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
    )
    shipment_count = fields.Integer(compute="_compute_shipment_count", compute_sudo=True)
    logistics_state = fields.Selection(
        [
            ("pending", "Pending"),
            ("in_progress", "In progress"),
            ("partial", "Partial"),
            ("blocked", "Blocked"),
            ("fulfilled", "Fulfilled"),
            ("closed", "Closed"),
            ("cancelled", "Cancelled"),
        ],
        string="Logistics",
        compute="_compute_logistics_state",
        store=True,
        index=True,
        help="Where the order stands, from its deliveries, shipments and exceptions.",
    )
    logistics_blocked_reason = fields.Char(
        "Why blocked", compute="_compute_logistics_state", store=True
    )

    @api.depends("shipment_ids")
    def _compute_shipment_count(self):
        for order in self:
            order.shipment_count = len(order.shipment_ids)

    @api.depends("state", "invoice_status", "picking_ids.state")
    def _compute_logistics_state(self):
        # Shipments and exceptions are no dependencies: they change in bulk while the inbox is
        # worked, and call _refresh_logistics_state once for all orders concerned.
        for order in self.sudo():
            if order.state in ("draft", "sent"):
                order.logistics_state = False
                order.logistics_blocked_reason = False
                continue
            state, reasons = order_state(order._logistics_facts())
            order.logistics_state = state
            order.logistics_blocked_reason = ", ".join(
                order._logistics_reason_text(*reason) for reason in reasons
            )

    def _logistics_facts(self):
        self.ensure_one()
        deliveries = self.picking_ids.filtered(
            lambda picking: picking.picking_type_code in ("outgoing", "dropship")
        )
        shipments = self.shipment_ids.filtered(lambda shipment: shipment.state != "cancelled")
        exceptions = self.env["logistics.exception"].search(
            [
                ("shipment_id", "in", shipments.ids),
                ("is_open", "=", True),
                ("severity", "in", ("major", "critical")),
            ]
        )
        return OrderFacts(
            cancelled=self.state == "cancel",
            invoiced=self.invoice_status == "invoiced",
            open_deliveries=len(deliveries.filtered(lambda p: p.state not in ("done", "cancel"))),
            done_deliveries=len(deliveries.filtered(lambda p: p.state == "done")),
            shipment_states=tuple(shipments.mapped("state")),
            shipment_names=tuple(shipment.name for shipment in shipments),
            holds=tuple(shipment.name for shipment in shipments if shipment.on_hold),
            blocking_exceptions=tuple(exceptions.mapped("name")),
        )

    def _logistics_reason_text(self, kind, text):
        if kind == "hold":
            return self.env._("%s is on hold", text)
        if kind == "exception":
            return text
        label = dict(SHIPMENT_STATES)[kind.partition(":")[2]]
        return f"{text}: {label}"

    def _refresh_logistics_state(self):
        """Compute the business state anew (shipments or exceptions changed)."""
        field = self._fields["logistics_state"]
        self.env.add_to_compute(field, self)
        self.env.add_to_compute(self._fields["logistics_blocked_reason"], self)
        self._recompute_recordset(["logistics_state", "logistics_blocked_reason"])

    def action_view_shipments(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_shipment"
        )
        action = dict(action, domain=[("sale_order_ids", "in", self.ids)], context={})
        if len(self.shipment_ids) == 1:
            action.update(views=[(False, "form")], res_id=self.shipment_ids.id)
        return action

    def action_view_logistics_messages(self):
        """The messages that told of this order's shipments."""
        return self.sudo().shipment_ids.sudo(False).action_view_messages()
