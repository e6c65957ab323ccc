"""Trial 8: copies of one message at the same moment."""

import threading

from .. import mutants
from ..arena import Field
from ..trial import Trial
from ..verdict import latency_figures, percentile

RETRYING = "tries left, try again in"  # what odoo.service.model.retrying logs before it sleeps


class SimultaneousCopies(Trial):
    number = 8
    title = "Simultaneous copies"
    passes_when = "each recorded and applied once, all 2xx, p99 < 500 ms, no sleep of retrying"
    load = {"count": 500, "copies": 8, "p99": 0.5}
    short_load = {"count": 60, "copies": 8, "p99": 5}
    mutants = (mutants.NO_ON_CONFLICT, mutants.REPEATABLE_READ)

    def run(self, arena, seed, count, copies, p99):
        field = Field(arena, self.number, seed)
        jobs, _shipments = field.jobs(count)
        for partner in field.partners:
            partner.schedule = (0,)  # the first answer counts
        barrier = threading.Barrier(copies)

        def send_all():
            for job in jobs:
                barrier.wait()
                job.partner.deliver(job.body, job.message_id)

        threads = [threading.Thread(target=send_all) for _copy in range(copies)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        field.drain()
        verdict = field.judge()
        good = sum(n for status, n in field.ledger.statuses().items() if 200 <= status < 300)
        verdict.expect(good == count * copies, f"{good} of {count * copies} answers were 2xx")
        others = {s: n for s, n in field.ledger.statuses().items() if not 200 <= s < 300}
        verdict.expect(not others, f"other answers: {others}")
        counts = [verdict.counts[name] for name in ("recorded", "applied")]
        verdict.expect(counts == [count] * 2, f"{count} messages sent, {counts} came through")
        slept = field.log().count(RETRYING)
        verdict.expect(not slept, f"retrying slept {slept} times")
        seen = percentile(field.ledger.latencies(), 0.99)
        verdict.expect(seen < p99, f"p99 is {seen * 1000:.0f} ms")
        verdict.figures |= latency_figures(field.ledger.latencies())
        return verdict
