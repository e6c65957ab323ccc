# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A client certificate that our proxy has checked and passes on.

The proxy ends TLS and tells: X-SSL-Client-Verify (SUCCESS), and X-SSL-Client-Cert (the certificate
as PEM, percent-encoded: nginx' $ssl_client_escaped_cert) or X-SSL-Client-Fingerprint (its SHA-256).
Anybody can write such headers; they count only when one of our own proxies hands the call over,
and the proxy must overwrite what a caller sends under these names.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from cryptography import x509

from ..signatures import DUMMY
from .call import Call
from .scheme import SECRET, Scheme

VERIFY = "X-SSL-Client-Verify"
CERTIFICATE = "X-SSL-Client-Cert"
FINGERPRINT = "X-SSL-Client-Fingerprint"
MAX_CERTIFICATE = 16_384
_HEX = re.compile(r"[0-9a-f]{64}", re.ASCII)
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*")


def read_pin(text: str) -> bytes | None:
    """The bytes of a SHA-256 fingerprint: 64 hex digits, colons allowed; None for anything else."""
    digits = text.replace(":", "").lower()
    return bytes.fromhex(digits) if _HEX.fullmatch(digits) else None


@lru_cache(maxsize=64)
def _read_certificate(text: str) -> tuple[bytes, float, float] | None:
    """Fingerprint, begin and end (Unix time) of a PEM certificate."""
    match = _PEM.fullmatch(unquote(text).strip())
    if not match:
        return None
    try:
        text = "".join(match.group(1).split())
        der = base64.b64decode(text, validate=True)
        if base64.b64encode(der).decode("ascii") != text:
            return None
        certificate = x509.load_der_x509_certificate(der)
        begin = certificate.not_valid_before_utc.timestamp()
        end = certificate.not_valid_after_utc.timestamp()
    except Exception:
        # The parser of cryptography raises what it likes (ValueError, InvalidVersion, its Rust
        # side's own); whatever it is, this is no certificate.
        return None
    return hashlib.sha256(der).digest(), begin, end


@dataclass(frozen=True, slots=True)
class ClientCertificate(Scheme):
    """The fingerprints that count are stored as secrets, so that two may overlap."""

    @property
    def strength(self) -> int:
        return SECRET

    def check_secret(self, text: str) -> None:
        if read_pin(text) is None:
            raise ValueError("Enter the certificate's SHA-256 fingerprint: 64 hexadecimal digits.")

    def headers_wanted(self, call: Call) -> tuple[str, ...]:
        said = FINGERPRINT if call.header(FINGERPRINT) else CERTIFICATE
        return (VERIFY, said)

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        given = self._fingerprint(call) if call.by_proxy else None
        found = None
        for index, key in enumerate(keys or [DUMMY]):
            pin = read_pin(key.decode("latin-1"))
            fits = hmac.compare_digest(pin or DUMMY, given or bytes(32))
            if fits and pin is not None and given is not None and found is None:
                found = index
        return found

    @staticmethod
    def _fingerprint(call: Call) -> bytes | None:
        """The fingerprint that the proxy vouches for."""
        if call.header(VERIFY) != "SUCCESS":
            return None
        said, text = call.header(FINGERPRINT), call.header(CERTIFICATE)
        fingerprint = read_pin(said) if said else None
        if said and fingerprint is None:
            return None
        if not text:
            return fingerprint
        certificate = _read_certificate(text) if len(text) <= MAX_CERTIFICATE else None
        if certificate is None:
            return None
        seen, begin, end = certificate
        if fingerprint not in (None, seen) or not begin <= call.now <= end:
            return None
        return seen
