from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsFreightBillShipment(models.Model):
    """A person says which shipment is billed."""

    _inherit = "logistics.freight.bill.shipment"

    candidate_ids = fields.Many2many(
        "logistics.shipment", compute="_compute_candidate_ids", string="Who else it may be"
    )
    match_text = fields.Char("How it was found", compute="_compute_match_text")
    matched_by_id = fields.Many2one("res.users", readonly=True)

    @api.depends("candidates")
    def _compute_candidate_ids(self):
        for line in self:
            ids = [one[0] for one in line.candidates or ()]
            line.candidate_ids = self.env["logistics.shipment"].search([("id", "in", ids)])

    @api.depends("match_key", "match_score", "match_notes")
    def _compute_match_text(self):
        keys = {
            "tracking": self.env._("By its tracking number"),
            "waybill": self.env._("By its waybill"),
            "master": self.env._("By its master number"),
            "shipment": self.env._("By our number on the bill"),
            "order": self.env._("By the order on the bill"),
            "person": self.env._("Chosen by %s", "{}"),
        }
        notes = {
            "several": self.env._("several shipments have the number"),
            "resembles": self.env._("nothing names it, these resemble it"),
            "contradicted": self.env._("another number on the bill names another shipment"),
        }
        for line in self:
            text = keys.get(line.match_key, "")
            if line.match_key == "person":
                text = text.format(line.matched_by_id.name or "")
            elif text and line.match_score:
                text = f"{text} ({line.match_score} %)"
            words = [notes[note] for note in line.match_notes or () if note in notes]
            line.match_text = "; ".join(filter(None, [text, *words])) or False

    def action_match(self):
        """Choose the shipment."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which shipment is it?"),
            "res_model": "logistics.freight.match",
            "views": [(False, "form")],
            "target": "new",
            "context": {
                "default_line_id": self.id,
                "default_shipment_id": self.candidate_ids.id
                if len(self.candidate_ids) == 1
                else False,
            },
        }

    def _choose(self, shipments):
        """Match by hand, and judge again. What is billed for several shipments is shared by them,
        by weight.

        :return: the line, or the one that it became a part of
        """
        self.ensure_one()
        if self.decided_by_id or self.bill_id.state in ("billed", "cancelled"):
            raise UserError(self.env._("This was decided already. Undo that first."))
        if not shipments:
            raise UserError(self.env._("Say which shipment it is."))
        if shipments.company_id != self.company_id:
            raise UserError(self.env._("This shipment belongs to another company."))
        line = self.sudo()
        line.write(
            {
                "match_state": "consolidated" if len(shipments) > 1 else "matched",
                "match_key": "person",
                "match_score": 100,
                "match_notes": [],
                "shipment_id": shipments[0].id,
                "shared_shipment_ids": [(6, 0, shipments.ids if len(shipments) > 1 else [])],
                "matched_by_id": self.env.uid,
            }
        )
        kept = line._merge()
        kept._audit()
        return kept
