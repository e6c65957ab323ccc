from odoo import fields, models
from odoo.addons.logistics_connector_base.models.message.logistics_inbox import InboxBatch


class BenchRecord(models.Model):
    """What Odoo's own webhook creates: one record with the message."""

    _name = "bench.record"
    _description = "Benchmark Record"

    name = fields.Char()
    body = fields.Text()


class BenchJob(models.AbstractModel):
    """The usual way: one job for each event, which does the same work."""

    _name = "bench.job"
    _description = "Benchmark Job"

    def _apply(self, message_id):
        InboxBatch(self.env["logistics.message"].browse(message_id)).process()
