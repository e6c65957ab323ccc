# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A rate limit that several processes keep together without asking each other for each message.

One bucket is shared by all processes of all nodes: it holds at most ``capacity`` tokens and gets
``rate`` new ones a second. A process takes a slice of tokens out of it, spends them one by one, and
throws away what it has not spent within ``lease`` seconds. Over all processes, whatever they do,
never more than ``burst + rate * t`` messages pass within any ``t`` seconds: what is spent then was
taken at most ``lease`` seconds before, and ``capacity`` is smaller than the burst by just that.

Times are seconds of a clock that does not go back; tokens and rates are floats.
"""

import math
from dataclasses import dataclass, field

LEASE_SECONDS = 1.0  # at most: a slice that is not used up by then is thrown away
SLICE_SECONDS = 0.2  # what a slice is meant for, so that few are thrown away
REFUSAL_SECONDS = 0.1  # for so long an empty bucket is not asked again


@dataclass(frozen=True, slots=True)
class Rate:
    """What a partner may send: ``per_second`` messages for ever, ``burst`` of them at once.

    ``per_second`` must be above 0, ``burst`` at least 1; ValueError otherwise.
    """

    per_second: float
    burst: float

    def __post_init__(self) -> None:
        if not (self.per_second > 0 and self.burst >= 1):
            raise ValueError("a rate needs messages per second above 0 and a burst of 1 or more")

    @property
    def lease(self) -> float:
        """Seconds for which a slice may be spent; less for a small burst, half of which is kept."""
        return min(LEASE_SECONDS, (self.burst - 1) / (2 * self.per_second))

    @property
    def capacity(self) -> float:
        """Tokens that the shared bucket holds at most; never below 1."""
        return self.burst - self.per_second * self.lease

    @property
    def largest_slice(self) -> int:
        """Tokens that one process may take at a time; 1 where they could not be kept."""
        wanted = self.per_second * min(SLICE_SECONDS, self.lease)
        return max(1, min(math.ceil(wanted), math.floor(self.capacity)))


def draw(
    level: float, elapsed: float, per_second: float, capacity: float, wanted: int
) -> tuple[int, float]:
    """Take tokens out of a bucket that held ``level`` ``elapsed`` seconds ago.

    Returns the number granted (0 to ``wanted``) and the level after it. The statement in
    ``intake/limits.py`` does the same in SQL; a test compares the two.
    """
    level = min(capacity, level + max(elapsed, 0.0) * per_second)
    granted = max(0, min(wanted, math.floor(level)))
    return granted, level - granted


def wait(level: float, per_second: float) -> float:
    """Seconds until a bucket at ``level`` holds a whole token again."""
    return max(0.0, (1 - level) / per_second)


@dataclass(slots=True)
class Purse:
    """The tokens that one process has taken. Not safe for threads: its owner locks.

    The owner asks :meth:`spend`; when that says None it takes :attr:`wanted` tokens from the shared
    bucket and reports what it got to :meth:`fill`, which spends one of them at once.
    """

    rate: Rate
    wanted: int = 1  # tokens to take next
    _left: int = 0
    _taken: int = 0  # size of the present slice
    _taken_at: float = -math.inf
    _refused_until: float = field(default=-math.inf)

    def spend(self, now: float) -> float | None:
        """0.0: a token was spent. Above 0: refused, seconds to wait. None: take a new slice."""
        if self._left and now < self._taken_at + self.rate.lease:
            self._left -= 1
            return 0.0
        if now < self._refused_until:
            return self._refused_until - now
        self._learn(now)
        return None

    def fill(self, asked_at: float, granted: int, level: float) -> float:
        """A slice of ``granted`` tokens came, asked for at ``asked_at`` (before the request left,
        so that it never lives longer than it may); the shared bucket is at ``level`` now.

        Returns 0.0 for a token spent, or the seconds to wait. Nobody asks the bucket meanwhile: a
        flood of refused messages costs it nothing.
        """
        self._taken, self._taken_at = granted, asked_at
        self._left = max(0, granted - 1)
        if granted:
            return 0.0
        # Not for each single token, but when a few have come in, unless the bucket is too small.
        some = self.rate.capacity / self.rate.per_second / 2
        pause = max(wait(level, self.rate.per_second), min(REFUSAL_SECONDS, some))
        self._refused_until = asked_at + pause
        return pause

    def _learn(self, now: float) -> None:
        """Size the next slice by how fast this process spent the last one."""
        if not self._taken:  # nothing taken yet, or refused: no news of the pace
            return
        spent = self._taken - self._left
        took = max(now - self._taken_at, 1e-3)
        pace = math.ceil(spent / took * SLICE_SECONDS)
        # Doubling at most: who starts slowly throws nothing away.
        self.wanted = max(1, min(pace, 2 * self._taken, self.rate.largest_slice))
        self._taken = self._left = 0
