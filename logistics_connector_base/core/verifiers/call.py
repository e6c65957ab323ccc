# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""One HTTP call as it came: everything that a proof may be about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

# What a verifier returns when it is satisfied and no stored secret was needed for it.
KEYLESS = -1


class Unavailable(Exception):
    """It cannot be known now whether the call is authentic: neither yes nor no, but 503."""


def no_key(_url: str, _kid: str) -> dict | None:
    """The key set of a call that has none."""
    return None


def never_first(_scope: str, _nonce: str, _until: float) -> bool:
    """The nonce store of a call that has none: nothing is new (fail closed)."""
    return False


@dataclass(frozen=True, slots=True)
class Call:
    """A call, literally: header values as WSGI gives them (Latin-1 text), the path as it was sent.

    ``headers``: mapping with a case-insensitive ``get``. ``now``: Unix time in seconds, when it
    came. ``target``: path and query as in the request line. ``authority``: host and port, in lower
    case. ``remote``: address of the partner, "" where it is not certain; ``by_proxy``: the call was
    handed over by one of our own proxies (see ``addresses.client_address``).

    ``public_key(url, kid)``: the JWK with this id from the key set at ``url``, or None; raises
    Unavailable where it cannot be known. ``first_use(scope, nonce, until)``: remembers a nonce
    until a Unix time, durably; False when it is known already; raises Unavailable.
    """

    body: bytes
    headers: Mapping[str, str]
    now: float
    method: str = "POST"
    target: str = "/"
    scheme: str = "https"
    authority: str = ""
    remote: str = ""
    by_proxy: bool = False
    public_key: Callable[[str, str], dict | None] = no_key
    first_use: Callable[[str, str, float], bool] = never_first

    @property
    def path(self) -> str:
        """The path without its query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query without its "?"."""
        return self.target.partition("?")[2]

    def header(self, name: str) -> str:
        """A header's literal value; "" where it is missing."""
        value = self.headers.get(name) if name else None
        return value if isinstance(value, str) else ""
