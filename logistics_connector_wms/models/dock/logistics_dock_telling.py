from datetime import UTC

from odoo import api, fields, models
from odoo.addons.logistics_connector_base.core.canonical import Instant

from ...core.appointment import Telling
from .logistics_dock_appointment import DIRECTIONS, STATES


class LogisticsDockTelling(models.Model):
    """One thing that a warehouse told of an appointment, as it told it. Never changed: what is
    wrong is told again."""

    _name = "logistics.dock.telling"
    _description = "What Was Told of a Dock Appointment"
    _order = "told_at desc, id desc"
    _log_access = False
    _rec_name = "state"
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    appointment_id = fields.Many2one(
        "logistics.dock.appointment", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one("logistics.connection", required=True, readonly=True)
    company_id = fields.Many2one(
        "res.company", related="appointment_id.company_id", store=True, index=True
    )
    message_id = fields.Many2one(
        "logistics.message", readonly=True, index="btree_not_null", ondelete="set null"
    )
    digest = fields.Char(required=True, readonly=True)
    revision = fields.Char(readonly=True)
    direction = fields.Selection(DIRECTIONS, required=True, readonly=True)
    state = fields.Selection(STATES, required=True, readonly=True)
    occurred_at = fields.Datetime("When", required=True, readonly=True)
    told_at = fields.Datetime("Told", required=True, readonly=True)
    window_from = fields.Datetime("From", readonly=True)
    window_to = fields.Datetime("Until", readonly=True)
    door = fields.Char(readonly=True)
    carrier = fields.Char(readonly=True)
    vehicle = fields.Char(readonly=True)
    order_refs = fields.Text("Orders", readonly=True)
    warehouse_code = fields.Char("Their building", readonly=True)
    text = fields.Char("Their words", readonly=True)

    _once = models.Constraint(
        "UNIQUE(appointment_id, digest)", "This was told of the appointment already."
    )

    @api.model
    def _row(self, message, telling):
        """The values of a new row, but for whose it is."""
        return {
            "message_id": message.id,
            "digest": telling.digest,
            "revision": telling.revision or None,
            "direction": telling.direction,
            "state": telling.state,
            "occurred_at": _naive(telling.occurred),
            "told_at": _naive(telling.told),
            "window_from": _naive(telling.starts),
            "window_to": _naive(telling.ends),
            "door": telling.door or None,
            "carrier": telling.carrier or None,
            "vehicle": telling.vehicle or None,
            "order_refs": "\n".join(telling.orders) or None,
            "warehouse_code": telling.warehouse or None,
            "text": telling.text or None,
        }

    def _read(self):
        """What was told, as the fold takes it."""
        return [
            Telling(
                id=row.appointment_id.name,
                direction=row.direction,
                state=row.state,
                occurred=_instant(row.occurred_at),
                told=_instant(row.told_at),
                revision=row.revision or "",
                starts=_instant(row.window_from),
                ends=_instant(row.window_to),
                door=row.door or "",
                carrier=row.carrier or "",
                vehicle=row.vehicle or "",
                orders=tuple((row.order_refs or "").split("\n")) if row.order_refs else (),
                warehouse=row.warehouse_code or "",
                text=row.text or "",
            )
            for row in self
        ]

    def _in_words(self):
        """What it says, for whoever compares two of them."""
        self.ensure_one()
        states = dict(self._fields["state"]._description_selection(self.env))
        orders = (self.order_refs or "").replace("\n", ", ")
        window = f"{self.window_from} - {self.window_to} (UTC)" if self.window_from else ""
        said = (states[self.state], window, self.door, self.carrier, self.vehicle, orders)
        return " · ".join(filter(None, (*said, self.text)))


def _naive(instant):
    return instant and instant.utc.replace(tzinfo=None, microsecond=0)


def _instant(moment):
    return Instant(moment.replace(tzinfo=UTC)) if moment else None
