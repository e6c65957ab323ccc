import json
import logging
from datetime import UTC, datetime

import psycopg2
from odoo import api, fields, models

from ...core import tracker as core
from ...core.setbacks import MESSAGE, setback
from ...outbox import tracker_desk
from ..flow.logistics_flow import SENDING_STATES
from ..shipment.logistics_shipment import FINAL_STATES
from .logistics_tracker import FLOW

_logger = logging.getLogger(__name__)

# Looked at for one connection a minute; what is more waits for the next.
MOST = 5000
DUE = """
SELECT id FROM logistics_tracker
WHERE connection_id = %s AND next_at <= %s
ORDER BY next_at, id LIMIT %s FOR UPDATE SKIP LOCKED
"""


class LogisticsTracker(models.Model):
    """Asking, and what is answered."""

    _inherit = "logistics.tracker"

    @api.model
    def _sweep(self):
        """Cron, each minute: ask for the numbers whose turn it is, as many with a call as the
        provider takes. The calls leave through the outbox."""
        for connection_id, _code, _companies in self._at_work():
            connection = self.env["logistics.connection"].sudo().browse(connection_id)
            if connection.state not in SENDING_STATES or connection._tracking_lack():
                continue
            try:
                with self.env.cr.savepoint():
                    self._ask_for_due(connection)
            except Exception as error:
                if isinstance(error, psycopg2.Error) and setback(error) != MESSAGE:
                    raise  # the whole is done again
                # One provider's fault keeps no other's numbers from being asked for (law 10).
                _logger.exception("the numbers of %s were not asked for", connection.name)

    def _ask_for_due(self, connection):
        self.env.flush_all()
        # To the microsecond: what was enrolled within this second is due.
        now = datetime.now(UTC).replace(tzinfo=None)
        self.env.cr.execute(DUE, (connection.id, now, MOST))
        due = self.browse([row[0] for row in self.env.cr.fetchall()])
        due.invalidate_recordset()
        declared = connection._trackers()
        wanted = due._still_wanted()._not_refused_by_us(declared)
        for start in range(0, len(wanted), declared.most):
            wanted[start : start + declared.most]._ask(connection)

    def _still_wanted(self):
        """Those of these that are to be followed (on); the others end here."""
        now = fields.Datetime.now()
        numbers = self.shipment_id.reference_ids.filtered(
            lambda one: (
                one.type == "tracking" and (not one.valid_to or one.valid_to >= fields.Date.today())
            )
        )
        valid = {(one.shipment_id.id, one.value_key) for one in numbers}
        wanted = self.browse()
        for tracker in self:
            shipment = tracker.shipment_id
            news_at = max(filter(None, (shipment.last_event_at, shipment.create_date)))
            over = core.why_over(shipment.state in FINAL_STATES, news_at, now)
            if not over and (shipment.id, tracker.number) not in valid:
                over = "withdrawn"
            if over:
                tracker.write({"state": "ended", "ended": over, "next_at": False})
            else:
                wanted |= tracker
        return wanted

    def _not_refused_by_us(self, declared):
        """Those that the provider may be asked for; the others it would refuse."""
        wanted = self.browse()
        for tracker in self:
            if text := declared.refuse(tracker._wanted()):
                tracker.write(
                    {"state": "refused", "problem": text, "next_at": False, "refusals": 0}
                )
            else:
                wanted |= tracker
        return wanted

    def _wanted(self):
        self.ensure_one()
        return core.Wanted(self.number, self.carrier or "")

    def _ask(self, connection):
        """Ask for these with one message. They are asked for again should it never be answered."""
        message = self.env["logistics.outbox"]._enqueue(
            connection._flow(FLOW),
            tracker_desk.message([tracker._wanted() for tracker in self]),
            record=connection,
            correlation_id=self.shipment_id.correlation_id if len(self) == 1 else None,
            priority=60,
        )
        self.write({"state": "asked", "message_id": message.id, "next_at": False})

    # -- what is answered ---------------------------------------------------------------------

    @api.model
    def _take_answer(self, answer):
        """What came of a message that asked for numbers; may be told again, and changes nothing
        then."""
        message = answer.message_id
        asked = self.sudo().search([("message_id", "=", message.id), ("state", "=", "asked")])
        if message.state == "delivered":
            asked._take_verdicts(json.loads(answer._raw() or b"{}"))
        elif message.state in ("rejected", "dead", "expired", "dismissed"):
            text = message.error_text or self.env._("It was not sent.")
            for tracker in asked:
                tracker._take_no(text)
        asked.connection_id._tell_of_refused_numbers()

    def _take_verdicts(self, verdicts):
        for tracker in self:
            said = verdicts.get(tracker.number)
            if said and said["followed"]:
                tracker._take_yes(said)
            else:
                text = said["text"] if said else ""
                tracker._take_no(text or self.env._("They said nothing about this number."))

    def _take_yes(self, said):
        now = fields.Datetime.now()
        until, next_at = core.looked_at(self.connection_id._trackers(), now)
        self.write(
            {
                "state": "following",
                "followed_at": self.followed_at or now,
                "until": until,
                "next_at": next_at,
                "external_id": said["id"] or self.external_id,
                "refusals": 0,
                "problem": False,
            }
        )

    def _take_no(self, text):
        refusals = self.refusals + 1
        self.write(
            {
                "state": "refused",
                "refusals": refusals,
                "problem": text[:500],
                "next_at": core.asked_again(refusals, fields.Datetime.now()) or False,
            }
        )
