from prometheus_client.core import GaugeMetricFamily

LABELS = ("flow", "flow_id", "connection_id")
WAITING = """
SELECT f.id, f.name ->> 'en_US', f.connection_id, waiting.n,
       COALESCE(EXTRACT(EPOCH FROM (now() AT TIME ZONE 'UTC') - waiting.oldest), 0),
       EXISTS (SELECT FROM logistics_breaker b WHERE b.flow_id = f.id AND b.state <> 'closed')
FROM logistics_flow f
LEFT JOIN LATERAL (
    SELECT count(*) AS n, min(received_at) AS oldest FROM logistics_message
    WHERE flow_id = f.id AND state IN ('pending', 'scheduled', 'sending', 'doubt')
) waiting ON TRUE
WHERE f.active ORDER BY f.id
"""


class Outgoing:
    """What is to be told to partners, by flow."""

    def __init__(self, env):
        self.env = env

    def collect(self):
        waiting = GaugeMetricFamily(
            "logistics_messages_unsent", "Messages that wait to be sent", labels=LABELS
        )
        oldest = GaugeMetricFamily(
            "logistics_oldest_unsent_age_seconds",
            "Age of the oldest message that waits to be sent, 0 when none does",
            labels=LABELS,
        )
        paused = GaugeMetricFamily(
            "logistics_flow_paused", "Whether a flow rests after failures", labels=LABELS
        )
        self.env.flush_all()
        self.env.cr.execute(WAITING)
        for flow_id, name, connection_id, count, seconds, is_paused in self.env.cr.fetchall():
            label = (name, str(flow_id), str(connection_id or ""))
            waiting.add_metric(label, count)
            oldest.add_metric(label, float(seconds))
            paused.add_metric(label, float(is_paused))
        yield from (waiting, oldest, paused)
