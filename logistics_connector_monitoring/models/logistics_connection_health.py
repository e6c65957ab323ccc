from datetime import timedelta

import pytz
from odoo import api, fields, models
from odoo.addons.queue_job.jobrunner.channels import ChannelManager
from odoo.addons.queue_job.jobrunner.runner import _channels
from odoo.tools import SQL, config

from ..core.queue_channels import INBOUND, missing, problems

WEEK = timedelta(days=7)
DAY = timedelta(days=1)
WAITING = ("received", "processing")
GATE = "logistics_connector_base"


class LogisticsConnectionHealth(models.Model):
    """One row per connection, computed when it is read. Only what an index finds is looked at: the
    last days, what waits, what failed; never the whole history."""

    _name = "logistics.connection.health"
    _description = "Connection Health"
    _auto = False
    _order = "failed_count desc, waiting_count desc, connection_id"
    _rec_name = "connection_id"
    _logistics_scope = "logistics.code.coverage"  # figures of a connection
    _depends = {
        "logistics.connection": ["active", "company_id", "provider_id"],
        "logistics.message": ["connection_id", "received_at", "state"],
        "logistics.event": ["connection_id", "received_at", "processed_at"],
        "logistics.exception": ["connection_id", "is_open"],
    }

    connection_id = fields.Many2one("logistics.connection", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    provider_id = fields.Many2one("logistics.provider", readonly=True)
    state = fields.Selection(related="connection_id.state")
    environment = fields.Selection(related="connection_id.environment")
    last_message_at = fields.Datetime("Last message", readonly=True)
    today_count = fields.Integer(
        "Today", readonly=True, help="Messages received since midnight in your time zone."
    )
    day_count = fields.Integer("24 hours", readonly=True)
    week_count = fields.Integer("7 days", readonly=True)
    waiting_count = fields.Integer(
        "Waiting", readonly=True, help="Received and not worked yet, or being worked now."
    )
    oldest_waiting_at = fields.Datetime("Oldest waiting", readonly=True)
    oldest_waiting_seconds = fields.Float("Age of the oldest (s)", readonly=True, digits=(16, 0))
    failed_count = fields.Integer(
        "Failed", readonly=True, help="Given up on; a person has to look. The bytes are safe."
    )
    parked_count = fields.Integer(
        "Parked", readonly=True, help="Waiting for a shipment that is not in Odoo yet."
    )
    exception_count = fields.Integer("Open exceptions", readonly=True)
    latency_p50 = fields.Float(
        "Latency p50 (s)",
        readonly=True,
        digits=(16, 3),
        aggregator=None,
        help="Half of the events of the last 24 hours were in Odoo within this many seconds after "
        "their message was received.",
    )
    latency_p95 = fields.Float(
        "Latency p95 (s)",
        readonly=True,
        digits=(16, 3),
        aggregator=None,
        help="95 of 100 events of the last 24 hours were in Odoo within this many seconds after "
        "their message was received.",
    )

    has_latency = fields.Boolean(readonly=True, help="There were events in the last 24 hours.")

    @property
    def _table_query(self):
        now = fields.Datetime.now()
        return SQL(
            """
            SELECT c.id, c.id AS connection_id, c.company_id, c.provider_id,
                   last.received_at AS last_message_at,
                   COALESCE(recent.today, 0) AS today_count,
                   COALESCE(recent.day, 0) AS day_count,
                   COALESCE(recent.week, 0) AS week_count,
                   COALESCE(waiting.n, 0) AS waiting_count,
                   waiting.oldest AS oldest_waiting_at,
                   COALESCE(EXTRACT(EPOCH FROM
                       (now() AT TIME ZONE 'UTC') - waiting.oldest), 0) AS oldest_waiting_seconds,
                   COALESCE(stuck.failed, 0) AS failed_count,
                   COALESCE(stuck.parked, 0) AS parked_count,
                   COALESCE(trouble.n, 0) AS exception_count,
                   latency.p50 AS latency_p50, latency.p95 AS latency_p95,
                   latency.connection_id IS NOT NULL AS has_latency
            FROM logistics_connection c
            LEFT JOIN LATERAL (
                SELECT received_at FROM logistics_message
                WHERE connection_id = c.id AND direction = 'in' ORDER BY id DESC LIMIT 1
            ) last ON TRUE
            LEFT JOIN (
                SELECT connection_id, count(*) AS week,
                       count(*) FILTER (WHERE received_at >= %(today)s) AS today,
                       count(*) FILTER (WHERE received_at >= %(day)s) AS day
                FROM logistics_message WHERE received_at >= %(week)s AND direction = 'in'
                GROUP BY connection_id
            ) recent ON recent.connection_id = c.id
            LEFT JOIN (
                SELECT connection_id, count(*) AS n, min(received_at) AS oldest
                FROM logistics_message WHERE state IN %(waiting)s GROUP BY connection_id
            ) waiting ON waiting.connection_id = c.id
            LEFT JOIN (
                SELECT connection_id, count(*) FILTER (WHERE state = 'dead') AS failed,
                       count(*) FILTER (WHERE state = 'parked') AS parked
                FROM logistics_message WHERE state IN ('dead', 'parked') GROUP BY connection_id
            ) stuck ON stuck.connection_id = c.id
            LEFT JOIN (
                SELECT connection_id, count(*) AS n
                FROM logistics_exception WHERE is_open GROUP BY connection_id
            ) trouble ON trouble.connection_id = c.id
            LEFT JOIN (
                SELECT connection_id,
                       percentile_cont(0.5) WITHIN GROUP (ORDER BY %(taken)s) AS p50,
                       percentile_cont(0.95) WITHIN GROUP (ORDER BY %(taken)s) AS p95
                FROM logistics_event
                WHERE received_at >= %(day)s AND connection_id IS NOT NULL GROUP BY connection_id
            ) latency ON latency.connection_id = c.id
            WHERE c.active
            """,
            today=self._midnight(now),
            day=now - DAY,
            week=now - WEEK,
            waiting=WAITING,
            taken=SQL("GREATEST(EXTRACT(EPOCH FROM processed_at - received_at), 0)"),
        )

    def _midnight(self, now):
        """The last midnight of the user's time zone, in naive UTC."""
        zone = pytz.timezone(self.env.context.get("tz") or self.env.user.tz or "UTC")
        local = pytz.utc.localize(now).astimezone(zone)
        midnight = zone.localize(local.replace(hour=0, minute=0, second=0, tzinfo=None))
        return midnight.astimezone(pytz.utc).replace(tzinfo=None, microsecond=0)

    @api.model
    def _queue_problems(self):
        """Codes of what the job queue's configuration of this server lacks."""
        lanes = self.env["logistics.inbox"]._lanes()
        return problems(self._queue_channels(), config["server_wide_modules"], lanes)

    @api.model
    def _queue_channels(self):
        return ChannelManager.parse_simple_config(_channels())

    @api.model
    def _is_queue_isolated(self):
        """Whether the inbox has a runner and a channel of its own, however small."""
        return not {"no_runner", "no_channel"} & set(self._queue_problems())

    @api.model
    def _gate_problems(self):
        """Whether this server would answer for us without a database: it must load base itself."""
        return [] if GATE in config["server_wide_modules"] else ["no_gate"]

    @api.model
    def server_problems(self):
        """What is wrong with this server's configuration and its database, for the head of the
        page.

        :return: list of sentences
        """
        self.check_access("read")
        texts = {
            "no_runner": self.env._(
                "No job runs: queue_job is not among the server-wide modules. Messages are kept "
                "and wait."
            ),
            "no_channel": self.env._(
                "The inbox has no channel of its own: other jobs of Odoo can keep messages "
                "waiting. Add root.logistics.inbound:1 to the channels of queue_job "
                "(docs/operations.md)."
            ),
            "no_gate": self.env._(
                "While PostgreSQL is away, partners may be told that their address is gone, and "
                "stop sending: add logistics_connector_base to server_wide_modules "
                "(docs/deployment.md)."
            ),
            "few_lanes": self.env._(
                "The inbox may work in %s lanes at once, but the channels of queue_job have room "
                "for fewer. Give root.logistics.inbound and its parents more, or lower the system "
                "parameter logistics.inbox_lanes (docs/operations.md).",
                self.env["logistics.inbox"]._lanes(),
            ),
            "few_channels": self.env._(
                "What is sent to partners, asked of them, or kept up of orders' states, shares "
                "its rooms with other jobs. Add to the channels of queue_job, with room for one "
                "each: %s (docs/operations.md).",
                ", ".join(name for name in missing(self._queue_channels()) if name != INBOUND),
            ),
        }
        database = self.env["logistics.database.upkeep"]._problems()
        return [
            *(texts[code] for code in self._queue_problems() + self._gate_problems()),
            *(text for _key, text in database),
        ]

    def action_view_messages(self):
        return self._messages()

    def action_view_waiting(self):
        return self._messages(WAITING)

    def action_view_failed(self):
        return self._messages(("dead",))

    def action_view_parked(self):
        return self._messages(("parked",))

    def _messages(self, states=None):
        self.ensure_one()
        domain = [("connection_id", "=", self.connection_id.id)]
        if states:
            domain.append(("state", "in", states))
        return self.env["logistics.message"]._open_messages(
            self.env._("Messages of %s", self.connection_id.name), domain
        )

    def action_view_exceptions(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "logistics_connector_base.action_logistics_exception"
        )
        domain = [("connection_id", "=", self.connection_id.id), ("is_open", "=", True)]
        return dict(action, domain=domain, context={})
