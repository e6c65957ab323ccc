"""Trial 3: the whole server dies at once, as by a power cut, and is started again."""

import threading
import time

from .. import mutants
from ..arena import Field
from ..gate import Gate
from ..tree import Mutant, Patch
from ..trial import Trial
from ..verdict import latency_figures
from .worker_kills import Pace, measure_capacity

# What a dead server had in work belongs to nobody for that long at most (seconds): the sweep looks
# each minute, and a job begins soon after.
LEASE = 90
GATE = 301  # the lock at which a drain is held until the server is killed

NOTHING_TAKEN_BACK = Mutant(
    "what a dead process had in work is not taken back",
    (
        Patch(
            mutants.INBOX,
            'belongs to a drain that died: we hold the lane\'s lock."""\n',
            'belongs to a drain that died."""\n        return\n',
        ),
    ),
    finds=("unfinished", "in work"),
)


class LeaseWatch:
    """Looks twice a second for how long messages have been "in work"."""

    OLDEST = """
        SELECT COALESCE(EXTRACT(EPOCH FROM (now() AT TIME ZONE 'UTC') - min(claimed_at)), 0)::float
        FROM logistics_message WHERE state = 'processing' AND connection_id = ANY(%s)
    """

    def __init__(self, field):
        self.field, self.longest = field, 0.0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_error):
        self.over.set()
        self.thread.join()

    def _look(self):
        while not self.over.wait(0.5):
            age = self.field.arena.database.value(self.OLDEST, self.field.connection_ids)
            self.longest = max(self.longest, age)


class ServerKills(Trial):
    number = 3
    title = "Whole-server SIGKILL"
    passes_when = "verdict clean; ready again in 30 s; no message in work for longer than its lease"
    load = {"kills": 10, "up": 10, "share": 0.5, "soon": 30}
    # Not timed in ``./dev test``: who else uses the machine decides about that.
    short_load = {"kills": 1, "up": 1, "share": 0.3, "soon": 300}
    mutants = (NOTHING_TAKEN_BACK, mutants.ACK_BEFORE_COMMIT)

    def run(self, arena, seed, kills, up, share, soon, patience=LEASE):
        field = Field(arena, self.number, seed)
        rate = share * measure_capacity(field)
        # A start takes some seconds, in which senders wait and try again.
        jobs, _shipments = field.jobs(int(rate * (up + 10) * (kills + 1)))
        ready, in_work = [], 0
        with LeaseWatch(field) as watch:
            with Pace(field, jobs, rate) as pace:
                for _kill in range(kills):
                    pace.wait_until(time.monotonic() + up)
                    in_work += self._kill_in_the_act(field, pace)
                    begin = time.monotonic()
                    arena.server.start().wait_ready()
                    ready.append(time.monotonic() - begin)
                    field.ledger.note(ready_after=round(ready[-1], 2))
                pace.wait_until(time.monotonic() + up)
            drained = field.drain(patience)
        verdict = field.judge(interrupted=True)
        verdict.expect(in_work, "no kill met a message in work: the trial proves nothing")
        verdict.expect(max(ready) < soon, f"ready only after {max(ready):.0f} s")
        verdict.expect(
            watch.longest < LEASE, f"a message was in work for {watch.longest:.0f} s, lease {LEASE}"
        )
        missing = verdict.counts["tried"] - verdict.counts["acknowledged"]
        verdict.expect(not missing, f"{missing} messages were never acknowledged")
        verdict.figures |= latency_figures(field.ledger.latencies()) | {
            "kills": kills,
            "kills_that_met_work": in_work,
            "ready_after_s": round(max(ready), 1),
            "longest_in_work_s": round(watch.longest, 1),
            "drained_after_s": round(drained, 1),
        }
        return verdict

    @staticmethod
    def _kill_in_the_act(field, pace):
        """Kill the server while messages are in work; whether it left any behind. A drain is held
        where it writes its facts, as a batch may be over before anybody has seen it."""
        database = field.arena.database
        with Gate(database, "logistics_event", "true", GATE) as gate:
            gate.wait_held()
            field.arena.server.kill9()
            left = database.value(
                "SELECT count(*) FROM logistics_message WHERE state = 'processing'"
            )
        field.ledger.note(killed="server", in_work=left)
        return bool(left)
