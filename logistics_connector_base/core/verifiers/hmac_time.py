# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""HMAC-SHA256 over a time and the body, and whatever else a partner signs.

EasyPost v2 ("{timestamp}{method}{path}{body}", time in X-Timestamp) and, with both in one header
as "t=1614265330,v1=5257a8…", Shippo and Stripe ("{timestamp}.{body}").
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ..signatures import MAX_SIGNATURES, TOLERANCE, first_match, sha256_of, usable
from . import template
from .call import Call
from .moments import is_fresh
from .scheme import Scheme, require_header

MAX_PARTS = 2 * MAX_SIGNATURES
_TIME = "t"


@dataclass(frozen=True, slots=True)
class HmacTime(Scheme):
    header: str = ""
    encoding: str = "hex"
    prefix: str = ""
    timestamp_header: str = ""
    signed: str = "{timestamp}.{body}"
    tolerance: int = TOLERANCE

    def check(self) -> None:
        require_header(self.header)
        if self.timestamp_header:
            require_header(self.timestamp_header, "the time")
        template.check(self.signed, ("timestamp", "body"), template.PLACEHOLDERS[:-1])

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        timestamp, signatures = self._read(call)
        content = None
        if signatures and is_fresh(timestamp, call.now, self.tolerance):
            content = template.render(self.signed, call, timestamp)
        return first_match(
            usable(keys),
            call.body if content is None else content,
            signatures if content is not None else [],
        )

    def _read(self, call: Call) -> tuple[str, list[bytes]]:
        """The time's text and the signatures; none where anything is malformed."""
        text = call.header(self.header)
        if not self.timestamp_header:
            return _listed(text, self.prefix or "v1", self.encoding)
        signature = None
        if text.startswith(self.prefix):
            signature = sha256_of(text[len(self.prefix) :], self.encoding)
        return call.header(self.timestamp_header), [] if signature is None else [signature]


def _listed(text: str, version: str, encoding: str) -> tuple[str, list[bytes]]:
    """Time and signatures of one version in a "t=…,v1=…,v1=…" list. The time stands exactly once,
    wherever it stands; signatures of other versions prove nothing."""
    timestamps, signatures = [], []
    parts = text.split(",", MAX_PARTS)
    for part in parts[:MAX_PARTS]:
        name, _equals, value = part.strip(" ").partition("=")
        if name == _TIME:
            timestamps.append(value)
        elif name == version:
            signature = sha256_of(value, encoding)
            if signature is not None:
                signatures.append(signature)
    if len(timestamps) != 1:
        return "", []
    return timestamps[0], signatures[:MAX_SIGNATURES]
