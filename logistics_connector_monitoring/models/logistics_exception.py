from odoo import fields, models


class LogisticsPlaybookStep(models.Model):
    _inherit = "logistics.playbook.step"

    act = fields.Selection(
        selection_add=[
            ("show_health", "Show the health of the connections"),
            ("start_inbox", "Start the work on received messages"),
        ],
        # What it did is done by a person then.
        ondelete={"show_health": "set null", "start_inbox": "set null"},
    )


class LogisticsException(models.Model):
    """What the steps about waiting messages do."""

    _inherit = "logistics.exception"

    def _step_show_health(self, step):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_monitoring.action_connection_health"
        )

    def _step_start_inbox(self, step):
        # What starts jobs each minute does so now. More than once does no harm.
        self.env["logistics.inbox"].sudo()._wake()
