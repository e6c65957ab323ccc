# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""The guarded client against partners that behave in every way but well. All sockets are real; the
name server is a stand-in that is given to the client."""

import gzip
import http.client
import io
import itertools
import logging
import threading
import traceback
import urllib.parse

import pytest
import requests
from odoo.addons.logistics_connector_base.client import (
    BadAnswer,
    CallError,
    GuardedClient,
    Limits,
    Refused,
    TimedOut,
    TooLarge,
    Unreachable,
    Untrusted,
)
from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_base.core.netguard import parse_rule
from odoo.addons.logistics_connector_base.tests.core.partner_server import (
    Authority,
    Listener,
    answer,
    raw,
    reset,
)

NAME = "partner.test"
CLIENT_LOGGER = "odoo.addons.logistics_connector_base.client.client"
SECRET = "s3cr3t-4711-do-not-tell"
SMALL = Limits(connect=5, read=5, total=20, answer_bytes=100_000)


class Resolver:
    """A name server that answers as it is told; the last answer is repeated."""

    def __init__(self, *answers):
        self.answers = list(answers) or [["127.0.0.1"]]
        self.asked = []

    def __call__(self, host, port):
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def make_client(*places, limits=SMALL, resolver=None, ports="", **more):
    """A client for which these places are allowed, unencrypted too."""
    rules = [parse_rule(place, ports, plain_http=True) for place in places]
    return GuardedClient(limits, rules, resolver=resolver or Resolver(), **more)


def client_for(partner, **more):
    """A client that may call the partner under NAME."""
    return make_client(NAME, ports=str(partner.port), **more)


def url_of(partner, path="/", scheme="http"):
    return f"{scheme}://{NAME}:{partner.port}{path}"


def fails(error, client, url, **more):
    """The exception of a call that must fail with exactly this kind."""
    with pytest.raises(CallError) as caught:
        client.get(url, **more)
    assert type(caught.value) is error, repr(caught.value)
    assert caught.value.__cause__ is None and caught.value.__context__ is None
    return caught.value


# -- as it should be ------------------------------------------------------------------------------


def test_a_call_and_its_answer():
    with (
        Listener(answer(b'{"a": 1}', "200 OK", "Content-Type: Application/JSON; x=y")) as partner,
        client_for(partner) as client,
    ):
        got = client.request(
            "post",
            url_of(partner, "/a/../b?c=d e".replace(" ", "%20")),
            {"X-Key": "k"},
            b"body",
        )
    assert (got.status, got.ok, got.json(), got.body) == (200, True, {"a": 1}, b'{"a": 1}')
    assert got.content_type == "application/json" and got.address == "127.0.0.1"
    head, _, body = partner.requests[0].partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    assert lines[0] == "POST /b?c=d%20e HTTP/1.1" and body == b"body"
    headers = dict(line.split(": ", 1) for line in lines[1:])
    assert headers.pop("User-Agent").startswith("Logistics-Connector")
    assert headers == {
        "Host": f"{NAME}:{partner.port}",
        "Accept": "*/*",
        "Accept-Encoding": "gzip",
        "Content-Length": "4",
        "X-Key": "k",
    }


def test_json_and_forms():
    with Listener(answer()) as partner, client_for(partner) as client:
        client.post(url_of(partner), data={"ä": [1]})
        client.post(url_of(partner), form={"a": "b c"})
        for wrong in (
            {"data": float("nan")},
            {"data": object()},
            {"body": "text"},
            {"body": b"", "data": 1},
            {"body": b"x", "form": {"a": "b"}},
        ):
            with pytest.raises(Refused):
                client.post(url_of(partner), **wrong)
    assert partner.requests[0].endswith(b'{"\\u00e4": [1]}')
    assert b"Content-Type: application/json" in partner.requests[0]
    assert partner.requests[1].endswith(b"a=b+c")


@pytest.mark.parametrize("status", ["204 No Content", "304 Not Modified", "404 Not Found", "503 X"])
def test_every_status_is_an_answer(status):
    with (
        Listener(answer(b"", status, "Retry-After: 120")) as partner,
        client_for(partner) as client,
    ):
        got = client.get(url_of(partner))
    assert (
        got.status == int(status[:3])
        and got.retry_after() == 120
        and not (got.ok and got.status != 204)
    )


def test_connections_are_kept_but_not_for_long():
    now = [1000.0]
    with Listener(answer(b"x")) as partner, client_for(partner, clock=lambda: now[0]) as client:
        client.get(url_of(partner))
        now[0] += SMALL.idle - 1
        client.post(url_of(partner))
        assert partner.connections == 1
        now[0] += SMALL.idle + 1
        client.post(url_of(partner))
        assert partner.connections == 2
        client.close()
        client.get(url_of(partner))
    assert partner.connections == 3 and len(partner.requests) == 4


def test_head_with_the_length_of_a_large_answer():
    head = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\n", keep=True)
    with Listener(head) as partner, client_for(partner) as client:
        assert client.request("HEAD", url_of(partner)).body == b""


def test_gzip_is_unpacked_and_json_read_strictly():
    packed = gzip.compress(b'{"a": NaN}')
    with (
        Listener(answer(packed, "200 OK", "Content-Encoding: gzip")) as partner,
        client_for(partner) as client,
    ):
        got = client.get(url_of(partner))
    assert got.body == b'{"a": NaN}'
    with pytest.raises(ParseError):
        got.json()


# -- where it may go ------------------------------------------------------------------------------


def test_what_is_forbidden_is_never_reached():
    """The canary listens on every loopback address and knows all names."""
    with Listener() as canary:
        port = canary.port
        for host in (
            "127.0.0.1",
            "localhost",
            "127.1",
            "2130706433",
            "0x7f.1",
            "017700000001",
            "0.0.0.0",
            "0",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "[::]",
            "127.8.9.10",
            "partner.test",
            "good.com@127.0.0.1",
            "good.com\\@127.0.0.1",
        ):
            for scheme in ("http", "https"):
                resolver = Resolver(["127.0.0.1"])
                client = GuardedClient(
                    SMALL, [parse_rule("other.test", str(port), True)], resolver=resolver
                )
                error = fails(Refused, client, f"{scheme}://{host}:{port}/")
                assert error.sent == "no"
        assert canary.connections == 0


def test_https_on_443_needs_no_rule_but_a_public_address():
    resolver = Resolver(["8.8.8.8", "10.0.0.1"])
    error = fails(Refused, GuardedClient(SMALL, resolver=resolver), f"https://{NAME}/")
    assert error.code == "local" and "10.0.0.1" in str(error)
    assert resolver.asked == [(NAME, 443)]


@pytest.fixture
def twins():
    """A partner on 127.0.0.2, and a canary behind the same port on 127.0.0.1."""
    with Listener() as canary, Listener(answer(b"x"), "127.0.0.2", canary.port) as partner:
        yield partner, canary


def test_a_name_that_changes_its_mind_is_asked_once(twins):
    partner, canary = twins
    resolver = Resolver(["127.0.0.2"], ["127.0.0.1"])
    with make_client("127.0.0.2", ports=str(partner.port), resolver=resolver) as client:
        got = client.get(url_of(partner))
        assert got.ok and got.address == "127.0.0.2" and len(resolver.asked) == 1
        assert client.get(url_of(partner)).ok and len(resolver.asked) == 1  # the same connection
        client.close()
        fails(Refused, client, url_of(partner))  # a new connection: asked and judged again
    assert (partner.connections, canary.connections, len(resolver.asked)) == (1, 0, 2)


def test_a_partner_that_closes_cannot_make_us_connect_elsewhere(twins):
    partner, canary = twins
    partner.behave = raw(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx")
    resolver = Resolver(["127.0.0.2"], ["127.0.0.1"])
    with make_client("127.0.0.2", ports=str(partner.port), resolver=resolver) as client:
        assert client.get(url_of(partner)).ok
        fails(Refused, client, url_of(partner))
    assert canary.connections == 0


@pytest.mark.parametrize("order", [1, -1])
def test_every_answer_of_the_name_server_is_judged(twins, order):
    partner, canary = twins
    resolver = Resolver(["127.0.0.2", "127.0.0.1"][::order])
    with make_client("127.0.0.2", ports=str(partner.port), resolver=resolver) as client:
        fails(Refused, client, url_of(partner))
    assert (partner.connections, canary.connections) == (0, 0)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_not_followed(twins, status):
    partner, canary = twins
    place = f"Location: http://127.0.0.1:{canary.port}/secret"
    partner.behave = answer(b"", f"{status} Moved", place)
    resolver = Resolver(["127.0.0.2"])
    rules = ("127.0.0.1", "127.0.0.2")  # even where the canary is allowed
    with make_client(*rules, ports=str(partner.port), resolver=resolver) as client:
        got = client.get(url_of(partner))
    assert got.status == status and not got.ok and len(partner.requests) == 1
    assert canary.connections == 0


def test_proxies_and_netrc_of_the_environment_count_for_nothing(twins, monkeypatch, tmp_path):
    partner, canary = twins
    for name in (
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "http_proxy",
        "https_proxy",
        "all_proxy",
    ):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    monkeypatch.delenv("NO_PROXY", raising=False)
    netrc = tmp_path / "netrc"
    netrc.write_text(f"machine {NAME} login me password {SECRET}\n")
    monkeypatch.setenv("NETRC", str(netrc))
    resolver = Resolver(["127.0.0.2"])
    with make_client("127.0.0.2", ports=str(partner.port), resolver=resolver) as client:
        assert client.get(url_of(partner)).ok
    assert canary.connections == 0 and b"uthorization" not in partner.requests[0]


def test_a_cookie_is_not_kept():
    with (
        Listener(answer(b"", "200 OK", "Set-Cookie: a=b; Path=/")) as partner,
        client_for(partner) as client,
    ):
        client.get(url_of(partner))
        client.get(url_of(partner))
    assert b"ookie" not in partner.requests[1]


def test_another_thread_waits_for_the_wire():
    """Two calls at once on one client must not mix up their targets and clocks."""
    with Listener(answer(b"x")) as partner, client_for(partner) as client:
        results = []
        threads = [
            threading.Thread(target=lambda: results.append(client.get(url_of(partner)).body))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [b"x"] * 8 and partner.connections == 1


# -- names and connections ------------------------------------------------------------------------


def test_a_name_server_that_is_silent():
    silence = threading.Event()
    limits = Limits(connect=0.05, read=5, total=5)
    try:
        client = GuardedClient(limits, resolver=lambda host, port: silence.wait(10) or [])
        error = fails(TimedOut, client, f"https://{NAME}/")
        assert error.sent == "no"
    finally:
        silence.set()


def test_no_such_name():
    import socket

    def unknown(host, port):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    def down(host, port):
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    assert "no host named" in str(
        fails(Unreachable, GuardedClient(SMALL, resolver=unknown), f"https://{NAME}/")
    )
    assert "could not say" in str(
        fails(Unreachable, GuardedClient(SMALL, resolver=down), f"https://{NAME}/")
    )
    fails(Refused, GuardedClient(SMALL, resolver=Resolver([])), f"https://{NAME}/")
    fails(Refused, GuardedClient(SMALL, resolver=Resolver(["what?"])), f"https://{NAME}/")


def test_nobody_listens_and_the_next_address_is_tried():
    with Listener(answer(b"x"), "127.0.0.3") as partner:
        port = str(partner.port)
        resolver = Resolver(["127.0.0.2", "127.0.0.3"])
        with make_client("127.0.0.0/24", ports=port, resolver=resolver) as client:
            assert client.get(url_of(partner)).address == "127.0.0.3"
    with make_client("127.0.0.0/24", ports=port, resolver=resolver) as client:
        error = fails(Unreachable, client, url_of(partner))
    assert error.sent == "no" and "refused" in str(error)


# -- answers --------------------------------------------------------------------------------------

OK = b"HTTP/1.1 200 OK\r\n"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
CUT_OFF = gzip.compress(b"cut off")[:-4]


def endless(head, piece):
    def behave(connection, _request):
        connection.sendall(head)
        while True:
            connection.sendall(piece)

    return behave


def promise(connection, _request):
    """A gigabyte is announced and nothing comes: it must not be waited for."""
    connection.sendall(OK + b"Content-Length: 1073741824\r\n\r\n")
    connection.recv(1)  # until the client lets go


@pytest.mark.parametrize(
    ("behave", "error", "status"),
    [
        (endless(OK + b"\r\n", b"x" * 65536), TooLarge, 200),
        (endless(OK + b"Content-Length: 1073741824\r\n\r\n", b"x" * 65536), TooLarge, 200),
        (promise, TooLarge, 200),
        (endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"400\r\n" + b"x" * 1024 + b"\r\n"),
         TooLarge, 200),
        (answer(gzip.compress(b"\0" * 50_000_000), "200 OK", "Content-Encoding: gzip"),
         TooLarge, 200),
        (answer(b"\x1f\x8bnothing", "200 OK", "Content-Encoding: gzip"), BadAnswer, 200),
        (answer(CUT_OFF, "200 OK", "Content-Encoding: gzip"), BadAnswer, 200),
        (answer(b"x", "200 OK", "Content-Encoding: br"), BadAnswer, 200),
        (answer(b"x", "200 OK", "Content-Encoding: gzip, gzip"), BadAnswer, 200),
        (raw(OK + b"Content-Length: 10\r\n\r\nhalf"), BadAnswer, 200),
        (raw(OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), BadAnswer, 200),
        (endless(OK, b"X-Flood: " + b"y" * 5000 + b"\r\n"), BadAnswer, None),
        (endless(OK + b"X-Long: ", b"y" * 65536), BadAnswer, None),
        (endless(CONTINUE, CONTINUE), BadAnswer, None),
        (raw(OK + b"".join(b"X-%d: y\r\n" % n for n in range(500)) + b"\r\n"), BadAnswer, None),
        (raw(b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\nx", True),
         BadAnswer, None),
        (raw(b"SSH-2.0-OpenSSH_9.2\r\n"), BadAnswer, None),
        (raw(b"\x00\xff" * 100), BadAnswer, None),
        (raw(b"HTTP/1.1 banana OK\r\n\r\n"), BadAnswer, None),
        (raw(b""), Unreachable, None),
        (lambda connection, _request: reset(connection), Unreachable, None),
    ],
    ids="endless gigabyte promise chunks bomb no-gzip cut-gzip br gzip-twice half bad-chunk "
    "header-flood long-header continue-flood many-headers early-hints ssh binary status closed "
    "reset".split(),
)  # fmt: skip
def test_answers_that_are_none(behave, error, status):
    with Listener(behave) as partner:
        with client_for(partner) as client:
            got = fails(error, client, url_of(partner))
            assert (got.status, got.sent) == (status, "yes" if status else "unknown")
        # The client has let go: the partner's endless answer has come to an end.
        assert partner.ended.wait(10)


def test_an_interim_answer_is_not_taken_for_that_of_the_next_call():
    early = b"HTTP/1.1 103 Early Hints\r\n\r\n" + OK + b"Content-Length: 5\r\n\r\nfirst"
    behaviours = iter([raw(early, True), answer(b"second")])
    with Listener(lambda *args: next(behaviours)(*args)) as partner, client_for(partner) as client:
        fails(BadAnswer, client, url_of(partner))
        assert client.get(url_of(partner)).body == b"second"


def test_the_rest_of_an_answer_is_not_taken_for_the_next_one():
    first = raw(OK + b"Content-Length: 200000\r\n\r\n" + b"x" * 200_000, True)
    behaviours = iter([first, answer(b"second")])
    with Listener(lambda *args: next(behaviours)(*args)) as partner, client_for(partner) as client:
        fails(TooLarge, client, url_of(partner))
        assert client.get(url_of(partner)).body == b"second"


@pytest.mark.parametrize(
    "part", [b"", OK + b"X-Slow: ", OK + b"\r\n"], ids=["status", "head", "body"]
)
def test_a_byte_at_a_time_ends_with_the_deadline(part):
    """By the client's clock each look at it takes a second; the partner is never silent."""
    drip = endless(part or b"H", b"y")
    limits = Limits(connect=60, read=60, total=120)
    with (
        Listener(drip) as partner,
        client_for(partner, limits=limits, clock=itertools.count().__next__) as client,
    ):
        error = fails(TimedOut, client, url_of(partner))
    assert "120 seconds" in str(error)


def test_silence():
    done = threading.Event()
    with Listener(lambda *_args: done.wait(10)) as partner:
        limits = Limits(connect=5, read=0.1, total=5)
        with client_for(partner, limits=limits) as client:
            error = fails(TimedOut, client, url_of(partner))
        done.set()
    assert error.sent == "unknown" and error.status is None


# -- requests -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "more"),
    [
        ({"X": "a\r\nY: b"}, {}),
        ({"X": "a\nY: b"}, {}),
        ({"X": "a\x00"}, {}),
        ({"X\r\nY": "b"}, {}),
        ({"Host": "evil.example"}, {}),
        ({"content-length": "0"}, {}),
        ({"Transfer-Encoding": "chunked"}, {}),
        ({"Connection": "X-Api-Key"}, {}),
        ({"X": 1}, {}),
        ({}, {"method": "CONNECT"}),
        ({}, {"method": "GET / HTTP/1.1\r\nX: y"}),
        ({}, {"body": b"x" * 2001, "limits": Limits(request_bytes=2000)}),
        ({}, {"body": "text"}),
    ],
)
def test_what_is_not_sent(headers, more):
    with Listener(answer()) as partner, client_for(partner) as client:
        with pytest.raises(Refused) as caught:
            client.request(more.pop("method", "POST"), url_of(partner), headers, **more)
        assert caught.value.sent == "no" and partner.connections == 0


# -- TLS ------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def authority():
    return Authority()


def tls(authority, folder, *names, **more):
    return Listener(answer(b"x"), context=authority.context(folder, *(names or (NAME,)), **more))


def test_the_certificate_is_that_of_the_name(authority, tmp_path):
    context = authority.context(tmp_path, NAME)
    asked_for = []
    context.sni_callback = lambda sock, name, ctx: asked_for.append(name)
    with (
        Listener(answer(b"x"), context=context) as partner,
        client_for(partner, ca_pem=authority.pem) as client,
    ):
        got = client.get(url_of(partner, scheme="https"))
        assert client.get(url_of(partner, scheme="https")).ok and partner.connections == 1
    assert got.ok and got.address == "127.0.0.1" and asked_for == [NAME]
    assert f"Host: {NAME}:{partner.port}".encode() in partner.requests[0]


def test_the_certificate_of_an_address(authority, tmp_path):
    with (
        tls(authority, tmp_path, "127.0.0.1") as partner,
        make_client("127.0.0.1", ports=str(partner.port), ca_pem=authority.pem) as client,
    ):
        assert client.get(f"https://127.0.0.1:{partner.port}/").ok


@pytest.mark.parametrize(
    ("names", "days", "known", "words"),
    [
        (("other.test",), (-1, 30), True, "not valid for 'partner.test'"),
        (("127.0.0.1",), (-1, 30), True, "not valid for 'partner.test'"),
        (("*.test.example",), (-1, 30), True, "not valid for 'partner.test'"),
        ((NAME,), (-30, -1), True, "has expired"),
        ((NAME,), (1, 30), True, "not yet valid"),
        ((NAME,), (-1, 30), False, "unable to get local issuer"),
    ],
    ids=["other-name", "address", "wildcard", "expired", "early", "unknown-issuer"],
)
def test_certificates_that_prove_nothing(authority, tmp_path, names, days, known, words):
    with tls(authority, tmp_path, *names, days=days) as partner:
        trusted = authority.pem if known else Authority("Another").pem
        with client_for(partner, ca_pem=trusted) as client:
            error = fails(Untrusted, client, url_of(partner, "/?key=" + SECRET, "https"))
    assert words in str(error) and error.sent == "no" and not partner.requests


def test_the_authority_that_the_list_names_counts_there_and_nowhere_else(authority, tmp_path):
    with tls(authority, tmp_path, NAME, "127.0.0.1") as partner:
        port, resolver = str(partner.port), Resolver()
        for place, url in (
            (NAME, url_of(partner, scheme="https")),
            ("127.0.0.0/30", url_of(partner, scheme="https")),
            ("127.0.0.1", f"https://127.0.0.1:{port}/"),
        ):
            rules = [parse_rule("10.0.0.1", port), parse_rule(place, port, False, authority.pem)]
            with GuardedClient(SMALL, rules, resolver) as client:
                assert client.get(url).ok and client.get(url).ok
        rules = [
            parse_rule("other.test", port, False, authority.pem),
            parse_rule("10.0.0.1", port, False, authority.pem),
            parse_rule(NAME, "1", False, authority.pem),
            parse_rule(NAME, port),
        ]
        with GuardedClient(SMALL, rules, resolver) as client:
            fails(Untrusted, client, url_of(partner, scheme="https"))
        another = parse_rule(NAME, port, False, Authority("Another").pem)
        with GuardedClient(SMALL, [another], resolver) as client:
            fails(Untrusted, client, url_of(partner, scheme="https"))
        with GuardedClient(SMALL, [another], resolver, ca_pem=authority.pem) as client:
            assert client.get(url_of(partner, scheme="https")).ok


def test_public_authorities_are_trusted_without_more(authority, tmp_path):
    with tls(authority, tmp_path) as partner, client_for(partner) as client:
        fails(Untrusted, client, url_of(partner, scheme="https"))


def test_a_partner_that_speaks_no_tls():
    with Listener() as partner, client_for(partner) as client:  # hangs up
        error = fails(Unreachable, client, url_of(partner, scheme="https"))
        assert error.sent == "no"
    limits = Limits(connect=0.1, read=5, total=5)
    with Listener(answer(b"x")) as partner, client_for(partner, limits=limits) as client:  # waits
        error = fails(TimedOut, client, url_of(partner, scheme="https"))
        assert error.sent == "no"


@pytest.mark.parametrize("password", [None, "pässword"])
def test_our_own_certificate(authority, tmp_path, password):
    certificate, key = authority.issue("us.test")
    if password:
        from cryptography.hazmat.primitives import serialization as forms

        private = forms.load_pem_private_key(key.encode(), None)
        key = private.private_bytes(
            forms.Encoding.PEM,
            forms.PrivateFormat.PKCS8,
            forms.BestAvailableEncryption(password.encode()),
        ).decode()
    with tls(authority, tmp_path, ask_for=authority) as partner:
        url = url_of(partner, scheme="https")
        with (
            client_for(partner, ca_pem=authority.pem) as client,
            pytest.raises(Unreachable),
        ):
            client.get(url)
        own = {"certificate_pem": certificate, "key_pem": key, "key_password": password}
        with client_for(partner, ca_pem=authority.pem, **own) as client:
            assert client.get(url).ok


def test_certificates_that_do_not_fit_are_refused_without_showing_the_key(authority):
    certificate, key = authority.issue("us.test")
    other = authority.issue("us.test")[1]
    broken = key.replace("\n", "", 1)
    for own in (
        {"certificate_pem": certificate, "key_pem": other},
        {"certificate_pem": certificate, "key_pem": broken},
        {"certificate_pem": certificate, "key_pem": None},
        {"certificate_pem": "x", "key_pem": key},
        {"ca_pem": "x"},
    ):
        with pytest.raises(ValueError) as caught:
            GuardedClient(**own)
        assert "PRIVATE" not in str(caught.value) and caught.value.__context__ is None


def test_session_keys_are_not_written_down(authority, tmp_path, monkeypatch):
    target = tmp_path / "keys.log"
    monkeypatch.setenv("SSLKEYLOGFILE", str(target))
    with tls(authority, tmp_path) as partner, client_for(partner, ca_pem=authority.pem) as client:
        assert client.get(url_of(partner, scheme="https")).ok
    assert not target.exists()


# -- secrets --------------------------------------------------------------------------------------


@pytest.fixture
def logged():
    """What all loggers print at DEBUG, whatever Odoo has set up."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    loggers = [logging.getLogger(name) for name in ("", "odoo", CLIENT_LOGGER, "urllib3")]
    before = [(logger.level, logger.propagate) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
        logger.propagate = True
    loggers[0].addHandler(handler)
    yield stream.getvalue
    loggers[0].removeHandler(handler)
    for logger, (level, propagate) in zip(loggers, before, strict=True):
        logger.setLevel(level)
        logger.propagate = propagate


def test_no_secret_in_logs_errors_or_reprs(logged, capsys, monkeypatch):
    """At DEBUG, with http.client told to print, for calls that succeed and calls that fail."""
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    told = []
    headers = {"Authorization": f"Bearer {SECRET}", "X-Api-Key": SECRET, "Cookie": f"a={SECRET}"}
    path = f"/v1/{SECRET}?key={SECRET}&q={urllib.parse.quote(SECRET)}#{SECRET}"
    behaviours = [
        answer(b"fine", "200 OK", f"Set-Cookie: a={SECRET}", f"X-Odd: {SECRET}"),
        raw(OK + f"{SECRET} no colon\r\nContent-Length: 0\r\n\r\n".encode()),
        raw(f"HTTP/1.1 {SECRET}\r\n\r\n".encode()),
        raw(OK + f"Transfer-Encoding: chunked\r\n\r\n{SECRET}\r\n".encode()),
        answer(b"", "302 Found", f"Location: http://x/{SECRET}"),
        lambda connection, _request: reset(connection),
    ]
    for behave in behaviours:
        with Listener(behave) as partner, client_for(partner) as client:
            try:
                got = client.post(url_of(partner, path), SECRET.encode(), headers)
                told.append(repr(got))
            except CallError as error:
                told += [str(error), repr(error), error.url]
                told += traceback.format_exception(error)
            told.append(repr(client))
    bad = GuardedClient(SMALL)
    for url, wrong in (
        (f"https://me:{SECRET}@x.example/", headers),
        (f"http://x.example/?key={SECRET}", headers),
        (f"https://x.example:{SECRET}/", headers),
        ("https://x.example/", {"X-Api-Key": f"{SECRET}\r\n"}),
        ("https://x.example/", {"X-Api-Key": f"{SECRET}€"}),
    ):
        with pytest.raises(Refused) as caught:
            bad.get(url, wrong)
        told += [str(caught.value), repr(caught.value), caught.value.url]
        told += traceback.format_exception(caught.value)
    printed = capsys.readouterr()
    everything = "\n".join([*told, logged(), printed.out, printed.err])
    assert SECRET not in everything
    assert f"http://{NAME}:{partner.port}/v1/***?key=***&q=***" in logged()


def test_others_may_log_as_they_like(logged):
    """The silence is for our calls only."""
    with Listener(answer(b"x")) as partner:
        requests.get(f"http://127.0.0.1:{partner.port}/theirs", timeout=10)
        with client_for(partner) as client:
            client.get(url_of(partner, "/ours"))
    assert "/theirs" in logged() and '"GET /ours' not in logged()


def test_an_error_of_our_own_tells_its_place_and_nothing_else(logged):
    def broken_clock():
        raise RuntimeError(SECRET)

    client = GuardedClient(SMALL)
    client._wire.clock = broken_clock
    client._wire.begin = lambda target, limits: None
    with pytest.raises(CallError) as caught:
        client.get("https://8.8.8.8/")
    assert SECRET not in str(caught.value) + logged() and "RuntimeError at" in logged()
