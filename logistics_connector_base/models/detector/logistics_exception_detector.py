from odoo import fields, models


class LogisticsException(models.Model):
    """Cases that a detector opened, and closes itself."""

    _inherit = "logistics.exception"

    detector_id = fields.Many2one(
        "logistics.detector", readonly=True, index="btree_not_null", ondelete="set null"
    )
    held_by_detector = fields.Json(readonly=True)
    held_count = fields.Integer(
        "Held back",
        readonly=True,
        help="Shipments without news that have no case of their own while this one stands.",
    )
    is_flood = fields.Boolean(readonly=True, help="It stands for those beyond a detector's limit.")

    def _close(self, state, outcome, event_id=False, **values):
        # Nothing is held back by a case that is over.
        values = {"held_by_detector": False, "held_count": 0, **values}
        return super()._close(state, outcome, event_id=event_id, **values)

    def _note_held(self, detector, count):
        """How many cases of a detector this one stands for."""
        self.ensure_one()
        held = {**(self.held_by_detector or {}), str(detector.id): count}
        if held != self.held_by_detector:
            values = {"held_by_detector": held, "held_count": sum(held.values())}
            self.with_context(tracking_disable=True)._put(values)
