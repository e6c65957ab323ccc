# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Every scheme by the same laws: what was signed is taken, what was changed is not, none raises.

Published vectors: RFC 9421 B.2, the carriers' pages (carriers.md 3), reliability.md 1.1.
"""

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache
from urllib.parse import quote

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import verifiers
from odoo.addons.logistics_connector_base.core.verifiers import (
    KEYLESS,
    KINDS,
    Call,
    addresses,
    http_signature,
    moments,
    prove,
    public_keys,
    structured,
    template,
)
from werkzeug.datastructures import Headers

laws = settings(deadline=None, max_examples=60)

NOW = 1_760_000_000
BODY = b'{"parcel": "JD014600003", "status": "delivered"}'
SECRET = b"5f1d7c3b9a8e4f60b2d1c0e9a7f6b5d4"
STRANGER = b"ffffffffffffffffffff000000000000"
URL = "https://api.example.com/jwks"
TARGET = "/logistics/v1/in/abc?x=1"


@lru_cache(maxsize=8)
def private(kind):
    if kind == "rsa":
        return rsa.generate_private_key(65537, 2048)
    if kind == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return ed25519.Ed25519PrivateKey.generate()


def pem(kind):
    public = private(kind).public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(serialization.Encoding.PEM, form)


def number(value):
    data = value.to_bytes((value.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def jwk(kid="k1", **changes):
    numbers = private("rsa").public_key().public_numbers()
    values = {"kty": "RSA", "kid": kid, "n": number(numbers.n), "e": number(numbers.e)}
    return {**values, **changes}


def key_set(url, kid):
    return jwk() if (url, kid) == (URL, "k1") else None


def mac(content, key=SECRET):
    return hmac.new(key, content, hashlib.sha256).digest()


def call(headers=(), body=BODY, **changes):
    values = {"now": NOW, "target": TARGET, "authority": "odoo.example.com"}
    values |= {"public_key": key_set, "first_use": lambda *nonce: True} | changes
    return Call(body=body, headers=Headers(dict(headers)), **values)


def sign_http(covered, parameters, algorithm, key=SECRET, of=None):
    """A call with an RFC 9421 signature over ``covered``."""
    digest = base64.b64encode(hashlib.sha256(BODY).digest()).decode()
    unsigned = call({"Content-Digest": f"sha-256=:{digest}:", "Content-Type": "application/json"})
    inner = "(" + " ".join(f'"{name}"' for name in covered) + ")" + parameters
    base = http_signature.signature_base(covered, inner, of or unsigned)
    signature = {
        "hmac-sha256": lambda: mac(base, key),
        "ed25519": lambda: private("ed").sign(base),
        "ecdsa-p256-sha256": lambda: raw_ecdsa(private("ec").sign(base, ec.ECDSA(hashes.SHA256()))),
        "rsa-v1_5-sha256": lambda: private("rsa").sign(base, padding.PKCS1v15(), hashes.SHA256()),
        "rsa-pss-sha512": lambda: private("rsa").sign(
            base, padding.PSS(padding.MGF1(hashes.SHA512()), 64), hashes.SHA512()
        ),
    }[algorithm]()
    headers = {
        **dict(unsigned.headers),
        "Signature-Input": f"sig1={inner}",
        "Signature": f"sig1=:{base64.b64encode(signature).decode()}:",
    }
    return call(headers)


def raw_ecdsa(der):
    return b"".join(part.to_bytes(32, "big") for part in utils.decode_dss_signature(der))


COVERED = ("@method", "@target-uri", "content-digest")
TIMED = f';created={NOW};keyid="partner";nonce="n-1"'


def certificate(begin=-1, end=30):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "partner")])
    at = datetime.fromtimestamp(NOW, UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private("ec").public_key())
        .serial_number(7)
        .not_valid_before(at + timedelta(days=begin))
        .not_valid_after(at + timedelta(days=end))
        .sign(private("ec"), hashes.SHA256())
    )


def cert_headers(cert, **changes):
    text = cert.public_bytes(serialization.Encoding.PEM).decode()
    return {"X-SSL-Client-Verify": "SUCCESS", "X-SSL-Client-Cert": quote(text), **changes}


def pin(cert):
    return cert.fingerprint(hashes.SHA256()).hex().encode()


def token(algorithm="RS256", key=None, headers=None, **changes):
    claims = {"iss": "partner", "aud": "odoo", "exp": NOW + 300, "nbf": NOW - 5, **changes}
    claims = {name: value for name, value in claims.items() if value is not None}
    key = key or {"RS256": private("rsa"), "PS256": private("rsa"), "ES256": private("ec")}.get(
        algorithm, private("ed")
    )
    return jwt.encode(claims, key, algorithm, headers={"kid": "k1", **(headers or {})})


def bearer(text):
    return {"Authorization": f"Bearer {text}"}


CERT = certificate()
HOOK = "whsec_" + base64.b64encode(bytes(range(40, 72))).decode()
HOOK_PUBLIC = (
    "whpk_"
    + base64.b64encode(
        private("ed")
        .public_key()
        .public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
    ).decode()
)
RFC_2822 = format_datetime(datetime.fromtimestamp(NOW, UTC), usegmt=True)


def hook(family="webhook", version="v1"):
    content = f"m1.{NOW}.".encode() + BODY
    key = base64.b64decode(HOOK[6:])
    made = mac(content, key) if version == "v1" else private("ed").sign(content)
    text = f"{version},{base64.b64encode(made).decode()}"
    names = (f"{family}-id", f"{family}-timestamp", f"{family}-signature")
    return dict(zip(names, ("m1", str(NOW), text), strict=True))


#: name → (kind, its parameters, the stored secrets, the call that must be taken)
RIGHT = {
    "standard": ("standard_webhooks", {}, [HOOK.encode()], lambda: call(hook())),
    "svix": ("standard_webhooks", {}, [HOOK.encode()], lambda: call(hook("svix"))),
    "ed25519": (
        "standard_webhooks_ed25519", {}, [HOOK_PUBLIC.encode()],
        lambda: call(hook(version="v1a")),
    ),
    "sendcloud": (
        "hmac", {"header": "Sendcloud-Signature"}, [SECRET],
        lambda: call({"Sendcloud-Signature": mac(BODY).hex()}),
    ),
    "fedex": (
        "hmac", {"header": "fdx-signature", "encoding": "base64"}, [SECRET],
        lambda: call({"fdx-signature": base64.b64encode(mac(BODY)).decode()}),
    ),
    "easypost v1": (
        "hmac", {"header": "X-Hmac-Signature", "prefix": "hmac-sha256-hex="}, [SECRET],
        lambda: call({"X-Hmac-Signature": "hmac-sha256-hex=" + mac(BODY).hex()}),
    ),
    "easypost v2": (
        "hmac_time",
        {
            "header": "X-Hmac-Signature-V2", "prefix": "hmac-sha256-hex=",
            "timestamp_header": "X-Timestamp", "signed": "{timestamp}{method}{path}{body}",
        },
        [SECRET],
        lambda: call(
            {
                "X-Timestamp": RFC_2822,
                "X-Hmac-Signature-V2": "hmac-sha256-hex="
                + mac(f"{RFC_2822}POST{TARGET}".encode() + BODY).hex(),
            }
        ),
    ),
    "shippo": (
        "hmac_time", {"header": "Shippo-Auth-Signature"}, [SECRET],
        lambda: call(
            {"Shippo-Auth-Signature": f"t={NOW},v1={mac(f'{NOW}.'.encode() + BODY).hex()}"}
        ),
    ),
    "17track": (
        "plain_hash", {}, [SECRET],
        lambda: call({"sign": hashlib.sha256(BODY + b"/" + SECRET).hexdigest()}),
    ),
    "shipengine": (
        "rsa_key_set", {"key_set_url": URL}, [],
        lambda: call(
            {
                "x-shipengine-rsa-sha256-key-id": "k1",
                "x-shipengine-timestamp": "2025-10-09T08:53:20Z",
                "x-shipengine-rsa-sha256-signature": base64.b64encode(
                    private("rsa").sign(
                        b"2025-10-09T08:53:20Z." + BODY, padding.PKCS1v15(), hashes.SHA256()
                    )
                ).decode(),
            }
        ),
    ),
    "ups": (
        "static", {"header": "credential"}, [SECRET],
        lambda: call({"credential": SECRET.decode()}),
    ),
    "bearer": ("bearer", {}, [SECRET], lambda: call(bearer(SECRET.decode()))),
    "basic": (
        "basic", {}, [b"partner:" + SECRET],
        lambda: call(
            {"Authorization": "Basic " + base64.b64encode(b"partner:" + SECRET).decode()}
        ),
    ),
    "query": (
        "query", {"parameter": "token"}, [b"a token+of 16 letters"],
        lambda: call(target="/x?a=1&token=a%20token%2Bof+16%20letters"),
    ),
    "addresses": (
        "addresses", {"networks": "192.0.2.0/24, 2001:db8::/32"}, [],
        lambda: call(remote="192.0.2.7"),
    ),
    "certificate": (
        "client_certificate", {}, [pin(CERT)], lambda: call(cert_headers(CERT), by_proxy=True)
    ),
    "jwt by key set": (
        "jwt", {"issuer": "partner", "audience": "odoo", "key_set_url": URL}, [],
        lambda: call(bearer(token())),
    ),
    **{
        f"jwt {algorithm}": (
            "jwt", {"issuer": "partner", "audience": "odoo", "algorithm": algorithm}, [key],
            lambda algorithm=algorithm: call(bearer(token(algorithm))),
        )
        for algorithm, key in (("RS256", pem("rsa")), ("PS256", pem("rsa")), ("EdDSA", pem("ed")))
    },
    "jwt by key": (
        "jwt", {"issuer": "partner", "audience": "odoo", "algorithm": "ES256"}, [pem("ec")],
        lambda: call(bearer(token("ES256"))),
    ),
    "jwt by secret": (
        "jwt", {"issuer": "partner", "audience": "odoo", "algorithm": "HS256"}, [SECRET],
        lambda: call(bearer(token("HS256", SECRET.decode()))),
    ),
    **{
        f"rfc 9421 {algorithm}": (
            "http_signature", {"key_id": "partner", "algorithm": algorithm, "label": "sig1"},
            [key],
            lambda algorithm=algorithm: sign_http(COVERED, TIMED, algorithm),
        )
        for algorithm, key in (
            ("hmac-sha256", SECRET), ("ed25519", pem("ed")), ("ecdsa-p256-sha256", pem("ec")),
            ("rsa-v1_5-sha256", pem("rsa")), ("rsa-pss-sha512", pem("rsa")),
        )
    },
}  # fmt: skip
NAMES = sorted(RIGHT)
SIGNED_TIME = {
    "standard", "svix", "ed25519", "easypost v2", "shippo", "shipengine",
    *(name for name in NAMES if name.startswith(("rfc", "jwt"))),
}  # fmt: skip


def parts(name):
    kind, values, keys, make = RIGHT[name]
    return KINDS[kind].make(values), keys, make()


def test_every_kind_is_examined():
    assert {kind for kind, *_rest in RIGHT.values()} == set(KINDS)


@pytest.mark.parametrize("name", NAMES)
def test_the_right_call_is_taken(name):
    scheme, keys, right = parts(name)
    scheme.check()
    for key in keys:
        scheme.check_secret(key.decode())
    assert scheme.verify(keys, right) == (0 if keys else KEYLESS)


@pytest.mark.parametrize("name", NAMES)
def test_two_secrets_are_valid_at_once_and_the_index_tells_which(name):
    scheme, keys, right = parts(name)
    if keys:
        assert scheme.verify([STRANGER, *keys], right) == 1
        assert scheme.verify([b"", *keys], right) == 1
        assert scheme.verify([STRANGER], right) is None


@pytest.mark.parametrize("name", NAMES)
def test_no_secret_no_service(name):
    scheme, keys, right = parts(name)
    if scheme.needs_secret:
        assert keys
        assert scheme.verify([], right) is None
        assert scheme.verify([b""], right) is None
        nothing = replace(right, headers=Headers(), target="/")
        assert scheme.verify([b""], nothing) is None


@pytest.mark.parametrize("name", NAMES)
def test_every_changed_bit_of_the_body_is_noticed(name):
    scheme, keys, right = parts(name)
    if scheme.strength < verifiers.SIGNED:
        return
    for position in range(len(BODY)):
        changed = bytearray(BODY)
        changed[position] ^= 1 << position % 8
        assert scheme.verify(keys, replace(right, body=bytes(changed))) is None
    for body in (b"", BODY[:-1], BODY + b"\n"):
        assert scheme.verify(keys, replace(right, body=body)) is None


@pytest.mark.parametrize("name", NAMES)
def test_every_changed_byte_of_the_headers_is_noticed(name):
    scheme, keys, right = parts(name)
    for header, value in right.headers.items():
        if header == "Content-Type":
            continue
        for position in range(len(value)):
            for other in (chr(ord(value[position]) ^ 1), "~"):
                changed = value[:position] + other + value[position + 1 :]
                headers = Headers(dict(right.headers))
                if changed.casefold() == value.casefold() or not changed.isprintable():
                    continue
                headers[header] = changed
                result = scheme.verify(keys, replace(right, headers=headers))
                assert result is None, (header, position, changed)


@pytest.mark.parametrize("name", NAMES)
def test_every_missing_header_is_noticed(name):
    scheme, keys, right = parts(name)
    for header, _value in right.headers.items():
        if header != "Content-Type":
            headers = Headers([pair for pair in right.headers.items() if pair[0] != header])
            assert scheme.verify(keys, replace(right, headers=headers)) is None


@pytest.mark.parametrize("name", sorted(SIGNED_TIME))
def test_the_window_of_the_signed_time(name):
    scheme, keys, right = parts(name)
    leeway = 60 if name.startswith("jwt") else 300
    last = 300 + leeway - 1 if name.startswith("jwt") else 300
    for drift, fits in ((last, True), (last + 1, False), (-leeway, True), (-leeway - 6, False)):
        result = scheme.verify(keys, replace(right, now=NOW + drift))
        assert (result is not None) is fits, drift


@laws
@given(
    name=st.sampled_from(NAMES),
    texts=st.lists(st.text(max_size=80), min_size=1, max_size=6),
    body=st.binary(max_size=60),
    keys=st.lists(st.binary(max_size=60), max_size=3),
    target=st.text(max_size=60),
)
def test_strangers_cannot_raise(name, texts, body, keys, target):
    scheme, right_keys, right = parts(name)

    class Wild(dict):
        """Headers that hold anything, as no HTTP server would even let through."""

        def get(self, header, default=None):
            if header in right.headers and hash(header) % 2:
                return right.headers[header]
            return texts[hash(header) % len(texts)]

    wild = replace(right, headers=Wild(), body=body, target=target, remote=texts[0])
    for secrets in (right_keys, keys, []):
        scheme.verify(secrets, wild)
    mixed = {header: texts[0] + value for header, value in right.headers.items()}
    broken = replace(right, headers=mixed)
    scheme.verify(keys, broken)
    scheme.verify(right_keys, broken)


@laws
@given(st.text(max_size=200))
def test_parsers_never_raise(text):
    structured.read_dictionary(text)
    moments.read_moment(text)
    addresses.read_address(text)
    addresses.client_address(text, text, (), True)
    public_keys.read_public_key(text)
    public_keys.from_jwk({"kty": "RSA", "n": text, "e": "AQAB"})
    public_keys.from_jwk({"kty": "EC", "crv": "P-256", "x": text, "y": text})
    public_keys.from_jwk({"kty": "OKP", "crv": "Ed25519", "x": text})
    for kind in KINDS.values():
        for values in ({}, {"header": text, "signed": text, "key_set_url": text, "networks": text}):
            try:
                kind.make(values).check()
                kind.make(values).check_secret(text)
            except ValueError as refused:
                assert len(text) < 8 or text not in str(refused)[80:]


# -- combinations ---------------------------------------------------------------------------------


def both():
    signed, keys, right = parts("sendcloud")
    listed = KINDS["addresses"](networks="192.0.2.0/24")
    return [(signed, keys), (listed, [])], replace(right, remote="192.0.2.9")


def test_all_or_one_of_the_proofs():
    proofs, right = both()
    assert prove(proofs, True, right) == [0, KEYLESS]
    away = replace(right, remote="198.51.100.1")
    assert prove(proofs, True, away) is None
    assert prove(proofs, False, away) == [0, None]
    unsigned = replace(right, headers=Headers())
    assert prove(proofs, True, unsigned) is None
    assert prove(proofs, False, unsigned) == [None, KEYLESS]
    assert prove(proofs, False, replace(unsigned, remote="")) is None


@pytest.mark.parametrize("need_all", [True, False])
def test_no_proof_proves_nothing(need_all):
    assert prove([], need_all, call()) is None


def test_nothing_beyond_the_process_is_touched_for_a_call_that_fails_anyway():
    asked = []
    scheme, keys, right = parts("shipengine")
    right = replace(right, public_key=lambda *key: asked.append(key), remote="198.51.100.1")
    listed = KINDS["addresses"](networks="192.0.2.0/24")
    assert prove([(scheme, keys), (listed, [])], True, right) is None
    assert not asked
    assert prove([(scheme, keys), (listed, [])], False, right) is None
    assert asked


# -- published vectors ----------------------------------------------------------------------------

TEST_REQUEST = Call(
    body=b'{"hello": "world"}',
    headers=Headers(
        {
            "Host": "example.com",
            "Date": "Tue, 20 Apr 2021 02:07:55 GMT",
            "Content-Type": "application/json",
            "Content-Digest": "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYl"
            "lu7BNNyealdVLvRwEmTHWXvJwew==:",
            "Content-Length": "18",
        }
    ),
    now=1618884473,
    target="/foo?param=Value&Pet=dog",
    authority="example.com",
)
RSA_PSS = """-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2
+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+
oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHq
gDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5W
Utzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4
aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI
2wIDAQAB
-----END PUBLIC KEY-----"""
ECC_P256 = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf
w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==
-----END PUBLIC KEY-----"""
ED25519 = """-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=
-----END PUBLIC KEY-----"""
SHARED = base64.b64decode(
    "uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ=="
)
RFC_9421 = [
    (
        "B.2.1", "rsa-pss-sha512", RSA_PSS.encode(),
        'sig-b21=();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
        "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8"
        "Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBq"
        "JzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1"
        "g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==",
    ),
    (
        "B.2.3", "rsa-pss-sha512", RSA_PSS.encode(),
        'sig-b23=("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" '
        '"content-length");created=1618884473;keyid="test-key-rsa-pss"',
        "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU"
        "5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/"
        "aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH89"
        "6+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
    ),
    (
        "B.2.5", "hmac-sha256", SHARED,
        'sig-b25=("date" "@authority" "content-type")'
        ';created=1618884473;keyid="test-shared-secret"',
        "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
    ),
    (
        "B.2.6", "ed25519", ED25519.encode(),
        'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
        ';created=1618884473;keyid="test-key-ed25519"',
        "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "algorithm", "key", "text", "signature"), RFC_9421)
def test_the_rfcs_own_signatures(name, algorithm, key, text, signature):
    (member,) = structured.read_dictionary(text).values()
    covered = [item.value for item in member.items]
    base = http_signature.signature_base(covered, member.text, TEST_REQUEST)
    made = base64.b64decode(signature)
    assert http_signature.signed_by(algorithm, [key], base, made) == 0
    assert http_signature.signed_by(algorithm, [key], base + b" ", made) is None
    # They cover too little for us: no digest, or no method.
    scheme = KINDS["http_signature"](key_id=member.parameters["keyid"], algorithm=algorithm)
    headers = Headers(dict(TEST_REQUEST.headers))
    headers["Signature-Input"], headers["Signature"] = text, f"{text[:7]}=:{signature}:"
    sent = replace(TEST_REQUEST, headers=headers, first_use=lambda *nonce: True)
    assert (scheme.verify([key], sent) == 0) is (name == "B.2.3")


def test_the_rfcs_ecdsa_signature():
    """B.2.4 signs a response, which we never verify: its base as the RFC prints it."""
    base = (
        b'"@status": 200\n"content-type": application/json\n"content-digest": '
        b"sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5a"
        b'GgfLQ==:\n"content-length": 23\n"@signature-params": ("@status" "content-type" '
        b'"content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"'
    )
    signature = base64.b64decode(
        "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw=="
    )
    key = ECC_P256.encode()
    assert http_signature.signed_by("ecdsa-p256-sha256", [key], base, signature) == 0
    assert http_signature.signed_by("ecdsa-p256-sha256", [key], base, signature[:63]) is None
    assert http_signature.signed_by("ed25519", [key], base, signature) is None


# -- RFC 9421, what it must not take --------------------------------------------------------------


def http_scheme(**changes):
    values = {"key_id": "partner", "label": "sig1", "algorithm": "hmac-sha256", **changes}
    return KINDS["http_signature"](**values)


@pytest.mark.parametrize(
    ("covered", "parameters", "fits"),
    [
        (COVERED, TIMED, True),
        (("@method", "@path", "@authority", "content-digest"), TIMED, True),
        ((*COVERED, "content-type", "@query"), TIMED, True),
        (("@target-uri", "content-digest"), TIMED, False),
        (("@method", "content-digest"), TIMED, False),
        (("@method", "@path", "content-digest"), TIMED, False),
        (("@method", "@authority", "content-digest"), TIMED, False),
        (("@method", "@target-uri"), TIMED, False),
        (COVERED, f';created={NOW};keyid="stranger";nonce="n"', False),
        (COVERED, f";created={NOW}", False),
        (COVERED, ';keyid="partner"', False),
        (COVERED, f';created="{NOW}";keyid="partner"', False),
        (COVERED, f';created={NOW}.5;keyid="partner"', False),
        (COVERED, f';created={NOW};expires={NOW - 1};keyid="partner"', False),
        (COVERED, f';created={NOW};expires={NOW + 1};keyid="partner"', True),
        (COVERED, f';created={NOW};keyid="partner";alg="hmac-sha256"', True),
        (COVERED, f';created={NOW};keyid="partner";alg="ed25519"', False),
        (COVERED, f';created={NOW};keyid="partner";nonce=""', False),
        (COVERED, f';created={NOW};keyid="partner";nonce=5', False),
    ],
)
def test_what_a_signature_must_cover_and_say(covered, parameters, fits):
    sent = sign_http(covered, parameters, "hmac-sha256")
    assert (http_scheme().verify([SECRET], sent) == 0) is fits


def test_label_nonce_and_copies():
    sent = sign_http(COVERED, TIMED, "hmac-sha256")
    assert http_scheme(label="sig2").verify([SECRET], sent) is None
    assert http_scheme(label="").verify([SECRET], sent) == 0
    seen = set()

    def first_use(scope, nonce, until):
        assert until > NOW + 300
        known = (scope, nonce) in seen
        seen.add((scope, nonce))
        return not known

    again = replace(sent, first_use=first_use)
    assert [http_scheme().verify([SECRET], again) for _copy in range(2)] == [0, None]
    # A forged call must not use up the nonce of the right one.
    seen.clear()
    assert http_scheme().verify([STRANGER], again) is None
    assert not seen
    plain = sign_http(COVERED, f';created={NOW};keyid="partner"', "hmac-sha256")
    assert http_scheme().verify([SECRET], plain) == 0
    assert http_scheme(needs_nonce=True).verify([SECRET], plain) is None


def test_by_key_set():
    scheme = http_scheme(algorithm="rsa-v1_5-sha256", key_id="k1", key_set_url=URL)
    sent = sign_http(COVERED, f';created={NOW};keyid="k1"', "rsa-v1_5-sha256")
    assert scheme.verify([], sent) == KEYLESS
    for other in (None, jwk(alg="PS512"), jwk(use="enc"), jwk(kty="oct", k="AAAA"), [], "key"):
        found = other
        wrong = replace(sent, public_key=lambda url, kid, found=found: found)
        assert scheme.verify([], wrong) is None


@pytest.mark.parametrize(
    "text",
    [
        "", "a", "a=", "a=()", "a=1", "a=:AAA:", "a=:AA==:, a=:AA==:", "A=:AA==:", "a=:AA==:,",
        "a=(1 2", 'a="', "a=;b", "a=();;", "a=()x", 'a=("x""y")', "a=01234567890123456", "é=1",
        "a=?2", "a=(" + "1 " * 100 + ")",
    ],
)  # fmt: skip
def test_malformed_dictionaries(text):
    members = structured.read_dictionary(text)
    assert members is None or text in ("a", "a=()", "a=1")


# -- JSON Web Tokens, what they must not be -------------------------------------------------------


def segment(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def jwt_scheme(**changes):
    return KINDS["jwt"](**{"issuer": "partner", "audience": "odoo", **changes})


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "other"}, {"iss": None}, {"iss": ["partner"]}, {"aud": "other"}, {"aud": None},
        {"exp": None}, {"exp": NOW - 61}, {"nbf": NOW + 61}, {"aud": ["other"]}, {"nbf": True},
    ],
    ids=str,
)  # fmt: skip
def test_claims_that_are_not_ours(changes):
    scheme = jwt_scheme(key_set_url=URL)
    encode = jwt.encode
    claims = {"iss": "partner", "aud": "odoo", "exp": NOW + 9} | changes
    claims = {name: value for name, value in claims.items() if value is not None}
    if not isinstance(claims.get("iss", ""), str):
        encode = jwt.api_jws.encode
        claims = json.dumps(claims).encode()
    text = encode(claims, private("rsa"), "RS256", headers={"kid": "k1"})
    assert scheme.verify([], call(bearer(text))) is None


def test_several_audiences():
    text = token(aud=["others", "odoo"])
    assert jwt_scheme(key_set_url=URL).verify([], call(bearer(text))) == KEYLESS


def test_the_algorithm_is_ours_to_choose():
    scheme, by_key = jwt_scheme(key_set_url=URL), jwt_scheme(algorithm="RS256")
    claims = {"iss": "partner", "aud": "odoo", "exp": NOW + 300}
    none = f"{segment({'alg': 'none', 'kid': 'k1'})}.{segment(claims)}."
    unsigned = f"{none}AAAA"
    # HS256 with the public key's text as the secret: RFC 8725, 2.1.
    head, payload = segment({"alg": "HS256", "kid": "k1"}), segment(claims)
    made = mac(f"{head}.{payload}".encode(), pem("rsa"))
    confused = f"{head}.{payload}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"
    for text in (none, unsigned, confused, token("PS256"), token("ES256"), "a.b.c", "..", ""):
        assert scheme.verify([], call(bearer(text))) is None
        assert by_key.verify([pem("rsa")], call(bearer(text))) is None
    secret = jwt_scheme(algorithm="HS256")
    assert secret.verify([pem("rsa")], call(bearer(token("RS256")))) is None
    assert secret.verify([b"short"], call(bearer(f"{head}.{payload}.AAAA"))) is None


def test_a_token_cannot_bring_its_own_key():
    asked = []
    stranger = rsa.generate_private_key(65537, 2048)
    own = {"jku": "https://evil.example/jwks", "jwk": jwk(), "x5u": "https://evil.example"}
    text = token("RS256", stranger, own)
    sent = call(bearer(text), public_key=lambda url, kid: asked.append((url, kid)) or jwk())
    assert jwt_scheme(key_set_url=URL).verify([], sent) is None
    assert asked == [(URL, "k1")]
    deep = base64.urlsafe_b64encode(b"[" * 4000).decode()
    assert jwt_scheme(key_set_url=URL).verify([], call(bearer(f"{deep}.AAAA.AAAA"))) is None
    critical = token("RS256", headers={"crit": ["exp2"], "exp2": 1})
    assert jwt_scheme(key_set_url=URL).verify([], call(bearer(critical))) is None


def test_a_public_key_is_no_secret_of_hs256():
    with pytest.raises(ValueError):
        jwt_scheme(algorithm="HS256").check_secret(pem("rsa").decode())
    with pytest.raises(ValueError):
        jwt_scheme(algorithm="HS256", key_set_url=URL).check()
    with pytest.raises(ValueError):
        jwt_scheme(algorithm="RS256").check_secret(pem("ec").decode())
    jwt_scheme(algorithm="RS256").check_secret(pem("rsa").decode().replace("\n", " "))


# -- key sets ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "found",
    [
        None, {}, [], "text", jwk(kty="EC"), jwk(n=""), jwk(e="AA"), jwk(n=5), jwk(use="enc"),
        jwk(alg="HS256"), jwk(n=number(2**1023 + 1)), jwk(n="!!!"), jwk(e="Ag"),
        {"kty": "EC", "crv": "P-256", "x": "AAAA", "y": "AAAA"},
    ],
    ids=lambda found: str(found)[:30],
)  # fmt: skip
def test_what_is_no_rsa_key(found):
    scheme, keys, right = parts("shipengine")
    assert scheme.verify(keys, replace(right, public_key=lambda url, kid: found)) is None


# -- addresses ------------------------------------------------------------------------------------

PROXIES = addresses.read_networks("10.0.0.0/8 ::1")


@pytest.mark.parametrize(
    ("peer", "forwarded", "proxy_mode", "expected"),
    [
        ("203.0.113.9", "", False, ("203.0.113.9", False)),
        # without proxy_mode, and from strangers, the header is a lie until proven
        ("203.0.113.9", "192.0.2.1", False, ("203.0.113.9", False)),
        ("203.0.113.9", "192.0.2.1", True, ("203.0.113.9", False)),
        ("10.0.0.1", "192.0.2.1", False, ("10.0.0.1", False)),
        ("10.0.0.1", "192.0.2.1", True, ("192.0.2.1", True)),
        ("::ffff:10.0.0.1", "192.0.2.1", True, ("192.0.2.1", True)),
        # what stands left of the last stranger, he may have written himself
        ("10.0.0.1", "192.0.2.1, 198.51.100.5", True, ("198.51.100.5", True)),
        ("10.0.0.1", "192.0.2.1, 198.51.100.5, 10.0.0.2", True, ("198.51.100.5", True)),
        ("10.0.0.1", "192.0.2.1, garbage", True, ("", True)),
        ("10.0.0.1", "", True, ("", True)),
        ("10.0.0.1", "10.0.0.7", True, ("", True)),
        ("", "192.0.2.1", True, ("", False)),
    ],
)
def test_the_right_hop(peer, forwarded, proxy_mode, expected):
    assert addresses.client_address(peer, forwarded, PROXIES, proxy_mode) == expected


@pytest.mark.parametrize(
    ("remote", "fits"),
    [
        ("192.0.2.0", True), ("192.0.2.255", True), ("192.0.3.0", False),
        ("::ffff:192.0.2.5", True),
        ("2001:db8::1", True), ("2001:db9::1", False), ("", False), ("192.0.2.1 ", False),
        ("192.0.2.1%eth0", False), ("192.0.2.01", False), ("0xc0000201", False), ("::", False),
        ("2001:db8::1%1", False),
    ],
)  # fmt: skip
def test_address_list(remote, fits):
    scheme, keys, right = parts("addresses")
    assert (scheme.verify(keys, replace(right, remote=remote)) == KEYLESS) is fits


# -- client certificates --------------------------------------------------------------------------


def test_certificate_headers_count_only_from_our_proxy():
    scheme, keys, right = parts("certificate")
    assert scheme.verify(keys, replace(right, by_proxy=False)) is None


@pytest.mark.parametrize("verdict", ["", "NONE", "FAILED:certificate has expired", "success", "1"])
def test_the_proxys_verdict(verdict):
    scheme, keys, _right = parts("certificate")
    headers = cert_headers(CERT, **{"X-SSL-Client-Verify": verdict})
    assert scheme.verify(keys, call(headers, by_proxy=True)) is None


def test_certificates_that_ended_or_were_exchanged():
    scheme, keys, _right = parts("certificate")
    newer = certificate(end=60)
    for cert, taken in ((CERT, 0), (newer, None), (certificate(begin=1), None)):
        assert scheme.verify(keys, call(cert_headers(cert), by_proxy=True)) == taken
    assert scheme.verify([*keys, pin(newer)], call(cert_headers(newer), by_proxy=True)) == 1
    ended = certificate(begin=-9, end=-1)
    assert scheme.verify([pin(ended)], call(cert_headers(ended), by_proxy=True)) is None


def test_a_fingerprint_alone_and_beside_the_certificate():
    scheme, keys, _right = parts("certificate")
    colons = ":".join(CERT.fingerprint(hashes.SHA256()).hex()[n : n + 2] for n in range(0, 64, 2))
    alone = {"X-SSL-Client-Verify": "SUCCESS", "X-SSL-Client-Fingerprint": colons.upper()}
    assert scheme.verify(keys, call(alone, by_proxy=True)) == 0
    sha1 = {**alone, "X-SSL-Client-Fingerprint": CERT.fingerprint(hashes.SHA1()).hex()}
    assert scheme.verify(keys, call(sha1, by_proxy=True)) is None
    other = cert_headers(CERT, **{"X-SSL-Client-Fingerprint": "0" * 64})
    assert scheme.verify(keys, call(other, by_proxy=True)) is None
    with pytest.raises(ValueError):
        scheme.check_secret(CERT.fingerprint(hashes.SHA1()).hex())


# -- tokens ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "target",
    ["/x", "/x?", "/x?token", "/x?token=", "/x?Token=S", "/x?token=S&token=S", "/x?a=token=S"],
)
def test_query_tokens_that_are_none(target):
    scheme = KINDS["query"](parameter="token")
    secret = SECRET.decode()
    assert scheme.verify([SECRET], call(target=f"/x?token={secret}")) == 0
    assert scheme.verify([SECRET], call(target=target.replace("S", secret))) is None


@pytest.mark.parametrize("text", ["basic X", "BASIC X"])
def test_the_schemes_name_has_no_case(text):
    scheme = KINDS["basic"]()
    pair = b"u:" + SECRET
    value = text.replace("X", base64.b64encode(pair).decode())
    assert scheme.verify([pair], call({"Authorization": value})) == 0
    assert scheme.verify([pair], call({"Authorization": value + "="})) is None
    assert KINDS["bearer"]().verify([pair], call({"Authorization": value})) is None


# -- times and templates --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("1760000000", NOW), ("1760000000123", NOW + 0.123), ("2025-10-09T08:53:20Z", NOW),
        ("2025-10-09T10:53:20.1234567+02:00", NOW + 0.123456), (RFC_2822, NOW),
        ("9 Oct 2025 08:53:20 +0000", NOW), ("Thu, 09 Oct 2025 08:53:20 -0000", NOW),
        ("", None), ("2025-10-09T08:53:20", None),
        ("2025-10-09", None), ("Thu, 9 Oct 2025 08:53:20", None), ("-1", None), ("1e9", None),
        ("1760000000.5", None), ("9" * 14, None), ("2025-13-09T08:53:20Z", None),
        ("Thu, 99 Oct 2025 08:53:20 GMT", None), (" 1760000000", None), ("Infinity", None),
    ],
)  # fmt: skip
def test_signed_times(text, moment):
    assert moments.read_moment(text) == (pytest.approx(moment) if moment is not None else None)


def test_signed_times_do_not_depend_on_this_machines_zone(monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        for text in ("Thu, 09 Oct 2025 08:53:20 -0000", RFC_2822, "2025-10-09T08:53:20Z"):
            assert moments.read_moment(text) == NOW, text
    finally:
        monkeypatch.undo()
        time.tzset()


def shippo(text):
    scheme, keys, right = parts("shippo")
    return scheme.verify(keys, replace(right, headers=Headers({"Shippo-Auth-Signature": text})))


def test_lists_of_time_and_signatures():
    good = mac(f"{NOW}.".encode() + BODY).hex()
    wrong = "0" * 64
    for text in (
        f"t={NOW},v1={good}", f"v1={good},t={NOW}", f"t={NOW},v1={wrong},v1={good}",
        f"t={NOW}, v1={good}, v0={wrong}",
    ):  # fmt: skip
        assert shippo(text) == 0, text
    for text in (
        "", f"v1={good}", f"t={NOW}", f"t={NOW},v0={good}", f"t={NOW},t={NOW},v1={good}",
        f"t=Infinity,v1={good}", f"t={NOW + 301},v1={good}", f"t={NOW},v1=", f"t={NOW},v1=1",
        f"t={NOW};v1={good}", f"t={NOW},v1={wrong}," * 30 + f"v1={good}", f"T={NOW},v1={good}",
    ):  # fmt: skip
        assert shippo(text) is None, text


@pytest.mark.parametrize(
    "signed", ["", "{body}", "{timestamp}", "{timestamp}{body}{body}", "{timestamp}{body}{x}",
               "{timestamp}{body", "{timestamp}{body}é", "{timestamp}{key}{body}"]
)  # fmt: skip
def test_templates_that_leave_the_body_or_the_time_unsigned(signed):
    with pytest.raises(ValueError):
        template.check(signed, ("timestamp", "body"), ("timestamp", "body", "method", "path"))


def test_17tracks_hash_must_end_with_the_key():
    with pytest.raises(ValueError):
        KINDS["plain_hash"](signed="{key}/{body}").check()
