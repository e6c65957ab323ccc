from odoo import api, fields, models
from odoo.tools import SQL

from . import labels

# Kept for longer than they calibrate: so that a quarter can be looked at.
KEEP_DAYS = 180
SETTLE = """
UPDATE logistics_eta_forecast f
SET delivered_at = s.delivered_at,
    settled_at = CASE WHEN s.delivered_at IS NULL THEN NULL ELSE %(now)s::timestamp END,
    is_within = s.delivered_at BETWEEN f.from_at AND f.to_at
FROM logistics_shipment s
WHERE s.id = f.shipment_id AND s.id = ANY(%(ids)s)
      AND f.delivered_at IS DISTINCT FROM s.delivered_at
"""
COLUMNS = (
    "shipment_id, milestone, company_id, carrier, service, reached_at, level, samples, low, high, "
    "expected_at, from_at, to_at, promised_at, made_at"
)


class LogisticsEtaForecast(models.Model):
    """What was said first when a shipment reached a milestone, before it was delivered. Never
    changed afterwards: what it says of itself is counted by these rows."""

    _name = "logistics.eta.forecast"
    _description = "Delivery Forecast"
    _log_access = False
    _order = "id desc"
    _rec_name = "shipment_id"
    _logistics_scope = "logistics.shipment.charge"  # narrowed as what hangs on a shipment

    shipment_id = fields.Many2one(
        "logistics.shipment", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    carrier = fields.Char("Carrier code", readonly=True)
    service = fields.Char(readonly=True)
    milestone = fields.Selection(labels.MILESTONES, "Since", required=True, readonly=True)
    reached_at = fields.Datetime(readonly=True)
    level = fields.Selection(labels.LEVELS, "Compared by", readonly=True)
    samples = fields.Integer("Deliveries compared", readonly=True, aggregator=None)
    low = fields.Integer("p10 before widening (s)", readonly=True, aggregator=None)
    high = fields.Integer("p90 before widening (s)", readonly=True, aggregator=None)
    expected_at = fields.Datetime("Expected", readonly=True)
    from_at = fields.Datetime("Not before", readonly=True)
    to_at = fields.Datetime("Not after", readonly=True)
    promised_at = fields.Datetime("Promised", readonly=True)
    made_at = fields.Datetime("Said", readonly=True)
    delivered_at = fields.Datetime("Delivered", readonly=True)
    settled_at = fields.Datetime("Delivery known", readonly=True)
    is_within = fields.Boolean("Came within", readonly=True)

    _once = models.UniqueIndex("(shipment_id, milestone)")
    _settled = models.Index("(delivered_at) WHERE delivered_at IS NOT NULL")

    @api.model
    def _keep(self, rows):
        """:param rows: tuples as :data:`COLUMNS` name them; what was said before stays"""
        if rows:
            self.env.cr.execute_values(
                f"INSERT INTO logistics_eta_forecast ({COLUMNS}) VALUES %s "
                "ON CONFLICT (shipment_id, milestone) DO NOTHING",
                rows,
                page_size=len(rows),
            )

    @api.model
    def _settle(self, shipments):
        """Whether it came as it was said; a delivery that is withdrawn opens it again."""
        now = fields.Datetime.now()
        self.env.cr.execute(SQL(SETTLE, now=now, ids=list(shipments.ids)))
        if self.env.cr.rowcount:
            self.invalidate_model(["delivered_at", "settled_at", "is_within"])

    @api.model
    def _forget(self, now):
        before = fields.Datetime.subtract(now, days=KEEP_DAYS)
        self.env.cr.execute(SQL("DELETE FROM logistics_eta_forecast WHERE made_at < %s", before))
        self.invalidate_model()
