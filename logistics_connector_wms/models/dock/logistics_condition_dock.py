from odoo import api, models
from odoo.addons.logistics_connector_base.core.detectors import Threshold
from odoo.tools import SQL

# A window of so long ago is nobody's business any more.
REACH_DAYS = 30


class AppointmentMissed(models.AbstractModel):
    """A truck that was given a window at a dock did not come in it."""

    _name = "logistics.condition.appointment_missed"
    _inherit = "logistics.condition"
    _description = "A truck missed its window at the dock"
    _subject = "logistics.dock.appointment"
    _scopes = frozenset(("connection",))

    @api.model
    def _thresholds(self):
        return (Threshold("hours", self.env._("Hours after the end of the window"), 0.25),)

    @api.model
    def _estimate(self):
        return self.env._("Windows are taken as they were told last.")

    @api.model
    def _spells(self, question):
        return SQL(
            """
            SELECT s.id AS subject, s.id::text AS key,
                   LEAST(%(late)s, s.no_show_at) AS since,
                   LEAST(s.arrived_at, s.docked_at, s.finished_at, s.left_at, s.cancelled_at)
                       AS until,
                   s.company_id, s.connection_id
            FROM logistics_dock_appointment s
            WHERE %(companies)s AND %(allowed)s AND %(now)s
                  AND COALESCE(s.window_to, s.no_show_at) >= %(first)s - %(days)s * interval '1 day'
            """,
            late=question.later(SQL("COALESCE(s.window_to, s.no_show_at)"), "hours"),
            companies=question.is_company(SQL("s.company_id")),
            allowed=question.is_allowed(SQL("s.id")),
            now=SQL("s.state IN ('set', 'no_show')") if question.is_now else SQL("TRUE"),
            first=question.first,
            days=REACH_DAYS,
        )

    # -- words --------------------------------------------------------------------------------

    @api.model
    def _about(self, subject):
        return {
            "warehouse_id": subject.warehouse_id.id,
            "provider": subject.connection_id.provider_id.code,
            "shipment_id": subject.picking_ids.shipment_ids[:1].id,
            "message_id": subject.message_id.id,
            "reference": subject.name,
        }

    @api.model
    def _subject_of(self, case):
        number = case.key.rpartition(":")[2]
        return self.env[self._subject].sudo().browse(int(number)).exists()

    @api.model
    def _facts(self, subject):
        states = dict(subject._fields["state"]._description_selection(self.env))
        facts = [
            self.env._("State: %s", states[subject.state]),
            self.env._(
                "Window: %(start)s - %(end)s (UTC)",
                start=subject.window_from,
                end=subject.window_to,
            ),
        ]
        if subject.carrier:
            facts.append(self.env._("Carrier: %s", subject.carrier))
        if subject.picking_ids:
            names = ", ".join(subject.picking_ids.mapped("name"))
            facts.append(self.env._("Transfers: %s", names))
        return facts

    @api.model
    def _healed_words(self, subject):
        if not subject:
            return super()._healed_words(subject)
        states = dict(subject._fields["state"]._description_selection(self.env))
        return self.env._("%(number)s: %(state)s", number=subject.name, state=states[subject.state])
