from odoo import api, fields, models


class LogisticsExceptionDismiss(models.TransientModel):
    """Nothing has to be done: why, in words, and with a cause and an outcome like whatever closes,
    so that it can be seen what opens cases for nothing."""

    _name = "logistics.exception.dismiss"
    _description = "Dismiss Exceptions"

    exception_ids = fields.Many2many("logistics.exception", required=True)
    reason = fields.Char(
        required=True, help="Why nothing has to be done. It is kept with the case."
    )
    cause_id = fields.Many2one("logistics.exception.cause", required=True)
    outcome_id = fields.Many2one("logistics.exception.outcome", required=True)

    @api.model
    def default_get(self, fields):
        """Mostly nothing came of it, for a cause that is not known."""
        values = super().default_get(fields)
        cases = self.env["logistics.exception"].browse(
            self.env.context.get("default_exception_ids")
        )
        values.setdefault("cause_id", cases._common_cause().id or self._usual("cause_unknown"))
        values.setdefault("outcome_id", self._usual("outcome_no_action"))
        return values

    def _usual(self, name):
        """The id of a shipped choice, False where somebody has archived it."""
        xmlid = f"logistics_connector_base.exception_{name}"
        record = self.env.ref(xmlid, raise_if_not_found=False)
        return bool(record and record.active) and record.id

    def action_dismiss(self):
        self.ensure_one()
        cases, said = self.exception_ids, (self.reason, self.cause_id, self.outcome_id)
        close = {"type": "ir.actions.act_window_close"}
        if len(cases) == 1:
            cases._dismiss(*said)
            return close
        return cases._in_bulk(lambda case: case._dismiss(*said), self.env._("Dismiss"), close)
