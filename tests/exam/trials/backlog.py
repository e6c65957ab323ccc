"""Trial 20: nobody works for a while, and then there is a lot to do."""

import time
from datetime import timedelta
from pathlib import Path

from ...simulators import Parcel
from ...simulators.journey import EINDHOVEN, UTRECHT, Step, now
from ...support.lanes import held_lanes
from .. import mutants
from ..arena import fact
from ..inbox_field import InboxField
from ..trial import Trial
from ..verdict import percentile
from .worker_kills import Pace

MEGABYTE = 2**20


class Backlog(Trial):
    number = 20
    title = "Backlog"
    passes_when = "all recorded and applied; ingest p99 ≤ 2 ×, memory flat"
    # Ten scans a message, as partners send them who have much to say.
    load = {"events": 100_000, "each": 10, "rate": 15, "slow": 2, "growth": 300}
    short_load = {"events": 3000, "each": 10, "rate": 10, "slow": None, "growth": 300}
    mutants = (mutants.FORGETFUL_DRAIN,)

    def run(self, arena, seed, events, each, rate, slow, growth):
        field = InboxField(arena, self.number, seed)
        baseline = self._answers(field, 5, rate)
        jobs = self._jobs(field, events // each, each)
        with held_lanes(arena.database):
            filed = field.send(jobs, 4)
            waiting = field.in_progress()
        memory = Memory(arena.server)
        begin = time.monotonic()
        while_draining = self._answers(field, 5, rate)
        memory.look()
        drained = 0.0
        while field.in_progress() and time.monotonic() < begin + 900:
            time.sleep(0.5)
            memory.look()
        drained = time.monotonic() - begin
        verdict = field.judge()
        verdict.expect(waiting >= len(jobs), f"only {waiting} of {len(jobs)} messages waited")
        counts = [verdict.counts[name] for name in ("recorded", "applied")]
        tried = verdict.counts["tried"]
        verdict.expect(counts == [tried] * 2, f"{tried} messages sent, {counts} came through")
        verdict.expect(memory.growth < growth, f"memory grew by {memory.growth:.0f} MB")
        before, during = percentile(baseline, 0.99), percentile(while_draining, 0.99)
        verdict.figures |= {
            "events": events,
            "filed_per_s": round(events / filed),
            "drained_per_s": round(events / drained) if drained else 0,
            "drained_after_s": round(drained, 1),
            "p99_before_ms": round(before * 1000, 1),
            "p99_draining_ms": round(during * 1000, 1),
            "memory_growth_mb": round(memory.growth),
        }
        if slow:
            verdict.expect(
                during <= slow * before,
                f"p99 {during * 1000:.0f} ms while draining, {before * 1000:.0f} ms before",
            )
        return verdict

    @staticmethod
    def _answers(field, seconds, rate):
        """Ascending seconds of the answers to a steady offer."""
        jobs, _shipments = field.jobs(int(seconds * rate))
        known = len(field.ledger.latencies())
        keys = {job.key for job in jobs}
        with Pace(field, jobs, rate) as pace:
            pace.wait_until(pace.begin + seconds)
        assert len(field.ledger.latencies()) >= known
        return sorted(
            taken
            for key in keys
            for status, taken in field.ledger.answers.get(key, ())
            if 200 <= status < 300
        )

    @staticmethod
    def _jobs(field, count, each):
        """``count`` messages of ``each`` scans, over a tenth as many parcels."""
        partner, start = field.partners[-1], now() - timedelta(days=6)
        numbers = list(field.parcels(partner, max(1, count * each // 10)))
        jobs = []
        for index in range(count):
            told = []
            for scan in range(each):
                place = index * each + scan
                parcel = Parcel(numbers[place % len(numbers)])
                at = start + timedelta(minutes=place // len(numbers), seconds=place % 50)
                told.append((parcel, Step("arrived", at, UTRECHT if scan % 2 else EINDHOVEN)))
            body = partner.encode(partner.wrap([partner.event(*one) for one in told]))
            jobs.append(field.bare_job(partner, body, tuple(fact(*one) for one in told)))
        return jobs


class Memory:
    """The memory that the server's processes hold, and by how much one of them grew (MB)."""

    def __init__(self, server):
        self.server = server
        self.first, self.growth = {}, 0.0
        self.look()

    def look(self):
        for pid in self.server.child_pids():
            try:
                pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
            except (OSError, IndexError):
                continue  # it ended meanwhile
            held = pages * 4096 / MEGABYTE
            self.growth = max(self.growth, held - self.first.setdefault(pid, held))
