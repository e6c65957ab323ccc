# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Public keys as partners give them: PEM, base64, JWK. A signature takes one type of key only."""

import base64
import binascii
import re
from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils

MIN_RSA_BITS, MAX_RSA_BITS = 2048, 8192
MAX_TEXT = 20_000
_PEM = re.compile(r"-----BEGIN PUBLIC KEY-----([A-Za-z0-9+/=\s]+)-----END PUBLIC KEY-----")
#: Algorithm of JSON Web Signatures → the only type of key that may be tried with it.
KEY_TYPES = {
    "RS256": rsa.RSAPublicKey,
    "PS256": rsa.RSAPublicKey,
    "ES256": ec.EllipticCurvePublicKey,
    "EdDSA": ed25519.Ed25519PublicKey,
}
PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey


def _sound(key: object) -> PublicKey | None:
    if isinstance(key, rsa.RSAPublicKey):
        numbers = key.public_numbers()
        large = MIN_RSA_BITS <= key.key_size <= MAX_RSA_BITS
        return key if large and numbers.e % 2 and 3 <= numbers.e < 2**33 else None
    if isinstance(key, ec.EllipticCurvePublicKey):
        return key if isinstance(key.curve, ec.SECP256R1) else None
    return key if isinstance(key, ed25519.Ed25519PublicKey) else None


@lru_cache(maxsize=128)
def read_public_key(text: str) -> PublicKey | None:
    """A public key of PEM ("BEGIN PUBLIC KEY", also on one line) or of the base64 within; None for
    anything else, for short RSA keys and for other curves than P-256."""
    if len(text) > MAX_TEXT:
        return None
    match = _PEM.fullmatch(text.strip())
    try:
        der = base64.b64decode("".join((match.group(1) if match else text).split()), validate=True)
        return _sound(serialization.load_der_public_key(der))
    except (binascii.Error, ValueError, TypeError, UnsupportedAlgorithm):
        return None


def _number(text: object) -> int:
    """A JWK's number: base64url without padding."""
    if not isinstance(text, str) or not text or len(text) > MAX_TEXT or "=" in text:
        raise ValueError("not a number of a JWK")
    return int.from_bytes(_bytes(text), "big")


def _bytes(text: str) -> bytes:
    padded = text + "=" * (-len(text) % 4)
    return base64.b64decode(padded.encode("ascii"), altchars=b"-_", validate=True)


def from_jwk(jwk: object) -> PublicKey | None:
    """The public key of a JWK for signatures (RFC 7517), None for anything else."""
    if not isinstance(jwk, dict) or jwk.get("use") not in (None, "sig"):
        return None
    names = ("kty", "crv", "n", "e", "x", "y")
    values = tuple(jwk.get(name) for name in names)
    if not all(value is None or isinstance(value, str) for value in values):
        return None
    return _from_numbers(*values)


@lru_cache(maxsize=128)
def _from_numbers(kty, crv, n, e, x, y) -> PublicKey | None:
    try:
        if kty == "RSA":
            return _sound(rsa.RSAPublicNumbers(_number(e), _number(n)).public_key())
        if kty == "EC" and crv == "P-256":
            numbers = ec.EllipticCurvePublicNumbers(_number(x), _number(y), ec.SECP256R1())
            return numbers.public_key()
        if kty == "OKP" and crv == "Ed25519":
            return ed25519.Ed25519PublicKey.from_public_bytes(_bytes(x or ""))
    except (binascii.Error, ValueError, TypeError, OverflowError, UnicodeEncodeError):
        return None
    return None


def verifies(algorithm: str, key: object, signature: bytes, content: bytes) -> bool:
    """Whether ``signature`` was made over ``content`` with the private half of ``key``.

    ``algorithm``: "rsa-v1_5-sha256", "rsa-pss-sha512", "ecdsa-p256-sha256" (64 bytes, r and s) or
    "ed25519", as RFC 9421 names them. A key of another type never fits.
    """
    try:
        if algorithm == "rsa-v1_5-sha256" and isinstance(key, rsa.RSAPublicKey):
            key.verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
        elif algorithm == "rsa-pss-sha512" and isinstance(key, rsa.RSAPublicKey):
            pss = padding.PSS(mgf=padding.MGF1(hashes.SHA512()), salt_length=64)
            key.verify(signature, content, pss, hashes.SHA512())
        elif algorithm == "ecdsa-p256-sha256" and isinstance(key, ec.EllipticCurvePublicKey):
            if len(signature) != 64:
                return False
            r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
            der = utils.encode_dss_signature(r, s)
            key.verify(der, content, ec.ECDSA(hashes.SHA256()))
        elif algorithm == "ed25519" and isinstance(key, ed25519.Ed25519PublicKey):
            key.verify(signature, content)
        else:
            return False
    except (InvalidSignature, ValueError):
        return False
    return True
