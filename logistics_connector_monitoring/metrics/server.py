from prometheus_client.core import GaugeMetricFamily

from ..core.database_upkeep import oldest_seconds


class Server:
    """The server that answers, and its database."""

    def __init__(self, env):
        self.env = env

    def collect(self):
        yield GaugeMetricFamily(
            "logistics_queue_isolated",
            "Whether the inbox has a job channel and a runner on the server that answers",
            value=float(self.env["logistics.connection.health"]._is_queue_isolated()),
        )
        yield from self._upkeep()

    def _upkeep(self):
        upkeep = self.env["logistics.database.upkeep"]
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
