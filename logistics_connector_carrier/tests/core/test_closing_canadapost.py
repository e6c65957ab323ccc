"""Canada Post's end of day over HTTP: groups are transmitted once, whatever gets lost."""

import json
from dataclasses import replace

import pytest
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.core import booking as core
from odoo.addons.logistics_connector_carrier.core import closing
from odoo.addons.logistics_connector_carrier.engine import desk
from odoo.addons.logistics_connector_carrier.providers.canadapost import closing as canadapost

from tests.simulators.carriers import SERVERS

from .test_booking_contract import account, book, client_of, request_for


@pytest.fixture
def carrier():
    with SERVERS["canadapost"]() as server:
        yield server


def ship(server, count, **changes):
    """Book so many, each alone. Returns their identifiers."""
    found = []
    for number in range(count):
        request = request_for(server, reference=f"WH/OUT/{number}-1", **changes)
        found.append(book(server, request).value.identifier)
    return found


def request_of(server, *identifiers, **changes):
    address = request_for(server).shipper
    values = {
        "reference": "Canada Post 2026-11-24-1",
        "day": "2026-11-24",
        "shipments": identifiers,
        "address": address,
    }
    return closing.CloseRequest(**{**values, **changes})


def close(server, *identifiers, total=10.0, **changes):
    with client_of(server, total) as client:
        return account(server).close(request_of(server, *identifiers, **changes), client)


def find(server, *identifiers):
    with client_of(server) as client:
        return account(server).find_close(request_of(server, *identifiers), client)


def transmissions(server):
    return [one for one in server.calls if one.method == "POST" and "/manifest" in one.path]


def test_a_day_is_closed_with_its_paper(carrier):
    one, two = ship(carrier, 2)
    said = close(carrier, one, two)
    assert said.outcome.kind == outcomes.DELIVERED
    (number,) = carrier.manifests
    assert said.value.taken == (one, two)
    assert (said.value.refused, said.value.manifests) == ((), (number,))
    (paper,) = said.value.documents
    assert (paper.kind, paper.format, paper.number) == ("manifest", "PDF", number)
    assert carrier.statuses == {one: "transmitted", two: "transmitted"}


def test_groups_of_several_days_leave_together(carrier):
    (one,) = ship(carrier, 1)
    (two,) = ship(carrier, 1, ship_date="2026-11-25")
    assert len(carrier.groups) == 2
    assert close(carrier, one, two).value.taken == (one, two)


def test_what_is_not_ours_stays_in_its_group(carrier):
    one, two, late = ship(carrier, 3)
    said = close(carrier, one, two)
    assert said.value.taken == (one, two)
    assert carrier.statuses[late] == "created"
    assert [late] in carrier.groups.values()
    assert close(carrier, late).value.taken == (late,)


def test_what_is_void_or_left_out_is_refused_alone(carrier):
    one, void, two = ship(carrier, 3)
    with client_of(carrier) as client:
        account(carrier).void(void, "DOM.EP", client)
    carrier.left_out = {two}
    said = close(carrier, one, void, two)
    assert said.outcome.kind == outcomes.DELIVERED
    assert said.value.taken == (one,)
    assert [(no.identifier, no.text) for no in said.value.refused] == [
        (void, canadapost.UNKNOWN),
        (two, canadapost.LEFT_OUT),
    ]


def test_nothing_is_transmitted_twice(carrier):
    one, two = ship(carrier, 2)
    first = close(carrier, one, two)
    again = close(carrier, one, two)
    assert again.value.taken == (one, two)
    assert again.value.manifests == first.value.manifests
    assert len(transmissions(carrier)) == 1


@pytest.mark.parametrize("mood", ["late", "cut", "stumble", "garbled"])
def test_a_lost_answer_is_a_doubt_and_looked_up(carrier, mood):
    one, two = ship(carrier, 2)
    carrier.lateness = 2.0
    # The groups, the one that there is, then the transmission.
    carrier.moods = ["", "", mood]
    said = close(carrier, one, two, total=1.0)
    assert said.outcome.kind == outcomes.DOUBT
    found = find(carrier, one, two)
    if mood == "garbled":  # it never reached them
        assert found.outcome.kind == outcomes.ABSENT
    else:
        assert found.outcome.kind == outcomes.DELIVERED
        assert found.value.taken == (one, two)
        assert len(found.value.documents) == 1
        assert len(transmissions(carrier)) == 1


@pytest.mark.parametrize("mood", ["busy", "down"])
def test_what_certainly_did_not_happen_is_no_doubt(carrier, mood):
    one, two = ship(carrier, 2)
    for moods in ([mood], ["", "", mood]):
        carrier.moods = list(moods)
        said = close(carrier, one, two)
        assert said.outcome.kind in (outcomes.TROUBLE, outcomes.THROTTLED)
    assert carrier.manifests == {}


def test_before_it_is_told_nothing_is_in_doubt(carrier):
    one, two = ship(carrier, 2)
    for mood in ("late", "cut", "stumble", "garbled"):
        carrier.moods = [mood]
        carrier.lateness = 2.0
        said = close(carrier, one, two, total=1.0)
        assert said.outcome.kind == outcomes.TROUBLE, mood
    assert carrier.manifests == {}


def test_a_manifest_that_is_not_ready_is_looked_up_later(carrier):
    one, two = ship(carrier, 2)
    carrier.slow_manifests = 2
    assert close(carrier, one, two).outcome.kind == outcomes.DOUBT
    assert find(carrier, one, two).outcome.kind == outcomes.DOUBT
    found = find(carrier, one, two)
    assert found.value.taken == (one, two)


def test_a_part_that_was_transmitted_is_told_as_a_part(carrier):
    one, two = ship(carrier, 2)
    close(carrier, one)
    found = find(carrier, one, two)
    assert found.value.taken == (one,)
    assert [no.text for no in found.value.refused] == [canadapost.NOT_SENT]


def test_a_refusal_of_the_whole_is_one(carrier):
    (one,) = ship(carrier, 1)
    address = replace(request_for(carrier).shipper, phone="")
    said = close(carrier, one, address=address)
    assert said.outcome.kind == outcomes.REJECTED
    assert "lacks a telephone number" in said.outcome.text
    assert not transmissions(carrier)
    said = close(carrier, one, address=replace(address, phone="+1 613 555 0100", zip="98421"))
    assert said.outcome.kind == outcomes.REJECTED
    assert "requested-shipping-point is not valid" in said.words
    assert len(transmissions(carrier)) == 1


def test_a_shipment_that_was_transmitted_is_refunded_not_deleted(carrier):
    (one,) = ship(carrier, 1)
    close(carrier, one)
    with client_of(carrier) as client:
        said = account(carrier, **{"config.refund_email": "a@kalder.example.com"}).void(
            one, "DOM.EP", client
        )
    assert said.value is True
    assert carrier.bookings[one].is_void


def test_who_transmits_at_once_closes_no_days():
    assert canadapost.closes({})
    assert not canadapost.closes({"config.transmit_shipment_by_default": True})


def test_the_desk_closes_and_looks_up(carrier):
    one, two = ship(carrier, 2)
    message = closing.close_message(request_of(carrier, one, two))

    class Taken:
        content, tries = json.dumps(message), 1

    works = desk.BookingDesk(account(carrier))
    with client_of(carrier) as client:
        assert works.find(Taken, client).outcome.kind == outcomes.ABSENT
        done = works.act(Taken, client)
        found = works.find(Taken, client)
    for one_of_them in (done, found):
        answer = closing.answer_from(json.loads(one_of_them.document)["answer"])
        assert answer.taken == (one, two)
    assert closing.request_from(json.loads(core.as_json(request_of(carrier, one)))) == request_of(
        carrier, one
    )
