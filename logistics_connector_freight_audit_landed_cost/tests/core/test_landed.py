"""What of a bill is part of what goods cost, in numbers."""

import random
from decimal import ROUND_HALF_UP, Decimal

import pytest
from odoo.addons.logistics_connector_freight_audit_landed_cost.core.landed import (
    converted,
    less_disputed,
)

CENT = Decimal("0.01")


@pytest.mark.parametrize(
    "landed, disputed, left",
    [
        ("10", "4", "6"),
        ("10", "10", "0"),
        # More is disputed than goods bear: the rest is import VAT of the same class.
        ("10", "14", "0"),
        # A credit is not made larger by a dispute.
        ("-10", "4", "-10"),
    ],
)
def test_what_is_disputed_is_not_added(landed, disputed, left):
    found = less_disputed({"base": Decimal(landed)}, {"base": Decimal(disputed)})
    assert found == {"base": Decimal(left)}


def test_each_class_bears_its_own_dispute():
    landed = {"base": Decimal(10), "fuel": Decimal(2)}
    assert less_disputed(landed, {"fuel": Decimal(1), "brokerage": Decimal(5)}) == {
        "base": Decimal(10),
        "fuel": Decimal(1),
    }


def test_parts_make_the_whole_to_the_cent():
    # Each by itself 0.333 and thus 0.33: a cent would be lost.
    assert converted([Decimal(1)] * 3, 1 / Decimal(3), CENT) == [
        Decimal("0.33"),
        Decimal("0.34"),
        Decimal("0.33"),
    ]


@pytest.mark.parametrize("step", [CENT, Decimal(1), Decimal("0.05"), Decimal("0.001")])
@pytest.mark.parametrize("seed", range(20))
def test_whatever_the_parts_they_make_the_whole(seed, step):
    chance = random.Random(seed)
    amounts = [
        Decimal(chance.randint(-9_000, 90_000)) / 100 for _each in range(chance.randint(1, 40))
    ]
    rate = Decimal(str(chance.uniform(0.005, 200)))
    found = converted(amounts, rate, step)
    whole = (sum(amounts) * rate / step).quantize(Decimal(1), ROUND_HALF_UP) * step
    assert sum(found) == whole
    for amount, part in zip(amounts, found, strict=True):
        assert abs(part - amount * rate) <= step
        assert part % step == 0


def test_the_same_currency_stays_as_it_is():
    amounts = [Decimal("12.34"), Decimal("-0.01"), Decimal("100.00")]
    assert converted(amounts, Decimal(1), CENT) == amounts
    assert converted([], Decimal(2), CENT) == []
