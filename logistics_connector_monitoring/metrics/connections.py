from datetime import datetime

from prometheus_client.core import GaugeMetricFamily

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


class Connections:
    """What comes in, by connection: the rows of logistics.connection.health."""

    def __init__(self, env):
        self.health = env["logistics.connection.health"]

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
