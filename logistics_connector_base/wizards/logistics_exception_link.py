from odoo import api, fields, models
from odoo.exceptions import UserError


class LogisticsExceptionLink(models.TransientModel):
    """Tells to which shipment a number belongs; the events that waited for it follow, and later
    ones find it without a person."""

    _name = "logistics.exception.link"
    _description = "Link to a Shipment"

    exception_ids = fields.Many2many("logistics.exception", required=True)
    exception_id = fields.Many2one(
        "logistics.exception", "Worked exception", compute="_compute_exception"
    )
    reference = fields.Char(compute="_compute_exception", string="Number")
    company_id = fields.Many2one("res.company", compute="_compute_exception")
    is_ambiguous = fields.Boolean(compute="_compute_exception")
    candidate_ids = fields.Many2many("logistics.shipment", compute="_compute_exception")
    shipment_id = fields.Many2one(
        "logistics.shipment",
        required=True,
        domain="[('id', 'in', candidate_ids)] if is_ambiguous"
        " else [('company_id', '=', company_id)]",
    )

    @api.depends("exception_ids")
    def _compute_exception(self):
        for wizard in self:
            exception = wizard.exception_ids[:1]
            wizard.exception_id = exception
            wizard.reference = exception.reference
            wizard.company_id = exception.company_id
            wizard.is_ambiguous = exception.type_code == "ambiguous_shipment"
            wizard.candidate_ids = exception.candidate_ids

    def action_link(self):
        self.ensure_one()
        exception = self.exception_id
        events = self.env["logistics.event"].search(
            [
                ("shipment_id", "=", False),
                ("connection_id", "=", exception.connection_id.id),
                ("tracking_number", "=", exception.reference),
            ]
        )
        if not events:
            raise UserError(self.env._("No event waits for this number any more."))
        self.shipment_id.check_access("write")
        if self.is_ambiguous:
            fits = self.shipment_id in self.candidate_ids
        else:
            fits = self.shipment_id.company_id == self.company_id
        if not fits:
            raise UserError(self.env._("Choose one of the shipments that are proposed."))
        days = [event.occurred_at.date() for event in events if event.occurred_at]
        self.env["logistics.shipment.reference"].sudo()._choose(
            self.shipment_id, exception.reference, min(days, default=False)
        )
        events.sudo()._attach(self.shipment_id)
        if exception.is_open:
            exception._close(
                "resolved", self.env._("Linked to shipment %s.", self.shipment_id.display_name)
            )
        return {
            "type": "ir.actions.act_window",
            "res_model": "logistics.shipment",
            "res_id": self.shipment_id.id,
            "view_mode": "form",
        }
