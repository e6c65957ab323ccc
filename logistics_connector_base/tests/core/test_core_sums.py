"""What is added up is added up whole: no row is left out of both sides, no order matters."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.sums import LEFT, RIGHT, Part, totals

PARTS = (Part("came", "came", LEFT), Part("worked", "worked", RIGHT), Part("dead", "dead", RIGHT))
ROWS = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.sampled_from(["came", "worked", "dead"]),
        st.decimals(-1000, 1000, places=2) | st.integers(0, 99) | st.none(),
    ),
    max_size=20,
)


def number(rows, company, *codes):
    return sum(
        (Decimal(str(n or 0)) for one, code, n in rows if one == company and code in codes),
        Decimal(0),
    )


@given(ROWS)
def test_each_row_is_on_its_side(rows):
    found = totals(PARTS, rows)
    assert set(found) == {company for company, _code, _number in rows}
    for company, total in found.items():
        assert total.left == number(rows, company, "came")
        assert total.right == number(rows, company, "worked", "dead")
        assert total.difference == total.left - total.right
        assert [code for code, _number in total.numbers] == ["came", "worked", "dead"]


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows, rng):
    mixed = list(rows)
    rng.shuffle(mixed)
    assert totals(PARTS, mixed) == totals(PARTS, rows)


def test_a_row_of_no_part_is_not_passed_over():
    with pytest.raises(KeyError):
        totals(PARTS, [(1, "lost", 1)])
