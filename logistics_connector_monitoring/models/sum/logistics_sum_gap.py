from odoo import fields, models


class LogisticsSumGap(models.Model):
    """A row because of which two sums do not agree."""

    _name = "logistics.sum.gap"
    _description = "Row at Fault"
    _order = "id"
    _log_access = False
    _logistics_scope = "logistics.usual.gap"  # over all shipments: not for who sees a part

    result_id = fields.Many2one(
        "logistics.sum.result", required=True, readonly=True, index=True, ondelete="cascade"
    )
    res_model = fields.Char("Kind of row", required=True, readonly=True)
    res_id = fields.Many2oneReference("Row", model_field="res_model", readonly=True)
    name = fields.Char("Called", readonly=True)
    why = fields.Char(readonly=True)

    def action_open(self):
        """The row itself, for who may see it."""
        self.ensure_one()
        record = self.env[self.res_model].browse(self.res_id)
        record.check_access("read")
        return record.get_formview_action()
