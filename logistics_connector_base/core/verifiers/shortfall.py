# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Why a call did not prove who sends it: for the administrator who sets it up, never for the
caller, who would learn from it."""

import re
from dataclasses import dataclass

from ..jsonsafe import clean_text
from .addresses import AddressList
from .call import Call
from .client_certificate import ClientCertificate
from .moments import is_fresh, read_moment
from .scheme import Scheme
from .tokens import QueryToken

MAX_NAMES, MAX_NAME = 30, 60
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", re.ASCII)
# They come with every call and tell nothing.
_USUAL = frozenset(
    (
        "accept",
        "accept-encoding",
        "accept-language",
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "cookie",
        "host",
        "transfer-encoding",
        "user-agent",
    )
)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a call lacked for one proof.

    ``code``: "headers" (``names`` are missing), "parameter" (``names`` is missing in the address),
    "address" (``names``: where it came from), "proxy" (not handed over by one of our proxies),
    "moment" (``names``: the signed time, which is none), "clock" (``names``: by how many seconds
    the signed time differs, rounded) or "mismatch" (all is there, and does not fit the secret).
    """

    code: str
    names: tuple[str, ...] = ()


def shortfall(scheme: Scheme, call: Call) -> Shortfall:
    """Why ``call`` did not satisfy ``scheme``, which it did not. Reads no secret."""
    if isinstance(scheme, AddressList):
        return Shortfall("address", (call.remote[:MAX_NAME],))
    if isinstance(scheme, QueryToken):
        names = {part.partition("=")[0] for part in call.query.split("&")}
        if scheme.parameter not in names:
            return Shortfall("parameter", (scheme.parameter,))
    if isinstance(scheme, ClientCertificate) and not call.by_proxy:
        return Shortfall("proxy")
    missing = tuple(name for name in scheme.headers_wanted(call) if not call.header(name))
    if missing:
        return Shortfall("headers", missing)
    moment = scheme.signed_moment(call)
    if moment is not None and not is_fresh(moment, call.now, scheme.tolerance):
        read = read_moment(moment)
        if read is None:
            return Shortfall("moment", (clean_text(moment, MAX_NAME),))
        return Shortfall("clock", (str(round(call.now - read)),))
    return Shortfall("mismatch")


def telling_headers(names) -> tuple[str, ...]:
    """The names of a call's headers that may tell what the partner sends instead; no values."""
    found = [
        name
        for name in names
        if name.lower() not in _USUAL and len(name) <= MAX_NAME and _NAME.fullmatch(name)
    ]
    return tuple(sorted(found, key=str.lower)[:MAX_NAMES])
