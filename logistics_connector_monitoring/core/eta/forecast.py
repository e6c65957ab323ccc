"""What is said of one shipment: when it is expected, from when to when, and whether it is late."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .conformal import HIGH, LOW, MID
from .levels import LEAST, PROMISE, choose
from .quantiles import longer, quantile


@dataclass(frozen=True, slots=True)
class Sample:
    """How long deliveries of a lane took from a milestone on, in seconds: how many they were, and
    the times that 10, 50 and 90 of 100 did not exceed."""

    n: int
    low: float
    mid: float
    high: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """Seconds from the milestone on: half arrive by ``mid``; the band reaches from ``low`` to
    ``high``. ``raw_low`` and ``raw_high``: before it was widened, for the next calibration."""

    level: str
    n: int
    low: float
    mid: float
    high: float
    raw_low: float
    raw_high: float


def sample(ordered: Sequence[float]) -> Sample:
    """:param ordered: ascending, at least one"""
    low, mid, high = (quantile(ordered, share) for share in (LOW, MID, HIGH))
    return Sample(len(ordered), low, mid, high)


def forecast(
    samples: Mapping[str, Sample], widen: float = 0, least: int = LEAST
) -> Forecast | None:
    """The forecast by the finest level with enough deliveries; None where only the promise is left.

    The band holds the median and does not begin before the milestone, however far it shrinks.

    :param samples: by level, all from the same milestone on
    :param widen: seconds at both ends; negative: the band is too wide
    """
    level = choose({name: one.n for name, one in samples.items()}, least)
    if level == PROMISE:
        return None
    one = samples[level]
    low = max(min(one.low - widen, one.mid), 0)
    high = max(one.high + widen, one.mid)
    return Forecast(level, one.n, low, one.mid, high, one.low, one.high)


def late_risk(ordered: Sequence[float], left: float) -> float:
    """The share of deliveries that took longer than what was left, from the milestone to the
    promise: what was observed, nothing more.

    :param ordered: seconds, ascending, at least one
    :param left: seconds; negative where the promise had passed before
    :return: from 0 to 1
    """
    return longer(ordered, left) / len(ordered)
