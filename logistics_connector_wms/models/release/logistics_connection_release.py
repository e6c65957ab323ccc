from odoo import api, fields, models
from odoo.exceptions import UserError

from ..stock_picking_release import RELEASE_FLOW

# A second order of the same number is worked twice: whether the first one came is asked (law 6),
# and not before the partner has had the time to file it.
FLOW_VALUES = {
    "repeat": "ask",
    "timeout": 60,
    "is_ordered": True,
    "id_header": False,
    "retry_schedule": "1m 5m 15m 1h 3h 10h",
}


class LogisticsConnection(models.Model):
    """A 3PL whose system is told of releases in its own words, and not in our format."""

    _inherit = "logistics.connection"

    has_own_words = fields.Boolean(
        "Told in its own words",
        compute="_compute_has_own_words",
        help="Releases are calls of this partner's interface, and not our messages.",
    )
    has_release_flow = fields.Boolean(compute="_compute_release_flow")
    release_lack = fields.Char("Telling lacks", compute="_compute_release_flow")

    @api.depends("provider_id")
    def _compute_has_own_words(self):
        for connection in self:
            connection.has_own_words = bool(connection._release_acts())

    @api.depends("flow_ids.active", "flow_ids.code", "warehouse_ids.logistics_code")
    def _compute_release_flow(self):
        for connection in self:
            known = connection._origin  # none while a form for a new one is filled in
            connection.has_release_flow = bool(known and known._flow(RELEASE_FLOW))
            is_theirs = connection.has_own_words and connection.has_release_flow
            connection.release_lack = (is_theirs and known._release_lack()) or False

    def _release_acts(self):
        """``core.act.ReleaseActs`` of the provider, None where it is told in our words."""
        provider = self.provider_id.sudo()
        return self.env[provider.handler]._release_acts() if provider.handler in self.env else None

    def _release_lack(self):
        """What the partner could not understand, in the user's words; "" where nothing is
        missing."""
        self.ensure_one()
        warehouses = self.sudo().warehouse_ids
        if not warehouses:
            return self.env._("No warehouse is run by this partner yet.")
        unnamed = warehouses.filtered(lambda one: not one.logistics_code)
        if unnamed:
            return self.env._(
                "How the partner calls %s is not known (“Partner's code” on the warehouse).",
                ", ".join(unnamed.mapped("name")),
            )
        return ""

    def action_set_up_releases(self):
        """Have the partner told of releases by its own interface."""
        for connection in self:
            connection.check_access("write")
            if not connection._release_acts():
                raise UserError(
                    self.env._(
                        "“%s” is told in our format: add a flow with the code “release” on the "
                        "page Sending.",
                        connection.display_name,
                    )
                )
            flow = connection.with_context(active_test=False)._flow(RELEASE_FLOW)
            if flow:
                flow.active = True
                continue
            handler = self.env[connection.provider_id.sudo().handler]
            self.env["logistics.flow"].create(
                {
                    **FLOW_VALUES,
                    "connection_id": connection.id,
                    "code": RELEASE_FLOW,
                    "name": self.env._("Tell of releases"),
                    "url": handler._release_url(connection.environment),
                }
            )
        return True
