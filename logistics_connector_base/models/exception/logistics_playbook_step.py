from odoo import fields, models

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


class LogisticsExceptionType(models.Model):
    _inherit = "logistics.exception.type"

    step_ids = fields.One2many("logistics.playbook.step", "type_id", "Steps", copy=True)
