# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How grave a case is: impact × urgency. Pure functions of what is known, so that a person can
reckon the same from the page of the user guide.

Impact comes from the kind of trouble and from the value at risk; urgency from the time that is
left to the earliest deadline (a promise, a due date), and from the age of the case. Age counts too,
as what lies about gets forgotten; but it never makes a case immediate by itself.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

SEVERITIES = ("info", "warning", "minor", "major", "critical")
URGENCIES = ("low", "normal", "high", "immediate")

# Impact (rows, as grave as the type usually is) × urgency (columns). What is grave is not made
# harmless by having time: it blocks orders.
MATRIX = {
    "info": ("info", "info", "warning", "warning"),
    "warning": ("info", "warning", "minor", "minor"),
    "minor": ("warning", "minor", "minor", "major"),
    "major": ("major", "major", "critical", "critical"),
    "critical": ("critical", "critical", "critical", "critical"),
}
# Time left to the deadline, and the urgency from there on.
NEARER = (
    (timedelta(0), "immediate"),
    (timedelta(hours=24), "high"),
    (timedelta(hours=72), "normal"),
)
# Age of the case, and the urgency that it has at least.
OLDER = ((timedelta(days=7), "high"), (timedelta(days=3), "normal"))
VERY_HIGH = 10  # times the high value


def impact(usual: str, value: float, high_value: float) -> str:
    """One step more for a high value at risk, two for one of ten times that.

    :param usual: how grave this kind of trouble is at any value, one of ``SEVERITIES``
    :param value: money at risk, in the company's currency; 0 is unknown
    :param high_value: from where on it is high, in the same currency; 0: values do not count
    """
    steps = 0
    if high_value > 0:
        steps = (value >= high_value) + (value >= VERY_HIGH * high_value)
    return SEVERITIES[min(SEVERITIES.index(usual) + steps, len(SEVERITIES) - 1)]


def urgency(now: datetime, since: datetime, deadlines: Iterable[datetime] = ()) -> str:
    """How pressing it is: by the earliest deadline, "normal" without one; by age at least that.

    :param since: when the case opened, or opened again; all times aware, or all naive UTC
    """
    earliest = min(deadlines, default=None)
    by_time = "normal" if earliest is None else "low"
    if earliest is not None:
        by_time = next((name for left, name in NEARER if earliest - now <= left), "low")
    by_age = next((name for age, name in OLDER if now - since >= age), "low")
    return max(by_time, by_age, key=URGENCIES.index)


def severity(impact_: str, urgency_: str) -> str:
    """The cell of the matrix."""
    return MATRIX[impact_][URGENCIES.index(urgency_)]


def next_change(
    now: datetime, since: datetime, deadlines: Iterable[datetime] = ()
) -> datetime | None:
    """When the urgency may rise next; None when it cannot rise by waiting any more."""
    steps = [since + age for age, _name in OLDER]
    earliest = min(deadlines, default=None)
    if earliest is not None:
        steps += [earliest - left for left, _name in NEARER]
    return min((step for step in steps if step > now), default=None)
