# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Standard Webhooks 1.0.0, symmetric and asymmetric; also under Svix' own header names."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..signatures import TOLERANCE, check_secret, standard_webhooks, standard_webhooks_ed25519
from .call import Call
from .scheme import Scheme

FAMILIES = ("webhook", "svix")


def _names(call: Call) -> tuple[str, str, str]:
    """The headers of id, time and signatures, of one family of names: never mixed."""
    family = next((name for name in FAMILIES if call.header(f"{name}-signature")), FAMILIES[0])
    return tuple(f"{family}-{part}" for part in ("id", "timestamp", "signature"))


def _headers(call: Call) -> tuple[str, str, str]:
    return tuple(map(call.header, _names(call)))


class _Standard(Scheme):
    __slots__ = ()

    def headers_wanted(self, call: Call) -> tuple[str, ...]:
        return _names(call)

    def signed_moment(self, call: Call) -> str | None:
        return _headers(call)[1]


@dataclass(frozen=True, slots=True)
class StandardWebhooks(_Standard):
    """HMAC-SHA256 over id, time and body ("v1", secrets "whsec_…")."""

    tolerance: int = TOLERANCE

    def check_secret(self, text: str) -> None:
        check_secret("standard_webhooks", text)

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        return standard_webhooks(keys, call.body, *_headers(call), call.now, self.tolerance)


@dataclass(frozen=True, slots=True)
class StandardWebhooksEd25519(_Standard):
    """Ed25519 over id, time and body ("v1a", public keys "whpk_…")."""

    tolerance: int = TOLERANCE

    def check_secret(self, text: str) -> None:
        check_secret("standard_webhooks_ed25519", text)

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        return standard_webhooks_ed25519(keys, call.body, *_headers(call), call.now, self.tolerance)
