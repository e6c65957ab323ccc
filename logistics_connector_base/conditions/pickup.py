from odoo import api, models
from odoo.tools import SQL

from ..core.detectors import DAY_UNIT, Threshold
from .shipment import LIVE_STATES, MOVING_STATES, OVER

STILL_HERE = (*(state for state in LIVE_STATES if state not in MOVING_STATES), "at_customs")
WAITS = SQL("LEAST(story.picked, %s)", OVER)
NOT_GONE = SQL("s.picked_up_at IS NULL")


class NoPickupScan(models.AbstractModel):
    """The carrier was announced the parcel, and has not scanned it."""

    _name = "logistics.condition.no_pickup_scan"
    _inherit = "logistics.condition.shipment"
    _description = "A label was made, and no pick-up scan came"
    _live_states = STILL_HERE
    _is_silence = True

    @api.model
    def _thresholds(self):
        return (
            Threshold("hours", self.env._("Hours after the label"), 24, least=1, may_work=True),
        )

    @api.model
    def _holds_now(self, question):
        return NOT_GONE

    @api.model
    def _since(self, question):
        return question.later(SQL("story.labelled"), "hours")

    @api.model
    def _until(self, question):
        return WAITS


class NoPickup(models.AbstractModel):
    """It is booked, and the day on which it was to leave has passed."""

    _name = "logistics.condition.no_pickup"
    _inherit = "logistics.condition.shipment"
    _description = "Booked, and not picked up by its day"
    _live_states = STILL_HERE

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "hours",
                self.env._("Hours after the planned pick-up, or the end of its day (UTC)"),
                12,
                may_work=True,
            ),
        )

    @api.model
    def _holds_now(self, question):
        return NOT_GONE

    @api.model
    def _more(self, question):
        return SQL(
            """
            LEFT JOIN LATERAL (
                SELECT min(planned_at) AS at FROM logistics_shipment_stop
                WHERE shipment_id = s.id AND role = 'origin') planned ON TRUE
            """
        )

    @api.model
    def _since(self, question):
        return SQL(
            "GREATEST(story.labelled, %s)",
            question.later(SQL("COALESCE(planned.at, s.ship_date + interval '1 day')"), "hours"),
        )

    @api.model
    def _until(self, question):
        return WAITS

    @api.model
    def _where(self, question):
        # GREATEST leaves out what is unknown.
        return SQL(
            "story.labelled IS NOT NULL AND COALESCE(planned.at, s.ship_date::timestamp) "
            "IS NOT NULL"
        )


class ShippedAfterCancel(models.AbstractModel):
    """It was called off, and the carrier scans it all the same."""

    _name = "logistics.condition.shipped_after_cancel"
    _inherit = "logistics.condition.shipment"
    _description = "Cancelled, and the carrier has it"
    _live_states = ("cancelled",)
    _reach_days = 14

    @api.model
    def _thresholds(self):
        return (
            Threshold(
                "days",
                self.env._("Days for which the case stays open"),
                14,
                DAY_UNIT,
                least=1,
                most=90,
            ),
        )

    @api.model
    def _more(self, question):
        # By what happened when: a scan from before the cancellation may come late.
        return SQL(
            """
            LEFT JOIN LATERAL (
                SELECT min(e.received_at) AS known
                FROM logistics_event e JOIN logistics_event_code c ON c.id = e.code_id
                WHERE e.shipment_id = s.id AND e.classifier = 'actual' AND e.standing = 'active'
                      AND c.state = ANY(%s) AND e.occurred_at > story.called_off_at
            ) scanned ON story.called_off_at < %s
            """,
            [*MOVING_STATES, "delivered"],
            question.end,
        )

    @api.model
    def _since(self, question):
        return SQL("GREATEST(story.called_off, scanned.known)")

    @api.model
    def _until(self, question):
        return SQL("GREATEST(story.called_off, scanned.known) + %s", question.days("days"))

    @api.model
    def _where(self, question):
        return SQL(
            "scanned.known IS NOT NULL AND story.called_off IS NOT NULL "
            "AND (story.picked_at IS NULL OR story.picked_at > story.called_off_at)"
        )
