from odoo import api, fields, models

from ..logistics_shipment import AUDITOR


class LogisticsShipment(models.Model):
    """Whether the customer has paid for what was shipped, as Odoo's books have it."""

    _inherit = "logistics.shipment"

    customer_payment = fields.Selection(
        [
            ("unbilled", "Not billed"),
            ("partly_billed", "Partly billed"),
            ("billed", "Billed"),
            ("partly_paid", "Partly paid"),
            ("paid", "Paid"),
        ],
        "Customer",
        compute="_compute_customer_payment",
        compute_sudo=True,
        groups=AUDITOR,
        help="From the invoices of its orders: paid is what Odoo has reconciled with a payment.",
    )
    customer_paid_on = fields.Date(
        "Customer paid on",
        compute="_compute_customer_payment",
        compute_sudo=True,
        groups=AUDITOR,
        help="When the last of its invoices was settled.",
    )

    @api.depends(
        "sale_order_ids.invoice_ids.state",
        "sale_order_ids.invoice_ids.payment_state",
        "sale_order_ids.invoice_status",
    )
    def _compute_customer_payment(self):
        for shipment in self:
            orders = shipment.sale_order_ids
            invoices = orders.invoice_ids.filtered(
                lambda move: move.state == "posted" and move.move_type == "out_invoice"
            )
            # A reversed one is settled, and nobody has paid it.
            invoices = invoices.filtered(lambda move: move.payment_state != "reversed")
            shipment.customer_paid_on = False
            if not orders:
                shipment.customer_payment = False
            elif not invoices:
                shipment.customer_payment = "unbilled"
            else:
                shipment.customer_payment = _standing(orders, invoices)
            if shipment.customer_payment == "paid":
                lines = invoices.line_ids.filtered(
                    lambda line: line.account_id.account_type == "asset_receivable"
                )
                partials = lines.matched_credit_ids | lines.matched_debit_ids
                shipment.customer_paid_on = max(partials.mapped("max_date"), default=False)


def _standing(orders, invoices):
    states = set(invoices.mapped("payment_state"))
    is_all = all(
        line.product_uom_id.compare(line.qty_invoiced, line.qty_delivered) >= 0
        for line in orders.order_line
        if line.product_uom_id and not line.is_downpayment
    )
    if states <= {"paid", "in_payment"}:
        return "paid" if is_all and states == {"paid"} else "partly_paid"
    if states & {"paid", "in_payment", "partial"}:
        return "partly_paid"
    return "billed" if is_all else "partly_billed"
