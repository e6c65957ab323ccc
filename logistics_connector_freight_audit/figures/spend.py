from odoo import models
from odoo.addons.logistics_connector_base.core.figures import Band
from odoo.tools import SQL

from ..models.bill.logistics_freight_bill_decide import CLEAN


class FreightFigure(models.AbstractModel):
    """Sums billed shipments, by the date of the bill, at its own rate."""

    _name = "logistics.figure.freight"
    _inherit = "logistics.figure"
    _description = "Figure of Freight Bills"
    _half = "logistics.figure.freight"
    _subject = "logistics.freight.bill.shipment"
    _section = "money"
    _measure = "money"

    def _billed(self, amount, band, where, first, last):
        return SQL(
            """
            SELECT l.id, l.company_id, s.warehouse_id, b.date AS day, %s AS band,
                   (%s * COALESCE(b.company_rate, 1))::float AS amount
            FROM logistics_freight_bill_shipment l
            JOIN logistics_freight_bill b ON b.id = l.bill_id AND b.state <> 'cancelled'
            LEFT JOIN logistics_shipment s ON s.id = l.shipment_id
            WHERE b.date BETWEEN %s AND %s AND %s
            """,
            band,
            amount,
            first,
            last,
            where,
        )

    def _connections(self):
        return SQL(
            """
            SELECT l.id, r.connection_id FROM logistics_freight_bill_shipment l
            JOIN logistics_shipment_connection_rel r ON r.shipment_id = l.shipment_id
            """
        )


class FreightSpend(models.AbstractModel):
    _name = "logistics.figure.freight_spend"
    _inherit = "logistics.figure.freight"
    _description = "Freight billed"
    _sequence = 20

    def _formula(self):
        return self.env._(
            "What carriers have billed without tax, by the dates of their bills, in your currency "
            "at the rate of the bill."
        )

    def _bands(self):
        return (
            Band("clean", self.env._("As expected"), "good"),
            Band("differs", self.env._("With a finding"), "warning"),
            Band("waiting", self.env._("Not audited yet")),
        )

    def _rows(self, first, last):
        band = SQL(
            "CASE WHEN l.verdict IS NULL THEN 'waiting' WHEN l.verdict = ANY(%s) THEN 'clean' "
            "ELSE 'differs' END",
            list(CLEAN),
        )
        return self._billed(SQL("l.billed_amount"), band, SQL("TRUE"), first, last)


class FreightError(models.AbstractModel):
    _name = "logistics.figure.freight_error"
    _inherit = "logistics.figure.freight"
    _description = "Billed too much"
    _sequence = 30

    def _formula(self):
        return self.env._(
            "What the audit found in our favour on the bills of these days, without what is "
            "tolerated, by what was decided."
        )

    def _bands(self):
        return (
            Band("open", self.env._("To be decided"), "warning"),
            Band("disputed", self.env._("Disputed"), "good"),
            Band("approved", self.env._("Paid all the same"), "bad"),
        )

    def _rows(self, first, last):
        return self._billed(
            SQL("l.stake_amount"),
            SQL("COALESCE(l.decision, 'open')"),
            SQL("l.stake_amount > 0"),
            first,
            last,
        )
