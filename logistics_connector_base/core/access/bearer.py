# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A token that does not end by itself: ``Authorization: Bearer …`` (RFC 6750)."""

from collections.abc import Sequence
from dataclasses import dataclass

from .call import OutgoingCall
from .method import AccessMethod


@dataclass(frozen=True, slots=True)
class Bearer(AccessMethod):
    @property
    def header_names(self) -> tuple[str, ...]:
        return ("Authorization",)

    def check_secret(self, text: str) -> None:
        # Not super(): a dataclass with slots is another class than the one that was written.
        AccessMethod.check_secret(self, text)
        if " " in text:
            raise ValueError(
                "A token holds no blanks. Leave “Bearer” out, it is written by itself."
            )

    def _headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {keys[0]}"}
