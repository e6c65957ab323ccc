# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Standard Webhooks 1.0.0, as a sender: "v1" (HMAC-SHA256) and "v1a" (Ed25519).

All keys that are valid sign, one signature beside the other: whoever has changed to the new one
already, and whoever has not, finds its own.
"""

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ..signatures import MAX_SIGNATURES, standard_webhooks_key, strict_base64
from .call import OutgoingCall
from .method import SIGNING_KEY, AccessMethod

HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


def private_key(text: str) -> Ed25519PrivateKey | None:
    """The key of "whsk_" and base64 (32 bytes of seed, or 64: seed and public half); None for
    anything else."""
    text = text.strip().removeprefix("whsk_")
    text += "=" * (-len(text) % 4)
    seed = strict_base64(text, 32) or (strict_base64(text, 64) or b"")[:32]
    return Ed25519PrivateKey.from_private_bytes(seed) if seed else None


@dataclass(frozen=True, slots=True)
class StandardWebhooks(AccessMethod):
    @property
    def purpose(self) -> str:
        return SIGNING_KEY

    @property
    def header_names(self) -> tuple[str, ...]:
        return HEADERS

    def check_secret(self, text: str) -> None:
        if standard_webhooks_key(text) is None:
            raise ValueError("This is not a signing secret: “whsec_” and base64.")

    def _headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        if "." in call.message_id:
            raise ValueError("Standard Webhooks takes no message id with a dot.")
        content = f"{call.message_id}.{call.timestamp}.".encode() + call.body
        signatures = " ".join(self._sign(key, content) for key in keys[:MAX_SIGNATURES])
        values = (call.message_id, str(call.timestamp), signatures)
        return dict(zip(HEADERS, values, strict=True))

    def _sign(self, key: str, content: bytes) -> str:
        secret = standard_webhooks_key(key)
        if secret is None:
            raise ValueError("The stored secret is no signing secret of Standard Webhooks.")
        made = hmac.new(secret, content, hashlib.sha256).digest()
        return "v1," + base64.b64encode(made).decode("ascii")


@dataclass(frozen=True, slots=True)
class StandardWebhooksEd25519(StandardWebhooks):
    def check_secret(self, text: str) -> None:
        if private_key(text) is None:
            raise ValueError("This is not a private key: “whsk_” and 32 or 64 bytes in base64.")

    def _sign(self, key: str, content: bytes) -> str:
        private = private_key(key)
        if private is None:
            raise ValueError("The stored secret is no private key of Standard Webhooks.")
        return "v1a," + base64.b64encode(private.sign(content)).decode("ascii")
