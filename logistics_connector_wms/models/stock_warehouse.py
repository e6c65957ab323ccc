from odoo import api, fields, models
from odoo.exceptions import ValidationError

# Providers that may speak for a warehouse.
KINDS = ("warehouse", "canonical")
# A gate that opens lets go what it held back.
SETTINGS = {
    "logistics_tells_delivery",
    "logistics_tells_receipt",
    "logistics_tells_return",
    "logistics_tells_transfer",
    "logistics_gate_stock",
    "logistics_gate_item",
    "logistics_gate_address",
    "logistics_gate_phone",
    "logistics_gate_complete",
    "logistics_gate_credit",
}


class StockWarehouse(models.Model):
    _inherit = "stock.warehouse"

    logistics_connection_id = fields.Many2one(
        "logistics.connection",
        "3PL connection",
        domain=[("provider_id.kind", "in", KINDS)],
        ondelete="restrict",
        index="btree_not_null",
        copy=False,
        groups="logistics_connector_base.group_logistics_user",
        help="The partner who runs this warehouse. While the connection is live, a delivery that "
        "is ready becomes a released shipment, and the partner's messages find it by its name.",
    )

    # what the partner is told
    logistics_tells_delivery = fields.Boolean("Deliveries", default=True)
    logistics_tells_receipt = fields.Boolean(
        "Receipts", help="What is expected of suppliers is announced (ASN)."
    )
    logistics_tells_return = fields.Boolean(
        "Returns", help="What customers send back is announced."
    )
    logistics_tells_transfer = fields.Boolean(
        "Transfers",
        help="Between this warehouse and another one: it is asked to send, or told what it gets.",
    )

    # what holds a delivery back
    logistics_gate_stock = fields.Selection(
        [("some", "As soon as something is reserved"), ("all", "When all of it is reserved")],
        "Goods",
        required=True,
        default="some",
        help="A delivery whose shipping policy waits for all products is never told before.",
    )
    logistics_gate_address = fields.Boolean(
        "Complete address",
        help="Street, city, country, and the zip code where the country has one. What lacks one of "
        "them is held back.",
    )
    logistics_gate_phone = fields.Boolean("With a phone number")
    logistics_gate_complete = fields.Boolean(
        "Complete orders only",
        help="A delivery waits until all that is open of its sales order is reserved here.",
    )
    logistics_gate_credit = fields.Boolean(
        "Customer's credit",
        help="What a customer gets who is above the credit limit is held back (Invoicing → "
        "Configuration → Sales Credit Limit).",
    )
    logistics_has_cut_off = fields.Boolean(
        "Cut-off", help="What is ready later leaves with the next working day."
    )
    logistics_cut_off = fields.Float("Time of the cut-off", default=16.0)
    logistics_calendar_id = fields.Many2one(
        "resource.calendar",
        "Working days",
        help="Days and hours of the warehouse, in the calendar's time zone. Without one each day "
        "counts, in the zone of the connection.",
    )

    @api.constrains("logistics_cut_off")
    def _check_logistics_cut_off(self):
        for warehouse in self:
            if not 0 <= warehouse.logistics_cut_off < 24:
                raise ValidationError(self.env._("A cut-off is a time of the day, such as 16:00."))

    def _logistics_tz(self):
        """IANA name of the zone in which the cut-off is meant. As superuser."""
        self.ensure_one()
        names = (
            self.logistics_calendar_id.tz,
            self.logistics_connection_id.tz,
            self.company_id.resource_calendar_id.tz,
            "UTC",
        )
        return next(filter(None, names))

    @api.constrains("logistics_connection_id", "company_id")
    def _check_logistics_connection(self):
        for warehouse in self.sudo():
            connection = warehouse.logistics_connection_id
            if not connection:
                continue
            if connection.provider_id.kind not in KINDS:
                raise ValidationError(
                    self.env._(
                        "“%s” is no connection of a warehouse or 3PL.", connection.display_name
                    )
                )
            if warehouse.company_id not in connection._served_companies():
                raise ValidationError(
                    self.env._(
                        "“%(connection)s” does not serve %(company)s. Add the company to those "
                        "that the connection serves.",
                        connection=connection.display_name,
                        company=warehouse.company_id.display_name,
                    )
                )

    def write(self, vals):
        result = super().write(vals)
        if vals.get("logistics_connection_id") or SETTINGS & vals.keys():
            self._release_ready_deliveries()
        return result

    def _release_ready_deliveries(self):
        """Tell of what was ready before the warehouse's connection was, and of what a gate no
        longer holds back."""
        here = self.filtered(lambda one: one.sudo().logistics_connection_id)
        if not here:
            return
        transfers = (
            self.env["stock.picking"]
            .sudo()
            .search(
                [
                    ("state", "in", ("assigned", "confirmed")),
                    "|",
                    "|",
                    ("picking_type_id.warehouse_id", "in", here.ids),
                    ("location_id.warehouse_id", "in", here.ids),
                    ("location_dest_id.warehouse_id", "in", here.ids),
                ],
                order="id",
            )
        )
        transfers._release_to_warehouse()
