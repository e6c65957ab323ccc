from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsFreightDecide(models.TransientModel):
    """Approve or dispute what differs, one or many at once, with the reason."""

    _name = "logistics.freight.decide"
    _description = "Decide on Billed Shipments"

    line_ids = fields.Many2many("logistics.freight.bill.shipment", readonly=True)
    decision = fields.Selection(
        [("approved", "Approve: pay as billed"), ("disputed", "Dispute")], required=True
    )
    count = fields.Integer("Billed shipments", compute="_compute_figures")
    currency_id = fields.Many2one("res.currency", compute="_compute_figures")
    billed_amount = fields.Monetary("Billed", compute="_compute_figures")
    stake_amount = fields.Monetary("At stake", compute="_compute_figures")
    summary = fields.Text("What was found", compute="_compute_figures")
    reason = fields.Text("Why", required=True)
    disputed_amount = fields.Monetary(
        "Disputed",
        compute="_compute_disputed_amount",
        store=True,
        readonly=False,
        help="Another amount may be said of one shipment. Of several it is what is at stake.",
    )
    is_short = fields.Boolean(
        "Do not pay the disputed part",
        default=True,
        help="Otherwise all is paid, and a credit note is awaited.",
    )

    @api.depends("line_ids")
    def _compute_figures(self):
        for wizard in self:
            lines = wizard.line_ids
            wizard.count = len(lines)
            wizard.currency_id = lines.currency_id[:1]
            wizard.billed_amount = sum(lines.mapped("billed_amount"))
            wizard.stake_amount = sum(lines.mapped("stake_amount"))
            texts = [
                f"{line.name}: {line.finding_text}" if len(lines) > 1 else line.finding_text
                for line in lines[:8]
                if line.finding_text
            ]
            more = len(lines) - 8
            if more > 0:
                texts.append(self.env._("… and %s more", more))
            wizard.summary = "\n".join(texts)

    @api.depends("line_ids")
    def _compute_disputed_amount(self):
        for wizard in self:
            wizard.disputed_amount = wizard.stake_amount or wizard.billed_amount

    def action_decide(self):
        self.ensure_one()
        lines = self.line_ids
        if not lines:
            raise UserError(self.env._("Choose what to decide on."))
        if len(lines.currency_id) > 1:
            raise UserError(self.env._("Decide on the bills of one currency at a time."))
        amounts = None
        if self.decision == "disputed":
            nothing = lines.filtered(lambda line: not line.stake_amount)
            if len(lines) == 1:
                amounts = {lines: self.disputed_amount}
            elif nothing:
                raise UserError(
                    self.env._(
                        "Of %s nothing is at stake. Dispute it by itself, and say the amount.",
                        nothing[0].name,
                    )
                )
        lines._decide(self.decision, self.reason, amounts, self.is_short)
        return {"type": "ir.actions.act_window_close"}
