# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The client for brokers against what is no broker, a broken one, or one that may not be called.
With a real one it is shown end to end (tests/e2e/test_rabbitmq.py)."""

import contextlib
import socket
import sys
import threading
from datetime import datetime
from types import SimpleNamespace

import pytest
from odoo.addons.logistics_connector_base.client import (
    Limits,
    Refused,
    TimedOut,
    Unreachable,
    Untrusted,
)
from odoo.addons.logistics_connector_base.client.broker import (
    BrokerClient,
    BrokerRefusal,
    MissingLibrary,
)
from odoo.addons.logistics_connector_base.core import broker_message
from odoo.addons.logistics_connector_base.core.broker_address import parse_address
from odoo.addons.logistics_connector_base.core.netguard import parse_rule
from odoo.addons.logistics_connector_base.tests.core.partner_server import Authority

SECRET = "s3cr3t-4711-do-not-tell"
LIMITS = Limits(connect=0.5, read=0.5, total=1.0)
MESSAGE = broker_message.make(b"{}", "application/json", "1", "2", datetime(2026, 1, 1))
MODULE = "odoo.addons.logistics_connector_base.client.broker_wire"


@contextlib.contextmanager
def listener(behave):
    """Somebody who listens where a broker should."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve():
        with contextlib.suppress(OSError):
            connection, _peer = server.accept()
            with connection:
                connection.settimeout(5)
                behave(connection)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        with contextlib.suppress(OSError):
            server.shutdown(socket.SHUT_RDWR)  # wakes accept(); closing alone does not
        server.close()
        thread.join(5)


def client_for(port, place="127.0.0.1", plain=True, **more):
    rules = [parse_rule(place, str(port), plain)]
    more.setdefault("resolver", lambda host, port: ["127.0.0.1"])
    return BrokerClient(LIMITS, rules, **more)


def publish(client, url):
    client.publish(parse_address(url), ("odoo", SECRET), "logistics", MESSAGE, "key", True)


def fails(error, client, url):
    with client, pytest.raises(error) as caught:
        publish(client, url)
    assert type(caught.value) is error, repr(caught.value)
    assert caught.value.sent == "no", "nothing of the message was sent"
    assert SECRET not in f"{caught.value!r} {caught.value}"
    assert caught.value.__cause__ is None and caught.value.__context__ is None
    return str(caught.value)


def test_nobody_is_there():
    with listener(lambda connection: None) as port:
        pass
    words = fails(Unreachable, client_for(port), f"amqp://broker.test:{port}/")
    assert "broker.test" in words and "refused" in words


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"AMQP\x00\x01\x00\x00",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"\x01\x00\x00\x00\x00\x00\x04\x00\x0a\x00\x0a\x00",
    ],
)
def test_somebody_who_does_not_speak_amqp(answer):
    def behave(connection):
        connection.recv(8)
        connection.sendall(answer)

    with listener(behave) as port, client_for(port) as client, pytest.raises(Exception) as caught:
        publish(client, f"amqp://broker.test:{port}/")
    assert caught.value.sent == "no"
    assert SECRET not in repr(caught.value)


def test_somebody_who_sends_without_end():
    def behave(connection):
        connection.recv(8)
        with contextlib.suppress(OSError):
            connection.sendall(b"\x01\x00\x00\x7f\xff\xff\xff" + b"x" * 10_000_000)

    with listener(behave) as port, client_for(port) as client, pytest.raises(Exception) as caught:
        publish(client, f"amqp://broker.test:{port}/")
    assert "more than a broker has to say" in str(caught.value)


def test_somebody_who_is_silent_or_slow():
    stop = threading.Event()

    def drip(connection):
        connection.recv(8)
        with contextlib.suppress(OSError):
            while not stop.wait(0.1):
                connection.sendall(b"\x01")

    for behave in (lambda connection: stop.wait(3), drip):
        with listener(behave) as port:
            fails(TimedOut, client_for(port), f"amqp://broker.test:{port}/")
            stop.set()
        stop.clear()


def test_where_we_may_not_go():
    with listener(lambda connection: None) as port:
        url = f"amqp://broker.test:{port}/"
        words = fails(Refused, client_for(port, plain=False), url)
        assert "amqps://" in words
        words = fails(Refused, client_for(port, place="other.test"), url)
        assert "not encrypted" in words
        rebound = client_for(port, resolver=lambda host, port: ["127.0.0.1", "169.254.169.254"])
        assert "never" in fails(Refused, rebound, url)


@pytest.mark.parametrize("is_known", [True, False])
def test_a_certificate_must_be_that_of_the_broker(tmp_path, is_known):
    """Its name is looked at, and who made it; without any switch to leave that out."""
    authority, got = Authority(), []
    context = authority.context(tmp_path, "broker.test" if is_known else "other.test")

    def behave(connection):
        with contextlib.suppress(OSError), context.wrap_socket(connection, True) as secure:
            got.append((secure.recv(8), secure.selected_alpn_protocol()))

    with listener(behave) as port:
        client = client_for(port, place="broker.test", ca_pem=authority.pem)
        error = Unreachable if is_known else Untrusted
        fails(error, client, f"amqps://broker.test:{port}/")
        assert got == ([(b"AMQP\x00\x00\x09\x01", None)] if is_known else [])
    if is_known:
        with listener(behave) as port:
            fails(Untrusted, client_for(port), f"amqps://broker.test:{port}/")


def test_no_proxy_is_asked(monkeypatch):
    with listener(lambda connection: None) as proxy, listener(lambda connection: None) as port:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy}")
        fails(Unreachable, client_for(port), f"amqp://broker.test:{port}/")


def test_a_server_without_kombu(monkeypatch):
    """The package is optional: what needs it says so, and nothing else is touched."""
    for name in ("kombu", "amqp", "amqp.transport", MODULE):
        monkeypatch.setitem(sys.modules, name, None)
    client_module = sys.modules["odoo.addons.logistics_connector_base.client"]
    monkeypatch.delattr(client_module, "broker_wire", raising=False)
    with pytest.raises(MissingLibrary, match="pip install kombu"):
        BrokerClient(LIMITS)


# -- what a broker does, without one --------------------------------------------------------------


class Said(Exception):
    """As py-amqp tells what a broker said."""

    def __init__(self, code, text=""):
        super().__init__(code, text)
        self.reply_code, self.reply_text = code, text


class Link:
    """Stands where kombu does. ``plan``: what each message meets: a word, or an exception, before
    its first byte left ("early") or after."""

    opened, plan, is_blocked, is_dead = 0, [], False, False

    def __init__(self, wire, vhost, login):
        type(self).opened += 1
        self.wire = wire
        if isinstance(self.opening, Exception):
            raise self.opening

    opening = finding = None

    def find(self, exchange, declare):
        if self.finding:
            raise self.finding

    def look(self):
        if type(self).is_dead:
            type(self).is_dead = False
            raise OSError("Server unexpectedly closed connection")

    def give(self, message, routing_key, mandatory):
        word = self.plan.pop(0)
        if word == "early":
            raise ConnectionResetError
        self.wire.sending = True
        if isinstance(word, Exception):
            raise word
        return ("ack", (312, "NO_ROUTE")) if word == "returned" else (word, None)

    def close(self):
        pass


@pytest.fixture
def link():
    return type("Link", (Link,), {"plan": []})


def with_link(link):
    made = client_for(5672)
    made._library = SimpleNamespace(Link=link)
    return made


BROKER = "amqp://broker.test/logistics"


def test_one_connection_for_many_messages(link):
    link.plan = ["ack"] * 4
    with with_link(link) as client:
        publish(client, BROKER)
        publish(client, BROKER)
        assert link.opened == 1
        link.is_dead = True
        publish(client, BROKER)  # it ended while it rested: that is no doubt
        assert link.opened == 2
        client.publish(parse_address(BROKER), ("odoo", "new"), "logistics", MESSAGE, "key", True)
        assert link.opened == 3, "another password is another connection"


@pytest.mark.parametrize(
    ("word", "sent", "code"),
    [
        ("early", "no", None),
        (ConnectionResetError(), "unknown", None),
        (TimeoutError(), "unknown", None),
        (Said(0, "connection already closed"), "unknown", None),
        (Said(320, "CONNECTION_FORCED"), "unknown", 320),
        (Said(404, "NOT_FOUND"), "unknown", 404),
        ("nack", "unknown", "nack"),
        ("returned", "no", 312),
    ],
)
def test_what_is_certain_about_a_message(link, word, sent, code):
    link.plan = [word, "ack"]
    with with_link(link) as client:
        with pytest.raises(Exception) as caught:
            publish(client, BROKER)
        assert caught.value.sent == sent
        assert getattr(caught.value, "code", None) == code
        assert caught.value.__cause__ is None and caught.value.__context__ is None
        publish(client, BROKER)
        assert link.opened == 2, "nothing that stumbled is used again"


def test_before_a_message_is_given_everything_is_certain(link):
    for name, error, step in (
        ("opening", Said(403, f"ACCESS_REFUSED {SECRET * 50}"), "opening"),
        ("finding", Said(404, "NOT_FOUND"), "looking"),
    ):
        setattr(link, name, error)
        with with_link(link) as client, pytest.raises(BrokerRefusal) as caught:
            publish(client, BROKER)
        assert (caught.value.step, caught.value.sent) == (step, "no")
        assert len(caught.value.said) <= 301
        setattr(link, name, None)


def test_a_broker_without_room_is_given_nothing(link):
    link.is_blocked = True
    with with_link(link) as client, pytest.raises(BrokerRefusal) as caught:
        publish(client, BROKER)
    assert (caught.value.code, caught.value.sent) == ("blocked", "no")


def test_messages_that_are_too_large_are_not_begun(link):
    large = broker_message.make(
        b"x" * 100, "application/json", "1", "2", datetime(2026, 1, 1), mode="structured"
    )
    client = with_link(link)
    client.limits = Limits(request_bytes=99)
    with client, pytest.raises(Refused, match="larger"):
        client.publish(parse_address(BROKER), ("odoo", SECRET), "x", large, "key", True)
