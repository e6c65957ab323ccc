from odoo import fields, models
from odoo.exceptions import AccessError, UserError

from ...core import release as core

MANAGERS = ("stock.group_stock_manager", "logistics_connector_base.group_logistics_manager")


class LogisticsReleaseHold(models.TransientModel):
    """A person keeps a transfer from the warehouse, or lets it go past its gates, and says why."""

    _name = "logistics.release.hold"
    _description = "Hold Back or Let Go"

    picking_id = fields.Many2one("stock.picking", "Transfer", required=True, readonly=True)
    act = fields.Selection(
        [("hold", "Hold back"), ("release", "Let go")], required=True, readonly=True
    )
    reason = fields.Char(required=True)
    release_reasons = fields.Text(related="picking_id.release_reasons")

    def action_apply(self):
        """Do it, as somebody who may change the transfer; past a gate only a manager lets it."""
        self.ensure_one()
        self.picking_id.check_access("write")
        releases = self.picking_id.sudo().release_ids
        releases = releases.filtered(lambda one: one.state not in core.OVER)
        if not releases:
            raise UserError(self.env._("No warehouse of a 3PL works this transfer."))
        if self.act == "hold":
            note = self.env._("Held back from the warehouse: %s", self.reason)
            for release in releases:
                if not release._hold(self.reason):
                    raise UserError(
                        self.env._(
                            "The warehouse has %s already. Cancel the transfer, or ask the "
                            "warehouse to wait.",
                            self.picking_id.name,
                        )
                    )
        else:
            if not any(self.env.user.has_group(group) for group in MANAGERS):
                raise AccessError(
                    self.env._("Only a manager lets a transfer go past what holds it back.")
                )
            note = self.env._("Let go to the warehouse: %s", self.reason)
            for release in releases:
                release._let_go(self.reason)
        self.picking_id.message_post(body=note)
        return {"type": "ir.actions.act_window_close"}
