# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A shipment of several parcels: each has a journey of its own, and none arrives for another.

Still a pure function of the set of events (law 4): one fold for each parcel, put together.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from .fold import _LONG_AGO, FoldEvent, ShipmentView, fold
from .taxonomy import STATES, CodeRule

_DELIVERED_RANK = STATES["delivered"].rank


def fold_parcels(
    events: Iterable[FoldEvent],
    rules: Mapping[str, CodeRule],
    parcels: Collection[object] = (),
    parcel_of: Mapping[str, object] | None = None,
) -> ShipmentView:
    """Read the state of a shipment from its events.

    ``parcels`` names the parcels that have a number of their own, ``parcel_of`` tells by the
    event's fingerprint whose an event is; an event that is no parcel's speaks of all of them.
    With less than two parcels this is :func:`~.fold.fold`.

    The shipment is where its slowest parcel is; parcels that were called off do not count. It is
    delivered when every parcel is, or has come to another end ("partial" is set then, and while
    only some have arrived). It was picked up with the first parcel, and is expected with the last.
    """
    events, parcel_of = list(events), parcel_of or {}
    whole = fold(events, rules)
    if len(parcels) < 2:
        return whole
    views = [
        fold((e for e in events if parcel_of.get(e.fingerprint, parcel) == parcel), rules)
        for parcel in parcels
    ]
    views = [view for view in views if view.state != "cancelled"] or views
    slowest = min(views, key=lambda view: STATES[view.state].rank)
    arrived = [view for view in views if view.delivered_at]
    waited_for = [view for view in views if not view.delivered_at] or views
    is_over = STATES[slowest.state].rank >= _DELIVERED_RANK
    expected = max(
        (
            (view.estimated_delivery_at, view.estimated_delivery_from_at or _LONG_AGO)
            for view in waited_for
            if view.estimated_delivery_at
        ),
        default=(None, _LONG_AGO),
    )
    flags = frozenset().union(*(view.flags for view in views))
    if 0 < len(arrived) < len(views):
        flags |= {"partial"}
    return replace(
        whole,
        state=slowest.state,
        flags=flags,
        picked_up_at=min((v.picked_up_at for v in views if v.picked_up_at), default=None),
        delivered_at=max((v.delivered_at for v in arrived), default=None) if is_over else None,
        estimated_delivery_at=expected[0],
        estimated_delivery_from_at=None if expected[1] == _LONG_AGO else expected[1],
        contradicted_by=max(view.contradicted_by for view in views),
    )
