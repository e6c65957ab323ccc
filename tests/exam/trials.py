"""The trials of reliability.md 5 that exist so far. Each has a full load (the table's) and a short
one for ``./dev test``; the judgement is the same."""

import re
import threading

from . import mutants
from .arena import Field
from .kills import WorkerKills
from .permutations import Permutations
from .proxy import LossyProxy
from .trial import Trial
from .verdict import latency_figures, percentile

RETRYING = "tries left, try again in"  # what odoo.service.model.retrying logs before it sleeps


class Baseline(Trial):
    number = 1
    title = "Clean baseline"
    passes_when = "all acknowledged = recorded = applied, no ERROR in the log"
    load = {"count": 10_000, "connections": 4}
    short_load = {"count": 450, "connections": 4}
    mutants = (mutants.SHORT_IDENTITY, mutants.FORGETFUL_DRAIN)

    def run(self, arena, seed, count, connections):
        field = Field(arena, self.number, seed)
        jobs, shipments = field.jobs(count)
        seconds = field.send(jobs, connections)
        drained = field.drain()
        verdict = field.judge()
        counts = [verdict.counts[name] for name in ("acknowledged", "recorded", "applied")]
        verdict.expect(counts == [count] * 3, f"{count} messages sent, {counts} came through")
        errors = re.findall(r"^.* (?:ERROR|CRITICAL) .*$", field.log(), re.MULTILINE)
        verdict.expect(not errors, f"{len(errors)} errors in the log, e.g. {errors[:1]}")
        expected = expected_states(jobs, shipments)
        verdict.expect(
            field.states(shipments) == expected,
            f"states {field.states(shipments)} instead of {expected}",
        )
        verdict.figures |= latency_figures(field.ledger.latencies()) | {
            "events_per_s": round(count / seconds, 1),
            "drained_after_s": round(drained, 1),
        }
        return verdict


def expected_states(jobs, shipments):
    """From the facts that were sent, not from the product: the last scan decides."""
    names = ["manifested", "picked_up", "in_transit", "in_transit", "out_for_delivery", "delivered"]
    by_number = {}
    for job in jobs:
        for number, _at in job.facts:
            by_number[number] = by_number.get(number, 0) + 1
    counts = {}
    for number in shipments:
        told = by_number.get(number, 0)
        # Sendcloud has no scan "manifested" but "ready to send", which is a label.
        first = "booked" if number.startswith("3SYZXG") else "manifested"
        state = (["draft", first, *names[1:]])[told]
        counts[state] = counts.get(state, 0) + 1
    return counts


class LostAcknowledgement(Trial):
    number = 6
    title = "Ack lost after commit"
    passes_when = "recorded once, applied once, all acknowledged in the end"
    load = {"count": 5000, "share": 0.2, "connections": 4}
    short_load = {"count": 240, "share": 0.2, "connections": 4}
    mutants = (mutants.RANDOM_IDENTITY, mutants.NO_IDENTITY_AT_ALL)

    def run(self, arena, seed, count, share, connections):
        field = Field(arena, self.number, seed)
        jobs, _shipments = field.jobs(count)
        with LossyProxy(arena.server.port, share, seed) as proxy:
            for partner in field.partners:
                partner.url = partner.url.replace(arena.server.url, proxy.url)
            seconds = field.send(jobs, connections)
        drained = field.drain()
        verdict = field.judge(interrupted=True)
        counts = [verdict.counts[name] for name in ("acknowledged", "recorded", "applied")]
        verdict.expect(counts == [count] * 3, f"{count} messages sent, {counts} came through")
        lost_share = proxy.resets / max(1, proxy.responses)
        verdict.expect(
            proxy.resets > 0.5 * share * count, f"the proxy lost only {proxy.resets} answers"
        )
        verdict.figures |= {
            "answers_lost": proxy.resets,
            "answers_lost_share": round(lost_share, 3),
            "events_per_s": round(count / seconds, 1),
            "drained_after_s": round(drained, 1),
        }
        return verdict


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


TRIALS = {
    trial.number: trial
    for trial in (
        Baseline(),
        WorkerKills(),
        LostAcknowledgement(),
        SimultaneousCopies(),
        Permutations(),
    )
}
