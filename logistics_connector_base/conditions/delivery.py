from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import COUNT, DAY_UNIT, HOURS, Threshold
from .shipment import OVER

# The first time that something became known, after a moment.
NEXT = """
(SELECT min(e.received_at) FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
 WHERE e.shipment_id = s.id AND e.classifier = 'actual' AND e.standing = 'active'
       AND c.state = ANY(%s) AND e.received_at > %s)
"""


class DeliveryAttempts(models.AbstractModel):
    """The carrier was there, several times, and could not hand it over."""

    _name = "logistics.condition.delivery_attempts"
    _inherit = "logistics.condition.shipment"
    _description = "Delivery attempted several times"
    _live_states = (
        "delivery_attempted",
        "out_for_delivery",
        "in_transit",
        "at_customs",
    )

    @api.model
    def _thresholds(self):
        return (Threshold("attempts", 2, COUNT, least=1, most=10),)

    @api.model
    def _threshold_words(self):
        return {"attempts": self.env._("Attempts in vain")}

    @api.model
    def _more(self, question):
        return SQL(
            """
            CROSS JOIN LATERAL (
                SELECT array_agg(e.received_at ORDER BY e.received_at) AS at
                FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
                WHERE e.shipment_id = s.id AND e.classifier = 'actual' AND e.standing = 'active'
                      AND c.state = 'delivery_attempted'
            ) attempt
            """
        )

    @api.model
    def _since(self, question):
        return SQL("attempt.at[%s::int]", question.number("attempts"))

    @api.model
    def _until(self, question):
        return SQL("LEAST(story.available, story.returning, %s)", OVER)


class PickupWaiting(models.AbstractModel):
    """It lies at the shop or terminal, and nobody fetches it."""

    _name = "logistics.condition.pickup_waiting"
    _inherit = "logistics.condition.shipment"
    _description = "Ready for collection, and not collected"
    _live_states = ("available_for_pickup",)

    @api.model
    def _thresholds(self):
        return (Threshold("days", 4, DAY_UNIT, least=0.5, most=60),)

    @api.model
    def _threshold_words(self):
        return {"days": self.env._("Days after it was ready")}

    @api.model
    def _since(self, question):
        return SQL("story.available + %s", question.days("days"))

    @api.model
    def _until(self, question):
        left = ["out_for_delivery", "returning"]
        return SQL("LEAST(%s, %s)", SQL(NEXT, left, SQL("story.available")), OVER)

    @api.model
    def _where(self, question):
        return SQL("story.available IS NOT NULL")


class PodMissing(models.AbstractModel):
    """It is delivered, and no proof of that has come."""

    _name = "logistics.condition.pod_missing"
    _inherit = "logistics.condition.shipment"
    _description = "Delivered, and no proof of delivery"
    _live_states = ("delivered",)
    _reach_days = 90
    _is_after_delivery = True

    @api.model
    def _thresholds(self):
        return (
            Threshold("hours", 48, HOURS, least=1),
            Threshold("days", 30, DAY_UNIT, least=1, most=90),
        )

    @api.model
    def _threshold_words(self):
        return {
            "hours": self.env._("Hours after the delivery became known"),
            "days": self.env._("Days after which nobody asks any more"),
        }

    @api.model
    def _holds_now(self, question):
        return SQL("s.pod_received IS NOT TRUE")

    @api.model
    def _since(self, question):
        return SQL("story.delivered + %s", question.hours("hours"))

    @api.model
    def _until(self, question):
        return SQL(
            "LEAST(story.proven, story.returning, story.delivered + %s)", question.days("days")
        )


class ReturnStuck(models.AbstractModel):
    """It is on its way back, and does not come."""

    _name = "logistics.condition.return_stuck"
    _inherit = "logistics.condition.shipment"
    _description = "On its way back for long"
    _live_states = ("returning",)

    @api.model
    def _thresholds(self):
        return (Threshold("days", 10, DAY_UNIT, least=1, most=120),)

    @api.model
    def _threshold_words(self):
        return {"days": self.env._("Days after the return began")}

    @api.model
    def _since(self, question):
        return SQL("story.returning + %s", question.days("days"))

    @api.model
    def _until(self, question):
        return SQL("story.gone")
