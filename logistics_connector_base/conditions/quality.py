from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import COUNT, SHARE, Threshold

DAY = timedelta(hours=24)


class RollingShare(models.AbstractModel):
    """More than a share of what came in the last 24 hours is bad. It is judged anew at each look,
    so a preview is exact where it looks at the same moments as the detector did."""

    _name = "logistics.condition.rolling"
    _inherit = "logistics.condition.connection"
    _description = "Condition of a Share of the Last 24 Hours"
    _half = "logistics.condition.rolling"

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "share",
                self.env._("More than so many percent of the last 24 hours' events"),
                5,
                SHARE,
                least=0.1,
                most=100,
            ),
            Threshold("events", self.env._("Of at least so many events"), 20, COUNT, least=1),
        )

    @api.model
    def _is_bad(self, question):
        """SQL over ``e`` (the event) and ``s`` (the connection)."""
        raise NotImplementedError

    @api.model
    def _spells(self, question):
        # Counted from look to look, and summed up over as many looks as make up the day.
        step = question.looks.step
        steps = -(-DAY // step)
        return SQL(
            """
            SELECT s.id AS subject, s.id::text AS key, look.at AS since,
                   look.at + %(step)s AS until, s.company_id, s.connection_id
            FROM (%(connections)s) s
            CROSS JOIN LATERAL (
                SELECT moment.at, sum(counted.bad) OVER recent AS bad,
                       sum(counted.everything) OVER recent AS everything
                FROM generate_series(%(begin)s, %(end)s, %(step)s)
                     WITH ORDINALITY AS moment(at, number)
                LEFT JOIN (
                    SELECT ceil(EXTRACT(EPOCH FROM e.received_at - %(begin)s)
                                / EXTRACT(EPOCH FROM %(step)s)) + 1 AS number,
                           count(*) AS everything, count(*) FILTER (WHERE %(bad)s) AS bad
                    FROM logistics_event e
                    WHERE e.connection_id = s.id AND e.received_at > %(begin)s
                          AND e.received_at <= %(end)s
                    GROUP BY 1
                ) counted ON counted.number = moment.number
                WINDOW recent AS (ORDER BY moment.number ROWS %(before)s PRECEDING)
            ) look
            WHERE look.at >= %(first)s AND look.everything >= %(events)s
                  AND look.bad * 100.0 > look.everything * %(share)s
            """,
            connections=self._connections(question),
            step=step,
            before=steps - 1,
            begin=SQL("%s::timestamp", question.first - steps * step),
            first=question.first,
            end=SQL("%s::timestamp", question.end),
            bad=self._is_bad(question),
            events=question.number("events"),
            share=question.number("share"),
        )

    @api.model
    def _healed_words(self, subject):
        return self.env._("Of the last 24 hours' events fewer are concerned.")


class LatencyHigh(models.AbstractModel):
    """Events reach us long after they happened: more than five in a hundred, so the p95."""

    _name = "logistics.condition.latency_high"
    _inherit = "logistics.condition.rolling"
    _description = "Events come late"

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "hours",
                self.env._("Late is: received so many hours after it happened"),
                6,
                least=0.1,
            ),
            *super()._thresholds(),
        )

    @api.model
    def _is_bad(self, question):
        return SQL("e.received_at - e.occurred_at > %s", question.hours("hours"))


class UnmappedShare(models.AbstractModel):
    """Much of what a partner sends is not understood."""

    _name = "logistics.condition.unmapped_share"
    _inherit = "logistics.condition.rolling"
    _description = "Many codes are not understood"

    @api.model
    def _estimate(self):
        return self.env._("Codes that were mapped since then are not counted.")

    @api.model
    def _is_bad(self, question):
        return SQL("e.is_unmapped")
