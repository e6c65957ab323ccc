# Part of the Logistics Connector suite. License LGPL-3 (see LICENSE).
"""One call that we are about to make: everything that it may be signed over."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from ..netguard import parse_target
from ..signatures import MAX_ID

_ID = re.compile(rf"[\x21-\x7e]{{1,{MAX_ID}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class OutgoingCall:
    """``method`` in capitals. ``url``: absolute, as it will be called. ``body``: the very bytes.
    ``message_id``: the same for all tries of one message (1 to 256 visible ASCII characters).
    ``now``: the moment of this try, with its zone. Each try is signed anew.

    :raises ValueError: something of it cannot be sent or signed; the text is without secrets
    """

    method: str
    url: str = field(repr=False)  # its query may hold a key
    body: bytes = field(repr=False)
    message_id: str
    now: datetime

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            raise ValueError("The moment of a call needs its time zone.")
        if not isinstance(self.body, bytes):
            raise ValueError("The body of a call must be bytes.")
        if not (self.method.isascii() and self.method.isalpha() and self.method.isupper()):
            raise ValueError("The method of a call is one word in capitals.")
        if not _ID.fullmatch(self.message_id):
            raise ValueError("The id of a message must be 1 to 256 visible characters of ASCII.")
        parse_target(self.url)

    @property
    def timestamp(self) -> int:
        """Unix time in whole seconds."""
        return int(self.now.timestamp())

    @property
    def target(self) -> str:
        """Path and query as they will stand in the request line."""
        return parse_target(self.url).path

    @property
    def scheme(self) -> str:
        """ "https", or "http"."""
        return parse_target(self.url).scheme

    @property
    def authority(self) -> str:
        """Host, and port unless it is the scheme's own: the Host header."""
        return parse_target(self.url).origin.partition("://")[2]
