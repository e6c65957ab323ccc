"""What the intake knows of a connection: plain values that may be cached in a process."""

from dataclasses import dataclass, replace
from datetime import datetime

from ..core.verifiers import Scheme
from .contracts import Held
from .limits import DEFAULT_LIMITS, Limits


@dataclass(frozen=True, slots=True)
class Secret:
    """One stored secret. ``encrypted`` is a Fernet token; the times are naive UTC or None."""

    credential_id: int
    encrypted: str
    valid_from: datetime | None
    valid_to: datetime | None

    def is_valid(self, now):
        """Whether the secret may be used at ``now`` (naive UTC)."""
        begun = self.valid_from is None or self.valid_from <= now
        ended = self.valid_to is not None and self.valid_to <= now
        return begun and not ended


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof that calls must bring: a verifier of ``core.verifiers`` and its secrets."""

    scheme: Scheme
    secrets: tuple[Secret, ...]

    def valid_secrets(self, now):
        """The secrets that may be used at ``now`` (naive UTC)."""
        return [secret for secret in self.secrets if secret.is_valid(now)]


@dataclass(frozen=True, slots=True)
class IntakeProfile:
    """How messages of one connection are verified and filed."""

    connection_id: int
    company_id: int
    provider: str
    message_id_header: str
    proofs: tuple[Proof, ...]
    needs_all: bool
    secret_headers: frozenset[str]
    has_handshake: bool = False
    receipt_status: int = 202
    receipt_body: bytes = b""  # JSON in the place of the receipt; empty: the receipt
    limits: Limits = DEFAULT_LIMITS
    contracts: tuple[Held, ...] = ()  # those by which messages are refused

    def refusing(self, contracts):
        """The same, with contracts by which messages are refused."""
        return replace(self, contracts=contracts)
