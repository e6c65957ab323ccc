"""Whatever the simulated 3PL says is read as it was meant."""

import random
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core.canonical import ParseContext
from odoo.addons.logistics_connector_wms.core.advice import Mark, Snapshot
from odoo.addons.logistics_connector_wms.core.appointment import fold
from odoo.addons.logistics_connector_wms.providers.warehouse_json import parse

from tests.simulators.warehouse import (
    EVERYTHING,
    Building,
    Item,
    Order,
    OrderLine,
    Post,
    Staff,
)

ITEMS = (
    Item("LAMP"),
    Item("BULB"),
    Item("OIL", tracking="lot", step=Decimal("0.1")),
    Item("DRILL", tracking="serial"),
)


def lines(rng, first=None):
    return [
        OrderLine(None if first is None else first + n, item.sku, item.step * rng.randint(1, 20))
        for n, item in enumerate(ITEMS)
    ]


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_every_message_of_the_simulator_is_read(seed):
    rng = random.Random(seed)
    building = Building(ITEMS, lambda: datetime(2026, 3, 1, 6, tzinfo=UTC))
    staff = Staff(building, rng, EVERYTHING, {"LAMP": "BULB"})
    for number in range(5):
        building.take(Order(f"IN/{number}", "receipt", lines(rng)))
        building.take(Order(f"OUT/{number}", "delivery", lines(rng, 10 * number)))
        building.take(Order(f"RET/{number}", "return", lines(rng)))
        staff.work()
    post = Post(lambda body, number: 202, rng)
    post.write(building.ledger)
    read = {}
    for letter in post.letters:
        message = parse.parse(letter.body, ParseContext())
        assert message.external_id == letter.id
        advices = [one for one in message.statements if not isinstance(one, Mark)]
        read |= {(getattr(one, "kind", "snapshot"), one.id): one for one in advices}
    told = [deed for deed in building.ledger if deed.kind not in ("release", "progress")]
    for deed in told:
        check(deed, read[deed.kind, deed.id])
    assert len(read) == len(building.ledger)


@settings(deadline=None)
@given(st.integers(0, 2**32))
def test_every_truck_is_read_as_it_stands(seed):
    """Its messages in any order, some of them twice."""
    rng = random.Random(seed)
    building = Building(ITEMS, lambda: datetime(2026, 3, 1, 6, tzinfo=UTC))
    staff = Staff(building, rng, replace(EVERYTHING, appointments=0.8))
    for number in range(6):
        building.take(Order(f"IN/{number}", "receipt", lines(rng)))
        staff.work()
    post = Post(lambda body, number: 202, rng)
    post.write(building.ledger)
    letters = rng.sample(post.letters, len(post.letters))
    told = {}
    for letter in (*letters, *letters[::2]):
        for one in parse.parse(letter.body, ParseContext()).statements:
            if getattr(one, "kind", "") == "appointment":
                told.setdefault(one.id, []).append(one)
    visits = [visit for visit in building.visits.values() if visit]
    assert {visit.id for visit in visits} == set(told)
    for visit in visits:
        found = fold(told[visit.id])
        assert (found.state, found.door, found.carrier) == (visit.state, visit.door, visit.carrier)
        assert (found.orders, found.starts) == ((visit.order,), visit.starts)


def check(deed, advice):
    """A statement says what was done."""
    if isinstance(advice, Snapshot):
        assert advice.as_of.utc == deed.at and advice.is_complete
        assert [line.on_hand for line in advice.lines] == [row["on_hand"] for row in deed.lines]
        return
    assert (advice.order, advice.is_final, advice.number) == (deed.order, deed.final, deed.number)
    assert advice.occurred.utc == deed.at
    if deed.details.get("terse"):
        assert advice.exceptions_only and not advice.lines
        return
    for line, row in zip(advice.lines, deed.lines, strict=True):
        assert (line.product, line.quantity) == (row["product"], row["quantity"])
        assert (line.lot, line.serials) == (row.get("lot", ""), tuple(row.get("serials", ())))
        assert (line.line, line.substitutes) == (row.get("line"), row.get("substitutes", ""))
        assert line.condition == row.get("condition", "available")
        assert (line.moved_to, line.disposition) == (
            row.get("moved_to", ""),
            row.get("disposition", ""),
        )
