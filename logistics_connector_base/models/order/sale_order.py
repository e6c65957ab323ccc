from odoo import api, fields, models

from ...business_state import judge


class SaleOrder(models.Model):
    _name = "sale.order"
    _inherit = ["sale.order", "logistics.business.state.mixin"]
    _business_kind = "order"

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
        help="Where the order stands, from its deliveries, shipments and exceptions.\n"
        "Pending: nothing is released. In progress: somebody works at it, or all of it is on its "
        "way. Partial: some of it has left or arrived, or comes back. Blocked: somebody has to "
        "act first. Fulfilled: all is delivered, but for what was called off. Closed: invoiced, "
        "too, and the freight of its shipments is approved (a booked or billed charge without an "
        "approved one is open; where no charge is known, nothing is waited for).\n"
        "An order with nothing to ship has none.",
    )
    logistics_lines = fields.Json(
        "Quantities in logistics",
        compute="_compute_logistics_lines",
        compute_sudo=True,
        help="Per line, what has left, arrived and come back.",
    )

    @api.depends("shipment_ids")
    @api.depends_context("uid")
    def _compute_shipment_count(self):
        for order in self:
            order.shipment_count = len(order.shipment_ids._in_scope())

    @api.depends(
        "state",
        "invoice_status",
        "order_line.product_uom_qty",
        "order_line.qty_delivered",
        "picking_ids.state",
        "shipment_ids.state",
        "shipment_ids.on_hold",
    )
    def _compute_logistics_state(self):
        return super()._compute_logistics_state()

    @api.depends("logistics_state")
    @api.depends_context("lang")
    def _compute_logistics_lines(self):
        judged = judge.judge(self.env, "order", self._origin.ids)
        words = self._logistics_line_words()
        for order in self:
            judgement = judged.get(order._origin.id)
            found = judgement.lines if judgement else {}
            order.logistics_lines = [
                {
                    "id": line._origin.id,
                    "name": line.product_id.display_name or line.name,
                    "unit": line.product_uom_id.name or "",
                    "word": words.get(one.standing, ""),
                    "standing": one.standing,
                    **{
                        name: getattr(one, name)
                        for name in (
                            "ordered",
                            "shipped",
                            "delivered",
                            "returned",
                            "coming_back",
                            "called_off",
                            "to_ship",
                        )
                    },
                }
                for line in order.order_line
                # A line that is being edited is known by the one that is stored.
                if (one := found.get(line._origin.id)) and one.standing != "none"
            ]

    @api.model
    def _logistics_line_words(self):
        return {
            "waiting": self.env._("Waiting"),
            "started": self.env._("Being worked"),
            "moving": self.env._("On its way"),
            "part": self.env._("In part"),
            "delivered": self.env._("Delivered"),
            "returning": self.env._("Return under way"),
            "returned": self.env._("Came back"),
            "called_off": self.env._("Called off"),
        }

    def _compute_invoice_status(self):
        result = super()._compute_invoice_status()
        self.env["logistics.business.state"]._look_soon()
        return result

    def write(self, vals):
        result = super().write(vals)
        if {"state", "shipment_ids", "warehouse_id", "commitment_date"} & set(vals):
            self.env["logistics.business.state"]._changed()
        return result

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
