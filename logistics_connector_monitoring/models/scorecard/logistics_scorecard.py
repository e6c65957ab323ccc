from odoo import api, fields, models
from odoo.tools import SQL, format_date

from ...core import scorecard as core

# Measure → (how many were as they should be, how many were judged).
SHARES = {
    "pickup_share": ("pickup_good", "pickup_of"),
    "delivery_share": ("delivery_good", "delivery_of"),
    "otif_share": ("otif_good", "otif_of"),
    "attempt_share": ("attempt_good", "attempt_of"),
    "billing_share": ("billing_good", "billing_of"),
    "data_share": ("data_good", "data_of"),
}
WEIGHTS = {
    "pickup_share": 1,
    "delivery_share": 3,
    "otif_share": 2,
    "attempt_share": 1,
    "billing_share": 2,
    "data_share": 1,
}


class LogisticsScorecard(models.Model):
    """How a carrier's service did in a month: counted each night from the shipments that were
    picked up in that month, for each connection that told of them. Shares are shown from 30
    shipments on."""

    _name = "logistics.scorecard"
    _description = "Carrier Scorecard"
    _order = "month desc, shipment_count desc, id"
    _log_access = False
    _logistics_scope = "logistics.code.coverage"  # figures of a connection

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    connection_id = fields.Many2one("logistics.connection", readonly=True, ondelete="cascade")
    issuer = fields.Char("Carrier", readonly=True)
    service = fields.Char(readonly=True)
    month = fields.Date(required=True, readonly=True)
    month_name = fields.Char("Picked up in", compute="_compute_month_name")
    shipment_count = fields.Integer("Shipments", readonly=True)
    pickup_good = fields.Integer("Picked up on the day", readonly=True)
    pickup_of = fields.Integer("Pick-ups judged", readonly=True)
    delivery_good = fields.Integer("Delivered on time (n)", readonly=True)
    delivery_of = fields.Integer("Deliveries judged", readonly=True)
    otif_good = fields.Integer("On time and in full (n)", readonly=True)
    otif_of = fields.Integer("Judged for on time and in full", readonly=True)
    attempt_good = fields.Integer("Delivered at the first attempt (n)", readonly=True)
    attempt_of = fields.Integer("Delivered", readonly=True)
    billing_good = fields.Integer("Billed as booked (n)", readonly=True)
    billing_of = fields.Integer("Billed", readonly=True)
    data_good = fields.Integer("Told in full (n)", readonly=True)
    data_of = fields.Integer("Judged for data", readonly=True)
    transit_count = fields.Integer("Transit times", readonly=True)
    transit_p50 = fields.Float(
        "Transit p50 (days)", readonly=True, digits=(16, 1), aggregator="avg"
    )
    transit_p90 = fields.Float(
        "Transit p90 (days)", readonly=True, digits=(16, 1), aggregator="avg"
    )

    pickup_share = fields.Float(
        "On-time pick-up (%)",
        compute="_compute_shares",
        digits=(16, 1),
        aggregator="avg",
        help="Picked up on the ship date or before, on the company's clock, of those with both.",
    )
    delivery_share = fields.Float(
        "On-time delivery (%)",
        compute="_compute_shares",
        digits=(16, 1),
        aggregator="avg",
        help="Delivered at the promised time or before, of those with a promise that are delivered "
        "or late.",
    )
    otif_share = fields.Float(
        "On time in full (%)",
        compute="_compute_shares",
        digits=(16, 1),
        aggregator="avg",
        help="On time, and neither damaged, short nor partial.",
    )
    attempt_share = fields.Float(
        "First attempt (%)",
        compute="_compute_shares",
        digits=(16, 1),
        aggregator="avg",
        help="Delivered without an attempt that failed, of those delivered.",
    )
    billing_share = fields.Float(
        "Billed right (%)",
        compute="_compute_shares",
        digits=(16, 1),
        aggregator="avg",
        help="Billed without tax what was booked, to 1 %, of those of which both is known.",
    )
    data_share = fields.Float(
        "Told in full (%)",
        compute="_compute_shares",
        digits=(16, 1),
        aggregator="avg",
        help="Delivered ones of which pick-up, a scan under way and the delivery were told.",
    )
    delivery_range = fields.Char(
        "Sure to 95 %",
        compute="_compute_shares",
        help="Between which shares the true on-time delivery lies (Wilson).",
    )
    score = fields.Float(
        compute="_compute_shares",
        digits=(16, 1),
        aggregator=None,
        help="Mean of the shares that are known: delivery × 3, in full and billing × 2, the others "
        "× 1. Not told where less than half of that is known.",
    )
    has_score = fields.Boolean(compute="_compute_shares")

    _place = models.Index("(company_id, month, connection_id)")

    @api.depends(*(name for pair in SHARES.values() for name in pair))
    def _compute_shares(self):
        for card in self:
            shares = {name: core.share(card[good], card[of]) for name, (good, of) in SHARES.items()}
            for name, value in shares.items():
                card[name] = value or 0.0
            low, high = core.wilson(card.delivery_good, card.delivery_of)
            known = shares["delivery_share"] is not None
            card.delivery_range = f"{low:.1f} – {high:.1f}" if known else False
            total = core.score(shares, WEIGHTS)
            card.score, card.has_score = total or 0.0, total is not None

    @api.depends_context("lang")
    @api.depends("month")
    def _compute_month_name(self):
        for card in self:
            card.month_name = format_date(self.env, card.month, date_format="MMM yyyy")

    def _read_group_select(self, aggregate_spec, query):
        """The share of a group is that of its sums, and none below 30."""
        name, _dot, function = aggregate_spec.partition(":")
        if name in SHARES and function == "avg":
            good, of = (
                SQL("SUM(%s)", self._field_to_sql(self._table, one, query)) for one in SHARES[name]
            )
            return SQL(
                "CASE WHEN %(of)s >= %(least)s THEN 100.0 * %(good)s / %(of)s END",
                of=of,
                good=good,
                least=core.LEAST,
            )
        if name in ("transit_p50", "transit_p90") and function == "avg":
            # A mean of quantiles, weighted: near enough for a trend.
            value = self._field_to_sql(self._table, name, query)
            many = self._field_to_sql(self._table, "transit_count", query)
            return SQL("SUM(%s * %s) / NULLIF(SUM(%s), 0)", value, many, many)
        return super()._read_group_select(aggregate_spec, query)

    def action_view_shipments(self):
        """The shipments that were counted."""
        self.ensure_one()
        self.check_access("read")
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_shipment"
        )
        ids = self.sudo()._shipment_ids()
        return {**action, "domain": [("id", "in", ids)], "context": {}, "name": self.display_name}

    @api.depends("connection_id", "service", "month_name")
    def _compute_display_name(self):
        for card in self:
            parts = [card.connection_id.name or card.issuer, card.service, card.month_name]
            card.display_name = " · ".join(filter(None, parts))
