"""Canada Post: its answers in their shapes, and what it is asked for."""

import base64
from dataclasses import replace
from decimal import Decimal

import pytest
from lxml import etree
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.core.booking import sum_of
from odoo.addons.logistics_connector_carrier.engine import catalogue
from odoo.addons.logistics_connector_carrier.engine.transport import Body
from odoo.addons.logistics_connector_carrier.providers.canadapost import booking as reader
from odoo.addons.logistics_connector_carrier.providers.canadapost.booking_request import request_id

from tests.simulators.carriers.canadapost import CanadaPostServer

from .booking_requests import REQUESTS
from .test_booking_contract import account, client_of

SINGLE, THREE, ABROAD = (REQUESTS["canadapost"][name] for name in ("single", "three", "abroad"))
SHIPMENT = "http://www.canadapost.ca/ws/shipment-v8"
MESSAGES = "http://www.canadapost.ca/ws/messages"
PRICE = """<shipment-price><service-code>DOM.EP</service-code><base-amount>18.42</base-amount>
  <priced-options><priced-option><option-code>SO</option-code><option-price>1.50</option-price>
  </priced-option><priced-option><option-code>DC</option-code></priced-option></priced-options>
  <adjustments><adjustment><adjustment-code>FUELSC</adjustment-code>
  <adjustment-amount>2.21</adjustment-amount></adjustment><adjustment>
  <adjustment-code>AUTDISC</adjustment-code><adjustment-amount>-0.55</adjustment-amount>
  </adjustment></adjustments><pre-tax-amount>21.58</pre-tax-amount><gst-amount>1.08</gst-amount>
  <pst-amount>2.15</pst-amount><hst-amount>0.00</hst-amount><due-amount>24.81</due-amount>
  </shipment-price>"""


def info(serial, asked="", price=PRICE, links="", pin="7023210000000017"):
    """Create Shipment's answer; its label lies at /rs/artifact/KEY/<serial>/0."""
    asked = f"<customer-request-id>{asked}</customer-request-id>" if asked else ""
    pin = f"<tracking-pin>{pin}</tracking-pin>" if pin else ""
    host = "https://ct.soa-gw.canadapost.ca/rs"
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<shipment-info xmlns="{SHIPMENT}">{asked}<shipment-id>54502{serial}</shipment-id>
<shipment-status>created</shipment-status>{pin}{price}<links>
<link rel="self" href="{host}/1/1/shipment/54502{serial}" media-type="application/xml"/>
<link rel="label" href="{host}/artifact/KEY/{serial}/0" media-type="application/pdf" index="0"/>
{links}</links></shipment-info>"""
    return Body(text.encode(), "POST", "/rs/1/1/shipment")


def paper(serial, content=b"%PDF-"):
    return Body(content, "GET", f"/rs/artifact/KEY/{serial}/0")


def messages(*pairs):
    inside = "".join(
        f"<message><code>{code}</code><description>{text}</description></message>"
        for code, text in pairs
    )
    return f'<messages xmlns="{MESSAGES}">{inside}</messages>'.encode()


# -- answers -------------------------------------------------------------------------------------


def test_a_shipment_has_number_label_and_price():
    booked = reader.booking([info(1), paper(1)], SINGLE)
    assert (booked.identifier, booked.numbers) == ("545021", ("7023210000000017",))
    (label,) = booked.documents
    assert (label.kind, label.format, label.parcel) == ("label", "PDF", 0)
    assert base64.b64decode(label.content) == b"%PDF-"
    assert [(one.code, one.kind, one.amount) for one in booked.charges] == [
        ("", "base", "18.42"),
        ("SO", "accessorial", "1.50"),
        ("FUELSC", "fuel", "2.21"),
        ("AUTDISC", "accessorial", "-0.55"),
        ("GST", "tax", "1.08"),
        ("PST", "tax", "2.15"),
    ]
    assert (booked.total, booked.currency) == ("24.81", "CAD")
    assert sum_of(booked.charges) == Decimal("24.81")


def test_labels_go_with_their_shipments_though_one_is_missing():
    ids = [request_id(THREE, number) for number in range(3)]
    bodies = [info(3, ids[2]), info(1, ids[0]), info(2, ids[1]), paper(3, b"c"), paper(1, b"a")]
    booked = reader.booking(bodies, THREE)
    assert booked.identifier == "545021,545022,545023"
    assert [(one.parcel, base64.b64decode(one.content)) for one in booked.labels] == [
        (0, b"a"),
        (2, b"c"),
    ]
    assert booked.warnings == ("545022: the label could not be downloaded.",)
    assert booked.total == "74.43" and sum_of(booked.charges) == Decimal("74.43")


def test_a_gateway_may_lengthen_the_path_of_a_label():
    label = Body(b"%PDF-", "GET", "/canadapost/rs/artifact/KEY/1/0")
    assert len(reader.booking([info(1), label], SINGLE).labels) == 1


def test_what_was_booked_of_several_keeps_its_place():
    bodies = [info(1, request_id(THREE, 0)), info(3, request_id(THREE, 2))]
    assert reader.booking(bodies, THREE).extra == {"parcels": [0, 2]}
    # Without our ids: in their order.
    assert reader.booking([info(1), info(3)], THREE).extra == {"parcels": [0, 1]}
    # An answer that is none does not hide the others.
    odd = Body(b"gateway", "POST", "/rs/1/1/shipment")
    assert reader.booking([info(1), odd], THREE).numbers == ("7023210000000017",)


def test_what_is_not_said_is_left_out():
    booked = reader.booking(info(1, price="", pin=""), SINGLE)
    assert booked.numbers == ("",) and booked.identifier == "545021"
    assert (booked.total, booked.currency, booked.charges) == ("", "", ())
    link = '<link rel="commercialInvoice" href="https://h/rs/9" media-type="application/pdf"/>'
    booked = reader.booking([info(1, links=link), paper(1)], SINGLE)
    assert booked.warnings == ("545021: Canada Post keeps a commercial invoice to be printed.",)


def test_nothing_booked_is_no_booking():
    assert reader.booking(messages(("9100", "No.")), SINGLE) is None
    assert reader.booking(Body(b"<html/>", "POST", "/"), SINGLE) is None


def quotes(*rows):
    """Rows: service, base, fuel, hst, due, days."""
    inside = "".join(
        f"""<price-quote><service-code>{service}</service-code><service-name>{service}
        </service-name><price-details><base>{base}</base><taxes><gst>0.00</gst><pst>0</pst>
        <hst>{hst}</hst></taxes><due>{due}</due><adjustments><adjustment>
        <adjustment-code>FUELSC</adjustment-code><adjustment-name>Fuel surcharge</adjustment-name>
        <adjustment-cost>{fuel}</adjustment-cost></adjustment></adjustments></price-details>
        <weight-details/><service-standard><am-delivery>false</am-delivery>{days}
        </service-standard></price-quote>"""
        for service, base, fuel, hst, due, days in rows
    )
    return f'<price-quotes xmlns="http://x/rate-v4">{inside}</price-quotes>'.encode()


def test_prices_of_several_parcels_are_of_the_services_that_carry_all():
    days = "<expected-transit-time>2</expected-transit-time>"
    first = quotes(
        ("DOM.EP", "9.59", "0.91", "1.37", "11.87", days),
        ("DOM.XP", "20.00", "0", "0", "20.00", days),
    )
    second = quotes(("DOM.EP", "10.00", "1.00", "1.43", "12.50", ""))
    (rate,) = reader.rates([first, second], THREE)
    assert (rate.service, rate.total, rate.currency) == ("DOM.EP", "24.37", "CAD")
    assert rate.days is None, "of one parcel it is not said"
    assert [(one.kind, one.amount) for one in rate.charges] == [
        ("base", "19.59"),
        ("fuel", "1.91"),
        ("tax", "2.80"),
        ("other", "0.07"),
    ]
    assert [one.days for one in reader.rates(first, SINGLE)] == [2, 2]
    with pytest.raises(ValueError, match="html"):
        reader.rates(b"<html/>", SINGLE)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (messages(("E002", "AAA failure")), "AAA failure (Canada Post E002)"),
        (messages(("1", "One."), ("2", "Two.")), "One (Canada Post 1); Two (Canada Post 2)"),
        (messages(), ""),
        (b"<html>confused</html>", ""),
    ],
)
def test_errors_of_each_shape(body, words):
    assert reader.errors(body) == words


def test_a_shipment_that_is_not_there_is_a_no():
    assert reader.is_no(404, messages()) and reader.was_void(messages())
    assert not reader.is_no(404, b"<html/>") and not reader.is_no(503, messages())
    assert not reader.was_void(messages(("8064", "It was transmitted.")))
    with pytest.raises(ValueError, match="not XML"):
        reader.is_no(404, b"Not found")


def test_a_void_is_a_deletion_or_a_refund():
    shown = Body(info(1), "GET", "/rs/1/1/shipment/1")
    assert reader.is_void([shown, Body(b"", "DELETE", "/rs/1/1/shipment/1")])
    ticket = b"<shipment-refund-request-info><service-ticket-id>GT1</service-ticket-id>"
    assert reader.is_void([shown, Body(ticket + b"</shipment-refund-request-info>", "POST", "/")])
    assert not reader.is_void(shown)


def test_our_id_of_a_parcel_is_always_the_same_and_not_too_long():
    assert request_id(THREE, 1) == "WH/OUT/00062-1-3-2"
    long = replace(THREE, reference="ALLOCATION/2026/MONTREAL/000000000017")
    ids = {request_id(long, number) for number in range(300)}
    assert len(ids) == 300 and max(map(len, ids)) <= 35
    assert request_id(long, 4) == request_id(replace(long), 4)


# -- with the carrier ----------------------------------------------------------------------------


@pytest.fixture
def server():
    with CanadaPostServer() as one:
        yield one


def ask(server, request, **settings):
    """:return: (what came of it, the shipments that were asked for)"""
    with client_of(server) as client:
        said = account(server, **settings).book(request, client)
    sent = [
        _plain(call.body)
        for call in server.calls
        if call.method == "POST" and call.path.endswith("/shipment")
    ]
    return said, sent


def _plain(body):
    root = etree.fromstring(body)
    for element in root.iter():
        element.tag = etree.QName(element).localname
    return root


def test_the_form_of_the_access_names_what_canada_post_wants():
    about = {one.name: one for one in catalogue.settings("canadapost")}
    assert about["customer_number"].is_required and about["password"].kind == "secret"
    assert about["config.transmit_shipment_by_default"].kind == "flag"


def test_what_nobody_asked_for_is_not_sent(server):
    said, (sent,) = ask(server, SINGLE)
    assert said.value, said.outcome
    assert sent.findtext("group-id") == "20261124-H2B1A0"
    assert sent.findtext("expected-mailing-date") == "2026-11-24"
    spec = sent.find("delivery-spec")
    assert spec.find("notification") is None, "Jane's mail address is no order to write to her"
    assert spec.find("destination/client-voice-number") is None
    assert spec.find("references/cost-centre") is None
    assert spec.findtext("references/customer-ref-1") == SINGLE.reference
    assert spec.findtext("settlement-info/intended-method-of-payment") == "Account"
    assert spec.findtext("parcel-characteristics/weight") == "4.900"
    options = {"email_notification_to": "jane@ng.example.com", "canadapost_cost_center": "SHOP-4"}
    server.calls.clear()
    said, (sent,) = ask(server, replace(SINGLE, options=options))
    assert said.value, said.outcome
    assert sent.findtext("delivery-spec/notification/email") == "jane@ng.example.com"
    assert sent.findtext("delivery-spec/references/cost-centre") == "SHOP-4"


def test_a_weight_is_not_rounded_and_sizes_may_be_missing(server):
    (box,) = SINGLE.parcels
    bare = replace(box, weight=4.944, length=0.0, width=0.0, height=0.0)
    said, (sent,) = ask(server, replace(SINGLE, parcels=(bare,)))
    assert said.value, said.outcome
    assert sent.findtext("delivery-spec/parcel-characteristics/weight") == "4.944"
    assert sent.find("delivery-spec/parcel-characteristics/dimensions") is None
    with client_of(server) as client:
        rated = account(server).rate(replace(SINGLE, parcels=(bare,), service=""), client)
    assert rated.value, rated.outcome
    assert b"<weight>4.944</weight>" in server.calls[-1].body


def test_each_parcel_declares_what_is_in_it(server):
    (box,) = ABROAD.parcels
    pump, hose = box.goods
    pump = replace(pump, origin="CA", sku="A-VERY-LONG-NUMBER-OF-AN-ITEM")
    request = replace(
        ABROAD,
        parcels=(
            replace(box, key="A", goods=(pump,)),
            replace(box, key="B", goods=(replace(hose, weight=1.0, quantity=3),)),
        ),
    )
    said, sent = ask(server, request)
    assert said.value, said.outcome
    first, second = (one.findall(".//sku-list/item") for one in sent)
    (pump,), (hose,) = first, second
    assert {one.tag: one.text for one in hose} == {
        "customs-number-of-units": "3",
        "customs-description": "Hose, 3 m",
        "sku": "HOS-3",
        "hs-tariff-code": "3917.39",
        "unit-weight": "0.333",
        "customs-value-per-unit": "9.90",
        "country-of-origin": "CN",
    }
    assert pump.findtext("province-of-origin") == "QC" and pump.find("sku") is None
    customs = sent[0].find("delivery-spec/customs")
    assert customs.findtext("reason-for-export") == "SOG" and customs.find("other-reason") is None
    assert customs.find("invoice-number") is None, "14 characters of an invoice are not ten"
    to = sent[0].find("delivery-spec/destination/address-details")
    assert to.findtext("address-line-1") == "Havenkade 12"
    assert to.findtext("postal-zip-code") == "4381 NG"


def test_another_reason_is_told_in_words(server):
    gift = replace(ABROAD, customs=replace(ABROAD.customs, content="gift", invoice="F-17"))
    _said, (sent,) = ask(server, gift)
    customs = sent.find("delivery-spec/customs")
    assert (customs.findtext("reason-for-export"), customs.findtext("other-reason")) == (
        "OTH",
        "Gift",
    )
    assert customs.findtext("invoice-number") == "F-17"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shipper": replace(SINGLE.shipper, phone="")}, "telephone"),
    ],
)
def test_what_cannot_be_asked_for_rightly_is_refused_before(server, changes, words):
    said, sent = ask(server, replace(SINGLE, **changes))
    assert said.outcome.kind == outcomes.REJECTED and words in said.words
    assert not sent and not server.calls


def test_goods_in_another_currency_want_a_rate_of_exchange(server):
    (box,) = ABROAD.parcels
    box = replace(box, goods=tuple(replace(good, currency="USD") for good in box.goods))
    said, sent = ask(server, replace(ABROAD, parcels=(box,)))
    assert said.outcome.kind == outcomes.REJECTED and "CAD" in said.words and not sent


def test_a_transmitted_shipment_is_refunded(server):
    settings = {"config.transmit_shipment_by_default": True}
    said, (sent,) = ask(server, SINGLE, **settings)
    assert said.value, said.outcome
    assert sent.find("group-id") is None and sent.find("transmit-shipment") is not None
    with client_of(server) as client:
        no = account(server, **settings).void(said.value.identifier, "", client)
        assert no.outcome.kind == outcomes.REJECTED and server.live
        settings["config.refund_email"] = "compta@roy-nautique.example.com"
        yes = account(server, **settings).void(said.value.identifier, "", client)
        assert yes.value is True, yes.outcome
        again = account(server, **settings).void(said.value.identifier, "", client)
    assert again.outcome.kind == outcomes.REJECTED and reader.was_void(again.document)
    assert not server.live


def test_a_label_that_is_not_there_yet_leaves_the_booking(server):
    papers = server.papers
    server.papers = type("Slow", (dict,), {"get": lambda self, *args: ("", b"")})()
    said, _sent = ask(server, SINGLE)
    assert said.outcome.kind == outcomes.DELIVERED and said.value.labels == ()
    assert said.value.warnings
    server.papers = {**papers, **server.papers}
    with client_of(server) as client:
        found = account(server).find(SINGLE, client)
    assert len(found.value.labels) == 1 and found.value.numbers == said.value.numbers
