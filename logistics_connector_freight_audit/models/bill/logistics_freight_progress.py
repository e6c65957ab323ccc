from odoo import api, fields, models

# Of a file that nobody else sees yet there is nothing to say.
SAY = """
INSERT INTO logistics_freight_progress (file_id, rows)
SELECT id, %(rows)s FROM logistics_freight_file WHERE id = %(file)s
ON CONFLICT (file_id) DO UPDATE SET rows = EXCLUDED.rows
"""


class LogisticsFreightProgress(models.Model):
    """How far the reading of a file is. Its own table: the file's row belongs to the transaction
    that reads it, which shows nothing until it is done."""

    _name = "logistics.freight.progress"
    _description = "Progress of Reading Freight Bills"
    _log_access = False

    file_id = fields.Many2one("logistics.freight.file", required=True, ondelete="cascade")
    rows = fields.Integer()

    _file_uniq = models.UniqueIndex("(file_id)")

    @api.model
    def _say(self, file_id, rows):
        """Written at once, in a transaction of its own."""
        with self.env.registry.cursor() as cr:
            cr.execute(SAY, {"file": file_id, "rows": rows})
