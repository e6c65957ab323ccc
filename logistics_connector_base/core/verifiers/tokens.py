# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Secrets that are sent along: in a header of the partner's own, as bearer or basic credentials,
in the address. They sign nothing; whoever sees a call can make up others."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from ..signatures import MIN_TOKEN_LENGTH, check_secret, static_token
from .call import Call
from .scheme import SECRET, WEAK, Scheme, require_header

MAX_PARAMETERS = 50


@dataclass(frozen=True, slots=True)
class StaticHeader(Scheme):
    """A fixed text in a header (UPS "credential", Shiprocket "x-api-key", DHL)."""

    header: str = ""
    prefix: str = ""

    @property
    def strength(self) -> int:
        return SECRET

    @property
    def secret_headers(self) -> tuple[str, ...]:
        return (self.header,)

    def check(self) -> None:
        require_header(self.header, "the secret")

    def check_secret(self, text: str) -> None:
        check_secret("static", text)

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        return static_token(keys, call.header(self.header), self.prefix)


@dataclass(frozen=True, slots=True)
class _Authorization(Scheme):
    """A secret that stands in the header Authorization."""

    @property
    def strength(self) -> int:
        return SECRET

    @property
    def secret_headers(self) -> tuple[str, ...]:
        return ("Authorization",)

    def headers_wanted(self, call: Call) -> tuple[str, ...]:
        return ("Authorization",)


@dataclass(frozen=True, slots=True)
class Bearer(_Authorization):
    """``Authorization: Bearer <token>`` (Ship24, Sendcloud's event subscriptions)."""

    def check_secret(self, text: str) -> None:
        check_secret("static", text)

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        return static_token(keys, _credentials(call, "bearer"))


@dataclass(frozen=True, slots=True)
class Basic(_Authorization):
    """``Authorization: Basic …`` (RFC 7617; FourKites). The secret is "user:password"."""

    def check_secret(self, text: str) -> None:
        user, colon, password = text.partition(":")
        if not user or not colon:
            raise ValueError("Enter user name and password as “user:password”.")
        check_secret("static", password)

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        text = _credentials(call, "basic")
        try:
            decoded = base64.b64decode(text.encode("ascii"), validate=True)
            canonical = base64.b64encode(decoded).decode("ascii") == text
        except (binascii.Error, ValueError):
            decoded, canonical = b"", False
        return static_token(keys, decoded.decode("latin-1") if canonical else "")


@dataclass(frozen=True, slots=True)
class QueryToken(Scheme):
    """A token in the address: ``?token=…`` (Shippo without signatures). Weak: addresses are written
    into the logs of whatever the call passes."""

    parameter: str = "token"

    @property
    def strength(self) -> int:
        return WEAK

    def check(self) -> None:
        if not self.parameter.isascii() or not self.parameter.replace("_", "").isalnum():
            raise ValueError("Say which parameter of the address carries the token.")

    def check_secret(self, text: str) -> None:
        check_secret("static", text)
        if len(text) < MIN_TOKEN_LENGTH:
            raise ValueError("The token is too short.")

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        found = []
        for part in call.query.split("&", MAX_PARAMETERS)[:MAX_PARAMETERS]:
            name, _equals, value = part.partition("=")
            if name == self.parameter:
                found.append(unquote_to_bytes(value.replace("+", " ")).decode("latin-1"))
        return static_token(keys, found[0] if len(found) == 1 else "")


def _credentials(call: Call, scheme: str) -> str:
    """What stands behind the scheme's name, whose case does not matter (RFC 9110, 11.1)."""
    name, blank, text = call.header("Authorization").partition(" ")
    return text if blank and name.isascii() and name.lower() == scheme else ""
