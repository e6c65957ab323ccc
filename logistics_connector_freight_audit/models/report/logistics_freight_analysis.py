from odoo import fields, models
from odoo.tools import SQL

from ..bill.logistics_freight_bill_shipment import REASONS, VERDICTS
from ..charge.logistics_freight_charge_type import KINDS, NOT_FREIGHT

# Measures that are one sum divided by another, so that they are right in each group:
# the field → what is summed above and below.
RATIOS = {
    "cost_per_order": ("order_freight", None),
    "cost_per_kg": ("weighed_freight", "weight"),
    "error_share": ("error_amount", "billed_amount"),
    "margin_share": ("margin_amount", "charged_amount"),
}


class LogisticsFreightAnalysis(models.Model):
    """What freight costs, where it is wrong, and what came back: charge by charge, in the company's
    currency. What belongs to a whole shipment stands with its first charge, so that sums are right.

    A view of the database.
    """

    _name = "logistics.freight.analysis"
    _description = "Freight Analysis"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "tracking"
    _logistics_scope = "logistics.shipment.charge"  # narrowed as what hangs on a shipment
    _depends = {
        "logistics.freight.bill": ["state", "date", "company_rate", "carrier_id"],
        "logistics.freight.bill.charge": ["net", "type_id", "kind", "line_id"],
        "logistics.freight.bill.shipment": ["shipment_id", "verdict", "findings"],
        "logistics.freight.dispute.line": ["credited_amount", "line_id"],
        "logistics.shipment": ["warehouse_id", "partner_id"],
        "sale.order.line": ["price_subtotal", "state", "freight_shipment_id"],
    }

    company_id = fields.Many2one("res.company", readonly=True)
    company_currency_id = fields.Many2one(related="company_id.currency_id")
    bill_id = fields.Many2one("logistics.freight.bill", readonly=True)
    line_id = fields.Many2one("logistics.freight.bill.shipment", "Billed shipment", readonly=True)
    shipment_id = fields.Many2one("logistics.shipment", readonly=True)
    order_id = fields.Many2one("sale.order", readonly=True)
    date = fields.Date("Bill date", readonly=True)
    issuer = fields.Char("Carrier's code", readonly=True)
    carrier_id = fields.Many2one("logistics.freight.carrier", readonly=True)
    service = fields.Char(readonly=True)
    zone = fields.Char(readonly=True)
    lane = fields.Char(
        readonly=True, help="From the country it is sent from to the receiver's country and region."
    )
    warehouse_id = fields.Many2one("stock.warehouse", readonly=True)
    partner_id = fields.Many2one("res.partner", "Receiver", readonly=True)
    type_id = fields.Many2one("logistics.freight.charge.type", "Charge", readonly=True)
    kind = fields.Selection(KINDS, "Class", readonly=True)
    tracking = fields.Char("Tracking number", readonly=True)
    verdict = fields.Selection(VERDICTS, readonly=True)
    main_finding = fields.Selection(REASONS, "Reason", readonly=True)

    shipment_count = fields.Integer("Billed shipments", readonly=True)
    weight = fields.Float("Weight billed (kg)", digits=(16, 3), readonly=True)
    billed_amount = fields.Monetary(
        "Billed", currency_field="company_currency_id", readonly=True, help="Without tax."
    )
    freight_amount = fields.Monetary(
        "Freight", currency_field="company_currency_id", readonly=True, help="Without duties."
    )
    expected_amount = fields.Monetary(
        "Expected", currency_field="company_currency_id", readonly=True
    )
    error_amount = fields.Monetary(
        "Errors",
        currency_field="company_currency_id",
        readonly=True,
        help="What the audit found in our favour.",
    )
    disputed_amount = fields.Monetary(
        "Disputed", currency_field="company_currency_id", readonly=True
    )
    recovered_amount = fields.Monetary(
        "Recovered",
        currency_field="company_currency_id",
        readonly=True,
        help="What carriers have credited of what was disputed.",
    )
    charged_amount = fields.Monetary(
        "Charged to customers", currency_field="company_currency_id", readonly=True
    )
    margin_amount = fields.Monetary(
        "Margin",
        currency_field="company_currency_id",
        readonly=True,
        help="Charged to customers less freight, of shipments with an order.",
    )
    order_freight = fields.Monetary(
        "Freight of orders", currency_field="company_currency_id", readonly=True
    )
    weighed_freight = fields.Monetary(
        "Freight with a weight", currency_field="company_currency_id", readonly=True
    )
    cost_per_order = fields.Float("Cost per order", digits=(16, 2), readonly=True, aggregator="avg")
    cost_per_kg = fields.Float("Cost per kg", digits=(16, 3), readonly=True, aggregator="avg")
    error_share = fields.Float("Error share", digits=(16, 2), readonly=True, aggregator="avg")
    margin_share = fields.Float("Margin share", digits=(16, 2), readonly=True, aggregator="avg")

    def _read_group_select(self, aggregate_spec, query):
        """A ratio of a group is the ratio of its sums, not the mean of its rows'."""
        name, _dot, function = aggregate_spec.partition(":")
        if name not in RATIOS or function != "avg":
            return super()._read_group_select(aggregate_spec, query)
        above, below = RATIOS[name]
        top = SQL("SUM(%s)", self._field_to_sql(self._table, above, query))
        if below is None:
            bottom = SQL("COUNT(DISTINCT %s)", self._field_to_sql(self._table, "order_id", query))
        else:
            bottom = SQL("SUM(%s)", self._field_to_sql(self._table, below, query))
        return SQL("COALESCE(%s / NULLIF(%s, 0), 0)", top, bottom)

    @property
    def _table_query(self):
        # Freight on orders: ours, and that of a delivery method where that module is there.
        delivery = SQL("0")
        if "is_delivery" in self.env["sale.order.line"]._fields:
            delivery = SQL(
                """
                COALESCE((
                    SELECT sum(sl.price_subtotal / COALESCE(NULLIF(so.currency_rate, 0), 1)
                               / greatest((SELECT count(*)
                                           FROM logistics_shipment_sale_order_rel r2
                                           JOIN logistics_shipment s2 ON s2.id = r2.shipment_id
                                           WHERE r2.sale_order_id = so.id
                                           AND s2.state != 'cancelled'), 1))
                    FROM logistics_shipment_sale_order_rel r
                    JOIN sale_order so ON so.id = r.sale_order_id
                    JOIN sale_order_line sl ON sl.order_id = so.id
                    WHERE r.shipment_id = line.shipment_id AND sl.is_delivery
                    AND so.state = 'sale'), 0)
                """
            )
        return SQL(
            """
            WITH charge AS (
                SELECT c.*, row_number() OVER (PARTITION BY c.line_id ORDER BY c.id) AS place,
                       row_number() OVER (PARTITION BY COALESCE(l.shipment_id, -c.line_id)
                                          ORDER BY c.line_id, c.id) AS place_of_shipment
                FROM logistics_freight_bill_charge c
                LEFT JOIN logistics_freight_bill_shipment l ON l.id = c.line_id
                WHERE NOT COALESCE(c.is_informational, false)
            ), error AS (
                SELECT x.charge::int AS id,
                       sum((f.value ->> 'amount')::numeric
                           / greatest(jsonb_array_length(f.value -> 'charges'), 1)) AS amount
                FROM logistics_freight_bill_shipment l
                CROSS JOIN LATERAL jsonb_array_elements(l.findings) AS f(value)
                CROSS JOIN LATERAL jsonb_array_elements_text(f.value -> 'charges') AS x(charge)
                WHERE l.stake_amount > 0 AND (f.value ->> 'amount')::numeric > 0
                GROUP BY 1
            ), credit AS (
                SELECT d.line_id, sum(d.credited_amount) AS amount
                FROM logistics_freight_dispute_line d GROUP BY 1
            )
            SELECT charge.id, b.company_id, b.id AS bill_id, charge.line_id, line.shipment_id,
                   link.order_id, b.date, b.issuer, b.carrier_id, line.service, line.zone,
                   s.warehouse_id, s.partner_id, charge.type_id, charge.kind, charge.tracking,
                   line.verdict, line.main_finding,
                   CASE WHEN s.id IS NOT NULL THEN
                       concat_ws(' → ', wc.code,
                                 NULLIF(concat_ws(' ', pc.code, left(p.zip, 2)), ''))
                   END AS lane,
                   CASE WHEN charge.place = 1 AND line.match_state != 'account' THEN 1 ELSE 0 END
                       AS shipment_count,
                   CASE WHEN charge.place = 1 THEN line.billed_weight * kg.factor END AS weight,
                   charge.net * rate.value AS billed_amount,
                   CASE WHEN is_freight THEN charge.net * rate.value ELSE 0 END AS freight_amount,
                   CASE WHEN charge.place = 1 THEN line.expected_amount * rate.value END
                       AS expected_amount,
                   error.amount * rate.value AS error_amount,
                   CASE WHEN charge.place = 1 THEN line.disputed_amount * rate.value END
                       AS disputed_amount,
                   CASE WHEN charge.place = 1 THEN credit.amount * rate.value END
                       AS recovered_amount,
                   CASE WHEN link.order_id IS NOT NULL AND charge.place_of_shipment = 1
                        THEN told.amount END AS charged_amount,
                   CASE WHEN link.order_id IS NOT NULL
                        THEN CASE WHEN charge.place_of_shipment = 1 THEN told.amount ELSE 0 END
                             - CASE WHEN is_freight THEN charge.net * rate.value ELSE 0 END
                        END AS margin_amount,
                   CASE WHEN link.order_id IS NOT NULL AND is_freight
                        THEN charge.net * rate.value END AS order_freight,
                   CASE WHEN line.billed_weight > 0 AND is_freight
                        THEN charge.net * rate.value END AS weighed_freight,
                   NULL::float AS cost_per_order, NULL::float AS cost_per_kg,
                   NULL::float AS error_share, NULL::float AS margin_share
            FROM charge
            JOIN logistics_freight_bill b ON b.id = charge.bill_id AND b.state != 'cancelled'
            CROSS JOIN LATERAL (SELECT COALESCE(b.company_rate, 1) AS value) rate
            CROSS JOIN LATERAL (
                SELECT COALESCE(charge.kind, 'base') NOT IN %(not_freight)s AS is_freight) k
            LEFT JOIN logistics_freight_bill_shipment line ON line.id = charge.line_id
            LEFT JOIN (VALUES ('kg', 1.0), ('lb', 0.45359237), ('oz', 0.028349523125))
                AS kg(unit, factor) ON kg.unit = line.weight_unit
            LEFT JOIN logistics_shipment s ON s.id = line.shipment_id
            LEFT JOIN stock_warehouse w ON w.id = s.warehouse_id
            LEFT JOIN LATERAL (
                SELECT partner_id FROM logistics_shipment_stop
                WHERE shipment_id = s.id AND role = 'origin' AND partner_id IS NOT NULL
                ORDER BY sequence, id LIMIT 1) origin ON true
            LEFT JOIN res_partner wp ON wp.id = COALESCE(origin.partner_id, w.partner_id)
            LEFT JOIN res_country wc ON wc.id = wp.country_id
            LEFT JOIN res_partner p ON p.id = s.partner_id
            LEFT JOIN res_country pc ON pc.id = p.country_id
            LEFT JOIN error ON error.id = charge.id
            LEFT JOIN credit ON credit.line_id = charge.line_id
            LEFT JOIN LATERAL (
                SELECT min(r.sale_order_id) AS order_id FROM logistics_shipment_sale_order_rel r
                WHERE r.shipment_id = line.shipment_id) link ON true
            LEFT JOIN LATERAL (
                SELECT %(delivery)s + COALESCE((
                    SELECT sum(sl.price_subtotal / COALESCE(NULLIF(so.currency_rate, 0), 1))
                    FROM sale_order_line sl JOIN sale_order so ON so.id = sl.order_id
                    WHERE sl.freight_shipment_id = line.shipment_id AND sl.state = 'sale'), 0)
                    AS amount
                WHERE charge.place_of_shipment = 1) told ON true
            """,
            not_freight=NOT_FREIGHT,
            delivery=delivery,
        )

    def action_open_line(self):
        """The billed shipment behind a row, or the bill of what belongs to none."""
        self.ensure_one()
        record = self.line_id or self.bill_id
        return record.get_formview_action()
