# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Proof that a message comes from the partner: checks over the raw bytes.

Every verifier returns the index of the secret that fits, or None. **0 is a success**: compare with
``is None``. What a stranger can send never raises: what is malformed is None like what is wrong.
All secrets are tried, none is compared in a time that depends on its content, and with no secret
at all the same work is done with one that nobody knows (fail closed, without telling).

Header values are str as WSGI gives them (Latin-1); they are taken literally, never normalised:
the text that was signed is the text that came.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets as random_secrets
from collections.abc import Iterable, Sequence

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TOLERANCE = 300  # seconds, as in all reference libraries of Standard Webhooks
MAX_SIGNATURES = 10
MAX_ID = 256
MIN_HMAC_BYTES = 24
MIN_TOKEN_LENGTH = 16

_TIMESTAMP = re.compile(r"\d{1,12}", re.ASCII)
_HEX_SHA256 = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
# Differs in each process: who reads the source cannot sign with it.
DUMMY = random_secrets.token_bytes(32)
_NOTHING = b"\x00" * 32


def strict_base64(text: str, length: int) -> bytes | None:
    """The bytes of strict base64, None for anything else; two texts never mean the same bytes."""
    try:
        data = base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, ValueError):
        return None
    canonical = base64.b64encode(data).decode("ascii")
    return data if len(data) == length and canonical == text else None


def sha256_of(text: str, encoding: str) -> bytes | None:
    if encoding == "hex":
        return bytes.fromhex(text) if _HEX_SHA256.fullmatch(text) else None
    if encoding == "base64":
        return strict_base64(text, 32)
    return None


def usable(secrets: Sequence[bytes]) -> list[tuple[int, bytes]]:
    """Secrets with their index. An empty one is none: anybody can sign with it."""
    return [(index, key) for index, key in enumerate(secrets or ()) if key]


def first_match(
    keys: Sequence[tuple[int, bytes]], content: bytes, signatures: Sequence[bytes]
) -> int | None:
    """The index of the first key with which one of the signatures was made."""
    found: int | None = None
    for index, key in keys or [(-1, DUMMY)]:
        expected = hmac.new(key, content, hashlib.sha256).digest()
        fits = False
        for signature in signatures or [_NOTHING]:
            fits |= hmac.compare_digest(expected, signature)
        if fits and keys and signatures and found is None:
            found = index
    return found


def hmac_sha256(
    secrets: Sequence[bytes],
    body: bytes,
    header: str | None,
    encoding: str = "hex",
    prefix: str = "",
) -> int | None:
    """HMAC-SHA256 of the raw body in a header: GitHub, Sendcloud, FedEx, AfterShip, EasyPost v1.

    ``encoding``: "hex" (either case) or "base64" (strict); ``prefix`` must stand before it, such as
    "sha256=". ``secrets``: the key bytes (of a secret that is text: its UTF-8). The scheme signs no
    time: replays are caught by the message's identity alone (reliability.md 1.2).
    """
    text = header if isinstance(header, str) else ""
    signature = None
    if text.startswith(prefix or ""):
        signature = sha256_of(text[len(prefix or "") :], encoding)
    return first_match(usable(secrets), body, [signature] if signature is not None else [])


def static_token(secrets: Sequence[bytes], header: str | None, prefix: str = "") -> int | None:
    """A fixed token in a header (UPS "credential", bearer tokens, API keys); it signs nothing.

    ``prefix``: text before it that does not count, such as "Bearer ". Compared as hashes under a
    random key, so that not even the length is told by the time.
    """
    text = header if isinstance(header, str) else ""
    try:
        token = text[len(prefix or "") :].encode("latin-1")
    except UnicodeEncodeError:
        token = b""
    valid = bool(token) and text.startswith(prefix or "")
    given = hmac.new(DUMMY, token, hashlib.sha256).digest()
    keys = usable(secrets)
    found: int | None = None
    for index, key in keys or [(-1, DUMMY)]:
        expected = hmac.new(DUMMY, key, hashlib.sha256).digest()
        fits = hmac.compare_digest(expected, given)
        if fits and valid and keys and found is None:
            found = index
    return found


def _decode_key(text: str, prefix: str) -> bytes | None:
    """The bytes of a Standard Webhooks key; its prefix and its padding may be missing."""
    text = text.strip().removeprefix(prefix)
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None


def standard_webhooks_key(secret: bytes | str) -> bytes | None:
    """The key bytes of a symmetric Standard Webhooks secret as shown ("whsec_" + base64, either
    part optional), or None where it is none."""
    text = secret.decode("utf-8", "replace") if isinstance(secret, bytes) else secret
    return _decode_key(text, "whsec_") or None


def _signed_content(
    body: bytes, id: str | None, timestamp: str | None, now: float | None, tolerance: float
) -> bytes | None:
    """What Standard Webhooks signs, "<id>.<timestamp>.<body>"; None where it need not be checked:
    a header is missing or malformed, or the time is out of bounds."""
    if not isinstance(id, str) or not isinstance(timestamp, str) or now is None:
        return None
    if not id or len(id) > MAX_ID or "." in id or not _TIMESTAMP.fullmatch(timestamp):
        return None
    if abs(now - int(timestamp)) > tolerance:
        return None
    try:
        return f"{id}.{timestamp}.".encode("latin-1") + body
    except UnicodeEncodeError:
        return None


def _listed(header: str | None, version: str, length: int) -> list[bytes]:
    """The well-formed signatures of one version in a "v1,<base64> v1,<base64>" list."""
    entries = header.split(" ") if isinstance(header, str) else []
    entries = [entry for entry in entries if entry][:MAX_SIGNATURES]
    found = []
    for entry in entries:
        name, comma, text = entry.partition(",")
        signature = strict_base64(text, length) if comma and name == version else None
        if signature is not None:
            found.append(signature)
    return found


def standard_webhooks(
    secrets: Sequence[bytes | str],
    body: bytes,
    id: str | None,
    timestamp: str | None,
    signature_header: str | None,
    now: float | None,
    tolerance: float = TOLERANCE,
) -> int | None:
    """Standard Webhooks v1.0.0, symmetric ("v1", HMAC-SHA256): our own API, Svix and others.

    ``secrets`` as their owners see them, "whsec_" and base64 (UTF-8 bytes or str); what is not
    such a secret never fits. ``id``, ``timestamp``, ``signature_header``: the headers webhook-id,
    webhook-timestamp and webhook-signature, None where missing. ``now``: Unix time in seconds;
    the signed time may differ by ``tolerance`` in either direction. At most 10 signatures of the
    header are tried. Source: reliability.md 1.1.
    """
    decoded = [standard_webhooks_key(secret) or b"" for secret in secrets or ()]
    content = _signed_content(body, id, timestamp, now, tolerance)
    signatures = _listed(signature_header, "v1", 32) if content is not None else []
    return first_match(usable(decoded), body if content is None else content, signatures)


def standard_webhooks_ed25519(
    public_keys: Sequence[bytes | str],
    body: bytes,
    id: str | None,
    timestamp: str | None,
    signature_header: str | None,
    now: float | None,
    tolerance: float = TOLERANCE,
) -> int | None:
    """Standard Webhooks, asymmetric ("v1a", Ed25519); ``public_keys`` as "whpk_" and base64.

    Nothing secret is compared here. The algorithm is pinned by the choice of this function, never
    by the header.
    """
    content = _signed_content(body, id, timestamp, now, tolerance)
    if content is None:
        return None
    signatures = _listed(signature_header, "v1a", 64)
    for index, key in enumerate(public_keys or ()):
        public = _ed25519(key)
        if public and any(_verifies(public, signature, content) for signature in signatures):
            return index
    return None


def _ed25519(key: bytes | str) -> Ed25519PublicKey | None:
    text = key.decode("utf-8", "replace") if isinstance(key, bytes) else key
    data = _decode_key(text, "whpk_")
    if data is None or len(data) != 32:
        return None
    try:
        return Ed25519PublicKey.from_public_bytes(data)
    except ValueError:
        return None


def _verifies(public: Ed25519PublicKey, signature: bytes, content: bytes) -> bool:
    try:
        public.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def _weak(data: Iterable[object]) -> bool:
    return len(set(data)) < 6


def check_secret(kind: str, text: str) -> None:
    """Refuse a secret that protects nothing, when it is configured.

    ``kind``: "hmac" (or "hmac_sha256"), "static" (or "static_token"), "standard_webhooks",
    "standard_webhooks_ed25519". HMAC keys need 24 bytes (reliability.md 4), static tokens 16
    characters, both some variety. Raises ValueError in plain words, without the secret.
    """
    if kind == "standard_webhooks_ed25519":
        if _ed25519(text) is None:
            raise ValueError("This is not a public key: “whpk_” and 32 bytes in base64.")
        return
    if kind == "standard_webhooks":
        key = standard_webhooks_key(text)
        if key is None:
            raise ValueError("This is not a signing secret: “whsec_” and base64.")
        if len(key) < MIN_HMAC_BYTES or _weak(key):
            raise ValueError(f"The secret is too weak: it must hold {MIN_HMAC_BYTES} random bytes.")
        return
    if kind in ("hmac", "hmac_sha256"):
        if len(text.encode("utf-8", "replace")) < MIN_HMAC_BYTES or _weak(text):
            raise ValueError(
                f"The secret is too weak: at least {MIN_HMAC_BYTES} random characters are needed."
            )
        return
    if kind in ("static", "static_token"):
        if len(text) < MIN_TOKEN_LENGTH or _weak(text):
            raise ValueError(
                f"The token is too weak: at least {MIN_TOKEN_LENGTH} random characters are needed."
            )
        if not text.isprintable() or text != text.strip():
            raise ValueError("The token holds characters that no header can carry.")
        return
    raise ValueError(f"There is no kind of secret named {kind!r}.")
