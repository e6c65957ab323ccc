from odoo import api, fields, models
from odoo.exceptions import ValidationError


class LogisticsConnection(models.Model):
    """When a difference between a warehouse's stock and ours is a matter for a person."""

    _inherit = "logistics.connection"

    snapshot_quantity = fields.Float(
        "Tolerated quantity", digits="Product Unit", tracking=True, help="Of one line."
    )
    snapshot_percent = fields.Float(
        "Tolerated share (%)", tracking=True, help="Of the greater side of a line."
    )
    snapshot_value = fields.Float(
        "Not worth more than",
        tracking=True,
        help="In the company's currency. A tolerated quantity or share that is worth more is a "
        "difference all the same. 0: without limit.",
    )
    snapshot_streak = fields.Integer(
        "Told after (snapshots)",
        default=2,
        required=True,
        tracking=True,
        help="A difference that nothing explains is told to a person when it stands in so many "
        "snapshots in a row.",
    )
    snapshot_at_once = fields.Float(
        "Told at once from",
        tracking=True,
        help="In the company's currency: what is worth so much is told in the first snapshot. "
        "0: never at once.",
    )
    snapshot_patience = fields.Integer(
        "Confirmed within (hours)",
        default=24,
        required=True,
        tracking=True,
        help="What is on its way for longer, and is exactly the difference, counts as a message "
        "that was lost.",
    )

    @api.constrains(
        "snapshot_quantity",
        "snapshot_percent",
        "snapshot_value",
        "snapshot_streak",
        "snapshot_at_once",
        "snapshot_patience",
    )
    def _check_snapshot_rules(self):
        for connection in self:
            numbers = (
                connection.snapshot_quantity,
                connection.snapshot_percent,
                connection.snapshot_value,
                connection.snapshot_at_once,
            )
            whole = (connection.snapshot_streak, connection.snapshot_patience)
            if min(numbers) < 0 or min(whole) < 1 or connection.snapshot_percent > 100:
                raise ValidationError(
                    self.env._(
                        "Tolerances are not negative, a share is 100 % at most, and at least one "
                        "snapshot and one hour are waited for."
                    )
                )
