from odoo import api, fields, models


class LogisticsExceptionType(models.Model):
    """What finds this kind of trouble."""

    _inherit = "logistics.exception.type"

    detector_ids = fields.One2many(
        "logistics.detector", "type_id", context={"active_test": False}, readonly=True
    )
    found_by = fields.Char(compute="_compute_found_by")

    @api.depends("detector_ids.active")
    def _compute_found_by(self):
        for kind in self:
            working = kind.detector_ids.filtered("active")
            if not kind.detector_ids:
                kind.found_by = self.env._("While reading")
            elif working:
                kind.found_by = ", ".join(working.mapped("name"))
            else:
                kind.found_by = self.env._("Detector is off")
