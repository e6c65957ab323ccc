"""DHL Express's return labels: who pays, for how long they are valid, and what is not asked for."""

import json

import pytest
from odoo.addons.logistics_connector_base.core import outcome as outcomes

from tests.simulators.carriers.mydhl import MydhlServer

from .booking_requests import REQUESTS, returned
from .test_booking_contract import account, book, client_of

SINGLE = REQUESTS["mydhl"]["single"]
BACK = returned(SINGLE)
OURS = {"typeCode": "shipper", "number": MydhlServer.account}


@pytest.fixture
def server():
    with MydhlServer() as server:
        yield server


def sent(server):
    (call,) = server.calls
    return json.loads(call.body)


def book_with(server, request, **settings):
    with client_of(server) as client:
        return account(server, **settings).book(request, client)


@pytest.mark.parametrize("name", ["single", "abroad"])
def test_our_import_account_pays_for_what_comes_back(server, name):
    said = book(server, returned(REQUESTS["mydhl"][name]))
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    payer = {"typeCode": "payer", "number": MydhlServer.import_account}
    assert sent(server)["accounts"][:2] == [OURS, payer]
    assert "valueAddedServices" not in sent(server)


def test_what_goes_out_is_paid_by_our_own_account(server):
    assert book(server, SINGLE).outcome.kind == outcomes.DELIVERED
    assert sent(server)["accounts"] == [OURS]


@pytest.mark.parametrize("number", ["", "  "])
def test_without_an_account_nothing_is_asked_for(server, number):
    said = book_with(server, BACK, **{"config.import_account_number": number})
    assert said.outcome.kind == outcomes.REJECTED and "pays for returns" in said.words
    assert not server.calls


def test_an_account_that_is_not_ours_is_dhls_no(server):
    said = book_with(server, BACK, **{"config.import_account_number": "950000000"})
    assert said.outcome.kind == outcomes.REJECTED and "account number" in said.words
    assert not server.live


@pytest.mark.parametrize(("months", "code"), [("3", "PT"), ("6", "PU")])
def test_a_label_may_stay_valid_for_months(server, months, code):
    said = book_with(server, BACK, **{"config.return_months": months})
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    assert sent(server)["valueAddedServices"] == [{"serviceCode": code}]


def test_a_lost_answer_is_looked_up(server):
    server.moods = ["cut"]
    assert book(server, BACK).outcome.kind == outcomes.DOUBT
    with client_of(server) as client:
        found = account(server).find(BACK, client)
    assert found.outcome.kind == outcomes.DELIVERED, found.outcome
    assert list(found.value.numbers) == server.live[0].numbers
