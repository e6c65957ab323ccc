# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What a carrier would refuse of a pickup, seen before it is asked (as ``core.checks`` for
bookings): the van that was refused at five does not come at six."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from .checks import LABELS, NO_ZIP, Problem, _lt
from .pickup import instant_of


@dataclass(frozen=True, slots=True)
class PickupRules:
    """How long a carrier's fields may be, and which days and times it takes: of its published
    schema. 0: no limit. ``street_length``: of all lines together, where the carrier has one line;
    ``least_minutes``: between ready and closing; ``most_days``: how many days ahead."""

    line_length: int = 35
    lines: int = 3
    street_length: int = 0
    city_length: int = 30
    phone_digits: tuple[int, int] = (7, 15)
    place_length: int = 0
    note_length: int = 0
    least_minutes: int = 60
    most_days: int = 0
    most_parcels: int = 0
    countries: frozenset[str] = frozenset()  # where it fetches; empty: anywhere
    state_countries: frozenset[str] = frozenset({"US", "CA"})
    hours: tuple[str, str] = ()  # between which its drivers come, "HH:MM"
    needs_house: bool = False  # a house number that can be told from the street


WORDS = {
    "day": _lt("Pickup: “%(text)s” is no day."),
    "past": _lt("Pickup: %(day)s has passed."),
    "far": _lt("Pickup: %(day)s is too far off; the carrier takes %(most)s days ahead."),
    "hours": _lt("Pickup: the parcels must be ready (%(ready)s) before you close (%(closing)s)."),
    "window": _lt(
        "Pickup: the driver needs %(most)s minutes between ready (%(ready)s) and closing"
        " (%(closing)s)."
    ),
    "drivers": _lt("Pickup: the drivers come between %(from)s and %(until)s."),
    "late": _lt("Pickup: it is too late for today: closing is at %(closing)s."),
    "missing": _lt("Pickup address: %(field)s is missing."),
    "line": _lt(
        "Pickup address: “%(text)s” has %(length)s characters; the carrier takes %(most)s."
    ),
    "lines": _lt("Pickup address: it has %(count)s lines; the carrier takes %(most)s."),
    "phone": _lt(
        "Pickup address: “%(text)s” is no telephone number that the driver can call: the carrier"
        " wants %(least)s to %(most)s digits."
    ),
    "house": _lt("Pickup address: “%(text)s” has no house number at its end."),
    "country": _lt("Pickup address: the carrier does not fetch parcels there by its interface."),
    "place": _lt("Pickup: “%(text)s” is too long; the carrier takes %(most)s characters."),
    "count": _lt("Pickup: there is nothing to fetch."),
    "most": _lt("Pickup: %(count)s parcels are too many for one van; the carrier takes %(most)s."),
    "weight": _lt("Pickup: the weight of the parcels is missing."),
}


class PickupProblem(Problem):
    """A :class:`~.checks.Problem` with sentences about pickups."""

    __slots__ = ()

    def in_words(self, translate) -> str:
        ours = ("field",)
        values = {
            name: translate(value) if name in ours else value for name, value in self.values.items()
        }
        return translate(WORDS[self.kind]) % values


def problems(request, rules, now):
    """What keeps a van from being ordered: a tuple of PickupProblem, the first to be mended first.

    :param PickupRequest request:
    :param PickupRules rules: of the carrier
    :param datetime now: with a zone
    """
    return tuple(
        PickupProblem(*one)
        for part in (_times(request, rules, now), _address(request, rules), _load(request, rules))
        for one in part
    )


def _times(request, rules, now):
    try:
        ready = instant_of(request.day, request.ready, request.zone)
        closing = instant_of(request.day, request.closing, request.zone)
    except (ValueError, KeyError):
        yield "day", "day", {"text": f"{request.day} {request.ready}-{request.closing}"}
        return
    here = now.astimezone(ready.tzinfo)
    day = date.fromisoformat(request.day)
    values = {"ready": request.ready, "closing": request.closing, "most": rules.least_minutes}
    least = timedelta(minutes=rules.least_minutes)
    if day < here.date():
        yield "day", "past", {"day": request.day}
    elif rules.most_days and day > here.date() + timedelta(days=rules.most_days):
        yield "day", "far", {"day": request.day, "most": rules.most_days}
    if closing <= ready:
        yield "closing", "hours", values
    elif closing - ready < least:
        yield "closing", "window", values
    elif rules.hours and not _drivers_meet(request, rules):
        yield "ready", "drivers", {"from": rules.hours[0], "until": rules.hours[1]}
    elif day == here.date() and closing - here < least:
        yield "closing", "late", values


def _drivers_meet(request, rules):
    first = instant_of(request.day, max(request.ready, rules.hours[0]), request.zone)
    last = instant_of(request.day, min(request.closing, rules.hours[1]), request.zone)
    return last - first >= timedelta(minutes=rules.least_minutes)


def _address(request, rules):
    party = request.address
    wanted = {
        "name": party.name or party.company,
        "lines": any(party.lines),
        "city": party.city,
        "country": party.country,
        "zip": party.zip or party.country in NO_ZIP,
        "state": party.state or party.country not in rules.state_countries,
        "phone": party.phone,
    }
    for field, is_there in wanted.items():
        if not is_there:
            yield f"address.{field}", "missing", {"field": LABELS[field]}
    if rules.countries and party.country and party.country not in rules.countries:
        yield "address.country", "country", {}
    lines = [line for line in party.lines if line]
    if rules.street_length:
        lines = [", ".join(lines)]
    elif rules.lines and len(lines) > rules.lines:
        yield "address.lines", "lines", {"count": len(lines), "most": rules.lines}
    longest = rules.street_length or rules.line_length
    for place, text, most in (
        *((f"address.lines.{index}", line, longest) for index, line in enumerate(lines)),
        ("address.city", party.city, rules.city_length),
    ):
        if most and len(text) > most:
            yield place, "line", {"text": text, "length": len(text), "most": most}
    if rules.needs_house and lines and not house_of(lines[0])[1]:
        yield "address.lines.0", "house", {"text": lines[0]}
    digits = re.sub(r"\D", "", party.phone)
    least, most = rules.phone_digits
    if party.phone and not least <= len(digits) <= most:
        yield "address.phone", "phone", {"text": party.phone, "least": least, "most": most}


HOUSE = re.compile(r"(.*?[^\d\s])\s+(\d{1,4}\s?[a-zA-Z]?(?:\s?[-/+]\s?\d{1,3}[a-zA-Z]?)?)")


def house_of(line):
    """A line of an address as (street, house number); the number is "" where there is none."""
    found = HOUSE.fullmatch(line.strip())
    return (found[1].strip(" ,"), found[2]) if found else (line, "")


def _load(request, rules):
    for place, text, most in (
        ("place", request.place, rules.place_length),
        ("note", request.note, rules.note_length),
    ):
        if most and len(text) > most:
            yield place, "place", {"text": text, "most": most}
    if request.count < 1:
        yield "loads", "count", {}
        return
    if rules.most_parcels and request.count > rules.most_parcels:
        yield "loads", "most", {"count": request.count, "most": rules.most_parcels}
    if request.weight <= 0:
        yield "loads", "weight", {}
