from odoo import api, fields, models


class LogisticsConnection(models.Model):
    """How much of what a partner says is understood."""

    _inherit = "logistics.connection"

    code_words = fields.Char("Codes that came", compute="_compute_code_words")

    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_code_words(self):
        rows = self.env["logistics.code.coverage"]._read_group(
            [("connection_id", "in", self.ids)], ["connection_id", "state"], ["__count"]
        )
        seen, unknown = {}, {}
        for connection, state, count in rows:
            seen[connection] = seen.get(connection, 0) + count
            if state == "unmapped":
                unknown[connection] = count
        for connection in self:
            count, left = seen.get(connection, 0), unknown.get(connection, 0)
            connection.code_words = (
                self.env._("%(count)s (%(unknown)s unknown)", count=count, unknown=left)
                if left
                else str(count)
            )

    def action_view_codes(self):
        """The codes that came, as they were counted a few minutes ago or are counted now."""
        self.ensure_one()
        self.check_access("read")
        self.env["logistics.code.coverage"].sudo()._count_if_old()
        action = self.env["ir.actions.actions"]._for_xml_id(
            "logistics_connector_base.action_logistics_code_coverage"
        )
        return action | {"domain": [("connection_id", "=", self.id)], "context": {}}
