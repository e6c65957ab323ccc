# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Partners' published keys: which ones count."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from hypothesis import given
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import keysets
from odoo.addons.logistics_connector_base.core.canonical import ParseError
from odoo.addons.logistics_connector_base.core.keysets import UnusableKey, find, fresh_for, parse


def b64(number_or_bytes, size=None):
    data = number_or_bytes
    if isinstance(data, int):
        data = data.to_bytes(size or (data.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def rsa_jwk(bits=2048, **more):
    numbers = rsa.generate_private_key(65537, bits).public_key().public_numbers()
    return {"kty": "RSA", "n": b64(numbers.n), "e": b64(numbers.e), **more}


def ec_jwk(curve, name, size, **more):
    numbers = ec.generate_private_key(curve).public_key().public_numbers()
    return {"kty": "EC", "crv": name, "x": b64(numbers.x, size), "y": b64(numbers.y, size), **more}


RSA = rsa_jwk(kid="rsa")
P256 = ec_jwk(ec.SECP256R1(), "P-256", 32, kid="p256")
P384 = ec_jwk(ec.SECP384R1(), "P-384", 48, kid="p384")
ED = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": b64(ed25519.Ed25519PrivateKey.generate().public_key().public_bytes_raw()),
    "kid": "ed",
}
# RFC 8037 appendix A.2
RFC8037 = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}


def raw(*keys, **more):
    return json.dumps({"keys": list(keys), **more}).encode()


@pytest.mark.parametrize("jwk", [RSA, P256, P384, ED, RFC8037])
def test_good_keys(jwk):
    keys, left_out = parse(raw(jwk))
    assert keys == [{"kid": "", **jwk}] and left_out == []
    assert keysets.public_key(jwk).public_bytes
    for more in ({"use": "sig"}, {"key_ops": ["verify"]}):
        assert parse(raw({**jwk, **more}))


def test_only_what_a_public_key_needs_is_kept():
    extras = {
        "x5c": ["MII"],
        "x5u": "http://evil/",
        "jku": "http://evil/",
        "foo": [1],
        "alg": "RS256",
    }
    keys, _ = parse(raw({**RSA, **extras}, more="ignored"))
    assert keys == [{**RSA, "alg": "RS256"}]


@pytest.mark.parametrize(
    ("jwk", "why"),
    [
        ({"kty": "oct", "k": "c2VjcmV0"}, "secret part"),
        ({"kty": "oct"}, "kind"),
        ({**RSA, "d": "AQAB"}, "secret part"),
        ({**P256, "d": "AQAB"}, "secret part"),
        ({**RSA, "use": "enc"}, "not for signatures"),
        ({**RSA, "use": None}, "no text"),
        ({**RSA, "key_ops": ["encrypt"]}, "not for verifying"),
        ({**RSA, "key_ops": "verify"}, "not for verifying"),
        ({**RSA, "alg": "HS256"}, "algorithm"),
        ({**RSA, "alg": "none"}, "algorithm"),
        ({**RSA, "alg": "ES256"}, "algorithm"),
        ({**RSA, "alg": "RSA-OAEP"}, "algorithm"),
        ({**P384, "alg": "ES256"}, "algorithm"),
        (rsa_jwk(1024), "1024 bits"),
        ({**RSA, "n": b64((1 << 8200) + 1)}, "8201 bits"),
        ({**RSA, "n": ""}, "0 bits"),
        ({**RSA, "e": b64(1)}, "exponent"),
        ({**RSA, "e": b64(4)}, "exponent"),
        ({**RSA, "e": b64((1 << 70) + 1)}, "exponent"),
        ({**RSA, "n": 5}, "no text"),
        ({**RSA, "alg": ["RS256"]}, "no text"),
        ({**RSA, "n": RSA["n"] + "="}, "base64url"),
        ({**RSA, "n": "+/" + RSA["n"]}, "base64url"),
        ({**RSA, "n": "A" * 5000}, "base64url"),
        ({k: v for k, v in RSA.items() if k != "e"}, "base64url"),
        ({**P256, "y": P256["x"]}, "not a valid key"),
        ({**P256, "x": b64(b"\0" * 32), "y": b64(b"\0" * 32)}, "not a valid key"),
        ({**P256, "x": P256["x"][:-4]}, "wrong size"),
        ({**P256, "crv": "P-384"}, "wrong size"),
        ({**P256, "crv": "secp256k1"}, "kind"),
        ({**P256, "crv": ["P-256"]}, "no text"),
        ({**ED, "crv": "X25519"}, "kind"),
        ({**ED, "x": ED["x"][:-4]}, "not a valid key"),
        ({**RSA, "kid": 5}, "no text"),
        ({**RSA, "kid": "x" * 300}, "no text"),
        ({**RSA, "kid": "ed"}, "taken"),
        ({}, "kind"),
        ("RSA", "not an object"),
        (None, "not an object"),
        ([RSA], "not an object"),
    ],
)
def test_a_key_that_cannot_be_used_is_left_out_and_named(jwk, why):
    keys, left_out = parse(raw(ED, jwk))
    assert keys == [ED] and len(left_out) == 1
    assert why in left_out[0] and left_out[0].startswith("key 2")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"keys": {}}',
        b'{"keys": []}',
        b'{"keys": [null]}',
        b'{"keys": [], "keys": []}',
        b"\xff",
        b"[" * 100_000,
        raw(*[{**RFC8037, "kid": str(number)} for number in range(keysets.MAX_KEYS + 1)]),
        raw(ED, filler="x" * keysets.MAX_BYTES),
        raw({"kty": "oct", "k": "c2VjcmV0"}),
    ],
)
def test_what_is_no_usable_set_is_refused_whole(body):
    with pytest.raises(ParseError):
        parse(body)


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.text(max_size=5)
        | st.sampled_from(["RSA", "EC"]),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["keys", "kty", "crv", "kid", "n", "e", "x", "y"]), inner
            )
        ),
        max_leaves=10,
    )
)
def test_no_document_raises_anything_else(document):
    try:
        keys, _left_out = parse(json.dumps({"keys": [document, ED]}).encode())
    except ParseError:
        return
    assert ED in keys
    try:
        keysets.public_key(document)
    except UnusableKey:
        pass


def test_find():
    keys, _ = parse(raw(RSA, P256))
    assert find(keys, "p256") == P256 and find(keys, "rsa") == RSA
    assert find(keys, "P256") is None and find(keys, "") is None and find(keys, None) is None
    assert find([], "rsa") is None and find([], None) is None
    nameless, _ = parse(raw(RFC8037))
    assert find(nameless, None) == find(nameless, "") == {"kid": "", **RFC8037}
    assert find(nameless, "x") is None
    found = find(keys, "rsa")
    found.clear()
    assert find(keys, "rsa") == RSA  # a copy


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 3600),
        ("", 3600),
        ("no-store", 3600),
        ("max-age=900", 900),
        ("public, Max-Age=900, immutable", 900),
        ('max-age="900"', 900),
        ("max-age = 900", 900),
        ("max-age=0", 300),
        ("max-age=999999999", 86400),
        ("max-age=99999999999999999999", 3600),
        ("max-age=-5", 3600),
        ("max-age=abc", 3600),
        ("s-maxage=900", 3600),
    ],
)
def test_fresh_for(header, seconds):
    assert fresh_for(header) == seconds
