# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A shipment's state as a pure function of the set of its events (law 4).

Nothing here knows when an event reached us. Order of arrival, duplicates and replays cannot change
the result; withdrawing an event leaves exactly what the others say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter

from .taxonomy import INITIAL_STATE, PROOF_OF_PICKUP, STATES, CodeRule, may_move

# At one instant what is planned comes first and what happened last, so that the fact wins.
_CLASSIFIER_ORDER = {"planned": 0, "estimated": 1, "actual": 2}
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_NO_RULE = CodeRule("")


@dataclass(frozen=True, slots=True)
class FoldEvent:
    """What the fold needs of one event. Times are aware UTC.

    ``active`` is False for an event that is retracted, superseded or quarantined. ``occurred_at``
    None makes an event inactive, too, but for its estimate. ``recorded_at`` is when its *source*
    wrote or updated it, None where the source does not say; never the time of arrival.
    """

    fingerprint: str
    code: str = ""
    classifier: str = "actual"
    occurred_at: datetime | None = None
    active: bool = True
    estimated_delivery: datetime | None = None
    recorded_at: datetime | None = None
    precision: str = "second"
    source_id: str = ""
    estimated_from: datetime | None = None  # the beginning of the window that the estimate ends


@dataclass(frozen=True, slots=True)
class ShipmentView:
    """What the events of a shipment say, taken together.

    ``picked_up_at``: the pick-up event, or where there is none the first that proves it.
    ``delivered_at``: when the state became "delivered" for the first time.
    ``estimated_delivery_at``: the newest estimate, frozen by the delivery;
    ``estimated_delivery_from_at``: the beginning of its window, where it has one.
    ``first_event_at``, ``last_event_at``, ``last_fingerprint``, ``last_code``: of actual events.
    ``contradicted_by``: fingerprint of the newest actual event that happened after the end of the
    shipment's life and says that it was not the end (moving after cancelled, delivered after
    destroyed): the state stays, a person must look. "" for none.
    """

    state: str = INITIAL_STATE
    flags: frozenset[str] = frozenset()
    picked_up_at: datetime | None = None
    delivered_at: datetime | None = None
    estimated_delivery_at: datetime | None = None
    first_event_at: datetime | None = None
    last_event_at: datetime | None = None
    last_fingerprint: str = ""
    last_code: str = ""
    contradicted_by: str = ""
    estimated_delivery_from_at: datetime | None = None


def _content(event: FoldEvent) -> tuple[str, ...]:
    """All of an event, to choose among duplicates that differ in what the fingerprint leaves out.

    Which of them reached us first must not decide; the newest record comes last.
    """
    recorded = event.recorded_at.isoformat() if event.recorded_at else ""
    estimate = event.estimated_delivery.isoformat() if event.estimated_delivery else ""
    occurred = event.occurred_at.isoformat() if event.occurred_at else ""
    begins = event.estimated_from.isoformat() if event.estimated_from else ""
    return (recorded, estimate, event.code, occurred, event.precision, event.classifier, begins)


def _distinct(events: Iterable[FoldEvent]) -> list[FoldEvent]:
    """The active events, one for each fingerprint."""
    chosen: dict[str, FoldEvent] = {}
    for event in events:
        if not event.active:
            continue
        other = chosen.get(event.fingerprint)
        if other is None or _content(event) > _content(other):
            chosen[event.fingerprint] = event
    return list(chosen.values())


def sort_key(event: FoldEvent, rules: Mapping[str, CodeRule]) -> tuple[datetime, int, int, str]:
    """The order of history: instant, classifier (actual last), rank of the state, fingerprint.

    ``occurred_at`` must be set. Day-precision events stand at noon; within one instant the rank
    decides, so "picked up" and "delivered" of one day come out in the natural order.
    Source: reliability.md 3, rule 3.
    """
    assert event.occurred_at is not None
    rank = rules.get(event.code, _NO_RULE).rank
    order = _CLASSIFIER_ORDER.get(event.classifier, 0)
    return (event.occurred_at, order, rank, event.fingerprint)


def _pick_up(events: list[FoldEvent], rules: Mapping[str, CodeRule]) -> datetime | None:
    first_proof = None
    for event in events:
        state = rules.get(event.code, _NO_RULE).state
        if state == "picked_up":
            return event.occurred_at
        if first_proof is None and state in PROOF_OF_PICKUP:
            first_proof = event.occurred_at
    return first_proof


def _said_at(event: FoldEvent) -> datetime | None:
    """When the source said so: for an estimate the time of its record, as ``occurred_at`` may be
    the very time that it estimates; for a fact that it happened, failing a record."""
    if event.classifier == "actual":
        return event.occurred_at
    return event.recorded_at or event.occurred_at


def _flags(
    events: list[FoldEvent],
    rules: Mapping[str, CodeRule],
    state: str,
    delivered_at: datetime | None,
) -> frozenset[str]:
    """The flags left standing. An estimate may raise one (a delay announced before it happens),
    though it moves no state; after the delivery it has no say. What is only planned raises none."""
    spoken = []
    for event in events:
        when, is_actual = _said_at(event), event.classifier == "actual"
        if when is None or event.classifier == "planned":
            continue
        if is_actual or delivered_at is None or when < delivered_at:
            spoken.append((when, rules.get(event.code, _NO_RULE)))
    flags: set[str] = set()
    for _when, group in groupby(sorted(spoken, key=itemgetter(0)), key=itemgetter(0)):
        together = [rule for _when, rule in group]
        # Where the times do not tell which came last, trouble is shown rather than hidden.
        for rule in together:
            flags.difference_update(rule.flag_clear)
        for rule in together:
            flags.update(rule.flag_set)
    if STATES[state].terminal:
        flags.discard("on_hold")  # nothing is left that could be held
    return frozenset(flags)


def _estimate(
    events: Iterable[FoldEvent], delivered_at: datetime | None
) -> tuple[datetime | None, datetime | None]:
    """The estimate that its source made last, and where its window begins, if it has one; one made
    after the delivery does not count.

    An estimate is dated by its record; an actual scan that carries one, failing that, by the scan.
    Undated estimates give way to dated ones; among equals the later delivery is shown, as a
    promise too late harms less than one too early.
    """
    made = []
    for event in events:
        if event.estimated_delivery is None or event.classifier == "planned":
            continue
        when = event.recorded_at
        if when is None and event.classifier == "actual":
            when = event.occurred_at
        when = when or _LONG_AGO
        if delivered_at is None or when <= delivered_at:
            ends = event.estimated_delivery
            # Of equals the one that says more exactly when.
            made.append((when, ends, event.estimated_from or _LONG_AGO))
    if not made:
        return None, None
    _when, ends, begins = max(made)
    return ends, None if begins == _LONG_AGO else begins


def fold(events: Iterable[FoldEvent], rules: Mapping[str, CodeRule]) -> ShipmentView:
    """Read the state of a shipment from its events.

    ``rules`` says what each canonical code does; a code that is not in it (unmapped) is history
    without effect. Only actual events move the state; :func:`~.taxonomy.may_move` says where to.
    Pure, total, independent of the order and of repetitions of ``events``. Source: law 4,
    domain.md 1.2 rules 2 to 4, reliability.md 3 rules 3 to 6.
    """
    distinct = _distinct(events)
    actual = sorted(
        (e for e in distinct if e.classifier == "actual" and e.occurred_at is not None),
        key=lambda event: sort_key(event, rules),
    )
    state, since, since_precision = INITIAL_STATE, None, "second"
    delivered_at, contradicted_by = None, ""
    for event in actual:
        target = rules.get(event.code, _NO_RULE).state
        if not target or target == state:
            continue
        if may_move(state, target):
            state, since, since_precision = target, event.occurred_at, event.precision
            contradicted_by = ""
            if state == "delivered" and delivered_at is None:
                delivered_at = event.occurred_at
        elif STATES[state].terminal and since and event.occurred_at > since:
            # Noon of a day stands for any time of that day: it contradicts nothing on it.
            same_day = event.occurred_at.date() == since.date()
            if not (same_day and "day" in (event.precision, since_precision)):
                contradicted_by = event.fingerprint
    last = actual[-1] if actual else None
    estimate, begins = _estimate(distinct, delivered_at)
    return ShipmentView(
        state=state,
        flags=_flags(distinct, rules, state, delivered_at),
        picked_up_at=_pick_up(actual, rules),
        delivered_at=delivered_at,
        estimated_delivery_at=estimate,
        estimated_delivery_from_at=begins,
        first_event_at=actual[0].occurred_at if actual else None,
        last_event_at=last.occurred_at if last else None,
        last_fingerprint=last.fingerprint if last else "",
        last_code=last.code if last else "",
        contradicted_by=contradicted_by,
    )
