from odoo import api, fields, models


class StockPicking(models.Model):
    _inherit = "stock.picking"

    logistics_rest_waits = fields.Boolean(
        "The warehouse sends the rest",
        readonly=True,
        copy=False,
        groups="stock.group_stock_user,logistics_connector_base.group_logistics_user,"
        "logistics_connector_base.group_logistics_service",
        help="Its back-order is worked by the warehouse under this transfer's number, and is not "
        "released anew.",
    )
    logistics_advice_ids = fields.Many2many(
        "logistics.advice",
        "logistics_advice_picking_rel",
        "picking_id",
        "advice_id",
        string="Warehouse advices",
        readonly=True,
        copy=False,
        groups="logistics_connector_base.group_logistics_user",
    )

    logistics_advice_count = fields.Integer(
        "Told by 3PL",
        compute="_compute_logistics_advice_count",
        groups="logistics_connector_base.group_logistics_user",
    )

    @api.depends("name", "logistics_advice_ids")
    def _compute_logistics_advice_count(self):
        for picking in self:
            picking.logistics_advice_count = len(picking._told_by_warehouse())

    def _told_by_warehouse(self):
        """What the warehouse told of this transfer, or of the one whose back-order it is."""
        advices = self.env["logistics.advice"]
        return advices.search([("picking_id", "in", self.ids)]) | self.logistics_advice_ids

    def action_view_advices(self):
        self.ensure_one()
        advices = self._told_by_warehouse()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_wms.action_advice"
        )
        action = dict(action, domain=[("id", "in", advices.ids)], context={})
        if len(advices) == 1:
            action.update(views=[(False, "form")], res_id=advices.id)
        return action

    def _logistics_chain(self):
        """The transfer and the back-orders that were made of it, oldest first."""
        chain = level = self.sudo()
        while level:
            level = level.backorder_ids - chain
            chain |= level
        return chain.sorted("id")

    def _is_told_apart(self):
        """Whether it is released under its own number: not where the warehouse works it under that
        of the transfer from which it was split."""
        self.ensure_one()
        origin = self.sudo().backorder_id
        return not (origin and origin.logistics_rest_waits)
