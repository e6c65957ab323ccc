# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""HMAC-SHA256 of the raw body in a header: Sendcloud, FedEx, AfterShip, EasyPost v1, GitHub.

Only SHA-256: no logistics partner of ours signs with SHA-1 or SHA-512 (carriers.md 3).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..signatures import hmac_sha256
from .call import Call
from .scheme import Scheme, require_header


@dataclass(frozen=True, slots=True)
class HmacBody(Scheme):
    header: str = ""
    encoding: str = "hex"
    prefix: str = ""

    def check(self) -> None:
        require_header(self.header)

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        return hmac_sha256(keys, call.body, call.header(self.header), self.encoding, self.prefix)
