"""A band that keeps what it says: quantiles, widened by how far they missed lately.

Split conformal prediction of quantiles: Romano, Patterson, Candès, "Conformalized Quantile
Regression", NeurIPS 2019, arXiv:1905.03222. Its guarantee is for exchangeable data and on average;
drift, peaks and strikes break it. So the level itself follows the coverage that was realised:
Gibbs, Candès, "Adaptive Conformal Inference Under Distribution Shift", NeurIPS 2021,
arXiv:2106.00170.
"""

import math
from collections.abc import Collection

#: What the band promises: nine of ten deliveries lie in it.
TARGET = 0.90
LOW, MID, HIGH = 0.10, 0.50, 0.90
#: From so many on a service is calibrated by itself (Mondrian), else its carrier.
LEAST = 100
#: The last deliveries that are looked at.
MOST = 1000
#: How fast the level follows, for each delivery; the paper's own experiments take 0.005. A night
#: counts as at most DAY_MOST deliveries of it, so that one bad day of a big customer is no jump.
RATE = 0.005
DAY_MOST = 20
#: The level stays where 100 deliveries can tell it: (n + 1)(1 − 0.01) ≤ n.
ALPHA_RANGE = (0.01, 0.5)


def score(low: float, high: float, actual: float) -> float:
    """How far outside of the band it came; negative inside. All in one unit."""
    return max(low - actual, actual - high)


def widening(scores: Collection[float], alpha: float = 1 - TARGET) -> float:
    """By how much the band must grow at both ends (negative: may shrink) so that of the next ones
    the share ``1 - alpha`` lies in it: the ⌈(n + 1)(1 − alpha)⌉th smallest score.

    Where n is too small for that level, the exact answer is an endless band: the largest score is
    taken, and whoever asks is to ask for enough (:data:`LEAST`).

    :raises ValueError: no score
    """
    if not scores:
        raise ValueError("nothing to calibrate with")
    rank = math.ceil((len(scores) + 1) * (1 - alpha) - 1e-9)
    return sorted(scores)[min(max(rank, 1), len(scores)) - 1]


def follow(alpha: float, missed: int, count: int, target: float = TARGET) -> float:
    """The level for tomorrow, after a day on which ``missed`` of ``count`` bands were wrong: more
    wrong than promised makes it smaller, and the band wider.

    :param alpha: the level that was used
    :return: within :data:`ALPHA_RANGE`
    """
    if not count:
        return alpha
    moved = alpha + RATE * min(count, DAY_MOST) * ((1 - target) - missed / count)
    return min(max(moved, ALPHA_RANGE[0]), ALPHA_RANGE[1])
