# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Offers of several carriers side by side, and which one a rule takes: the same one whatever order
they come in, never one without a price."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from .booking import Charge

# Fewer deliveries than these say nothing about a lane.
ENOUGH = 30
POLICIES = ("cheapest", "fastest", "promised", "punctual")
# From the narrowest to the widest: both ends by country and the first digits of the postal code,
# both countries, the service wherever it goes.
LEVELS = ("lane", "countries", "service")


@dataclass(frozen=True, slots=True)
class Share:
    """How often a service was on time. ``level``: of :data:`LEVELS`, "" where nothing is known;
    ``count``: deliveries looked at."""

    level: str = ""
    count: int = 0
    on_time: int = 0

    @property
    def is_known(self) -> bool:
        return self.count >= ENOUGH

    @property
    def percent(self) -> Decimal | None:
        """None where there are too few."""
        return Decimal(100 * self.on_time) / self.count if self.is_known else None


@dataclass(frozen=True, slots=True)
class Offer:
    """One row of a comparison.

    ``method``: the delivery method's id; 0: none sells this service. ``cost``: what the carrier
    takes, and ``price``: what the customer pays, in the currency of the comparison; None: no price,
    then ``problem`` says why. ``total`` and ``charges``: as the carrier said them, in its
    ``currency``. ``arrives``: the day of delivery; ``is_reckoned``: by us, from ``days`` (working
    days in transit)."""

    method: int
    name: str
    service: str = ""
    code: str = ""
    cost: Decimal | None = None
    price: Decimal | None = None
    total: str = ""
    currency: str = ""
    charges: tuple[Charge, ...] = ()
    days: int | None = None
    arrives: date | None = None
    is_reckoned: bool = False
    share: Share = field(default_factory=Share)
    problem: str = ""

    @property
    def can_be_chosen(self) -> bool:
        return bool(self.method) and self.cost is not None


@dataclass(frozen=True, slots=True)
class Choice:
    """``offer``: None where the rule takes none. ``kind`` and ``values``: why, for :data:`WORDS`;
    days and amounts are still ``date`` and ``Decimal``."""

    offer: Offer | None
    kind: str
    values: dict

    def in_words(self, translate, day=str, money=str) -> str:
        """The reason as a sentence.

        :param translate: a text of this module → the same in the reader's language
        :param day: a date → as the reader writes it
        :param money: an amount → the same, with its currency
        """
        shown = {"day": day, "cost": money}
        values = {name: shown.get(name, str)(value) for name, value in self.values.items()}
        return translate(WORDS[self.kind]) % values


def _lt(text):
    """Marks what translators get: the models look it up in the user's language."""
    return text


WORDS = {
    "cheapest": _lt("cheapest of %(count)s: %(cost)s"),
    "fastest": _lt("fastest of %(count)s: there on %(day)s for %(cost)s"),
    "promised": _lt("cheapest of %(count)s that arrive by %(day)s: %(cost)s"),
    "punctual": _lt(
        "most often on time (%(percent)s%%) of %(count)s within %(within)s%% of the cheapest: "
        "%(cost)s"
    ),
    "no_price": _lt("no delivery method has a price"),
    "no_day": _lt("no delivery date was promised"),
    "no_promise": _lt("none of %(count)s says when it arrives"),
    "too_late": _lt("none of %(count)s arrives by %(day)s"),
    "no_history": _lt("too few deliveries to say which of %(count)s is on time"),
}


def choose(offers, policy, by=None, within=0, methods=()):
    """The offer that a policy takes.

    :param offers: iterable of Offer; those without a price or a method are passed over
    :param str policy: of :data:`POLICIES`. "promised": the cheapest that arrives by the promised
        day; "punctual": the best share on time among those that cost little more than the cheapest
    :param date by: the promised day, or None
    :param float within: percent above the cheapest, for "punctual"
    :param methods: ids of the delivery methods to choose from; empty: all
    :rtype: Choice
    """
    offers = [one for one in offers if one.can_be_chosen and (not methods or one.method in methods)]
    if not offers:
        return Choice(None, "no_price", {})
    return _CHOOSERS[policy](offers, by, within)


def _cheapest(offers, _by, _within):
    return _taken("cheapest", min(offers, key=_by_cost), offers)


def _fastest(offers, _by, _within):
    dated = [one for one in offers if one.arrives]
    if not dated:
        return Choice(None, "no_promise", {"count": len(offers)})
    best = min(dated, key=lambda one: (one.arrives, _by_cost(one)))
    return _taken("fastest", best, dated, day=best.arrives)


def _promised(offers, by, _within):
    if by is None:
        return Choice(None, "no_day", {})
    if not any(one.arrives for one in offers):
        return Choice(None, "no_promise", {"count": len(offers)})
    early = [one for one in offers if one.arrives and one.arrives <= by]
    if not early:
        return Choice(None, "too_late", {"count": len(offers), "day": by})
    return _taken("promised", min(early, key=_by_cost), early, day=by)


def _punctual(offers, _by, within):
    most = min(one.cost for one in offers) * (1 + Decimal(str(within)) / 100)
    near = [one for one in offers if one.cost <= most]
    known = [one for one in near if one.share.is_known]
    if not known:
        return Choice(None, "no_history", {"count": len(near)})
    best = min(known, key=lambda one: (-one.share.percent, _by_cost(one)))
    return _taken("punctual", best, near, percent=int(best.share.percent), within=f"{within:g}")


_CHOOSERS = {
    "cheapest": _cheapest,
    "fastest": _fastest,
    "promised": _promised,
    "punctual": _punctual,
}


def _taken(kind, offer, among, **values):
    return Choice(offer, kind, {"count": len(among), "cost": offer.cost, **values})


def _by_cost(offer):
    """A total order: equal prices are settled by the day, then by who is on time more often, then
    by what the rows are called, never by where they stand."""
    percent = offer.share.percent
    return (
        offer.cost,
        offer.arrives or date.max,
        -percent if percent is not None else Decimal(1),
        offer.method,
        repr(offer),
    )


def in_order(offers):
    """For people: the cheapest first, then what no method sells, what has no price last."""
    return sorted(
        offers,
        key=lambda one: (
            one.cost is None,
            not one.method,
            _by_cost(one) if one.cost is not None else (one.name, repr(one)),
        ),
    )


def share_of(counts):
    """The narrowest view of the past that says something; where all are too narrow, the widest.

    :param dict counts: level → (deliveries, of these on time)
    :rtype: Share
    """
    best = Share()
    for level in LEVELS:
        count, on_time = counts.get(level, (0, 0))
        share = Share(level, count, on_time)
        if share.is_known:
            return share
        if count > best.count:
            best = share
    return best


def after_working_days(day, days):
    """The day that many working days (Monday to Friday) after another one; holidays are not
    known."""
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            days -= 1
    return day


def parts_of(charges):
    """What a price is made up of: kind → sum, in the order of a bill; exact, of one currency."""
    sums = {}
    for kind in ("base", "fuel", "accessorial", "other", "tax"):
        amounts = [Decimal(one.amount) for one in charges if one.kind == kind]
        if amounts:
            sums[kind] = sum(amounts)
    return sums
