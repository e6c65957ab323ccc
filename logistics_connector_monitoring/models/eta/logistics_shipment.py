from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL, format_datetime

from ...core.eta import forecast, levels
from ...core.eta.milestones import MILESTONES, furthest
from . import labels

# What the comparison reads of a shipment; when one of these is written, it is made anew.
READ = {"promised_delivery_at", "partner_id", "warehouse_id", "service", "issuer"}
WRITTEN = (
    "lane_expected_at",
    "lane_from_at",
    "lane_to_at",
    "lane_level",
    "lane_milestone",
    "lane_samples",
    "late_samples",
    "late_risk",
    "lane_counted_at",
)
BATCH = 500
UNDER_WAY = """
SELECT s.id, s.company_id, COALESCE(s.issuer, ''), COALESCE(s.service, ''),
       COALESCE(oc.code, ''), COALESCE(op.zip, ''), COALESCE(dc.code, ''), COALESCE(dp.zip, ''),
       s.promised_delivery_at, s.picked_up_at
FROM logistics_shipment s
LEFT JOIN stock_warehouse w ON w.id = s.warehouse_id
LEFT JOIN res_partner op ON op.id = w.partner_id
LEFT JOIN res_country oc ON oc.id = op.country_id
LEFT JOIN res_partner dp ON dp.id = s.partner_id
LEFT JOIN res_country dc ON dc.id = dp.country_id
WHERE s.id = ANY(%s) AND s.state = ANY(%s)
"""
REACHED = """
SELECT e.shipment_id, c.state, min(e.occurred_at)
FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
WHERE e.shipment_id = ANY(%s) AND e.standing = 'active' AND e.classifier = 'actual'
      AND COALESCE(e.retracts, '') = '' AND c.state = ANY(%s) AND e.occurred_at IS NOT NULL
GROUP BY 1, 2
"""
LANES = """
SELECT l.company_id, l.level, l.carrier, l.service, l.origin, l.destination, l.milestone, l.id,
       l.seconds
FROM logistics_lane_time l
JOIN (VALUES %s) asked (company_id, level, carrier, service, origin, destination, milestone)
     USING (company_id, level, carrier, service, origin, destination, milestone)
"""
# Rows that say already what is to be said are not written again, but by the cron, which asks when
# they were compared last.
WRITE = """
UPDATE logistics_shipment s SET {sets}
FROM (VALUES %s) v (id, {names})
WHERE s.id = v.id AND (({told}) IS DISTINCT FROM ({said}) OR {{always}})
""".format(
    sets=", ".join(f"{name} = v.{name}" for name in WRITTEN),
    names=", ".join(WRITTEN),
    told=", ".join(f"s.{name}" for name in WRITTEN[:-1]),
    said=", ".join(f"v.{name}" for name in WRITTEN[:-1]),
)
TYPES = (
    "(%s::integer, %s::timestamp, %s::timestamp, %s::timestamp, %s::varchar, %s::varchar, "
    "%s::integer, %s::integer, %s::float, %s::timestamp)"
)
# Counted before the last roll-up, so that new figures reach what is on its way.
DUE = """
SELECT s.id FROM logistics_shipment s
WHERE s.state = ANY(%s)
      AND (s.lane_counted_at IS NULL OR s.lane_counted_at < (
          SELECT max(counted_at) FROM logistics_lane_time))
ORDER BY s.id LIMIT %s FOR NO KEY UPDATE SKIP LOCKED
"""


class LogisticsShipment(models.Model):
    """When a shipment is expected by comparison with what deliveries of its kind took."""

    _inherit = "logistics.shipment"

    lane_expected_at = fields.Datetime(
        "Half arrive by",
        readonly=True,
        copy=False,
        help="The last milestone's time + the median of what compared deliveries took from it on. "
        "Elapsed time, around the clock.",
    )
    lane_from_at = fields.Datetime(
        "Not before",
        readonly=True,
        copy=False,
        help="The last milestone's time + the 10 % quantile of what compared deliveries took, less "
        "what recent forecasts missed by. Nine of ten are to come between the two times.",
    )
    lane_to_at = fields.Datetime(
        "Not after",
        readonly=True,
        copy=False,
        help="The last milestone's time + the 90 % quantile of what compared deliveries took, plus "
        "what recent forecasts missed by. Nine of ten are to come between the two times.",
    )
    lane_level = fields.Selection(
        labels.LEVELS_AND_PROMISE,
        "Compared with",
        readonly=True,
        copy=False,
        help="The nearest deliveries of which there are 30: of the same carrier and service "
        "between the same postcode regions, else the same countries, else all of the service.",
    )
    lane_milestone = fields.Selection(labels.MILESTONES, "Counted from", readonly=True, copy=False)
    lane_samples = fields.Integer("Deliveries compared", readonly=True, copy=False, aggregator=None)
    late_samples = fields.Integer(
        "Of them too slow",
        readonly=True,
        copy=False,
        aggregator=None,
        help="Compared deliveries that took longer than from the last milestone to the promise.",
    )
    late_risk = fields.Float(
        "Late risk (%)",
        readonly=True,
        copy=False,
        digits=(16, 0),
        aggregator=None,
        help="Compared deliveries that took longer than the time from the last milestone to the "
        "promise ÷ all compared deliveries: an observed share, not an opinion.",
    )
    lane_counted_at = fields.Datetime("Compared at", readonly=True, copy=False)
    lane_basis = fields.Char("By comparison", compute="_compute_lane_basis")
    lane_coverage = fields.Char(
        "How often it was right",
        compute="_compute_lane_coverage",
        help="Forecasts of this carrier and service whose delivery lay within, of deliveries of "
        "the last 30 days.",
    )

    @api.depends("lane_level", "lane_samples", "late_samples", "promised_delivery_at")
    @api.depends_context("lang", "tz")
    def _compute_lane_basis(self):
        for shipment in self:
            shipment.lane_basis = shipment.lane_level and shipment._lane_basis()

    def _lane_basis(self):
        promise = self.promised_delivery_at
        if self.lane_level == levels.PROMISE:
            if not promise:
                return self.env._("Fewer than 30 deliveries to compare with, and no promise.")
            return self.env._(
                "Fewer than 30 deliveries to compare with. The carrier's promise: %s.",
                format_datetime(self.env, promise, dt_format="short"),
            )
        milestones = dict(self._fields["lane_milestone"]._description_selection(self.env))
        values = {
            "count": self.lane_samples,
            "late": self.late_samples,
            "milestone": milestones[self.lane_milestone],
        }
        if not promise:
            return self.env._(
                "What %(count)s deliveries took from “%(milestone)s” on. There is no promise.",
                **values,
            )
        return self.env._(
            "Of %(count)s deliveries %(late)s took longer from “%(milestone)s” on than the promise "
            "leaves.",
            **values,
        )

    @api.depends("lane_level", "issuer", "service")
    def _compute_lane_coverage(self):
        compared = self.filtered(lambda one: one.lane_level not in (False, levels.PROMISE))
        (self - compared).lane_coverage = False
        # Shares of a whole service: also for those who see some of its shipments only.
        rows = self.env["logistics.eta.coverage"].sudo()
        for shipment in compared:
            lane = _name(shipment.issuer), _name(shipment.service)
            row = rows.search(
                [
                    ("company_id", "=", shipment.company_id.id),
                    ("carrier", "=", lane[0]),
                    ("service", "=", lane[1]),
                ],
                limit=1,
            )
            if row.is_enough:
                shipment.lane_coverage = self.env._(
                    "%(share).0f of 100 came within (n = %(count)d, target %(target).0f)",
                    share=row.coverage,
                    count=row.samples,
                    target=row.target,
                )
            else:
                shipment.lane_coverage = self.env._(
                    "Not known yet: %s forecasts of 30 days", row.samples
                )

    # -- when it is counted -------------------------------------------------------------------

    def write(self, vals):
        result = super().write(vals)
        if READ & set(vals):
            self.filtered(lambda one: one.state in MILESTONES)._compare()
        return result

    def _refuse_derived(self, vals):
        result = super()._refuse_derived(vals)
        if not self.env.su and set(WRITTEN) & set(vals):
            raise AccessError(
                self.env._("When a shipment is expected is counted and cannot be written.")
            )
        return result

    def _after_fold(self, states_before):
        result = super()._after_fold(states_before)
        self._compare()
        self.env["logistics.eta.forecast"].sudo()._settle(self)
        return result

    @api.model
    def _compare_due(self):
        """Cron: what is on its way, by the newest roll-up, in batches."""
        progress = self.env["ir.cron"]._commit_progress
        while True:
            ids = [row[0] for row in self.env.execute_query(SQL(DUE, list(MILESTONES), BATCH))]
            if not ids:
                break
            self.browse(ids)._compare(always=True)
            if not progress(len(ids)):
                self.env.ref("logistics_connector_monitoring.cron_expected_delivery")._trigger()
                break

    def _compare(self, always=False):
        """Write when these are expected and keep it for the count; nothing for what is not on its
        way. In few statements, whatever their number: the inbox comes by with hundreds.

        :param bool always: also where nothing changes, to note that it was looked at
        """
        if not self:
            return
        self.env.flush_all()
        now = fields.Datetime.now()
        trips = self._trips()
        lanes = self._lanes(trips)
        widenings = self.env["logistics.eta.calibration"]._widenings() if lanes else {}
        nothing = (None,) * len(WRITTEN)
        rows, said = [], []
        for number in sorted(self.ids):
            trip = trips.get(number)
            values, kept = trip.compare(lanes, widenings, now) if trip else (nothing, None)
            rows.append((number, *values))
            if kept:
                said.append((number, *kept))
        self.env.cr.execute_values(
            WRITE.format(always=always), rows, template=TYPES, page_size=len(rows)
        )
        self.env["logistics.eta.forecast"]._keep(said)
        self.invalidate_recordset(WRITTEN)

    def _trips(self):
        """Those that are on their way: shipment id → :class:`Trip`."""
        rows = self.env.execute_query(SQL(UNDER_WAY, list(self.ids), list(MILESTONES)))
        ids = [row[0] for row in rows]
        reached = {}
        for number, name, at in self.env.execute_query(SQL(REACHED, ids, list(MILESTONES[1:]))):
            reached.setdefault(number, {})[name] = at
        return {
            number: Trip(
                company,
                levels.lanes(carrier, service, (country, postcode), (to_country, to_postcode)),
                furthest({**({"picked_up": picked} if picked else {}), **reached.get(number, {})}),
                promised,
            )
            for number, company, carrier, service, country, postcode, to_country, to_postcode,
            promised, picked in rows
        }  # fmt: skip

    def _lanes(self, trips):
        """The rolled-up times of what these are compared with: key → seconds, ascending."""
        keys = {key for trip in trips.values() for key in trip.keys().values()}
        if not keys:
            return {}
        found = self.env.cr.execute_values(LANES, sorted(keys), page_size=len(keys), fetch=True)
        return {tuple(key): seconds for *key, _id, seconds in found}


class Trip:
    """A shipment on its way, as it is compared."""

    def __init__(self, company, lanes, milestone, promised):
        self.company, self.lanes, self.promised = company, lanes, promised
        self.milestone, self.reached_at = milestone or (None, None)

    def keys(self):
        """Level → what its times are found by."""
        if not self.milestone:
            return {}
        return {
            level: (self.company, level, *lane, self.milestone)
            for level, lane in self.lanes.items()
        }

    def compare(self, lanes, widenings, now):
        """:return: values of :data:`WRITTEN`, and the row to keep or None"""
        times = {level: lanes[key] for level, key in self.keys().items() if key in lanes}
        carrier, service = self.lanes["service"][:2]
        widen = widenings.get(
            (self.company, carrier, "service", service, self.milestone),
            widenings.get((self.company, carrier, "carrier", "", self.milestone), 0),
        )
        samples = {level: forecast.sample(seconds) for level, seconds in times.items()}
        said = forecast.forecast(samples, widen)
        if not said:
            return (None, None, None, levels.PROMISE, None, None, None, None, now), None
        start = self.reached_at.replace(microsecond=0)
        mid, low, high = (start + timedelta(seconds=t) for t in (said.mid, said.low, said.high))
        count = risk = None
        if self.promised:
            left = (self.promised - start).total_seconds()
            risk = 100 * forecast.late_risk(times[said.level], left)
            count = forecast.longer(times[said.level], left)
        values = (mid, low, high, said.level, self.milestone, said.n, count, risk, now)
        kept = (
            self.milestone, self.company, carrier, service, start, said.level, said.n,
            said.raw_low, said.raw_high, mid, low, high, self.promised, now,
        )  # fmt: skip
        return values, kept


def _name(text):
    return (text or "").strip().lower()
