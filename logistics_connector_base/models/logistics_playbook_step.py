from odoo import api, fields, models
from odoo.tools import format_datetime

# What a step's button does. Each has a method ``_step_<act>`` on logistics.exception; an addon adds
# its own with ``selection_add`` and such a method.
ACTS = [
    ("retry", "Work the messages again"),
    ("resend", "Send the message again"),
    ("ask", "Ask the carrier now"),
    ("map", "Map the code and replay"),
    ("link", "Link to a shipment"),
    ("time", "Decide about the time"),
    ("write_partner", "Write to the partner"),
    ("request_pod", "Ask the partner for the proof of delivery"),
    ("tell_customer", "Write to the customer"),
    ("create_return", "Create a return"),
    ("hold_billing", "Hold the customer's invoice"),
    ("release_billing", "Release the customer's invoice"),
]


class LogisticsPlaybookStep(models.Model):
    """One thing to do about a kind of trouble. With a button that does it, where Odoo can; else
    for people to do and tick."""

    _name = "logistics.playbook.step"
    _description = "Playbook Step"
    _order = "type_id, sequence, id"

    type_id = fields.Many2one(
        "logistics.exception.type", required=True, ondelete="cascade", index=True
    )
    sequence = fields.Integer(default=10)
    name = fields.Char("Step", required=True, translate=True)
    act = fields.Selection(
        ACTS, "Button", help="What its button does. Empty: a person does it, and ticks it."
    )
    active = fields.Boolean(default=True)
    is_done = fields.Boolean(compute="_compute_done")
    done_text = fields.Char("Done", compute="_compute_done")

    @api.depends_context("logistics_exception_id", "uid", "tz", "lang")
    def _compute_done(self):
        """What became of it in the case that is looked at (``logistics_exception_id``)."""
        case = self._case()
        done = {trace.step_id: trace for trace in case.step_trace_ids.sorted("id")}
        for step in self:
            trace = done.get(step)
            step.is_done = bool(trace)
            step.done_text = trace and self.env._(
                "%(who)s, %(when)s",
                who=trace.user_id.name,
                when=format_datetime(self.env, trace.done_at, dt_format="short"),
            )

    @api.model
    def _case(self):
        number = self.env.context.get("logistics_exception_id")
        cases = self.env["logistics.exception"]
        return cases.browse(number).exists() if isinstance(number, int) else cases

    def action_do(self):
        """Do it in the case that is looked at, and keep who did it."""
        self.ensure_one()
        return self._case()._do_step(self)

    def action_tick(self):
        """It was done elsewhere."""
        self.ensure_one()
        self._case()._note_step(self)
        return True


class LogisticsExceptionType(models.Model):
    _inherit = "logistics.exception.type"

    step_ids = fields.One2many("logistics.playbook.step", "type_id", "Steps", copy=True)
