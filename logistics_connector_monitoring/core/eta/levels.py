"""Which deliveries a shipment is compared with: the nearest ones of which there are enough."""

from collections.abc import Mapping

#: Finest first. Level → how many parts of a place count: (country, zone), (country), none.
LEVELS = ("zone", "country", "service")
#: What is left when nothing can be compared: what the carrier promised, named as such.
PROMISE = "promise"
#: Below this a share says little: with 30 the 10 % and 90 % quantiles rest on three values each.
LEAST = 30
#: The more recent ones count; see the roll-up.
MOST = 2000
#: How a postcode's region begins. Two: DE-10 is Berlin, GB-SW its south-west, US-10 New York.
ZONE_LETTERS = 2


def place(country: str, postcode: str, level: str) -> str:
    """What of a place counts on a level; "" on the level of services, where none does.

    :param country: ISO code, "" for unknown
    :return: "DE-10", "DE", or ""
    """
    if level == "service" or not country:
        return ""
    zone = "".join(postcode.split()).upper()[:ZONE_LETTERS]
    return f"{country}-{zone}" if level == "zone" and zone else country


def lanes(carrier: str, service: str, origin: tuple[str, str], destination: tuple[str, str]):
    """The lanes that a shipment runs on, by level, finest first; unknown places leave levels out.

    :param origin: country and postcode, as ``destination``
    :rtype: dict[str, tuple[str, str, str, str]]
    """
    found = {}
    for level in LEVELS:
        ends = place(*origin, level), place(*destination, level)
        known = {"zone": all("-" in end for end in ends), "country": all(ends), "service": True}
        if known[level]:
            found[level] = (carrier.strip().lower(), service.strip().lower(), *ends)
    return found


def choose(counts: Mapping[str, int], least: int = LEAST) -> str:
    """The finest level with enough deliveries.

    :param counts: level → number of deliveries; levels may be missing
    """
    for level in LEVELS:
        if counts.get(level, 0) >= least:
            return level
    return PROMISE
