"""What a detector asks a condition: for which looks, for whom, with which thresholds."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from odoo.tools import SQL

from ..core.detectors import HOURS, Looks, by_precision, plain, squeezed
from .clock import Clock, passed

# Shipments with late news: what happened before the first look may have become known after it.
SLACK = timedelta(days=7)


@dataclass(frozen=True)
class Question:
    """``looks`` is one moment for a run, and many for a preview. ``defaults`` are the thresholds by
    name, ``overrides`` lists of :class:`~..core.detectors.Override` by name; ``units`` and
    ``clocks`` say what the defaults are counted in. ``allowed`` restricts the subjects to those
    that a person may see (SQL, a list of ids), None: all of them."""

    looks: Looks
    companies: tuple[int, ...]
    defaults: dict
    overrides: dict = field(default_factory=dict)
    units: dict = field(default_factory=dict)
    clocks: dict[str, Clock] = field(default_factory=dict)
    scopes: frozenset = frozenset()
    allowed: SQL | None = None
    after: int = 0
    last: int | None = None
    every: int = 1

    @property
    def is_now(self) -> bool:
        return self.looks.count == 1

    @property
    def first(self) -> datetime:
        return self.looks.first

    @property
    def end(self) -> datetime:
        return self.looks.end

    def batch(self, after: int, last: int) -> "Question":
        """The same of the subjects with ids after one and up to another."""
        return replace(self, after=after, last=last)

    def number(self, name: str) -> SQL:
        """A threshold as SQL: of the most specific override that fits ``s``, or the default."""
        default = SQL("%s", self.defaults[name])
        return SQL("%s::float", self._cases(name, lambda one: SQL("%s", one.value), default))

    def hours(self, name: str) -> SQL:
        return SQL("(%s * interval '1 hour')", self.number(name))

    def days(self, name: str) -> SQL:
        return SQL("(%s * interval '1 day')", self.number(name))

    def later(self, moment: SQL, name: str) -> SQL:
        """When a threshold has passed since a moment, by the clock that it is counted by.

        :param SQL moment: naive UTC; it is written several times
        """
        overrides = self.overrides.get(name, ())
        if name not in self.clocks and not any(one.clock for one in overrides):
            unit = self.days if self._unit(name) != HOURS else self.hours
            return SQL("(%s + %s)", moment, unit(name))
        default = passed(moment, self.defaults[name], self._unit(name), self.clocks.get(name))
        return self._cases(name, self._passed(moment, name), default)

    def said(self, moment: SQL, name: str) -> SQL:
        """The same where an override says how long, else NULL."""
        return self._cases(name, self._passed(moment, name), SQL("NULL::timestamp"))

    def _unit(self, name):
        return self.units.get(name, HOURS)

    def _passed(self, moment, name):
        return lambda one: passed(moment, one.value, self._unit(name), one.clock)

    def _cases(self, name: str, say, otherwise: SQL) -> SQL:
        # The order is that of core.detectors.choose: a test holds the two together.
        whens = [
            SQL("WHEN %s THEN %s", _fits(override, self.scopes), say(override))
            for override in by_precision(self.overrides.get(name, ()))
        ]
        if not whens:
            return otherwise
        return SQL("(CASE %s ELSE %s END)", SQL(" ").join(whens), otherwise)

    def is_company(self, column: SQL) -> SQL:
        return SQL("%s = ANY(%s)", column, list(self.companies))

    def is_allowed(self, column: SQL) -> SQL:
        return SQL("TRUE") if self.allowed is None else SQL("%s IN %s", column, self.allowed)

    def is_sampled(self, column: SQL) -> SQL:
        """Whether a subject is looked at, where a preview looks at one in ``every``."""
        return SQL("TRUE") if self.every == 1 else SQL("%s %% %s = 0", column, self.every)


def _fits(override, scopes) -> SQL:
    """Whether an override speaks of ``s``. What the condition's subjects do not have fits none."""
    parts = []
    if override.connection is not None:
        parts.append(SQL("s.connection_id = %s", override.connection))
    if override.service:
        parts.append(SQL("lower(btrim(s.service)) = %s", plain(override.service)))
    for end, place in (("origin", override.origin), ("destination", override.destination)):
        if place.country is not None:
            column = SQL.identifier("s", f"{end}_country")
            parts.append(SQL("%s = %s", column, place.country))
        if place.zip:
            column = SQL.identifier("s", f"{end}_zip")
            parts.append(SQL("starts_with(%s, %s)", column, squeezed(place.zip)))
    lane = any((override.origin.country, override.origin.zip)) or any(
        (override.destination.country, override.destination.zip)
    )
    if (
        (override.connection is not None and "connection" not in scopes)
        or (override.service and "service" not in scopes)
        or (lane and "lane" not in scopes)
    ):
        return SQL("FALSE")
    return SQL(" AND ").join(parts) if parts else SQL("TRUE")


def lane_key(company, issuer, service, origin, destination) -> SQL:
    """What a usual gap of a lane is found by (``logistics.usual.gap``); all are SQL columns."""
    return SQL(
        "concat(%s, '|', lower(btrim(COALESCE(%s, ''))), '|', lower(btrim(COALESCE(%s, ''))), '|', "
        "%s, '|', %s)",
        company,
        issuer,
        service,
        origin,
        destination,
    )
