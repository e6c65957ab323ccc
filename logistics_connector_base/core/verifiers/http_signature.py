# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""HTTP message signatures (RFC 9421) with Content-Digest (RFC 9530).

The signature must cover the method, the address and the digest of the body; label, key id and
algorithm are the configured ones. Its time must be near, and its nonce new.
"""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass

from ..signatures import TOLERANCE, check_secret, usable
from .call import KEYLESS, Call
from .public_keys import from_jwk, read_public_key, verifies
from .rsa_key_set import require_key_set
from .scheme import Scheme
from .structured import Member, read_dictionary

ALGORITHMS = (
    "hmac-sha256",
    "ed25519",
    "ecdsa-p256-sha256",
    "rsa-v1_5-sha256",
    "rsa-pss-sha512",
)
JWK_ALGORITHMS = {
    "ed25519": ("EdDSA", "Ed25519"),
    "ecdsa-p256-sha256": ("ES256",),
    "rsa-v1_5-sha256": ("RS256",),
    "rsa-pss-sha512": ("PS512",),
}
MAX_NONCE, MAX_COMPONENTS = 256, 32
_FIELD = re.compile(r"[a-z0-9!#$%&'*+\-.^_`|~]+", re.ASCII)
_DIGESTS = {"sha-256": hashlib.sha256, "sha-512": hashlib.sha512}


@dataclass(frozen=True, slots=True)
class HttpSignature(Scheme):
    label: str = ""
    algorithm: str = "hmac-sha256"
    key_id: str = ""
    key_set_url: str = ""
    tolerance: int = TOLERANCE
    needs_nonce: bool = False
    scope: str = ""  # where nonces are unique; the connection's

    @property
    def needs_secret(self) -> bool:
        return not self.key_set_url

    @property
    def has_effects(self) -> bool:
        return True

    def check(self) -> None:
        if self.algorithm not in ALGORITHMS:
            raise ValueError("Choose the algorithm of the signatures.")
        if not self.key_id:
            raise ValueError("Enter the key id (keyid) under which the partner signs.")
        if self.key_set_url:
            require_key_set(self.key_set_url)
            if self.algorithm == "hmac-sha256":
                raise ValueError("HMAC uses a shared secret; a key set holds public keys.")

    def check_secret(self, text: str) -> None:
        if self.algorithm == "hmac-sha256":
            check_secret("hmac", text)
        elif read_public_key(text) is None:
            raise ValueError(f"Paste the public key for {self.algorithm} (PEM).")

    def headers_wanted(self, call: Call) -> tuple[str, ...]:
        return ("Signature", "Signature-Input", "Content-Digest")

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        found = self._member(call)
        if found is None or not self._is_due(found[0].parameters, call.now):
            return None
        member, signature = found
        covered = _covered(member)
        if covered is None or not _is_enough(covered) or not digest_fits(call):
            return None
        base = signature_base(covered, member.text, call)
        if base is None:
            return None
        index = self._match(keys, base, signature, call)
        if index is None or not self._is_new(member.parameters, call):
            return None
        return index

    def _member(self, call: Call) -> tuple[Member, bytes] | None:
        """The one signature that is ours to check, with its parameters."""
        inputs = read_dictionary(call.header("Signature-Input")) or {}
        values = read_dictionary(call.header("Signature")) or {}
        ours = [
            label
            for label, member in inputs.items()
            if (not self.label or label == self.label)
            and member.is_list
            and member.parameters.get("keyid") == self.key_id
        ]
        if len(ours) != 1 or ours[0] not in values:
            return None
        value = values[ours[0]]
        if value.is_list or value.parameters or not isinstance(value.items[0].value, bytes):
            return None
        return inputs[ours[0]], value.items[0].value

    def _is_due(self, parameters: dict, now: float) -> bool:
        created, expires = parameters.get("created"), parameters.get("expires")
        nonce = parameters.get("nonce")
        return (
            type(created) is int
            and abs(now - created) <= self.tolerance
            and (expires is None or (type(expires) is int and now <= expires))
            and parameters.get("alg") in (None, self.algorithm)
            and (isinstance(nonce, str) or (nonce is None and not self.needs_nonce))
            and (nonce is None or 0 < len(nonce) <= MAX_NONCE)
        )

    def _match(self, keys: Sequence[bytes], base: bytes, signature: bytes, call: Call):
        if self.key_set_url:
            jwk = call.public_key(self.key_set_url, self.key_id)
            named = jwk.get("alg") if isinstance(jwk, dict) else ""
            if named is not None and named not in JWK_ALGORITHMS.get(self.algorithm, ()):
                return None
            fits = verifies(self.algorithm, from_jwk(jwk), signature, base)
            return KEYLESS if fits else None
        return signed_by(self.algorithm, keys, base, signature)

    def _is_new(self, parameters: dict, call: Call) -> bool:
        nonce = parameters.get("nonce")
        if nonce is None:
            return True
        # Older copies are refused for their age.
        until = parameters["created"] + self.tolerance + 1
        return call.first_use(f"{self.scope}/{self.key_id}", nonce, until)


def signed_by(algorithm: str, keys: Sequence[bytes], base: bytes, signature: bytes) -> int | None:
    """The index of the first stored key with which ``signature`` was made over ``base``."""
    found = None
    for index, key in usable(keys):
        if algorithm == "hmac-sha256":
            expected = hmac.new(key, base, hashlib.sha256).digest()
            fits = hmac.compare_digest(expected, signature)
        else:
            fits = verifies(algorithm, read_public_key(key.decode("latin-1")), signature, base)
        if fits and found is None:
            found = index
    return found


def digest_fits(call: Call) -> bool:
    """Whether Content-Digest has a digest that we know, and all such are the raw body's."""
    members = read_dictionary(call.header("Content-Digest")) or {}
    known = {name: members[name] for name in _DIGESTS if name in members}
    if not known:
        return False
    fits = True
    for name, member in known.items():
        said = member.items[0].value if not member.is_list else b""
        made = _DIGESTS[name](call.body).digest()
        fits &= hmac.compare_digest(made, said if isinstance(said, bytes) else b"")
    return fits


def _covered(member: Member) -> tuple[str, ...] | None:
    """The names of the covered components; None where one has parameters, which we know none of,
    or stands twice."""
    names = [item.value for item in member.items if not item.parameters]
    if len(names) != len(member.items) or len(names) > MAX_COMPONENTS:
        return None
    if len(set(map(str, names))) != len(names) or not all(isinstance(n, str) for n in names):
        return None
    return tuple(names)


def _is_enough(covered: tuple[str, ...]) -> bool:
    address = "@target-uri" in covered or {"@path", "@authority"} <= set(covered)
    return "@method" in covered and address and "content-digest" in covered


def signature_base(covered: Sequence[str], parameters: str, call: Call) -> bytes | None:
    """What was signed (RFC 9421, 2.5). ``parameters``: the serialised inner list with its
    parameters. None where a component is missing or unknown."""
    derived = {
        "@method": call.method,
        "@target-uri": f"{call.scheme}://{call.authority}{call.target}",
        "@authority": call.authority,
        "@scheme": call.scheme,
        "@request-target": call.target,
        "@path": call.path or "/",
        "@query": f"?{call.query}",
    }
    lines = []
    for name in covered:
        if name.startswith("@"):
            value = derived.get(name)
        elif _FIELD.fullmatch(name) and call.headers.get(name) is not None:
            value = call.header(name).strip(" \t")
        else:
            value = None
        if value is None or "\n" in value or "\r" in value:
            return None
        lines.append(f'"{name}": {value}')
    lines.append(f'"@signature-params": {parameters}')
    try:
        return "\n".join(lines).encode("latin-1")
    except UnicodeEncodeError:
        return None
