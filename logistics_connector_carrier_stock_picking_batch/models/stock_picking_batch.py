from odoo import api, fields, models


class StockPickingBatch(models.Model):
    """Carriers' labels of a batch or wave, all at once."""

    _inherit = "stock.picking.batch"

    logistics_delivery_count = fields.Integer(
        "Carriers' labels", compute="_compute_logistics_labels", compute_sudo=True
    )
    logistics_labelled_count = fields.Integer(
        "Labelled", compute="_compute_logistics_labels", compute_sudo=True
    )
    logistics_look_count = fields.Integer(
        "Labels that need a look", compute="_compute_logistics_labels", compute_sudo=True
    )
    logistics_can_ask = fields.Boolean(compute="_compute_logistics_labels", compute_sudo=True)

    @api.depends(
        "picking_ids.state",
        "picking_ids.carrier_id.delivery_type",
        "picking_ids.booking_ids.state",
    )
    def _compute_logistics_labels(self):
        for batch in self:
            deliveries = batch._logistics_deliveries()
            states = deliveries.mapped("booking_state")
            batch.logistics_delivery_count = len(deliveries)
            batch.logistics_labelled_count = states.count("booked")
            batch.logistics_look_count = sum(deliveries.mapped("label_needs_look"))
            batch.logistics_can_ask = bool(batch._logistics_unasked())

    def _logistics_deliveries(self):
        """The transfers of which a carrier's label is wanted, in the batch's order."""
        found = self.picking_ids.filtered(
            lambda one: (
                one.carrier_id.delivery_type == "logistics"
                and one.picking_type_code != "incoming"
                and one.state != "cancel"
                and one._is_last_leg()
            )
        )
        return found.sorted(lambda one: (one.batch_sequence, one.id))

    def _logistics_unasked(self):
        """Those of which a label can be asked for now."""
        return self._logistics_deliveries().filtered(
            lambda one: not one.booking_is_alive and not one._no_label_reason()
        )

    # -- buttons ------------------------------------------------------------------------------

    def action_ask_carrier_labels(self):
        """Ask for the labels of all its deliveries, and show how far the carriers are."""
        self.ensure_one()
        self.check_access("write")
        return self._logistics_deliveries().action_ask_labels()

    def action_print_carrier_labels(self):
        """The labels that are there, in the batch's order; what has none is named."""
        self.ensure_one()
        self.check_access("read")
        return self._logistics_deliveries().action_print_labels()

    def action_view_carrier_labels(self):
        """The deliveries that have no label, and why; all of them where each has one."""
        self.ensure_one()
        deliveries = self._logistics_deliveries()
        without = deliveries.filtered(lambda one: one.booking_state != "booked")
        shown = without or deliveries
        view = self.env.ref(
            "logistics_connector_carrier_stock_picking_batch.view_picking_labels_list"
        )
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Without label") if without else self.env._("Labelled"),
            "res_model": "stock.picking",
            "views": [(view.id, "list"), (False, "form")],
            "domain": [("id", "in", shown.ids)],
        }
