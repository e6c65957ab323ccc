# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""RSA-SHA256 over time and body, with a public key from the partner's key set: ShipEngine.

The header names a key by its id; it is looked for in the configured key set only.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..signatures import TOLERANCE, strict_base64
from . import template
from .call import KEYLESS, Call
from .moments import is_fresh
from .public_keys import from_jwk, verifies
from .scheme import Scheme, require_header

_KEY_ID = re.compile(r"[\x21-\x7e]{1,200}")
_LENGTHS = (256, 384, 512, 1024)  # bytes of signatures with keys of 2048 to 8192 bits


@dataclass(frozen=True, slots=True)
class RsaKeySet(Scheme):
    header: str = "x-shipengine-rsa-sha256-signature"
    key_id_header: str = "x-shipengine-rsa-sha256-key-id"
    timestamp_header: str = "x-shipengine-timestamp"
    signed: str = "{timestamp}.{body}"
    tolerance: int = TOLERANCE
    key_set_url: str = ""

    @property
    def needs_secret(self) -> bool:
        return False

    @property
    def has_effects(self) -> bool:
        return True

    def check(self) -> None:
        require_header(self.header)
        require_header(self.key_id_header, "the key's id")
        require_header(self.timestamp_header, "the time")
        template.check(self.signed, ("timestamp", "body"), template.PLACEHOLDERS[:-1])
        require_key_set(self.key_set_url)

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        key_id, timestamp = call.header(self.key_id_header), call.header(self.timestamp_header)
        text = call.header(self.header)
        signature = next(filter(None, (strict_base64(text, length) for length in _LENGTHS)), None)
        if signature is None or not _KEY_ID.fullmatch(key_id):
            return None
        if not is_fresh(timestamp, call.now, self.tolerance):
            return None
        content = template.render(self.signed, call, timestamp)
        if content is None:
            return None
        jwk = call.public_key(self.key_set_url, key_id)
        if not isinstance(jwk, dict) or jwk.get("alg") not in (None, "RS256"):
            return None
        fits = verifies("rsa-v1_5-sha256", from_jwk(jwk), signature, content)
        return KEYLESS if fits else None


def require_key_set(url: str) -> None:
    """Raise ValueError unless ``url`` can be the address of a key set."""
    if not url.startswith("https://") or not url.isascii() or not url.isprintable() or " " in url:
        raise ValueError("Enter the https address of the partner's key set (JWKS).")
