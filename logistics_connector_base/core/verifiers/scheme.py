# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""What all verifiers are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from ..signatures import MIN_HMAC_BYTES, MIN_TOKEN_LENGTH, check_secret
from .call import Call

# What a proof is worth. A signature covers the body; a secret only says who knows it; a weak one
# can be had by many (an address) or is easily lost (an URL in somebody's log).
WEAK, SECRET, SIGNED = 0, 1, 2

__all__ = ["MIN_HMAC_BYTES", "MIN_TOKEN_LENGTH", "SECRET", "SIGNED", "WEAK", "Scheme"]


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way to prove that a call is the partner's, with its parameters.

    ``verify`` returns the index of the secret that fits, ``KEYLESS`` where none was needed, None
    when the call is not authentic. It takes raw bytes and literal header text, compares in constant
    time and raises nothing but ``Unavailable``, whatever a stranger sends.
    """

    @classmethod
    def make(cls, values: Mapping[str, object]) -> "Scheme":
        """From the values of a ``logistics.verifier``: empty ones keep their default."""
        names = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in values.items() if name in names and value})

    @property
    def needs_secret(self) -> bool:
        """Whether a stored secret (or public key, or pin) is needed."""
        return True

    @property
    def strength(self) -> int:
        """WEAK, SECRET or SIGNED."""
        return SIGNED

    @property
    def has_effects(self) -> bool:
        """Whether verifying reaches beyond the process (key sets, nonces): done last."""
        return False

    @property
    def secret_headers(self) -> tuple[str, ...]:
        """Headers whose values are secrets and may not be kept."""
        return ()

    def headers_wanted(self, call: Call) -> tuple[str, ...]:
        """The headers without which nothing is proved."""
        names = ("header", "timestamp_header", "key_id_header")
        return tuple(filter(None, (getattr(self, name, "") for name in names)))

    def signed_moment(self, call: Call) -> str | None:
        """The text of the signed time, None where this proof has none in a header of its own."""
        name = getattr(self, "timestamp_header", "")
        return call.header(name) if name else None

    def check(self) -> None:
        """Raise ValueError, in plain words, where the parameters make no proof."""

    def check_secret(self, text: str) -> None:
        """Raise ValueError, in plain words and without the secret, where it protects nothing."""
        check_secret("hmac", text)

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        """The index of the secret in ``keys`` that fits, KEYLESS, or None."""
        raise NotImplementedError


def require_header(name: str, what: str = "the signature") -> None:
    """Raise ValueError unless ``name`` can be the name of a header (RFC 9110, token)."""
    if not name:
        raise ValueError(f"Say which header carries {what}.")
    if not name.isascii() or not all(c.isalnum() or c in "!#$%&'*+-.^_`|~" for c in name):
        raise ValueError(f"“{name[:60]}” cannot be the name of a header.")
