"""What a carrier's charge is among ours."""

import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_freight_audit.core.bill import CLASSES, Charge
from odoo.addons.logistics_connector_freight_audit.core.catalogue import (
    Catalogue,
    Rule,
    read_entries,
    read_rules,
    shipped,
)

ENTRIES = read_entries(io.StringIO("key,kind,name,note\na,base,A,\nb,fuel,B,\nc,info,C,\n"))
OURS = shipped()


def charge(description="", **values):
    return Charge(1, Decimal(1), "EUR", description=description, **values)


def key(catalogue, carrier, one):
    found = catalogue.find(carrier, one)
    return found.entry and found.entry.key


def test_the_catalogue_holds_every_class():
    assert {entry.kind for entry in OURS.entries.values()} == set(CLASSES)
    assert 55 <= len(OURS.entries) <= 80


@pytest.mark.parametrize(
    "carrier, one, wanted",
    [
        ("ups", charge("Ground Residential", told_class="FRT", code="003"), "base_freight"),
        ("ups", charge("Anything", told_class="INF", is_informational=True), "information"),
        ("ups", charge("x", told_class="ACC", code="RES"), "residential"),
        (
            "ups",
            charge("x", told_class="ACC", category="ADJ", detail="RADJ", code="RES"),
            "residential_adjustment",
        ),
        ("ups", charge("x", told_class="FRT", category="ADJ", detail="SCC"), "weight_correction"),
        ("ups", charge("ZONE ADJUSTMENT Fuel Surcharge", told_class="FSC"), "fuel"),
        ("ups", charge("x", told_class="FRT", category="ADJ", detail="VOID"), "void_credit"),
        ("ups", charge("Duty Amount", told_class="GOV", code="201"), "duty"),
        ("ups", charge("Value Added Tax", told_class="GOV", code="205"), "import_tax"),
        (
            "ups",
            charge("SCC Audit Fee", told_class="MSC", category="ADJ", detail="CADJ"),
            "audit_fee",
        ),
        ("fedex", charge("DAS Extended Comm"), "delivery_area_extended"),
        ("fedex", charge("Earned Discount"), "earned_discount"),
        ("fedex", charge("Peak - AHS Charge"), "demand"),
        ("dhl_express", charge("FUEL SURCHARGE", code="FF"), "fuel"),
        ("dhl_express", charge("IMPORT EXPORT DUTIES", code="XX"), "duty"),
        ("dhl_express", charge("GOGREEN PLUS - CARBON REDUCED"), "emission"),
        ("paket24", charge("Fuel surcharge"), "fuel"),
        ("paket24", charge("Moonlight handling"), None),
    ],
)
def test_charges_of_carriers(carrier, one, wanted):
    assert key(shipped(), carrier, one) == wanted


@given(st.permutations(range(5)), st.sampled_from(("fuel", "fuel extra", "x")))
def test_the_most_specific_rule_wins_in_whatever_order_they_stand(order, words):
    rules = (
        Rule("a"),
        Rule("b", description="*fuel*"),
        Rule("c", carrier="ups"),
        Rule("a", carrier="ups", code="FSC"),
        Rule("c", carrier="ups", code="FSC", description="fuel extra"),
    )
    catalogue = Catalogue(ENTRIES, [rules[at] for at in order])
    wanted = "c" if words == "fuel extra" else "a"
    assert key(catalogue, "ups", charge(words, code="FSC")) == wanted
    assert key(catalogue, "ups", charge(words)) == "c"
    assert key(catalogue, "dhl", charge(words)) == ("b" if "fuel" in words else "a")


def test_a_users_rule_wins_over_a_more_specific_one_of_ours():
    rules = [Rule("a", "ups", code="X", description="x y z"), Rule("b", priority=10)]
    assert key(Catalogue(ENTRIES, rules), "ups", charge("x y z", code="X")) == "b"


def test_the_unmapped_is_counted_each_time():
    catalogue = Catalogue(ENTRIES, [])
    for _ in range(3):
        assert catalogue.find("ups", charge("Nobody knows", code="Q")).entry is None
    assert catalogue.unmapped == {("ups", "Q", "Nobody knows"): 3}


def test_rules_of_no_charge_and_entries_of_no_class_are_refused():
    with pytest.raises(ValueError):
        Catalogue(ENTRIES, [Rule("nothing")])
    for bad in ("a,nonsense,A,", "a,base,A,\na,base,B,"):
        with pytest.raises(ValueError):
            read_entries(io.StringIO("key,kind,name,note\n" + bad))


def test_a_hostile_description_costs_no_time():
    rule = Rule("a", description="*a*a*a*a*a*a*a*a*b")
    catalogue = Catalogue(ENTRIES, [rule])
    assert key(catalogue, "x", charge("a" * 100_000)) is None


@given(st.text(), st.text(), st.text(max_size=8))
def test_any_words_are_found_or_said(carrier, description, code):
    found = OURS.find(carrier, charge(description, code=code))
    assert (found.entry is None) == (found.rule is None)


def test_rules_come_from_a_table():
    (rule,) = read_rules(
        io.StringIO(
            "issuer,told_class,category,detail,code,description,type_id:id\n"
            "ups,,,,,*x*,charge_type_a\n"
        )
    )
    assert rule == Rule("a", "ups", description="*x*")
