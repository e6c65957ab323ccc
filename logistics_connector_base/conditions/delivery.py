from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import DAY_UNIT, Threshold
from .shipment import NEXT, OVER


class PickupWaiting(models.AbstractModel):
    """It lies at the shop or terminal, and nobody fetches it."""

    _name = "logistics.condition.pickup_waiting"
    _inherit = "logistics.condition.shipment"
    _description = "Ready for collection, and not collected"
    _live_states = ("available_for_pickup",)

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "days",
                self.env._("Days after it was ready"),
                4,
                DAY_UNIT,
                least=0.5,
                most=60,
                may_work=True,
            ),
        )

    @api.model
    def _since(self, question):
        return question.later(SQL("story.available"), "days")

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
    _inherit = "logistics.condition.delivered"
    _description = "Delivered, and no proof of delivery"

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "hours",
                self.env._("Hours after the delivery became known"),
                48,
                least=1,
                may_work=True,
            ),
            Threshold(
                "days",
                self.env._("Days after which nobody asks any more"),
                30,
                DAY_UNIT,
                least=1,
                most=90,
            ),
        )

    @api.model
    def _holds_now(self, question):
        return SQL("s.pod_received IS NOT TRUE")

    @api.model
    def _since(self, question):
        return question.later(SQL("story.delivered"), "hours")

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
        return (
            Threshold(
                "days",
                self.env._("Days after the return began"),
                10,
                DAY_UNIT,
                least=1,
                most=120,
                may_work=True,
            ),
        )

    @api.model
    def _since(self, question):
        return question.later(SQL("story.returning"), "days")

    @api.model
    def _until(self, question):
        return SQL("story.gone")
