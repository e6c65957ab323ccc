# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""When to try again, and how to get a batch past the one item that fails."""

import random
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TypeVar

Item = TypeVar("Item")

MAX_RETRY_AFTER = 24 * 3600.0
_SECONDS = re.compile(r"\d{1,12}", re.ASCII)


def next_delay(tries: int, base: float, cap: float, rng: random.Random | None = None) -> float:
    """Seconds to wait after the ``tries``-th failure in a row (1 is the first).

    Doubles from ``base`` up to ``cap`` and takes a random point of the upper half, so that what
    failed together does not come back together: base/2 to base, base to 2 base, ... cap/2 to cap.
    ``rng`` needs ``random()``. Raises ValueError unless 0 < base <= cap.
    """
    if not 0 < base <= cap:
        raise ValueError("base must be positive and not above cap")
    exponent = min(max(tries, 1) - 1, 64)  # 2 ** 64 is beyond any cap, and no overflow
    delay = min(cap, base * 2.0**exponent)
    return delay / 2 + (rng or random).random() * delay / 2


def retry_after(header: str | None, now: datetime, cap: float = MAX_RETRY_AFTER) -> float | None:
    """Seconds that a Retry-After header asks to wait (RFC 9110 10.2.3: seconds or HTTP date).

    ``now`` is aware. At most ``cap``; 0 for a date that has passed; None for no header or anything
    else (negative, not a number), so that the own schedule holds.
    """
    text = (header or "").strip()
    if _SECONDS.fullmatch(text):
        return min(float(text), cap)
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    when = when if when.tzinfo else when.replace(tzinfo=UTC)
    return min(max((when - now).total_seconds(), 0.0), cap)


def isolate(
    items: Sequence[Item],
    attempt: Callable[[list[Item]], object],
    reraise: tuple[type[BaseException], ...] = (),
) -> tuple[list[Item], list[tuple[Item, Exception]]]:
    """Process a batch, and where it fails its halves, until what fails stands alone.

    ``attempt`` gets a non-empty list and does all or nothing (a savepoint around it); items keep
    their order. Returns the items done and the failed ones with their exceptions. Exceptions of
    the kinds in ``reraise`` (the database is gone: nothing would succeed) end it at once, as does
    what is no ``Exception``. k poisoned items of n cost about 2 k log2(n) attempts.
    """
    done: list[Item] = []
    failed: list[tuple[Item, Exception]] = []
    waiting = [list(items)] if items else []
    while waiting:
        batch = waiting.pop()
        try:
            attempt(list(batch))
        except Exception as error:
            if isinstance(error, reraise):
                raise
            if len(batch) == 1:
                failed.append((batch[0], error))
                continue
            middle = len(batch) // 2
            waiting += [batch[middle:], batch[:middle]]  # the first half is popped first
        else:
            done += batch
    return done, failed
