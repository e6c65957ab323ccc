"""What the control tower shows of a figure, from counts by day and band."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta

from odoo.addons.logistics_connector_base.core.figures import quantile_of, share_of

PERIODS = {"today": 1, "week": 7, "month": 30, "quarter": 90}


@dataclass(frozen=True, slots=True)
class Cell:
    """Rows of one band on one day: how many, and the sum of their amounts."""

    day: date
    band: str
    quantity: int
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Days:
    """The days that a page is about, and as many before them."""

    first: date
    last: date

    @property
    def before(self):
        length = self.last - self.first + timedelta(days=1)
        return Days(self.first - length, self.first - timedelta(days=1))

    def holds(self, day):
        return self.first <= day <= self.last

    def each(self):
        return [self.first + timedelta(n) for n in range((self.last - self.first).days + 1)]


def days_of(period, today):
    """The days of a period that ends today.

    :param str period: one of ``PERIODS``
    :raise KeyError: no such period
    """
    return Days(today - timedelta(days=PERIODS[period] - 1), today)


def picture(measure, bands, cells, days, level_day=None):
    """A figure as the page shows it.

    :param str measure: see ``logistics.figure._measure``
    :param bands: ``core.figures.Band`` in order; what lies in none is shown by its code
    :param cells: :class:`Cell` of the days and of those before
    :param Days days: what is asked for
    :param date level_day: of a level, the day of its last count; None: it counts what happened
    :return: dict; ``value``: number or None where there is nothing to tell; ``of``: how many rows
        it was made of; ``before``: the same number for the days before (for a level: at their end);
        ``bands``: each with ``quantity`` and ``amount``; ``days`` and ``series``: by day
    """
    cells = list(cells)
    if level_day is None:
        now = [cell for cell in cells if days.holds(cell.day)]
        before = [cell for cell in cells if days.before.holds(cell.day)]
    else:
        now = [cell for cell in cells if cell.day == level_day]
        before = [cell for cell in cells if cell.day == days.before.last]
    value, of = _number(measure, bands, now)
    shown = days.each()
    return {
        "value": value,
        "of": of,
        # A level that nobody counted then was not zero.
        "before": _number(measure, bands, before)[0] if before else None,
        "bands": _by_band(bands, now),
        "days": [day.isoformat() for day in shown],
        "series": _series(measure, bands, cells, shown),
    }


def _number(measure, bands, cells):
    quantity = sum(cell.quantity for cell in cells)
    amount = sum(cell.amount for cell in cells)
    if measure == "count":
        return quantity, quantity
    if measure == "money":
        return round(amount, 2), quantity
    if measure == "percent":
        return (amount / quantity if quantity else None), quantity
    counts = defaultdict(int)
    for cell in cells:
        counts[cell.band] += cell.quantity
    if measure == "hours":
        return quantile_of(counts, 0.5), quantity
    share, judged = share_of(
        counts,
        [band.code for band in bands if band.tone == "good"],
        [band.code for band in bands if band.tone == "bad"],
    )
    return (None if share is None else 100 * share), judged


def _by_band(bands, cells):
    """Each band with what is in it, those of no rows among them."""
    sums = {band.code: [0, 0.0] for band in bands}
    for cell in cells:
        code = _band_of(bands, cell.band)
        one = sums.setdefault(code, [0, 0.0])
        one[0] += cell.quantity
        one[1] += cell.amount
    named = {band.code: band for band in bands}
    return [
        {
            "code": code,
            "label": named[code].label if code in named else code,
            "tone": named[code].tone if code in named else "neutral",
            "quantity": quantity,
            "amount": round(amount, 2),
        }
        for code, (quantity, amount) in sums.items()
    ]


def _band_of(bands, code):
    for band in bands:
        if band.holds(code):
            return band.code
    return code


def _series(measure, bands, cells, shown):
    """By band: a number for each day."""
    places = {day: place for place, day in enumerate(shown)}
    found = {band.code: [0] * len(shown) for band in bands}
    counts = defaultdict(lambda: [0] * len(shown))
    for cell in cells:
        place = places.get(cell.day)
        if place is None:
            continue
        code = _band_of(bands, cell.band)
        told = cell.amount if measure in ("money", "percent") else cell.quantity
        found.setdefault(code, [0] * len(shown))[place] += told
        counts[code][place] += cell.quantity
    if measure == "percent":
        # The mean of a day, not of a band: one line.
        totals = [sum(one[place] for one in found.values()) for place in range(len(shown))]
        many = [sum(one[place] for one in counts.values()) for place in range(len(shown))]
        mean = [round(t / n, 2) if n else None for t, n in zip(totals, many, strict=True)]
        return [{"code": "", "values": mean}]
    return [
        {"code": code, "values": [round(value, 2) for value in values]}
        for code, values in found.items()
    ]
