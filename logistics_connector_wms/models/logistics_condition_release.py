from odoo import api, models
from odoo.addons.logistics_connector_base.conditions.shipment import OVER
from odoo.addons.logistics_connector_base.core.detectors import Threshold
from odoo.tools import SQL

# When the warehouse was told, when it first said anything, and when it said that it has shipped.
RELEASE = SQL(
    """
    CROSS JOIN LATERAL (
        SELECT min(e.received_at) FILTER (WHERE c.code = 'ORD_RELEASED') AS sent,
               min(e.received_at) FILTER (WHERE c.code = 'ORD_RELEASE_ACK') AS acknowledged,
               min(e.received_at) FILTER (WHERE c.state = 'release_rejected') AS refused,
               min(e.received_at) FILTER (WHERE c.code IN ('WHS_PICK_STARTED', 'WHS_PICK_DONE',
                   'WHS_PACKED')) AS worked,
               min(e.received_at) FILTER (WHERE c.code = 'WHS_SHIP_CONFIRMED') AS confirmed
        FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
        WHERE e.shipment_id = s.id AND e.standing = 'active' AND e.classifier = 'actual'
    ) release
    """
)


class ReleaseUnacknowledged(models.AbstractModel):
    """The warehouse was told to pick, and has not said that it knows."""

    _name = "logistics.condition.release_unacknowledged"
    _inherit = "logistics.condition.shipment"
    _description = "Released, and the warehouse says nothing"
    _live_states = ("released",)
    _is_silence = True

    @api.model
    def _thresholds(self):
        return (
            Threshold("hours", self.env._("Hours after the release"), 4, least=0.25, may_work=True),
        )

    @api.model
    def _more(self, question):
        return RELEASE

    @api.model
    def _since(self, question):
        return question.later(SQL("release.sent"), "hours")

    @api.model
    def _until(self, question):
        return SQL(
            "LEAST(release.acknowledged, release.refused, release.worked, release.confirmed, "
            "story.picked, %s)",
            OVER,
        )


class ReleaseUnconfirmed(models.AbstractModel):
    """The warehouse has the order, and has not confirmed that it shipped it by the cut-off."""

    _name = "logistics.condition.release_unconfirmed"
    _inherit = "logistics.condition.shipment"
    _description = "Acknowledged, and no ship confirmation by the cut-off"
    _live_states = ("released", "in_fulfilment", "packed", "tendered", "booked", "manifested")

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "hours", self.env._("Hours after the delivery's scheduled time"), 2, may_work=True
            ),
            Threshold(
                "without",
                self.env._("Hours after the acknowledgement, where nothing is scheduled"),
                24,
                least=0.25,
                may_work=True,
            ),
        )

    @api.model
    def _estimate(self):
        return self.env._("Scheduled times are taken as they are today.")

    @api.model
    def _more(self, question):
        return SQL(
            """
            %s
            LEFT JOIN LATERAL (
                SELECT min(p.scheduled_date) AS at
                FROM logistics_shipment_picking_rel r JOIN stock_picking p ON p.id = r.picking_id
                WHERE r.shipment_id = s.id
            ) cutoff ON TRUE
            """,
            RELEASE,
        )

    @api.model
    def _since(self, question):
        return SQL(
            "GREATEST(LEAST(release.acknowledged, release.worked), COALESCE(%s, %s))",
            question.later(SQL("cutoff.at"), "hours"),
            question.later(SQL("LEAST(release.acknowledged, release.worked)"), "without"),
        )

    @api.model
    def _until(self, question):
        return SQL("LEAST(release.confirmed, release.refused, story.picked, %s)", OVER)

    @api.model
    def _where(self, question):
        return SQL(
            "release.sent IS NOT NULL AND LEAST(release.acknowledged, release.worked) IS NOT NULL"
        )
