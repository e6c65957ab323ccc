from datetime import timedelta
from typing import NamedTuple

from odoo import api, fields, models


class RetentionRule(NamedTuple):
    """Before which moments (naive UTC, None: never) what of a connection is purged."""

    connection_id: int
    company_id: int
    bodies_before: object
    unfinished_before: object
    records_before: object


class LogisticsConnection(models.Model):
    """How long the messages of this connection are kept."""

    _inherit = "logistics.connection"

    retention_days = fields.Integer(
        "Keep bodies (days)",
        tracking=True,
        help="Raw bodies and headers of messages that were worked are deleted after this many "
        "days. 0: as the company's settings say.",
    )
    retention_text = fields.Char(compute="_compute_retention_text", string="In force")
    retention_hold = fields.Boolean(
        "Legal hold",
        copy=False,
        tracking=True,
        help="For a claim or a court: nothing of this connection is purged or erased.",
    )
    retention_hold_reason = fields.Char("Reason of the hold", copy=False, tracking=True)
    retention_run_ids = fields.One2many(
        "logistics.retention.run", "connection_id", "Purges", readonly=True
    )

    _retention_days_positive = models.Constraint(
        "CHECK(retention_days >= 0)", "Give a number of days, or 0 for the company's setting."
    )

    def _body_days(self):
        """Days that bodies are kept, 0 for ever."""
        self.ensure_one()
        return self.retention_days or self.company_id.sudo().logistics_body_days

    @api.depends("retention_days", "retention_hold", "company_id.logistics_body_days")
    def _compute_retention_text(self):
        for connection in self:
            days = connection._body_days() if connection.company_id else 0
            if connection.retention_hold:
                text = self.env._("Nothing is deleted: legal hold.")
            elif not days:
                text = self.env._("Bodies are kept for ever.")
            elif connection.retention_days:
                text = self.env._("Bodies are deleted after %s days.", days)
            else:
                text = self.env._(
                    "Bodies are deleted after %s days, as the company's settings say.", days
                )
            connection.retention_text = text

    def _retention_rules(self, now=None):
        """What may be purged of these connections; one under legal hold has no rule.

        :param datetime now: naive UTC
        :rtype: list[RetentionRule]
        """
        now = now or fields.Datetime.now()
        return [
            RetentionRule(
                connection.id,
                connection.company_id.id,
                _before(now, connection._body_days()),
                _before(now, connection.company_id.sudo().logistics_unfinished_days),
                _before(now, connection.company_id.sudo().logistics_record_days),
            )
            for connection in self
            if not connection.retention_hold
        ]


def _before(now, days):
    return now - timedelta(days=days) if days else None
