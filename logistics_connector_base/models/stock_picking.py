from odoo import api, fields, models


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
    def _compute_shipment_summary(self):
        for picking in self:
            shipments = picking.shipment_ids
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
