# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A client certificate, shown when the secure connection is made: no header carries it."""

from dataclasses import dataclass

from .method import TLS_KEY, AccessMethod
from .pem import read_private_key


@dataclass(frozen=True, slots=True)
class MutualTls(AccessMethod):
    """The secret is the private key; its certificate is no secret and stands beside it."""

    @property
    def purpose(self) -> str:
        return TLS_KEY

    def check_secret(self, text: str) -> None:
        read_private_key(text)
