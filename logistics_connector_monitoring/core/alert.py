"""When a metric is an alert: fires once, holds while it wavers, and clears by itself.

An alert is about one incident, however long it lasts and however often the number crosses the line.
It fires after the number was beyond its bound for a while, and clears after it was within the other
bound, which lies further back, for a while (hysteresis). Where nothing is known, nothing changes.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import median

QUIET, PENDING, FIRING, CLEARING = "quiet", "pending", "firing", "clearing"
# Fewer weeks than these tell nothing of what is usual.
LEAST_WEEKS = 4
# The median absolute deviation of a normal distribution × this is its standard deviation.
SIGMA = 1.4826


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where on it is an alert, and from where on it is none any more.

    :ivar float fire: beyond it is an alert; ``is_below``: under it
    :ivar float clear: on the good side of it the alert is over; no better than ``fire``
    """

    fire: float
    clear: float
    is_below: bool = False

    def __post_init__(self):
        back = self.clear - self.fire if self.is_below else self.fire - self.clear
        if back < 0:
            raise ValueError("an alert cannot clear beyond the bound at which it fires")

    def is_beyond(self, value):
        return value < self.fire if self.is_below else value > self.fire

    def is_well(self, value):
        return value >= self.clear if self.is_below else value <= self.clear


@dataclass(frozen=True, slots=True)
class Watch:
    """Where an alert stands. ``since``: when it came there (UTC)."""

    state: str = QUIET
    since: datetime | None = None

    @property
    def is_on(self):
        """Whether somebody was told of it, and not yet of its end."""
        return self.state in (FIRING, CLEARING)


def step(watch, value, bounds, now, after=timedelta(), over=timedelta()):
    """Look at a number once.

    :param Watch watch: where it stood
    :param value: the number; None where it is not known: everything stays as it is
    :param bounds: :class:`Bounds`; None where they are not known: everything stays as it is
    :param datetime now: no earlier than before
    :param timedelta after: so long it must be beyond before it fires
    :param timedelta over: so long it must be well before it clears
    :return: (:class:`Watch`, "fire", "clear" or "")
    """
    if value is None or bounds is None:
        return watch, ""
    if watch.is_on:
        if not bounds.is_well(value):
            return _to(watch, FIRING, now), ""
        watch = _to(watch, CLEARING, now)
        if now - watch.since >= over:
            return Watch(QUIET, now), "clear"
        return watch, ""
    if not bounds.is_beyond(value):
        return _to(watch, QUIET, now), ""
    watch = _to(watch, PENDING, now)
    if now - watch.since >= after:
        return Watch(FIRING, now), "fire"
    return watch, ""


def _to(watch, state, now):
    return watch if watch.state == state else replace(watch, state=state, since=now)


def replay(values, bounds_of, after=timedelta(), over=timedelta()):
    """When an alert would have fired and cleared.

    :param values: (moment, number or None) in order
    :param bounds_of: moment → :class:`Bounds` or None
    :return: list of (fired, cleared); ``cleared`` None: it would hold still
    """
    watch, told = Watch(), []
    for moment, value in values:
        watch, act = step(watch, value, bounds_of(moment), moment, after, over)
        if act == "fire":
            told.append((moment, None))
        elif act == "clear":
            told[-1] = (told[-1][0], moment)
    return told


def usual(values, width, is_below=False):
    """Bounds learnt of what is usual at this hour of the week.

    :param values: one number of each week before; None where there is none
    :param float width: how many standard deviations (robust: median and MAD) are still usual
    :return: :class:`Bounds`; None with fewer weeks than ``LEAST_WEEKS``
    """
    known = [value for value in values if value is not None]
    if len(known) < LEAST_WEEKS:
        return None
    middle = median(known)
    spread = SIGMA * median(abs(value - middle) for value in known)
    # What never changes has no spread: a tenth of it is room enough.
    spread = spread or abs(middle) / 10 or 1.0
    sign = -1 if is_below else 1
    return Bounds(middle + sign * width * spread, middle + sign * width / 2 * spread, is_below)


def is_quiet(hour, first, last):
    """Whether an hour of the day (float) lies in the quiet hours, which may pass midnight.

    :param float first, last: alike: there are none
    """
    if first == last:
        return False
    if first < last:
        return first <= hour < last
    return hour >= first or hour < last
