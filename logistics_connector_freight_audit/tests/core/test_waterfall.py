"""From quoted to billed."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_freight_audit.core.waterfall import Step, waterfall

D = Decimal


def test_each_difference_is_a_step():
    steps = waterfall(D(10), D(12), [("weight", D(3)), ("fuel", D(1))], D(17), D(15))
    assert steps == [
        Step("quoted", D(0), D(10), is_total=True),
        Step("changed", D(10), D(12)),
        Step("expected", D(0), D(12), is_total=True),
        Step("weight", D(12), D(15)),
        Step("fuel", D(15), D(16)),
        Step("other", D(16), D(17)),
        Step("billed", D(0), D(17), is_total=True),
        Step("charged", D(0), D(15), is_total=True),
    ]


def test_what_is_not_known_has_no_bar():
    assert waterfall(None, None, [("weight", D(3))], D(17)) == [
        Step("billed", D(0), D(17), is_total=True)
    ]
    assert [one.key for one in waterfall(D(5), None, [], D(5))] == ["quoted", "billed"]


def test_a_code_is_one_step():
    steps = waterfall(None, D(1), [("rate", D(1)), ("fuel", D(1)), ("rate", D(2))], D(5))
    assert [(one.key, one.end) for one in steps if not one.is_total] == [
        ("rate", D(4)),
        ("fuel", D(5)),
    ]


money = st.decimals(-500, 500, places=2)


@given(
    st.none() | money,
    st.none() | money,
    st.lists(st.tuples(st.sampled_from("abc"), money)),
    money,
)
def test_the_steps_join_and_lead_to_what_is_billed(quoted, expected, reasons, billed):
    steps = waterfall(quoted, expected, reasons, billed)
    level = None
    for step in steps:
        if step.is_total:
            assert step.start == 0
            assert level is None or step.end == level
        else:
            assert step.start == level
            assert step.end != step.start
        level = step.end
    assert level == billed
