from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ..charge.logistics_freight_charge_type import KINDS


class LogisticsFreightAccrualLine(models.Model):
    """What one shipment's charges of a class were accrued with, and what became of it."""

    _name = "logistics.freight.accrual.line"
    _description = "Accrued Freight of a Shipment"
    _order = "accrual_id desc, id"
    _log_access = False
    _rec_name = "shipment_name"
    _logistics_scope = "logistics.replay"  # over shipments of all kinds

    accrual_id = fields.Many2one(
        "logistics.freight.accrual", required=True, readonly=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    company_currency_id = fields.Many2one(
        related="company_id.currency_id", string="Company currency"
    )
    # The story of a shipment may be deleted some day; its accrual stays in the books.
    shipment_id = fields.Many2one(
        "logistics.shipment", readonly=True, index="btree_not_null", ondelete="set null"
    )
    shipment_name = fields.Char("Shipment number", readonly=True)
    issuer = fields.Char("Carrier", readonly=True)
    ship_date = fields.Date("Left on", readonly=True)
    accrued_on = fields.Date("Accrued at", related="accrual_id.date", store=True)
    kind = fields.Selection(KINDS, "Class", required=True, readonly=True)
    source = fields.Selection(
        [("booked", "Booked"), ("estimated", "Estimated")], "Known from", readonly=True
    )
    currency_id = fields.Many2one("res.currency", required=True, readonly=True)
    amount = fields.Monetary("Amount in its currency", readonly=True, aggregator=None)
    company_amount = fields.Monetary(
        "Accrued",
        currency_field="company_currency_id",
        readonly=True,
        help="At the rate of the period's end.",
    )
    analytic_distribution = fields.Json(readonly=True)
    state = fields.Selection(
        [
            ("open", "Open"),
            ("billed", "Billed"),
            ("cancelled", "Called off"),
            ("given_up", "No bill will come"),
        ],
        required=True,
        readonly=True,
        default="open",
        index=True,
    )
    reversed_by_id = fields.Many2one(
        "logistics.freight.accrual",
        "Reversed at",
        readonly=True,
        index="btree_not_null",
        ondelete="restrict",
    )
    bill_id = fields.Many2one(
        "logistics.freight.bill", readonly=True, index="btree_not_null", ondelete="set null"
    )
    billed_amount = fields.Monetary(
        "Billed", currency_field="company_currency_id", readonly=True, help="Without tax."
    )
    difference = fields.Monetary(
        "Billed less accrued",
        currency_field="company_currency_id",
        readonly=True,
        help="Of what is billed: how far the accrual was off.",
    )
    given_up_by_id = fields.Many2one("res.users", "Given up by", readonly=True)
    given_up_why = fields.Char("Why no bill comes", readonly=True)

    _open = models.Index("(company_id, shipment_id) WHERE reversed_by_id IS NULL")

    def action_give_up(self):
        """No bill will come for these: the next period's entry reverses them."""
        if not self.env.user.has_group("logistics_connector_freight_audit.group_freight_approver"):
            raise AccessError(self.env._("A freight approver decides that no bill will come."))
        self.check_access("read")
        for line in self:
            if line.state != "open":
                raise UserError(self.env._("%s is not open.", line.shipment_name))
        why = self.env._("Given up by %s.", self.env.user.name)
        self.sudo().write(
            {"state": "given_up", "given_up_by_id": self.env.uid, "given_up_why": why}
        )

    def action_take_back(self):
        """A bill may come, after all."""
        if not self.env.user.has_group("logistics_connector_freight_audit.group_freight_approver"):
            raise AccessError(self.env._("A freight approver decides that no bill will come."))
        self.check_access("read")
        for line in self:
            if line.state != "given_up" or line.reversed_by_id:
                raise UserError(
                    self.env._("%s is reversed, or was not given up.", line.shipment_name)
                )
        self.sudo().write({"state": "open", "given_up_by_id": False, "given_up_why": False})
