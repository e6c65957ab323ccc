from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import DAY_UNIT, Threshold
from .shipment import OVER


class EtaLate(models.AbstractModel):
    """The carrier expects to deliver after the promised time, which has not passed yet."""

    _name = "logistics.condition.eta_late"
    _inherit = "logistics.condition.shipment"
    _description = "Expected after the promised time"

    @api.model
    def _thresholds(self):
        return (Threshold("hours", self.env._("Hours after the promise that do not matter"), 1),)

    @api.model
    def _holds_now(self, question):
        return SQL("s.estimated_delivery_at > s.promised_delivery_at")

    @api.model
    def _estimate(self):
        return self.env._("Promised times are taken as they are today.")

    @api.model
    def _more(self, question):
        return SQL(
            """
            CROSS JOIN LATERAL (
                SELECT e.received_at AS at, e.estimated_delivery_at AS expected,
                       lead(e.received_at) OVER (ORDER BY e.received_at, e.id) AS next
                FROM logistics_event e
                WHERE e.shipment_id = s.id AND e.standing = 'active' AND e.classifier <> 'planned'
                      AND e.estimated_delivery_at IS NOT NULL
            ) estimate
            """
        )

    @api.model
    def _since(self, question):
        return SQL("estimate.at")

    @api.model
    def _until(self, question):
        # From then on it is late: that is another condition.
        return SQL("LEAST(estimate.next, s.promised_delivery_at, %s)", OVER)

    @api.model
    def _where(self, question):
        return SQL(
            "s.promised_delivery_at IS NOT NULL AND estimate.expected > s.promised_delivery_at "
            "+ %s",
            question.hours("hours"),
        )


class Late(models.AbstractModel):
    """The promised time has passed, and it is not delivered."""

    _name = "logistics.condition.late"
    _inherit = "logistics.condition.shipment"
    _description = "Promise passed, and not delivered"

    @api.model
    def _thresholds(self):
        return (Threshold("hours", self.env._("Hours after the promise"), 2),)

    @api.model
    def _estimate(self):
        return self.env._("Promised times are taken as they are today.")

    @api.model
    def _holds_now(self, question):
        return SQL("s.promised_delivery_at <= %s", question.end)

    @api.model
    def _since(self, question):
        return SQL("s.promised_delivery_at + %s", question.hours("hours"))


class DeliveredLate(models.AbstractModel):
    """It came after the promised time."""

    _name = "logistics.condition.delivered_late"
    _inherit = "logistics.condition.delivered"
    _description = "Delivered after the promised time"

    @api.model
    def _thresholds(self):
        return (
            Threshold("hours", self.env._("Hours after the promise"), 2),
            Threshold(
                "days",
                self.env._("Days for which the case stays open"),
                7,
                DAY_UNIT,
                least=1,
                most=90,
            ),
        )

    @api.model
    def _estimate(self):
        return self.env._("Promised times are taken as they are today.")

    @api.model
    def _holds_now(self, question):
        return SQL("s.delivered_at > s.promised_delivery_at")

    @api.model
    def _since(self, question):
        return SQL("story.delivered")

    @api.model
    def _until(self, question):
        return SQL("story.delivered + %s", question.days("days"))

    @api.model
    def _where(self, question):
        return SQL("story.delivered_at > s.promised_delivery_at + %s", question.hours("hours"))
