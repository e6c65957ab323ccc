"""A partner's counter: what came, what did not."""

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_wms.core.stream import MOST_AHEAD, Gap, Seen, hear


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
    assert heard(118, 117) == Seen(118, 118)


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
