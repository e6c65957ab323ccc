from odoo import fields, models


class LogisticsConnection(models.Model):
    """How a connection is begun: by the setup, step by step, or as a copy of another one."""

    _inherit = "logistics.connection"

    is_set_up = fields.Boolean(compute="_compute_is_set_up")

    def _compute_is_set_up(self):
        for connection in self:
            connection.is_set_up = connection.state not in ("draft", "approval", "parallel")

    def action_set_up(self):
        """Go on where the setup was left."""
        self.ensure_one()
        self.check_access("write")
        return self.env["logistics.connection.setup"]._start(connection=self)

    def action_copy_for(self):
        """The same partner for another company, or for the other one of test and production."""
        self.ensure_one()
        self.check_access("write")
        return self.env["logistics.connection.setup"]._start(source=self)

    def _copy_for(self, company, values):
        """A copy without secrets and addresses: those of test and production, and of two companies,
        are never the same (law 9). Its flows are archived until somebody has looked at where they
        send.

        :param company: the ``res.company`` that owns the copy
        :param dict values: of the copy
        :return: the copy, a draft
        """
        self.ensure_one()
        defaults = {**values, "company_id": company.id}
        if company != self.company_id:
            defaults["company_ids"] = [(5,)]
        new = self.copy(defaults)
        for flow in self.with_context(active_test=False).flow_ids:
            flow.copy({"connection_id": new.id, "active": False})
        new._message_log(body=self.env._("Copied from “%s”, without secrets.", self.name))
        return new
