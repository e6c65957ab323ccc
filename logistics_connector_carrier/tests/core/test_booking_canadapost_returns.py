"""Canada Post's return labels: what is asked for, what is read, and what is not known."""

import base64
from dataclasses import replace

import pytest
from lxml import etree
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.engine.errors import NotOffered
from odoo.addons.logistics_connector_carrier.engine.transport import Body
from odoo.addons.logistics_connector_carrier.providers.canadapost import booking as reader

from tests.simulators.carriers.canadapost import CanadaPostServer

from .booking_requests import REQUESTS, returned
from .test_booking_contract import account, book, client_of

BACK = returned(REQUESTS["canadapost"]["single"])
THREE = returned(REQUESTS["canadapost"]["three"])
NS = "http://www.canadapost.ca/ws/authreturn-v2"


@pytest.fixture
def server():
    with CanadaPostServer() as server:
        yield server


def posts(server):
    """What was asked for, without namespaces."""
    roots = [etree.fromstring(call.body) for call in server.calls if call.method == "POST"]
    for root in roots:
        for element in root.iter():
            element.tag = etree.QName(element).localname
    return roots


def answer(pin="123456789012", serial=1):
    text = f"""<authorized-return-info xmlns="{NS}"><tracking-pin>{pin}</tracking-pin><links>
<link rel="returnLabel" href="https://ct.soa-gw.canadapost.ca/ers/artifact/KEY/{serial}/0"
 media-type="application/pdf" index="0"/></links></authorized-return-info>"""
    return Body(text.encode(), "POST", "/rs/1/1/authorizedreturn")


def test_the_customer_returns_it_and_we_receive_it(server):
    said = book(server, BACK)
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    (sent,) = posts(server)
    assert sent.findtext("returner/company") == (BACK.shipper.company or BACK.shipper.name)
    assert sent.findtext("receiver/company") == BACK.recipient.company
    address = sent.find("returner/domestic-address")
    assert address.findtext("postal-code") == BACK.shipper.zip.replace(" ", "").upper()
    assert address.findtext("province") == BACK.shipper.state
    assert sent.findtext("references/customer-ref-1") == BACK.reference
    assert sent.findtext("settlement-info/contract-id") == server.contract
    (parcel,) = BACK.parcels
    about = sent.find("parcel-characteristics")
    assert float(about.findtext("weight")) == pytest.approx(parcel.weight)
    assert float(about.findtext("dimensions/length")) == pytest.approx(parcel.length)


def test_without_a_contract_or_sizes_none_are_told(server):
    bare = replace(BACK, parcels=(replace(BACK.parcels[0], length=0.0),))
    with client_of(server) as client:
        said = account(server, contract_id="").book(bare, client)
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    (sent,) = posts(server)
    assert sent.find("settlement-info/contract-id") is None
    assert sent.find("parcel-characteristics/dimensions") is None


def test_each_parcel_has_a_label_of_its_own(server):
    said = book(server, replace(THREE, label="ZPL"))
    assert said.outcome.kind == outcomes.DELIVERED, said.outcome
    assert len(set(said.value.numbers)) == 3 and "" not in said.value.numbers
    kinds = [(one.kind, one.format, one.parcel) for one in said.value.documents]
    assert kinds == [("return_label", "ZPL", place) for place in range(3)]
    assert (said.value.total, said.value.charges, said.value.currency) == ("", (), "")


def test_the_answer_is_read():
    paper = Body(b"%PDF-", "GET", "/ers/artifact/KEY/1/0")
    booked = reader.booking([answer(), paper], BACK)
    assert booked.numbers == ("123456789012",)
    assert booked.identifier == "return:123456789012"
    (label,) = booked.documents
    assert (label.kind, base64.b64decode(label.content)) == ("return_label", b"%PDF-")
    missing = reader.booking([answer()], BACK)
    assert missing.documents == () and "123456789012" in missing.warnings[0]


def test_the_second_that_is_refused_leaves_the_first_to_a_person(server):
    server.moods = ["half"]
    said = book(server, THREE)
    assert said.outcome.kind == outcomes.REJECTED and "Postal code" in said.words
    assert len(said.partial.numbers) == len(server.live) == 1
    assert said.partial.extra == {"parcels": [0]}
    assert len(said.partial.documents) == 1
    assert len(posts(server)) == 2, "nothing more is asked for once one was refused"


@pytest.mark.parametrize("mood", ["busy", "down", "stumble", "garbled", "cut"])
def test_what_was_made_in_part_is_never_simply_tried_again(server, mood):
    server.moods = ["", mood]
    said = book(server, THREE)
    assert said.outcome.kind == outcomes.DOUBT and said.value is None
    assert list(said.partial.numbers)[:1] == server.live[0].numbers


def test_a_lost_answer_is_left_to_a_person(server):
    server.moods = ["cut"]
    said = book(server, BACK)
    assert said.outcome.kind == outcomes.DOUBT and len(server.live) == 1
    asked = len(server.calls)
    with client_of(server) as client, pytest.raises(NotOffered):
        account(server).find(BACK, client)
    assert len(server.calls) == asked


def test_what_is_not_within_canada_is_refused_before(server):
    american = replace(BACK.shipper, country="US")
    both = replace(BACK, shipper=american, recipient=replace(BACK.recipient, country="US"))
    for request in (replace(BACK, shipper=american), both):
        said = book(server, request)
        assert said.outcome.kind == outcomes.REJECTED and not server.calls
