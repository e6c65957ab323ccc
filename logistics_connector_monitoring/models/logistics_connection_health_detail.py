from datetime import timedelta

from odoo import api, fields, models

DAY = timedelta(days=1)
# Of one connection's last day; indexes find each part.
EVENTS = """
SELECT count(*), count(*) FILTER (WHERE is_unmapped),
       percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
           ORDER BY GREATEST(EXTRACT(EPOCH FROM received_at - occurred_at), 0)),
       percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
           ORDER BY GREATEST(EXTRACT(EPOCH FROM processed_at - received_at), 0))
FROM logistics_event WHERE connection_id = %(connection)s AND received_at >= %(day)s
"""
TOLD = """
SELECT count(*), COALESCE(sum(k.duplicate_count), 0)
FROM logistics_message m LEFT JOIN logistics_message_key k ON k.message_id = m.id
WHERE m.connection_id = %(connection)s AND m.direction = 'in' AND m.received_at >= %(day)s
"""
SENT = """
SELECT count(*), count(*) FILTER (WHERE state = 'delivered'),
       count(*) FILTER (WHERE state IN ('dead', 'rejected', 'expired')), max(processed_at)
FROM logistics_message
WHERE connection_id = %(connection)s AND direction = 'out' AND received_at >= %(day)s
"""
WAITING = """
SELECT count(*), min(received_at) FROM logistics_message
WHERE flow_id = ANY(%(flows)s) AND state IN ('pending', 'scheduled', 'sending', 'doubt')
"""
FAILED = """
SELECT direction, COALESCE(error_class, ''), count(*) FROM logistics_message
WHERE connection_id = %(connection)s AND state = 'dead' GROUP BY 1, 2 ORDER BY 3 DESC, 2
"""


class LogisticsConnectionHealth(models.Model):
    """More of one connection, in both directions, for its page: asked of it alone."""

    _inherit = "logistics.connection.health"

    rate = fields.Float(
        "Messages an hour", compute="_compute_inbound", digits=(16, 1), help="Of the last day."
    )
    repeated_count = fields.Integer(
        "Copies",
        compute="_compute_inbound",
        help="So often partners sent what was there already, of messages of the last day.",
    )
    unmapped_share = fields.Float(
        "Without a mapping (%)",
        compute="_compute_inbound",
        digits=(16, 1),
        help="Of the events of the last day.",
    )
    told_text = fields.Char(
        "Occurred to received",
        compute="_compute_inbound",
        help="p50, p95 and p99 of the last day: how late partners tell.",
    )
    applied_text = fields.Char(
        "Received to in Odoo",
        compute="_compute_inbound",
        help="p50, p95 and p99 of the last day: how long we take.",
    )
    failed_text = fields.Text("Failed, by kind", compute="_compute_failed")
    silence_text = fields.Char(
        "Its own rhythm",
        compute="_compute_silence",
        help="Of a thousand gaps between two messages of the last 90 days five were longer.",
    )
    secret_text = fields.Char("Next secret to end", compute="_compute_secret")

    sent_count = fields.Integer("Told in 24 hours", compute="_compute_outbound")
    last_sent_at = fields.Datetime("Last told", compute="_compute_outbound")
    arrived_share = fields.Float(
        "Arrived (%)",
        compute="_compute_outbound",
        digits=(16, 1),
        help="Of what was told in the last day and has come to an end.",
    )
    has_arrived_share = fields.Boolean(compute="_compute_outbound")
    unsent_count = fields.Integer("Waiting to leave", compute="_compute_outbound")
    oldest_unsent_at = fields.Datetime("Oldest that waits to leave", compute="_compute_outbound")
    sent_failed_text = fields.Text("Not told, by kind", compute="_compute_failed")
    breaker_text = fields.Text("Paused", compute="_compute_breaker")

    def _ask(self, statement, **values):
        parameters = {
            "connection": self.connection_id.id,
            "day": fields.Datetime.now() - DAY,
            **values,
        }
        self.env["logistics.message"].flush_model()
        self.env.cr.execute(statement, parameters)
        return self.env.cr.fetchall()

    def _compute_inbound(self):
        for row in self:
            [[events, unmapped, told, applied]] = row._ask(EVENTS)
            [[messages, copies]] = row._ask(TOLD)
            row.rate, row.repeated_count = messages / 24, copies
            row.unmapped_share = 100 * unmapped / events if events else 0.0
            row.told_text, row.applied_text = self._spans(told), self._spans(applied)

    @api.model
    def _spans(self, seconds):
        """Three quantiles in words."""
        if not seconds or seconds[0] is None:
            return False
        return " · ".join(
            f"{name} {span(value)}"
            for name, value in zip(("p50", "p95", "p99"), seconds, strict=True)
        )

    def _compute_failed(self):
        for row in self:
            lines = {"in": [], "out": []}
            for direction, kind, count in row._ask(FAILED):
                lines[direction].append(f"{kind or self.env._('no kind told')}: {count}")
            row.failed_text, row.sent_failed_text = "\n".join(lines["in"]), "\n".join(lines["out"])

    def _compute_silence(self):
        usual = {
            gap.key: gap.hours
            for gap in self.env["logistics.usual.gap"]
            .sudo()
            .search(
                [
                    ("kind", "=", "connection"),
                    ("key", "in", [str(i) for i in self.connection_id.ids]),
                ]
            )
        }
        now = fields.Datetime.now()
        for row in self:
            hours = usual.get(str(row.connection_id.id))
            last = row.last_message_at
            silent = (now - last).total_seconds() if last else None
            if hours is None or silent is None:
                row.silence_text = self.env._("Not known yet: too few messages came.")
            elif silent > 3600 * hours:
                row.silence_text = self.env._(
                    "Silent for %(silent)s; usually no longer than %(usual)s.",
                    silent=span(silent),
                    usual=span(3600 * hours),
                )
            else:
                row.silence_text = self.env._(
                    "As usual: no gap longer than %s.", span(3600 * hours)
                )

    def _compute_secret(self):
        for row in self:
            secrets = row.connection_id.sudo().credential_ids.filtered("valid_to")
            first = secrets.sorted("valid_to")[:1]
            row.secret_text = False
            if first:
                day = fields.Date.to_string(first.valid_to)
                row.secret_text = self.env._("%(name)s, on %(day)s", name=first.name, day=day)

    def _compute_outbound(self):
        flows = self.env["logistics.flow"].sudo()
        for row in self:
            mine = flows.search([("connection_id", "=", row.connection_id.id)])
            [[count, arrived, failed, last]] = row._ask(SENT)
            [[waiting, oldest]] = row._ask(WAITING, flows=mine.ids)
            row.sent_count, row.last_sent_at = count, last
            row.has_arrived_share = bool(arrived + failed)
            row.arrived_share = 100 * arrived / (arrived + failed) if arrived + failed else 0.0
            row.unsent_count, row.oldest_unsent_at = waiting, oldest

    def _compute_breaker(self):
        breakers = self.env["logistics.breaker"].sudo()
        for row in self:
            paused = breakers.search(
                [
                    ("flow_id.connection_id", "=", row.connection_id.id),
                    ("state", "!=", "closed"),
                ]
            )
            row.breaker_text = "\n".join(
                f"{one.flow_id.name}: {one.reason or ''}".rstrip(": ") for one in paused
            )

    def action_view_unsent(self):
        """What waits to leave."""
        return self._messages(("pending", "scheduled", "sending", "doubt"))


def span(seconds):
    """A span of time in the largest unit that is at least one.

    :param float seconds: not negative
    """
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.1f} {unit}"
    return f"{seconds:.1f} s"
