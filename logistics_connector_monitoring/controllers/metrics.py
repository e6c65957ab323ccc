import hashlib
import hmac
import os
from datetime import datetime

from odoo import SUPERUSER_ID, http
from odoo.addons.logistics_connector_base.intake.answers import problem_response
from odoo.http import request
from odoo.tools import config
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from ..core.database_upkeep import oldest_seconds

_EPOCH = datetime(1970, 1, 1)
LABELS = ("connection", "connection_id", "provider", "environment")
# Metric → field of logistics.connection.health, what it says.
GAUGES = (
    ("logistics_messages_received_24h", "day_count", "Messages received in the last 24 hours"),
    ("logistics_messages_received_7d", "week_count", "Messages received in the last 7 days"),
    ("logistics_messages_waiting", "waiting_count", "Messages received and not worked yet"),
    (
        "logistics_oldest_waiting_age_seconds",
        "oldest_waiting_seconds",
        "Age of the oldest message that waits, 0 when none does",
    ),
    ("logistics_messages_failed", "failed_count", "Messages given up on"),
    ("logistics_messages_parked", "parked_count", "Messages that wait for their shipment"),
    ("logistics_exceptions_open", "exception_count", "Open exceptions of the connection"),
)


def metrics_token():
    """The configured bearer token, or "" when the page is switched off."""
    return os.environ.get("LOGISTICS_METRICS_TOKEN") or config.get("logistics_metrics_token") or ""


class LogisticsMetrics(http.Controller):
    @http.route(
        "/logistics/v1/metrics",
        type="http",
        auth="none",
        methods=["GET"],
        csrf=False,
        save_session=False,
        readonly=True,
    )
    def metrics(self):
        """The health of all connections in Prometheus' text format. Every figure is read from the
        database, so that it is right whichever worker answers."""
        token = metrics_token()
        if not token:
            return problem_response(404, "Not found", "No metrics token is configured.")
        scheme, _space, given = request.httprequest.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not _same(given.strip(), token):
            return problem_response(
                401,
                "Not authentic",
                "Send the metrics token as a bearer token.",
                {"WWW-Authenticate": "Bearer"},
            )
        registry = CollectorRegistry()
        registry.register(_Health(request.env(user=SUPERUSER_ID)))
        return request.make_response(
            generate_latest(registry), headers=[("Content-Type", CONTENT_TYPE_LATEST)]
        )


class _Health:
    """A collector over the rows of logistics.connection.health."""

    def __init__(self, env):
        self.health = env["logistics.connection.health"]

    def describe(self):
        """Nothing is known before it is read (registering would collect twice)."""
        return []

    def collect(self):
        rows = self.health.search([])
        labels = [
            (
                row.connection_id.name,
                str(row.connection_id.id),
                row.provider_id.code,
                row.environment,
            )
            for row in rows
        ]
        for name, field, text in GAUGES:
            family = GaugeMetricFamily(name, text, labels=LABELS)
            for row, label in zip(rows, labels, strict=True):
                family.add_metric(label, row[field])
            yield family
        yield self._live(rows, labels)
        yield self._last_message(rows, labels)
        yield self._latency(rows, labels)
        yield GaugeMetricFamily(
            "logistics_queue_isolated",
            "Whether the inbox has a job channel and a runner on the server that answers",
            value=float(self.health._is_queue_isolated()),
        )
        yield from self._upkeep()

    def _upkeep(self):
        upkeep = self.health.env["logistics.database.upkeep"]
        holders = upkeep._holders()
        yield GaugeMetricFamily(
            "logistics_database_oldest_transaction_seconds",
            "Age of the oldest transaction that keeps PostgreSQL from cleaning up, 0 for none",
            value=oldest_seconds(holders),
        )
        yield GaugeMetricFamily(
            "logistics_database_held_snapshots",
            "Transactions, prepared transactions and slots that are older than the limit",
            value=len(upkeep._held()),
        )
        dead = GaugeMetricFamily(
            "logistics_table_dead_rows",
            "Row versions that wait to be removed, as PostgreSQL estimates them",
            labels=("table",),
        )
        live = GaugeMetricFamily(
            "logistics_table_live_rows", "Rows, as PostgreSQL estimates them", labels=("table",)
        )
        for table in upkeep._tables():
            dead.add_metric((table.name,), table.dead)
            live.add_metric((table.name,), table.live)
        yield from (dead, live)

    def _live(self, rows, labels):
        family = GaugeMetricFamily(
            "logistics_connection_live", "Whether the connection takes messages", labels=LABELS
        )
        for row, label in zip(rows, labels, strict=True):
            family.add_metric(label, float(row.state in ("parallel", "live")))
        return family

    def _last_message(self, rows, labels):
        family = GaugeMetricFamily(
            "logistics_last_message_timestamp_seconds",
            "Unix time of the last message; absent when there was none",
            labels=LABELS,
        )
        for row, label in zip(rows, labels, strict=True):
            if row.last_message_at:
                family.add_metric(label, (row.last_message_at - _EPOCH).total_seconds())
        return family

    def _latency(self, rows, labels):
        family = GaugeMetricFamily(
            "logistics_processing_latency_seconds",
            "From received to in Odoo, over the last 24 hours; absent when there was no event",
            labels=(*LABELS, "quantile"),
        )
        for row, label in zip(rows, labels, strict=True):
            if row.has_latency:
                family.add_metric((*label, "0.5"), row.latency_p50)
                family.add_metric((*label, "0.95"), row.latency_p95)
        return family


def _same(given, expected):
    """Compare secrets in constant time, whatever their lengths."""
    digests = (hashlib.sha256(text.encode()).digest() for text in (given, expected))
    return hmac.compare_digest(*digests)
