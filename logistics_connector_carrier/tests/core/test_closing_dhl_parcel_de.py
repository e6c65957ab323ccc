"""DHL Parcel DE's end of day over HTTP: each shipment has a status of its own, and the day's list
decides what was closed."""

import json

import pytest
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.engine.errors import NotOffered
from odoo.addons.logistics_connector_carrier.providers.dhl_parcel_de import closing as dhl

from tests.simulators.carriers import SERVERS

from .test_booking_contract import account, client_of
from .test_closing_canadapost import close, find, request_of, ship


@pytest.fixture
def carrier():
    with SERVERS["dhl_parcel_de"]() as server:
        yield server


def closings(server):
    return [one for one in server.calls if one.method == "POST" and "/manifests" in one.path]


def test_a_day_is_closed_with_its_list(carrier):
    one, two = ship(carrier, 2)
    said = close(carrier, one, two)
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    assert (said.value.taken, said.value.refused) == ((one, two), ())
    (paper,) = said.value.documents
    assert (paper.format, paper.number) == ("PDF", "2026-11-24-1")
    assert set(carrier.closed) == {one, two}


def test_each_shipment_has_its_own_status(carrier):
    one, two, three = ship(carrier, 3)
    with client_of(carrier) as client:
        account(carrier).void(two, "V01PAK", client)
    said = close(carrier, one, two, three)
    assert said.value.taken == (one, three)
    assert [(no.identifier, no.text) for no in said.value.refused] == [
        (two, "Unknown shipment number.")
    ]


def test_what_dhl_has_closed_before_is_taken(carrier):
    one, two = ship(carrier, 2)
    close(carrier, one)
    said = close(carrier, one, two)
    assert (said.value.taken, said.value.refused) == ((one, two), ())


def test_what_dhl_has_closed_by_itself_before_the_weekend_is_taken(carrier):
    one, two = ship(carrier, 2)
    carrier.closed[one] = "2026-11-21"
    said = close(carrier, one, two)
    assert (said.value.taken, said.value.refused) == ((one, two), ())


def test_a_list_that_cannot_be_had_leaves_a_doubt(carrier):
    (one,) = ship(carrier, 1)
    carrier.moods = ["", "down"]
    assert close(carrier, one).outcome.kind == outcomes.DOUBT


def test_thirty_a_call(carrier):
    (one,) = ship(carrier, 1)
    booked = carrier.bookings[one]
    numbers = [f"00340434{serial:012}" for serial in range(65)]
    carrier.bookings.update(dict.fromkeys(numbers, booked))
    said = close(carrier, *numbers)
    assert said.value.taken == tuple(numbers)
    counts = [len(json.loads(one.body)["shipmentNumbers"]) for one in closings(carrier)]
    assert counts == [30, 30, 5]


def test_a_later_call_that_is_refused_leaves_a_doubt(carrier):
    (one,) = ship(carrier, 1)
    numbers = [f"00340434{serial:012}" for serial in range(31)]
    carrier.bookings.update(dict.fromkeys(numbers, carrier.bookings[one]))
    carrier.moods = ["", "down"]
    assert close(carrier, *numbers).outcome.kind == outcomes.DOUBT
    found = find(carrier, *numbers)
    assert found.value.taken == tuple(numbers[:30])
    assert [(no.identifier, no.text) for no in found.value.refused] == [
        (numbers[30], dhl.NOT_LISTED)
    ]


@pytest.mark.parametrize("mood", ["late", "cut", "stumble", "garbled"])
def test_a_lost_answer_is_looked_up(carrier, mood):
    one, two = ship(carrier, 2)
    carrier.moods, carrier.lateness = [mood], 2.0
    said = close(carrier, one, two, total=1.0)
    assert said.outcome.kind == outcomes.DOUBT
    found = find(carrier, one, two)
    if mood == "garbled":
        assert found.outcome.kind == outcomes.ABSENT
    else:
        assert found.value.taken == (one, two)
    assert len(closings(carrier)) == 1


@pytest.mark.parametrize("mood", ["busy", "down"])
def test_what_certainly_did_not_happen_is_no_doubt(carrier, mood):
    one, two = ship(carrier, 2)
    carrier.moods = [mood]
    said = close(carrier, one, two)
    assert said.outcome.kind in (outcomes.TROUBLE, outcomes.THROTTLED)
    assert not carrier.closed


def test_a_token_that_is_too_old_is_fetched_again(carrier):
    (one,) = ship(carrier, 1)
    carrier.moods = ["expired"]
    assert close(carrier, one).value.taken == (one,)


def test_a_list_that_does_not_come_leaves_a_doubt(carrier):
    (one,) = ship(carrier, 1)
    carrier.moods = ["", "cut"]
    assert close(carrier, one).outcome.kind == outcomes.DOUBT
    assert find(carrier, one).value.taken == (one,)


def test_what_is_closed_is_not_deleted(carrier):
    (one,) = ship(carrier, 1)
    close(carrier, one)
    with client_of(carrier) as client:
        no = account(carrier).void(one, "V01PAK", client, again=True)
    assert no.outcome.kind == outcomes.REJECTED
    assert "closed out" in no.words


def test_an_account_says_so():
    assert not dhl.closes({})
    assert dhl.closes({"config.closes_days": True})


def test_a_carrier_without_an_end_of_day():
    with SERVERS["ups"]() as server, client_of(server) as client:
        for ask in (account(server).close, account(server).find_close):
            with pytest.raises(NotOffered, match="no end of day"):
                ask(request_of(SERVERS["dhl_parcel_de"], "1"), client)
