from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import Threshold
from .shipment import LIVE_STATES, OVER

# From the first word of trouble to the first one that it is over; several times, if need be.
TROUBLE = """
CROSS JOIN LATERAL (
    SELECT e.received_at AS at, (
        SELECT min(later.received_at)
        FROM logistics_event later JOIN logistics_event_code c ON c.id = later.code_id
        WHERE later.shipment_id = s.id AND later.classifier = 'actual'
              AND later.standing = 'active' AND later.received_at > e.received_at
              AND (c.code = 'CUS_RELEASED' OR c.state = ANY(%(onward)s))
    ) AS over
    FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
    WHERE e.shipment_id = s.id AND e.standing = 'active' AND e.classifier = 'actual'
          AND c.code = %(code)s
) trouble
"""
ONWARD = ["out_for_delivery", "available_for_pickup", "returning"]


class CustomsHold(models.AbstractModel):
    """Customs keeps it."""

    _name = "logistics.condition.customs_hold"
    _inherit = "logistics.condition.shipment"
    _description = "Held by customs for long"
    _live_states = LIVE_STATES
    _code = "CUS_HELD"

    @api.model
    def _thresholds(self):
        return (Threshold("hours", self.env._("Hours after customs held it"), 48, may_work=True),)

    @api.model
    def _holds_now(self, question):
        return SQL("s.on_hold OR s.has_delivery_exception")

    @api.model
    def _more(self, question):
        return SQL(TROUBLE, onward=ONWARD, code=self._code)

    @api.model
    def _since(self, question):
        return question.later(SQL("trouble.at"), "hours")

    @api.model
    def _until(self, question):
        return SQL("LEAST(trouble.over, %s)", OVER)


class DocumentsMissing(models.AbstractModel):
    """Customs asked for papers, and it does not move on."""

    _name = "logistics.condition.documents_missing"
    _inherit = "logistics.condition.customs_hold"
    _description = "Customs asked for papers, and it stands"
    _code = "CUS_INFO_REQ"

    @api.model
    def _thresholds(self):
        return (Threshold("hours", self.env._("Hours after customs asked"), 24, may_work=True),)
