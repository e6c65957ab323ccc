from odoo import api, fields, models
from odoo.addons.logistics_connector_base.models.shipment.logistics_shipment import FINAL_STATES
from odoo.exceptions import ValidationError

FIELDS = {"logistics_tracker_connection_id", "logistics_tracker_code", "logistics_connection_id"}


class DeliveryCarrier(models.Model):
    """Who follows the numbers of a delivery method: another provider than the carrier."""

    _inherit = "delivery.carrier"

    logistics_tracker_connection_id = fields.Many2one(
        "logistics.connection",
        "Followed by",
        check_company=True,
        domain="[('flow_ids.code', '=', 'track')]",
        ondelete="set null",
        groups="logistics_connector_base.group_logistics_user",
        help="A provider that is asked to tell of each number, such as AfterShip or EasyPost. "
        "Empty: the carrier's own account, where that can be asked.",
    )
    logistics_tracker_code = fields.Char(
        "Carrier's name there",
        groups="logistics_connector_base.group_logistics_user",
        help="How that provider calls this carrier: “ups”, “royal-mail”, or a number with 17TRACK. "
        "Empty: the provider finds it out, where it can.",
    )

    @api.constrains("logistics_tracker_connection_id")
    def _check_tracker_connection(self):
        for method in self.sudo():
            connection = method.logistics_tracker_connection_id
            if connection and not connection._trackers():
                raise ValidationError(
                    self.env._("“%s” cannot be asked to follow numbers.", connection.name)
                )

    def write(self, vals):
        result = super().write(vals)
        if FIELDS & vals.keys():
            for method in self.sudo():
                shipments = self.env["logistics.shipment"].sudo()
                under_way = shipments.search(
                    [
                        ("picking_ids.carrier_id", "=", method.id),
                        ("state", "not in", FINAL_STATES),
                    ]
                )
                self.env["logistics.tracker"].sudo()._move(under_way)
        return result
