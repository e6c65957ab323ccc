# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Proof that a message comes from the partner. Published vectors: reliability.md 1.1."""

import base64
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st
from odoo.addons.logistics_connector_base.core import signatures

laws = settings(deadline=None, max_examples=100)

# -- GitHub, Sendcloud: HMAC over the body -------------------------------------------------------

GITHUB_SECRET = b"It's a Secret to Everybody"
GITHUB_BODY = b"Hello, World!"
GITHUB_HEADER = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
SENDCLOUD_SECRET = b"secretkey"
SENDCLOUD_BODY = b'{"key": "value"}'
SENDCLOUD_HEADER = "1eed4b3d41f4653ac64fd56f1bf1cbfd349e4482cbc11dff7134bd93e5da4b0a"


def github(secrets=(GITHUB_SECRET,), body=GITHUB_BODY, header=GITHUB_HEADER):
    return signatures.hmac_sha256(secrets, body, header, prefix="sha256=")


def test_published_vectors_of_github_and_sendcloud():
    assert github() == 0
    assert signatures.hmac_sha256([SENDCLOUD_SECRET], SENDCLOUD_BODY, SENDCLOUD_HEADER) == 0


def test_base64_header():
    # FedEx, AfterShip, Shopify
    mac = hmac.new(b"k" * 32, b"body", hashlib.sha256).digest()
    header = base64.b64encode(mac).decode()
    assert signatures.hmac_sha256([b"k" * 32], b"body", header, encoding="base64") == 0
    assert signatures.hmac_sha256([b"k" * 32], b"body", header, encoding="hex") is None
    assert signatures.hmac_sha256([b"k" * 32], b"body", header, encoding="rot13") is None


def test_hex_in_either_case():
    assert github(header="sha256=" + GITHUB_HEADER[7:].upper()) == 0


def test_the_index_tells_which_secret_it_was():
    assert github(secrets=[b"x" * 24, GITHUB_SECRET]) == 1
    assert github(secrets=[b"x" * 24, GITHUB_SECRET, GITHUB_SECRET]) == 1
    assert github(secrets=[b"x" * 24, b"y" * 24]) is None


def test_no_secret_no_service():
    assert github(secrets=[]) is None
    assert github(secrets=()) is None
    assert github(secrets=None) is None
    # An empty secret would let anybody sign.
    forged = hmac.new(b"", GITHUB_BODY, hashlib.sha256).hexdigest()
    assert github(secrets=[b""], header="sha256=" + forged) is None


def test_an_empty_secret_among_others_does_not_shift_the_index():
    assert github(secrets=[b"", GITHUB_SECRET]) == 1


@pytest.mark.parametrize(
    "header",
    [
        None, "", "sha256=", "sha256", GITHUB_HEADER[7:], "SHA256=" + GITHUB_HEADER[7:],
        GITHUB_HEADER + " ", " " + GITHUB_HEADER, GITHUB_HEADER + "00", GITHUB_HEADER[:-2],
        GITHUB_HEADER[:-1] + "g", "sha256=" + " ".join(GITHUB_HEADER[7:]),
        "sha256=" + "é" * 64, "sha256=" + "\u0661" * 64, "sha1=" + GITHUB_HEADER[7:], "\x00", 5,
        b"sha256=" + GITHUB_HEADER[7:].encode(),
    ],
    ids=lambda header: repr(header)[:24],
)  # fmt: skip
def test_malformed_headers_are_refused_without_an_exception(header):
    assert github(header=header) is None


def test_every_changed_byte_is_noticed():
    for position in range(len(GITHUB_BODY)):
        for bit in range(8):
            changed = bytearray(GITHUB_BODY)
            changed[position] ^= 1 << bit
            assert github(body=bytes(changed)) is None
    for position in range(7, len(GITHUB_HEADER)):
        for digit in "0123456789abcdef":
            changed = GITHUB_HEADER[:position] + digit + GITHUB_HEADER[position + 1 :]
            assert (github(header=changed) == 0) == (changed == GITHUB_HEADER)


def test_base64_has_one_spelling():
    # The last letter of 32 bytes carries two unused bits: a lenient decoder takes four spellings.
    mac = hmac.new(b"k" * 32, b"body", hashlib.sha256).digest()
    header = base64.b64encode(mac).decode()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    accepted = [
        letter
        for letter in alphabet
        if signatures.hmac_sha256([b"k" * 32], b"body", header[:42] + letter + "=", "base64") == 0
    ]
    assert accepted == [header[42]]
    for broken in (
        header.rstrip("="),
        header + "=",
        header + "\n",
        header[:20] + "!" + header[20:],
    ):
        assert signatures.hmac_sha256([b"k" * 32], b"body", broken, "base64") is None


@laws
@given(st.binary(max_size=50), st.text(max_size=80), st.sampled_from(["hex", "base64"]))
def test_what_is_not_signed_is_refused(body, header, encoding):
    assert signatures.hmac_sha256([b"k" * 32], body, header, encoding) is None
    assert signatures.hmac_sha256([], body, header, encoding, "sha256=") is None


def test_all_secrets_are_tried_and_a_dummy_without_any(monkeypatch):
    """Timing class: the number of computed HMACs tells neither success nor that there is none."""
    calls = []
    real = hmac.new

    def counting(key, *args):
        calls.append(key)
        return real(key, *args)

    monkeypatch.setattr(signatures.hmac, "new", counting)

    def count(*args, **kwargs):
        calls.clear()
        github(*args, **kwargs)
        return len(calls)

    three = [GITHUB_SECRET, b"x" * 24, b"y" * 24]
    assert count(secrets=three) == 3
    assert count(secrets=three[::-1]) == 3
    assert count(secrets=three, header=None) == 3
    assert (
        count(secrets=[GITHUB_SECRET]) == count(secrets=[]) == count(secrets=[], header=None) == 1
    )


def test_comparison_is_constant_time(monkeypatch):
    compared = []
    real = hmac.compare_digest
    monkeypatch.setattr(
        signatures.hmac, "compare_digest", lambda a, b: compared.append((a, b)) or real(a, b)
    )
    github(header="sha256=" + "0" * 64)
    ((one, other),) = compared
    assert isinstance(one, bytes) and isinstance(other, bytes)


# -- static tokens --------------------------------------------------------------------------------


def test_static_token():
    assert signatures.static_token([b"opaque-credential-1"], "opaque-credential-1") == 0
    assert signatures.static_token([b"a" * 16, b"b" * 16], "b" * 16) == 1
    assert signatures.static_token([b"a" * 16], "Bearer " + "a" * 16, prefix="Bearer ") == 0


def test_static_token_in_utf8_as_wsgi_shows_it():
    header = "schlüssel-mit-umlaut".encode().decode("latin-1")
    assert signatures.static_token(["schlüssel-mit-umlaut".encode()], header) == 0


@pytest.mark.parametrize(
    ("secrets", "header", "prefix"),
    [
        ([b"a" * 16], None, ""),
        ([b"a" * 16], "", ""),
        ([b"a" * 16], "a" * 15, ""),
        ([b"a" * 16], "a" * 17, ""),
        ([b"a" * 16], "A" * 16, ""),
        ([b"a" * 16], " " + "a" * 16, ""),
        ([b"a" * 16], "a" * 16, "Bearer "),
        ([b"a" * 16], "Bearer " + "a" * 16, ""),
        ([b"a" * 16], "bearer " + "a" * 16, "Bearer "),
        ([b"a" * 16], "€" * 16, ""),
        ([b"a" * 16], 7, ""),
        ([], "", ""),
        ([], "a", ""),
        ([b""], "", ""),
        ([b""], "Bearer ", "Bearer "),
        (None, "a", ""),
    ],
)
def test_static_token_refused(secrets, header, prefix):
    assert signatures.static_token(secrets, header, prefix) is None


# -- Standard Webhooks ----------------------------------------------------------------------------

SECRET = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
TIMESTAMP = "1614265330"
NOW = 1614265330
BODY = b'{"test": 2432232314}'
SIGNATURE = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def webhook(**changes):
    values = {
        "secrets": [SECRET], "body": BODY, "id": ID, "timestamp": TIMESTAMP,
        "signature_header": SIGNATURE, "now": NOW,
    } | changes  # fmt: skip
    return signatures.standard_webhooks(**values)


def sign(secret, body=BODY, id=ID, timestamp=TIMESTAMP):
    key = signatures.standard_webhooks_key(secret)
    mac = hmac.new(key, f"{id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mac).decode()


def test_the_published_vector():
    assert signatures.standard_webhooks_key(SECRET).hex() == (
        "31f290f6bf06298aab4f08d43c3f082cf648a362da2da4b0"
    )
    assert webhook() == 0


@pytest.mark.parametrize(
    ("body", "signature"),
    [
        (b"", "v1,v48jdbgvh29KJz2Qc+ghw8G6vG3nAKnujWBg8oM/62A="),
        (b'{"test":2432232314}', "v1,Vif40peJBP7Iyl0XGmu61n4MwdrcHov5CFREBpE0svs="),
    ],
)
def test_the_raw_bytes_are_signed(body, signature):
    assert webhook(body=body, signature_header=signature) == 0
    assert webhook(signature_header=signature) is None


def test_a_list_of_signatures_with_other_versions():
    wrong = "Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
    assert webhook(signature_header=f"v1,{wrong} v2,{wrong} {SIGNATURE} v1,{wrong}") == 0
    assert webhook(signature_header=f"v1,{wrong} v2,{wrong}") is None
    assert webhook(signature_header=f"  {SIGNATURE}  ") == 0
    # The right bytes under another version prove nothing.
    assert webhook(signature_header="v2" + SIGNATURE[2:]) is None
    assert webhook(signature_header="v1a" + SIGNATURE[2:]) is None


def test_at_most_ten_signatures_are_tried():
    wrong = "v1,Ceo5qEr07ixe2NLpvHk3FH9bwy/WavXrAFQ/9tdO6mc="
    assert webhook(signature_header=" ".join([wrong] * 9 + [SIGNATURE])) == 0
    assert webhook(signature_header=" ".join([wrong] * 10 + [SIGNATURE])) is None
    assert webhook(signature_header=" ".join(["x"] * 10 + [SIGNATURE])) is None


@pytest.mark.parametrize(
    "secret",
    [
        SECRET, SECRET[6:], SECRET.decode(), SECRET[6:].decode(),
        # without padding, as the Python library's own tests have it
        b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS", b"MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwBr",
    ],
)  # fmt: skip
def test_spellings_of_a_secret(secret):
    assert webhook(secrets=[secret], signature_header=sign(secret)) == 0


@pytest.mark.parametrize("secret", [b"", b"whsec_", b"whsec_!!!", b"not base64", b"\xff\xfe", "é"])
def test_what_is_no_secret_never_fits(secret):
    content = f"{ID}.{TIMESTAMP}.".encode() + BODY
    mac = hmac.new(b"", content, hashlib.sha256).digest()
    forged = "v1," + base64.b64encode(mac).decode()
    assert signatures.standard_webhooks_key(secret) is None
    assert webhook(secrets=[secret], signature_header=forged) is None
    assert webhook(secrets=[secret, SECRET]) == 1


def test_rotation():
    new = b"whsec_" + base64.b64encode(b"n" * 32)
    assert webhook(secrets=[new, SECRET]) == 1
    assert webhook(secrets=[new, SECRET], signature_header=sign(new)) == 0
    assert webhook(secrets=[new, SECRET], signature_header=f"{sign(new)} {SIGNATURE}") == 0
    assert webhook(secrets=[new]) is None
    assert webhook(secrets=[]) is None


@pytest.mark.parametrize(
    ("drift", "fits"),
    [(0, True), (300, True), (-300, True), (300.5, False), (301, False), (-301, False)],
)
def test_the_time_window(drift, fits):
    assert (webhook(now=NOW + drift) == 0) is fits
    assert webhook(now=NOW + drift, tolerance=0) == (0 if drift == 0 else None)


@pytest.mark.parametrize(
    "timestamp",
    [
        None, "", "hello", "invalid timestamp", "161426533.0", "-161426533", "+1614265330",
        " 1614265330", "1614265330 ", "1614265330\n", "1614265330.9", "1_614_265_330", "1e9",
        "0" * 3 + TIMESTAMP, "١٦١٤٢٦٥٣٣٠", "9" * 5000, 1614265330,
    ],
    ids=lambda value: repr(value)[:24],
)  # fmt: skip
def test_timestamps_that_are_none(timestamp):
    # Even correctly signed over that very text.
    header = sign(SECRET, timestamp=timestamp)
    assert webhook(timestamp=timestamp, signature_header=header) is None


@pytest.mark.parametrize("message_id", [None, "", "a.b", "x" * 257, "€", 5, b"msg"])
def test_ids_that_are_none(message_id):
    header = sign(SECRET, id=message_id)
    assert webhook(id=message_id, signature_header=header) is None


@pytest.mark.parametrize(
    "header",
    [
        None, "", " ", "v1", "v1,", "v1,a,b", "v1,abc", SIGNATURE[:8], "v1,dawfeoifkpqwoekfpqoekf",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA=",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OF=",
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE", SIGNATURE + "=", SIGNATURE + "dd",
        SIGNATURE.replace("v1,", "v1, "), SIGNATURE.replace("v1,", "V1,"), "é" * 50, "\x00", 5,
        "v1," + "A" * 100_000, ("v1," + "A" * 43 + "= ") * 10_000, SIGNATURE.encode(),
    ],
    ids=lambda value: repr(value)[:24],
)  # fmt: skip
def test_signature_headers_that_are_none(header):
    assert webhook(signature_header=header) is None


def test_the_longest_id():
    assert webhook(id="x" * 256, signature_header=sign(SECRET, id="x" * 256)) == 0


def test_without_a_clock_nothing_fits():
    assert webhook(now=None) is None


def test_every_changed_byte_of_id_time_and_body_is_noticed():
    for position in range(len(BODY)):
        changed = bytearray(BODY)
        changed[position] ^= 1
        assert webhook(body=bytes(changed)) is None
    for position in range(len(ID)):
        assert webhook(id=ID[:position] + "#" + ID[position + 1 :]) is None
    assert webhook(timestamp=str(NOW + 1)) is None


def test_id_and_time_cannot_be_shifted_into_each_other():
    # "a.1.b" must not be signed as id "a", time "1", body "b" and id "a.1", time "b" alike.
    header = sign(SECRET, id="a", body=f"{TIMESTAMP}.rest".encode())
    assert webhook(id=f"a.{TIMESTAMP}", body=b"rest", signature_header=header) is None


@laws
@given(st.text(), st.text(), st.text(), st.binary(), st.lists(st.binary(max_size=40), max_size=3))
def test_strangers_cannot_raise(message_id, timestamp, header, body, secrets):
    for function in (signatures.standard_webhooks, signatures.standard_webhooks_ed25519):
        assert function(secrets, body, message_id, timestamp, header, NOW) is None
        assert function(secrets, body, ID, TIMESTAMP, header, NOW) is None
        assert function(secrets, body, ID, TIMESTAMP, "v1,a v1a,b " + header, NOW) is None


# -- Standard Webhooks, asymmetric ----------------------------------------------------------------

SEED = base64.b64decode("VEVTVFNJR05JTkdLRVlET05PVFVTRVRISVNGT1JBTlk=")
PUBLIC = "whpk_ZlN4eg7dSSqi0moX9hQUk3orrOouK3QVQSlJa248c/g="
ASYMMETRIC = (
    "v1a,tQ9V2XOqn7jL/DQenEFpqIugdBVtiMmER5mhSkXBNwM0mkATuDe6KYYUuxqtaiHeYGb7KaaBRdM5WqyeFiL8Ag=="
)


def asymmetric(**changes):
    values = {
        "public_keys": [PUBLIC], "body": BODY, "id": ID, "timestamp": TIMESTAMP,
        "signature_header": ASYMMETRIC, "now": NOW,
    } | changes  # fmt: skip
    return signatures.standard_webhooks_ed25519(**values)


def test_the_ed25519_vector():
    signature = Ed25519PrivateKey.from_private_bytes(SEED).sign(
        f"{ID}.{TIMESTAMP}.".encode() + BODY
    )
    assert "v1a," + base64.b64encode(signature).decode() == ASYMMETRIC
    assert asymmetric() == 0
    assert asymmetric(public_keys=[PUBLIC.encode()]) == 0


def test_ed25519_refused():
    other = "whpk_" + base64.b64encode(b"\x01" * 32).decode()
    assert asymmetric(public_keys=[other, PUBLIC]) == 1
    for keys in ([], None, [other], ["whpk_"], [b"\xff"], [PUBLIC[:-4]]):
        assert asymmetric(public_keys=keys) is None
    assert asymmetric(body=BODY + b" ") is None
    assert asymmetric(now=NOW + 301) is None
    assert asymmetric(signature_header="v1" + ASYMMETRIC[3:]) is None
    assert asymmetric(signature_header=SIGNATURE) is None
    assert asymmetric(id=None) is None


# -- at configuration time ------------------------------------------------------------------------

GOOD = {
    "hmac": "5f1d7c3b9a8e4f60b2d1c0e9a7f6b5d4",
    "hmac_sha256": GITHUB_SECRET.decode(),
    "static": "kX3-pq9_Zt7Lm2Vb",
    "static_token": "opaque credential 1",
    "standard_webhooks": SECRET.decode(),
    "standard_webhooks_ed25519": PUBLIC,
}
BAD = [
    ("hmac", ""),
    ("hmac", "secretkey"),
    ("hmac", "x" * 64),
    ("hmac", "abcdefghijklmnopqrstuvw"),
    ("hmac", "abcdeabcdeabcdeabcdeabcdeabcde"),  # five different characters
    ("static", "short"),
    ("static", " kX3-pq9_Zt7Lm2Vb"),
    ("static", "a" * 40),
    ("static", "kX3-pq9_Zt7Lm2Vb\n"),
    ("static", "kX3-pq9\x00_Zt7Lm2Vb"),
    ("standard_webhooks", ""),
    ("standard_webhooks", "whsec_"),
    ("standard_webhooks", "not base64 at all, is it?"),
    ("standard_webhooks", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS"),  # 23 bytes
    ("standard_webhooks", "whsec_" + base64.b64encode(b"\0" * 32).decode()),
    ("standard_webhooks_ed25519", "whpk_AAAA"),
    ("none", "kX3-pq9_Zt7Lm2Vbabcdefghijkl"),
]


@pytest.mark.parametrize(("kind", "text"), GOOD.items())
def test_a_good_secret_is_taken(kind, text):
    signatures.check_secret(kind, text)


def test_the_least_that_is_taken():
    signatures.check_secret("hmac", "abcdefabcdefabcdefabcdef")
    signatures.check_secret("hmac", "äöüßéà" * 2)  # 24 bytes
    signatures.check_secret("static", "abcdefabcdefabcd")
    signatures.check_secret("standard_webhooks", SECRET.decode())  # 24 bytes


@pytest.mark.parametrize(("kind", "text"), BAD)
def test_a_weak_secret_is_refused_and_not_repeated(kind, text):
    with pytest.raises(ValueError) as caught:
        signatures.check_secret(kind, text)
    assert len(text) < 8 or text not in str(caught.value)
