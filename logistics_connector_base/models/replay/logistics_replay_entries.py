"""Where a replay begins: at messages, at a connection, at mappings."""

from odoo import api, models
from odoo.exceptions import UserError


class LogisticsReplay(models.Model):
    _inherit = "logistics.replay"

    @api.model
    def _open_new(self, **values):
        """The form of a new replay, filled in: only why is left to say."""
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Replay"),
            "res_model": self._name,
            "view_mode": "form",
            "target": "current",
            "context": {f"default_{name}": value for name, value in values.items()},
        }

    def _apply_at_once(self):
        """Without a dry run: what it does is kept as any replay's.

        :return: whether there was anything to do
        """
        self._check_allowed()
        replay = self.sudo()
        if not replay._plan():
            replay._close_mapped()
            replay.unlink()
            return False
        replay.step_ids.write({"state": "previewed"})
        replay._apply(self.env.uid)
        return True


class LogisticsMessage(models.Model):
    _inherit = "logistics.message"

    def action_replay(self):
        """Work these messages with today's settings: first see what would change."""
        companies = self.company_id
        if len(companies) > 1:
            raise UserError(self.env._("Choose messages of one company."))
        return self.env["logistics.replay"]._open_new(
            kind="messages", chosen_ids=[(6, 0, self.ids)], company_id=companies.id
        )


class LogisticsConnection(models.Model):
    _inherit = "logistics.connection"

    def action_replay(self):
        """Work what came over this connection with today's settings."""
        self.ensure_one()
        return self.env["logistics.replay"]._open_new(
            kind="period", connection_id=self.id, company_id=self.company_id.id
        )


class LogisticsEventMapping(models.Model):
    _inherit = "logistics.event.mapping"

    def action_replay(self):
        """Work the messages whose codes these mappings translate, or translated."""
        return self.env["logistics.replay"]._open_new(
            kind="mapping", mapping_ids=[(6, 0, self.ids)]
        )
