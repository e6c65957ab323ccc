"""DHL Parcel DE: its answers in their shapes, and what it is asked for."""

import base64
import json
from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

import pytest
from odoo.addons.logistics_connector_base.core import outcome as outcomes
from odoo.addons.logistics_connector_carrier.core.booking import Customs
from odoo.addons.logistics_connector_carrier.engine import catalogue
from odoo.addons.logistics_connector_carrier.engine.errors import EngineError
from odoo.addons.logistics_connector_carrier.engine.karrio_carrier import KarrioCarrier
from odoo.addons.logistics_connector_carrier.providers.dhl_parcel_de import booking as reader

from tests.simulators.carriers.dhl_parcel_de import DhlParcelDeServer

from .booking_requests import LAKE, REQUESTS
from .test_booking_contract import client_of

SINGLE, THREE, ABROAD = (REQUESTS["dhl_parcel_de"][name] for name in ("single", "three", "abroad"))
OK = {"title": "OK", "status": 200, "statusCode": 200}
NO = {"title": "Bad Request", "status": 400, "statusCode": 400}


def answer(*items, **status):
    return json.dumps({"status": status or OK, "items": items}).encode()


def item(number="00340434161094022115", **more):
    label = {"b64": "JVBERi0=", "fileFormat": "PDF", "printFormat": "A4"}
    return {"shipmentNo": number, "sstatus": OK, "label": label, **more}


def refused(*messages, **more):
    return {
        "sstatus": {**NO, **more},
        "validationMessages": [
            {"property": place, "validationMessage": text, "validationState": state}
            for place, text, state in messages
        ],
    }


# -- answers -------------------------------------------------------------------------------------


def test_one_shipment_has_its_documents():
    paper = {"b64": "Q04yMw==", "fileFormat": "PDF", "printFormat": "A4-PT"}
    back = {"zpl2": "^XA^FDback^XZ", "fileFormat": "ZPL2"}
    booked = reader.booking(
        answer(item(customsDoc=paper, returnLabel=back, returnShipmentNo="991")), SINGLE
    )
    assert booked.identifier == "00340434161094022115" == booked.numbers[0]
    assert [(one.kind, one.format, one.parcel) for one in booked.documents] == [
        ("label", "PDF", 0),
        ("return_label", "ZPL", 0),
        ("other", "PDF", 0),
    ]
    assert base64.b64decode(booked.documents[1].content) == b"^XA^FDback^XZ"
    assert booked.total == "" and booked.charges == () and booked.extra == {}


def test_a_status_is_read_by_both_its_names():
    old = item(sstatus={"title": "OK", "statusCode": 200})
    new = item(sstatus={"title": "OK", "status": 200})
    for one in (old, new):
        assert len(reader.booking(answer(one), SINGLE).numbers) == 1


def test_what_was_booked_of_several_keeps_its_place():
    no = refused(("consignee.city", "City is not known.", "Error"))
    booked = reader.booking(answer(item("1"), no, item("3")), THREE)
    assert booked.numbers == ("1", "3") and booked.identifier == "1,3"
    assert booked.extra == {"parcels": [0, 2]}
    assert [one.parcel for one in booked.labels] == [0, 2]


def test_warnings_are_kept_and_a_missing_label_is_one():
    words = {
        "property": "consignee.addressStreet",
        "validationMessage": "The address is not routable.",
        "validationState": "Warning",
    }
    booked = reader.booking(
        answer(item(label={"url": "https://example.com/label"}, validationMessages=[words])), SINGLE
    )
    assert booked.labels == ()
    assert booked.warnings == (
        "00340434161094022115: DHL sent no label.",
        "consignee.addressStreet: The address is not routable.",
    )


def test_nothing_booked_is_no_booking():
    assert reader.booking(answer(refused()), SINGLE) is None
    with pytest.raises(KeyError):
        reader.booking(json.dumps({"status": OK}).encode(), SINGLE)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            answer(refused(("details.weight", "Too heavy.", "Error"), ("x", "Mind.", "Warning"))),
            "details.weight: Too heavy.",
        ),
        (
            answer(item(), refused(("consignee.city", "Not known.", "Error"))),
            "package 2: consignee.city: Not known.",
        ),
        (answer(refused(detail="Unknown shipment number.")), "Unknown shipment number."),
        (answer(refused(title="Bad Request")), "Bad Request"),
        (
            json.dumps(
                {"status": {"title": "Bad Request", "status": 400, "detail": "profile is missing"}}
            ).encode(),
            "Bad Request: profile is missing",
        ),
        (
            b'{"title": "Unauthorized", "status": 401, "detail": "Unauthorized for resource."}',
            "Unauthorized: Unauthorized for resource.",
        ),
        (b'{"error": "invalid_client", "error_description": "Who is that?"}', "Who is that?"),
        (b'{"error": "invalid_client"}', "invalid_client"),
        (answer(item()), ""),
        (answer(item(), title="OK", status=200), ""),
    ],
)
def test_errors_of_each_shape(body, words):
    assert reader.errors(body) == words


def test_a_void_is_of_all_that_was_asked():
    good = {"shipmentNo": "1", "sstatus": OK}
    bad = {"shipmentNo": "2", "sstatus": {**NO, "detail": "Unknown shipment number."}}
    assert reader.is_void(answer(good))
    assert not reader.is_void(answer(good, bad)) and not reader.is_void(answer())
    assert reader.was_void(answer(bad))
    closed = {"shipmentNo": "2", "sstatus": {**NO, "detail": "The shipment is closed out."}}
    assert not reader.was_void(answer(closed))


# -- the access ----------------------------------------------------------------------------------


def production(server, **changes):
    settings = {**server.settings(), **changes}
    return KarrioCarrier("dhl_parcel_de", settings, reader, base_url=server.url)


def ask(server, request, **changes):
    """Book in production. :return: (what came of it, what was sent to /orders, or None)"""
    with client_of(server) as client:
        said = production(server, **changes).book(request, client)
    sent = [call.data for call in server.calls if server.is_act(call)]
    return said, sent[0] if sent else None


@pytest.fixture
def server():
    with DhlParcelDeServer() as one:
        yield one


def test_the_form_of_the_access_names_what_dhl_wants():
    about = {one.name: one for one in catalogue.settings("dhl_parcel_de")}
    required = {name for name, one in about.items() if one.is_required}
    assert required == {"username", "password", "client_id", "client_secret"}
    assert about["password"].kind == about["client_secret"].kind == "secret"
    assert "config.billing_number_V01PAK" in about
    assert not any(" " in choice for choice in about["config.print_format"].choices)


def without_numbers(server):
    return {name: "" for name in server.settings() if name.startswith("config.billing")}


def test_numbers_of_the_test_system_never_reach_production(server):
    with pytest.raises(EngineError, match="No billing number"):
        production(server, **without_numbers(server))
    with pytest.raises(EngineError, match="test system"):
        production(server, **{"config.billing_number_V01PAK": "33333333330102"})
    # A product whose number is not filled in.
    said, sent = ask(server, ABROAD, **{"config.billing_number_V53WPAK": ""})
    assert said.outcome.kind == outcomes.REJECTED and "V53WPAK" in said.words
    assert sent is None
    # One that nobody knows: DHL says so, and is sent no number.
    said, sent = ask(server, replace(SINGLE, service="V99PAK"))
    assert said.outcome.kind == outcomes.REJECTED
    assert "billingNumber" not in sent["shipments"][0]
    assert not any(b"3333333333" in call.body for call in server.calls)


def test_the_test_system_has_its_own_numbers(server):
    settings = {**server.settings(), **without_numbers(server)}
    ours = KarrioCarrier("dhl_parcel_de", settings, reader, is_test=True, base_url=server.url)
    with client_of(server) as client:
        ours.book(SINGLE, client)
    assert server.calls[-1].data["shipments"][0]["billingNumber"] == "33333333330102"


@pytest.mark.parametrize("number", ["6291840375", "62918403755301", "629184037501013"])
def test_a_number_of_another_product_is_refused(server, number):
    with pytest.raises(EngineError, match="DHL Paket"):
        production(server, **{"config.billing_number_V01PAK": number})


def test_a_number_may_be_written_in_groups(server):
    said, sent = ask(server, SINGLE, **{"config.billing_number_V01PAK": "6291840375 01 03"})
    assert said.value and sent["shipments"][0]["billingNumber"] == "62918403750103"


# -- what is asked for ---------------------------------------------------------------------------


def test_an_address_is_sent_as_it_is_written(server):
    said, sent = ask(server, SINGLE)
    assert said.value, said.outcome
    (shipment,) = sent["shipments"]
    assert shipment["refNo"] == SINGLE.reference and shipment["shipDate"] == "2026-11-24"
    assert shipment["shipper"] == {
        "name1": "Kalder Bootsbedarf GmbH",
        "name2": "Ines Kalder",
        "name3": "Halle 7",
        "addressStreet": "Am Seefischmarkt 12a",
        "postalCode": "24148",
        "city": "Kiel",
        "country": "DEU",
        "email": "versand@kalder.example",
        "contactName": "Ines Kalder",
    }
    to = shipment["consignee"]
    assert (to["name1"], to["name2"]) == ("Ruth Amador", "Hinterhaus")
    assert to["addressStreet"] == "Straße der Einheit 3 a" and "addressHouse" not in to
    assert "phone" not in to, "within Germany it may not be handed over"
    assert "services" not in shipment, "nothing was asked for beside the product"
    assert shipment["details"] == {
        "weight": {"uom": "g", "value": 4900},
        "dim": {"uom": "mm", "length": 405, "width": 300, "height": 200},
    }


def test_each_parcel_declares_what_is_in_it(server):
    (box,) = ABROAD.parcels
    pump, hose = box.goods
    request = replace(
        ABROAD,
        parcels=(
            replace(box, key="A", goods=(pump,)),
            replace(box, key="B", goods=(replace(hose, weight=1.0, quantity=3),)),
        ),
    )
    said, sent = ask(server, request)
    assert said.value, said.outcome
    first, second = (one["customs"] for one in sent["shipments"])
    assert [one["itemDescription"] for one in first["items"]] == ["Bilge pump, 12 V"]
    assert second["items"] == [
        {
            "itemDescription": "Hose, 3 m",
            "packagedQuantity": 3,
            "itemValue": {"currency": "EUR", "value": 9.9},
            "itemWeight": {"uom": "g", "value": 333},
            "countryOfOrigin": "CHN",
            "hsCode": "391739",
        }
    ]
    assert first["postalCharges"] == {"currency": "EUR", "value": 0}
    assert first["shipperCustomsRef"] == "DE7711223344556"
    assert first["exportDescription"] == "Bilge pump, 12 V"
    assert not {"shippingConditions", "officeOfOrigin"} & set(first)
    to = sent["shipments"][0]["consignee"]
    assert to["additionalAddressInformation1"] == "2. Stock"
    assert to["phone"] == LAKE.phone
    assert [one.kind for one in said.value.documents] == ["label", "other"] * 2


def test_who_pays_duties_is_told_only_where_we_do(server):
    _said, sent = ask(server, ABROAD)
    assert "postalDeliveryDutyPaid" not in sent["shipments"][0].get("services", {})
    server.calls.clear()
    _said, sent = ask(server, replace(ABROAD, customs=Customs(incoterm="DDP")))
    assert sent["shipments"][0]["services"]["postalDeliveryDutyPaid"] is True


def test_a_state_of_the_united_states_has_its_country(server):
    party = replace(LAKE, country="US", state="WA", zip="98421", city="Tacoma")
    _said, sent = ask(server, replace(ABROAD, recipient=party))
    assert sent["shipments"][0]["consignee"]["state"] == "US-WA"


def test_a_short_reference_is_printed_where_it_may_be(server):
    said, sent = ask(server, replace(SINGLE, reference="W-7"))
    assert said.value, said.outcome
    assert sent["shipments"][0]["costCenter"] == "W-7" and "refNo" not in sent["shipments"][0]


def test_a_parcel_locker_has_no_street(server):
    options = {"dhl_parcel_de_locker_id": "118", "dhl_parcel_de_post_number": "8642097531"}
    said, sent = ask(server, replace(SINGLE, options=options))
    assert said.value, said.outcome
    assert sent["shipments"][0]["consignee"] == {
        "name": "Ruth Amador",
        "lockerID": 118,
        "postNumber": "8642097531",
        "city": "Jena",
        "country": "DEU",
        "postalCode": "07743",
    }


def test_a_return_label_has_the_number_of_its_product(server):
    options = {"dhl_parcel_de_return_enabled": True}
    request = replace(SINGLE, options=options)
    said, sent = ask(server, request)
    assert [one.kind for one in said.value.documents] == ["label", "return_label"]
    retoure = sent["shipments"][0]["services"]["dhlRetoure"]
    assert retoure["billingNumber"] == "62918403750701"
    assert retoure["returnAddress"]["addressStreet"] == "Am Seefischmarkt 12a"
    server.calls.clear()
    said, sent = ask(server, request, **{"config.billing_number_V07PAK": ""})
    assert sent is None and "Retoure" in said.words


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"is_return": True}, "return"),
        ({"options": {"cash_on_delivery": 20.0}}, "Cash on delivery"),
        (
            {"recipient": replace(SINGLE.recipient, company="GmbH", lines=("A 1", "B", "C"))},
            "Recipient",
        ),
    ],
)
def test_what_cannot_be_asked_for_rightly_is_refused_before(server, changes, words):
    said, sent = ask(server, replace(SINGLE, **changes))
    assert said.outcome.kind == outcomes.REJECTED and words in said.words
    assert sent is None and not server.bookings


def test_the_paper_is_the_accounts_own_unless_it_was_chosen(server):
    always = {"includeDocs": "include", "combine": "false", "docFormat": "ZPL2"}
    chosen = {"printFormat": "910-300-600", "mustEncode": "true"}
    request = replace(SINGLE, label="ZPL")
    settings = {"config.print_format": "910-300-600", "config.must_encode": True}
    for changes, query in (({}, always), (settings, {**always, **chosen})):
        server.calls.clear()
        said, _sent = ask(server, request, **changes)
        assert said.value, said.outcome
        assert dict(parse_qsl(urlsplit(server.calls[-1].path).query)) == query
