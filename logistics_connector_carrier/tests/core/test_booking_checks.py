"""What is seen before a carrier is asked, and that nothing good is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_carrier.core.checks import WORDS, Rules, problems

from .booking_requests import REQUESTS, UPS, three_of

RULES = Rules(most_parcels=2, most_kilograms=30.0, needs_size=True, phone_digits=(7, 15))
ABROAD = REQUESTS["ups"]["abroad"]


def found(request, rules=RULES):
    return {(problem.place, problem.kind) for problem in problems(request, rules)}


def test_what_is_good_passes():
    assert not found(UPS)
    assert not found(ABROAD)


@pytest.mark.parametrize(
    ("who", "changes", "place", "kind"),
    [
        ("recipient", {"zip": ""}, "recipient.zip", "missing"),
        ("recipient", {"city": ""}, "recipient.city", "missing"),
        ("recipient", {"state": ""}, "recipient.state", "missing"),
        ("shipper", {"lines": ()}, "shipper.lines", "missing"),
        ("shipper", {"name": "", "company": ""}, "shipper.name", "missing"),
        ("recipient", {"lines": ("x" * 36,)}, "recipient.lines.0", "line"),
        ("recipient", {"lines": ("a", "b", "c", "d")}, "recipient.lines", "lines"),
        ("recipient", {"company": "y" * 36}, "recipient.company", "name"),
        ("recipient", {"city": "z" * 31}, "recipient.city", "name"),
        ("recipient", {"phone": "call me"}, "recipient.phone", "phone"),
        ("recipient", {"phone": "0" * 16}, "recipient.phone", "phone"),
    ],
)
def test_each_field_of_an_address(who, changes, place, kind):
    request = replace(UPS, **{who: replace(getattr(UPS, who), **changes)})
    assert found(request) == {(place, kind)}


def test_a_telephone_number_is_needed_abroad_only():
    assert not found(replace(UPS, recipient=replace(UPS.recipient, phone="")))
    abroad = replace(ABROAD, recipient=replace(ABROAD.recipient, phone=""))
    assert found(abroad) == {("recipient.phone", "missing")}


def test_a_country_without_postal_codes():
    recipient = replace(ABROAD.recipient, country="HK", zip="")
    assert not found(replace(ABROAD, recipient=recipient))


def test_packages():
    (box,) = UPS.parcels
    assert found(replace(UPS, parcels=())) == {("parcels", "no_parcel")}
    assert found(three_of(UPS)) == {("parcels", "parcels")}
    assert found(replace(UPS, parcels=(replace(box, weight=0.0),))) == {
        ("parcels.0.weight", "weight")
    }
    assert found(replace(UPS, parcels=(replace(box, weight=31.0),))) == {
        ("parcels.0.weight", "heavy")
    }
    assert found(replace(UPS, parcels=(replace(box, height=0.0),))) == {
        ("parcels.0.length", "size")
    }


def test_customs():
    (box,) = ABROAD.parcels
    pump, hose = box.goods

    def with_goods(*goods, weight=box.weight):
        return replace(ABROAD, parcels=(replace(box, goods=goods, weight=weight),))

    assert found(replace(ABROAD, customs=None)) == {("customs", "customs")}
    assert found(with_goods()) == {("parcels.0.goods", "goods")}
    assert found(with_goods(replace(pump, hs_code=""))) == {("parcels.0.goods.hs_code", "hs_code")}
    assert found(with_goods(replace(pump, origin=""))) == {("parcels.0.goods.origin", "origin")}
    assert found(with_goods(replace(pump, value="0"))) == {("parcels.0.goods.value", "value")}
    mixed = with_goods(pump, replace(hose, currency="EUR"))
    assert found(mixed) == {("parcels.goods.currency", "currencies")}
    # odoo/odoo#277440: quantities rounded up for customs weigh more than the box
    assert found(with_goods(pump, hose, weight=4.0)) == {("parcels.0.weight", "goods_weight")}


def test_within_the_union_there_is_no_customs():
    shipper = replace(ABROAD.recipient, country="DE", zip="20457")
    assert not found(replace(ABROAD, shipper=shipper, customs=None))


def test_every_problem_has_a_sentence_without_holes():
    (box,) = ABROAD.parcels
    bad = replace(
        ABROAD,
        shipper=replace(ABROAD.shipper, lines=("x" * 40, "", "b", "c", "d"), phone="none"),
        recipient=replace(ABROAD.recipient, name="", company="", city="q" * 99),
        parcels=(replace(box, weight=0.0, height=0.0, goods=(replace(box.goods[0], value=""),)),),
        label="DOC",
    )
    texts = [problem.text for problem in problems(bad, RULES)]
    assert len(texts) > 6
    assert not [text for text in texts if "%(" in text]
    assert {problem.kind for problem in problems(bad, RULES)} <= set(WORDS)


@given(line=st.text(min_size=1, max_size=60), most=st.integers(1, 60))
def test_no_line_longer_than_the_carrier_prints_gets_through(line, most):
    request = replace(UPS, recipient=replace(UPS.recipient, lines=(line,)))
    kinds = {kind for place, kind in found(request, replace(RULES, line_length=most))
             if place == "recipient.lines.0"}  # fmt: skip
    assert kinds == ({"line"} if len(line) > most else set())
