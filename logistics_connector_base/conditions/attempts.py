from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import COUNT, Threshold
from .shipment import OVER

# The attempts at each package, in the order in which they became known. Carriers scan one visit
# more than once ("not at home", "card left"): what is of one day at the door is one attempt. What
# names no package of the shipment is of all of them.
ATTEMPTS = """
CROSS JOIN LATERAL (
    WITH told AS (
        SELECT COALESCE(package.id, 0) AS package, e.received_at, e.occurred_at,
               (COALESCE(e.occurred_at, e.received_at)
                + COALESCE(e.occurred_offset, 0) * interval '1 minute')::date AS day
        FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
        LEFT JOIN LATERAL (
            SELECT min(p.id) AS id FROM logistics_shipment_package p
            WHERE p.shipment_id = s.id AND p.tracking_number = e.tracking_number
        ) package ON TRUE
        WHERE e.shipment_id = s.id AND e.classifier = 'actual' AND e.standing = 'active'
              AND c.state = 'delivery_attempted' AND story.attempts >= %s
    )
    SELECT visit.known AS at, visit.happened, row_number() OVER (
        PARTITION BY visit.package ORDER BY visit.known, visit.day) AS number
    FROM (
        SELECT which.package, told.day, min(told.received_at) AS known,
               min(told.occurred_at) AS happened
        FROM (
            SELECT DISTINCT package FROM told
            WHERE package > 0 OR NOT EXISTS (SELECT FROM told WHERE package > 0)
        ) which JOIN told ON told.package IN (0, which.package)
        GROUP BY which.package, told.day
    ) visit
) attempt
"""
# When it became known that it was loaded once more after an attempt; scans may come late.
AGAIN = """
(SELECT min(e.received_at) FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
 WHERE e.shipment_id = s.id AND e.classifier = 'actual' AND e.standing = 'active'
       AND c.state = 'out_for_delivery' AND e.occurred_at > attempt.happened)
"""
SHOWN = 5


class DeliveryAttempts(models.AbstractModel):
    """The carrier was there, on several days, and could not hand it over."""

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
        words = self.env._("Attempts in vain, of one package, on different days")
        return (Threshold("attempts", words, 2, COUNT, least=1, most=10),)

    @api.model
    def _more(self, question):
        return SQL(ATTEMPTS, question.number("attempts"))

    @api.model
    def _since(self, question):
        return SQL("attempt.at")

    @api.model
    def _until(self, question):
        return SQL("LEAST(story.available, story.returning, %s)", OVER)

    @api.model
    def _where(self, question):
        return SQL("attempt.number = %s", question.number("attempts"))

    @api.model
    def _facts(self, subject):
        told = subject.event_ids.filtered(
            lambda event: (
                event.code_id.state == "delivery_attempted"
                and event.classifier == "actual"
                and event.standing == "active"
            )
        ).sorted("occurred_at")
        return super()._facts(subject) + [
            self.env._(
                "Attempt: %(when)s, %(why)s",
                when=event.occurred_local,
                why=event.reason_id.name or event.code_id.name,
            )
            for event in told[-SHOWN:]
        ]


class FinalAttempt(models.AbstractModel):
    """The carrier tried as often as it does, in vain: next it sends the parcel back. No code says
    so; the attempts are counted. Whoever goes out once more had not come to the last one."""

    _name = "logistics.condition.final_attempt"
    _inherit = "logistics.condition.delivery_attempts"
    _description = "Last attempt failed, and it will go back"

    @api.model
    def _thresholds(self):
        words = self.env._("As many attempts as the carrier makes")
        return (Threshold("attempts", words, 3, COUNT, least=1, most=10),)

    @api.model
    def _until(self, question):
        return SQL("LEAST(%s, %s)", SQL(AGAIN), super()._until(question))

    @api.model
    def _where(self, question):
        return SQL("attempt.number >= %s", question.number("attempts"))
