"""Trial 19: a transaction stays open and keeps PostgreSQL from cleaning up, beside a backup, while
events come in."""

import os
import subprocess
import threading
import time

import psycopg2

from ...support.polling import wait_for
from ..arena import Field
from ..tree import Mutant, Patch
from ..trial import Trial
from ..verdict import latency_figures, percentile
from .worker_kills import Pace

PARAMETER = "logistics_connector_monitoring.held_seconds"
CRON = "logistics_connector_monitoring.cron_database_upkeep"
KEY = "database:held"

LAG = """
SELECT COALESCE(EXTRACT(EPOCH FROM (now() AT TIME ZONE 'UTC') - min(received_at)), 0)::float
FROM logistics_message WHERE connection_id = ANY(%s) AND state IN ('received', 'processing')
"""
DEAD = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'logistics_message'"
ALERT = "SELECT count(*) FROM logistics_exception WHERE key = %s AND is_open"

BLIND_TO_SESSIONS = Mutant(
    "sessions that are idle in their transaction are not looked at",
    (
        Patch(
            "logistics_connector_monitoring/models/logistics_database_upkeep.py",
            "      AND (backend_xmin IS NOT NULL OR backend_xid IS NOT NULL)\n",
            "      AND state = 'active' AND application_name <> 'pg_dump'\n",
        ),
    ),
    finds=("the alert",),
)


class Watch(threading.Thread):
    """Looks once a second: how long has the oldest message waited, is the alert there?"""

    def __init__(self, field):
        super().__init__(daemon=True)
        self.field, self.over = field, threading.Event()
        self.lags = []  # (moment, seconds)
        self.raised = self.resolved = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_error):
        self.over.set()
        self.join()

    def run(self):
        database = self.field.arena.database
        while not self.over.wait(1.0):
            self.lags.append((time.monotonic(), database.value(LAG, self.field.connection_ids)))
            is_open = database.value(ALERT, KEY)
            if is_open and self.raised is None:
                self.raised = time.monotonic()
            if not is_open and self.raised and self.resolved is None:
                self.resolved = time.monotonic()

    def worst(self, begin, end):
        return max((lag for moment, lag in self.lags if begin <= moment <= end), default=0.0)


class HeldSnapshot(Trial):
    number = 19
    title = "Held snapshot"
    passes_when = "nothing waits for more than 30 s; alert within 2 min; all as before within 60 s"
    load = {"hold": 600, "rate": 20, "after": 90, "alert": 120, "limit": None}
    # The same with a limit of a second; the cron is started by hand.
    short_load = {"hold": 5, "rate": 20, "after": 2, "alert": 5, "limit": 1}
    mutants = (BLIND_TO_SESSIONS,)

    def run(self, arena, seed, hold, rate, after, alert, limit):
        field = Field(arena, self.number, seed)
        jobs, _shipments = field.jobs(int(rate * (hold + after)))
        if limit is not None:
            arena.rpc("ir.config_parameter", "set_param", PARAMETER, str(limit))
        dead_before = arena.database.value(DEAD)
        dumps, over = [], threading.Event()
        dumper = threading.Thread(target=self._dump, args=(arena, over, dumps), daemon=True)
        with Watch(field) as watch, Pace(field, jobs, rate) as pace:
            begin = time.monotonic()
            holder = psycopg2.connect(arena.database.cluster.dsn(arena.name))
            self._open(holder)
            dumper.start()
            if limit is not None:
                pace.wait_until(begin + limit + 1)
                self._look_now(arena)
            pace.wait_until(begin + hold)
            dead_held = arena.database.value(DEAD)
            over.set()
            holder.close()
            released = time.monotonic()
            dumper.join()
            if limit is not None:
                arena.rpc("ir.config_parameter", "set_param", PARAMETER, "")
                self._look_now(arena)
            pace.wait_until(released + after)
        field.drain()
        try:
            wait_for(lambda: not arena.database.value(ALERT, KEY), 5)
        except AssertionError:
            pass
        verdict = field.judge()
        lag, late = watch.worst(begin, released), watch.worst(released + min(60, after / 2), 1e12)
        raised = watch.raised - begin if watch.raised else None
        verdict.expect(dumps and not any(dumps), f"pg_dump ended with {dumps}")
        verdict.expect(lag <= 30, f"a message waited {lag:.0f} s while the snapshot was held")
        verdict.expect(late <= 5, f"a message waited {late:.0f} s after the release")
        verdict.expect(
            raised is not None and raised <= alert,
            f"the alert came after {raised and round(raised)} s, not within {alert} s",
        )
        still = arena.database.value(ALERT, KEY)
        verdict.expect(not still, "the alert is still open after the release")
        verdict.figures |= latency_figures(field.ledger.latencies()) | {
            "held_for_s": hold,
            "backups": len(dumps),
            "worst_lag_s": round(lag, 1),
            "p95_lag_s": round(percentile(sorted(value for _at, value in watch.lags), 0.95), 1),
            "alert_after_s": round(raised, 1) if raised else None,
            "alert_gone_after_release_s": (
                round(watch.resolved - released, 1) if watch.resolved else None
            ),
            "dead_rows_before": dead_before,
            "dead_rows_held": dead_held,
            "dead_rows_after": arena.database.value(DEAD),
        }
        return verdict

    @staticmethod
    def _open(connection):
        """A snapshot, and then nothing: somebody went to lunch."""
        connection.set_session("REPEATABLE READ")
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM logistics_message")

    @staticmethod
    def _look_now(arena):
        arena.rpc.run_cron(CRON)

    @staticmethod
    def _dump(arena, over, results):
        cluster = arena.database.cluster
        command = [cluster.binary("pg_dump"), "-Fc", "--no-sync", "-f", os.devnull, arena.name]
        environment = {**os.environ, **cluster.env()}
        while not over.is_set():
            results.append(subprocess.run(command, env=environment, check=False).returncode)
            over.wait(20)
