from odoo import fields, models
from odoo.tools import SQL

VERDICTS = [("met", "In time"), ("missed", "Late")]


class LogisticsException(models.Model):
    """What is measured when a case closes. A case without a figure (nobody answered, no policy,
    open still) has NULL there, so that it does not count in an average."""

    _inherit = "logistics.exception"

    met_respond = fields.Selection(VERDICTS, "Response", readonly=True)
    met_resolve = fields.Selection(VERDICTS, "Resolution", readonly=True)
    respond_met_rate = fields.Float(
        "Responded in time (%)",
        readonly=True,
        aggregator="avg",
        help="Share of the closed cases with a time to respond. What closed by itself before that "
        "was over does not count.",
    )
    resolve_met_rate = fields.Float(
        "Resolved in time (%)",
        readonly=True,
        aggregator="avg",
        help="Share of the closed cases with a time to resolve.",
    )
    hours_to_respond = fields.Float(
        "Hours to respond",
        readonly=True,
        aggregator="avg",
        help="Working hours of the policy's calendar from the first opening to the first act of a "
        "person (MTTA), of closed cases.",
    )
    hours_to_resolve = fields.Float(
        "Hours to resolve",
        readonly=True,
        aggregator="avg",
        help="Working hours of the policy's calendar from the first opening to the closing, "
        "without waiting for others and without the time for which it was closed (MTTR).",
    )

    def _forget_measures(self):
        names = ("respond_met_rate", "resolve_met_rate", "hours_to_respond", "hours_to_resolve")
        self.flush_recordset(names)
        self.env.cr.execute(
            SQL(
                "UPDATE logistics_exception SET %s WHERE id = ANY(%s)",
                SQL(", ").join(SQL("%s = NULL", SQL.identifier(name)) for name in names),
                list(self.ids),
            )
        )
        self.invalidate_recordset(names)
