from odoo import fields, models


class LogisticsPrivacyWizardLine(models.TransientModel):
    """One record in which the person was found."""

    _name = "logistics.privacy.wizard.line"
    _description = "Found Record"
    _transient_max_hours = 2.0

    wizard_id = fields.Many2one("logistics.privacy.wizard", required=True, ondelete="cascade")
    kind = fields.Char(readonly=True)
    name = fields.Char(readonly=True)
    res_model = fields.Char(readonly=True)
    res_id = fields.Many2oneReference(model_field="res_model", readonly=True)
    excerpt = fields.Char("What it says", readonly=True)

    def action_open(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": self.res_model,
            "res_id": self.res_id,
            "view_mode": "form",
            "target": "current",
        }
