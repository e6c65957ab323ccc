from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import DAY_UNIT, Threshold

# When an order was first invoiced: its oldest posted invoice.
INVOICED = """
SELECT min(move.create_date)
FROM sale_order_line line
JOIN sale_order_line_invoice_rel rel ON rel.order_line_id = line.id
JOIN account_move_line item ON item.id = rel.invoice_line_id
JOIN account_move move ON move.id = item.move_id
WHERE line.order_id = o.id AND move.state = 'posted' AND move.move_type = 'out_invoice'
"""


class DeliveredNotInvoiced(models.AbstractModel):
    """The customer has the goods, and no invoice for them."""

    _name = "logistics.condition.delivered_not_invoiced"
    _inherit = "logistics.condition.delivered"
    _description = "Delivered, and not invoiced"
    _reach_days = 120

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "days",
                self.env._("Days after the delivery became known"),
                3,
                DAY_UNIT,
                most=90,
                may_work=True,
            ),
        )

    @api.model
    def _estimate(self):
        return self.env._(
            "Orders are taken as they are invoiced today; Odoo keeps no history of that."
        )

    @api.model
    def _key(self):
        return SQL("o.id::text")

    @api.model
    def _more(self, question):
        return SQL(
            """
            JOIN logistics_shipment_sale_order_rel r ON r.shipment_id = s.id
            JOIN sale_order o ON o.id = r.sale_order_id AND o.state = 'sale'
                 AND (o.invoice_status = 'to invoice'
                      OR o.invoice_status IN ('invoiced', 'upselling') AND NOT %s)
            """,
            question.is_now,
        )

    @api.model
    def _since(self, question):
        return question.later(SQL("story.delivered"), "days")

    @api.model
    def _until(self, question):
        return SQL("CASE WHEN o.invoice_status <> 'to invoice' THEN (%s) END", SQL(INVOICED))

    @api.model
    def _about(self, subject):
        return {**super()._about(subject), "reference": self._order_names(subject)}

    @api.model
    def _subject_name(self, subject):
        return self._order_names(subject) or subject.name

    @api.model
    def _order_names(self, subject):
        orders = subject.sudo().sale_order_ids
        return ", ".join(orders.filtered(lambda o: o.invoice_status == "to invoice").mapped("name"))

    @api.model
    def _healed_words(self, subject):
        return self.env._("There is nothing left to invoice.")


class InvoicedNotDelivered(models.AbstractModel):
    """The customer has an invoice, and not the goods."""

    _name = "logistics.condition.invoiced_not_delivered"
    _inherit = "logistics.condition.shipment"
    _description = "Invoiced, and not delivered"

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "days", self.env._("Days after the invoice"), 7, DAY_UNIT, most=365, may_work=True
            ),
        )

    @api.model
    def _estimate(self):
        return self.env._("Invoices are dated by when they were made, posted or not.")

    @api.model
    def _more(self, question):
        return SQL(
            """
            CROSS JOIN LATERAL (
                SELECT min((%s)) AS at
                FROM logistics_shipment_sale_order_rel r JOIN sale_order o ON o.id = r.sale_order_id
                WHERE r.shipment_id = s.id AND o.state = 'sale'
            ) invoiced
            """,
            SQL(INVOICED),
        )

    @api.model
    def _since(self, question):
        return question.later(SQL("invoiced.at"), "days")
