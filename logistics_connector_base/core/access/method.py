# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What all ways to identify ourselves are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from ..headers import check_header, check_headers
from .call import OutgoingCall

# What a stored secret is for. A key that signs must never be sent as a password, because somebody
# chose another kind later: a secret is used for the purpose for which it was stored, or not at all.
TOKEN, CLIENT_SECRET, SIGNING_KEY, TLS_KEY = "token", "client_secret", "signing_key", "tls_key"
PURPOSES = (TOKEN, CLIENT_SECRET, SIGNING_KEY, TLS_KEY)


@dataclass(frozen=True, slots=True)
class AccessMethod:
    """One way to identify ourselves, with its parameters.

    ``headers`` and ``address`` are pure: the same call, keys and time give the same bytes. Keys are
    the texts that were stored, the newest first, and never empty lists.
    """

    @classmethod
    def make(cls, values: Mapping[str, object]) -> "AccessMethod":
        """From the values of a ``logistics.access``: empty ones keep their default."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in names and value})

    @property
    def purpose(self) -> str:
        """One of PURPOSES."""
        return TOKEN

    @property
    def sends_secret(self) -> bool:
        """Whether the secret itself goes over the wire (and not a signature made with it)."""
        return self.purpose in (TOKEN, CLIENT_SECRET)

    @property
    def header_names(self) -> tuple[str, ...]:
        """The headers that it sets."""
        return ()

    @property
    def secret_headers(self) -> tuple[str, ...]:
        """Those of its headers that may not be stored or shown."""
        return self.header_names if self.sends_secret else ()

    def check(self) -> None:
        """Raise ValueError, in plain words, where the parameters make no call."""

    def check_secret(self, text: str) -> None:
        """Raise ValueError, in plain words and without the secret, where it cannot be used.

        How strong it is, is the partner's business: it is they who gave it to us.
        """
        check_text(text)

    def address(self, url: str, keys: Sequence[str]) -> str:
        """The URL to call: with the key in it where the partner wants it there."""
        return url

    def headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        """The headers that identify us. Raises ValueError, without secrets: they cannot be sent."""
        made = self._headers(call, keys)
        check_headers(made)
        return made

    def _headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        return {}


def check_text(text: str, what: str = "secret") -> None:
    """Raise ValueError unless a header can carry ``text`` (visible ASCII, blanks within)."""
    if not text:
        raise ValueError(f"The {what} is empty.")
    if not text.isascii() or not text.isprintable() or text != text.strip():
        raise ValueError(f"The {what} holds characters that no header can carry.")
    if len(text) > 4096:
        raise ValueError(f"The {what} is longer than 4096 characters.")


def require_header(name: str, what: str) -> None:
    """Raise ValueError unless a header of this name may be sent by us."""
    if not name:
        raise ValueError(f"Say which header carries {what}.")
    check_header(name, "")
    if name.lower() in ("content-type", "content-encoding", "user-agent", "accept"):
        raise ValueError(f"The header {name} says something else: choose another one.")


def require_prefix(prefix: str) -> None:
    """Raise ValueError unless a header's value may begin so."""
    if prefix and (not prefix.isascii() or not prefix.isprintable() or prefix != prefix.lstrip()):
        raise ValueError("The prefix holds characters that no header can carry.")
