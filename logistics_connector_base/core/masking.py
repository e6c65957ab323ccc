# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Keeping secrets out of what is stored and logged (law 9)."""

import hashlib
import hmac
import logging
import re
import traceback
from collections.abc import Iterable, Mapping
from functools import lru_cache

from .jsonsafe import clean_text

MASK = "***"
MAX_SHOWN = 2000  # characters of a URL

# Also percent-encoded, as in a proxy's "next=%2Flogistics%2Fv1%2Fin%2F...". What ends a token is
# what cannot stand in a path segment, or the next slash. Its query goes, too: some partners put a
# secret there.
_INTAKE_PATH = re.compile(
    r"((?:/|%2f)logistics(?:/|%2f)v1(?:/|%2f)in(?:/|%2f)+)"
    r"(?:(?!%2f|%3f)[^/?#\s\"'<>&,;()\[\]{}|\\])+((?:\?|%3f)[^\s\"'<>]*)?",
    re.IGNORECASE,
)
# An API key, wherever somebody has put it; its beginning says which one to revoke.
_API_KEY = re.compile("(lck_[0-9a-f]{8}_)[0-9a-f]{48}")
# A signature is no secret: it is the proof that the partner sent this body, and is kept.
_SIGNATURE = re.compile(r"signature|hmac|digest", re.IGNORECASE)
_SECRET = re.compile(
    r"authorization|authentication|cookie|token|secret|passw|credential|api[-_]?key|^x-auth|session",
    re.IGNORECASE,
)
_OPAQUE = re.compile(r"(?=.*\d).{16,}|.{40,}")
_AUTHORITY = re.compile(r"(?:\[[0-9a-f:.]*\]|[^:\[\]]*)(?::[0-9]{0,5})?", re.IGNORECASE)
_SCHEME = re.compile(r"(basic|bearer|digest|token|apikey)\s+\S", re.IGNORECASE)


def mask_path(text: str) -> str:
    """Replace token and query in every "/logistics/v1/in/<token>?<query>" of a text by "***", and
    API keys."""
    if "lck_" in text:
        text = _API_KEY.sub(rf"\1{MASK}", text)
    if "logistics" not in text.lower():  # nearly always, and much faster than the search
        return text
    return _INTAKE_PATH.sub(_without_token, text)


def _without_token(match: re.Match) -> str:
    query = match.group(2)
    return f"{match.group(1)}{MASK}" + (f"?{MASK}" if query else "")


def mask_url(url: object) -> str:
    """A URL as it may be shown: what could be a secret is "***". Never raises, whatever it gets.

    Kept: scheme, host, port, path, names of the query. Masked: user and password, values of the
    query, the fragment, and parts of the path that look like a key or a number of somebody's
    parcel (16 characters and more, with a digit).
    """
    text = clean_text(url, MAX_SHOWN)
    scheme, separator, rest = text.partition("://")
    if not separator or not scheme.isalnum():
        return "(not a URL)"
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    user = ""
    if "@" in authority:
        user, rest = f"{MASK}@", rest[authority.rindex("@") + 1 :]
        authority = authority.rpartition("@")[2]
    # Perhaps a password that holds a slash, or stands where the port should: who can say?
    if "@" in rest or not _AUTHORITY.fullmatch(authority):
        return f"{scheme}://{MASK}"
    rest = rest.partition("#")[0]
    path, question, query = rest.partition("?")
    host, *segments = mask_path(path).split("/")
    path = "/".join([host, *(MASK if _OPAQUE.fullmatch(part) else part for part in segments)])
    if question:
        names = (pair.partition("=") for pair in re.split("[&;]", query))
        query = "&".join(f"{name}={MASK}" if equals else MASK for name, equals, _value in names)
    return f"{scheme}://{user}{path}{question}{query}"


@lru_cache(maxsize=1024)
def _looks_secret(name: str) -> bool:
    return bool(_SECRET.search(name)) and not _SIGNATURE.search(name)


def _masked(value: str, key: bytes) -> str:
    scheme = _SCHEME.match(value)
    masked = f"{scheme.group(1)} {MASK}" if scheme else MASK
    if key and value:
        # Keyed: the plain hash of a weak password could be tried out from a dump.
        mark = hmac.new(key, value.encode("utf-8", "surrogateescape"), hashlib.sha256).hexdigest()
        masked += f" ({mark[:8]})"
    return masked


def mask_headers(
    headers: Mapping[str, str] | Iterable[tuple[str, str]],
    secret_names: Iterable[str] = (),
    key: bytes = b"",
) -> dict[str, str]:
    """Headers as they may be stored: names as received, values of secret ones replaced.

    Secret are the names in ``secret_names`` (whatever their case; the connection's static token)
    and all that look like it: Authorization, Cookie, API keys, tokens, credentials, passwords.
    Signatures are kept, unless they are named. With a ``key`` (bytes that do not lie beside the
    stored headers) a mark of 8 hex digits shows whether two calls carried the same secret.
    Intake tokens inside other values (Referer, X-Original-URI) are masked as well; control
    characters are dropped. Repeated headers are joined with ", ".
    """
    named = {name.strip().casefold() for name in secret_names if name and name.strip()}
    pairs = headers.items() if isinstance(headers, Mapping) else headers
    result: dict[str, str] = {}
    for raw_name, raw_value in pairs:
        name, value = clean_text(raw_name), clean_text(raw_value)
        if name.casefold() in named or _looks_secret(name):
            value = _masked(value, key)
        else:
            value = mask_path(value)
        result[name] = f"{result[name]}, {value}" if name in result else value
    return result


class LogTokenFilter(logging.Filter):
    """Takes intake tokens out of log records. It never drops a record and never raises.

    To be attached to handlers: a logger's filters do not see what its children log. The message is
    looked at as it will be printed, since path and token may come from different arguments;
    a record without a token is left as it is, with its arguments.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Mask the record in place; always True."""
        try:
            self._mask_message(record)
            self._mask_traceback(record)
        except Exception:
            # Whatever it was, nothing unmasked may leave.
            record.msg, record.args = "(a log message that could not be masked)", ()
            record.exc_info = record.exc_text = record.stack_info = None
        return True

    @staticmethod
    def _mask_message(record: logging.LogRecord) -> None:
        try:
            text = record.getMessage()
        except Exception:
            # A wrong format string; logging will print message and arguments with its complaint.
            text = f"{record.msg} {record.args!r}"
            if mask_path(text) == text:
                return
        masked = mask_path(text)
        if masked != text:
            record.msg, record.args = masked, ()

    @staticmethod
    def _mask_traceback(record: logging.LogRecord) -> None:
        if record.exc_info and record.exc_info[0] and not record.exc_text:
            text = "".join(traceback.format_exception(*record.exc_info)).rstrip("\n")
            if mask_path(text) != text:
                record.exc_text = text  # formatters print it instead of the exception
        if record.exc_text:
            record.exc_text = mask_path(record.exc_text)
        if record.stack_info:
            record.stack_info = mask_path(record.stack_info)


def is_secret_in_query(url: str) -> bool:
    """Whether a query parameter is named as a key or a token is."""
    query = url.partition("#")[0].partition("?")[2]
    names = (part.partition("=")[0] for part in query.split("&"))
    return any(_SECRET.search(name) for name in names)
