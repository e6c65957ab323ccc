from odoo import fields, models


class SaleOrderLine(models.Model):
    """A line that charges the customer what a carrier charged us."""

    _inherit = "sale.order.line"

    freight_charge_id = fields.Many2one(
        "logistics.freight.bill.charge",
        "Carrier's charge",
        readonly=True,
        copy=False,
        ondelete="restrict",
        groups="logistics_connector_freight_audit.group_freight_auditor",
    )
    freight_shipment_id = fields.Many2one(
        "logistics.shipment",
        "Shipment that was charged",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
        groups="logistics_connector_base.group_logistics_user",
    )

    # A charge reaches the customer once, whoever presses the button.
    _freight_charge_uniq = models.UniqueIndex(
        "(freight_charge_id, freight_shipment_id) WHERE freight_charge_id IS NOT NULL",
        "The customer was charged with this already.",
    )
