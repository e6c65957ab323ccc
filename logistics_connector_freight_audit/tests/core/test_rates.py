"""Expected charges by rate agreements: worked by hand, against the generated month, and laws."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal as D
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_freight_audit.core.rates import (
    Accessorial,
    Agreement,
    Area,
    Discount,
    Facts,
    Fuel,
    Guarantee,
    Package,
    Price,
    Zone,
    choose,
    expected,
    expected_of,
)

from tests.simulators.freight_month import Month
from tests.simulators.freight_month.pricing import rate

MONDAY = date(2026, 3, 2)
AGREEMENT = Agreement(
    carrier="ups",
    currency="EUR",
    valid_from=date(2026, 1, 1),
    zones=(
        Zone("5", "DE", "80", "89"),
        Zone("4", "DE"),
        Zone("6", "DE", "855", "857"),
        Zone("1", "AT", "1", "9", origin_country="DE", origin_first="8", origin_last="9"),
    ),
    prices=(
        Price("5", D(5), D("10.10")),
        Price("5", D(10), D("12.40")),
        Price("5", D(30), D("3.00"), rate=D("0.95"), step=D(1)),
        Price("4", D(5), D("8.00")),
        Price("1", None, rate=D("31.50"), per=D(100)),
    ),
    discounts=(Discount(D(30), minimum=D("7.20")), Discount(D(35), D("7.20"), over=D(10))),
    fuels=(Fuel(MONDAY, D("14.5")), Fuel(MONDAY + timedelta(days=7), D("15.75"))),
    fuel_on=frozenset({"base_freight", "residential"}),
    accessorials=(
        Accessorial("residential", amount=D("4.35"), when="residential", discount=D(20)),
        Accessorial("signature", amount=D("5.60")),
        Accessorial("declared_value", "percent_value", D("1.2"), D("3.60")),
        Accessorial("remote_area", "per_weight", D("0.40"), D("18"), when="area"),
        Accessorial(
            "additional_handling_weight", amount=D(9), when="weight", limit=D(25), each=True
        ),
        Accessorial("large_package", amount=D(60), when="girth", limit=D(300)),
        Accessorial("demand", "percent_base", D(10), when="asked"),
    ),
    areas=(Area("remote_area", "DE", "859"),),
    guarantees=(Guarantee("saver", True, exclusions=("weather",)), Guarantee()),
    divisor=D(5000),
    weight_step=D("0.5"),
)


def facts(*packages, zip="81000", country="DE", day=MONDAY, **values):
    return Facts(
        "ups",
        "standard",
        day,
        ("DE", "80331"),
        (country, zip),
        tuple(box(*one) for one in packages),
        **{"residential": False, **values},
    )


def box(kg, *sides):
    return Package(D(str(kg)), tuple(D(str(one)) for one in sides or (10, 10, 10)))


def amounts(found):
    return {key: str(amount) for key, amount in found.by_key().items()}


def lacks(found):
    return {one.code for one in found.missing}


# -- by hand --------------------------------------------------------------------------------------


def test_dimensional_weight_discount_and_fuel():
    # 40 × 30 × 31 / 5000 = 7.44, rounded up to 7.5 kg, more than the 3 kg that it weighs. Up to
    # 10 kg: 12.40. Less 30 % (3.72): 8.68. Fuel 14.5 % of 8.68: 1.2586.
    found = expected(AGREEMENT, facts((3, 40, 30, 31)))
    assert amounts(found) == {"base_freight": "8.68", "fuel": "1.26"}
    assert (found.zone, found.weight, found.fuel, found.discount) == ("5", D("7.5"), D("14.5"), 30)
    assert [step.code for step in found.charges[0].steps] == [
        "zone",
        "dimensional",
        "billable",
        "list",
        "discount",
    ]
    assert dict(found.charges[0].steps[1].values)["sides"] == (40, 31, 30)
    assert not found.missing and found.is_priced and found.total == D("9.94")


def test_minimum_after_discount():
    # 10.10 less 30 % is 7.07: the 7.20 that stay. Fuel 14.5 % of 7.20 = 1.044.
    found = expected(AGREEMENT, facts((1,)))
    assert amounts(found) == {"base_freight": "7.20", "fuel": "1.04"}
    assert found.charges[0].steps[-1].code == "minimum"


def test_by_the_kilogram_with_the_discount_of_the_weight():
    # 12.3 → 12.5 kg, 13 begun: 3.00 + 13 × 0.95 = 15.35; less 35 % (5.3725 → 5.37): 9.98.
    assert amounts(expected(AGREEMENT, facts((12.3,))))["base_freight"] == "9.98"


def test_by_a_hundred_pounds():
    # 31.50 for 100 lb: 120 kg = 264.5547 lb, up to 265: 83.475 → 83.48. 30 % would be 25.04;
    # above 10 it is 35 %: 29.218 → 29.22; 54.26.
    pounds = replace(
        AGREEMENT,
        weight_unit="lb",
        weight_step=D(1),
        divisor=D(0),
        fuel_on=frozenset(),
        accessorials=(),
    )
    found = expected(pounds, facts((120,), country="AT", zip="1010"))
    assert amounts(found) == {"base_freight": "54.26"}
    assert found.weight == D("265") * D("0.45359237")


def test_what_was_ten_pounds_stays_ten():
    pounds = replace(AGREEMENT, weight_unit="lb", weight_step=D(1), divisor=D(0))
    ten = Package(D("4.53592370"))
    found = expected(pounds, replace(facts(), packages=(ten,)))
    assert dict(found.charges[0].steps[1].values)["weight"] == 10


def test_inches_and_a_volume_from_which_it_counts():
    # 12 × 12 × 12 in = 1728 in³, / 139 = 12.43 lb; below 1728 in³ the scales count.
    inches = replace(
        AGREEMENT,
        weight_unit="lb",
        length_unit="in",
        divisor=D(139),
        dim_from=D(1728),
        weight_step=D(1),
    )
    cube = facts((1, "30.48", "30.48", "30.48"))
    assert dict(expected(inches, cube).charges[0].steps[2].values)["weight"] == 13
    flat = facts((1, "30.48", "30.48", "27.94"))
    assert dict(expected(inches, flat).charges[0].steps[1].values)["weight"] == 3


def test_sides_are_rounded_as_agreed():
    # 40.4 → 40 or 41: 40 × 30 × 20 / 5000 = 4.8; 41 × 30 × 20 / 5000 = 4.92; exactly 4.848.
    exact = replace(AGREEMENT, weight_step=D(0))
    weights = [
        expected(replace(exact, side_rounding=rounding, side_step=step), facts((1, "40.4", 30, 20)))
        for rounding, step in (("half_up", D(1)), ("up", D(1)), ("up", D(0)))
    ]
    assert [one.weight for one in weights] == [D("4.8"), D("4.92"), D("4.848")]


def test_surcharges():
    # Residential 4.35 less 20 % (0.87): 3.48, with fuel: 14.5 % of 7.20 + 3.48 = 1.5486. Value
    # 1.2 % of 250 = 3.00, at least 3.60.
    found = expected(
        AGREEMENT,
        facts((1,), residential=True, asked=frozenset({"declared_value"}), declared_value=D(250)),
    )
    assert amounts(found) == {
        "base_freight": "7.20",
        "residential": "3.48",
        "declared_value": "3.60",
        "fuel": "1.55",
    }
    # Two of three above 25 kg, and one with a girth of 120 + 2 × (60 + 50) = 340 cm; 10 % of base.
    heavy = facts((26,), (30,), (4, 120, 60, 50), asked=frozenset({"demand"}), day=MONDAY)
    found = expected(replace(AGREEMENT, divisor=D(0)), heavy)
    base = D(amounts(found)["base_freight"])
    assert (
        amounts(found)["additional_handling_weight"] == "18"
        or found.by_key()["additional_handling_weight"] == 18
    )
    assert found.by_key()["large_package"] == 60
    assert found.by_key()["demand"] == (base / 10).quantize(D("0.01"), "ROUND_HALF_UP")


def test_remote_by_postcode():
    # 85912: zone 5 by its range, remote by 859; 0.40 × 50 kg = 20.00, above the least of 18.
    wide = replace(AGREEMENT, prices=(Price("5", None, D(50)),))
    assert expected(wide, facts((50,), zip="85912")).by_key()["remote_area"] == 20
    assert expected(wide, facts((5,), zip="85912")).by_key()["remote_area"] == 18
    assert "remote_area" not in expected(wide, facts((5,), zip="85812")).by_key()


def test_minimum_of_the_shipment_and_one_weight_for_all():
    # 3 + 4 kg together: 12.40 less 30 % = 8.68, lifted to 15.00 by 6.32; fuel 14.5 % of 15.00.
    whole = replace(AGREEMENT, rated_by="shipment", minimum_shipment=D(15))
    found = expected(whole, facts((3,), (4,)))
    assert amounts(found) == {"base_freight": "8.68", "minimum_charge": "6.32", "fuel": "2.18"}


@pytest.mark.parametrize(
    ("zip", "zone"), [("81000", "5"), ("85600", "6"), ("85812", "5"), ("10115", "4"), ("", "4")]
)
def test_the_closest_range_is_the_zone(zip, zone):
    assert expected(AGREEMENT, facts((1,), zip=zip)).zone == zone


def test_one_table_for_everywhere_names_no_zone():
    everywhere = replace(AGREEMENT, zones=(), prices=(Price("", None, D(9)),))
    found = expected(everywhere, facts((1,), country="FR"))
    assert (found.zone, found.missing) == ("", ())
    assert [step.code for step in found.charges[0].steps] == [
        "billable",
        "list",
        "discount",
        "minimum",
    ]


def test_guarantee_by_service():
    saver = replace(facts((1,)), service="Saver")
    assert expected(AGREEMENT, saver).is_refundable
    assert expected(AGREEMENT, saver).exclusions == ("weather",)
    assert not expected(AGREEMENT, facts((1,))).is_refundable


# -- what is not known ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "known"),
    [
        ("no_zone", facts((1,), country="FR")),
        ("no_price", facts((31,))),
        ("no_price", facts((1,), zip="85600")),
        ("no_weight", facts()),
        ("no_weight", facts((1,), (0,))),
        ("no_fuel", facts((1,), day=MONDAY - timedelta(days=1))),
        ("no_fuel", facts((1,), day=MONDAY + timedelta(days=14))),
        ("no_accessorial", facts((1,), asked=frozenset({"liftgate"}))),
        ("no_value", facts((1,), asked=frozenset({"declared_value"}))),
        ("residential_unknown", facts((1,), residential=None)),
        ("no_dimensions", replace(facts(), packages=(Package(D(1)),))),
    ],
)
def test_what_is_not_known_is_said(code, known):
    found = expected(AGREEMENT, known)
    assert code in lacks(found)
    grave = code in ("no_zone", "no_price", "no_weight")
    assert found.is_priced is not grave
    assert bool(found.charges) is not grave
    assert "fuel" not in found.by_key() or code != "no_fuel"


def test_a_zone_told_twice_is_none():
    twice = replace(AGREEMENT, zones=(*AGREEMENT.zones, Zone("4", "DE", "80", "89")))
    found = expected(twice, facts((1,)))
    assert lacks(found) == {"two_zones"} and not found.charges
    # The carrier's own word settles it.
    assert expected(twice, facts((1,), zone="4")).zone == "4"


def test_a_percent_that_holds_until_the_next():
    held = replace(AGREEMENT, fuel_days=0)
    assert expected(held, facts((1,), day=MONDAY + timedelta(days=99))).fuel == D("15.75")
    # Of weeks, one in the midst that is not told is not known.
    gap = replace(AGREEMENT, fuels=(*AGREEMENT.fuels, Fuel(MONDAY + timedelta(days=28), D(9))))
    assert expected(gap, facts((1,), day=MONDAY + timedelta(days=15))).fuel is None


# -- versions -------------------------------------------------------------------------------------


def test_the_newest_version_only_from_its_day():
    second = replace(AGREEMENT, id=2, valid_from=MONDAY)
    for days, wanted in ((-1, 0), (0, 2), (1, 2)):
        day = MONDAY + timedelta(days=days)
        assert [one.id for one in choose([second, AGREEMENT], facts((1,), day=day))] == [wanted]
    ended = replace(second, valid_until=MONDAY)
    later = facts((1,), day=MONDAY + timedelta(days=1))
    assert [one.id for one in choose([ended, AGREEMENT], later)] == [0]
    own = replace(AGREEMENT, id=3, services=("Standard",), valid_from=date(2025, 1, 1))
    assert [one.id for one in choose([second, own], facts((1,)))] == [3]


def test_none_and_two_in_force():
    assert lacks(expected_of([], facts((1,)))) == {"no_agreement"}
    assert lacks(expected_of([AGREEMENT, AGREEMENT], facts((1,)))) == {"two_agreements"}
    assert lacks(expected_of([replace(AGREEMENT, services=("saver",))], facts((1,)))) == {
        "no_agreement"
    }
    assert expected_of([AGREEMENT], facts((1,))).is_priced


# -- laws -----------------------------------------------------------------------------------------

grams = st.integers(1, 30_000).map(lambda one: D(one) / 1000)
sides = st.tuples(*[st.integers(1, 40).map(D)] * 3)
packages = st.builds(Package, grams, sides)
boxes = st.lists(packages, min_size=1, max_size=4)
MONOTONE = replace(
    AGREEMENT,
    discounts=(Discount(D(30), D("7.20")),),
    prices=(Price("5", D(5), D("10.10")), Price("5", None, D(12), D("0.95"), over=D(5))),
)


@given(boxes, grams, st.sampled_from(["package", "shipment"]))
def test_more_weight_never_costs_less(made, more, rated_by):
    agreement = replace(MONOTONE, rated_by=rated_by)
    light = expected(agreement, replace(facts(), packages=tuple(made)))
    made[0] = replace(made[0], weight=made[0].weight + more)
    assert expected(agreement, replace(facts(), packages=tuple(made))).total >= light.total


@given(boxes, st.integers(0, 10_000).map(lambda one: D(one) / 100), st.booleans())
def test_no_discount_makes_it_negative(made, percent, residential):
    agreement = replace(
        AGREEMENT,
        discounts=(Discount(percent),),
        accessorials=tuple(replace(one, discount=percent) for one in AGREEMENT.accessorials),
    )
    found = expected(agreement, replace(facts(residential=residential), packages=tuple(made)))
    assert found.charges and all(one.amount >= 0 for one in found.charges)


@given(boxes, st.randoms(), st.sampled_from(["package", "shipment"]))
def test_the_order_of_packages_does_not_matter(made, random, rated_by):
    agreement = replace(AGREEMENT, rated_by=rated_by)
    known = replace(facts(residential=True), packages=tuple(made))
    random.shuffle(made)
    shuffled = replace(known, packages=tuple(made))
    first, second = expected(agreement, known), expected(agreement, shuffled)
    assert first == expected(agreement, known)
    assert first.by_key() == second.by_key() and first.weight == second.weight


@given(boxes)
def test_fuel_of_the_shipment_is_close_to_that_of_its_packages(made):
    known = replace(facts(), packages=tuple(made))
    whole = expected(replace(AGREEMENT, fuel_rounded_by="shipment"), known).by_key()["fuel"]
    parts = expected(AGREEMENT, known).by_key()["fuel"]
    assert abs(whole - parts) <= D("0.005") * (len(made) + 1)


# -- against the generated month, which reckons by itself -----------------------------------------


@cache
def month():
    return Month(3, 600)


def taken(told, version):
    """An agreement of the month, in one of its versions."""
    dims, prices = told["dimensions"], []
    for service, zones in version["prices"].items():
        for zone, table in zones.items():
            for one in table["breaks"]:
                prices.append(Price(zone, one["up_to_kg"], one["price"], service=service))
            last = table["breaks"][-1]
            prices.append(
                Price(
                    zone,
                    None,
                    last["price"],
                    table["per_kg_above"],
                    step=D(1),
                    over=last["up_to_kg"],
                    service=service,
                )
            )
    kinds = {"flat": "flat", "percent": "percent_value"}
    when = {"residential": "residential", "delivery_area": "area"}
    return Agreement(
        carrier=told["carrier"],
        currency=told["currency"],
        valid_from=version["valid_from"],
        valid_until=version["valid_to"],
        zones=tuple(Zone(one["zone"], one["country"], one["zip_prefix"]) for one in told["zones"]),
        areas=tuple(Area("delivery_area", "", one) for one in told["delivery_area_prefixes"]),
        prices=tuple(prices),
        discounts=tuple(
            Discount(percent, version["minimum"][service], service=service)
            for service, percent in version["discount_percent"].items()
        ),
        fuels=tuple(Fuel(one["from"], one["percent"]) for one in told["fuel"]["weeks"]),
        fuel_on=frozenset(told["fuel"]["applies_to"]),
        accessorials=tuple(
            Accessorial(
                key,
                kinds[one["kind"]],
                one.get("amount", one.get("percent")),
                one.get("minimum", D(0)),
                when=when.get(key, "asked"),
            )
            for key, one in told["accessorials"].items()
        ),
        divisor=D(dims["divisor"]),
        side_step=D(dims["side_step_cm"]),
        weight_step=dims["weight_step_kg"],
        rated_by=told["rated_by"],
    )


@pytest.mark.parametrize("carrier", ["ups", "fedex", "dhl_express", "valley"])
def test_the_month_is_reckoned_alike(carrier):
    told = next(one for one in month().agreements if one["carrier"] == carrier)
    agreements = [taken(told, version) for version in told["versions"]]
    compared = 0
    for shipment in month().shipments:
        if shipment["carrier"] != carrier:
            continue
        if shipment["ship_date"] < agreements[0].valid_from:
            continue  # billed a year late
        ends = (shipment["origin"], shipment["destination"])
        origin, destination = ((one["country"], one["zip"]) for one in ends)
        wanted = rate(told, shipment)
        known = Facts(
            carrier,
            shipment["service"],
            shipment["ship_date"],
            origin,
            destination,
            tuple(Package(one["kg"], tuple(one["cm"])) for one in shipment["packages"]),
            # Inbound zones are those of the far end: the carrier's own word.
            zone=wanted.zone if shipment["direction"] == "inbound" else "",
            residential=shipment["residential"],
            asked=frozenset(shipment["requested"])
            | ({"address_correction"} if not shipment["address_valid"] else set()),
            declared_value=shipment["declared_value"],
        )
        found = expected_of(agreements, known)
        assert not found.missing, (shipment, found.missing)
        assert found.zone == wanted.zone
        mine, theirs = found.by_key(), wanted.by_key()
        assert mine.keys() == theirs.keys(), shipment
        for key in mine:
            # Theirs counts surcharges to the first package, ours to the heaviest: a cent of fuel.
            near = D("0.01") if key == "fuel" and len(wanted.weights) > 1 else 0
            assert abs(mine[key] - theirs[key]) <= near, (key, shipment)
        compared += 1
    assert compared > 30
