"""FedEx Ground's end of day over HTTP: the account is closed as a whole, and what was closed before
is asked for by its number."""

import base64
import json

import pytest
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.providers.fedex import closing as fedex

from tests.simulators.carriers import SERVERS

from .test_booking_contract import account, client_of, request_for
from .test_closing_canadapost import close, find, ship

GROUND = "FEDEX_GROUND"


@pytest.fixture
def carrier():
    with SERVERS["fedex"]() as server:
        yield server


def closings(server):
    return [one for one in server.calls if one.method == "PUT" and "/endofday" in one.path]


def prints(server):
    return [one for one in server.calls if one.method == "POST" and "/endofday" in one.path]


def test_a_day_is_closed_with_its_paper(carrier):
    one, two = ship(carrier, 2, service=GROUND)
    said = close(carrier, one, two)
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    assert (said.value.taken, said.value.refused) == ((one, two), ())
    (paper,) = said.value.documents
    assert (paper.kind, paper.format, paper.number) == ("manifest", "TXT", "1003234500000000")
    text = base64.b64decode(paper.content).decode()
    assert text.startswith("FEDEX GROUND MANIFEST 2026-11-24") and one in text
    assert said.value.manifests == ("1003234500000000",)
    assert carrier.closing.closed == {one, two} and not prints(carrier)
    (asked,) = closings(carrier)
    assert json.loads(asked.body) == {
        "closeReqType": "GCDR",
        "accountNumber": {"value": carrier.account},
        "groundServiceCategory": "GROUND",
        "closeDate": "2026-11-24",
        "closeDocumentSpecification": {"closeDocumentTypes": ["MANIFEST"]},
    }


def test_express_stays_as_it_is(carrier):
    (ground,) = ship(carrier, 1, service=GROUND)
    (express,) = ship(carrier, 1, service="FEDEX_2_DAY")
    close(carrier, ground)
    assert carrier.closing.closed == {ground} != {express}
    assert [fedex.takes(one) for one in (GROUND, "GROUND_HOME_DELIVERY", "FEDEX_2_DAY")] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("has_numbers", [True, False])
def test_what_was_closed_with_another_warehouse_is_taken(carrier, has_numbers):
    carrier.closing.has_numbers = has_numbers
    one, two, three = ship(carrier, 3, service=GROUND)
    close(carrier, one)
    said = close(carrier, two, three)
    assert (said.value.taken, said.value.refused) == ((two, three), ())
    assert len(said.value.documents) == 1 and len(carrier.closing.cycles) == 1
    # A report that names its parcels answers for all of them.
    assert len(prints(carrier)) == (1 if has_numbers else 2)


def test_what_fedex_does_not_close_has_its_words(carrier):
    one, two = ship(carrier, 2, service=GROUND)
    close(carrier, one)
    said = close(carrier, two, "794000000000")
    assert said.value.taken == (two,)
    ((no, text),) = [(one.identifier, one.text) for one in said.value.refused]
    assert no == "794000000000" and "no shipments to close" in text


def test_a_refusal_of_all_is_told(carrier):
    (one,) = ship(carrier, 1, service=GROUND)
    said = close(carrier, one, day="someday")
    assert not said.value.taken and not carrier.closing.closed
    assert "Ship date is invalid" in said.value.refused[0].text


@pytest.mark.parametrize("mood", ["late", "cut", "stumble", "garbled"])
def test_a_lost_answer_is_looked_up(carrier, mood):
    one, two = ship(carrier, 2, service=GROUND)
    carrier.moods, carrier.lateness = [mood], 2.0
    said = close(carrier, one, two, total=1.0)
    assert said.outcome.kind == outcomes.DOUBT
    found = find(carrier, one, two)
    if mood == "garbled":
        # FedEx names no clear "not closed": a person decides.
        assert found.outcome.kind == outcomes.DOUBT and found.value is None
    else:
        assert found.value.taken == (one, two) and found.value.documents
    assert len(closings(carrier)) == 1


def test_a_lookup_tells_what_is_on_no_report(carrier):
    one, two = ship(carrier, 2, service=GROUND)
    carrier.bookings[two].is_void = True
    close(carrier, one)
    found = find(carrier, one, two)
    assert found.value.taken == (one,)
    assert [(no.identifier, no.text) for no in found.value.refused] == [(two, fedex.NOT_LISTED)]


@pytest.mark.parametrize("mood", ["busy", "down"])
def test_what_certainly_did_not_happen_is_no_doubt(carrier, mood):
    (one,) = ship(carrier, 1, service=GROUND)
    carrier.moods = [mood]
    said = close(carrier, one)
    assert said.outcome.kind in (outcomes.TROUBLE, outcomes.THROTTLED)
    assert not carrier.closing.closed


@pytest.mark.parametrize("mood", ["down", "cut", "garbled"])
def test_a_lookup_that_fails_after_a_refusal_leaves_a_doubt(carrier, mood):
    one, two = ship(carrier, 2, service=GROUND)
    close(carrier, one)
    carrier.moods = ["", mood]
    assert close(carrier, two).outcome.kind == outcomes.DOUBT
    assert find(carrier, two).value.taken == (two,)


def test_a_lookup_that_fails_is_made_again(carrier):
    (one,) = ship(carrier, 1, service=GROUND)
    close(carrier, one)
    carrier.moods = ["down"]
    assert find(carrier, one).outcome.kind == outcomes.TROUBLE
    assert find(carrier, one).value.taken == (one,)


def test_an_answer_without_a_report_is_no_yes(carrier):
    (one,) = ship(carrier, 1, service=GROUND)
    carrier.closing._document = lambda cycle: {"type": "MANIFEST", "parts": []}
    assert close(carrier, one).outcome.kind == outcomes.DOUBT


def test_a_token_that_is_too_old_is_fetched_again(carrier):
    (one,) = ship(carrier, 1, service=GROUND)
    carrier.moods = ["expired"]
    assert close(carrier, one).value.taken == (one,)


def test_an_account_says_so():
    assert not fedex.closes({})
    assert fedex.closes({"config.closes_ground": True})


def test_the_setting_does_not_disturb_the_access(carrier):
    ours = account(carrier, **{"config.closes_ground": True})
    with client_of(carrier) as client:
        said = ours.book(request_for(carrier), client)
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
