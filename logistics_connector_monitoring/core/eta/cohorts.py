"""Which shipments may be learnt from: those whose day of shipping is long enough ago."""

from collections.abc import Iterable

from .quantiles import quantile

#: So many of 100 of a cohort must have had the time to arrive.
RIPE = 0.99


def ripe_after(times: Iterable[float]) -> float:
    """How old a ship date must be. Of parcels that left yesterday only the fast ones have arrived;
    whoever learns from them believes that all are fast (they are right-censored).

    :param times: seconds that deliveries took, at least one
    :return: seconds; 99 of 100 took no longer
    """
    return quantile(sorted(times), RIPE)
