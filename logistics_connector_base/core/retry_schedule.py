# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""When a message that did not get through is sent again: a list of pauses that people can read,
such as "5s 5m 30m 2h 5h 10h", as Standard Webhooks advises (reliability.md 1.1)."""

import random
import re

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
MOST_STEPS, LONGEST = 50, 7 * 86400
DEFAULT = "5s 30s 2m 10m 30m 2h 5h 10h"
JITTER = 0.2  # of each pause, to either side: what failed together does not come back together
_PAUSE = re.compile(r"(\d{1,6})([smhd])", re.ASCII)


def parse(text: str) -> tuple[float, ...]:
    """The pauses in seconds. Raises ValueError, in plain words, for anything else: an empty list,
    an unknown unit, a pause of 0 or of more than a week."""
    pauses = []
    for word in re.split(r"[\s,]+", (text or "").strip()):
        match = _PAUSE.fullmatch(word.lower())
        if match is None:
            raise ValueError(f"“{word}” is no pause: write a number with s, m, h or d, such as 5m.")
        seconds = int(match.group(1)) * SECONDS[match.group(2)]
        if not 0 < seconds <= LONGEST:
            raise ValueError(f"“{word}” is no pause between a second and a week.")
        pauses.append(float(seconds))
    if len(pauses) > MOST_STEPS:
        raise ValueError(f"There are more than {MOST_STEPS} pauses.")
    return tuple(pauses)


def pause(
    pauses: tuple[float, ...], tries: int, asked: float | None, rng: random.Random | None = None
) -> float:
    """Seconds to wait after the ``tries``-th try (1 is the first) did not get through.

    After the last pause of the list the last one is taken again. ``asked``: what the partner asked
    us to wait (Retry-After); it wins where it is longer, and where it is shorter it is the least.
    The result is at most 20 % beside the pause of the list, and never below ``asked``.
    """
    step = pauses[min(max(tries, 1), len(pauses)) - 1]
    wait = step * (1 + JITTER * (2 * (rng or random).random() - 1))
    if asked is None:
        return wait
    return asked if asked >= wait else max(asked, min(wait, step))
