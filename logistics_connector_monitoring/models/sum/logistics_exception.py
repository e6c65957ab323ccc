from odoo import fields, models


class LogisticsPlaybookStep(models.Model):
    _inherit = "logistics.playbook.step"

    act = fields.Selection(
        selection_add=[("show_sum", "Show the rows that do not agree")],
        ondelete={"show_sum": "set null"},
    )


class LogisticsException(models.Model):
    _inherit = "logistics.exception"

    def _step_show_sum(self, step):
        """Where the sums of the case stand as they were counted last."""
        result = self.env["logistics.sum.result"].search(
            [("exception_id", "=", self.id)], limit=1, order="day desc, id desc"
        )
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_monitoring.action_sum_result"
        )
        if result:
            action.update(views=[(False, "form")], res_id=result.id)
        return action
