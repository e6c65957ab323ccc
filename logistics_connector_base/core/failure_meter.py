# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How often somebody may fail to prove who he is, before he has to wait."""

from collections import OrderedDict

from .token_bucket import draw, wait


class FailureMeter:
    """Counts failures by key, in one process. Each key has ``burst`` failures and gets back
    ``per_second`` of them. Keys that succeeded within ``trust`` seconds are never held up: nobody
    can lock a partner out by failing in its name. At most ``size`` keys are remembered.
    """

    def __init__(
        self, per_second: float = 2.0, burst: float = 100.0, trust: float = 600.0, size: int = 10000
    ) -> None:
        self.per_second, self.burst, self.trust, self.size = per_second, burst, trust, size
        self._failures: OrderedDict[object, tuple[float, float]] = OrderedDict()
        self._trusted: OrderedDict[object, float] = OrderedDict()

    def pause(self, key: object, now: float) -> float:
        """Seconds that this key has to wait; 0.0 when it may try."""
        if key not in self._failures or now - self._trusted.get(key, -self.trust) < self.trust:
            return 0.0
        _granted, level = self._draw(key, now, 0)
        return 0.0 if level >= 1 else wait(level, self.per_second)

    def failed(self, key: object, now: float) -> None:
        """The key could not prove itself."""
        _granted, level = self._draw(key, now, 1)
        _remember(self._failures, key, (level, now), self.size)

    def succeeded(self, key: object, now: float) -> None:
        """The key proved itself: what it failed before is forgotten."""
        self._failures.pop(key, None)
        _remember(self._trusted, key, now, self.size)

    def _draw(self, key: object, now: float, wanted: int) -> tuple[int, float]:
        level, since = self._failures.get(key, (self.burst, now))
        return draw(level, now - since, self.per_second, self.burst, wanted)


def _remember(known: OrderedDict, key: object, value: object, size: int) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > size:
        known.popitem(last=False)
