import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LogisticsAdjustmentReason(models.Model):
    """Why a warehouse's stock changed, in its words, and against which of our places it is booked:
    a place carries the account (Inventory → Locations)."""

    _name = "logistics.adjustment.reason"
    _description = "Partner's Reason of a Stock Change"
    _order = "connection_id, code, id"
    _rec_name = "code"
    _check_company_auto = True
    _logistics_scope = "logistics.code.coverage"  # narrowed as what belongs to a connection

    connection_id = fields.Many2one(
        "logistics.connection", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="connection_id.company_id", store=True, index=True)
    code = fields.Char(
        "Their reason",
        required=True,
        help="As it stands in their messages. A * stands for any text: “Order * shipped”.",
    )
    name = fields.Char("What it means", translate=True)
    is_told = fields.Boolean(
        "Told elsewhere",
        help="Goods that were shipped, received or returned: a message of their own says so, and "
        "they are booked with that. With this reason nothing is booked.",
    )
    location_id = fields.Many2one(
        "stock.location",
        "Booked against",
        domain=[("usage", "=", "inventory")],
        check_company=True,
        index=True,
        ondelete="restrict",
        help="A place of the kind “Inventory loss”. Its accounts are those of this reason.",
    )

    _code_uniq = models.Constraint(
        "UNIQUE(connection_id, code)", "This reason of the partner is there already."
    )

    @api.onchange("is_told")
    def _onchange_is_told(self):
        if self.is_told:
            self.location_id = False

    @api.constrains("connection_id", "is_told", "location_id")
    def _check_location(self):
        for reason in self:
            if bool(reason.location_id) == reason.is_told:
                raise ValidationError(
                    self.env._(
                        "Say of “%s” where it is booked, or that it is told elsewhere.",
                        reason.code,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        reasons = super().create(vals_list)
        reasons._look_again()
        return reasons

    def write(self, vals):
        result = super().write(vals)
        self._look_again()
        return result

    def _look_again(self):
        """What waits for somebody to explain its reason is looked at again."""
        self.env["logistics.advice.desk"].sudo()._wake_waiting(self.sudo().connection_id)

    @api.model
    def _find(self, connection, text):
        """The reason that a text is: itself, else the longest that has it with its *.

        :return: one reason, or none
        """
        reasons = self.search([("connection_id", "=", connection.id)])
        same = reasons.filtered(lambda one: one.code == text)
        if same:
            return same
        fitting = reasons.filtered(lambda one: "*" in one.code and one._fits(text))
        return fitting.sorted(lambda one: (-len(one.code), one.id))[:1]

    def _fits(self, text):
        self.ensure_one()
        parts = [re.escape(part) for part in self.code.split("*")]
        return bool(re.fullmatch(".*".join(parts), text or "", re.DOTALL))
