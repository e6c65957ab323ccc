# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Several accounts asked at the same time: somebody waits for the slowest of them, not for all.

Threads make calls and nothing else: whatever they need of Odoo's transaction is fetched before they
start.
"""

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass

from odoo.addons.logistics_connector_base.core import outcome as outcomes

from .errors import EngineError

_logger = logging.getLogger(__name__)

MOST_THREADS = 8


@dataclass(frozen=True, slots=True)
class Inquiry:
    """``account``: who of the same account was silent, or would not let us in, is not asked again.
    ``ask``: a
    function without arguments that calls, and returns a ``Said``."""

    account: object
    ask: object


@dataclass(frozen=True, slots=True)
class Reply:
    """``said``: a ``Said``, or None where ``problem`` says why there is none. ``is_late``: the
    account has not answered while somebody was ready to wait."""

    said: object = None
    problem: str = ""
    is_late: bool = False


def ask_all(inquiries, seconds):
    """Ask, and wait no longer than that.

    :param dict inquiries: key → Inquiry
    :param float seconds: for all of them together
    :return: key → Reply, for each key
    """
    if not inquiries:
        return {}
    silent, lock = {}, threading.Lock()
    end = time.monotonic() + seconds
    pool = ThreadPoolExecutor(min(MOST_THREADS, len(inquiries)), "rates")
    try:
        asked = {key: pool.submit(_ask, one, silent, lock, end) for key, one in inquiries.items()}
        wait(asked.values(), max(0.0, end - time.monotonic()))
        return {
            key: future.result() if future.done() else Reply(is_late=True)
            for key, future in asked.items()
        }
    finally:
        # Those still under way end by their own time limits, and nobody hears them.
        pool.shutdown(wait=False, cancel_futures=True)


def _ask(inquiry, silent, lock, end):
    with lock:
        before = silent.get(inquiry.account)
    if before:
        return before
    if time.monotonic() >= end:
        return Reply(is_late=True)
    try:
        reply = Reply(inquiry.ask())
    except EngineError as error:
        return Reply(problem=str(error))
    except Exception as error:
        # One account's fault is one row; the others are shown. No texts: they may hold secrets.
        _logger.error("asking for rates failed: %s", type(error).__name__)
        return Reply(problem=type(error).__name__)
    if reply.said.value is None and _is_for_all(reply.said.outcome):
        with lock:
            silent[inquiry.account] = reply
    return reply


def _is_for_all(outcome):
    """Whether it says of the account what it would say for any other goods."""
    if outcome.kind in (outcomes.TROUBLE, outcomes.THROTTLED, outcomes.REFUSED):
        return True
    return outcome.kind == outcomes.DOUBT and outcome.status is None
