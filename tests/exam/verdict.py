"""The judgement over a trial, by the common rules of the exam.

T tried, A acknowledged with 2xx (both from the sender's ledger); S recorded, E applied, D given to
a person, P waiting for a shipment (from the database). Every set holds keys of messages.
"""

from dataclasses import dataclass, field

ALLOWED_STATUSES = {429, 503}

RECORDED = """
SELECT CASE WHEN c.message_id_header <> '' THEN m.external_id
            ELSE encode(sha256(b.content), 'hex') END,
       encode(sha256(b.content), 'hex'), m.state
FROM logistics_message m
JOIN logistics_connection c ON c.id = m.connection_id
LEFT JOIN logistics_message_body b ON b.message_id = m.id
WHERE m.connection_id = ANY(%s)
"""
# Effects are counted by content, not by any key of the product: what a missing key lets through
# must be seen. A document that came with a scan is an effect of its own, and so is a withdrawal,
# which may repeat number and time of what it withdraws.
APPLIED = """
SELECT tracking_number, occurred_at, count(*) FROM logistics_event
WHERE connection_id = ANY(%s) AND shipment_id IS NOT NULL AND strpos(raw_code, '#document') = 0
    AND COALESCE(retracts, '') = ''
GROUP BY tracking_number, occurred_at
"""
DOCUMENTS = """
SELECT a.res_id, a.checksum, count(*) FROM ir_attachment a
WHERE a.res_model = 'logistics.shipment' AND a.res_id IN (
    SELECT shipment_id FROM logistics_event WHERE connection_id = ANY(%s))
GROUP BY a.res_id, a.checksum
"""
IN_PROGRESS = ("received", "processing")


@dataclass
class Verdict:
    """Counts, and what is wrong in words. Clean when nothing is."""

    counts: dict = field(default_factory=dict)
    problems: list = field(default_factory=list)
    figures: dict = field(default_factory=dict)

    @property
    def clean(self):
        return not self.problems

    def expect(self, holds, text):
        """Note a problem unless ``holds``."""
        if not holds:
            self.problems.append(text)


def judge(ledger, database, connection_ids, facts, interrupted=False):
    """The sets of the common rules, and the verdict over them.

    :param dict facts: key of a message → the facts it tells, as (tracking number, naive UTC)
    :param bool interrupted: the trial cuts connections: no answer at all is allowed, too
    """
    tried, acked = dict(ledger.tried), ledger.acknowledged()
    states, copies, corrupted = {}, {}, []
    for key, sha256, state in database.rows(RECORDED, connection_ids):
        states[key] = state
        copies[key] = copies.get(key, 0) + 1
        if key in tried and sha256 != tried[key]:
            corrupted.append(key)
    effects = {(number, at): count for number, at, count in database.rows(APPLIED, connection_ids)}
    recorded = states.keys()
    applied = {key for key in recorded if all(fact in effects for fact in facts.get(key, ()))}
    dead = {key for key, state in states.items() if state in ("dead", "conflict")}
    parked = {key for key, state in states.items() if state == "parked"}
    in_progress = sum(state in IN_PROGRESS for state in states.values())
    double = [fact for fact, count in effects.items() if count > 1]
    double += [row for row in database.rows(DOCUMENTS, connection_ids) if row[2] > 1]
    repeated = [key for key, count in copies.items() if count > 1]
    lost = acked - recorded
    unexpected = recorded - tried.keys()
    unfinished = recorded - applied - dead - parked
    recovered = (recorded & tried.keys()) - acked
    verdict = Verdict(
        counts={
            "tried": len(tried),
            "acknowledged": len(acked),
            "recorded": len(recorded),
            "applied": len(applied),
            "dead": len(dead),
            "parked": len(parked),
            "recovered": len(recovered),
        }
    )
    for name, found in (
        ("lost", lost),
        ("unexpected", unexpected),
        ("corrupted", corrupted),
        ("repeated", repeated),
        ("double", double),
        ("unfinished", unfinished),
    ):
        verdict.counts[name] = len(found)
        verdict.expect(not found, f"{name}: {len(found)}, e.g. {sorted(map(str, found))[:2]}")
    verdict.expect(not in_progress, f"{in_progress} messages are still in progress")
    statuses = ledger.statuses()
    verdict.figures["answers"] = {str(status): count for status, count in statuses.items()}
    wrong = {
        status: count
        for status, count in statuses.items()
        if not (200 <= status < 300 or status in ALLOWED_STATUSES or (interrupted and not status))
    }
    verdict.expect(not wrong, f"answers to valid requests: {wrong}")
    return verdict


def percentile(ascending, share):
    """A percentile of values that are sorted; 0 for none."""
    if not ascending:
        return 0.0
    return ascending[min(len(ascending) - 1, int(share * len(ascending)))]


def latency_figures(seconds):
    """p50, p99 and the worst of sorted seconds, in milliseconds."""
    return {
        "p50_ms": round(percentile(seconds, 0.50) * 1000, 1),
        "p99_ms": round(percentile(seconds, 0.99) * 1000, 1),
        "max_ms": round((seconds[-1] if seconds else 0) * 1000, 1),
    }
