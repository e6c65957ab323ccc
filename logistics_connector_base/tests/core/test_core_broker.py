# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Addresses of message brokers, messages as they get them, and what their replies mean."""

import json
from datetime import datetime

import pytest
from odoo.addons.logistics_connector_base.core import broker_message, netguard, outcome
from odoo.addons.logistics_connector_base.core.broker_address import (
    check_name,
    check_routing_key,
    is_broker,
    parse_address,
    routing_key,
)
from odoo.addons.logistics_connector_base.core.broker_reply import (
    BLOCKED,
    GIVING,
    LOOKING,
    NACK,
    OPENING,
    Place,
    judge,
)
from odoo.addons.logistics_connector_base.core.cloud_event import CONTENT_TYPE, cloud_event
from odoo.addons.logistics_connector_base.core.netguard import Refusal, parse_rule, parse_target

# -- addresses ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("url", "origin", "port", "vhost"),
    [
        ("amqps://broker.example", "amqps://broker.example", 5671, "/"),
        ("amqps://broker.example/", "amqps://broker.example", 5671, "/"),
        ("amqp://broker.example//", "amqp://broker.example", 5672, "/"),
        ("amqp://broker.example/%2f", "amqp://broker.example", 5672, "/"),
        ("AMQPS://Broker.Example:5673/shop", "amqps://broker.example:5673", 5673, "shop"),
        ("amqps://broker.example/a%2Fb%20c", "amqps://broker.example", 5671, "a/b c"),
        ("amqps://broker.example/..", "amqps://broker.example", 5671, ".."),
        ("amqp://[::1]:5672/x", "amqp://[::1]", 5672, "x"),
        ("amqps://bücher.example/x", "amqps://xn--bcher-kva.example", 5671, "x"),
    ],
)
def test_addresses(url, origin, port, vhost):
    address = parse_address(url)
    assert (address.url, address.target.port, address.vhost) == (origin, port, vhost)
    assert is_broker(url)


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("amqps://user:s3cr3t@broker.example/", "userinfo"),
        ("amqps://user@broker.example/", "userinfo"),
        ("https://broker.example/", "scheme"),
        ("redis://broker.example/", "scheme"),
        ("amqps://broker.example/a/b", "url"),
        ("amqps://broker.example/x?ssl_options.verify=verify_none", "url"),
        ("amqps://broker.example?heartbeat=0", "url"),
        ("amqps://broker.example/x#y", "url"),
        ("amqps://broker.example/%zz", "url"),
        ("amqps://broker.example/%00", "name"),
        ("amqps://broker.example/%ff", "name"),
        ("amqps://broker.example/" + "x" * 256, "name"),
        ("amqps://{key}.example/", "url"),
        ("amqps://broker.example/{key}", "url"),
        ("amqps://127.1/", "host"),
        ("amqps:///x", "host"),
        ("amqps:broker.example", "host"),
        ("amqps://broker.example:0/", "port"),
    ],
)
def test_addresses_that_are_none(url, code):
    with pytest.raises(Refusal) as caught:
        parse_address(url)
    assert caught.value.code == code
    assert "s3cr3t" not in str(caught.value)


def test_a_web_client_takes_no_brokers_address():
    for url in ("amqps://broker.example/", "amqp://broker.example/"):
        with pytest.raises(Refusal, match="https://"):
            parse_target(url)
    assert not is_broker("https://broker.example/amqp://x") and not is_broker(None)


PUBLIC, LOCAL = "93.184.215.14", "10.1.2.3"


@pytest.mark.parametrize(
    ("url", "rule", "address", "code"),
    [
        ("amqps://broker.example/", None, PUBLIC, None),
        ("amqps://broker.example:5672/", None, PUBLIC, "port"),
        ("amqps://broker.example:443/", None, PUBLIC, "port"),
        ("amqp://broker.example/", None, PUBLIC, "plain_http"),
        ("amqps://broker.example/", None, LOCAL, "local"),
        ("amqps://broker.example/", ("10.1.2.3", "", False), LOCAL, None),
        ("amqp://broker.example/", ("10.1.2.3", "", False), LOCAL, "plain_http"),
        ("amqp://broker.example/", ("10.1.2.3", "", True), LOCAL, None),
        ("amqp://broker.example/", ("broker.example", "443", True), LOCAL, "port"),
        ("amqps://broker.example/", ("broker.example", "", True), "169.254.169.254", "never"),
    ],
)
def test_where_a_broker_may_be(url, rule, address, code):
    """The guard of calls by HTTP holds, with the brokers' own ports."""
    target, rules = parse_address(url).target, [parse_rule(*rule)] if rule else []
    try:
        netguard.check_before_resolving(target, rules)
        netguard.check_addresses(target, [netguard.ipaddress.ip_address(address)], rules)
        refused = None
    except Refusal as refusal:
        refused = refusal.code
        if refused == "plain_http":
            assert "amqps://" in str(refusal)
    assert refused == code


# -- routing keys ---------------------------------------------------------------------------------


def test_routing_keys():
    made = routing_key("{type}.{code}", "logistics.event.recorded", "DLV_DELIVERED", "S/1")
    assert made == "logistics.event.recorded.DLV_DELIVERED"
    assert routing_key("x.{key}.{code}", "t", "a.b c", "WH/OUT/1.2") == "x.WH/OUT/1-2.a-b-c"
    assert routing_key("{code}", "t", "{key}", "k") == "{key}", "nothing is filled in twice"
    assert routing_key("{key}", "t", "c", None) == ""
    long = routing_key("{key}", "t", "c", "é" * 200)
    assert len(long.encode()) <= 255 and set(long) == {"é"}


@pytest.mark.parametrize("text", ["", "a\nb", "{id}", "{key", "key}", "{}", "x" * 256])
def test_routing_keys_that_nobody_can_fill(text):
    with pytest.raises(Refusal):
        check_routing_key(text)
    check_routing_key("shop.{type}.{code}.{key}")
    check_name("logistics", "The exchange")


# -- messages -------------------------------------------------------------------------------------

TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
EVENT = cloud_event(
    "recorded",
    {
        "fingerprint": "f",
        "code": "DLV_DELIVERED",
        "occurred_at": datetime(2026, 3, 1, 12, 0),
        "city": "Zürich",
        "shipment": {"name": "SHP/1"},
    },
    "/logistics/x/1",
    trace=TRACE,
)
CONTENT = json.dumps(EVENT).encode()


def make(content=CONTENT, content_type=CONTENT_TYPE, **more):
    return broker_message.make(
        content, content_type, "receipt-1", "correlation-1", datetime(2026, 3, 1, 12, 0, 5), **more
    )


def test_an_event_goes_whole():
    made = make(traceparent="00-another")
    assert (made.body, made.content_type) == (CONTENT, "application/cloudevents+json")
    assert made.properties == {
        "message_id": "receipt-1",
        "correlation_id": "correlation-1",
        "timestamp": 1772366405,
        "delivery_mode": 2,
        "app_id": "logistics-connector",
        "type": "logistics.event.recorded",
    }
    assert (made.type, made.code) == ("logistics.event.recorded", "DLV_DELIVERED")
    assert made.headers["cloudEvents:subject"] == "SHP/1"
    assert made.headers["cloudEvents:id"] == EVENT["id"]
    # The extension carries the same as the protocol's own header (Distributed Tracing).
    assert made.headers["cloudEvents:traceparent"] == made.headers["traceparent"] == TRACE
    assert not any(name.rpartition(":")[2] == "data" for name in made.headers)


def test_an_event_in_binary_mode_is_the_same_event():
    made = make(mode="binary")
    assert made.content_type == "application/json"
    assert json.loads(made.body) == EVENT["data"]
    attributes = {
        name.removeprefix("cloudEvents:"): value
        for name, value in made.headers.items()
        if name.startswith("cloudEvents:")
    }
    assert {**attributes, "datacontenttype": made.content_type, "data": EVENT["data"]} == EVENT


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (b'{"n":1}', "application/json"),
        (b"<a/>", "application/xml"),
        (b"not json", CONTENT_TYPE),
        (b"[1]", CONTENT_TYPE),
        (b"[" * 100000, CONTENT_TYPE),
    ],
)
def test_what_is_no_event_goes_as_it_is(content, content_type):
    for mode in ("structured", "binary"):
        made = make(content, content_type, mode=mode, code="release", traceparent=TRACE)
        assert (made.body, made.content_type) == (content, content_type)
        assert (made.type, made.code) == ("logistics.message", "release")
        assert made.headers == {"traceparent": TRACE}


# -- replies --------------------------------------------------------------------------------------

PLACE = Place("shop", "logistics", "logistics.event.recorded.X")
IN_VHOST = "NOT_ALLOWED - access to vhost 'shop' refused for user 'odoo'"


@pytest.mark.parametrize(
    ("step", "code", "text", "kind", "is_ours", "words"),
    [
        (OPENING, 403, "ACCESS_REFUSED - Login was refused", "trouble", True, "password"),
        (OPENING, 530, "NOT_ALLOWED - vhost shop not found", "trouble", True, "no virtual host"),
        (OPENING, 530, IN_VHOST, "trouble", True, "not let us into the virtual host “shop”"),
        (OPENING, 320, "CONNECTION_FORCED", "trouble", False, "does not let us in"),
        (OPENING, 541, "INTERNAL_ERROR", "trouble", False, "541 INTERNAL_ERROR"),
        (LOOKING, 404, "NOT_FOUND", "trouble", True, "no exchange “logistics”"),
        (LOOKING, 403, "ACCESS_REFUSED", "trouble", True, "may not make"),
        (LOOKING, 406, "PRECONDITION_FAILED", "trouble", True, "no durable topic exchange"),
        (LOOKING, 320, "CONNECTION_FORCED", "trouble", False, "logistics"),
        (GIVING, 312, "NO_ROUTE", "trouble", False, "No queue takes it"),
        (GIVING, 404, "NOT_FOUND", "trouble", True, "is gone"),
        (GIVING, 403, "ACCESS_REFUSED", "trouble", True, "may not write"),
        (GIVING, 406, "PRECONDITION_FAILED - message size", "rejected", False, "message size"),
        (GIVING, 311, "CONTENT_TOO_LARGE", "rejected", False, "does not want"),
        (GIVING, 320, "CONNECTION_FORCED", "doubt", False, "before it confirmed"),
        (GIVING, 541, "INTERNAL_ERROR", "doubt", False, "before it confirmed"),
        (GIVING, NACK, "", "doubt", False, "every queue"),
        (GIVING, BLOCKED, "", "trouble", False, "memory or disk"),
    ],
)
def test_what_replies_mean(step, code, text, kind, is_ours, words):
    judged = judge(step, code, text, PLACE)
    assert (judged.kind, judged.is_ours, judged.status) == (kind, is_ours, None)
    assert words in judged.text and judged.text.endswith(".")
    assert isinstance(judged, outcome.Outcome)
