# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""No late committer is skipped, whatever comes between two readings; and other rules would."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import find, given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import watermark
from odoo.addons.logistics_connector_base.core.watermark import Progress

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
OVERLAP = 60  # seconds; all times below are seconds after START
SIZE = 2

laws = settings(deadline=None, max_examples=300)


def at(seconds):
    return START + timedelta(seconds=seconds)


@dataclass(frozen=True)
class Entry:
    """Recorded at ``record`` by the partner's clock, and to be seen from ``commit`` on."""

    number: int
    record: int
    commit: int


class Partner:
    """Shows what is committed, in the order of record times, in pages: a cursor is the last entry's
    place in that order."""

    def __init__(self, entries, skew=0):
        self.entries, self.skew = entries, skew

    def page(self, since, cursor, now):
        seen = sorted(
            (entry.record, entry.number)
            for entry in self.entries
            if entry.commit <= now and at(entry.record) >= since
        )
        if cursor:
            seen = [place for place in seen if place > tuple(map(int, cursor.split("/")))]
        shown, rest = seen[:SIZE], seen[SIZE:]
        following = "{}/{}".format(*shown[-1]) if rest else ""
        latest = at(shown[-1][0]) if shown else None
        return [number for _record, number in shown], following, latest


def right(progress, cursor, latest, ours, theirs):
    """What an asker does: ``ours`` and ``theirs`` are the clocks when the page was read."""
    moment = watermark.partner_moment(ours, theirs, 0.0)
    return watermark.read(progress, cursor, latest, moment)


def sweep(entries, moments, fails=(), step=right, skew=0):
    """Read a partner at these moments, a page each (those in ``fails`` come to nothing), and go on
    until a round ends after everything is committed. The numbers that were seen.

    :param skew: seconds by which our clock is ahead of the partner's
    """
    partner, progress, seen = Partner(entries), Progress(), set()
    last = max([entry.commit for entry in entries], default=0)
    moments = sorted(moments)
    after = max([last, *moments]) + 1
    moments += range(after, after + 3 * len(entries) + 6)
    for index, now in enumerate(moments):
        progress = watermark.begin(progress, timedelta(seconds=OVERLAP), at(-OVERLAP))
        if index in fails:
            continue
        numbers, cursor, latest = partner.page(progress.since, progress.cursor, now)
        seen.update(numbers)
        progress = step(progress, cursor, latest, at(now + skew), at(now))
    return seen


@st.composite
def stories(draw):
    """Entries that are committed late, but not later than the overlap; readings in between."""
    entries = []
    for number in range(draw(st.integers(0, 8))):
        record = draw(st.integers(0, 400))
        entries.append(Entry(number, record, record + draw(st.integers(0, OVERLAP))))
    moments = draw(st.lists(st.integers(0, 500), max_size=25))
    fails = draw(st.sets(st.integers(0, 24), max_size=6))
    return entries, moments, fails, draw(st.integers(-200, 200))


def is_whole(story, step=right):
    entries, moments, fails, skew = story
    return sweep(entries, moments, fails, step, skew) == {entry.number for entry in entries}


@laws
@given(stories())
def test_no_late_committer_is_skipped(story):
    assert is_whole(story)


def by_our_clock(progress, cursor, latest, ours, theirs):
    """The mutant that everybody writes first: what is new since now."""
    after = right(progress, cursor, latest, ours, theirs)
    return after if after.is_under_way else Progress(ours)


def without_cap(progress, cursor, latest, ours, theirs):
    """The latest time that was seen, whenever its page was read."""
    return watermark.read(progress, cursor, latest, at(10**6))


def without_overlap(progress, cursor, latest, ours, theirs):
    after = right(progress, cursor, latest, ours, theirs)
    later = after.watermark and after.watermark + timedelta(seconds=OVERLAP)
    return after if after.is_under_way else Progress(later)


# Entry 4 is committed while the second page is still to be read, which shows much later ones.
BEHIND_THE_CURSOR = [
    *(Entry(number, seconds, seconds) for number, seconds in enumerate((10, 90, 95, 390))),
    Entry(4, 80, 130),
]
WITNESSES = [
    (by_our_clock, ([Entry(0, 50, 100)], [60], (), 100)),
    (without_overlap, ([Entry(0, 50, 100), Entry(1, 55, 55)], [60], (), 0)),
    (without_cap, (BEHIND_THE_CURSOR, [100, 400], (), 0)),
]


@pytest.mark.parametrize(("mutant", "story"), WITNESSES)
def test_other_rules_skip_some(mutant, story):
    assert is_whole(story)
    assert not is_whole(story, mutant)


def test_the_law_finds_the_clock_by_itself():
    """The property above is not empty: of the same stories, one shows the mutant."""
    find(
        stories(),
        lambda story: not is_whole(story, by_our_clock),
        settings=settings(max_examples=5000, deadline=None, database=None),
    )


def test_a_page_that_fails_leaves_the_watermark():
    progress = watermark.begin(Progress(at(100)), timedelta(seconds=60), START)
    assert progress.since == at(40)
    progress = watermark.read(progress, "next", at(170), at(180))
    assert (progress.watermark, progress.cursor, progress.is_under_way) == (at(100), "next", True)
    assert watermark.begin(progress, timedelta(seconds=60), START) is progress
    assert watermark.restart(progress) == Progress(at(100))
    done = watermark.read(progress, "", at(175), at(300))
    assert done == Progress(at(175))


def test_a_record_time_that_is_ahead_proves_nothing():
    progress = watermark.begin(Progress(), timedelta(0), START)
    assert watermark.read(progress, "", at(10**7), at(20)).watermark == at(20)


def test_an_empty_round_moves_nothing():
    for known in (Progress(), Progress(at(5))):
        begun = watermark.begin(known, timedelta(seconds=1), START)
        assert watermark.read(begun, "", None, at(50)) == known


def test_the_partners_clock_counts():
    assert watermark.partner_moment(at(100), at(60), 2.0) == at(58)
    assert watermark.partner_moment(at(100), at(300), 2.0) == at(100)
    assert watermark.partner_moment(at(100), None, 2.0) == at(100)
