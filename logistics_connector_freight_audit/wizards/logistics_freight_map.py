from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsFreightMap(models.TransientModel):
    """What unknown charges are: said once, for all bills that have them."""

    _name = "logistics.freight.map"
    _description = "Say What a Charge Is"

    charge_ids = fields.Many2many("logistics.freight.bill.charge", readonly=True)
    summary = fields.Text("On the bills", compute="_compute_summary")
    bill_count = fields.Integer("Bills that have it", compute="_compute_summary")
    type_id = fields.Many2one("logistics.freight.charge.type", "Is", required=True)
    is_everywhere = fields.Boolean(
        "Whatever the carrier", help="The same text means the same at every carrier."
    )

    @api.depends("charge_ids")
    def _compute_summary(self):
        for wizard in self:
            told = sorted(
                {(c.issuer, c.code or "", c.description or "") for c in wizard.charge_ids}
            )
            wizard.summary = "\n".join(" · ".join(filter(None, one)) for one in told[:20])
            wizard.bill_count = len(wizard._same().bill_id)

    def _same(self):
        """All charges that the new mappings say something about."""
        charges = self.env["logistics.freight.bill.charge"]
        for issuer, code, text in {(c.issuer, c.code, c.description) for c in self.charge_ids}:
            domain = [
                ("type_id", "=", False),
                ("code", "=", code),
                ("description", "=", text),
                ("company_id", "in", self.env.companies.ids),
            ]
            if not self.is_everywhere:
                domain.append(("issuer", "=", issuer))
            charges |= charges.search(domain)
        return charges

    def action_map(self):
        """Keep the mappings, and judge the bills again that have these charges."""
        self.ensure_one()
        mapping = self.env["logistics.freight.charge.map"]
        for issuer, code, text in sorted(
            {
                ("*" if self.is_everywhere else c.issuer, c.code or "", c.description or "")
                for c in self.charge_ids
            }
        ):
            if not (code or text.replace("*", "").strip()):
                raise UserError(self.env._("A charge without code and text cannot be known again."))
            mapping.create(
                {
                    "issuer": issuer,
                    "code": code,
                    "description": text,
                    "type_id": self.type_id.id,
                }
            )
        charges = self._same().sudo()
        charges.write({"type_id": self.type_id.id, "kind": self.type_id.kind})
        lines = charges.line_id.filtered(lambda line: not line.decided_by_id)
        for bill in lines.bill_id.filtered(lambda bill: bill.state == "open"):
            lines.filtered(lambda line, bill=bill: line.bill_id == bill)._audit()
        return {"type": "ir.actions.act_window_close"}
