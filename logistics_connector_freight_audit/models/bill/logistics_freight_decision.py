from odoo import api, fields, models
from odoo.exceptions import UserError

WHAT = [
    ("approved", "Approved"),
    ("disputed", "Disputed"),
    ("confirmed", "Confirmed by a second person"),
    ("refused", "Refused by a second person"),
    ("undone", "Undone"),
    ("bill_approved", "Bill approved"),
    ("bill_refused", "Bill refused"),
]


class LogisticsFreightDecision(models.Model):
    """Who decided what about a billed shipment, when and why. It is only ever added to (law 11)."""

    _name = "logistics.freight.decision"
    _description = "Decision about a Freight Bill"
    _order = "id desc"
    _log_access = False
    _logistics_scope = "logistics.replay"  # over shipments of all kinds

    bill_id = fields.Many2one(
        "logistics.freight.bill", required=True, readonly=True, index=True, ondelete="restrict"
    )
    line_id = fields.Many2one(
        "logistics.freight.bill.shipment",
        "Billed shipment",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    user_id = fields.Many2one("res.users", "Who", required=True, readonly=True)
    at = fields.Datetime("When", required=True, readonly=True)
    what = fields.Selection(WHAT, required=True, readonly=True)
    verdict = fields.Char(readonly=True)
    billed_amount = fields.Monetary("Billed", readonly=True)
    accepted_amount = fields.Monetary(
        "Accepted beyond expected", readonly=True, help="What was at stake and is paid."
    )
    disputed_amount = fields.Monetary("Disputed", readonly=True)
    reason = fields.Text("Why", readonly=True)

    def write(self, vals):
        self._stays()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_never(self):
        self._stays()

    def _stays(self):
        raise UserError(self.env._("What was decided stays as it was said."))
