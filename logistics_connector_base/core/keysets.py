# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Public keys of partners, as they publish them (JWK sets, RFC 7517 and 8037).

What is read here decides whose signature counts. A key that could not be used safely is left out
and named, the others stay: a partner who publishes one more key, of a kind unknown to us, must
not lose its good ones. Symmetric keys are never taken: who reads the set could sign with them.
``jku``, ``x5u`` and ``x5c`` are not looked at: the configured URL alone says where keys come from.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from .canonical import ParseError
from .jsonsafe import clean_text, loads

MAX_KEYS = 50
MAX_BYTES = 128 * 1024
MAX_KID = 256
MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
# How long a set is taken for fresh, in seconds, whatever its host says.
MIN_AGE, USUAL_AGE, MAX_AGE = 300, 3600, 86400
# A set is fetched at most once in so many seconds, however many unknown keys are named.
MIN_INTERVAL = 10

ALGORITHMS = {
    "RSA": frozenset("RS256 RS384 RS512 PS256 PS384 PS512".split()),
    "P-256": frozenset(["ES256"]),
    "P-384": frozenset(["ES384"]),
    "Ed25519": frozenset(["EdDSA", "Ed25519"]),
}
_CURVES = {"P-256": (ec.SECP256R1(), 32), "P-384": (ec.SECP384R1(), 48)}
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*", re.ASCII)
_SHOWN = ("kty", "kid", "use", "alg", "n", "e", "crv", "x", "y")


class UnusableKey(ValueError):
    """A key that is left out, and why."""


def public_key(jwk: Mapping[str, Any]):
    """The key of the ``cryptography`` package that a JWK stands for.

    RSA of 2048 to 8192 bits, EC on P-256 or P-384, Ed25519. Raises UnusableKey for all else: other
    kinds, points beside their curve, keys that are not for signatures, keys with a private part.
    """
    if not isinstance(jwk, Mapping):
        raise UnusableKey("not an object")
    if any(part in jwk for part in ("d", "p", "q", "k")):
        raise UnusableKey("holds a secret part")
    if any(name in jwk and not isinstance(jwk[name], str) for name in _SHOWN):
        raise UnusableKey("a part of it is no text")
    if jwk.get("use", "sig") != "sig":
        raise UnusableKey("not for signatures")
    operations = jwk.get("key_ops", ["verify"])
    if not isinstance(operations, list) or "verify" not in operations:
        raise UnusableKey("not for verifying")
    kind = jwk.get("kty")
    if kind == "RSA":
        key, family = _rsa(jwk), "RSA"
    elif kind == "EC" and jwk.get("crv") in _CURVES:
        key, family = _ec(jwk), jwk["crv"]
    elif kind == "OKP" and jwk.get("crv") == "Ed25519":
        key, family = _ed25519(jwk), "Ed25519"
    else:
        raise UnusableKey("of a kind that is not used")
    if "alg" in jwk and jwk["alg"] not in ALGORITHMS[family]:
        raise UnusableKey("for an algorithm that is not used")
    return key


def _rsa(jwk):
    modulus, exponent = _number(jwk.get("n")), _number(jwk.get("e"))
    if not MIN_RSA_BITS <= modulus.bit_length() <= MAX_RSA_BITS:
        raise UnusableKey(f"RSA of {modulus.bit_length()} bits")
    # The same bounds as OpenSSL's for a small exponent; a large one costs time for nothing.
    if exponent < 3 or exponent % 2 == 0 or exponent.bit_length() > 64:
        raise UnusableKey("RSA with an unusual exponent")
    return _made(rsa.RSAPublicNumbers(exponent, modulus).public_key)


def _ec(jwk):
    curve, size = _CURVES[jwk["crv"]]
    x, y = _bytes(jwk.get("x")), _bytes(jwk.get("y"))
    if len(x) != size or len(y) != size:  # RFC 7518 6.2.1.2: full size
        raise UnusableKey("a point of the wrong size")
    numbers = ec.EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), curve)
    return _made(numbers.public_key)  # looks whether the point is on the curve


def _ed25519(jwk):
    data = _bytes(jwk.get("x"))
    return _made(lambda: ed25519.Ed25519PublicKey.from_public_bytes(data))


def _made(function):
    try:
        return function()
    except ValueError:
        raise UnusableKey("not a valid key") from None


def _bytes(text):
    if not isinstance(text, str) or len(text) > 4096 or not _BASE64URL.fullmatch(text):
        raise UnusableKey("not base64url")
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        raise UnusableKey("not base64url") from None


def _number(text):
    return int.from_bytes(_bytes(text))


def parse(raw: bytes) -> tuple[list[dict[str, str]], list[str]]:
    """Read a JWK set as it was fetched.

    Returns its usable keys, each a dict with nothing but the members that a public key has, and in
    words what was left out. Raises ParseError where it is no key set at all, or holds no usable key
    (an empty set would lock everybody out; the last good one is kept then).
    """
    document = loads(raw, max_depth=8, max_bytes=MAX_BYTES)
    listed = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(listed, list):
        raise ParseError("This is not a key set: there is no list “keys”.")
    if len(listed) > MAX_KEYS:
        raise ParseError(f"The key set holds more than {MAX_KEYS} keys.")
    keys: list[dict[str, str]] = []
    left_out: list[str] = []
    for number, jwk in enumerate(listed, 1):
        kid = jwk.get("kid", "") if isinstance(jwk, dict) else ""
        try:
            if not isinstance(kid, str) or len(kid) > MAX_KID:
                raise UnusableKey("its name is no text")
            public_key(jwk)
            if any(kid == other["kid"] for other in keys):
                raise UnusableKey("its name is taken by another key")
        except UnusableKey as error:
            left_out.append(f"key {number} ({clean_text(kid, 40) or 'no name'}): {error}")
            continue
        keys.append({"kid": kid} | {name: jwk[name] for name in _SHOWN if name in jwk})
    if not keys:
        reasons = "; ".join(left_out[:3]) or "it is empty"
        raise ParseError(f"The key set holds no key that can be used: {reasons}.")
    return keys, left_out


def find(keys: list[dict[str, str]], kid: str | None) -> dict[str, str] | None:
    """The key of that name. Without a name: the only key of the set, where there is only one."""
    if not kid:
        return dict(keys[0]) if len(keys) == 1 else None
    for key in keys:
        if key["kid"] == kid:
            return dict(key)
    return None


def fresh_for(cache_control: str | None) -> int:
    """Seconds for which a fetched set is fresh: max-age of Cache-Control (RFC 9111 5.2.2.1),
    between 5 minutes and a day; an hour where it says nothing."""
    for part in (cache_control or "").lower().split(","):
        name, _equals, value = part.strip().partition("=")
        value = value.strip().strip('"')
        if name.strip() == "max-age" and re.fullmatch(r"[0-9]{1,12}", value, re.ASCII):
            return min(max(int(value), MIN_AGE), MAX_AGE)
    return USUAL_AGE
