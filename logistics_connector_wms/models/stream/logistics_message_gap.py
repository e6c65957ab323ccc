from odoo import api, fields, models


class LogisticsMessageGap(models.Model):
    """Numbers of a partner's counter that did not come."""

    _name = "logistics.message.gap"
    _description = "Missing Messages of a Partner"
    _order = "stream_id, first"
    _log_access = False
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    stream_id = fields.Many2one(
        "logistics.message.stream", required=True, readonly=True, index=True, ondelete="cascade"
    )
    connection_id = fields.Many2one("logistics.connection", required=True, readonly=True)
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    # As floats: a counter may be greater than four bytes hold, and smaller than 2^53.
    first = fields.Float(digits=(19, 0), required=True, readonly=True)
    last = fields.Float(digits=(19, 0), required=True, readonly=True)
    since = fields.Datetime(required=True, readonly=True)

    @api.depends("first", "last")
    def _compute_display_name(self):
        for gap in self:
            first, last = int(gap.first), int(gap.last)
            gap.display_name = str(first) if first == last else f"{first}-{last}"
