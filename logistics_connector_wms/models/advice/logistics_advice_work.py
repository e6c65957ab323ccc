from odoo import api, models

WAKE = """
UPDATE logistics_advice SET next_try_at = NULL, state = CASE WHEN state = 'waiting'
    THEN 'waiting' ELSE 'ready' END
WHERE connection_id = ANY(%(connections)s) AND id <> ALL(%(besides)s) AND (
    (state = 'waiting' AND next_try_at > now() AT TIME ZONE 'UTC')
    OR (state IN ('partial', 'trouble') AND EXISTS (
        SELECT 1 FROM logistics_advice_line l WHERE l.advice_id = logistics_advice.id
        AND l.state = 'trouble' AND l.trouble_code = ANY(%(codes)s))))
"""
# What may be mended by what comes later: goods, a code, a place.
MENDABLE = [
    "unknown_product",
    "unknown_unit",
    "unknown_lot",
    "unknown_reason",
    "no_place",
    "no_warehouse",
]


class LogisticsAdviceDesk(models.AbstractModel):
    """Books what warehouses told."""

    _name = "logistics.advice.desk"
    _inherit = "logistics.desk"
    _description = "Desk that Books Warehouse Advices"

    _desk_model = "logistics.advice"
    _desk_states = ("ready", "waiting")
    # The oldest deed first: most often that is the order in which they make sense.
    _desk_order = "occurred_at"
    _desk_lock = 0x4C4F4756  # "LOGV"
    _desk_title = "Logistics: book warehouse advices, lane %s"

    @api.model
    def _work_record(self, record):
        # What only got into trouble changed nothing: two of them would wake each other for ever.
        return record._book() and record.connection_id.id

    @api.model
    def _after(self, record_id, outcome):
        """Goods that came in, or another state of things, may be what others waited for."""
        connection = self.env["logistics.connection"].browse(outcome)
        self._wake_waiting(connection, besides=[record_id])

    @api.model
    def _give_up(self, record, text):
        record._put_in_trouble(text)

    @api.model
    def _wake_waiting(self, connections, besides=()):
        """Look again at what waits for goods, codes or orders of these connections."""
        self.env.flush_all()
        self.env.cr.execute(
            WAKE,
            {"connections": connections.ids, "codes": MENDABLE, "besides": list(besides) or [0]},
        )
        if self.env.cr.rowcount:
            self.env["logistics.advice"].invalidate_model(["state", "next_try_at"])
            self._wake_after_commit()


class LogisticsInbox(models.AbstractModel):
    _inherit = "logistics.inbox"

    @api.model
    def _boxes(self):
        return (*super()._boxes(), "logistics.advice.desk")
