# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""SHA-256 over body and key, as 17TRACK signs: hex of sha256(body + "/" + key)."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from ..signatures import DUMMY, sha256_of, usable
from . import template
from .call import Call
from .scheme import Scheme, require_header


@dataclass(frozen=True, slots=True)
class PlainHash(Scheme):
    header: str = "sign"
    encoding: str = "hex"
    signed: str = "{body}/{key}"

    def check(self) -> None:
        require_header(self.header)
        template.check(self.signed, ("body", "key"), ("body", "key"))
        if not self.signed.endswith("{key}"):
            # sha256(key + body) can be continued by a stranger (length extension).
            raise ValueError("What is signed must end with {key}: else strangers can continue it.")

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        given = sha256_of(call.header(self.header), self.encoding)
        found = None
        for index, key in usable(keys) or [(-1, DUMMY)]:
            content = template.render(self.signed, call, key=key)
            expected = hashlib.sha256(content if content is not None else key).digest()
            fits = hmac.compare_digest(expected, given or bytes(32))
            if fits and given is not None and content is not None and index >= 0 and found is None:
                found = index
        return found
