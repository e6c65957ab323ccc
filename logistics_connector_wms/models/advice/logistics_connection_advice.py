from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LogisticsConnection(models.Model):
    """What is done with what a warehouse tells, where it is not what was ordered."""

    _inherit = "logistics.connection"

    advice_short = fields.Selection(
        [
            ("backorder", "Back-order: released to it anew"),
            ("wait", "Wait: it sends the rest by itself"),
            ("cancel", "Cancel the rest"),
        ],
        "Less was shipped",
        required=True,
        default="backorder",
        tracking=True,
        help="Where the warehouse itself says whether more follows, that counts first.",
    )
    advice_over = fields.Selection(
        [
            ("refuse", "A person decides"),
            ("tolerate", "Book it within the tolerance"),
            ("accept", "Book it, and tell sales"),
        ],
        "More was shipped",
        required=True,
        default="refuse",
        tracking=True,
    )
    advice_receipt_over = fields.Selection(
        [
            ("refuse", "A person decides"),
            ("tolerate", "Book it within the tolerance"),
            ("accept", "Book it"),
        ],
        "More was received",
        required=True,
        default="accept",
        tracking=True,
    )
    advice_over_percent = fields.Float(
        "Tolerance (%)", default=5.0, tracking=True, help="Of what the line asked for."
    )
    advice_substitute = fields.Selection(
        [("refuse", "A person decides"), ("accept", "Book it, and tell sales")],
        "Another product in its place",
        required=True,
        default="refuse",
        tracking=True,
    )
    advice_lot = fields.Selection(
        [("accept", "Book it"), ("refuse", "A person decides")],
        "Another lot than reserved",
        required=True,
        default="accept",
        tracking=True,
    )
    advice_reason = fields.Selection(
        [("accept", "Book it against the product's own place"), ("refuse", "A person decides")],
        "A reason nobody has explained",
        required=True,
        default="accept",
        tracking=True,
        help="Of a change of stock. A warehouse that tells every change, those of shipments and "
        "receipts as well, is read right only when its reasons are explained: Configuration → "
        "Reasons of stock changes.",
    )
    advice_exceptions_only = fields.Boolean(
        "Names exceptions only",
        tracking=True,
        help="What its ship confirmations do not list has left in full (X12 945: code X).",
    )
    advice_is_whole = fields.Boolean(
        "All or nothing",
        tracking=True,
        help="A message with one line in trouble is not booked at all. Otherwise its other lines "
        "are.",
    )

    @api.constrains("advice_over_percent")
    def _check_advice_over_percent(self):
        for connection in self:
            if not 0 <= connection.advice_over_percent <= 100:
                raise ValidationError(self.env._("The tolerance is between 0 and 100 %."))
