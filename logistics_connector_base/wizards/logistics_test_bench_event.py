from odoo import fields, models

from ..models.selections import CLASSIFIERS


class LogisticsTestBenchEvent(models.TransientModel):
    """One event of the message on the bench."""

    _name = "logistics.test.bench.event"
    _description = "Event on the Test Bench"

    bench_id = fields.Many2one("logistics.test.bench", required=True, ondelete="cascade")
    pointer = fields.Char("Where it stands")
    issuer = fields.Char()
    raw_code = fields.Char("Their code")
    raw_sub_code = fields.Char("Sub code")
    raw_text = fields.Char("Partner's words")
    code_id = fields.Many2one("logistics.event.code", "Means")
    reason_id = fields.Many2one("logistics.event.reason", "Because of")
    decided_by = fields.Selection(
        [
            ("partner", "The message itself"),
            ("own", "Your mapping"),
            ("shipped", "Shipped mapping"),
            ("nobody", "Unknown code"),
        ],
        "Says who",
    )
    classifier = fields.Selection(CLASSIFIERS)
    occurred = fields.Char("When")
    place = fields.Char()
    references = fields.Char("Numbers found")
    shipment_id = fields.Many2one("logistics.shipment")
    found_by = fields.Char("Found by", help="The kind of number that decided.")
    is_known = fields.Boolean("Known", help="This fact was told before: it counts once.")
    is_implausible = fields.Boolean("Time to be decided")
    is_unmapped = fields.Boolean()

    def action_map(self):
        """Say what the code means; then interpret the message again."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("What does it mean?"),
            "res_model": "logistics.event.mapping",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_provider": self.issuer,
                "default_raw_code": self.raw_code,
                "default_raw_sub_code": self.raw_sub_code,
            },
        }
