"""Our own JSON for bills: what it says, what it refuses, and that nothing breaks it."""

import copy
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import ParseContext, ParseError
from odoo.addons.logistics_connector_freight_audit.core.bill import Reference, Tally, Weight
from odoo.addons.logistics_connector_freight_audit.core.sniff import doubts
from odoo.addons.logistics_connector_freight_audit.providers.freight_json import parse

FOLDER = Path(parse.__file__).parent / "fixtures"
GOOD = sorted(path for path in FOLDER.glob("*.json") if path.stem != "broken")
CONTEXT = ParseContext(default_zone="UTC")


def load(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def read(value):
    return parse.parse(json.dumps(value).encode(), CONTEXT)


def total(told):
    tally = Tally()
    for row in parse.rows(told.content):
        tally.add(row)
    (found,) = tally.totals()
    return found


def test_a_bill_is_read_charge_by_charge():
    message = read(load("bill"))
    assert (message.external_id, message.message_type) == ("msg-bill", "freight-bill")
    assert message.events == ()
    (told,) = message.statements
    assert (told.desk, told.carrier, told.number) == (
        "logistics.freight.file",
        "acme_freight",
        "F-2026-0311",
    )
    base, fuel, info = parse.rows(told.content)
    assert base.bill.date == date(2026, 3, 13)
    assert base.bill.key == ("acme_freight", "F20260311", "4711")
    (charge,) = base.charges
    assert (charge.net, charge.tax, charge.tracking) == (
        Decimal("30.00"),
        Decimal("5.70"),
        "ACME0001",
    )
    assert charge.references == (Reference("shipment", "WH/OUT/00012"),)
    assert charge.billed == Weight(Decimal(6), "kg")
    assert charge.told_class == "freight"
    assert fuel.charges[0].code == "FSC"
    assert info.charges[0].is_informational
    assert "description: Fuel surcharge" in fuel.raw


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_the_samples_add_up(path):
    for told in read(load(path.stem)).statements:
        found = total(told)
        assert (found.difference, tuple(doubts(found))) == (0, ())


def test_whose_bill_it_is_may_be_said_bill_by_bill():
    told = read(load("two_carriers")).statements
    assert [one.carrier for one in told] == ["acme_road", "acme_air"]


def test_a_total_that_does_not_add_up_is_a_doubt():
    value = load("bill")
    value["bills"][0]["total"] = "42.85"
    assert doubts(total(read(value).statements[0])) == ("difference",)


def test_the_same_words_are_the_same_bytes():
    value = load("bill")
    turned = copy.deepcopy(value)
    turned["id"] = "msg-another"
    turned["bills"][0] = dict(reversed(turned["bills"][0].items()))
    assert read(value).statements == read(turned).statements
    turned["bills"][0]["charges"][0]["amount"] = "30.01"
    assert read(value).statements != read(turned).statements


def test_what_does_not_fit_is_refused_with_its_places():
    with pytest.raises(ParseError) as caught:
        read(load("broken"))
    text = str(caught.value)
    for part in (
        "/bills/0: a bill tells its total",
        "/bills/0/currency",
        'such as "12.50"',
        "more.",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"date": "2026-02-31"}, "/bills/0/date: there is no such day"),
        ({"due": "2026-13-01"}, "/bills/0/due: there is no such day"),
        ({"total": "1e5"}, "/bills/0/total"),
        ({"total": "NaN"}, "/bills/0/total"),
        ({"total": 42.84}, "/bills/0/total"),
        ({"charges": []}, "/bills/0/charges"),
        ({"carrier": "ACME Freight"}, "/bills/0/carrier"),
        ({"paid": True}, "paid"),
        ({"number": "\u0000"}, "/number"),
    ],
)
def test_what_cannot_be_is_refused(change, words):
    value = load("bill")
    value["bills"][0].update(change)
    with pytest.raises(ParseError) as caught:
        read(value)
    assert words in str(caught.value)


def test_a_bill_tells_its_total():
    value = load("bill")
    del value["bills"][0]["total"]
    with pytest.raises(ParseError) as caught:
        read(value)
    assert "a bill tells its total, with or without tax" in str(caught.value)


def test_extensions_are_left_alone():
    value = load("bill")
    value["x-batch"] = 1
    value["bills"][0]["x_internal"] = {"a": [1]}
    value["bills"][0]["charges"][0]["x-note"] = "seen"
    assert total(read(value).statements[0]).summed == Decimal("42.84")


def test_formulas_and_hostile_text_are_kept_as_text():
    value = load("bill")
    charge = value["bills"][0]["charges"][0]
    charge["description"] = "=cmd|' /C calc'!A0"
    charge["service"] = "a\u0000b\ud800\u202e"
    row = next(parse.rows(read(value).statements[0].content))
    assert row.flags == ("formula",)
    assert row.charges[0].description == "=cmd|' /C calc'!A0"
    assert row.charges[0].service == "ab"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3)
    ),
    max_leaves=8,
)
PLACES = ("number", "date", "currency", "total", "charges", "carrier", "due", "exchange_rate")
CHARGE_PLACES = ("amount", "tax", "references", "billed_weight", "dimensions", "ship_date", "code")


@given(st.sampled_from(PLACES), JSON)
def test_nothing_in_a_bill_breaks_it(place, junk):
    value = load("bill")
    value["bills"][0][place] = junk
    survive(value)


@given(st.sampled_from(CHARGE_PLACES), JSON)
def test_nothing_in_a_charge_breaks_it(place, junk):
    value = load("bill")
    value["bills"][0]["charges"][0][place] = junk
    survive(value)


def survive(value):
    try:
        told = read(value).statements
    except ParseError:
        return
    for one in told:
        assert list(parse.rows(one.content))
