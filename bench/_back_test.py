"""Forecasting a history in the order of time, as the addon does each night."""

import heapq
from bisect import bisect_left
from collections import defaultdict, deque
from dataclasses import dataclass, field
from statistics import fmean, median

from odoo.addons.logistics_connector_monitoring.core.eta import cohorts, conformal, forecast, levels

DAY = 86_400.0
HOUR = 3_600.0
WINDOW = 90


@dataclass
class Result:
    """Of all forecasts after the warm-up: whether it came within, in which day, and the errors in
    hours at the pick-up, of the median and of the carrier's promise."""

    within: list = field(default_factory=list)
    widths: list = field(default_factory=list)
    errors: list = field(default_factory=list)
    promises: list = field(default_factory=list)
    by_milestone: dict = field(default_factory=lambda: defaultdict(list))
    by_level: dict = field(default_factory=lambda: defaultdict(int))

    def figures(self):
        told = sorted(self.within)
        days = defaultdict(list)
        for when, hit in told:
            days[int(when // (30 * DAY))].append(hit)
        full = [hits for hits in days.values() if len(hits) >= 300]
        return {
            "forecasts": len(told),
            "coverage_percent": 100 * fmean(hit for _when, hit in told),
            "worst_month_percent": 100 * min(map(fmean, full)),
            "width_hours": fmean(self.widths),
            "median_error_hours": median(self.errors),
            "promise_error_hours": median(self.promises),
            "mean_error_hours": fmean(self.errors),
            "promise_mean_error_hours": fmean(self.promises),
            **{f"percent_{name}": 100 * fmean(hits) for name, hits in self.by_milestone.items()},
            **{f"level_{name}": count for name, count in self.by_level.items()},
        }


class Calibration:
    """Scores of a group, and the level that follows its coverage."""

    def __init__(self):
        self.alpha = 1 - conformal.TARGET
        self.scores = deque(maxlen=conformal.MOST)
        self.missed = self.count = 0

    def night(self):
        self.alpha = conformal.follow(self.alpha, self.missed, self.count)
        self.missed = self.count = 0
        self.widen = conformal.widening(self.scores, self.alpha) if self.scores else 0


def back_test(trips, warm_up, adaptive=True):
    """Forecast each trip at each of its milestones from what was known the night before.

    :param trips: by pick-up
    :param warm_up: days that are forecast, but not counted
    """
    result, night = Result(), 0
    events = [(at, index, name) for index, trip in enumerate(trips) for name, at in
              trip.reached.items()]  # fmt: skip
    events.sort()
    arrivals, waiting = [], sorted((trip.reached["picked_up"], n) for n, trip in enumerate(trips))
    samples, groups = {}, defaultdict(Calibration)
    for at, index, name in events:
        while night * DAY <= at:
            _settle(arrivals, night * DAY, groups)
            samples = _roll_up(trips, waiting, night * DAY)
            for group in groups.values():
                group.night()
                if not adaptive:
                    group.alpha = 1 - conformal.TARGET
            night += 1
        trip = trips[index]
        by_level = {
            level: samples[level, lane, name]
            for level, lane in _lanes(trip).items()
            if (level, lane, name) in samples
        }
        own = groups[trip.carrier, trip.service, name]
        wide = groups[trip.carrier, "", name]
        chosen = own if len(own.scores) >= conformal.LEAST else wide
        widen = chosen.widen if len(chosen.scores) >= conformal.LEAST else 0
        said = forecast.forecast(by_level, widen)
        if not said:
            continue
        took = trip.delivered - at
        hit = said.low <= took <= said.high
        score = conformal.score(said.raw_low, said.raw_high, took)
        heapq.heappush(arrivals, (trip.delivered, index, name, score, hit, own, wide))
        if at >= warm_up * DAY:
            result.within.append((at, hit))
            result.widths.append((said.high - said.low) / HOUR)
            result.by_milestone[name].append(hit)
            result.by_level[said.level] += 1
            if name == "picked_up":
                result.errors.append(abs(took - said.mid) / HOUR)
                result.promises.append(abs(trip.delivered - trip.promised) / HOUR)
    return result


def _settle(arrivals, now, groups):
    """What has arrived by now is known."""
    while arrivals and arrivals[0][0] < now:
        _at, _index, _name, score, hit, *both = heapq.heappop(arrivals)
        for group in both:
            group.scores.append(score)
            group.count += 1
            group.missed += not hit


def _roll_up(trips, waiting, now):
    """Samples by level, lane and milestone, of the cohorts that had time to arrive."""
    first = bisect_left(waiting, (now - WINDOW * DAY,))
    recent = [trips[n] for _at, n in waiting[first : bisect_left(waiting, (now,))]]
    took = defaultdict(list)
    for trip in recent:
        if trip.delivered < now:
            key = trip.carrier, trip.service
            took[key].append(trip.delivered - trip.reached["picked_up"])
    ripe = {key: cohorts.ripe_after(times) for key, times in took.items()}
    times = defaultdict(list)
    for trip in recent:
        age = ripe.get((trip.carrier, trip.service))
        if age is None or trip.delivered >= now or trip.reached["picked_up"] > now - age:
            continue
        for level, lane in _lanes(trip).items():
            for name, at in trip.reached.items():
                times[level, lane, name].append((trip.delivered, trip.delivered - at))
    return {
        key: forecast.sample(sorted(took for _at, took in sorted(rows)[-levels.MOST :]))
        for key, rows in times.items()
        if len(rows) >= levels.LEAST
    }


def _lanes(trip):
    ends = [tuple(end.split("-")) for end in (trip.origin, trip.destination)]
    return levels.lanes(trip.carrier, trip.service, *ends)
