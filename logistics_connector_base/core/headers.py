# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""Headers that we send: what somebody configured must not become a second request."""

import re
from collections.abc import Mapping

MAX_VALUE = 8192
MAX_TOTAL = 32768

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
# Set by the client itself, or between one hop and the next (RFC 9110 7.6.1): whoever could set
# them could say where a request ends, or whom it is for.
OURS = frozenset(
    "host content-length transfer-encoding connection keep-alive proxy-connection "
    "proxy-authorization proxy-authenticate te trailer upgrade expect accept-encoding".split()
)


def check_header(name: str, value: str) -> None:
    """Refuse a header that may not be sent. Raises ValueError in plain words, without the value.

    Good also for validating what is typed into a configuration.
    """
    if not isinstance(name, str) or not _TOKEN.fullmatch(name):
        raise ValueError("A header's name may hold letters, digits and hyphens only.")
    if name.lower() in OURS:
        raise ValueError(f"The header {name} cannot be set: it is made for each call.")
    if not isinstance(value, str):
        raise ValueError(f"The value of the header {name} is not text.")
    if _CONTROL.search(value):
        raise ValueError(f"The value of the header {name} holds a line break or control character.")
    if value != value.strip():
        raise ValueError(f"The value of the header {name} begins or ends with a blank.")
    if len(value) > MAX_VALUE:
        raise ValueError(f"The value of the header {name} is longer than {MAX_VALUE} characters.")
    try:
        value.encode("latin-1")
    except UnicodeEncodeError:
        foreign = True
    else:
        foreign = False
    if foreign:  # raised here: the exception above would carry the value along
        raise ValueError(f"The value of the header {name} holds letters that HTTP cannot carry.")


def check_headers(headers: Mapping[str, str]) -> None:
    """Refuse headers of a call, one by one and all together. Raises ValueError."""
    seen = set()
    for name, value in headers.items():
        check_header(name, value)
        if name.lower() in seen:
            raise ValueError(f"The header {name} is given twice.")
        seen.add(name.lower())
    if sum(len(name) + len(value) + 4 for name, value in headers.items()) > MAX_TOTAL:
        raise ValueError(f"The headers are longer than {MAX_TOTAL} characters together.")
