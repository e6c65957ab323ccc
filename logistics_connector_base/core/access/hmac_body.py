# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""HMAC-SHA256 of the body in a header: the mirror of ``verifiers.hmac_body``."""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from .call import OutgoingCall
from .method import SIGNING_KEY, AccessMethod, require_header, require_prefix


def signed(key: str, content: bytes, encoding: str) -> str:
    """HMAC-SHA256 under the UTF-8 bytes of ``key``, as "hex" or "base64"."""
    made = hmac.new(key.encode(), content, hashlib.sha256).digest()
    return made.hex() if encoding == "hex" else base64.b64encode(made).decode("ascii")


@dataclass(frozen=True, slots=True)
class HmacBody(AccessMethod):
    header: str = ""
    encoding: str = "hex"
    prefix: str = ""

    @property
    def purpose(self) -> str:
        return SIGNING_KEY

    @property
    def header_names(self) -> tuple[str, ...]:
        return (self.header,)

    def check(self) -> None:
        require_header(self.header, "the signature")
        require_prefix(self.prefix)

    def _headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        return {self.header: self.prefix + signed(keys[0], call.body, self.encoding)}
