from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_monitoring.core.scorecard import LEAST, score, share, wilson

COUNTS = st.integers(0, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of)))


@given(COUNTS)
def test_no_share_of_a_handful(told):
    good, of = told
    found = share(good, of)
    assert (found is None) == (of < LEAST)
    assert found is None or 0 <= found <= 100


@given(COUNTS)
def test_the_share_lies_in_its_range_and_more_rows_narrow_it(told):
    good, of = told
    low, high = wilson(good, of)
    assert 0 <= low <= high <= 100
    if of:
        assert low - 1e-9 <= 100 * good / of <= high + 1e-9
        wider = wilson(10 * good, 10 * of)
        assert wider[1] - wider[0] < high - low


def test_a_range_from_the_book():
    """Wilson's interval of 8 of 10 at 95 %: 49.0 to 94.3 %."""
    low, high = wilson(8, 10)
    assert (round(low, 1), round(high, 1)) == (49.0, 94.3)


def test_a_score_needs_half_of_what_counts():
    weights = {"a": 3, "b": 1}
    assert score({"a": 90.0, "b": 50.0}, weights) == 80.0
    assert score({"a": 90.0, "b": None}, weights) == 90.0
    assert score({"a": None, "b": 50.0}, weights) is None
    assert score({"a": None, "b": None}, weights) is None
