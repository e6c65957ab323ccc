"""Price lists: what a shipment costs, what it never costs, and what a packer is told."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_carrier.core.booking import (
    BookingRequest,
    Parcel,
    Party,
    sum_of,
)
from odoo.addons.logistics_connector_carrier.core.tariff import (
    Area,
    Break,
    Fuel,
    NoPrice,
    Surcharge,
    Tariff,
    area_faults,
    area_of,
    freight,
    price,
    rounded,
)

DAY = date(2026, 3, 20)
AREAS = (
    Area("1", "DE"),
    Area("2", "DE", "10", "14"),
    Area("3", "DE", "12"),
    Area("1", "DE", "18565", is_remote=True),
    Area("EU", "AT"),
)
BREAKS = (
    Break("1", Decimal("1"), Decimal("4.10")),
    Break("1", Decimal("5"), Decimal("5.90")),
    Break("1", Decimal("31.5"), Decimal("8.40")),
    Break("2", Decimal("5"), Decimal("7")),
    Break("2", None, Decimal("7"), per_further_kg=Decimal("0.50")),
    Break("3", None, per_kg=Decimal("0.30"), minimum=Decimal("9")),
    Break("EU", Decimal("10"), Decimal("12")),
)
LIST = Tariff("std", "Night Courier", "EUR", AREAS, BREAKS)
FUELS = (
    Fuel(date(2026, 3, 16), date(2026, 3, 22), Decimal("10")),
    Fuel(date(2026, 3, 23), date(2026, 3, 29), Decimal("11.5")),
)


def request(*weights, zip_code="50667", country="DE", is_residential=False, size=(0, 0, 0)):
    parcels = tuple(Parcel(str(n), weight, *size) for n, weight in enumerate(weights))
    party = Party(zip=zip_code, country=country, is_residential=is_residential)
    return BookingRequest("X-1", "std", "2026-03-20", Party(), party, parcels)


def cost(*weights, of=LIST, day=DAY, **place):
    return price(of, request(*weights, **place), day)


def kinds(rate):
    return {(one.kind, one.code): one.amount for one in rate.charges}


@pytest.mark.parametrize(
    ("zip_code", "zone"),
    [("50667", "1"), ("10115", "2"), ("14999", "2"), ("15000", "1"), ("12-043", "3"), ("", "1")],
)
def test_the_longest_beginning_decides_about_the_zone(zip_code, zone):
    assert area_of(AREAS, "DE", zip_code).zone == zone


def test_a_country_counts_before_everywhere_else():
    areas = (Area("world"), Area("uk", "GB"), Area("london", "GB", "E1"))
    assert area_of(areas, "GB", "e1 6an").zone == "london"
    assert area_of(areas, "GB", "M1 1AE").zone == "uk"
    assert area_of(areas, "NO", "0150").zone == "world"
    assert area_of(areas[1:], "NO", "0150") is None


@pytest.mark.parametrize(
    ("areas", "kind"),
    [
        ([Area("1", "DE", "10", "140")], "lengths"),
        ([Area("1", "DE", "14", "10")], "order"),
        ([Area("1", "DE", "10", "14"), Area("2", "DE", "14", "20")], "twice"),
        ([Area("1", "DE", "10"), Area("2", "DE", "1 0")], "twice"),
        ([Area("1", "DE"), Area("2", "DE")], "twice"),
    ],
)
def test_lines_that_cannot_be_told_apart_are_found(areas, kind):
    assert [fault[0] for fault in area_faults(areas)] == [kind]


def test_what_is_more_telling_is_no_fault():
    assert not area_faults(AREAS)


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 9)), max_size=12), st.integers(0, 999))
def test_lists_without_faults_answer_the_same_in_any_order(ranges, number):
    areas = [
        Area(str(zone), "DE", f"{first:02}", f"{min(first + length, 99):02}")
        for zone, (first, length) in enumerate(ranges)
    ]
    if area_faults(areas):
        return
    code = f"{number:03}00"
    assert area_of(areas, "DE", code) == area_of(areas[::-1], "DE", code)
    inside = [one for one in areas if one.first <= code[:2] <= one.last]
    assert ([area_of(areas, "DE", code)] if inside else []) == inside


@pytest.mark.parametrize(
    ("weight", "amount"),
    [(0.001, "4.10"), (1, "4.10"), (1.001, "5.90"), (0.1 + 0.2 + 0.7, "4.10"), (31.5, "8.40")],
)
def test_a_break_includes_its_upper_end(weight, amount):
    assert cost(weight).total == amount


@pytest.mark.parametrize(
    ("weight", "zip_code", "amount"),
    [
        (5, "10115", "7.00"),
        (5.001, "10115", "7.50"),  # each further kilogram that is begun
        (8, "10115", "8.50"),
        (29, "12043", "9.00"),  # the least
        (40.2, "12043", "12.30"),
    ],
)
def test_prices_by_the_kilogram(weight, zip_code, amount):
    assert cost(weight, zip_code=zip_code).total == amount


def test_exact_kilograms_where_the_list_says_so():
    assert cost(5.5, zip_code="10115", of=replace(LIST, step=Decimal())).total == "7.25"


@given(
    st.lists(st.integers(1, 60), min_size=1, max_size=6, unique=True),
    st.lists(st.integers(0, 5000), min_size=6, max_size=6),
    st.integers(0, 300),
    st.sampled_from(["0", "0.5", "1"]),
    st.tuples(st.floats(0.001, 90), st.floats(0.001, 90)),
)
def test_what_is_heavier_never_costs_less(ends, cents, further, step, weights):
    ends, cents = sorted(ends), sorted(cents)
    breaks = [
        Break("1", Decimal(end), Decimal(cent) / 100)
        for end, cent in zip(ends, cents, strict=False)
    ]
    top = Decimal(cents[len(ends) - 1]) / 100
    breaks.append(Break("1", None, top, per_further_kg=Decimal(further) / 100))
    tariff = replace(LIST, breaks=tuple(breaks), step=Decimal(step))
    lighter, heavier = sorted(Decimal(repr(one)) for one in weights)
    assert freight(tariff, "1", lighter) <= freight(tariff, "1", heavier)


def test_volume_counts_where_it_is_more():
    light = {"size": (60, 40, 40), "zip_code": "50667"}
    assert cost(1, of=LIST, **light).total == "4.10"
    assert cost(1, of=replace(LIST, divisor=Decimal(5000)), **light).total == "8.40"  # 19.2 kg
    assert cost(1, of=replace(LIST, divisor=Decimal(5000))).total == "4.10"  # no size


def test_each_parcel_or_all_together():
    assert cost(1, 1, 1).total == "12.30"
    assert cost(1, 1, 1, of=replace(LIST, per_parcel=False)).total == "5.90"


SURCHARGES = (
    Surcharge("HVY", "Heavy", Decimal("3"), when="weight", over=Decimal("20"), has_fuel=True),
    Surcharge("LNG", "Long", Decimal("5"), when="length", over=Decimal("120")),
    Surcharge("GRT", "Bulky", Decimal("6"), when="girth", over=Decimal("300")),
    Surcharge("RES", "Private address", Decimal("1.50"), when="residential", per_parcel=False),
    Surcharge("RMT", "Island", Decimal("9"), when="remote"),
    Surcharge("TLL", "Toll", percent=Decimal("10"), zones=frozenset({"1"})),
    Surcharge("VAT", "VAT", percent=Decimal("19"), zones=frozenset({"1", "2", "3"}), kind="tax"),
)
RICH = replace(LIST, surcharges=SURCHARGES, fuels=FUELS)


def test_surcharges_are_due_by_their_conditions():
    rate = cost(1, 25, of=RICH, is_residential=True)
    assert kinds(rate) == {
        ("base", ""): "12.50",
        ("accessorial", "HVY"): "3.00",  # of one of two
        ("accessorial", "RES"): "1.50",  # once
        ("accessorial", "TLL"): "1.25",
        ("fuel", "FUEL"): "1.55",  # on the freight and what is heavy
        ("tax", "VAT"): "3.76",
    }
    assert rate.total == "23.56"
    codes = {code for _kind, code in kinds(cost(20, 1, of=RICH, zip_code="18565"))}
    assert codes == {"", "RMT", "TLL", "FUEL", "VAT"}
    codes = {code for _kind, code in kinds(cost(1, of=RICH, size=(121, 60, 40)))}
    assert codes == {"", "LNG", "GRT", "TLL", "FUEL", "VAT"}
    codes = {code for _kind, code in kinds(cost(1, of=RICH, country="AT", zip_code="1010"))}
    assert codes == {"", "FUEL"}


def test_a_week_has_its_percentage():
    def fuel(day):
        return kinds(cost(1, of=RICH, day=day))[("fuel", "FUEL")]

    assert fuel(date(2026, 3, 22)) == "0.41"
    assert fuel(date(2026, 3, 23)) == "0.47"


@given(
    st.lists(st.floats(0.001, 31.5), min_size=1, max_size=5),
    st.sampled_from(["0.01", "0.05", "1", "0.001"]),
    st.booleans(),
    st.sampled_from(["50667", "10115", "12043", "18565"]),
)
def test_charges_add_up_and_are_rounded_as_the_currency_is(weights, least, per_parcel, zip_code):
    tariff = replace(RICH, rounding=Decimal(least), per_parcel=per_parcel)
    try:
        rate = cost(*weights, of=tariff, zip_code=zip_code)
    except NoPrice as error:
        assert error.kind == "heavy" and not per_parcel
        return
    assert sum_of(rate.charges) == Decimal(rate.total)
    for charge in rate.charges:
        assert Decimal(charge.amount) % Decimal(least) == 0
        assert charge.kind in ("base", "fuel", "accessorial", "tax")


@pytest.mark.parametrize(
    ("amount", "least", "expected"),
    [
        ("2.345", "0.01", "2.35"),
        ("2.325", "0.05", "2.35"),
        ("2.5", "1", "3"),
        ("-1.005", "0.01", "-1.01"),
    ],
)
def test_half_goes_up(amount, least, expected):
    assert rounded(Decimal(amount), Decimal(least)) == Decimal(expected)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: cost(), "no package has a weight"),
        (lambda: cost(1, country="FR", zip_code="75001"), "no zone for FR 75001"),
        (lambda: cost(1, country="FR", zip_code=""), "the postal code is missing"),
        (lambda: cost(32, zip_code="50667"), "up to 31.5 kg in zone 1; this weighs 32 kg"),
        (
            lambda: cost(1, of=replace(LIST, breaks=BREAKS[:3]), zip_code="10115"),
            "prices for zone 2",
        ),
        (lambda: cost(1, of=RICH, day=date(2026, 3, 30)), "no fuel percentage for 2026-03-30"),
        (lambda: cost(1, of=replace(RICH, fuels=FUELS * 2)), "more than one fuel"),
    ],
)
def test_what_has_no_price_is_said_in_words(make, words):
    with pytest.raises(NoPrice, match=words):
        make()
