"""What the intake knows of a connection: plain values that may be cached in a process."""

from dataclasses import dataclass
from datetime import UTC, datetime


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
class IntakeProfile:
    """How messages of one connection are verified and filed."""

    connection_id: int
    company_id: int
    provider: str
    verifier: str
    signature_header: str
    signature_encoding: str
    signature_prefix: str
    message_id_header: str
    secrets: tuple[Secret, ...]

    def valid_secrets(self, now=None):
        """The secrets that may be used at ``now`` (naive UTC; default: this moment)."""
        now = now or datetime.now(UTC).replace(tzinfo=None)
        return [secret for secret in self.secrets if secret.is_valid(now)]
