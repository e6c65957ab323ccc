# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""A JSON Web Token as bearer credential (RFC 7519, after the advice of RFC 8725).

PyJWT checks the token's form and signature; the claims are checked here, as its clock is not ours.
The algorithm is the configured one, never the token's; keys come from the stored secrets or the
configured key set, never from where a token points to (jku, x5u, jwk).
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from jwt import api_jws
from jwt.exceptions import PyJWTError

from ..signatures import MIN_HMAC_BYTES, check_secret
from .call import KEYLESS, Call
from .public_keys import KEY_TYPES, from_jwk, read_public_key
from .rsa_key_set import require_key_set
from .scheme import SECRET, Scheme, require_header

LEEWAY = 60  # seconds by which clocks may differ
MAX_TOKEN = 8192
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "HS256")
_TOKEN = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class JwtBearer(Scheme):
    header: str = "Authorization"
    prefix: str = "Bearer "
    algorithm: str = "RS256"
    issuer: str = ""
    audience: str = ""
    key_set_url: str = ""

    @property
    def needs_secret(self) -> bool:
        return not self.key_set_url

    @property
    def strength(self) -> int:
        return SECRET

    @property
    def has_effects(self) -> bool:
        return bool(self.key_set_url)

    @property
    def secret_headers(self) -> tuple[str, ...]:
        return (self.header,)

    def check(self) -> None:
        require_header(self.header, "the token")
        if self.algorithm not in ALGORITHMS:
            raise ValueError("Choose the algorithm of the tokens.")
        if not self.issuer or not self.audience:
            raise ValueError("Enter issuer and audience: else tokens made for others would do.")
        if self.key_set_url:
            require_key_set(self.key_set_url)
            if self.algorithm == "HS256":
                raise ValueError("HS256 uses a shared secret; a key set holds public keys.")

    def check_secret(self, text: str) -> None:
        if self.algorithm == "HS256":
            if "BEGIN" in text:
                raise ValueError("HS256 needs a shared secret, not a public key.")
            check_secret("hmac", text)
        elif not self._fitting(read_public_key(text)):
            raise ValueError(f"Paste the public key for {self.algorithm} (PEM).")

    def verify(self, keys: Sequence[bytes], call: Call) -> int | None:
        text = call.header(self.header)
        token = text[len(self.prefix) :]
        has_prefix = text[: len(self.prefix)].lower() == self.prefix.lower()
        if not has_prefix or len(token) > MAX_TOKEN or not _TOKEN.fullmatch(token):
            return None
        try:
            candidates = self._candidates(keys, token, call)
        except (PyJWTError, ValueError, RecursionError):
            return None
        found = None
        for index, key in candidates:
            claims = self._claims(token, key)
            if claims is not None and self._are_ours(claims, call.now) and found is None:
                found = index
        return found

    def _candidates(self, keys: Sequence[bytes], token: str, call: Call) -> list[tuple]:
        if self.key_set_url:
            kid = api_jws.get_unverified_header(token).get("kid")
            jwk = call.public_key(self.key_set_url, kid) if isinstance(kid, str) else None
            if not isinstance(jwk, dict) or jwk.get("alg") not in (None, self.algorithm):
                return []
            key = from_jwk(jwk)
            return [(KEYLESS, key)] if self._fitting(key) else []
        if self.algorithm == "HS256":
            return [(i, key) for i, key in enumerate(keys) if len(key) >= MIN_HMAC_BYTES]
        read = ((i, read_public_key(key.decode("latin-1"))) for i, key in enumerate(keys))
        return [(index, key) for index, key in read if self._fitting(key)]

    def _fitting(self, key: object) -> bool:
        """Whether a key is of the algorithm's type: nothing else may ever be tried with it."""
        return isinstance(key, KEY_TYPES.get(self.algorithm, ()))

    def _claims(self, token: str, key: object) -> dict | None:
        try:
            payload = api_jws.decode(token, key, algorithms=[self.algorithm])
            claims = json.loads(payload)
        except (PyJWTError, ValueError, TypeError, RecursionError):
            return None
        return claims if isinstance(claims, dict) else None

    def _are_ours(self, claims: dict, now: float) -> bool:
        audience = claims.get("aud")
        audiences = audience if isinstance(audience, list) else [audience]
        end, begin = claims.get("exp"), claims.get("nbf", 0)
        return (
            claims.get("iss") == self.issuer
            and self.audience in audiences
            and _is_moment(end)
            and now < end + LEEWAY
            and _is_moment(begin)
            and now > begin - LEEWAY
        )


def _is_moment(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < 1e12
