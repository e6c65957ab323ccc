"""What every carrier must hold whose vans can be ordered: the same suite over real HTTP, one
simulator each, which refuses what the carrier's published schema refuses."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.core import pickup as core
from odoo.addons.logistics_connector_carrier.engine import karrio_requests
from odoo.addons.logistics_connector_carrier.engine.errors import NotOffered
from odoo.addons.logistics_connector_carrier.engine.karrio_pickup import KarrioPickups
from odoo.addons.logistics_connector_carrier.engine.pickup_reader import PICKUPS
from odoo.addons.logistics_connector_carrier.engine.reader import READERS

from tests.simulators.carriers import SERVERS

from .pickup_requests import day_in, request_of
from .test_booking_contract import client_of

CARRIERS = sorted(PICKUPS)


@pytest.fixture(params=CARRIERS)
def carrier(request):
    with SERVERS[request.param]() as server:
        yield server


def account(server, **changes):
    settings = {**server.settings(), **changes}
    return KarrioPickups(server.provider, settings, is_test=True, base_url=server.url)


def order(server, request=None, total=10.0):
    request = request or request_of(server.provider)
    with client_of(server, total) as client:
        return account(server).pickup(request, client)


def cancel(server, said, again=False, **changes):
    request = request_of(server.provider)
    asked = core.PickupCancel(said.value.number, request.day, "Ada Byron", said.value.extra)
    with client_of(server) as client:
        return account(server).cancel(replace(asked, **changes), client, again=again)


def find(server, request=None):
    with client_of(server) as client:
        return account(server).find(request or request_of(server.provider), client)


def sent(server):
    """Calls that may have ordered or cancelled something."""
    return [call for call in server.calls if server.is_act(call) and call.method != "GET"]


# -- order, cancel -------------------------------------------------------------------------------


def test_a_van_is_ordered_as_it_was_asked_for(carrier):
    request = request_of(carrier.provider)
    said = order(carrier, request)
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    (van,) = carrier.pickups.vans.live
    assert said.value.number == van.number
    assert (van.day, van.clock) == (request.day, (request.ready, request.closing))
    assert van.parcels in (4, 0) and van.kilograms in (9.8, 9.75, 0)
    assert van.reference in ("", request.reference)
    if said.value.total:
        assert Decimal(said.value.total) > 0 and len(said.value.currency) == 3
    assert core.answer_from(json.loads(core.as_json(said.value))) == said.value


def test_a_van_is_called_off_once(carrier):
    said = order(carrier)
    off = cancel(carrier, said)
    assert (off.outcome.kind, off.value) == (outcomes.DELIVERED, True), off.outcome
    assert not carrier.pickups.vans.live
    again = cancel(carrier, said)
    assert again.outcome.kind == outcomes.REJECTED and again.words


def test_a_lost_cancellation_that_is_asked_for_again_counts(carrier):
    said = order(carrier)
    carrier.moods = ["cut"]
    lost = cancel(carrier, said)
    assert lost.outcome.kind == outcomes.DOUBT and not carrier.pickups.vans.live
    if hasattr(PICKUPS[carrier.provider], "was_pickup_cancelled"):
        assert cancel(carrier, said, again=True).value is True


def test_an_unknown_van_is_refused(carrier):
    said = order(carrier)
    number = said.value.number
    other = number[:-1] + ("1" if number[-1] != "1" else "2")
    off = cancel(carrier, said, number=other)
    assert off.outcome.kind == outcomes.REJECTED and off.words
    assert carrier.pickups.vans.live


# -- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changes",
    [
        {"day": "2001-01-05"},
        {"day": "tomorrow"},
        {"ready": "17:00", "closing": "12:00"},
        {"ready": "17:00", "closing": "17:05"},
        {"loads": ()},
    ],
)
def test_what_the_carrier_would_refuse_is_not_asked_for(carrier, changes):
    said = order(carrier, request_of(carrier.provider, **changes))
    assert said.outcome.kind == outcomes.REJECTED and said.words.startswith("Pickup")
    assert not sent(carrier)


@pytest.mark.parametrize("field", ["phone", "city", "country"])
def test_an_address_that_lacks_something_is_not_asked_for(carrier, field):
    request = request_of(carrier.provider)
    said = order(carrier, replace(request, address=replace(request.address, **{field: ""})))
    assert said.outcome.kind == outcomes.REJECTED and "Pickup address" in said.words
    assert not sent(carrier)


def test_the_carrier_refuses_what_we_see_before(carrier):
    """Without our own checks the carrier says the same: the checks are no invention."""
    ours = account(carrier)
    for changes in ({"day": "2001-01-05"}, {"ready": "17:00", "closing": "12:00"}):
        request = request_of(carrier.provider, **changes)
        payload = ours._payload("PickupRequest", karrio_requests.pickup(request))
        with client_of(carrier) as client:
            said = ours._act("pickup", payload, client, lambda body: None, request)
        assert said.outcome.kind == outcomes.REJECTED, (changes, said.outcome)
        assert said.words
    assert not carrier.pickups.vans.live


# -- bad days ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mood", ["cut", "late", "stumble"])
def test_an_answer_that_gets_lost_is_doubt(carrier, mood):
    carrier.moods = [mood]
    carrier.lateness = 1.5
    said = order(carrier, total=1.0)
    assert said.outcome.kind == outcomes.DOUBT, said.outcome
    assert len(carrier.pickups.vans.live) == 1 and len(sent(carrier)) == 1


@pytest.mark.parametrize(("mood", "kind"), [("busy", "THROTTLED"), ("down", "TROUBLE")])
def test_a_carrier_that_works_nothing_is_asked_later(carrier, mood, kind):
    carrier.moods = [mood]
    assert order(carrier).outcome.kind == getattr(outcomes, kind)
    assert not carrier.pickups.vans.live


def test_a_token_that_is_too_old_is_fetched_anew(carrier):
    if not carrier.has_tokens:
        pytest.skip(f"{carrier.provider} has no tokens")
    order(carrier)
    carrier.moods = ["expired"]
    request = request_of(carrier.provider, day=day_in(5), reference="PU/00043")
    assert order(carrier, request).outcome.kind == outcomes.DELIVERED


def test_what_got_lost_is_found_where_the_carrier_can_be_asked(carrier):
    if not hasattr(PICKUPS[carrier.provider], "find"):
        with pytest.raises(NotOffered):
            find(carrier)
        return
    is_late = getattr(PICKUPS[carrier.provider], "SHOWS_LATE", False)
    nothing = outcomes.DOUBT if is_late else outcomes.ABSENT
    assert find(carrier).outcome.kind == nothing
    carrier.moods = ["cut"]
    order(carrier)
    found = find(carrier)
    assert found.outcome.kind == outcomes.DELIVERED
    assert found.value.number == carrier.pickups.vans.live[0].number
    cancel(carrier, found)
    assert find(carrier).outcome.kind == nothing


def test_a_carrier_that_cannot_be_asked_just_now_is_asked_again(carrier):
    if not hasattr(PICKUPS[carrier.provider], "find"):
        pytest.skip(f"{carrier.provider} cannot be asked")
    carrier.moods = ["down"]
    assert find(carrier).outcome.kind == outcomes.TROUBLE


def test_a_carrier_without_vans_says_so():
    for code in sorted(set(READERS) - set(PICKUPS)):
        with SERVERS[code]() as server:
            with pytest.raises(NotOffered, match="does not offer to order its van"):
                order(server, request_of(code))
            assert not server.calls


def test_a_billing_number_makes_a_pickup_of_dhl_s_a_single_one():
    with SERVERS["dhl_parcel_de"]() as server:
        order(server)
        with client_of(server) as client:
            billed = account(server, **{"config.billing_number_pickup": server.pickup_number})
            request = request_of(server.provider, reference="PU/00043")
            assert billed.pickup(request, client).outcome.kind == outcomes.DELIVERED
        assert [van.kind for van in server.pickups.vans.live] == ["BDA", "EZA"]


def test_fedex_s_vans_are_two():
    with SERVERS["fedex"]() as server:
        reader = PICKUPS["fedex"]
        assert (reader.kind_of("FEDEX_GROUND"), reader.kind_of("FEDEX_2_DAY")) == ("FDXG", "FDXE")
        ground = order(server, request_of("fedex", kind="FDXG"))
        assert [van.kind for van in server.pickups.vans.live] == ["FDXG"]
        assert cancel(server, ground).value is True
        express = order(server)
        # The station that sends it is asked for; without it nothing is called off.
        lost = cancel(server, express, extra={"kind": "FDXE"})
        assert lost.outcome.kind == outcomes.REJECTED and "Location" in lost.words
