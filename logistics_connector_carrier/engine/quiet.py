# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Whose prices are not asked for at present, because the carrier did not give any lately.

A breaker of its own, not the one of the account's bookings. Prices come from other systems of the
carrier than labels, and somebody waits for them some seconds only: a slow price list must not keep
parcels in the house, and a price that came proves nothing of bookings. It is kept by this process,
as tokens are: what it guards is people's time and the carrier's patience, and in the transaction of
who asks it could not be written down safely.
"""

import threading
from datetime import timedelta

from odoo.addons.logistics_connector_base.core import breaker as breakers
from odoo.addons.logistics_connector_base.core import outcome as outcomes

MOST = 1000  # accounts that are known to be in trouble
RULES = breakers.Rules(limit=3, pause=30.0, longest=300.0)
PATIENCE = 30.0  # seconds, where they ask us to wait and do not say for how long

_kept = {}  # key → (Breaker, not to be asked before, or None)
_lock = threading.Lock()


def until(key, now):
    """Until when an account is left alone; None: it may be asked now. After the pause one asks,
    and the others wait for what comes of that.

    :param key: of the account, in its database
    :param now: naive UTC, as what is returned
    """
    with _lock:
        breaker, wished = _kept.get(key, (breakers.Breaker(), None))
        if wished and now < wished:
            return wished
        trying = breakers.probe(breaker, RULES, now)
        if trying is None:
            return breaker.probe_at
        if trying.state != breakers.CLOSED:
            _kept[key] = trying, None
        return None


def note(key, outcome, now):
    """What came of a question.

    :param Outcome outcome: 429 is no trouble, but a wish to be left alone for a while; who was not
        asked at all, because of what is asked for, has said nothing
    """
    if outcome.status is None and not outcome.is_trouble:
        return
    with _lock:
        breaker, wished = _kept.pop(key, (breakers.Breaker(), None))
        if outcome.is_trouble:
            breaker = breakers.failed(breaker, RULES, now)
        else:
            breaker = breakers.succeeded(breaker, RULES, now)
        pause = outcome.pause
        if outcome.kind == outcomes.THROTTLED and pause is None:
            pause = PATIENCE
        if pause:
            wished = max(wished or now, now + timedelta(seconds=pause))
        if breaker != breakers.Breaker() or (wished and wished > now):
            while len(_kept) >= MOST:
                _kept.pop(next(iter(_kept)))
            _kept[key] = breaker, wished
