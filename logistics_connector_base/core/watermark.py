# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""How far a feed was read ("everything since W"), so that no late committer is skipped.

A partner gives an entry its time when its transaction begins, and shows it when that is committed:
entry 6 may appear after entry 7 was read. Therefore

- each round begins ``overlap`` before the watermark: what is committed at most so late is seen;
- the watermark is the latest time of record *of the partner* that a round has seen, never our own;
- it is never later than the moment, by the partner's clock, at which the round's first page was
  read: a page that is read later shows later entries, behind which others are still to come;
- it moves at the end of a round: a page that fails leaves it where it was. Which page comes next is
  kept meanwhile, and forgotten when the partner does not take that cursor any longer.

Entries that are read twice cost nothing: they are known (law 3).
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Progress:
    """``watermark``: of the last round that ended, None before the first. Of the round under way:
    ``since`` (None: there is none), ``cursor`` of its next page ("" the first), ``latest`` time of
    record that its pages have shown, and ``cap``, beyond which it proves nothing. All aware UTC."""

    watermark: datetime | None = None
    since: datetime | None = None
    cursor: str = ""
    latest: datetime | None = None
    cap: datetime | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether pages of a round were read and others are to come."""
        return self.since is not None


def begin(progress: Progress, overlap: timedelta, start: datetime) -> Progress:
    """A round begins, or goes on where one is under way. ``start``: for the very first one."""
    if progress.is_under_way:
        return progress
    since = start if progress.watermark is None else progress.watermark - overlap
    return Progress(progress.watermark, since)


def read(progress: Progress, cursor: str, latest: datetime | None, read_at: datetime) -> Progress:
    """A page of the round is stored safely.

    :param cursor: of the next page, "" for none
    :param latest: the latest time of record in it, None where it shows none
    :param read_at: a moment by the partner's clock at which nothing of it was read yet
    """
    cap = read_at if progress.cap is None else progress.cap
    latest = max(filter(None, (progress.latest, latest)), default=None)
    if cursor:
        return replace(progress, cursor=cursor, latest=latest, cap=cap)
    moments = [moment for moment in (progress.watermark, latest and min(latest, cap)) if moment]
    return Progress(max(moments, default=None))


def restart(progress: Progress) -> Progress:
    """Read the round again from its first page: the cursor is not valid any longer."""
    return Progress(progress.watermark)


def partner_moment(before: datetime, date: datetime | None, seconds: float) -> datetime:
    """A moment by the partner's clock before it began to answer.

    :param before: by our clock, before the call
    :param date: of the answer's header Date, to the second and cut off, None without one
    :param seconds: that the call took

    The earlier of the two: too early costs a second reading, too late an entry.
    """
    return before if date is None else min(before, date - timedelta(seconds=seconds))
