# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""User name and password (RFC 7617), or a key in the place of the user name."""

import base64
from collections.abc import Sequence
from dataclasses import dataclass

from .call import OutgoingCall
from .method import AccessMethod


def credentials(user: str, password: str) -> str:
    """The value of Authorization; in UTF-8, as RFC 7617 has it."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode("ascii")


@dataclass(frozen=True, slots=True)
class Basic(AccessMethod):
    username: str = ""

    @property
    def header_names(self) -> tuple[str, ...]:
        return ("Authorization",)

    def check(self) -> None:
        if not self.username or ":" in self.username or not self.username.isprintable():
            raise ValueError("Enter the user name, without a colon.")

    def check_secret(self, text: str) -> None:
        # Base64 carries any letter.
        if not text or not text.isprintable() or len(text) > 1024:
            raise ValueError("The password is empty, too long, or holds control characters.")

    def _headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        return {"Authorization": credentials(self.username, keys[0])}


@dataclass(frozen=True, slots=True)
class BasicKey(AccessMethod):
    """The key is the user name, and there is no password (EasyPost, Stripe)."""

    @property
    def header_names(self) -> tuple[str, ...]:
        return ("Authorization",)

    def check_secret(self, text: str) -> None:
        if not text or not text.isprintable() or ":" in text or len(text) > 1024:
            raise ValueError("The key is empty, too long, or holds a colon or control characters.")

    def _headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        return {"Authorization": credentials(keys[0], "")}
