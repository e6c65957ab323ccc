from odoo import api, fields, models
from odoo.tools import SQL

# Types of transfers that bring goods to a customer; the second comes with stock_dropshipping.
DELIVERING = ("outgoing", "dropship")


class StockPicking(models.Model):
    _inherit = "stock.picking"

    shipment_ids = fields.Many2many(
        "logistics.shipment",
        "logistics_shipment_picking_rel",
        "picking_id",
        "shipment_id",
        string="Shipments",
        copy=False,
        groups="logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
    )
    shipment_count = fields.Integer(compute="_compute_shipment_summary", compute_sudo=True)
    shipment_status = fields.Char(
        "Tracking",
        compute="_compute_shipment_summary",
        compute_sudo=True,
        help="Where the goods are, as the carrier reports it.",
    )
    shipment_last_event_at = fields.Datetime(
        "Last scan", compute="_compute_shipment_summary", compute_sudo=True
    )
    shipment_estimated_at = fields.Datetime(
        "Expected delivery", compute="_compute_shipment_summary", compute_sudo=True
    )

    @api.depends("shipment_ids.state", "shipment_ids.last_event_at")
    @api.depends_context("uid")
    def _compute_shipment_summary(self):
        for picking in self:
            shipments = picking.shipment_ids._in_scope()
            labels = dict(shipments._fields["state"]._description_selection(self.env))
            picking.shipment_count = len(shipments)
            picking.shipment_status = ", ".join(
                dict.fromkeys(labels[shipment.state] for shipment in shipments)
            )
            picking.shipment_last_event_at = max(
                shipments.filtered("last_event_at").mapped("last_event_at"), default=False
            )
            picking.shipment_estimated_at = max(
                shipments.filtered("estimated_delivery_at").mapped("estimated_delivery_at"),
                default=False,
            )

    def action_view_shipments(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_shipment"
        )
        action = dict(action, domain=[("picking_ids", "in", self.ids)], context={})
        if len(self.shipment_ids) == 1:
            action.update(views=[(False, "form")], res_id=self.shipment_ids.id)
        return action

    # -- deliveries become shipments ----------------------------------------------------------

    def _is_last_leg(self):
        """Whether this transfer brings the goods to the customer: of a delivery in several steps it
        is the last one, and a drop shipment is one by itself. A warehouse that supplies another one
        sends by an outgoing transfer, too; then the other one's delivery is the last leg."""
        self.ensure_one()
        if self.picking_type_code not in DELIVERING:
            return False
        seen = moves = self.sudo().move_ids
        while moves:
            moves = moves.move_dest_ids - seen
            # What comes back and goes out again is another journey.
            moves = moves.filtered(lambda m: m.state != "cancel" and not m.origin_returned_move_id)
            later = moves.picking_id - self.sudo()
            if any(picking.picking_type_code in DELIVERING for picking in later):
                return False
            seen |= moves
        return True

    def _live_shipments(self):
        """The shipments of this delivery that were not called off, oldest first."""
        self.ensure_one()
        return self.sudo().shipment_ids.filtered(lambda s: s.state != "cancelled").sorted("id")

    def _ensure_shipment(self, values=None):
        """The shipment of this delivery, made if it has none. A delivery has one live shipment,
        whoever asks first: the release to a warehouse, a tracking number, a booking.

        :param dict values: more fields of the shipment. A shipment that is there gets those that
            are still empty on it; what somebody else has written stays.
        :return: the shipment, as superuser
        """
        self.ensure_one()
        # Two transactions that do this at the same time must not make two: the second one fails
        # on this row, is done again by Odoo, and finds the shipment of the first.
        self.env.execute_query(
            SQL("UPDATE stock_picking SET id = id WHERE id = %s RETURNING id", self.id)
        )
        shipment = self._live_shipments()[-1:]
        if not shipment:
            # What names this delivery means the new shipment, not the one that was called off.
            self.sudo().shipment_ids.reference_ids.filtered(
                lambda reference: reference.type in ("picking", "order", "customer")
            )._expire()
            return self.sudo().shipment_ids.create({**self._shipment_values(), **(values or {})})
        missing = {name: value for name, value in (values or {}).items() if not shipment[name]}
        if missing:
            shipment.write(missing)
        return shipment

    def _shipment_values(self):
        """What the delivery itself says of its shipment."""
        self.ensure_one()
        picking = self.sudo()
        orders = picking.sale_id | picking.move_ids.sale_line_id.order_id
        orders = orders.filtered(lambda order: order.company_id == picking.company_id)
        warehouse = picking.picking_type_id.warehouse_id
        sender, receiver = warehouse.partner_id, picking.partner_id
        if picking.picking_type_code == "dropship":
            # The transfer's contact is the supplier.
            sender = picking.partner_id
            receiver = picking.move_ids.partner_id[:1] or orders.partner_shipping_id[:1]
        elif picking.picking_type_code == "incoming":
            sender, receiver = receiver, sender or picking.company_id.partner_id
        earlier = orders.shipment_ids.sorted("id")[:1]
        numbers = [("picking", picking.name)]
        for order in orders:
            numbers += [("order", order.name), ("customer", order.client_order_ref)]
        return {
            "company_id": picking.company_id.id,
            "warehouse_id": warehouse.id,
            "partner_id": receiver.id,
            # One thread from the order through all that follows (law 12).
            **({"correlation_id": earlier.correlation_id} if earlier else {}),
            "origin": picking.origin or picking.name,
            "promised_delivery_at": picking.date_deadline,
            "picking_ids": [(6, 0, picking.ids)],
            "sale_order_ids": [(6, 0, orders.ids)],
            "reference_ids": [
                (0, 0, {"type": kind, "value": value})
                for kind, value in dict.fromkeys(numbers)
                if value
            ],
            "stop_ids": [
                (0, 0, {"sequence": sequence, "role": role, "partner_id": partner.id})
                for sequence, role, partner in (
                    (10, "origin", sender),
                    (20, "destination", receiver),
                )
                if partner
            ],
        }

    def _cancel_shipments(self):
        """Call off the shipments of cancelled deliveries: those that the carrier has not got, and
        that carry no other delivery."""
        for picking in self:
            for shipment in picking._live_shipments():
                others = shipment.picking_ids.filtered(lambda p: p.state != "cancel") - picking
                if not others and not shipment._reached_the_carrier():
                    shipment._record_own_event("SHP_CANCELLED", text=picking.name)

    def action_cancel(self):
        result = super().action_cancel()
        # A delivery without lines has no move that would say it (see stock.move).
        self.filtered(lambda picking: picking.state == "cancel")._cancel_shipments()
        return result
