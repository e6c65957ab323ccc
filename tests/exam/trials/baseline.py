"""Trial 1: what is sent comes through, when nothing goes wrong."""

import re

from .. import mutants
from ..arena import Field
from ..trial import Trial
from ..verdict import latency_figures


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
