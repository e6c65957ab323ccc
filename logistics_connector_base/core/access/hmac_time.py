# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""HMAC-SHA256 over a time, the body and what else the partner wants signed: the mirror of
``verifiers.hmac_time``, with the same templates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from email.utils import format_datetime

from ..verifiers import Call, template
from .call import OutgoingCall
from .hmac_body import signed
from .method import SIGNING_KEY, AccessMethod, require_header, require_prefix

TIME_FORMATS = ("unix", "unix_ms", "iso", "rfc2822")


def written(call: OutgoingCall, form: str) -> str:
    """The moment of the call as text; the text is what is signed."""
    if form == "unix_ms":
        return str(int(call.now.timestamp() * 1000))
    if form == "iso":
        return call.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if form == "rfc2822":
        return format_datetime(call.now.astimezone(UTC), usegmt=True)
    return str(call.timestamp)


@dataclass(frozen=True, slots=True)
class HmacTime(AccessMethod):
    """Without a ``timestamp_header`` time and signature stand in one header: "t=…,v1=…"."""

    header: str = ""
    encoding: str = "hex"
    prefix: str = ""
    timestamp_header: str = ""
    timestamp_format: str = "unix"
    signed: str = "{timestamp}.{body}"

    @property
    def purpose(self) -> str:
        return SIGNING_KEY

    @property
    def header_names(self) -> tuple[str, ...]:
        return tuple(name for name in (self.header, self.timestamp_header) if name)

    def check(self) -> None:
        require_header(self.header, "the signature")
        require_prefix(self.prefix)
        if self.timestamp_header:
            require_header(self.timestamp_header, "the time")
            if self.timestamp_header.lower() == self.header.lower():
                raise ValueError(
                    "Time and signature need a header each, or leave the time's empty."
                )
        elif self.timestamp_format == "rfc2822" or any(c in self.prefix for c in ",= "):
            raise ValueError("In a list “t=…,v1=…” a time with commas cannot stand, nor a prefix.")
        template.check(self.signed, ("timestamp", "body"), template.PLACEHOLDERS[:-1])

    def _headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        time = written(call, self.timestamp_format)
        asked = Call(body=call.body, headers={}, now=0, method=call.method, target=call.target)
        content = template.render(self.signed, asked, time)
        if content is None:
            raise ValueError("What is to be signed holds letters that HTTP cannot carry.")
        signature = signed(keys[0], content, self.encoding)
        if self.timestamp_header:
            return {self.timestamp_header: time, self.header: self.prefix + signature}
        return {self.header: f"t={time},{self.prefix or 'v1'}={signature}"}
