from odoo import api, fields, models


class LogisticsFallback(models.TransientModel):
    """Over which connection the messages of a flow go until its partner is back."""

    _name = "logistics.fallback"
    _description = "Send over Another Connection"

    flow_id = fields.Many2one("logistics.flow", required=True, readonly=True)
    other_id = fields.Many2one(
        "logistics.flow",
        "Over",
        required=True,
        compute="_compute_other_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', choice_ids)]",
    )
    choice_ids = fields.Many2many("logistics.flow", compute="_compute_choice_ids")
    waiting_count = fields.Integer(related="flow_id.waiting_count")

    @api.depends("flow_id")
    def _compute_choice_ids(self):
        for wizard in self:
            flow = wizard.flow_id
            flows = self.env["logistics.flow"].search(
                [("company_id", "=", flow.company_id.id), ("form", "=", flow.form)]
            )
            wizard.choice_ids = flows.filtered(lambda o, flow=flow: not flow._fallback_problem(o))

    @api.depends("flow_id")
    def _compute_other_id(self):
        for wizard in self:
            choices, wanted = wizard.choice_ids, wizard.flow_id.fallback_flow_id
            only = choices if len(choices) == 1 else choices.browse()
            wizard.other_id = wanted if wanted in choices else only

    def action_send_over(self):
        self.ensure_one()
        self.flow_id._send_over(self.other_id)
        return {"type": "ir.actions.act_window_close"}
