"""A year of parcels that never were: lanes, services, weekdays, drift and a peak, from a seed.

Knows nothing of the addons: what is to be forecast must not come from whoever forecasts.
"""

import random
from dataclasses import dataclass

DAY = 86_400.0
HOUR = 3_600.0
#: Service → (days on the road for a near lane, spread of its logarithm, days that are promised).
SERVICES = {"express": (0.9, 0.22, 1), "standard": (1.9, 0.30, 2), "economy": (3.3, 0.38, 4)}
CARRIERS = ("northpost", "eastway", "sudexpress")
ZONES = ("DE-10", "DE-20", "DE-40", "DE-80", "FR-75", "FR-69", "AT-10", "PL-00")


@dataclass(frozen=True, slots=True)
class Trip:
    """One delivered parcel. Times in seconds since the first day; ``reached``: milestone → when."""

    carrier: str
    service: str
    origin: str
    destination: str
    reached: dict
    delivered: float
    promised: float


def history(seed, days, per_day):
    """Trips in the order of their pick-up.

    Lanes differ in distance and in how busy they are: some have hundreds of parcels, some a
    handful. No depot works on Sundays, and who gets there on a Saturday waits. From a third of the
    time on everything gets slower, by a quarter in the end; in the last quarter there are three
    weeks of peak with twice the parcels, half as slow again. The carrier's promise knows of none.
    """
    draw = random.Random(seed)
    lanes = [
        (carrier, service, "DE-10", zone, draw.uniform(0.8, 1.5), draw.expovariate(1) + 0.05)
        for carrier in CARRIERS
        for service in SERVICES
        for zone in ZONES
    ]
    weights = [lane[-1] for lane in lanes]
    trips = []
    for day in range(days):
        if day % 7 == 6:
            continue
        is_peak = days * 0.78 <= day < days * 0.78 + 21
        slower = 1 + 0.25 * max(0.0, (day - days / 3) / (days * 2 / 3))
        slower *= 1.5 if is_peak else 1
        for _parcel in range(per_day * (2 if is_peak else 1)):
            lane = draw.choices(lanes, weights)[0]
            trips.append(_trip(draw, lane, day, slower))
    trips.sort(key=lambda trip: trip.reached["picked_up"])
    return trips


def _trip(draw, lane, day, slower):
    carrier, service, origin, destination, distance, _weight = lane
    days, spread, promised = SERVICES[service]
    picked = day * DAY + draw.uniform(15, 19) * HOUR
    moving = picked + draw.uniform(2, 6) * HOUR
    road = days * distance * slower * draw.lognormvariate(0, spread) * DAY
    if draw.random() < 0.03:  # sent the wrong way
        road += draw.uniform(1, 4) * DAY
    # Out with the next round that starts after it has arrived: at seven, not on Sundays.
    arrived = moving + 0.6 * road
    round_day = int((arrived - 7 * HOUR) // DAY) + 1
    while round_day % 7 == 6:
        round_day += 1
    out = round_day * DAY + 7 * HOUR + draw.uniform(0, 0.5) * HOUR
    delivered = out + draw.triangular(0.5, 10, 4) * HOUR
    reached = {"picked_up": picked, "in_transit": moving, "out_for_delivery": out}
    if draw.random() < 0.05:  # nobody at home: the next round
        again = round_day + 1 + (1 if (round_day + 1) % 7 == 6 else 0)
        reached["delivery_attempted"] = delivered
        delivered = again * DAY + 7 * HOUR + draw.triangular(0.5, 10, 4) * HOUR
    far = 1 if destination[:2] != "DE" else 0
    promise_day = day
    for _working in range(promised + far):
        promise_day += 2 if (promise_day + 1) % 7 == 6 else 1
    return Trip(
        carrier, service, origin, destination, reached, delivered, promise_day * DAY + 18 * HOUR
    )
