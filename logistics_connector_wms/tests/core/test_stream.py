"""A partner's counter: what came, what did not."""

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_wms.core.stream import (
    MOST_AHEAD,
    MOST_EARLY,
    Gap,
    Seen,
    from_one,
    hear,
)


def heard(*numbers):
    seen = Seen()
    for number in numbers:
        seen = hear(seen, number)
    return seen


def test_a_gap_opens_shrinks_and_closes():
    assert heard(1, 2, 6).gaps == (Gap(3, 5),)
    assert heard(1, 2, 6, 4).gaps == (Gap(3, 3), Gap(5, 5))
    assert heard(1, 2, 6, 4, 3, 5) == Seen(1, 6)


def test_what_was_sent_before_we_listened_is_missed_by_nobody():
    assert heard(118, 119).gaps == ()
    assert heard(118, 117) == Seen(118, 118, early=((117, 117),))


def test_counting_from_one_misses_what_did_not_come_late():
    seen = heard(5, 9, 2, 3)
    assert from_one(seen) == Seen(1, 9, (Gap(1, 1), Gap(4, 4), Gap(6, 8)))
    assert from_one(heard(1, 4)) == heard(1, 4)
    assert from_one(heard(3, 1, 2)) == Seen(1, 3)


def test_a_partner_that_sends_all_its_past_does_not_fill_the_memory():
    past = range(10 * MOST_EARLY, 0, -2)
    assert len(heard(10 * MOST_EARLY + 5, *past).early) == MOST_EARLY


@given(st.lists(st.integers(1, 30), min_size=1, unique=True), st.randoms())
def test_counted_from_one_the_order_is_of_no_matter(numbers, random):
    mixed = numbers * 2
    random.shuffle(mixed)
    seen = from_one(heard(*mixed))
    missing = [number for gap in seen.gaps for number in range(gap.first, gap.last + 1)]
    assert missing == sorted(set(range(1, max(numbers))) - set(numbers))


def test_a_counter_that_jumps_makes_no_gap_of_millions():
    assert heard(1, MOST_AHEAD + 5) == Seen(1, 1)


@given(st.lists(st.integers(5, 30), min_size=1), st.randoms())
def test_order_and_repetition_do_not_matter(numbers, random):
    mixed = numbers * 2
    random.shuffle(mixed)
    seen = heard(1, *mixed)
    assert seen == heard(1, *sorted(numbers))
    missing = {number for gap in seen.gaps for number in range(gap.first, gap.last + 1)}
    assert missing == set(range(1, max(numbers))) - {1, *numbers}
    assert list(seen.gaps) == sorted(seen.gaps)
