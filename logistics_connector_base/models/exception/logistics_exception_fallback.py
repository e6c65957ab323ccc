from odoo import api, fields, models


class LogisticsException(models.Model):
    """Which flow is in trouble, and the decision which way its messages go."""

    _inherit = "logistics.exception"

    flow_id = fields.Many2one(
        "logistics.flow", readonly=True, index="btree_not_null", ondelete="set null"
    )
    fallback_state = fields.Selection(related="flow_id.fallback_state")
    may_choose_way = fields.Boolean(compute="_compute_may_choose_way")

    @api.depends("is_open", "type_id", "flow_id.breaker_ids.state")
    @api.depends_context("uid")
    def _compute_may_choose_way(self):
        is_manager = self.env.user.has_group("logistics_connector_base.group_logistics_manager")
        for exception in self:
            exception.may_choose_way = (
                is_manager
                and exception.is_open
                and exception.type_code in ("partner_fallback", "partner_down")
                and bool(exception.flow_id)
            )

    def action_fallback(self):
        self.ensure_one()
        self._check_open()
        return self.flow_id.action_fallback()

    def action_keep_in_line(self):
        self._check_open()
        return self.flow_id.action_keep_in_line()
