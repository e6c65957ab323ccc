# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""OAuth 2.0 as a client: client credentials (RFC 6749, 4.4), or a refresh token that does not end.
What is asked, and how the answer is read.

The token is fetched, kept and renewed by ``access.tokens``; here nothing is called.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote_plus

from ..canonical import ParseError
from ..jsonsafe import loads
from ..netguard import parse_target
from .basic import credentials
from .call import OutgoingCall
from .errors import NoAccess
from .method import CLIENT_SECRET, AccessMethod, check_text

MAX_ANSWER = 64 * 1024
MAX_TOKEN = 8000  # characters; some partners' tokens are whole documents
DEFAULT_LIFE = 300.0  # seconds, where the server does not say
LONGEST_LIFE = 86_400.0
MAX_SKEW = 60.0  # a token is not used in its last minute: it would end on its way

_TOKEN = re.compile(r"[\x21-\x7e]+", re.ASCII)
# RFC 6749 5.2 and 4.1.2.1: these words may be shown; descriptions may quote what was sent.
_KNOWN_ERRORS = frozenset(
    "invalid_request invalid_client invalid_grant unauthorized_client unsupported_grant_type "
    "invalid_scope invalid_target access_denied server_error temporarily_unavailable".split()
)


@dataclass(frozen=True, slots=True)
class OAuth2(AccessMethod):
    """``keys`` of ``headers`` is the token; the stored secret is the client's."""

    token_url: str = ""
    client_id: str = ""
    scope: str = ""
    audience: str = ""
    client_auth: str = "basic"

    @property
    def purpose(self) -> str:
        return CLIENT_SECRET

    @property
    def header_names(self) -> tuple[str, ...]:
        return ("Authorization",)

    def check(self) -> None:
        if not self.token_url:
            raise ValueError("Enter the address where tokens are fetched.")
        if "?" in self.token_url:
            raise ValueError("The address of the token server may hold no parameters.")
        parse_target(self.token_url)
        check_text(self.client_id or "", "client id")
        for name, text in (("scope", self.scope), ("audience", self.audience)):
            if text:
                check_text(text, name)

    def _headers(self, call: OutgoingCall, keys: Sequence[str]) -> dict[str, str]:
        return {"Authorization": f"Bearer {keys[0]}"}

    @property
    def sends_json(self) -> bool:
        """Whether the token server takes JSON in the place of a form."""
        return False

    def request(self, secret: str) -> tuple[dict[str, str], dict[str, str]]:
        """Headers and fields (:attr:`sends_json`) of the call that fetches a token; never in the
        address."""
        form = {"grant_type": "client_credentials"}
        if self.scope:
            form["scope"] = self.scope
        if self.audience:
            form["audience"] = self.audience
        headers = {"Accept": "application/json"}
        if self.client_auth == "form":
            form |= {"client_id": self.client_id, "client_secret": secret}
        else:
            # RFC 6749 2.3.1: both are form-encoded before they are joined.
            headers["Authorization"] = credentials(quote_plus(self.client_id), quote_plus(secret))
        return headers, form


@dataclass(frozen=True, slots=True)
class RefreshToken(OAuth2):
    """A refresh token that is good for ever, exchanged for a token that is not: as JSON and without
    a client, as ShipHero's token server wants it. The stored secret is the refresh token."""

    def check(self) -> None:
        if not self.token_url:
            raise ValueError("Enter the address where tokens are fetched.")
        if "?" in self.token_url:
            raise ValueError("The address of the token server may hold no parameters.")
        parse_target(self.token_url)

    @property
    def sends_json(self) -> bool:
        return True

    def request(self, secret: str) -> tuple[dict[str, str], dict[str, str]]:
        return {"Accept": "application/json"}, {"refresh_token": secret}


@dataclass(frozen=True, slots=True)
class Token:
    """``life``: seconds for which it may be used, counted from when it was asked for."""

    text: str
    life: float

    def __repr__(self) -> str:
        return f"<Token, {self.life:g} s>"


def read_answer(host: str, status: int, body: bytes, retry_after: float | None = None) -> Token:
    """The token in a token server's answer. Raises NoAccess; nothing of the answer but known words
    is quoted."""
    if status == 429 or status >= 500:
        raise NoAccess(
            f"The token server {host} answers {status}.", "unavailable", True, retry_after
        )
    said = _object(body)
    if 400 <= status < 500:
        word = said.get("error") if said else None
        reason = f": {word}" if isinstance(word, str) and word in _KNOWN_ERRORS else ""
        raise NoAccess(
            f"The token server {host} refuses us ({status}{reason}). Check client id, secret, "
            "scope and audience.",
            "refused",
        )
    if status != 200:
        raise NoAccess(f"The token server {host} answers {status} instead of a token.", "garbage")
    if said is None:
        raise NoAccess(f"The token server {host} answers with something else than JSON.", "garbage")
    text, kind = said.get("access_token"), said.get("token_type", "bearer")
    if not isinstance(text, str) or not _TOKEN.fullmatch(text) or len(text) > MAX_TOKEN:
        raise NoAccess(f"The answer of the token server {host} holds no usable token.", "garbage")
    if not isinstance(kind, str) or kind.lower() != "bearer":
        raise NoAccess(f"The token server {host} gives tokens of another type.", "garbage")
    life = _life(said.get("expires_in"))
    if life is None:
        raise NoAccess(f"The token server {host} does not say how long its token lives.", "garbage")
    return Token(text, life - min(MAX_SKEW, life / 5))


def _object(body: bytes) -> dict | None:
    try:
        said = loads(body, max_bytes=MAX_ANSWER)
    except ParseError:
        return None
    return said if isinstance(said, dict) else None


def _life(value: object) -> float | None:
    """Seconds; None for what is none. Some servers send a text, some nothing."""
    if value is None:
        return DEFAULT_LIFE
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if not math.isfinite(value) or value <= 0:
        return None
    return min(float(value), LONGEST_LIFE)
