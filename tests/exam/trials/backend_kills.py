"""Trial 5: PostgreSQL ends connections at random, and then has none left."""

import random
import threading
import time

import psycopg2

from .. import mutants
from ..arena import Field
from ..private_arena import PrivateArena, Systemd
from ..trial import Trial
from ..verdict import latency_figures
from .postgres_crashes import ACK_WHATEVER_HAPPENS, PATIENT
from .worker_kills import Pace, measure_capacity

BACKENDS = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


class FewConnections(PrivateArena):
    settings = {"max_connections": "40"}


class BackendKills(Trial):
    number = 5
    title = "Connections die, then there are none"
    passes_when = "verdict clean; ≥ 95 % of the rate before from 15 s after each part"
    load = {
        "baseline": 20,
        "kills_for": 60,
        "every": 0.5,
        "exhausted_for": 60,
        "settle": 15,
        "recovery": 20,
        "share": 0.95,
    }
    short_load = {
        "baseline": 1,
        "kills_for": 3,
        "every": 0.3,
        "exhausted_for": 3,
        "settle": 0,
        "recovery": 1,
        "share": 0,
    }
    mutants = (ACK_WHATEVER_HAPPENS, mutants.ACK_BEFORE_COMMIT)
    arena = FewConnections
    own_server = True

    def run(
        self,
        arena,
        seed,
        baseline,
        kills_for,
        every,
        exhausted_for,
        settle,
        recovery,
        share,
        patience=300,
    ):
        field = Field(arena, self.number, seed)
        for partner in field.partners:
            partner.schedule = PATIENT
        rate = 0.4 * measure_capacity(field)
        seconds = baseline + kills_for + exhausted_for + 2 * (settle + recovery)
        jobs, _shipments = field.jobs(int(rate * seconds))
        rng = random.Random(seed)
        with Systemd(arena.server) as systemd, Pace(field, jobs, rate) as pace:
            begin = time.monotonic()
            pace.wait_until(begin + baseline)
            before = pace.acked_between(begin, begin + baseline) / baseline
            killed = self._kill(arena, field, rng, every, time.monotonic() + kills_for)
            after_kills = self._rate(pace, settle, recovery)
            refused = self._exhaust(arena, field, time.monotonic() + exhausted_for)
            after_none = self._rate(pace, settle, recovery)
            pace.hurry()
        arena.server.wait_ready()
        drained = field.drain(patience)
        verdict = field.judge(interrupted=True)
        missing = {job.key for job in jobs} - field.ledger.acknowledged()
        verdict.expect(not missing, f"{len(missing)} messages were never acknowledged")
        verdict.expect(killed >= kills_for / every / 2, f"only {killed} connections were ended")
        verdict.expect(refused, "there were always connections left")
        for part, after in (("ended", after_kills), ("were none", after_none)):
            verdict.expect(
                after >= share * before,
                f"rate {after:.1f}/s after connections {part}, {before:.1f}/s before",
            )
        verdict.figures |= latency_figures(field.ledger.latencies()) | {
            "connections_ended": killed,
            "connections_refused": refused,
            "rate_before": round(before, 1),
            "rate_after_kills": round(after_kills, 1),
            "rate_after_exhaustion": round(after_none, 1),
            "master_restarts": systemd.restarts,
            "drained_after_s": round(drained, 1),
        }
        return verdict

    @staticmethod
    def _rate(pace, settle, recovery):
        """Acknowledged messages a second, from ``settle`` seconds from now on."""
        begin = time.monotonic() + settle
        pace.wait_until(begin + recovery)
        return pace.acked_between(begin, begin + recovery) / recovery

    @staticmethod
    def _kill(arena, field, rng, every, until):
        """End a random connection of the database every so many seconds; how many."""
        killed = 0
        with arena.database.connect() as connection, connection.cursor() as cursor:
            while time.monotonic() < until:
                time.sleep(every)
                cursor.execute(BACKENDS)
                pids = [pid for (pid,) in cursor.fetchall()]
                if pids:
                    pid = rng.choice(sorted(pids))
                    cursor.execute("SELECT pg_terminate_backend(%s)", (pid,))
                    field.ledger.note(terminated=pid)
                    killed += 1
        return killed

    @staticmethod
    def _exhaust(arena, field, until):
        """Take every connection, also those that Odoo has; how often PostgreSQL had none left."""
        with (
            arena.database.connect() as connection,
            connection.cursor() as cursor,
            Hog(arena.cluster.dsn("postgres")) as hog,
        ):
            hog.wait_full()
            field.ledger.note(exhausted=True)
            cursor.execute(f"SELECT count(pg_terminate_backend(pid)) FROM ({BACKENDS}) backends")
            while time.monotonic() < until:
                time.sleep(0.1)
        field.ledger.note(exhausted=False)
        return hog.refused


class Hog:
    """Opens connections until there are none, and takes each that becomes free."""

    def __init__(self, dsn):
        self.dsn, self.refused = dsn, 0
        self._held, self._end, self._full = [], threading.Event(), threading.Event()
        self._threads = [threading.Thread(target=self._work, daemon=True) for _ in range(4)]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        self._end.set()
        for thread in self._threads:
            thread.join(30)
        for connection in self._held:
            connection.close()

    def wait_full(self):
        self._full.wait(30)

    def _work(self):
        while not self._end.is_set():
            try:
                self._held.append(psycopg2.connect(self.dsn))
            except psycopg2.OperationalError:
                self.refused += 1
                self._full.set()
                self._end.wait(0.01)
