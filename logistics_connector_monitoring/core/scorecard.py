"""Shares of a scorecard, and how sure they are."""

from math import sqrt

# Of fewer nobody is judged (domain.md 4.3).
LEAST = 30
Z95 = 1.959964  # two-sided 95 % of a normal distribution


def share(good, of):
    """A share in per cent; None below ``LEAST``: a handful says nothing of a carrier.

    :param int good: how many were as they should be
    :param int of: how many were judged
    """
    return 100 * good / of if of >= LEAST else None


def wilson(good, of):
    """Between which shares the true one lies, with 95 % confidence (Wilson 1927, score interval):
    right for small numbers and for shares near 0 and 1, where the usual ± is not.

    :return: (low, high) in per cent; (0, 100) of nothing
    """
    if not of:
        return 0.0, 100.0
    p, z2 = good / of, Z95 * Z95
    middle = (p + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 / (1 + z2 / of) * sqrt(p * (1 - p) / of + z2 / (4 * of * of))
    return max(0.0, 100 * (middle - half)), min(100.0, 100 * (middle + half))


def score(shares, weights):
    """The weighted mean of the shares that are known.

    :param dict shares: name → per cent or None
    :param dict weights: name → weight
    :return: per cent; None where less than half of the weight is known
    """
    known = {name: value for name, value in shares.items() if value is not None}
    weight = sum(weights[name] for name in known)
    if 2 * weight < sum(weights.values()):
        return None
    return sum(value * weights[name] for name, value in known.items()) / weight
