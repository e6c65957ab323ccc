"""What a figure of the control tower is made of, and what is read from its counts."""

import json
from dataclasses import dataclass
from datetime import date

TONES = ("good", "warning", "bad", "neutral")


@dataclass(frozen=True, slots=True)
class Band:
    """A part of a figure: orders that are blocked, cases older than a week.

    :ivar str code: what the rows' ``band`` says; of one with bounds, only the page knows it
    :ivar str tone: one of ``TONES``
    :ivar low, high: where rows' bands are whole numbers: from ``low`` to just below ``high``;
        ``high`` None: without end
    """

    code: str
    label: str
    tone: str = "neutral"
    low: int | None = None
    high: int | None = None

    def holds(self, code):
        """Whether what a row says lies in this band."""
        if self.low is None:
            return code == self.code
        return self.low <= int(code) and (self.high is None or int(code) < self.high)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The rows behind a number: of which figure, in which bands (none: all), days and places."""

    figure: str
    bands: tuple[str, ...] = ()
    first: date | None = None
    last: date | None = None
    warehouse: int | None = None
    connection: int | None = None

    def as_text(self):
        """As the page hands it to a list."""
        return json.dumps(
            {
                "figure": self.figure,
                "bands": list(self.bands),
                "first": self.first and self.first.isoformat(),
                "last": self.last and self.last.isoformat(),
                "warehouse": self.warehouse,
                "connection": self.connection,
            }
        )


def chosen_from(text):
    """Read what :meth:`Chosen.as_text` wrote; it comes back from a browser.

    :raise ValueError: it is not of that form
    """
    try:
        told = json.loads(text)
        figure, bands = told["figure"], told.get("bands") or []
        days = [
            date.fromisoformat(told[name]) if told.get(name) else None for name in ("first", "last")
        ]
        places = [told.get(name) or None for name in ("warehouse", "connection")]
    except (TypeError, KeyError, AttributeError) as error:
        raise ValueError(str(error)) from None
    texts = [figure, *bands] if isinstance(bands, list) else [None]
    if not all(isinstance(one, str) for one in texts):
        raise ValueError("figure and bands are texts")
    if not all(one is None or type(one) is int for one in places):
        raise ValueError("places are ids")
    return Chosen(figure, tuple(bands), *days, *places)


def share_of(counts, good, bad):
    """Part of what was judged that is good, and how many were judged.

    :param dict counts: number by band
    :param good, bad: bands that count as one or the other; all others were not judged
    :return: (share of 1, or None where nothing was judged; how many were judged)
    """
    kept = sum(counts.get(band, 0) for band in good)
    judged = kept + sum(counts.get(band, 0) for band in bad)
    return (kept / judged if judged else None), judged


def quantile_of(counts, share):
    """A quantile of whole numbers that were counted.

    :param dict counts: how many by number (text or int)
    :param float share: 0.5 for the median
    :return: the number that at least this share does not exceed; None without any
    """
    total = sum(counts.values())
    if not total:
        return None
    below = 0
    for number in sorted(counts, key=int):
        below += counts[number]
        if below >= share * total:
            return int(number)
    raise AssertionError("the last number is passed by all")
