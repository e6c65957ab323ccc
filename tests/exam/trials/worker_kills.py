"""Trial 2: random processes of the server die, as by the out-of-memory killer."""

import contextlib
import random
import threading
import time

from .. import mutants
from ..arena import Field
from ..trial import Trial
from ..verdict import latency_figures

MAX_BACKLOG = 90  # seconds: what a dead process began is taken up again after that at the latest


class Killer:
    """SIGKILL to a random child of the server's master every so many seconds."""

    def __init__(self, server, ledger, rng, every):
        self.server, self.ledger, self.rng, self.every = server, ledger, rng, every

    def run(self, until):
        """Kill until that moment (monotonic); how many processes died by it."""
        killed = 0
        while time.monotonic() < until:
            time.sleep(max(0, min(self.every, until - time.monotonic())))
            children = self.server.child_pids()
            if not children:
                continue
            pid = self.rng.choice(children)
            with contextlib.suppress(ProcessLookupError):
                self.server.kill9(pid)
                self.ledger.note(killed=pid)
                killed += 1
        return killed


class WorkerKills(Trial):
    number = 2
    title = "Worker SIGKILL"
    passes_when = "verdict clean; ≥ 95 % of the baseline rate within 10 s of the last kill"
    load = {
        "baseline": 20,
        "kills_for": 120,
        "recovery": 20,
        "every": 2.0,
        "settle": 10,
        "share": 0.95,
    }
    # No share in ``./dev test``: what is timed depends on who else uses the machine.
    short_load = {
        "baseline": 3,
        "kills_for": 9,
        "recovery": 3,
        "every": 1.0,
        "settle": 3,
        "share": 0,
    }
    mutants = (mutants.ACK_BEFORE_COMMIT,)

    def run(self, arena, seed, baseline, kills_for, recovery, every, settle, share, patience=300):
        field = Field(arena, self.number, seed)
        # Offered at a steady pace that leaves room: senders do not slow down for us.
        rate = 0.5 * measure_capacity(field)
        total = int(rate * (baseline + kills_for + settle + recovery))
        jobs, _shipments = field.jobs(total)
        killer = Killer(arena.server, field.ledger, random.Random(seed), every)
        begin = time.monotonic()
        with Pace(field, jobs, rate) as pace:
            pace.wait_until(begin + baseline)
            killed = killer.run(begin + baseline + kills_for)
            last_kill = time.monotonic()
            pace.wait_until(last_kill + settle + recovery)
        before = pace.acked_between(begin, begin + baseline) / baseline
        after = pace.acked_between(last_kill + settle, last_kill + settle + recovery) / recovery
        drained = field.drain(patience)
        verdict = field.judge(interrupted=True)
        verdict.expect(killed >= kills_for / every / 2, f"only {killed} processes were killed")
        verdict.expect(
            after >= share * before, f"rate {after:.1f}/s after the kills, {before:.1f}/s before"
        )
        pending = verdict.counts["tried"] - verdict.counts["acknowledged"]
        verdict.expect(not pending, f"{pending} messages were never acknowledged")
        verdict.expect(drained < MAX_BACKLOG, f"the backlog took {drained:.0f} s")
        verdict.figures |= latency_figures(field.ledger.latencies()) | {
            "killed": killed,
            "rate_before": round(before, 1),
            "rate_after": round(after, 1),
            "drained_after_s": round(drained, 1),
        }
        return verdict


def measure_capacity(field, count=120):
    """Messages per second that four senders at once get acknowledged now."""
    jobs, _shipments = field.jobs(count)
    return count / field.send(jobs, 4)


class Pace:
    """Sends jobs at a steady rate from a pool of senders, and knows when each was acknowledged."""

    SENDERS = 24  # more than are waiting for answers, also while workers are dead

    def __init__(self, field, jobs, rate):
        self.field, self.jobs, self.rate = field, iter(jobs), rate
        self.acked, self.lock = [], threading.Lock()
        self.begin = time.monotonic()
        self.sent = 0

    def __enter__(self):
        self.threads = [threading.Thread(target=self._work) for _sender in range(self.SENDERS)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error):
        with self.lock:
            self.jobs = iter(())
        for thread in self.threads:
            thread.join()

    def wait_until(self, moment):
        while (left := moment - time.monotonic()) > 0:
            time.sleep(min(left, 0.2))

    def hurry(self):
        """Send what is left as fast as it goes, and wait for the last answer."""
        with self.lock:
            self.rate = float("inf")
        for thread in self.threads:
            thread.join()

    def acked_between(self, begin, end):
        with self.lock:
            return sum(begin <= moment < end for moment in self.acked)

    def _work(self):
        while True:
            with self.lock:
                job = next(self.jobs, None)
                if job is None:
                    return
                due = self.begin + self.sent / self.rate
                self.sent += 1
            self.wait_until(due)
            if job.partner.deliver(job.body, job.message_id).ok:
                with self.lock:
                    self.acked.append(time.monotonic())
