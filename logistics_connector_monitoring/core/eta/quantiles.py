"""Quantiles that are values which really occurred."""

import math
from bisect import bisect_right
from collections.abc import Sequence


def quantile(ordered: Sequence[float], share: float) -> float:
    """The smallest value which at least ``share`` of all do not exceed: PostgreSQL's
    ``percentile_disc``, so that what is rolled up there and computed here is the same number.

    :param ordered: at least one value, ascending
    :param share: from 0 to 1
    :raises ValueError: nothing to choose from, or no share
    """
    if not ordered or not 0 <= share <= 1:
        raise ValueError("a quantile needs values, and a share from 0 to 1")
    return ordered[max(math.ceil(share * len(ordered)), 1) - 1]


def longer(ordered: Sequence[float], left: float) -> int:
    """How many values exceed ``left``.

    :param ordered: ascending
    """
    return len(ordered) - bisect_right(ordered, left)
