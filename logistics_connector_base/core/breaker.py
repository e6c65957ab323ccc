# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A circuit breaker as a pure function of what it was and what happened (Nygard, Release It!).

Closed: everything is sent. After ``limit`` troubles in a row it opens: nothing is sent, but one
message at the end of each pause (half-open). That one's success closes it; its failure opens it
anew, with a pause twice as long, up to ``longest``. What waits stays as it is meanwhile: an outage
costs no message its tries.

Times are naive UTC datetimes, pauses seconds.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

CLOSED, OPEN, HALF_OPEN = "closed", "open", "half_open"


@dataclass(frozen=True, slots=True)
class Rules:
    """``limit``: troubles in a row that open it, 0: it never opens. ``pause``: seconds until the
    first probe; ``longest``: the longest pause."""

    limit: int = 5
    pause: float = 30.0
    longest: float = 600.0


@dataclass(frozen=True, slots=True)
class Breaker:
    """``failures``: troubles in a row. ``pause``: between the last failure and the next probe.
    ``probe_at``: when the next probe may be sent (open), or be taken for lost (half-open)."""

    state: str = CLOSED
    failures: int = 0
    pause: float = 0.0
    opened_at: datetime | None = None
    probe_at: datetime | None = None


def failed(breaker: Breaker, rules: Rules, now: datetime) -> Breaker:
    """The breaker after a trouble. A straggler that fails while it is open changes nothing but the
    count: its call was under way when it opened."""
    failures = breaker.failures + 1
    if breaker.state == CLOSED:
        if not rules.limit or failures < rules.limit:
            return replace(breaker, failures=failures)
        pause, opened_at = rules.pause, now
    elif breaker.state == OPEN:
        return replace(breaker, failures=failures)
    else:
        pause = min(max(breaker.pause, rules.pause) * 2, max(rules.longest, rules.pause))
        opened_at = breaker.opened_at or now
    return Breaker(OPEN, failures, pause, opened_at, now + timedelta(seconds=pause))


def succeeded(breaker: Breaker, rules: Rules, now: datetime) -> Breaker:
    """The breaker after a message got through, whatever the partner thinks of it."""
    return Breaker()


def probe(breaker: Breaker, rules: Rules, now: datetime) -> Breaker | None:
    """The breaker while one message is tried, or None: nothing may be sent now. A probe whose
    process died is taken for lost after a pause."""
    if breaker.state == CLOSED:
        return breaker
    if breaker.probe_at is not None and now < breaker.probe_at:
        return None
    again = now + timedelta(seconds=max(breaker.pause, rules.pause))
    return replace(breaker, state=HALF_OPEN, probe_at=again)
