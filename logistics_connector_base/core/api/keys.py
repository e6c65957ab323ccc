# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""API keys: 192 bits from the system's generator, recognised by their first characters. Such a
secret cannot be tried out, so that its plain SHA-256 may be stored and looked up: an index finds
the digest of what came, and tells nothing of how near a wrong one was."""

import hashlib
import re
import secrets

START = "lck_"
SHAPE = re.compile(r"lck_[0-9a-f]{8}_[0-9a-f]{48}")
_BEARER = re.compile(r"(?i:bearer) +(lck_[0-9a-f]{8}_[0-9a-f]{48}) *")

# What a key may be allowed, in the order in which people read it.
SCOPES = (
    "receipts:read",
    "shipments:read",
    "events:read",
    "events:write",
    "orders:read",
    "personal:read",
)


def make() -> str:
    """A new key."""
    return f"{START}{secrets.token_hex(4)}_{secrets.token_hex(24)}"


def prefix(key: str) -> str:
    """What a key is recognised by, and may be shown: ``lck_`` and eight characters."""
    return key[: len(START) + 8]


def digest(key: str) -> str:
    """What is stored of a key."""
    return hashlib.sha256(key.encode()).hexdigest()


def from_header(value: str | None) -> str | None:
    """The key in an Authorization header; None where there is none that could be ours."""
    match = _BEARER.fullmatch(value or "")
    return match.group(1) if match else None
