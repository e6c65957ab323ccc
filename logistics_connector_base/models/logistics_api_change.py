from odoo import api, models

from ..api import changes, rate

KEEP_MARKS_DAYS = 400
BATCH = 200_000


class LogisticsApiChange(models.AbstractModel):
    """The order in which shipments, events and orders changed (``api/changes.py``)."""

    _name = "logistics.api.change"
    _description = "Changes for the API"

    def init(self):
        self.env.cr.execute(rate.BUCKET_TABLE)
        changes.install(self.env.cr)

    def _register_hook(self):
        """Also after a dump was restored in another server, before anybody changes anything."""
        changes.adjust(self.env.cr)
        return super()._register_hook()

    @api.model
    def _mark(self):
        """Cron, each minute: the way from times to positions."""
        self.env.cr.execute(changes.MARK)

    @api.autovacuum
    def _gc_changes(self):
        """Forget what a later change of the same record says again, and marks of long ago."""
        self.env.cr.execute(
            "DELETE FROM logistics_change_mark "
            "WHERE at < now() AT TIME ZONE 'UTC' - make_interval(days => %s)",
            (KEEP_MARKS_DAYS,),
        )
        self.env.cr.execute(changes.COLLECT, {"limit": BATCH})
        done = self.env.cr.rowcount
        if done == BATCH:
            return done, done
        self.env.cr.execute(changes.COLLECT_GONE)
        return done, 0
