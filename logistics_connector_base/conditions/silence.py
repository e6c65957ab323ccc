from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import COUNT, DAY_UNIT, Threshold
from .question import lane_key
from .shipment import MOVING_STATES, OVER

# What may be stale: what waits at a shop for its receiver has a condition of its own.
UNDER_WAY = tuple(state for state in MOVING_STATES if state != "available_for_pickup")
# Each time that a partner or a person told something of it, and the next time; whether it waited at
# a shop by then, as far as was known.
NEWS = """
CROSS JOIN LATERAL (
    SELECT e.received_at AS at, lead(e.received_at) OVER known AS next,
           COALESCE(max(e.occurred_at) FILTER (WHERE c.state = 'available_for_pickup'
                                                     AND e.classifier = 'actual') OVER known
                    > COALESCE(max(e.occurred_at) FILTER (
                          WHERE c.state IN ('out_for_delivery', 'returning')
                                AND e.classifier = 'actual') OVER known, '-infinity'), FALSE)
               AS is_waiting
    FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
    WHERE e.shipment_id = s.id AND e.standing = 'active' AND e.connection_id IS NOT NULL
    WINDOW known AS (ORDER BY e.received_at, e.id)
) news
"""
LANE_KEY = lane_key(
    SQL("s.company_id"),
    SQL("s.issuer"),
    SQL("s.service"),
    SQL("s.origin_country"),
    SQL("s.destination_country"),
)
GOING = SQL("news.at >= story.picked AND NOT news.is_waiting")


class Stale(models.AbstractModel):
    """Nobody has told anything of a shipment for longer than is usual on its lane."""

    _name = "logistics.condition.stale"
    _inherit = "logistics.condition.shipment"
    _description = "No news for longer than usual"
    _live_states = UNDER_WAY
    _is_silence = True

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "hours",
                self.env._("Hours, where nothing is known of the lane"),
                48,
                least=1,
                may_work=True,
            ),
            Threshold(
                "times",
                self.env._("Times the lane's usual longest gap (0: always the hours)"),
                1,
                COUNT,
                most=20,
            ),
        )

    @api.model
    def _estimate(self):
        return self.env._("The usual gap of each lane is the one of today.")

    @api.model
    def _more(self, question):
        return SQL(
            """
            LEFT JOIN logistics_usual_gap usual ON usual.kind = 'lane' AND usual.key = %s
            %s
            """,
            LANE_KEY,
            SQL(NEWS),
        )

    @api.model
    def _since(self, question):
        # Hours that a person gave for a lane go before what was counted.
        return SQL(
            """
            COALESCE(%(said)s, news.at + interval '1 hour' * NULLIF(usual.hours * %(times)s, 0),
                     %(hours)s)
            """,
            said=question.said(SQL("news.at"), "hours"),
            times=question.number("times"),
            hours=question.later(SQL("news.at"), "hours"),
        )

    @api.model
    def _until(self, question):
        return SQL("LEAST(news.next, %s)", OVER)

    @api.model
    def _where(self, question):
        return GOING


class LostSuspect(models.AbstractModel):
    """It should have arrived long ago, and nobody tells of it."""

    _name = "logistics.condition.lost_suspect"
    _inherit = "logistics.condition.shipment"
    _description = "Promise passed, and no news since"
    _live_states = UNDER_WAY
    _is_silence = True

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "days",
                self.env._("Days after the promise, and after the last news"),
                5,
                DAY_UNIT,
                least=1,
                may_work=True,
            ),
        )

    @api.model
    def _more(self, question):
        return SQL(NEWS)

    @api.model
    def _since(self, question):
        return question.later(SQL("GREATEST(news.at, s.promised_delivery_at)"), "days")

    @api.model
    def _until(self, question):
        return SQL("LEAST(news.next, %s)", OVER)

    @api.model
    def _where(self, question):
        return SQL("s.promised_delivery_at IS NOT NULL AND %s", GOING)
