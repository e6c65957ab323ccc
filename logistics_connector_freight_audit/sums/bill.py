from odoo import models
from odoo.addons.logistics_connector_base.core.sums import LEFT, RIGHT, Part
from odoo.tools import SQL


class FreightBillSum(models.AbstractModel):
    """A carrier's bill, its charges, the shipments it is of, and the vendor bill made of it."""

    _name = "logistics.sum.freight_bill"
    _inherit = "logistics.sum"
    _description = "Freight bills"
    _subject = "logistics.freight.bill"
    _sequence = 50
    _days = 400
    _digits = 2

    def _statement(self):
        return self.env._(
            "Every freight bill of the last 400 days comes to what its charges come to, so do its "
            "shipments, and so does the vendor bill that was made of it, all without tax. Added "
            "up in the company's currency."
        )

    def _parts(self):
        return (
            Part("bills", self.env._("freight bills"), LEFT),
            Part("charges", self.env._("their charges"), RIGHT),
        )

    def _bills(self, since):
        """SQL: each bill with what the others say of it, in its own currency."""
        return SQL(
            """
            SELECT b.id, b.company_id, COALESCE(b.company_rate, 1) AS rate, b.amount_net AS net,
                   -- half of the smallest coin
                   COALESCE(currency.rounding, 0.01) / 2 AS step,
                   COALESCE(charges.net, 0) AS charges, COALESCE(lines.net, 0) AS lines,
                   move.id IS NOT NULL AS is_booked,
                   CASE WHEN move.move_type = 'in_refund' THEN -1 ELSE 1 END
                       * move.amount_untaxed AS booked
            FROM logistics_freight_bill b
            JOIN res_currency currency ON currency.id = b.currency_id
            LEFT JOIN LATERAL (
                SELECT sum(net) AS net FROM logistics_freight_bill_charge c
                WHERE c.bill_id = b.id AND c.is_informational IS NOT TRUE
                    AND c.currency_id = b.currency_id
            ) charges ON TRUE
            LEFT JOIN LATERAL (
                SELECT sum(billed_amount) AS net FROM logistics_freight_bill_shipment l
                WHERE l.bill_id = b.id AND l.currency_id = b.currency_id
            ) lines ON TRUE
            LEFT JOIN account_move move ON move.id = b.move_id AND move.state != 'cancel'
            WHERE b.date >= %s::date AND b.state != 'cancelled'
            """,
            since,
        )

    def _numbers(self, since):
        return SQL(
            """
            WITH bill AS (%s)
            SELECT company_id, 'bills' AS part, round(sum(net * rate), 2) FROM bill GROUP BY 1
            UNION ALL
            SELECT company_id, 'charges', round(sum(charges * rate), 2) FROM bill GROUP BY 1
            """,
            self._bills(since),
        )

    def _gaps(self, since):
        return SQL(
            """
            WITH bill AS (%s)
            SELECT id, company_id, CASE WHEN abs(net - charges) > step THEN 'charges'
                WHEN abs(net - lines) > step THEN 'lines' ELSE 'booked' END AS why
            FROM bill
            WHERE abs(net - charges) > step OR abs(net - lines) > step
                OR (is_booked AND abs(net - booked) > step)
            """,
            self._bills(since),
        )

    def _reasons(self):
        return {
            "charges": self.env._("Its charges come to another amount."),
            "lines": self.env._("What is billed of its shipments comes to another amount."),
            "booked": self.env._("Its vendor bill comes to another amount without tax."),
        }
