# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Whatever our access signs, our own verifier of the same kind accepts; nothing breaks a header.

Published vectors: reliability.md 1.1, RFC 7617, GitHub's page.
"""

import base64
import pickle
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import access, verifiers
from odoo.addons.logistics_connector_base.core.access import KINDS, NoAccess, OutgoingCall, pem
from odoo.addons.logistics_connector_base.core.access.oauth2 import read_answer
from odoo.addons.logistics_connector_base.core.headers import check_headers
from odoo.addons.logistics_connector_base.core.netguard import parse_target
from odoo.addons.logistics_connector_base.tests.core.partner_server import Authority
from werkzeug.datastructures import Headers

laws = settings(deadline=None, max_examples=60)
NOW = datetime(2026, 3, 20, 12, 0, 5, 250_000, tzinfo=UTC)
URL = "https://api.example.com:8443/v1/orders?dry=1&name=M%C3%BCller"
KEY = "5f1d7c3b9a8e4f60b2d1c0e9a7f6b5d4"
STRANGER = "ffffffffffffffffffff000000000000"
ED = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
EC = ec.derive_private_key(77, ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)


def hook(number):
    return "whsec_" + base64.b64encode(bytes(range(number, number + 32))).decode()


def private_pem(key):
    form = serialization.PrivateFormat.PKCS8
    none = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, form, none).decode()


def public_pem(key):
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)
WHSK = "whsk_" + base64.b64encode(bytes(range(32))).decode()
WHPK = "whpk_" + base64.b64encode(ED.public_key().public_bytes(*RAW)).decode()

#: name → (kind, parameters, our key, the verifier's kind, its parameters, its key)
MIRRORED = {
    "api key": (
        "api_key", {"header": "X-Api-Key", "prefix": "Key "}, KEY,
        "static", {"header": "X-Api-Key", "prefix": "Key "}, KEY,
    ),
    "basic": ("basic", {"username": "odoo"}, KEY, "basic", {}, f"odoo:{KEY}"),
    "basic key": ("basic_key", {}, KEY, "basic", {}, f"{KEY}:"),
    "basic in UTF-8": (
        "basic", {"username": "odö"}, KEY + "ß", "basic", {}, f"odö:{KEY}ß",
    ),
    "bearer": ("bearer", {}, KEY, "bearer", {}, KEY),
    "oauth2's token": (
        "oauth2", {"token_url": "https://a.example/t", "client_id": "c"}, KEY, "bearer", {}, KEY,
    ),
    "refresh token's token": (
        "oauth2_refresh", {"token_url": "https://a.example/t"}, KEY, "bearer", {}, KEY,
    ),
    "query": ("query", {"parameter": "token"}, "a key+/&=of 16%", "query", {}, "a key+/&=of 16%"),
    "hmac hex": (
        "hmac", {"header": "X-Sign", "prefix": "sha256="}, KEY,
        "hmac", {"header": "X-Sign", "prefix": "sha256="}, KEY,
    ),
    "hmac base64": (
        "hmac", {"header": "X-Sign", "encoding": "base64"}, KEY,
        "hmac", {"header": "X-Sign", "encoding": "base64"}, KEY,
    ),
    **{
        f"hmac of {signed}, {form}": (
            "hmac_time",
            {"header": "X-S", "timestamp_header": "X-T", "signed": signed,
             "timestamp_format": form},
            KEY,
            "hmac_time", {"header": "X-S", "timestamp_header": "X-T", "signed": signed}, KEY,
        )
        for signed in ("{timestamp}.{body}", "{timestamp}{method}{path}{body}")
        for form in access.hmac_time.TIME_FORMATS
    },
    "hmac, in one header": (
        "hmac_time", {"header": "X-S", "prefix": "v2"}, KEY,
        "hmac_time", {"header": "X-S", "prefix": "v2"}, KEY,
    ),
    "standard": ("standard_webhooks", {}, hook(40), "standard_webhooks", {}, hook(40)),
    "ed25519": ("standard_webhooks_ed25519", {}, WHSK, "standard_webhooks_ed25519", {}, WHPK),
    **{
        f"rfc 9421 {algorithm}": (
            "http_signature", {"key_id": "us", "signature_algorithm": algorithm}, ours,
            "http_signature", {"key_id": "us", "algorithm": algorithm, "needs_nonce": True}, theirs,
        )
        for algorithm, ours, theirs in (
            ("hmac-sha256", KEY, KEY),
            ("ed25519", private_pem(ED), public_pem(ED)),
            ("ecdsa-p256-sha256", private_pem(EC), public_pem(EC)),
            ("rsa-v1_5-sha256", private_pem(RSA), public_pem(RSA)),
            ("rsa-pss-sha512", private_pem(RSA), public_pem(RSA)),
        )
    },
}  # fmt: skip
SIGNED_BODY = [name for name in MIRRORED if name.startswith(("hmac", "standard", "ed2", "rfc"))]


def outgoing(url=URL, body=b'{"a": 1}', method="POST", message_id="msg_1", now=NOW):
    return OutgoingCall(method, url, body, message_id, now)


def heard(call, headers, body=None, now=None):
    """The call as our own receiver would hear it."""
    target = parse_target(call.url)
    return verifiers.Call(
        body=call.body if body is None else body,
        headers=Headers(list(headers.items())),
        now=call.now.timestamp() if now is None else now,
        method=call.method,
        target=target.path,
        scheme=target.scheme,
        authority=call.authority,
        first_use=lambda *nonce: True,
    )


def both(name):
    kind, values, ours, their_kind, their_values, theirs = MIRRORED[name]
    return KINDS[kind].make(values), ours, verifiers.KINDS[their_kind].make(their_values), theirs


def test_every_kind_is_examined():
    assert {kind for kind, *_rest in MIRRORED.values()} | {"mutual_tls"} == set(KINDS)


@laws
@given(
    st.sampled_from(sorted(MIRRORED)),
    st.binary(max_size=200),
    st.sampled_from(["POST", "PUT", "GET", "DELETE", "PATCH"]),
    st.text("abcXYZ019_-~:", min_size=1, max_size=60),
    st.datetimes(
        datetime(2001, 9, 10), datetime(2199, 1, 1),
        timezones=st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))]),
    ),
    st.sampled_from(
        ["https://x.example", "https://x.example/a/b?c=d&e", "http://10.1.2.3:8080/%20?x=%2F#f",
         "https://X.Example:443/ä?ö=ü", "https://[2001:db8::1]/x"]
    ),
)  # fmt: skip
def test_our_own_verifier_takes_what_we_make(name, body, method, message_id, now, url):
    ours, key, theirs, their_key = both(name)
    ours.check()
    ours.check_secret(key)
    call = outgoing(ours.address(url, [key]), body, method, message_id, now)
    headers = ours.headers(call, [key])
    check_headers(headers)
    assert set(headers) <= set(ours.header_names)
    assert theirs.verify([their_key.encode()], heard(call, headers)) == 0
    assert theirs.verify([STRANGER.encode()], heard(call, headers)) is None
    if name in SIGNED_BODY:
        assert theirs.verify([their_key.encode()], heard(call, headers, body + b" ")) is None
        assert ours.purpose == access.SIGNING_KEY
        assert not ours.secret_headers
        assert key not in repr(headers)
    else:
        assert ours.sends_secret
        assert set(headers) == set(ours.secret_headers)


def test_two_secrets_both_sign_and_each_partner_finds_its_own():
    scheme = verifiers.KINDS["standard_webhooks"]()
    call = outgoing()
    headers = access.StandardWebhooks().headers(call, [hook(1), hook(50)])
    for key in (hook(1), hook(50)):
        assert scheme.verify([key.encode()], heard(call, headers)) == 0
    assert scheme.verify([hook(9).encode()], heard(call, headers)) is None
    assert headers["webhook-signature"].count("v1,") == 2
    many = access.StandardWebhooks().headers(call, [hook(number) for number in range(20)])
    assert many["webhook-signature"].count("v1,") == 10


# -- published vectors ---------------------------------------------------------------------------

VECTOR = OutgoingCall(
    "POST",
    "https://x.example/",
    b'{"test": 2432232314}',
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    datetime.fromtimestamp(1614265330, UTC),
)


def test_vector_of_standard_webhooks():
    headers = access.StandardWebhooks().headers(VECTOR, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_vector_of_standard_webhooks_ed25519():
    seed = "whsk_VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk="
    headers = access.StandardWebhooksEd25519().headers(VECTOR, [seed])
    assert headers["webhook-signature"] == (
        "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="
    )


def test_vector_of_github():
    scheme = KINDS["hmac"].make({"header": "X-Hub-Signature-256", "prefix": "sha256="})
    made = scheme.headers(outgoing(body=b"Hello, World!"), ["It's a Secret to Everybody"])
    assert made["X-Hub-Signature-256"] == (
        "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    )


def test_vectors_of_rfc_7617():
    for user, password, value in (
        ("Aladdin", "open sesame", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
        ("test", "123£", "dGVzdDoxMjPCow=="),
    ):
        made = access.Basic(username=user).headers(outgoing(), [password])
        assert made == {"Authorization": f"Basic {value}"}


# -- nothing breaks a header -----------------------------------------------------------------------

EVIL = st.text(st.sampled_from("ab:,;=\r\n\0\t\x7fäß€ \"'\\"), max_size=20)


@laws
@given(st.sampled_from(sorted(MIRRORED)), EVIL, EVIL, EVIL)
def test_no_header_can_carry_a_line_break(name, key, prefix, field):
    """Whatever gets past the checks: headers are well formed, or there are none."""
    kind, values, *_rest = MIRRORED[name]
    values = {**values, "prefix": prefix, "username": field, "key_id": field, "scope": field}
    values |= {"header": values.get("header", "") + field}
    scheme = KINDS[kind].make(values)
    try:
        url = scheme.address("https://x.example/", [key])
        headers = scheme.headers(outgoing(url), [key])
    except ValueError as error:
        assert not key.strip() or len(key.strip()) < 4 or key not in str(error)
    else:
        check_headers(headers)
        for header, value in headers.items():
            assert not set("\r\n\0") & set(header + value)


@pytest.mark.parametrize("evil", ["a\r\nX-Evil: 1", "a\nb", "a\rb", "a\0b", "Bearer\n", "é" * 20])
@pytest.mark.parametrize("kind", ["api_key", "bearer", "oauth2"])
def test_secrets_that_no_header_carries_are_refused_when_stored(kind, evil):
    with pytest.raises(ValueError) as refused:
        KINDS[kind]().check_secret(evil)
    assert evil not in str(refused.value)


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("api_key", {}, "Say which header"),
        ("api_key", {"header": "X Key"}, "letters, digits"),
        ("api_key", {"header": "X-Key\r\nX-Evil"}, "letters, digits"),
        ("api_key", {"header": "Host"}, "cannot be set"),
        ("api_key", {"header": "Transfer-Encoding"}, "cannot be set"),
        ("api_key", {"header": "Content-Type"}, "something else"),
        ("api_key", {"header": "X-Key", "prefix": "a\r\nb"}, "prefix"),
        ("basic", {}, "user name"),
        ("basic", {"username": "a:b"}, "colon"),
        ("query", {"parameter": "a b"}, "parameter"),
        ("query", {"parameter": "a&b"}, "parameter"),
        ("oauth2", {"client_id": "c"}, "where tokens"),
        ("oauth2", {"client_id": "c", "token_url": "ftp://x"}, "https"),
        ("oauth2", {"client_id": "c", "token_url": "https://u:p@x.example/"}, "password"),
        ("oauth2", {"client_id": "c", "token_url": "https://x.example/?secret=1"}, "parameters"),
        ("oauth2", {"token_url": "https://x.example/"}, "client id"),
        ("oauth2", {"client_id": "c\nd", "token_url": "https://x.example/"}, "client id"),
        ("hmac", {}, "Say which header"),
        ("hmac_time", {"header": "X-S", "signed": "{body}"}, "timestamp"),
        ("hmac_time", {"header": "X-S", "signed": "{timestamp}{key}{body}"}, "not known"),
        ("hmac_time", {"header": "X-S", "timestamp_header": "x-s"}, "a header each"),
        ("hmac_time", {"header": "X-S", "timestamp_format": "rfc2822"}, "commas"),
        ("hmac_time", {"header": "X-S", "prefix": "sha256="}, "prefix"),
        ("http_signature", {}, "key id"),
        ("http_signature", {"key_id": 'a"b'}, "quotation"),
        ("http_signature", {"key_id": "a", "signature_algorithm": "none"}, "algorithm"),
    ],
)
def test_parameters_that_make_no_call_are_refused(kind, values, words):
    with pytest.raises(ValueError, match=words):
        KINDS[kind].make(values).check()


@pytest.mark.parametrize(
    ("kind", "secret"),
    [
        ("standard_webhooks", "whsec_"),
        ("standard_webhooks", "whsec_!!!!"),
        ("standard_webhooks_ed25519", "whsk_AAAA"),
        ("standard_webhooks_ed25519", hook(1)[:-4]),
        ("mutual_tls", "no key"),
        ("mutual_tls", public_pem(EC)),
        ("bearer", "Bearer abc"),
        ("basic", ""),
        ("hmac", ""),
        ("api_key", ""),
    ],
)
def test_secrets_that_are_none_are_refused(kind, secret):
    with pytest.raises(ValueError):
        KINDS[kind]().check_secret(secret)


def test_a_key_for_another_algorithm_is_refused():
    scheme = access.HttpSignature(key_id="a", signature_algorithm="ed25519")
    with pytest.raises(ValueError, match="ed25519"):
        scheme.check_secret(private_pem(EC))


def test_calls_that_cannot_be_signed_are_refused():
    for changes in (
        {"now": datetime(2026, 1, 1)},
        {"body": "text"},
        {"method": "post"},
        {"method": "POST\r\n"},
        {"message_id": "a\r\nb"},
        {"message_id": ""},
        {"message_id": "a" * 257},
        {"url": "https://x.example/\r\nX: y"},
        {"url": "nonsense"},
    ):
        with pytest.raises(ValueError):
            outgoing(**changes)
    with pytest.raises(ValueError, match="dot"):
        access.StandardWebhooks().headers(outgoing(message_id="a.b"), [hook(1)])


def test_a_key_in_the_address():
    scheme = access.QueryKey(parameter="apikey")
    for url, expected in (
        ("https://x.example", "https://x.example?apikey=k%201"),
        ("https://x.example/a?b=c#d", "https://x.example/a?b=c&apikey=k%201#d"),
        ("https://x.example/?", "https://x.example/?apikey=k%201"),
    ):
        assert scheme.address(url, ["k 1"]) == expected
    with pytest.raises(ValueError, match="already"):
        scheme.address("https://x.example/?a=b&%61pikey=1", ["k"])
    with pytest.raises(ValueError, match="was not made"):
        scheme.headers(outgoing("https://x.example/"), ["k"])


def test_a_call_does_not_show_its_address_and_body():
    assert "secret" not in repr(outgoing("https://x.example/?apikey=secret", b"secret"))


# -- tokens ----------------------------------------------------------------------------------------


def oauth(**values):
    values = {"token_url": "https://a.example/t", "client_id": "id:1", **values}
    return KINDS["oauth2"].make(values)


def test_what_a_token_server_is_asked():
    headers, form = oauth(scope="a b", audience="https://x").request("s/1")
    assert form == {
        "grant_type": "client_credentials", "scope": "a b", "audience": "https://x",
    }  # fmt: skip
    user = base64.b64decode(headers["Authorization"].removeprefix("Basic ")).decode()
    assert user == "id%3A1:s%2F1"  # RFC 6749 2.3.1
    headers, form = oauth(client_auth="form").request("s/1")
    assert "Authorization" not in headers
    assert (form["client_id"], form["client_secret"]) == ("id:1", "s/1")


def test_a_refresh_token_is_sent_as_json_and_alone():
    way = KINDS["oauth2_refresh"].make({"token_url": "https://a.example/refresh"})
    way.check()
    assert way.sends_json and not oauth().sends_json
    headers, body = way.request("r-1")
    assert body == {"refresh_token": "r-1"}
    assert "Authorization" not in headers
    for url in ("", "https://a.example/refresh?refresh_token=r-1"):
        with pytest.raises(ValueError, match="address"):
            KINDS["oauth2_refresh"].make({"token_url": url}).check()


@pytest.mark.parametrize(
    ("said", "life"),
    [("3600", 3540), ('"3600"', 3540), ("100", 80), ("1e99", 86340), ("3599.5", 3539.5)],
)
def test_a_token_and_its_life(said, life):
    body = f'{{"access_token": "abc", "token_type": "BEARER", "expires_in": {said}}}'.encode()
    token = read_answer("a.example", 200, body)
    assert (token.text, token.life) == ("abc", life)
    assert "abc" not in repr(token)


def test_a_token_without_a_life_is_kept_for_minutes():
    assert read_answer("h", 200, b'{"access_token": "abc"}').life == 240


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (400, b'{"error": "invalid_client", "error_description": "s3cr3t"}', "refused"),
        (401, b"s3cr3t", "refused"),
        (403, b'{"error": "s3cr3t"}', "refused"),
        (404, b"", "refused"),
        (429, b"s3cr3t", "unavailable"),
        (500, b"s3cr3t", "unavailable"),
        (503, b"", "unavailable"),
        (302, b"", "garbage"),
        (204, b"", "garbage"),
        (200, b"<html>s3cr3t", "garbage"),
        (200, b"", "garbage"),
        (200, b"[]", "garbage"),
        (200, b"null", "garbage"),
        (200, b"[" * 1000, "garbage"),
        (200, b'{"access_token": "s3cr3t", "access_token": "x"}', "garbage"),
        (200, b'{"access_token": ""}', "garbage"),
        (200, b'{"access_token": 5}', "garbage"),
        (200, b'{"access_token": "s3cr3t\\r\\nX: y"}', "garbage"),
        (200, b'{"access_token": "s3cr3t with blank"}', "garbage"),
        (200, b'{"access_token": "' + b"s3cr3t" * 2000 + b'"}', "garbage"),
        (200, b'{"access_token": "s3cr3t", "token_type": "mac"}', "garbage"),
        (200, b'{"access_token": "s3cr3t", "token_type": 1}', "garbage"),
        (200, b'{"access_token": "s3cr3t", "expires_in": -1}', "garbage"),
        (200, b'{"access_token": "s3cr3t", "expires_in": true}', "garbage"),
        (200, b'{"access_token": "s3cr3t", "expires_in": "soon"}', "garbage"),
        (200, b'{"access_token": "s3cr3t", "expires_in": 0}', "garbage"),
    ],
)
def test_what_is_no_token_is_classified_without_quoting_it(status, body, code):
    with pytest.raises(NoAccess) as refused:
        read_answer("a.example", status, body, 7.0)
    error = refused.value
    assert error.code == code
    assert error.transient == (code == "unavailable")
    assert (error.retry_after == 7.0) == (code == "unavailable")
    assert "s3cr3t" not in str(error)
    assert error.__cause__ is None and error.__context__ is None
    assert ("invalid_client" in str(error)) == (b"invalid_client" in body)


def test_an_error_survives_being_carried_between_processes():
    error = pickle.loads(pickle.dumps(NoAccess("text", "refused", True, 3.0)))
    assert (str(error), error.code, error.transient, error.retry_after) == (
        "text", "refused", True, 3.0,
    )  # fmt: skip


# -- keys as people paste them ---------------------------------------------------------------------


def test_a_key_pasted_into_one_line_is_read():
    text = private_pem(EC)
    for pasted in (text.replace("\n", ""), text.replace("\n", " "), "Bag Attributes\n" + text):
        assert pem.open_private_key(pasted) == text


def test_a_key_with_a_password_is_opened_once():
    locked = EC.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"open sesame"),
    ).decode()
    assert pem.open_private_key(locked.replace("\n", ""), "open sesame") == private_pem(EC)
    for wrong in ("", "s3cr3t"):
        with pytest.raises(ValueError) as refused:
            pem.open_private_key(locked, wrong)
        assert "s3cr3t" not in str(refused.value)
        assert refused.value.__context__ is None
    with pytest.raises(ValueError):
        pem.open_private_key(private_pem(EC) * 2)


def test_a_certificate_its_end_and_its_key():
    authority = Authority()
    certificate, key = authority.issue("client", days=(-1, 10))
    assert pem.certificate_ends(certificate.replace("\n", "")) == pem.certificate_ends(certificate)
    left = pem.certificate_ends(certificate + authority.pem) - datetime.now(UTC)
    assert timedelta(days=9) < left <= timedelta(days=10)
    pem.check_pair(certificate, key)
    with pytest.raises(ValueError, match="another"):
        pem.check_pair(certificate, private_pem(EC))
    for text in ("", "nonsense", key, "-----BEGIN CERTIFICATE-----AAAA-----END CERTIFICATE-----"):
        with pytest.raises(ValueError, match="certificate"):
            pem.certificate_ends(text)
